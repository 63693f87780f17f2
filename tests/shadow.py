"""What a generated NumPy function's own form excuses: cancelling sums, and rounded arguments of exponentials.

The function runs in float64 on `Shadow` arrays, which carry beside their values
- `largest`: the largest summand of the sum that a value ends with, times the factors around it
- `rounding`: a bound of the error that roundings in the smaller dtype have put into the value
For what each exponential's argument is computed from, before signs and clamps, the function is run again
with that moved by its rounding: by how much the result moves is the allowance.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

EXPONENTIALS = (np.exp, np.expm1, np.sinh, np.cosh, np.tanh)
PASSING = (np.negative, np.absolute, np.maximum, np.minimum)
MAGNIFIED = {"float32": 1.0, "float64": 2.0**14}  # so many times a rounding is seen through those of float64


@dataclass
class Recorder:
    """One run: the unit roundoff of the dtype, the operations so far, and which of them is moved, if any.

    `cores` are the operations that arguments of exponentials come from; `subnormal` is true at the points where some
    part is below `tiny`.
    """

    unit: float
    tiny: float
    magnified: float
    moved: int | None = None
    count: int = 0
    cores: set[int] = field(default_factory=set)
    subnormal: np.ndarray = field(default_factory=lambda: np.zeros(1, bool))


@dataclass(eq=False)
class Shadow(NDArrayOperatorsMixin):
    """An array in a run of a generated function."""

    value: np.ndarray
    largest: np.ndarray
    rounding: np.ndarray
    recorder: Recorder
    core: int | None = None  # the operation that gave the value, before signs and clamps

    @property
    def dtype(self) -> np.dtype:
        return self.value.dtype

    def astype(self, _: np.dtype) -> Shadow:
        return self

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None) -> Shadow:
        assert method == "__call__"
        result = _applied(ufunc, [_lifted(each, self.recorder) for each in inputs], self.recorder)
        if out is not None:  # an operation in place
            out[0].value, out[0].largest, out[0].rounding = result.value, result.largest, result.rounding
            return out[0]
        return result

    def __array_function__(self, function: Callable[..., Any], _: Any, inputs: Sequence[Any], __: Any) -> Shadow:
        if function is np.where:
            choice, *branches = (_lifted(each, self.recorder) for each in inputs)
            parts = [np.where(choice.value, *(getattr(b, key) for b in branches)) for key in PARTS]
            return Shadow(*parts, self.recorder)
        like, *fill = inputs
        value = function(like.value, *fill)
        return Shadow(value, np.abs(value), np.zeros_like(value), self.recorder)


PARTS = ("value", "largest", "rounding")


def _lifted(given: Any, recorder: Recorder) -> Shadow:
    if isinstance(given, Shadow):
        return given
    value = np.asarray(given, np.float64)
    return Shadow(value, np.abs(value), np.zeros_like(value), recorder)


def _applied(ufunc: np.ufunc, inputs: list[Shadow], recorder: Recorder) -> Shadow:
    value = ufunc(*(each.value for each in inputs))
    if value.dtype == bool:
        return Shadow(value, value, np.zeros(value.shape), recorder)
    recorder.subnormal = recorder.subnormal | ((np.abs(value) < recorder.tiny) & (value != 0))
    largest, rounding = RULES.get(ufunc, _function)(ufunc, value, inputs, recorder.unit)
    core = next((each.core for each in inputs if each.core is not None), None)
    if ufunc in EXPONENTIALS and core is not None:
        recorder.cores.add(core)
    if ufunc in PASSING:
        return Shadow(value, largest, rounding, recorder, core)
    recorder.count += 1
    if recorder.count == recorder.moved:
        value = value + rounding * recorder.magnified
    return Shadow(value, largest, rounding, recorder, recorder.count)


Rule = Callable[[np.ufunc, np.ndarray, list[Shadow], float], tuple[np.ndarray, np.ndarray]]


def _sum(_: np.ufunc, value: np.ndarray, inputs: list[Shadow], unit: float) -> tuple[np.ndarray, np.ndarray]:
    first, second = inputs
    exact = (first.value == 0) | (second.value == 0) | (value == 0)
    # a sum of several summands is written from left to right
    largest = np.fmax(first.largest, np.abs(second.value))
    return largest, first.rounding + second.rounding + np.where(exact, 0, unit * np.abs(value))


def _product(ufunc: np.ufunc, value: np.ndarray, inputs: list[Shadow], unit: float) -> tuple[np.ndarray, np.ndarray]:
    if ufunc is np.square:
        inputs = inputs * 2
    first, second = inputs
    one, two = np.abs(first.value), np.abs(second.value)
    exact = _power_of_two(one) | _power_of_two(two) | (value == 0)
    rounding = first.rounding * two + second.rounding * one + np.where(exact, 0, unit * np.abs(value))
    return np.fmax(first.largest * two, one * second.largest), rounding


def _quotient(_: np.ufunc, value: np.ndarray, inputs: list[Shadow], unit: float) -> tuple[np.ndarray, np.ndarray]:
    above, below = inputs[0], np.abs(inputs[1].value)
    size = np.abs(value)
    exact = _power_of_two(below) | (value == 0)
    rounding = (above.rounding + inputs[1].rounding * size) / below + np.where(exact, 0, unit * size)
    return above.largest / below, rounding


def _either(_: np.ufunc, value: np.ndarray, inputs: list[Shadow], __: float) -> tuple[np.ndarray, np.ndarray]:
    first, second = inputs
    chosen = np.where(value == first.value, first.rounding, second.rounding)
    return np.fmax(first.largest, second.largest), chosen


def _same(_: np.ufunc, __: np.ndarray, inputs: list[Shadow], ___: float) -> tuple[np.ndarray, np.ndarray]:
    return inputs[0].largest, inputs[0].rounding


def _exact(_: np.ufunc, value: np.ndarray, __: list[Shadow], ___: float) -> tuple[np.ndarray, np.ndarray]:
    return np.abs(value), np.zeros_like(value)


def _function(ufunc: np.ufunc, value: np.ndarray, inputs: list[Shadow], unit: float) -> tuple[np.ndarray, np.ndarray]:
    """Any other function: two roundings of its own, and what its arguments' roundings make of it."""
    rounding = 2 * unit * np.abs(value)
    for each in inputs:
        moved = [other.value + (each.rounding if other is each else 0) for other in inputs]
        rounding = rounding + np.nan_to_num(np.abs(ufunc(*moved) - value))
    return np.abs(value), rounding


RULES: Mapping[np.ufunc, Rule] = {
    np.add: _sum,
    np.subtract: _sum,
    np.multiply: _product,
    np.square: _product,
    np.divide: _quotient,
    np.maximum: _either,
    np.minimum: _either,
    np.negative: _same,
    np.absolute: _same,
    np.sign: _exact,
}


def _power_of_two(values: np.ndarray) -> np.ndarray:
    return np.frexp(values)[0] == 0.5


@dataclass(frozen=True)
class Excuses:
    """At each point: the size of the largest summand, what exponentials are allowed, whether a part is subnormal."""

    largest: np.ndarray
    allowance: np.ndarray
    subnormal: np.ndarray


def excuses(function: Callable[..., Any], given: Mapping[str, np.ndarray], dtype: str) -> Excuses:
    """What the form of a generated NumPy function excuses at some points."""
    information = np.finfo(dtype)
    unit, tiny, magnified = float(information.eps) / 2, float(information.tiny), MAGNIFIED[dtype]
    names = tuple(inspect.signature(function).parameters)

    def run(moved: int | None) -> tuple[Shadow, Recorder]:
        recorder = Recorder(unit, tiny, magnified, moved)
        with np.errstate(all="ignore"):
            arguments = [_lifted(given[name].astype(np.float64), recorder) for name in names]
            return _lifted(function(*arguments), recorder), recorder

    plain, recorder = run(None)
    allowance = np.zeros_like(plain.value)
    for core in sorted(recorder.cores):
        with np.errstate(all="ignore"):
            change = np.abs(run(core)[0].value - plain.value) / magnified
        allowance = allowance + np.where(np.isfinite(change), change, 0)
    return Excuses(plain.largest, allowance, np.broadcast_to(recorder.subnormal, plain.value.shape))
