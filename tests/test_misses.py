"""What misses the target of accuracy is told in a line: how much, where, and nothing of what meets it."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Abs

from symloss.codegen.derivation import Derivation, Derived, Error
from symloss.codegen.language import Real, loss
from symloss.codegen.measure import LOST
from symloss.codegen.misses import misses_of
from symloss.codegen.term import variable

POINT = {"target": 2.0, "prediction": 1.0 / 3}


@loss
def huber(prediction: Real, target: Real) -> Any:
    """Stands for a loss of a user's."""
    return Abs(prediction - target)


def error(dtype: str = "float32", bits: float = 0.5, worst: float = 2.0, nans: int = 0, infs: int = 0) -> Error:
    return Error(dtype, 100, bits, worst, POINT, nans, infs, worst)


def derivation(*errors: Error) -> Derivation:
    x = variable("prediction")
    return Derivation({"prediction": Real}, x, (x,), x, (), errors, errors)


GOOD = derivation(error(), error("float64"))


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ((error(worst=31.4), error("float64")), "31 ulp at prediction = 0.333333, target = 2 in float32 (target 8)"),
        ((error(bits=0.8001), error("float64", bits=0.6)), "0.81 bits on average (target 0.8)"),
        ((error(nans=2), error("float64", infs=3, nans=1)), "NaN at 3 points; infinite at 3 points"),
        (
            (error(worst=LOST, nans=1), error("float64")),
            "NaN at 1 point; no number at prediction = 0.333333, target = 2 in float32 (target 8)",
        ),
    ],
)
def test_a_miss_is_a_line_of_its_figures(errors: tuple[Error, ...], said: str) -> None:
    [(_, line)] = misses_of(huber, Derived(GOOD, {"prediction": derivation(*errors), "target": GOOD}))
    what = "the derivative by prediction misses the accuracy target"
    assert line == f"{huber.location}: loss `huber`: {what}: {said}"
    [(_, line)] = misses_of(huber, Derived(derivation(*errors), {"prediction": GOOD}))
    assert "loss `huber`: the value misses the accuracy target" in line


def test_what_meets_the_target_is_not_told() -> None:
    assert not list(misses_of(huber, Derived(GOOD, {"prediction": GOOD})))


def test_what_is_not_finite_is_worse_than_what_is_inexact() -> None:
    inexact, broken = derivation(error(worst=1e5)), derivation(error(nans=1))
    lines = list(misses_of(huber, Derived(inexact, {"prediction": broken})))
    assert "NaN" in max(lines)[1]
