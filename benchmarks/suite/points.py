"""Where a form is tried: ordinary arguments, special ones, the whole float range, and next to each cancellation.

The generator is seeded by the row's name, so that every run and every machine tries the same points.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

import numpy as np
import sympy

from suite.balls import Point, signs
from suite.corpus import Row
from symloss.codegen.domain import Domain

__all__ = ["Points", "ordinary", "sample"]

LIMIT = 1e4  # the largest magnitude of an ordinary argument
ORDINARY, EXTREME, NEAR = 120, 48, 72
SPECIAL = (0.0, 1.0, -1.0, 0.5, 2.0, -2.0, 20.0, -20.0, 90.0, -90.0, 720.0, -720.0, 1e4, -1e4)
DEPTHS = (4, 9, 14, 20, 23, 30, 40, 52)  # a pair x, x (1 + 2**-k) cancels k bits


@dataclass(frozen=True)
class Points:
    """Points of one dtype; at the first `typical` ones the error counts, at the others NaN and infinity only."""

    dtype: str
    points: tuple[Point, ...]
    typical: int


def sample(row: Row, dtype: str) -> Points:
    """The points at which `row` is tried in the dtype."""
    draw = random.Random(row.name)
    chosen = _new(row, dtype, _ordinary(row, draw), ORDINARY, ())
    chosen += _new(row, dtype, _special(row, draw), ORDINARY // 3, chosen)
    chosen += _new(row, dtype, _near(row, chosen[:24], draw), NEAR, chosen)
    return Points(dtype, chosen + _new(row, dtype, _extreme(row, draw, dtype), EXTREME, chosen), len(chosen))


def ordinary(row: Row, count: int) -> tuple[Point, ...]:
    """The first `count` of the ordinary points in float64."""
    return _new(row, "float64", _ordinary(row, random.Random(row.name)), count, ())


def _new(
    row: Row, dtype: str, stream: Iterator[dict[str, float]], count: int, known: tuple[Point, ...]
) -> tuple[Point, ...]:
    """The first `count` allowed points of `stream` that are not among the `known` ones."""
    seen = {tuple(point.values()) for point in known}
    chosen: dict[tuple[float, ...], Point] = {}
    for _ in range(8):  # an assumption may refuse most points
        batch = list(islice(stream, 3 * count))
        for point in _allowed(row, batch, dtype):
            if tuple(point.values()) not in seen:
                chosen.setdefault(tuple(point.values()), point)
        if len(chosen) >= count or not batch:
            break
    return tuple(chosen.values())[:count]


def _allowed(row: Row, batch: list[dict[str, float]], dtype: str) -> list[Point]:
    """The points of `batch`, rounded to the dtype, that lie in the domains and meet the row's assumptions."""
    kind = np.dtype(dtype).type
    with np.errstate(over="ignore"):
        rounded = [{name: _rounded(value, row.domains[name], kind) for name, value in p.items()} for p in batch]
    inside = [p for p in rounded if all(row.domains[name].contains(value) for name, value in p.items())]
    for condition in row.conditions:
        inside = [p for p, sign in zip(inside, signs(condition, inside), strict=True) if sign == 1] if inside else []
    return list(inside)


def _rounded(value: float, domain: Domain, kind: type[np.floating]) -> float:
    if domain.exact and not domain.values and math.isfinite(value):
        value = float(round(value))
    return float(kind(value))


def _ends(domain: Domain) -> tuple[float, float]:
    lower = -math.inf if domain.lower is None else float(domain.lower)
    return lower, math.inf if domain.upper is None else float(domain.upper)


def _magnitude(draw: random.Random, low: float, high: float) -> float:
    """Uniform in the exponent."""
    return math.exp(draw.uniform(math.log(low), math.log(high)))


def _inside(domain: Domain, magnitude: float, draw: random.Random) -> float:
    """A value of the domain at that distance from its finite end, or from 0."""
    lower, upper = _ends(domain)
    if math.isfinite(lower):
        return lower + magnitude
    return upper - magnitude if math.isfinite(upper) else draw.choice((-1, 1)) * magnitude


def _value(domain: Domain, draw: random.Random) -> float:
    """An ordinary value: log-uniform from the float's small numbers to `LIMIT`, or uniform in what data look like."""
    if domain.values:
        return float(draw.choice(domain.values))
    lower, upper = _ends(domain)
    if math.isfinite(lower) and math.isfinite(upper):
        distance = (upper - lower) * _magnitude(draw, 1e-12, 0.5)
        return draw.choice((draw.uniform(lower, upper), draw.uniform(lower, upper), lower + distance, upper - distance))
    least = draw.choice((1e-4, 1e-4, 1e-12, 1e-30))
    return _inside(domain, draw.choice((_magnitude(draw, least, LIMIT), draw.uniform(0, 20))), draw)


def _ordinary(row: Row, draw: random.Random) -> Iterator[dict[str, float]]:
    while True:
        yield {name: _value(domain, draw) for name, domain in row.domains.items()}


def _special(row: Row, draw: random.Random) -> Iterator[dict[str, float]]:
    """One argument special among ordinary ones, then all of them."""
    ordinary = _ordinary(row, draw)
    for name in row.domains:
        for value in SPECIAL:
            yield {**next(ordinary), name: value}
    while True:
        yield {name: draw.choice(SPECIAL) for name in row.domains}


def _extreme(row: Row, draw: random.Random, dtype: str) -> Iterator[dict[str, float]]:
    information = np.finfo(dtype)
    tiny, huge = float(information.tiny), float(information.max) / 2
    ordinary = _ordinary(row, draw)
    while True:
        point = next(ordinary)
        for name, domain in row.domains.items():
            if None in (domain.lower, domain.upper) and not domain.values and draw.random() < 0.7:
                magnitude = draw.choice((_magnitude(draw, tiny, huge), _magnitude(draw, 1e4, math.sqrt(huge) * 16)))
                point[name] = _inside(domain, magnitude, draw)
        yield point


def _near(row: Row, seeds: tuple[Point, ...], draw: random.Random) -> Iterator[dict[str, float]]:
    """Points at which a sum nearly vanishes: round its sign changes, and where arguments nearly agree."""
    movable = [name for name, domain in row.domains.items() if not domain.exact]
    found = [*_crossings(row, movable, seeds), *_pairs(row, movable, draw)]
    draw.shuffle(found)
    yield from found


def _pairs(row: Row, movable: list[str], draw: random.Random) -> Iterator[dict[str, float]]:
    ordinary = _ordinary(row, draw)
    for _ in range(3):
        for depth in DEPTHS:
            factor = 1 + draw.choice((-1, 1)) * math.ldexp(1 + draw.random(), -depth)
            for name in movable:
                point = next(ordinary)
                others = [1.0, *(point[other] for other in movable if other != name)]
                yield {**point, name: draw.choice(others) * factor}


def _crossings(row: Row, movable: list[str], seeds: tuple[Point, ...]) -> Iterator[dict[str, float]]:
    """Points beside the sign changes of every sum of the formula, by bisection along one argument."""
    sums = [node for node in sympy.preorder_traversal(row.expression) if node.is_Add]
    for node in dict.fromkeys(sums):
        for name in movable:
            if row.symbols[name] in node.free_symbols:
                yield from _crossing(node, name, seeds)


def _crossing(node: sympy.Expr, name: str, seeds: tuple[Point, ...]) -> Iterator[dict[str, float]]:
    found = signs(node, seeds)
    low = next((p for p, s in zip(seeds, found, strict=True) if s == -1), None)
    if low is None:
        return
    moved = [{**low, name: p[name]} for p in seeds]
    high = next((p for p, s in zip(moved, signs(node, moved), strict=True) if s == 1), None)
    if high is None:
        return
    below, above = Fraction(low[name]), Fraction(high[name])
    for _ in range(60):
        middle = (below + above) / 2
        (sign,) = signs(node, [{**low, name: float(middle)}])
        below, above = (middle, above) if sign == -1 else (below, middle)
    root = float(below)
    for depth in (*DEPTHS, 60):
        for side in (-1, 1):
            yield {**low, name: root + side * max(abs(root), 2.0**-20) * 2.0**-depth}
