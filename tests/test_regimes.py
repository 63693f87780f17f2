"""Two forms under one choice: where they are joined, what that earns, and that both are finite everywhere."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from symloss.codegen import derive
from symloss.codegen.regimes import NAME, _simplest, _threshold

BITS = 7


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (-3.0, 5.0, "0"),
        (3.0, 40.0, "8"),
        (2.0**10, 2.0**20, "32768"),
        (1.4, 1.7, "3/2"),
        (1.0, 2.0, "3/2"),
        (-1.7, -1.4, "-3/2"),
        (1e-3, np.inf, "256"),
    ],
)
def test_a_threshold_is_a_simple_number(low: float, high: float, found: str) -> None:
    threshold = _simplest(low, high)
    assert threshold is not None
    assert low <= threshold < high
    assert threshold == Fraction(found) or threshold.numerator.bit_length() <= BITS


def test_a_threshold_that_needs_many_digits_is_none() -> None:
    assert _simplest(1.00001, 1.00002) is None


def test_the_threshold_splits_where_the_forms_change_places() -> None:
    values = np.array([5.0, -1.0, 3.0, 0.5, 20.0, -7.0])
    below, above = np.where(values > 2, 9.0, 0.0), np.where(values > 2, 0.0, 9.0)
    lost, threshold = _threshold(values, below, above)
    assert lost == 0
    assert threshold is not None
    assert 0.5 <= threshold < 3


def test_equal_values_stay_on_one_side() -> None:
    values = np.array([1.0, 1.0, 2.0])
    lost, threshold = _threshold(values, np.array([0.0, 5.0, 5.0]), np.array([5.0, 0.0, 0.0]))
    assert lost == 5.0
    assert threshold is not None
    assert 1 <= threshold < 2


def test_forms_are_joined_where_one_overflows() -> None:
    found = derive("log(1 + v*h)", v="positive", h="positive")
    assert NAME in {step.rule for step in found.steps}
    assert not any(error.broken for error in found.error.after.values())
    assert " if " in found.stable


@pytest.mark.parametrize("backend", ["numpy"])
def test_the_side_that_is_not_taken_is_finite(backend: str) -> None:
    run = derive("log(1 + v*h)/v", v="positive", h="positive").compile(backend)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        found = run(np.array([1e-3, 2.0, 1e150]), np.array([1e-3, 3.0, 1e150]))
    assert np.allclose(found, [np.log1p(1e-6) / 1e-3, np.log1p(6.0) / 2, 300 * np.log(10) / 1e150], rtol=1e-14)
