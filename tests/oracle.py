"""The exact truth about every loss, written by hand and independent of the toolkit: the referee of its tests.

`value`, `derivative` and `second` take a loss's name and a point (every argument's value, hyper-parameters too)
and return an `mpmath.mpf` that is right to 40 digits: compare with it under `mp.workdps(40)`, or its digits go.
A loss is written once, in the `truths_of_*.py` of its kind, for jets, without cancellation where that is easy;
the conventions are those of the definitions: 0 log 0 = 0, and at a kink the mean of the two sides' derivatives.
A point holds the entries of an array one by one: "logits[0]", "keys[2, 1]".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import truths_of_choices
import truths_of_distributions
import truths_of_errors
import truths_of_pairs
import truths_over_axes
from jets import ZERO, Jet
from mpmath import mp, mpf

DIGITS, ENOUGH = 40, 50_000

TRUTHS: Mapping[str, Callable[..., Jet]] = {
    name: function
    for module in (truths_of_choices, truths_of_distributions, truths_of_errors, truths_of_pairs, truths_over_axes)
    for name, function in vars(module).items()
    if getattr(function, "__module__", None) == module.__name__ and not name.startswith("_")
}


def value(loss: str, point: Mapping[str, float]) -> mpf:
    """The loss at `point`."""
    return _exact(loss, tuple(point.items()))


def derivative(loss: str, point: Mapping[str, float], wrt: str) -> mpf:
    """The derivative of the loss by the argument `wrt` at `point`."""
    return _exact(loss, tuple(point.items()), wrt)


def second(loss: str, point: Mapping[str, float], first: str, other: str) -> mpf:
    """The second derivative of the loss by two arguments, or twice by the same, at `point`."""
    return _exact(loss, tuple(point.items()), first, other)


@cache
def _exact(loss: str, items: tuple[tuple[str, float], ...], *wrt: str) -> mpf:
    """The loss or its derivative by each of `wrt`: backends, modes and searches ask for the same points again."""
    point = dict(items)

    def compute() -> mpf:
        if not wrt:
            return _along(loss, point, {}).at
        if len(wrt) == 1:
            return _along(loss, point, {wrt[0]: 1}).slope
        first, other = wrt
        if first == other:
            return _along(loss, point, {first: 1}).bend
        up, down = (_along(loss, point, {first: 1, other: side}).bend for side in (1, -1))
        return (up - down) / 4

    return _settled(point, compute)


def _along(loss: str, point: Mapping[str, float], direction: Mapping[str, int]) -> Jet:
    truth = TRUTHS[loss]
    classes = {name for name, kind in truth.__annotations__.items() if kind == "int"}
    if fixed := direction.keys() - (point.keys() - classes):
        raise ValueError(f"{loss} has no derivative by {', '.join(sorted(fixed))}")
    entries = {
        _place(key): int(x) if key in classes else Jet(mpf(x), mpf(direction.get(key, 0))) for key, x in point.items()
    }
    return truth(**_arrays(entries))


@cache
def _place(key: str) -> tuple[str | int, ...]:
    """The name of an argument, and the places of the entry: "keys[2, 1]" is `keys` at 2 and 1."""
    name, *places = re.findall(r"\w+", key)
    return name, *map(int, places)


def _arrays(entries: Mapping[tuple[str | int, ...], Jet | int]) -> dict[Any, Any]:
    """What stands at each first part of the places: an entry, or a sequence of what its other parts lead to."""
    parts: dict[str | int, Any] = {}
    for place, entry in entries.items():
        first, *rest = place
        if rest:
            parts.setdefault(first, {})[tuple(rest)] = entry
        else:
            parts[first] = entry
    return {first: _sequence(part) if isinstance(part, dict) else part for first, part in parts.items()}


def _sequence(entries: Mapping[tuple[str | int, ...], Jet | int]) -> list[Any]:
    """Entries in the order of their places, none of which may be missing."""
    parts = _arrays(entries)
    if sorted(parts) != [*range(len(parts))]:
        raise ValueError(f"an array of {len(parts)} entries has none at places {sorted(parts)}")
    return [parts[place] for place in range(len(parts))]


def _settled(point: Mapping[str, float], compute: Callable[[], mpf]) -> mpf:
    """What `compute` gives at a precision whose double gives the same 40 digits.

    The first precision holds the square of every argument beside 1: at 50 and at 100 digits
    1e300 + 1 - 1e300 is 0 alike.  What stays noise at the highest precision is 0.
    """
    scale = max((abs(math.frexp(x)[1]) for x in map(float, point.values()) if x and math.isfinite(x)), default=0)
    digits, before = 60 + scale, None  # 2 * log10(2**scale) < scale
    while digits <= ENOUGH:
        with mp.workdps(digits):
            now = compute()
            same = before is not None and (
                mp.isnan(now) or now == before or abs(now - before) <= abs(now) * mpf(10) ** -DIGITS
            )
        if same:
            return now
        digits, before = 2 * digits, now
    if abs(now) < mpf(10) ** (-digits // 4):
        return ZERO
    raise ArithmeticError(f"no 40 digits at {point}")
