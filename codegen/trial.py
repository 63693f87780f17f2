"""Whether a formula has real values where its variables live: what `derive` asks before any work is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from flint import arb

from symloss.codegen.domain import Real
from symloss.codegen.errors import DeriveError
from symloss.codegen.exact import balls, operation
from symloss.codegen.notation import show
from symloss.codegen.parsing import quoted
from symloss.codegen.points import Point, sample
from symloss.codegen.space import Space
from symloss.codegen.term import Term, walk

__all__ = ["require_values", "shown"]

TRIED = 40  # random points, special ones besides
LEAST = 2  # of them with a finite value; the one may be 0 times infinity
DTYPES = ("float64", "float32")
PRECISION, KNOWN = 600, 60  # bits of an attempt, and those that make an argument known


def require_values(term: Term, space: Space) -> None:
    """`DeriveError` where the space is empty, or `term` is complex or without a value in it."""
    points = {dtype: sample(space, dtype, typical=TRIED // 4, extreme=0).typical for dtype in DTYPES}
    _require_points(points, space)
    tried = sample(space, "float64", typical=TRIED, extreme=0).typical
    for point in tried:
        fault = _complex(term, point)
        if fault is not None:
            advice = "narrow the domains, or give a condition between the variables"
            raise DeriveError(f"{quoted(show(fault))} is not real at {shown(point)}; {advice}")
    if sum(bool(balls((term,), p, PRECISION)[0].is_finite()) for p in tried) < min(LEAST, len(tried)):
        raise DeriveError(f"{quoted(show(term))} has no finite value wherever it was tried, as at {shown(tried[0])}")


def _require_points(points: Mapping[str, tuple[Point, ...]], space: Space) -> None:
    for dtype, found in points.items():
        if found:
            continue
        if space.conditions:
            tied = frozenset().union(*(c.variables for c in space.conditions))
            domains = (d.describe(n) for n, d in space.items() if n in tied and d != Real)
            listed = " and ".join(dict.fromkeys([*domains, *(c.text for c in space.conditions)]))
            raise DeriveError(
                f"{quoted(listed)}: no point was found where this holds; the conditions are contradictory,"
                " or leave too little to be found"
            )
        lone = next((n for n, d in space.items() if not sample({n: d}, dtype, typical=4, extreme=0).typical), None)
        raise DeriveError(f"`{lone}`: no {dtype} number was found in its domain; give it a wider one")


def _complex(term: Term, point: Point) -> Term | None:
    """The part of `term` that has no real value at `point` though its arguments have, if the whole has none either.

    A pole, where an argument is exactly 0, is a single point and no fault; nor is a branch that is not taken.
    """
    nodes = tuple(walk(term))
    values = dict(zip(nodes, balls(nodes, point, PRECISION), strict=True))
    if not values[term].is_nan():
        return None
    for node in nodes:
        arguments = [values[a] for a in node.arguments]
        known = [a.is_finite() and a.rel_accuracy_bits() > KNOWN and not a.contains(0) for a in arguments]
        if node.operation != "div" and arguments and all(known) and values[node].is_nan() and _outside(node, arguments):
            return node
    return None


def _outside(node: Term, arguments: Sequence[arb]) -> bool:
    """Whether no end of a ball has a value: of log1p(expm1(-900)) one has, though the ball reaches beyond -1."""
    ends = product(*((a.lower(), a.upper()) for a in arguments))
    return all(operation(node.operation)(*corner).is_nan() for corner in ends)


def shown(point: Mapping[str, float]) -> str:
    """A point as text: ``a = 1, b = 0.25``."""
    return ", ".join(f"{name} = {value:.6g}" for name, value in point.items())
