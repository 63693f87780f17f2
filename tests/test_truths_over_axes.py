"""Each definition over axes says what the hand-written truth says, value and derivatives, on axes of three places."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import oracle
import pytest
import sympy
from definitions import OVER_AXES
from mpmath import mp, mpf

from symloss.codegen.definition import Loss
from symloss.codegen.domain import PLACES, Domain
from symloss.codegen.index_notation import entries_written
from symloss.codegen.unroll import entry_name

POINTS = 15
DIGITS = 400  # 1 - p is as small as exp(-10 * 40), and what the formula loses of it counts as noise
Nested = float | Sequence["Nested"]
each_loss = pytest.mark.parametrize("loss", OVER_AXES, ids=lambda loss: loss.name)


def places(domain: Domain) -> list[str]:
    """What follows an argument's name in the keys of a point: nothing, "[0]", "[0, 1]"."""
    every = itertools.product(range(PLACES), repeat=len(domain.axes))
    return [entry_name("", *at) if at else "" for at in every]


def drawn(domain: Domain, generator: random.Random, sizes: Sequence[float]) -> float:
    if domain.place_on is not None:
        return generator.randrange(PLACES)
    if domain.values:
        return generator.choice(domain.values)
    if domain.exact:
        return generator.randrange(PLACES)
    if domain.lower is not None and domain.upper is not None:
        return generator.uniform(float(domain.lower), float(domain.upper))
    size = generator.choice(sizes) * (0.01 + generator.random())
    return size if domain.lower is not None else size * generator.choice((-1, 1))


def point_of(loss: Loss, seed: int, sizes: Sequence[float] = (1e-3, 1, 10)) -> dict[str, float]:
    """Numbers of about these sizes; shares are multiples of 2**-20, so that they add up to 1 as floats, too."""
    generator = random.Random(f"{loss.name} {seed}")
    point: dict[str, float] = {}
    for argument in loss.arguments:
        entries = [drawn(argument.domain, generator, sizes) for _ in places(argument.domain)]
        if len(values := argument.domain.values) < len(entries):
            entries[: len(values)] = generator.sample(values, len(values))  # sums over what none is in have no value
        if argument.domain.simplex:
            entries = [math.ceil(each / sum(entries) * 2**19) / 2**20 for each in entries]
            entries[0] += 1 - sum(entries)
        point |= {f"{argument.name}{at}": each for at, each in zip(places(argument.domain), entries, strict=True)}
    return point


def textbook(loss: Loss, point: Mapping[str, float]) -> Callable[..., mpf]:
    """The definition for the classes of `point`, totals written out, as a function of `moving` in their order."""
    return _written(loss, tuple((a.symbol, int(point[a.name])) for a in loss.arguments if a.domain.places))


@cache
def _written(loss: Loss, classes: tuple[tuple[sympy.Symbol, int], ...]) -> Callable[..., mpf]:
    single = {a.name: a.symbol for a in loss.arguments if not a.domain.axes}
    symbols = [single.get(key, sympy.Symbol(key, real=True)) for key in moving(loss)]
    numbers = {symbol: symbol for symbol in symbols} | {name: sympy.Integer(number) for name, number in classes}
    formula: Callable[..., mpf] = sympy.lambdify(symbols, entries_written(loss.expression, PLACES, numbers), "mpmath")
    return formula


def moving(loss: Loss, *, differentiable: bool = False) -> list[str]:
    """The keys of a point that are no classes, or only those by which there are derivatives."""
    arguments = [a for a in loss.arguments if not a.domain.places]
    return [
        f"{a.name}{at}" for a in arguments if a.domain.differentiable or not differentiable for at in places(a.domain)
    ]


def near(given: mpf, truth: mpf, relative: float | mpf, absolute: float | mpf = 0) -> bool:
    return bool(given == truth or abs(given - truth) <= max(relative * abs(truth), absolute))


def checked_derivative(loss: Loss, seed: int, *keys: str) -> None:
    """The oracle's derivative by `keys` is a difference quotient of the definition."""
    point = point_of(loss, seed)
    order = tuple(keys.count(key) for key in moving(loss))
    with mp.workdps(200):  # what a difference quotient of order two leaves of them is enough
        given = mp.diff(textbook(loss, point), tuple(mpf(point[key]) for key in moving(loss)), order)
        truth = oracle.derivative(loss.name, point, *keys) if len(keys) == 1 else oracle.second(loss.name, point, *keys)
        assert near(given, truth, 1e-30, 1e-60), (point, keys)


@each_loss
def test_the_definition_has_the_true_value(loss: Loss) -> None:
    with mp.workdps(DIGITS):
        for seed in range(POINTS):
            point = point_of(loss, seed)
            given = textbook(loss, point)(*(mpf(point[key]) for key in moving(loss)))
            assert near(given, oracle.value(loss.name, point), mpf(10) ** -39, mpf(10) ** (50 - DIGITS)), point


@each_loss
def test_the_oracle_has_the_derivatives_of_the_definition(loss: Loss) -> None:
    for seed, key in itertools.product(range(4), moving(loss, differentiable=True)):
        checked_derivative(loss, seed, key)


@each_loss
def test_the_oracle_has_the_second_derivatives_of_the_definition(loss: Loss) -> None:
    """By the first prediction's first entry twice, and by it and every other number."""
    first, *_ = every = moving(loss, differentiable=True)
    for seed, other in itertools.product(range(4), every):
        checked_derivative(loss, seed, first, other)


def point_with(**arguments: Nested) -> dict[str, float]:
    """Every entry by its key."""

    def entries(part: Nested, *at: int) -> dict[tuple[int, ...], float]:
        if not isinstance(part, Sequence):
            return {at: part}
        return {key: x for place, each in enumerate(part) for key, x in entries(each, *at, place).items()}

    return {
        entry_name(name, *at) if at else name: x for name, part in arguments.items() for at, x in entries(part).items()
    }


EVEN, ONE, OTHER = [0.0, 0.0], [1.0, 0.0], [0.0, 1.0]
# of what the two masks cover they share one pixel, one has another, and the other has two
MASKS: dict[str, Nested] = {"prediction": [1.0, 1.0, 0.0, 0.0], "target": [1.0, 0.0, 1.0, 1.0]}

KNOWN: list[tuple[str, dict[str, Nested], mpf | float]] = [
    ("softmax_cross_entropy", {"logits": EVEN, "labels": [0.5, 0.5]}, mp.log(2)),
    ("softmax_cross_entropy", {"logits": [-1e4, 0.0], "labels": OTHER}, mp.exp(-10000)),
    ("sparse_softmax_cross_entropy", {"logits": [20.0, 0.0], "labels": 0}, mp.log1p(mp.exp(-20))),
    ("sparse_softmax_cross_entropy", {"logits": [-1e4, 0.0], "labels": 0}, 10000),
    ("sparse_softmax_cross_entropy", {"logits": [5.0], "labels": 0}, 0),
    (
        "smoothed_sparse_softmax_cross_entropy",
        {"logits": [2.0, 0.0], "labels": 0, "label_smoothing": 0.5},
        mp.log1p(mp.exp(-2)) + 0.5,
    ),
    (
        "weighted_sparse_softmax_cross_entropy",
        {"logits": EVEN, "labels": 1, "class_weights": [3.0, 0.5]},
        mp.log(2) / 2,
    ),
    ("categorical_cross_entropy", {"prediction": [0.25, 0.75], "labels": ONE}, mp.log(4)),
    ("categorical_cross_entropy", {"prediction": OTHER, "labels": OTHER}, 0),
    ("categorical_cross_entropy", {"prediction": OTHER, "labels": [0.5, 0.5]}, mp.inf),
    ("sparse_categorical_cross_entropy", {"prediction": [0.25, 0.75], "labels": 1}, mp.log(4) - mp.log(3)),
    ("categorical_nll", {"log_probabilities": [-1.0, -2.0], "labels": 1}, 2),
    ("softmax_focal_cross_entropy", {"logits": EVEN, "labels": 0, "gamma": 2.0}, mp.log(2) / 4),
    ("softmax_focal_cross_entropy", {"logits": [1e4, 0.0], "labels": 0, "gamma": 1.0}, mp.exp(-20000)),
    ("softmax_generalized_cross_entropy", {"logits": EVEN, "labels": 0, "q": 1.0}, 0.5),
    ("softmax_generalized_cross_entropy", {"logits": EVEN, "labels": 0, "q": 1e-300}, mp.log(2)),
    ("poly1_cross_entropy", {"logits": EVEN, "labels": 0, "epsilon": 1.0}, mp.log(2) + 0.5),
    ("z_loss", {"logits": EVEN}, mp.log(2) ** 2),
    ("z_loss", {"logits": [-1e4, -1e4]}, (mp.log(2) - 10000) ** 2),
    ("softmax_entropy", {"logits": [3.0, 3.0, 3.0]}, mp.log(3)),
    ("multilabel_soft_margin", {"logits": [0.0, 1.0], "labels": ONE}, (mp.log(2) + mp.log1p(mp.e)) / 2),
    ("kl_divergence", {"prediction": [0.25, 0.75], "target": [0.25, 0.75]}, 0),
    ("kl_divergence", {"prediction": [0.5, 0.5], "target": OTHER}, mp.log(2)),
    ("kl_divergence", {"prediction": OTHER, "target": [0.5, 0.5]}, mp.inf),
    ("jensen_shannon", {"prediction": ONE, "target": OTHER}, mp.log(2)),
    ("distillation", {"logits": EVEN, "target": [1e4, 0.0], "temperature": 2.0}, 4 * mp.log(2)),
    ("distillation", {"logits": [1.0, 3.0], "target": [5.0, 7.0], "temperature": 2.0}, 0),
    ("crammer_singer", {"scores": [2.0, 0.5, 1.5], "labels": 0}, 0.5),
    ("multi_margin", {"scores": [2.0, 0.5, 1.5], "labels": 0, "margin": 1.0}, mpf(1) / 6),
    ("categorical_hinge", {"prediction": [0.5, 2.0, 1.0], "labels": [1.0, 0.0, 0.0]}, 2.5),
    ("categorical_hinge", {"prediction": [0.5, -3.0], "labels": ONE}, 0.5),  # the right one counts as a wrong 0
    ("cosine_distance", {"prediction": ONE, "target": [0.0, 3.0]}, 1),
    ("cosine_distance", {"prediction": [0.1, -0.7], "target": [-0.2, 1.4]}, 2),
    ("cosine_distance", {"prediction": [0.1, 0.3], "target": [0.2, 0.6]}, 0),
    ("cosine_distance", {"prediction": ONE, "target": [1.0, 1e-200]}, mpf(1e-200) ** 2 / 2),
    ("cosine_embedding", {"first": ONE, "second": [1.0, 1.0], "labels": -1, "margin": 0.0}, 1 / mp.sqrt(2)),
    ("cosine_embedding", {"first": ONE, "second": [1.0, 1.0], "labels": 1, "margin": 0.0}, 1 - 1 / mp.sqrt(2)),
    ("cosine_embedding", {"first": ONE, "second": EVEN, "labels": -1, "margin": -0.5}, 0.5),
    ("triplet_margin", {"anchor": EVEN, "positive": [3.0, 4.0], "negative": OTHER, "margin": 1.0}, 5),
    ("info_nce", {"queries": [ONE, OTHER], "keys": [ONE, OTHER], "temperature": 0.5}, mp.log1p(mp.exp(-2))),
    (
        "info_nce",
        {"queries": [[2.0], [0.0]], "keys": [[0.0], [1.0]], "temperature": 1.0},
        mp.log(2 + 2 * mp.exp(2)) / 2,
    ),
    ("dice", {"prediction": EVEN, "target": EVEN, "smooth": 1.0}, 0),
    ("dice", {**MASKS, "smooth": 1.0}, 0.5),
    ("jaccard", {**MASKS, "smooth": 1.0}, mpf(3) / 5),
    ("tversky", {**MASKS, "alpha": 0.25, "beta": 0.5, "smooth": 1.0}, mpf(5) / 13),
    ("triplet_margin_swap", {"anchor": EVEN, "positive": [3.0, 4.0], "negative": [3.0, 5.0], "margin": 1.0}, 5),
    ("contrastive_embedding", {"first": EVEN, "second": [3.0, 4.0], "labels": 1.0, "margin": 1.0}, 25),
    ("contrastive_embedding", {"first": EVEN, "second": [3.0, 4.0], "labels": 0.0, "margin": 7.0}, 4),
    ("classification_error", {"scores": [1.0, 2.0, 2.0], "labels": 1}, 0),
    ("classification_error", {"scores": [1.0, 2.0, 2.0], "labels": 0}, 1),
    ("circle", {"prediction": [0.75, 0.25], "labels": ONE, "margin": 0.25, "scale": 4.0}, mp.log(2)),
    ("multilabel_margin", {"scores": [0.5, 0.25, 2.0], "labels": [1.0, 0.0, 0.0]}, mpf("3.25") / 3),
    ("multilabel_margin", {"scores": EVEN, "labels": [1.0, 1.0]}, 0),
    ("kl_divergence_of_logs", {"prediction": EVEN, "target": [mp.log(2), -1e4]}, 2 * mp.log(2)),
    ("gaussian_kl", {"mean": [3.0, 0.0], "log_variance": EVEN}, 4.5),
    ("gaussian_kl", {"mean": EVEN, "log_variance": [1e-200, 0.0]}, mpf(1e-200) ** 2 / 4),
    (
        "gaussian_mixture_nll",
        {"logits": [0.0, -1e4], "means": [1.0, 0.0], "log_scales": EVEN, "target": 1.0},
        mp.log(2 * mp.pi) / 2,
    ),
    ("dirichlet_nll", {"concentration": [1.0, 1.0], "target": ONE}, 0),
    ("dirichlet_nll", {"concentration": [3.0, 1.0], "target": [0.5, 0.5]}, mp.log(4) - mp.log(3)),
    ("cox", {"prediction": EVEN, "target": [1.0, 2.0], "event": [1.0, 1.0]}, mp.log(2)),
    ("cox", {"prediction": [0.0, 0.0, 7.0], "target": [2.0, 2.0, 1.0], "event": [1.0, 1.0, 0.0]}, 2 * mp.log(2)),
    ("listnet", {"scores": EVEN, "labels": [1e4, 0.0]}, mp.log(2)),
    (
        "ranking_softmax",
        {"scores": [0.0, 0.0, 1e4], "labels": [1.0, 2.0, 3.0], "valid": [1.0, 1.0, 0.0]},
        3 * mp.log(2),
    ),
    ("ranking_softmax", {"scores": ONE, "labels": ONE, "valid": EVEN}, 0),
    ("pairwise_logistic", {"scores": EVEN, "labels": OTHER, "valid": [1.0, 1.0]}, mp.log(2)),
    ("pairwise_logistic", {"scores": EVEN, "labels": OTHER, "valid": ONE}, 0),
    ("pairwise_hinge", {"scores": [0.0, 0.25], "labels": ONE, "valid": [1.0, 1.0]}, 1.25),
    ("pairwise_hinge", {"scores": [0.0, 0.25], "labels": [1.0, 1.0], "valid": [1.0, 1.0]}, 0),
    ("generalized_dice", {"prediction": [ONE, OTHER], "target": [ONE, OTHER], "smooth": 1.0}, 0),
    ("generalized_dice", {"prediction": [EVEN, OTHER], "target": [ONE, OTHER], "smooth": 1.0}, 0.2),
    ("clip_contrastive", {"first": [ONE, OTHER], "second": [ONE, OTHER], "temperature": 0.5}, mp.log1p(mp.exp(-2))),
    (
        "clip_contrastive",
        {"first": [[2.0], [0.0]], "second": [[0.0], [1.0]], "temperature": 1.0},
        (mp.log(2 + 2 * mp.exp(2)) + mp.log(2) + mp.log1p(mp.exp(2))) / 4,
    ),
    ("n_pair", {"queries": [ONE, OTHER], "keys": [ONE, OTHER]}, mp.log1p(mp.exp(-1))),
    (
        "supervised_contrastive",
        {"embeddings": [ONE, ONE, OTHER], "labels": [4.0, 4.0, 7.0], "temperature": 1.0},
        mp.log1p(mp.exp(-1)) * 2 / 3,
    ),
    ("supervised_contrastive", {"embeddings": [ONE, OTHER], "labels": [0.0, 1.0], "temperature": 1.0}, 0),
    (
        "multi_similarity",
        {"prediction": [0.5, 0.75], "labels": ONE, "alpha": 2.0, "beta": 4.0, "base": 0.5},
        mp.log(2) / 2 + mp.log1p(mp.e) / 4,
    ),
    ("arcface", {"prediction": [0.5, -0.5], "labels": 0, "margin": 0.0, "scale": 3.0}, mp.log1p(mp.exp(-3))),
    ("arcface", {"prediction": [1.0, 0.0], "labels": 0, "margin": 1e-9, "scale": 1e4}, mp.exp(-mp.cos(1e-9) * 10000)),
    ("cosface", {"prediction": [0.5, -0.5], "labels": 0, "margin": 0.25, "scale": 4.0}, mp.log1p(mp.exp(-3))),
]


@pytest.mark.parametrize(("name", "arrays", "expected"), KNOWN)
def test_known_values(name: str, arrays: dict[str, Nested], expected: mpf | float) -> None:
    with mp.workdps(15):
        assert near(oracle.value(name, point_with(**arrays)), mpf(expected), 1e-14)


def test_every_loss_has_a_known_value() -> None:
    assert {loss.name for loss in OVER_AXES} == {name for name, *_ in KNOWN}


@pytest.mark.parametrize(
    ("name", "arrays", "wrt", "expected"),
    [
        ("crammer_singer", {"scores": [0.0, 0.0, 0.0], "labels": 0}, "scores[1]", 0.5),  # of two rivals
        ("crammer_singer", {"scores": [2.0, 1.0, 0.0], "labels": 0}, "scores[0]", -0.5),  # of a rival and 0
        ("multi_margin", {"scores": [1.0, 0.0], "labels": 0, "margin": 1.0}, "scores[1]", 0.25),
        ("categorical_hinge", {"prediction": [0.0, 1.0, 1.0], "labels": [1.0, 0.0, 0.0]}, "prediction[2]", 0.5),
        ("cosine_embedding", {"first": ONE, "second": OTHER, "labels": -1, "margin": 0.0}, "second[0]", 0.5),
        ("cosine_embedding", {"first": ONE, "second": EVEN, "labels": -1, "margin": -0.5}, "second[0]", 0),
        ("triplet_margin", {"anchor": EVEN, "positive": EVEN, "negative": OTHER, "margin": 2.0}, "positive[1]", 0),
        ("triplet_margin", {"anchor": EVEN, "positive": EVEN, "negative": OTHER, "margin": 2.0}, "negative[1]", -1),
        ("triplet_margin", {"anchor": EVEN, "positive": OTHER, "negative": [0, 3.0], "margin": 2.0}, "margin", 0.5),
        ("categorical_cross_entropy", {"prediction": OTHER, "labels": OTHER}, "prediction[0]", 0),
        ("kl_divergence", {"prediction": [0.5, 0.5], "target": OTHER}, "prediction[0]", 0),
        ("kl_divergence", {"prediction": [0.5, 0.5], "target": OTHER}, "target[0]", -mp.inf),
    ],
)
def test_derivatives_at_kinks_and_ends(name: str, arrays: dict[str, Nested], wrt: str, expected: mpf | float) -> None:
    assert oracle.derivative(name, point_with(**arrays), wrt) == expected


def test_entries_may_come_in_any_order() -> None:
    point = point_with(queries=[[1.0, 2.0], [3.0, 4.0]], keys=[[0.5, 0.25], [-1.0, 2.0]], temperature=2.0)
    turned = dict(reversed(point.items()))
    assert oracle.value("info_nce", point) == oracle.value("info_nce", turned)


@pytest.mark.parametrize("wrt", ["logits[2]", "logits[00]", "logits", "labels", "temperature"])
def test_there_is_no_derivative_by_what_a_point_has_not_and_by_a_class(wrt: str) -> None:
    with pytest.raises(ValueError, match="has no derivative by"):
        oracle.derivative("sparse_softmax_cross_entropy", point_with(logits=ONE, labels=0), wrt)


def test_no_entry_may_be_missing() -> None:
    with pytest.raises(ValueError, match="none at places"):
        oracle.value("z_loss", {"logits[0]": 1.0, "logits[2]": 1.0})
