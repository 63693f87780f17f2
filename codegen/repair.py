"""Points moved to where conditions between the variables hold."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

from symloss.codegen.domain import Domain
from symloss.codegen.exact import balls
from symloss.codegen.space import PRECISION, Condition, Space, inside

__all__ = ["repaired"]

Point = Mapping[str, float]

ALL_TO_ONE = 0.25  # of the points
FINE = 2.0**24  # parts of 1
REPAIRS = 8  # times that one variable is moved
CUTS = 30  # of the way to a point where a condition holds, at most
SHORT = (0, 0, 0, 20, 200)  # powers of two by which a cut may be nearer to that point: edges lie at every size


def repaired(domains: Mapping[str, Domain], point: Point, draw: random.Random) -> Point:
    """`point` with variables moved to where the conditions hold, as far as that is found.

    One variable at a time goes beyond the edge of a condition that fails; where that does not settle it the whole
    point is drawn towards one at which everything holds.
    """
    if not isinstance(domains, Space):
        return point
    result = dict(point)
    for simplex in domains.simplexes:
        result |= _shares({name: result[name] for name in simplex}, draw)
    for _ in range(REPAIRS):
        broken = next((c for c in domains.conditions if not c.holds(result)), None)
        if broken is None:
            return result
        name = draw.choice(sorted(broken.variables))
        value = _beyond(broken, result, name, domains, draw)
        result[name] = result[name] if value is None else value
    if inside(domains, result) or not domains.inner:
        return result
    return _drawn(result, draw.choice(domains.inner), domains, draw)


def _shares(weights: Point, draw: random.Random) -> Point:
    """Shares about as large as `weights`, multiples of 2**-24, so that float32 holds them and they add up to 1.

    At times one has all: that is what labels are, and where digits are lost.
    """
    whole = math.fsum(weights.values())
    greatest = max(weights, key=lambda name: weights[name])
    if not whole or draw.random() < ALL_TO_ONE:
        weights = dict.fromkeys(weights, 0.0)
        return {**weights, greatest: 1.0}
    shares = {name: round(weight / whole * FINE) / FINE for name, weight in weights.items()}
    return {**shares, greatest: 1 - math.fsum(share for name, share in shares.items() if name != greatest)}


def _beyond(condition: Condition, point: Point, name: str, space: Space, draw: random.Random) -> float | None:
    """A value of the variable `name` for which `condition` holds beside the others of `point`, if one is found."""
    value = _past_line(condition, point, name, space[name], draw)
    if value is not None:
        return value
    alone = Space({name: space[name]}, (condition,))
    tried = dict.fromkeys([*(p[name] for p in space.inner), *map(float, space[name].samples)])
    there = next((v for v in draw.sample(list(tried), len(tried)) if condition.holds({**point, name: v})), None)
    return None if there is None else _drawn(point, {**point, name: there}, alone, draw)[name]


def _past_line(condition: Condition, point: Point, name: str, domain: Domain, draw: random.Random) -> float | None:
    """The same where the gap is a straight line along the variable, whose edge is where it is 0."""
    size = min(max(1.0, *map(abs, point.values())), 2.0**1000)
    at = [float(balls((condition.gap,), {**point, name: v}, PRECISION)[0].mid()) for v in (0.0, size, 2 * size)]
    rise = at[1] - at[0]
    if not all(map(math.isfinite, at)) or not rise or not math.isclose(at[2] - at[1], rise, rel_tol=1e-9):
        return None
    edge = -at[0] / rise * size
    end = domain.upper if rise > 0 else domain.lower
    away = math.ldexp(1 + draw.random(), draw.randrange(-13, 8)) * draw.choice((1.0, max(1.0, abs(edge))))
    value = edge + math.copysign(away, rise) if end is None else edge + (float(end) - edge) * draw.random()
    value = float(round(value)) if domain.exact and math.isfinite(value) else value
    return value if domain.contains(value) else None


def _drawn(outer: Point, inner: Point, space: Space, draw: random.Random) -> Point:
    """A point between two, at which all of `space` holds as it does at the `inner` one; often near the edge."""
    bad = {name: inner[name] if name in space and space[name].exact else value for name, value in outer.items()}
    good = inner
    for _ in range(draw.randrange(1, CUTS)):
        share = math.ldexp(draw.random(), -draw.choice(SHORT))
        middle = {name: value * (1 - share) + bad[name] * share for name, value in good.items()}
        if all(c.holds(middle) for c in space.conditions):
            good = middle
        else:
            bad = middle
    return good
