"""Exact values of terms by ball arithmetic: the truth that every form is measured against.

A ball knows its own error, so the precision is raised until the value is known to `DIGITS` bits;
a value that is still unknown at `LIMIT` bits is NaN ("undetermined") and takes no part in a measurement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache

from flint import arb, ctx

from symloss.codegen.ball_functions import FUNCTIONS, UNKNOWN
from symloss.codegen.kernels import KERNELS, expand
from symloss.codegen.term import Term, variable, walk

__all__ = ["Line", "Values", "balls", "evaluate", "residue"]

DIGITS = 120  # bits of the truth: a float64 has 53, so its rounding is seen to 2**-67 ulp
START, LIMIT = 160, 6000


@lru_cache(maxsize=4096)
def _plan(
    terms: tuple[Term, ...], names: tuple[str, ...]
) -> tuple[tuple[tuple[Callable[..., arb], object], ...], tuple[int, ...]]:
    """The operations that give `terms`, each with the positions of its arguments among the values so far."""
    position = {name: index for index, name in enumerate(names)}
    slots: dict[Term, int] = {}
    steps: list[tuple[Callable[..., arb], object]] = []
    for node in walk(*terms):
        if node.operation == "variable":
            slots[node] = position[node.name]
            continue
        if node.operation == "number":
            value = node.rational
            steps.append((lambda _, p=value.numerator, q=value.denominator: arb(p) / q, None))
        else:
            steps.append((operation(node.operation), tuple(slots[a] for a in node.arguments)))
        slots[node] = len(names) + len(steps) - 1
    return tuple(steps), tuple(slots[t] for t in terms)


@cache
def operation(name: str) -> Callable[..., arb]:
    """The kernel `name` on balls: a primitive, or its own exact formula or textbook meaning."""
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    kernel = KERNELS[name]
    if kernel.ball:
        primitive: Callable[..., arb] = getattr(arb, kernel.ball)
        return primitive
    term = expand(Term(name, tuple(Term("variable", (), n) for n in kernel.names)), kernel.exact or kernel.meaning)
    steps, (result,) = _plan((term,), kernel.names)
    return lambda *values: _run(steps, list(values))[result]


def _run(steps: Sequence[tuple[Callable[..., arb], object]], values: list[arb]) -> list[arb]:
    for function, slots in steps:
        values.append(function(None) if slots is None else function(*[values[s] for s in slots]))  # type: ignore[attr-defined]
    return values


def balls(terms: tuple[Term, ...], point: Mapping[str, float], precision: int) -> list[arb]:
    """The values of `terms` at `point` as balls, at `precision` bits."""
    names = tuple(sorted(point))
    steps, results = _plan(terms, names)
    before, ctx.prec = ctx.prec, precision
    try:
        values = _run(steps, [arb(point[n]) for n in names])
        return [values[r] for r in results]
    finally:
        ctx.prec = before


class Line:
    """The value of `term` where one argument of `point` moves; what does not depend on that is evaluated once."""

    def __init__(self, term: Term, point: Mapping[str, float], name: str, precision: int) -> None:
        names = tuple(sorted(point))
        steps, (self._result,) = _plan((term,), names)
        self._precision, self._moving = precision, names.index(name)
        with ctx.workprec(precision):
            self._values = _run(steps, [arb(point[n]) for n in names])
        self._steps = _depending(steps, len(names), self._moving)

    def __call__(self, value: float) -> arb:
        """The value at that number in place of the point's own."""
        values = self._values
        with ctx.workprec(self._precision):
            values[self._moving] = arb(value)
            for place, function, slots in self._steps:
                values[place] = function(*[values[s] for s in slots])
        return values[self._result]


def _depending(
    steps: Sequence[tuple[Callable[..., arb], object]], first: int, moving: int
) -> list[tuple[int, Callable[..., arb], tuple[int, ...]]]:
    """Those of the steps, the results of which stand from `first` on, that depend on the value at `moving`."""
    changed = {moving}
    found = []
    for place, (function, slots) in enumerate(steps, first):
        if isinstance(slots, tuple) and not changed.isdisjoint(slots):
            changed.add(place)
            found.append((place, function, slots))
    return found


class Values:
    """The values of terms at one point and one precision: each part is evaluated once, however many terms share it."""

    def __init__(self, point: Mapping[str, float], precision: int) -> None:
        self._precision = precision
        self._known: dict[Term, arb] = {variable(name): arb(value) for name, value in point.items()}

    def __call__(self, term: Term) -> arb:
        if term not in self._known:
            with ctx.workprec(self._precision):
                for node in walk(term):
                    if node not in self._known:
                        self._known[node] = self._of(node)
        return self._known[term]

    def _of(self, node: Term) -> arb:
        if node.is_number:
            return arb(node.rational.numerator) / node.rational.denominator
        return operation(node.operation)(*[self._known[a] for a in node.arguments])


def residue(constant: Term, found: float) -> float:
    """What a term without variables is more than `found`."""
    with ctx.workprec(LIMIT):
        return float((evaluate(constant, {}) - found).mid())


def evaluate(term: Term, point: Mapping[str, float]) -> arb:
    """The value of `term` at `point` to `DIGITS` bits, or a NaN ball where `LIMIT` bits do not settle it."""
    precision = START
    while precision <= LIMIT:
        (value,) = balls((term,), point, precision)
        if value.rel_accuracy_bits() >= DIGITS or value.is_zero() or (not value.is_finite() and value.is_exact()):
            return value
        if value.is_finite() and float(value.abs_upper()) == 0.0:
            return value  # below the least subnormal: nothing more is needed
        precision *= 3
    return UNKNOWN
