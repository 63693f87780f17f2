"""The three backends agree: in digits, at kinks and ends, on NaN and infinities, and in long sums."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from itertools import combinations, product
from typing import Any

import accuracy_words as words
import generated_cases as cases
import numpy as np
import oracle
import pytest
import tensorflow as tf
import torch
from generated_cases import each_backend, each_loss
from mpmath import mp, mpf

import symloss.numpy

INF, NAN = math.inf, math.nan


@pytest.mark.parametrize("dtype", cases.DTYPES)
@pytest.mark.parametrize(("name", "output"), cases.OUTPUTS)
def test_the_backends_agree_to_the_sum_of_their_bounds(name: str, output: str | None, dtype: str) -> None:
    points = cases.typical(name, dtype, output)
    found = [
        words.Given(name, output, dtype, points, cases.computed(backend, name, points, dtype, output), backend)
        for backend in cases.BACKENDS
    ]
    faults = [fault for one, other in combinations(found, 2) for fault in words.disagreements(one, other)]
    assert not faults


# Special arguments.


def special(name: str) -> list[cases.Point]:
    """Whole points of hard labels, ends, zero residuals and hyper-parameters at the ends of their domains."""
    arguments = cases.LOSSES[name].arguments
    choices = [[x for x in (0.0, 1.0, -1.0, 0.5, 3.0) if a.domain.contains(x)] for a in arguments]
    points = [dict(zip((a.name for a in arguments), values, strict=True)) for values in product(*choices)]
    return random.Random(name).sample(points, min(len(points), 60))


def near(got: float, truth: mpf, size: float) -> bool:
    return abs(mpf(got) - truth) <= 1e-12 * max(abs(truth), size)


@each_backend
@pytest.mark.parametrize(("name", "output"), cases.OUTPUTS)
def test_ends_zero_residuals_and_kinks_are_finite_and_right(name: str, output: str | None, backend: str) -> None:
    points = special(name)
    got = cases.computed(backend, name, points, "float64", output)
    largest = words.excuses(name, "float64", output, points).largest
    for point, value, size in zip(points, got, largest, strict=True):
        true = words.exact(name, point, output)
        if mp.isfinite(true):
            assert near(value, true, size), (point, value, float(true))
        elif mp.isinf(true) and output is None:
            assert value == float(true), (point, value)


@pytest.mark.parametrize("backend", ["torch", "tf"])
@each_loss
def test_second_derivatives_at_ends_and_zero_residuals(name: str, backend: str) -> None:
    """They are finite wherever the truth is, and right wherever it is the same on both sides."""
    points = special(name)
    for first in cases.real(name):
        for other, got in SECOND[backend](name, cases.columns(points, "float64"), first).items():
            for point, value in zip(points, got, strict=True):
                true = oracle.second(name, point, first, other)
                if not mp.isfinite(true):
                    continue
                assert math.isfinite(value), (first, other, point)
                right = near(value, true, 1e-3) or not smooth(name, point, first, other, true)
                assert right, (first, other, point, value, float(true))


def smooth(name: str, point: cases.Point, first: str, other: str, true: mpf) -> bool:
    """Whether the second derivative is nearly the same a little further along each argument: no kink, no corner."""
    for argument in cases.LOSSES[name].arguments:
        for step in (-1e-9, 1e-9):
            moved = point[argument.name] + step
            if argument.domain.values or not argument.domain.contains(moved):
                continue
            there = oracle.second(name, {**point, argument.name: moved}, first, other)
            if abs(there - true) > 1e-4 * max(1, abs(true)):
                return False
    return True


def _torch_second(name: str, given: cases.Columns, first: str) -> dict[str, np.ndarray]:
    keys = cases.real(name)
    tensors = {key: torch.tensor(column, requires_grad=key in keys) for key, column in given.items()}
    slope = torch.autograd.grad(cases.torch_call(name, tensors).sum(), tensors[first], create_graph=True)[0]
    if not slope.requires_grad:
        return {}
    found = torch.autograd.grad(slope.sum(), [tensors[key] for key in keys], allow_unused=True)
    return {key: bend.numpy() for key, bend in zip(keys, found, strict=True) if bend is not None}


def _tf_second(name: str, given: cases.Columns, first: str) -> dict[str, np.ndarray]:
    keys = cases.real(name)
    tensors = {key: tf.constant(column) for key, column in given.items()}
    with tf.GradientTape() as outer:
        outer.watch([tensors[key] for key in keys])
        with tf.GradientTape() as inner:
            inner.watch(tensors[first])
            value = cases.tf_call(name, tensors)
        slope = inner.gradient(value, tensors[first])
    found = outer.gradient(slope, [tensors[key] for key in keys])
    return {key: bend.numpy() for key, bend in zip(keys, found, strict=True) if bend is not None}


SECOND: Mapping[str, Callable[[str, cases.Columns, str], dict[str, np.ndarray]]] = {
    "torch": _torch_second,
    "tf": _tf_second,
}


@each_backend
@each_loss
def test_nan_goes_through(name: str, backend: str) -> None:
    points = cases.typical(name, "float64", None)[:6]
    for argument in cases.LOSSES[name].arguments:
        broken = [{**point, argument.name: NAN} for point in points]
        for output in (None, *cases.real(name)):
            for dtype in cases.DTYPES:
                got = cases.computed(backend, name, broken, dtype, output)
                assert np.isnan(got).all(), (argument.name, output, dtype, broken[int(np.isnan(got).argmin())])


CHOICES = dict.fromkeys(("policy_chosen", "policy_rejected", "reference_chosen", "reference_rejected"), 0.0)

# (loss, array arguments, hyper-parameters, the value's limit, the limits of its derivatives)
LIMITS: list[tuple[str, dict[str, float], float, dict[str, float]]] = [
    ("sigmoid_cross_entropy", {"logits": INF, "labels": 1}, 0, {"logits": 0}),
    ("sigmoid_cross_entropy", {"logits": INF, "labels": 0}, INF, {"logits": 1}),
    ("sigmoid_cross_entropy", {"logits": -INF, "labels": 1}, INF, {"logits": -1}),
    ("sigmoid_cross_entropy", {"logits": -INF, "labels": 0}, 0, {"logits": 0}),
    ("sigmoid_cross_entropy", {"logits": INF, "labels": 0.25}, INF, {"logits": 0.75}),
    ("weighted_sigmoid_cross_entropy", {"logits": INF, "labels": 1, "pos_weight": 3}, 0, {"logits": 0}),
    ("weighted_sigmoid_cross_entropy", {"logits": -INF, "labels": 1, "pos_weight": 3}, INF, {"logits": -3}),
    ("weighted_sigmoid_cross_entropy", {"logits": -INF, "labels": 0, "pos_weight": 3}, 0, {"logits": 0}),
    ("sigmoid_focal_cross_entropy", {"logits": INF, "labels": 1}, 0, {"logits": 0}),
    ("sigmoid_focal_cross_entropy", {"logits": -INF, "labels": 1}, INF, {"logits": -0.25}),
    ("sigmoid_focal_cross_entropy", {"logits": INF, "labels": 0}, INF, {"logits": 0.75}),
    ("sigmoid_focal_cross_entropy", {"logits": -INF, "labels": 0}, 0, {"logits": 0}),
    ("soft_margin", {"logits": INF, "labels": 1}, 0, {"logits": 0}),
    ("soft_margin", {"logits": INF, "labels": -1}, INF, {"logits": 1}),
    ("hinge", {"prediction": INF, "labels": 1}, 0, {"prediction": 0}),
    ("hinge", {"prediction": -INF, "labels": 1}, INF, {"prediction": -1}),
    ("squared_hinge", {"prediction": INF, "labels": 1}, 0, {"prediction": 0}),
    ("squared_hinge", {"prediction": INF, "labels": -1}, INF, {"prediction": INF}),
    ("hinge_embedding", {"prediction": INF, "labels": -1}, 0, {"prediction": 0}),
    ("hinge_embedding", {"prediction": INF, "labels": 1}, INF, {"prediction": 1}),
    ("margin_ranking", {"first": INF, "second": 0, "target": 1}, 0, {"first": 0, "second": 0}),
    ("margin_ranking", {"first": INF, "second": 0, "target": -1}, INF, {"first": 1, "second": -1}),
    ("contrastive", {"distance": INF, "labels": 0}, 0, {"distance": 0}),
    ("contrastive", {"distance": INF, "labels": 1}, INF, {"distance": INF}),
    ("squared_error", {"prediction": -INF, "target": 0}, INF, {"prediction": -INF, "target": INF}),
    ("absolute_error", {"prediction": -INF, "target": 0}, INF, {"prediction": -1, "target": 1}),
    ("quantile", {"prediction": INF, "target": 0, "tau": 0.75}, INF, {"prediction": 0.25}),
    ("expectile", {"prediction": INF, "target": 0}, INF, {"prediction": INF}),
    ("huber", {"prediction": INF, "target": 0, "delta": 2}, INF, {"prediction": 2, "target": -2}),
    ("smooth_l1", {"prediction": -INF, "target": 0}, INF, {"prediction": -1, "target": 1}),
    ("log_cosh", {"prediction": -INF, "target": 0}, INF, {"prediction": -1, "target": 1}),
    ("pseudo_huber", {"prediction": INF, "target": 0, "delta": 2}, INF, {"prediction": 2}),
    ("welsch", {"prediction": INF, "target": 0}, 1, {"prediction": 0, "target": 0}),
    ("geman_mcclure", {"prediction": INF, "target": 0}, 2, {"prediction": 0, "target": 0}),
    ("cauchy", {"prediction": INF, "target": 0}, INF, {"prediction": 0, "target": 0}),
    ("poisson_nll", {"rate": INF, "target": 2}, INF, {"rate": 1}),
    ("poisson_nll_log_rate", {"log_rate": INF, "target": 2}, INF, {"log_rate": INF}),
    ("poisson_nll_log_rate", {"log_rate": -INF, "target": 2}, INF, {"log_rate": -2}),
    ("gaussian_nll", {"prediction": INF, "target": 0, "variance": 1}, INF, {"prediction": INF}),
    ("gaussian_nll", {"prediction": 1, "target": 0, "variance": INF}, INF, {"prediction": 0, "variance": 0}),
    ("gaussian_nll_log_variance", {"prediction": 1, "target": 0, "log_variance": INF}, INF, {"log_variance": 0.5}),
    ("gaussian_nll_log_variance", {"prediction": 1, "target": 0, "log_variance": -INF}, INF, {"log_variance": -INF}),
    ("laplace_nll", {"prediction": INF, "target": 0, "scale": 1}, INF, {"prediction": 1}),
    ("laplace_nll", {"prediction": 1, "target": 0, "scale": INF}, INF, {"prediction": 0, "scale": 0}),
    ("ranknet", {"preferred": INF, "rejected": 0}, 0, {"preferred": 0, "rejected": 0}),
    ("ranknet", {"preferred": -INF, "rejected": 0}, INF, {"preferred": -1, "rejected": 1}),
    ("non_saturating_gan_real", {"scores": INF}, 0, {"scores": 0}),
    ("non_saturating_gan_real", {"scores": -INF}, INF, {"scores": -1}),
    ("non_saturating_gan_fake", {"scores": INF}, INF, {"scores": 1}),
    ("hinge_gan_real", {"scores": INF}, 0, {"scores": 0}),
    ("hinge_gan_fake", {"scores": INF}, INF, {"scores": 1}),
    ("least_squares_gan_real", {"scores": -INF}, INF, {"scores": -INF}),
    ("generalized_kl", {"prediction": INF, "target": 2}, INF, {"prediction": 1}),
    ("probit_nll", {"linear_predictor": INF, "labels": 1}, 0, {"linear_predictor": 0}),
    ("probit_nll", {"linear_predictor": INF, "labels": 0}, INF, {"linear_predictor": INF}),
    ("probit_nll", {"linear_predictor": -INF, "labels": 1}, INF, {"linear_predictor": -INF}),
    ("complementary_log_log_nll", {"linear_predictor": INF, "labels": 1}, 0, {"linear_predictor": 0}),
    ("complementary_log_log_nll", {"linear_predictor": INF, "labels": 0}, INF, {"linear_predictor": INF}),
    ("complementary_log_log_nll", {"linear_predictor": -INF, "labels": 1}, INF, {"linear_predictor": -1}),
    ("complementary_log_log_nll", {"linear_predictor": -INF, "labels": 0}, 0, {"linear_predictor": 0}),
    ("itakura_saito", {"prediction": INF, "target": 1}, INF, {"prediction": 0}),
    ("gamma_deviance", {"prediction": INF, "target": 1}, INF, {"prediction": 0}),
    ("tweedie_deviance", {"prediction": INF, "target": 1}, INF, {"prediction": 0}),
    ("student_t_nll", {"prediction": INF, "target": 0, "scale": 1}, INF, {"prediction": 0, "target": 0}),
    ("gumbel_nll", {"prediction": INF, "target": 0, "scale": 1}, INF, {"prediction": INF}),
    ("gumbel_nll", {"prediction": -INF, "target": 0, "scale": 1}, INF, {"prediction": -1}),
    ("discretized_logistic_nll", {"prediction": INF, "target": 0, "scale": 1}, INF, {"prediction": 1}),
    ("negative_binomial_nll", {"log_mean": INF, "target": 2, "total_count": 3}, INF, {"log_mean": 3}),
    ("negative_binomial_nll", {"log_mean": -INF, "target": 2, "total_count": 3}, INF, {"log_mean": -2}),
    ("negative_binomial_nll", {"log_mean": -INF, "target": 0, "total_count": 3}, 0, {"log_mean": 0}),
    ("zero_inflated_poisson_nll", {"log_rate": INF, "gate_logits": 0, "target": 2}, INF, {"log_rate": INF}),
    ("zero_inflated_poisson_nll", {"log_rate": -INF, "gate_logits": 0, "target": 0}, 0, {"log_rate": 0}),
    ("zero_inflated_poisson_nll", {"log_rate": 0, "gate_logits": INF, "target": 0}, 0, {"gate_logits": 0}),
    ("ipo", {**CHOICES, "policy_chosen": INF}, INF, {"policy_chosen": INF, "policy_rejected": -INF}),
    ("simpo", {"policy_chosen": INF, "policy_rejected": 0}, 0, {"policy_chosen": 0}),
    ("simpo", {"policy_chosen": -INF, "policy_rejected": 0, "beta": 2}, INF, {"policy_chosen": -2}),
    ("orpo", {"policy_chosen": -INF, "policy_rejected": -1, "beta": 1}, INF, {"policy_chosen": -2}),
    ("kto", {"policy": INF, "reference": 0, "labels": 1, "reference_point": 1}, 0, {"policy": 0}),
    ("kto", {"policy": INF, "reference": 0, "labels": 0, "reference_point": 1}, 1, {"policy": 0}),
    ("ppo_clip", {"policy": INF, "old_policy": 0, "advantage": 2, "epsilon": 0.25}, -2.5, {"policy": 0}),
    ("ppo_clip", {"policy": INF, "old_policy": 0, "advantage": -1}, INF, {"policy": INF}),
    ("ppo_clip", {"policy": -INF, "old_policy": 0, "advantage": 1}, 0, {"policy": 0}),
    ("k3_kl", {"policy": INF, "reference": 0}, INF, {"policy": 1, "reference": -1}),
    ("k3_kl", {"policy": -INF, "reference": 0}, INF, {"policy": -INF}),
    ("general_robust", {"prediction": INF, "target": 0, "alpha": 1}, INF, {"prediction": 1}),
    ("tukey_biweight", {"prediction": INF, "target": 0, "cutoff": 3}, 1.5, {"prediction": 0, "target": 0}),
    ("weibull_censored_nll", {"scale": 1, "concentration": 2, "target": INF, "event": 0}, INF, {"target": INF}),
    ("log_normal_censored_nll", {"prediction": INF, "target": 1, "scale": 1, "event": 0}, 0, {"prediction": 0}),
    ("log_normal_censored_nll", {"prediction": INF, "target": 1, "scale": 1, "event": 1}, INF, {"prediction": INF}),
]
LIMIT_NAMES = [f"{name} {' '.join(map(str, given.values()))}" for name, given, _, _ in LIMITS]
# Where the formula multiplies 0 by infinity or subtracts infinities, the value or a slope is NaN and not the limit.
MISSED_LIMITS = {
    "cauchy inf 0",
    "complementary_log_log_nll -inf 0",
    "complementary_log_log_nll -inf 1",
    "complementary_log_log_nll inf 0",
    "complementary_log_log_nll inf 1",
    "contrastive inf 0",
    "discretized_logistic_nll inf 0 1",
    "gaussian_nll_log_variance 1 0 -inf",
    "geman_mcclure inf 0",
    "general_robust inf 0 1",
    "generalized_kl inf 2",
    "gumbel_nll inf 0 1",
    "k3_kl -inf 0",
    "log_normal_censored_nll inf 1 1 0",
    "negative_binomial_nll -inf 0 3",
    "orpo -inf -1 1",
    "poisson_nll inf 2",
    "poisson_nll_log_rate inf 2",
    "ppo_clip inf 0 2 0.25",
    "probit_nll inf 1",
    "pseudo_huber inf 0 2",
    "sigmoid_cross_entropy -inf 0",
    "sigmoid_cross_entropy inf 1",
    "sigmoid_focal_cross_entropy -inf 0",
    "sigmoid_focal_cross_entropy -inf 1",
    "sigmoid_focal_cross_entropy inf 0",
    "sigmoid_focal_cross_entropy inf 1",
    "smooth_l1 -inf 0",
    "student_t_nll inf 0 1",
    "tukey_biweight inf 0 3",
    "tweedie_deviance inf 1",
    "weibull_censored_nll 1 2 inf 0",
    "weighted_sigmoid_cross_entropy -inf 0 3",
    "weighted_sigmoid_cross_entropy inf 1 3",
    "welsch inf 0",
    "zero_inflated_poisson_nll inf 0 2",
}
NEWER = ["general_robust", "tukey_biweight", "student_t_nll", "gumbel_nll", "discretized_logistic_nll"]
PAIRS = ["squared_error", "absolute_error", "huber", "smooth_l1", "log_cosh", "pseudo_huber", "welsch", "geman_mcclure"]


@each_backend
@pytest.mark.parametrize(("name", "given", "value", "slopes"), LIMITS, ids=LIMIT_NAMES)
def test_infinite_arguments_give_the_limit(
    name: str, given: dict[str, float], value: float, slopes: dict[str, float], backend: str
) -> None:
    point = [{**cases.hypers(name), **given}]
    for dtype in cases.DTYPES:
        for output, limit in ((None, value), *slopes.items()):
            got = float(cases.computed(backend, name, point, dtype, output)[0])
            label = LIMIT_NAMES[next(i for i, row in enumerate(LIMITS) if row[:2] == (name, given))]
            missed = label in MISSED_LIMITS and np.isnan(got)
            assert missed or (output, got) == (output, limit)


@each_backend
@pytest.mark.parametrize("name", [*PAIRS, *NEWER, "cauchy", "quantile", "expectile", "gaussian_nll", "laplace_nll"])
def test_infinity_against_infinity_is_nan(name: str, backend: str) -> None:
    for end in (INF, -INF):
        point = {a.name: end if a.name in ("prediction", "target") else 1.0 for a in cases.arrays(name)}
        for output in (None, "prediction", "target"):
            got = cases.computed(backend, name, [{**cases.hypers(name), **point}], "float64", output)
            assert np.isnan(got[0]), (end, output, got)


# Sums.


@each_backend
def test_a_million_confident_logits_keep_their_digits(backend: str) -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 2, 1_000_000)
    logits = (generator.uniform(8, 30, labels.shape) * np.where(labels, 1, -1)).astype(np.float32)
    sure = np.abs(logits.astype(float))
    exact = {"sum": math.fsum(np.log1p(np.exp(-sure))), "mean": math.fsum(np.log1p(np.exp(-sure))) / len(sure)}
    call: Mapping[str, Callable[..., Any]] = {
        "numpy": lambda reduction: symloss.numpy.sigmoid_cross_entropy(logits, labels, reduction=reduction),
        "torch": lambda reduction: cases.torch_call(
            "sigmoid_cross_entropy", {"logits": torch.tensor(logits), "labels": torch.tensor(labels)}, reduction
        ),
        "tf": lambda reduction: cases.tf_call("sigmoid_cross_entropy", {"logits": logits, "labels": labels}, reduction),
    }
    for reduction, truth in exact.items():
        result = call[backend](reduction)
        assert "float32" in str(result.dtype)
        assert abs(float(result) / truth - 1) <= 4 * np.finfo(np.float32).eps
