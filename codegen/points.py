"""Where a form is tried: typical arguments, special ones, the whole float range, and next to every cancellation.

Everything is drawn from a generator seeded by the names of arguments and domains, so that every machine tries
the same points.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from symloss.codegen.domain import Domain
from symloss.codegen.exact import Line
from symloss.codegen.repair import repaired
from symloss.codegen.space import inside
from symloss.codegen.term import Term, walk

__all__ = ["Point", "Points", "crossings", "sample"]

Point = Mapping[str, float]
Values = tuple[float, ...]

TYPICAL = 1e4  # "typical" arguments are at most this large
HITS = 3  # sign changes of each sum along each argument
FEWEST = 0.25  # share of the points with the least count, where formulas of counts have a branch of their own
RELATED = 0.3  # share of the points at which arguments nearly agree


@dataclass(frozen=True)
class Points:
    """Points of one dtype: the `typical` ones bound the error, at the `extreme` ones only NaN and infinity count."""

    typical: tuple[Point, ...]
    extreme: tuple[Point, ...]


def _power_of_two(draw: random.Random, low: int, high: int) -> float:
    """A number whose exponent is uniform in [low, high): no libm, which may differ between machines."""
    return math.ldexp(1 + draw.random(), draw.randrange(low, high))


def _typical(domain: Domain, draw: random.Random) -> float:
    """One typical value: log-uniform magnitudes, moderate ones, and the numbers people write."""
    if domain.values:
        return draw.choice(domain.values)
    lower = -math.inf if domain.lower is None else float(domain.lower)
    upper = math.inf if domain.upper is None else float(domain.upper)
    if domain.exact and math.isfinite(lower) and draw.random() < FEWEST:
        return lower
    if math.isfinite(lower) and math.isfinite(upper):
        near = _power_of_two(draw, -30, -1) * (upper - lower)
        chosen = [lower + near, upper - near, draw.uniform(lower, upper), draw.uniform(lower, upper)]
        if lower < 0 < upper:  # a shape at which nothing happens but that a formula is 0/0
            small = _power_of_two(draw, -60, -1) * min(-lower, upper)
            chosen.append(small * draw.choice((-1, 1)))
        return draw.choice(chosen)
    limit = TYPICAL if domain.typical is None else domain.typical
    least = draw.choice((-13, -13, -60))  # mostly what data look like, at times so small that 1 + x is 1
    wide = min(_power_of_two(draw, least, math.frexp(limit)[1] - 1), limit)
    magnitude = draw.choice((wide, draw.uniform(0, min(limit, 20.0))))
    if lower < 0 < upper and (math.isinf(lower) == math.isinf(upper) or draw.random() < 0.5):
        return max(lower / 2, min(magnitude * draw.choice((-1, 1)), upper / 2))
    return lower + magnitude if math.isfinite(lower) else upper - magnitude


@cache
def _special(domain: Domain) -> tuple[float, ...]:
    if domain.values:
        return tuple(float(v) for v in domain.values)
    return tuple(v for v in (0.0, 1.0, -1.0, 0.5, 2.0, -20.0, 20.0, 90.0, -90.0, 715.0, -715.0) if _promised(v, domain))


def _promised(value: float, domain: Domain) -> bool:
    return domain.contains(value) and (domain.typical is None or abs(value) <= domain.typical)


def _extreme(domain: Domain, draw: random.Random, span: tuple[int, int]) -> float:
    """A value from the whole float range: uniform in the exponent."""
    if domain.values or (domain.lower is not None and domain.upper is not None):
        return _typical(domain, draw)
    magnitude = _power_of_two(draw, *span)
    if domain.typical is not None:
        magnitude = min(magnitude, domain.typical)
    if domain.lower is not None:
        return float(domain.lower) + magnitude
    return magnitude * draw.choice((-1, 1)) if domain.upper is None else float(domain.upper) - magnitude


def _rounded(value: float, domain: Domain, dtype: str) -> float | None:
    """`value` in the dtype, or None where rounding left the domain or the range."""
    if domain.exact and not domain.values:
        value = float(round(value))
    with np.errstate(over="ignore"):
        rounded = float(np.dtype(dtype).type(value))
    return rounded if domain.contains(rounded) else None


def _draws(domains: Mapping[str, Domain], draw: random.Random) -> Iterator[dict[str, float]]:
    names = list(domains)
    while True:
        point = {n: _typical(domains[n], draw) for n in names}
        if len(names) > 1 and draw.random() < RELATED:
            first, second = draw.sample(names, 2)
            close = point[first] * (1 + draw.choice((-1, 1)) * _power_of_two(draw, -24, -2))
            point[second] = close if _promised(close, domains[second]) else point[second]
        yield point


def _kept(
    stream: Iterator[Mapping[str, float]], domains: Mapping[str, Domain], dtype: str, count: int, draw: random.Random
) -> tuple[Point, ...]:
    kept: dict[tuple[float, ...], Point] = {}
    for point in itertools.islice(stream, 20 * count):
        moved = repaired(domains, point, draw)
        rounded = {n: r for n, v in moved.items() if (r := _rounded(v, domains[n], dtype)) is not None}
        if len(rounded) == len(point) and inside(domains, rounded):
            kept.setdefault(tuple(rounded.values()), rounded)
        if len(kept) == count:
            break
    return tuple(kept.values())


def sample(domains: Mapping[str, Domain], dtype: str, *, typical: int = 120, extreme: int = 128) -> Points:
    """`typical` random points besides the special ones, and `extreme` ones over the float range."""
    draw = random.Random(repr(sorted((n, d.name) for n, d in domains.items())))
    specials = list(_specials(domains, draw))[: 3 * typical // 4]
    ordinary = _kept(itertools.chain(specials, _draws(domains, draw)), domains, dtype, typical + len(specials), draw)
    least, most = (-120, 127) if dtype == "float32" else (-1000, 1023)
    spans = ((least, most), (-30, 30), (most - 8, most), (most // 2 - 2, most // 2 + 2))

    def extremes() -> Iterator[Mapping[str, float]]:
        while True:
            exponent = draw.randrange(least, most)
            alike = (exponent, exponent + 1)  # arguments of one size: differences and quotients stay in range
            for chosen in (*spans, alike):  # squares overflow from the middle of the exponents on
                yield {n: _extreme(d, draw, chosen) for n, d in domains.items()}
            for _ in range(3):
                yield {n: _extreme(d, draw, draw.choice(spans)) for n, d in domains.items()}

    return Points(ordinary, _kept(extremes(), domains, dtype, extreme, draw))


def _specials(domains: Mapping[str, Domain], draw: random.Random) -> Iterator[Mapping[str, float]]:
    """Every special value of every argument twice, among ordinary ones, then whole points of special values."""
    ordinary = _draws(domains, draw)
    for name, domain in domains.items():
        for value in _special(domain):
            for _ in range(2):
                yield {**next(ordinary), name: value}
    count = math.prod(len(_special(d)) for d in domains.values())
    for _ in range(min(count, 60)):
        yield {n: draw.choice(_special(d)) for n, d in domains.items()}


def crossings(
    terms: Sequence[Term],
    domains: Mapping[str, Domain],
    dtype: str,
    points: Sequence[Point],
    *,
    most: int = 240,
) -> tuple[Point, ...]:
    """Points around the sign changes of every sum in `terms`, found by bisection along one argument at a time.

    Of all that are found `most` are kept.
    """
    found: dict[tuple[float, ...], Point] = {}
    sums = [n for n in walk(*terms) if n.operation == "add" and n.variables]
    for node, name in ((s, n) for s in sums for n in sorted(s.variables) if not domains[n].values):
        hits = 0
        for point in points[:24]:
            start = tuple((n, v) for n, v in point.items() if n in node.variables)
            moved = ({**point, name: v} for v in _crossing(node, name, domains[name], start, dtype))
            near = [p for p in moved if inside(domains, p)]
            for candidate in near:
                found.setdefault(tuple(candidate.values()), candidate)
            hits += bool(near)
            if hits == HITS:
                break
    if len(found) <= most:
        return tuple(found.values())
    return tuple(random.Random(most).sample(list(found.values()), most))


@lru_cache(maxsize=1 << 14)
def _crossing(node: Term, name: str, domain: Domain, point: tuple[tuple[str, float], ...], dtype: str) -> Values:
    """Values of `name` beside a sign change of `node`, from `point` to a few others of the domain; maybe none.

    A sum is asked for once, however many derivatives and forms it is a part of.
    """
    rounding, others = np.dtype(dtype).type, dict(point)
    along = Line(node, others, name, 96)

    def sign(value: float) -> int:
        ball = along(value)
        return 1 if ball > 0 else -1 if ball < 0 else 0

    low = others[name]
    start = sign(low)
    ends = [v for v in (0.0, 1.0, -low, low / 16, low * 16, low + 1, low - 1) if _promised(v, domain)]
    end = next((v for v in ends if start and sign(v) == -start), None)
    if end is None:
        return ()
    for _ in range(60):
        middle = float(rounding((low + end) / 2))
        if middle in (low, end):
            break
        low, end = (middle, end) if sign(middle) == start else (low, middle)
    scale = abs(low) + abs(end)
    moved = (low, end, *(low + s * scale * 2.0**-k for s in (-1, 1) for k in (20, 12, 6)))
    values = (_rounded(v, domain, dtype) for v in moved)
    return tuple(v for v in values if v is not None)
