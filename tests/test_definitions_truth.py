"""Each definition says what the hand-written truth says, value and derivatives, and the worked examples agree."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path

import oracle
import pytest
import sympy
from mpmath import mp, mpf
from seed_rows import SEED_ROWS, SeedRow

from symloss.codegen.definition import Loss, load
from symloss.codegen.domain import Domain

LOSSES = load(Path(__file__).parents[1] / "defs")
POINTS = 25
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)


def draw(domain: Domain, generator: random.Random) -> float:
    """A value inside the domain, of many magnitudes, as a float."""
    if domain.values:
        return generator.choice(domain.values)
    if domain.lower is not None and domain.upper is not None:
        return generator.uniform(float(domain.lower), float(domain.upper))
    size = generator.choice((1e-3, 1, 10)) * generator.random()
    return size * generator.choice((-1, 1)) if domain.lower is None else float(domain.lower) + size


def points(loss: Loss) -> list[dict[str, float]]:
    generator = random.Random(loss.name)
    return [{a.name: draw(a.domain, generator) for a in loss.arguments} for _ in range(POINTS)]


def textbook(loss: Loss) -> Callable[..., mpf]:
    """The definition as a function of mpmath numbers, in the order of its arguments."""
    return sympy.lambdify([a.symbol for a in loss.arguments], loss.expression, "mpmath")


def near(given: mpf, truth: mpf, relative: float, absolute: float = 0) -> bool:
    return given == truth or abs(given - truth) <= max(relative * abs(truth), absolute)


def test_every_loss_has_a_truth_and_every_truth_a_loss() -> None:
    assert {loss.name for loss in LOSSES} == set(oracle.TRUTHS)


@each_loss
def test_the_definition_has_the_true_value(loss: Loss) -> None:
    formula = textbook(loss)
    for point in points(loss):
        with mp.workdps(400):  # DPO's 1 - p is as small as exp(-10 * 40)
            given = formula(*map(mpf, point.values()))
            assert near(given, oracle.value(loss.name, point), mpf(10) ** -39), point


@each_loss
def test_the_oracle_has_the_derivatives_of_the_definition(loss: Loss) -> None:
    formula = textbook(loss)
    real = [a.name for a in loss.arguments if a.domain.differentiable]
    names = [a.name for a in loss.arguments]
    for point in points(loss)[:5]:
        with mp.workdps(200):  # what a difference quotient of order two leaves of them is enough
            place = tuple(map(mpf, point.values()))
            for wrt in real:
                order = tuple(int(name == wrt) for name in names)
                given = mp.diff(formula, place, order)
                assert near(given, oracle.derivative(loss.name, point, wrt), 1e-30, 1e-60), (point, wrt)
            for first, other in itertools.combinations_with_replacement(real, 2):
                order = tuple((name == first) + (name == other) for name in names)
                given = mp.diff(formula, place, order)
                truth = oracle.second(loss.name, point, first, other)
                assert near(given, truth, 1e-30, 1e-60), (point, first, other)


@pytest.mark.parametrize(
    ("name", "point", "expected"),
    [
        ("binary_cross_entropy", {"prediction": 0.0, "labels": 0}, 0),
        ("binary_cross_entropy", {"prediction": 1.0, "labels": 1}, 0),
        ("binary_cross_entropy", {"prediction": 0.0, "labels": 1}, mp.inf),
        ("bernoulli_kl", {"prediction": 0.0, "target": 0.0}, 0),
        ("bernoulli_kl", {"prediction": 1.0, "target": 1.0}, 0),
        ("generalized_kl", {"prediction": 2.5, "target": 0.0}, 2.5),
        ("poisson_nll", {"rate": 0.0, "target": 0.0}, 0),
        ("bernoulli_kl", {"prediction": 2e-300, "target": 1e-300}, (1 - mp.log(2)) * mpf(1e-300)),
        ("cauchy", {"prediction": 1e-200, "target": 0.0, "scale": 1.0}, mpf(1e-200) ** 2 / 2),
        ("log_cosh", {"prediction": 1e-200, "target": 0.0}, mpf(1e-200) ** 2 / 2),
        ("sigmoid_cross_entropy", {"logits": 1e4, "labels": 1}, mp.exp(-10000)),
        (
            "dpo",  # 1 beside 1e300 needs 300 digits
            {
                "policy_chosen": 1e300,
                "policy_rejected": 1.0,
                "reference_chosen": 1e300,
                "reference_rejected": 0.0,
                "beta": 1.0,
            },
            mp.log(1 + mp.exp(1)),
        ),
        ("gaussian_nll", {"prediction": 1e300, "target": 0.0, "variance": 1.0}, mpf(1e300) ** 2 / 2),
    ],
)
def test_the_oracle_at_ends_and_extremes(name: str, point: dict[str, float], expected: mpf) -> None:
    assert near(oracle.value(name, point), expected, 1e-12)


@pytest.mark.parametrize(
    ("name", "point", "wrt", "expected"),
    [
        ("absolute_error", {"prediction": 1.5, "target": 1.5}, "prediction", 0),
        ("hinge", {"prediction": 1.0, "labels": 1}, "prediction", -0.5),
        ("quantile", {"prediction": 2.0, "target": 2.0, "tau": 0.75}, "prediction", -0.25),
        ("huber", {"prediction": 3.0, "target": 2.0, "delta": 1.0}, "prediction", 1),
        ("binary_cross_entropy", {"prediction": 0.0, "labels": 0}, "prediction", 1),
        ("binary_cross_entropy", {"prediction": 0.25, "labels": 0.25}, "prediction", 0),
        ("poisson_nll", {"rate": 0.0, "target": 0.0}, "rate", 1),
    ],
)
def test_the_derivative_at_a_kink_is_the_mean_of_its_sides(
    name: str, point: dict[str, float], wrt: str, expected: float
) -> None:
    assert oracle.derivative(name, point, wrt) == expected


def evaluated(row: SeedRow) -> object:
    """What the truth gives for a worked example."""

    def elements(arrays: dict[str, object]) -> object:
        if isinstance(next(iter(arrays.values())), list):
            return [elements(dict(zip(arrays, parts, strict=True))) for parts in zip(*arrays.values(), strict=True)]
        return oracle.value(row.loss, {**defaults, **arrays})

    defaults = {
        a.name: a.default for loss in LOSSES if loss.name == row.loss for a in loss.arguments if a.role == "hyper"
    }
    defaults.update(row.hyper)
    result = elements(dict(row.arrays))
    if row.reduction == "none":
        return result
    samples = result if isinstance(result[0], list) else [result]
    means = [sum(sample) / len(sample) for sample in samples]
    if row.weights is not None:
        means = [mean * weight for mean, weight in zip(means, row.weights, strict=True)]
    return sum(means) / len(means) if row.reduction == "mean" else means


def flat(nested: object) -> list[object]:
    return [x for part in nested for x in flat(part)] if isinstance(nested, list) else [nested]


@pytest.mark.parametrize("row", SEED_ROWS, ids=lambda row: row.name)
def test_the_worked_examples_are_true(row: SeedRow) -> None:
    given, expected = flat(evaluated(row)), flat(row.expected)
    assert len(given) == len(expected)
    assert [float(x) for x in given] == pytest.approx(expected, rel=row.tolerance, abs=0)
