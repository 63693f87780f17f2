"""Each definition says what the hand-written truth says, value and derivatives, and the worked examples agree."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator

import oracle
import pytest
import sympy
from definitions import ALL, LOSSES
from mpmath import mp, mpf
from seed_rows import SEED_ROWS, SeedRow

from symloss.codegen.definition import Loss
from symloss.codegen.domain import Domain

POINTS = 25
DIGITS = 400  # DPO's 1 - p is as small as exp(-10 * 40)
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)


def draw(domain: Domain, generator: random.Random) -> float:
    """A value inside the domain, of many magnitudes, as a float."""
    if domain.values:
        return generator.choice(domain.values)
    if domain.lower is not None and domain.upper is not None:
        return generator.uniform(float(domain.lower), float(domain.upper))
    size = generator.choice((1e-3, 1, 10)) * generator.random()
    if domain.exact:
        return float(round(size))
    if domain.upper is not None:
        return float(domain.upper) - size
    return size * generator.choice((-1, 1)) if domain.lower is None else float(domain.lower) + size


def points(loss: Loss) -> Iterator[tuple[dict[str, float], mpf]]:
    """Random ones with the textbook's value, but for those at which that is noise: 1 - erf(100) needs 4000 digits."""
    generator, formula = random.Random(loss.name), textbook(loss)
    while True:
        point = {a.name: draw(a.domain, generator) for a in loss.arguments}
        with mp.workdps(DIGITS):
            given = formula(*map(mpf, point.values()))
        with mp.workdps(2 * DIGITS):
            settled = mp.isfinite(given) and near(given, formula(*map(mpf, point.values())), 1e-39)
        if settled:
            yield point, given


def textbook(loss: Loss) -> Callable[..., mpf]:
    """The definition as a function of mpmath numbers, in the order of its arguments."""
    return sympy.lambdify([a.symbol for a in loss.arguments], loss.expression, "mpmath")


def near(given: mpf, truth: mpf, relative: float, absolute: float = 0) -> bool:
    return given == truth or abs(given - truth) <= max(relative * abs(truth), absolute)


def test_every_loss_has_a_truth_and_every_truth_a_loss() -> None:
    assert {loss.name for loss in ALL} == set(oracle.TRUTHS)


@each_loss
def test_the_definition_has_the_true_value(loss: Loss) -> None:
    for point, given in itertools.islice(points(loss), POINTS):
        with mp.workdps(DIGITS):
            assert near(given, oracle.value(loss.name, point), mpf(10) ** -39, mpf(10) ** (50 - DIGITS)), point


@each_loss
def test_the_oracle_has_the_derivatives_of_the_definition(loss: Loss) -> None:
    formula = textbook(loss)
    real = [a.name for a in loss.arguments if a.domain.differentiable]
    names = [a.name for a in loss.arguments]
    for point, _ in itertools.islice(points(loss), 5):
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


CHOICES = ("policy_chosen", "policy_rejected", "reference_chosen", "reference_rejected")


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
        ("generalized_cross_entropy", {"prediction": 0.0, "labels": 1.0, "q": 0.5}, 2),
        ("generalized_cross_entropy", {"prediction": 0.5, "labels": 1.0, "q": 1e-300}, mp.log(2)),
        ("probit_nll", {"linear_predictor": 30.0, "labels": 1}, mp.erfc(30 / mp.sqrt(2)) / 2),
        ("complementary_log_log_nll", {"linear_predictor": -1e4, "labels": 1}, mpf(10000)),
        ("complementary_log_log_nll", {"linear_predictor": 1e300, "labels": 1}, 0),
        ("bernoulli_jensen_shannon", {"prediction": 0.0, "target": 1.0}, mp.log(2)),
        ("bernoulli_squared_hellinger", {"prediction": 0.0, "target": 1.0}, 1),
        ("itakura_saito", {"prediction": 1.0, "target": 1 + 2.0**-52}, mpf(2) ** -105),
        ("gamma_deviance", {"prediction": 1.0, "target": 1 + 2.0**-52}, mpf(2) ** -104),
        ("tweedie_deviance", {"prediction": 4.0, "target": 0.0, "power": 1.5}, 8),
        # near 1 it is a Poisson's deviance, near 2 a gamma's
        ("tweedie_deviance", {"prediction": 1.0, "target": 2.0, "power": 1 + 2.0**-50}, 4 * mp.log(2) - 2),
        ("tweedie_deviance", {"prediction": 1.0, "target": 2.0, "power": 2 - 2.0**-50}, 2 - 2 * mp.log(2)),
        (  # a Gaussian's, with the half log of two pi
            "student_t_nll",
            {"prediction": 0.0, "target": 1.0, "scale": 1.0, "degrees_of_freedom": 1e300},
            (1 + mp.log(2 * mp.pi)) / 2,
        ),
        ("negative_binomial_nll", {"log_mean": 0.0, "target": 3, "total_count": 1e300}, 1),  # a Poisson's
        ("zero_inflated_poisson_nll", {"log_rate": -1e300, "gate_logits": 0.0, "target": 0}, 0),
        ("zero_inflated_poisson_nll", {"log_rate": 1e4, "gate_logits": 0.0, "target": 0}, mp.log(2)),
        (
            "discretized_logistic_nll",
            {"prediction": 0.0, "target": 0.0, "scale": 1e-300, "bin_width": 1e-300},
            mp.log(mp.coth(mpf(1) / 4)),
        ),
        ("general_robust", {"prediction": 1.0, "target": 0.0, "alpha": 2 - 2.0**-52, "scale": 1.0}, 0.5),
        ("general_robust", {"prediction": 1.0, "target": 0.0, "alpha": 1.0, "scale": 1.0}, mp.sqrt(2) - 1),
        ("general_robust", {"prediction": 1.0, "target": 0.0, "alpha": 1e-300, "scale": 1.0}, mp.log(1.5)),
        ("k3_kl", {"policy": 0.0, "reference": 1e-200}, mpf(1e-200) ** 2 / 2),
        ("orpo", {"policy_chosen": -1.0, "policy_rejected": -1.0, "beta": 1.0}, 1 + mp.log(2)),
        ("ipo", {**dict.fromkeys(CHOICES, 1.0), "beta": 0.5}, 1),
        ("log_normal_censored_nll", {"prediction": 0.0, "target": 1.0, "scale": 1.0, "event": 0}, mp.log(2)),
        (
            "weibull_censored_nll",
            {"scale": 2.0, "concentration": 1.0, "target": 4.0, "event": 1},
            2 + mp.log(2),  # an exponential's
        ),
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
        ("ppo_clip", {"policy": 0.0, "old_policy": 0.0, "advantage": 0.0, "epsilon": 0.25}, "advantage", -1),
        ("ppo_clip", {"policy": 9.0, "old_policy": 0.0, "advantage": 1.0, "epsilon": 0.25}, "policy", 0),
        ("tukey_biweight", {"prediction": 3.0, "target": 1.0, "cutoff": 2.0}, "prediction", 0),
        ("generalized_cross_entropy", {"prediction": 0.0, "labels": 1.0, "q": 1.0}, "prediction", -1),
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
