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
from limits import LIMIT_NAMES, LIMITS, MISSED_LIMITS, Limit
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
    written = (0.0, 1.0, -1.0, 0.5, 3.0)
    choices = [[x for x in written if a.domain.contains(x)] or [float(a.domain.samples[0])] for a in arguments]
    points = [dict(zip((a.name for a in arguments), values, strict=True)) for values in product(*choices)]
    return random.Random(name).sample(points, min(len(points), 60))


# Second derivatives that keep fewer digits than asked for here, or are NaN at an end of the domain.
MISSED_BENDS = {
    "bernoulli_squared_hellinger",
    "generalized_cross_entropy",
    "tweedie_deviance",
}


def bend(name: str, point: cases.Point, first: str, other: str) -> mpf:
    """The second derivative by two arguments, or twice by one, in whichever order they come."""
    return oracle.second(name, point, *sorted((first, other)))


def near(got: float, truth: mpf, size: float) -> bool:
    return abs(mpf(got) - truth) <= 1e-12 * max(abs(truth), size)


@pytest.mark.parametrize(("name", "output"), cases.OUTPUTS)
def test_ends_zero_residuals_and_kinks_are_finite_and_right(name: str, output: str | None) -> None:
    points = special(name)
    largest = words.excuses(name, "float64", output, points).largest
    for backend in cases.BACKENDS:
        got = cases.computed(backend, name, points, "float64", output)
        missed = 0
        for point, value, size in zip(points, got, largest, strict=True):
            true = words.exact(name, point, output)
            if mp.isfinite(true) and math.isnan(value):
                missed += 1
            elif mp.isfinite(true):
                assert near(value, true, size), (backend, point, value, float(true))
            elif mp.isinf(true) and output is None:
                assert value == float(true), (backend, point, value)
        assert (missed > 0) == ((name, output) in words.MISSED_ENDS), (backend, missed)


@pytest.mark.parametrize("backend", ["torch", "tf"])
@each_loss
def test_second_derivatives_at_ends_and_zero_residuals(name: str, backend: str) -> None:
    """They are finite wherever the truth is, and right wherever it is the same on both sides."""
    points = special(name)
    missed = 0
    for first in cases.real(name):
        for other, got in SECOND[backend](name, cases.columns(points, "float64"), first).items():
            for point, value in zip(points, got, strict=True):
                true = bend(name, point, first, other)
                if not mp.isfinite(true) or near(value, true, 1e-3):
                    continue
                if not math.isfinite(value) or smooth(name, point, first, other, true):
                    allowed = name in MISSED_BENDS and (math.isnan(value) or near(value, true, 1e3))
                    assert allowed, (first, other, point, value, float(true))
                    missed += 1
    assert (missed > 0) == (name in MISSED_BENDS), missed


def smooth(name: str, point: cases.Point, first: str, other: str, true: mpf) -> bool:
    """Whether the second derivative is nearly the same a little further along each argument: no kink, no corner."""
    for argument in cases.LOSSES[name].arguments:
        for step in (-1e-9, 1e-9):
            moved = point[argument.name] + step
            if argument.domain.values or not argument.domain.contains(moved):
                continue
            there = bend(name, {**point, argument.name: moved}, first, other)
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
    broken = [{**point, argument.name: NAN} for argument in cases.LOSSES[name].arguments for point in points]
    for output in (None, *cases.real(name)):
        for dtype in cases.DTYPES:
            got = cases.computed(backend, name, broken, dtype, output)
            assert np.isnan(got).all(), (output, dtype, broken[int(np.isnan(got).argmin())])


NEWER = ["general_robust", "tukey_biweight", "student_t_nll", "gumbel_nll", "discretized_logistic_nll"]
PAIRS = ["squared_error", "absolute_error", "huber", "smooth_l1", "log_cosh", "pseudo_huber", "welsch", "geman_mcclure"]


@each_backend
@pytest.mark.parametrize(("row", "label"), zip(LIMITS, LIMIT_NAMES, strict=True), ids=LIMIT_NAMES)
def test_infinite_arguments_give_the_limit(row: Limit, label: str, backend: str) -> None:
    name, given, value, slopes = row
    point = [{**cases.hypers(name), **given}]
    missed = 0
    for dtype in cases.DTYPES:
        for output, limit in ((None, value), *slopes.items()):
            got = float(cases.computed(backend, name, point, dtype, output)[0])
            missed += math.isnan(got)
            assert math.isnan(got) or (output, got) == (output, limit)
    assert (missed > 0) == (label in MISSED_LIMITS)


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
