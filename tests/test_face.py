"""What users of each backend see of a loss: names, order, reductions, words for domains."""

from __future__ import annotations

import handmade
import pytest
from handmade import CENSORED, GAN, GAUSSIAN, HUBER, MARGIN_RANKING, SOFT_MARGIN, WEIGHTED

from symloss.codegen.definition import Argument, DefinitionError
from symloss.codegen.domain import Count, Domain, Interval, Positive, Real
from symloss.codegen.face import FRAMES, Parameter, face_of

NAMES = [
    (HUBER, "prediction target delta", "input target delta", "y_true y_pred delta"),
    (GAUSSIAN, "prediction target variance", "input target variance", "y_true y_pred variance"),
    (GAN, "score", "score", "score"),
    (SOFT_MARGIN, "prediction target", "input target", "y_true y_pred"),
    (WEIGHTED, "logits labels pos_weight", "input target pos_weight", "y_true y_pred pos_weight"),
    (MARGIN_RANKING, "first second target margin", "input1 input2 target margin", "y_true y_pred1 y_pred2 margin"),
]


@pytest.mark.parametrize(("made", "numpy", "torch", "tf"), NAMES, ids=[made.loss.name for made, *_ in NAMES])
def test_each_backend_has_its_names_and_order(made: handmade.Handmade, numpy: str, torch: str, tf: str) -> None:
    for backend, names in (("numpy", numpy), ("torch", torch), ("tf", tf)):
        assert " ".join(p.name for p in face_of(made.loss, FRAMES[backend]).parameters) == names


def test_a_loss_without_target_keeps_the_order_of_its_definition() -> None:
    names = ("chosen", "rejected", "chosen_reference", "rejected_reference")
    arguments = [Argument(name, Real, "prediction" if i < 2 else "other") for i, name in enumerate(names)]
    dpo = handmade.loss("dpo", "Preference.", *arguments, Argument("beta", Positive, "hyper", 0.1))
    for frame in FRAMES.values():
        shown = face_of(dpo, frame)
        assert tuple(p.name for p in shown.arrays) == tuple(p.name for p in shown.outputs) == names
        assert shown.target is None


def test_outputs_of_a_model_stand_in_the_definitions_order() -> None:
    assert [p.source for p in face_of(GAUSSIAN.loss, FRAMES["tf"]).outputs] == ["prediction", "variance"]


def test_what_no_model_learns_is_observed() -> None:
    """A hard label beside the target has no derivative, so it comes with the target and not from the model."""
    shown = face_of(CENSORED.loss, FRAMES["tf"])
    assert [p.source for p in shown.observed] == ["target", "event"]
    assert [p.source for p in shown.outputs] == ["rate"]


def test_each_backend_has_its_reductions() -> None:
    assert {name: tuple(frame.reductions) for name, frame in FRAMES.items()} == {
        "numpy": ("mean", "sum", "none"),
        "torch": ("mean", "sum", "none"),
        "tf": ("per_sample", "mean", "sum", "none"),
    }
    assert [frame.default_reduction for frame in FRAMES.values()] == ["mean", "mean", "per_sample"]


@pytest.mark.parametrize(
    ("argument", "backends"),
    [
        ("reduction", FRAMES),
        ("wrt", FRAMES),
        ("np", ["numpy"]),
        ("input", ["torch"]),
        ("y_true", ["tf"]),
        ("name", ["tf"]),
    ],
)
def test_an_argument_cannot_take_a_name_that_is_used(argument: str, backends: list[str]) -> None:
    made = handmade.loss(
        "squared", "Square.", handmade.PREDICTION, handmade.TARGET, Argument(argument, Positive, "hyper", 1.0)
    )
    for backend in backends:
        with pytest.raises(DefinitionError, match=f"loss `squared`: .* called `{argument}` in {backend}"):
            face_of(made, FRAMES[backend])


@pytest.mark.parametrize(
    ("domain", "condition", "shown"),
    [
        (Real, "be finite", "real"),
        (Positive, "satisfy 0 < x", "0 < x"),
        (Interval(0, 1, closed="left"), "satisfy 0 <= x < 1", "0 <= x < 1"),
        (handmade.Sign, "satisfy x in {-1, 1}", "x in {-1, 1}"),
        (Count, "satisfy x in {0, 1, 2, ...}", "x in {0, 1, 2, ...}"),
    ],
)
def test_domains_are_put_in_words(domain: Domain, condition: str, shown: str) -> None:
    parameter = Parameter("x", "x", "other", domain, None)
    assert (parameter.condition, parameter.range) == (condition, shown)
