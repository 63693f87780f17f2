"""Exact values of SymPy expressions by ball arithmetic: the truth of the benchmark, from the naive expression alone.

A ball knows its own error, so the precision rises until a value is known; what stays unknown is NaN and not counted.
Nothing here is shared with the toolkit's own measurement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import factorial

import sympy
from flint import arb, ctx

from suite.trees import Algebra, evaluate

__all__ = ["FUNCTIONS", "Point", "exact", "signs"]

Point = Mapping[str, float]
Balls = list[arb]

PRECISIONS = (128, 640, 3200, 16_000)  # log(1 + exp(-1e4)) is known from 14 427 bits on
DIGITS = 90  # bits of a truth: a float64 has 53
TINY = arb(2) ** -1200  # below the least float64: that is all there is to know
UNKNOWN = arb.nan()


def _lifted(function: Callable[..., arb]) -> Callable[..., Balls]:
    """`function` on whole columns of balls."""
    return lambda *columns: [function(*row) for row in zip(*columns, strict=True)]


def _times(x: arb, y: arb) -> arb:
    """A product in which 0 log 0 is 0."""
    if (x.is_zero() and not y.is_nan()) or (y.is_zero() and not x.is_nan()):
        return arb(0)
    return x * y


def _power(x: arb, y: arb) -> arb:
    if y.is_zero():
        return arb(1)
    return arb(0) if x.is_zero() and y > 0 else x**y


def _logarithm(x: arb) -> arb:
    return arb.neg_inf() if x.is_zero() else x.log()


def _settled(yes: object, no: object) -> arb:
    return arb(1) if yes else arb(0) if no else UNKNOWN


def _select(condition: arb, then: arb, otherwise: arb) -> arb:
    return then if condition == 1 else otherwise if condition == 0 else UNKNOWN


def _polygamma(order: int) -> Callable[[arb], arb]:
    """A derivative of the digamma function by the zeta function of Hurwitz."""
    sign = (-1) ** (order + 1) * factorial(order)
    return lambda x: sign * arb(order + 1).zeta(x)


FUNCTIONS: Mapping[str, Callable[..., arb]] = {
    "add": arb.__add__,
    "sub": arb.__sub__,
    "mul": _times,
    "div": lambda x, y: arb(0) if x.is_zero() and y != 0 else x / y,
    "neg": arb.__neg__,
    "square": lambda x: x**2,
    "pow": _power,
    "log": _logarithm,
    "Abs": abs,
    "sign": arb.sgn,
    "step": lambda x: (1 + x.sgn()) / 2,
    "Max": arb.max,
    "Min": arb.min,
    "select": _select,
    "StrictLessThan": lambda x, y: _settled(x < y, x >= y),
    "LessThan": lambda x, y: _settled(x <= y, x > y),
    "And": lambda x, y: _settled(x == 1 and y == 1, x == 0 or y == 0),
    "Or": lambda x, y: _settled(x == 1 or y == 1, x == 0 and y == 0),
    "polygamma0": arb.digamma,
    **{f"polygamma{order}": _polygamma(order) for order in (1, 2, 3)},
    **{
        name: getattr(arb, name)
        for name in (
            *("exp", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan"),
            *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "gamma"),
        )
    },
}


def _algebra(count: int) -> Algebra[Balls]:
    constants = {"pi": arb.pi, "true": lambda: arb(1), "false": lambda: arb(0)}
    columns = {name: (lambda make=make: [make()] * count) for name, make in constants.items()}
    return Algebra(
        lambda value: [arb(value.numerator) / value.denominator] * count,
        {**{name: _lifted(function) for name, function in FUNCTIONS.items()}, **columns},
    )


@contextmanager
def _precision(bits: int) -> Iterator[None]:
    before, ctx.prec = ctx.prec, bits
    try:
        yield
    finally:
        ctx.prec = before


def _balls(expression: sympy.Basic, points: Sequence[Point], bits: int) -> Balls:
    with _precision(bits):
        values = {name: [arb(p[name]) for p in points] for name in (points[0] if points else ())}
        return evaluate(expression, _algebra(len(points)), values)


def _known(value: arb, digits: int) -> bool:
    if value.is_nan():
        return False
    return value.is_exact() or value.rel_accuracy_bits() >= digits or abs(value) < TINY


def exact(expression: sympy.Basic, points: Sequence[Point], *, digits: int = DIGITS) -> list[arb]:
    """The value of `expression` at each point to `digits` bits; a NaN ball where even 16 000 do not settle it."""
    result = [UNKNOWN] * len(points)
    waiting = list(range(len(points)))
    for bits in PRECISIONS:
        values = _balls(expression, [points[i] for i in waiting], bits)
        for index, value in zip(waiting, values, strict=True):
            if _known(value, digits):
                result[index] = value
        waiting = [i for i, value in zip(waiting, values, strict=True) if not _known(value, digits)]
        if not waiting:
            break
    return result


def signs(expression: sympy.Basic, points: Sequence[Point]) -> list[int | None]:
    """The sign of `expression` at each point, None where it is unknown at 640 bits; a condition's is 1 or 0."""
    values = _balls(expression, points, PRECISIONS[1])
    return [1 if v > 0 else -1 if v < 0 else 0 if v.is_zero() else None for v in values]
