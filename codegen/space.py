"""Where the variables of a formula live: a domain for each, and conditions between them."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from symloss.codegen.domain import Domain
from symloss.codegen.exact import balls
from symloss.codegen.term import Term

__all__ = ["Condition", "Space", "inside", "repaired", "spanned"]

PRECISION = 160  # bits that decide a condition at a point
REPAIRS = 8  # times that a point is moved to where a condition holds


@dataclass(frozen=True)
class Condition:
    """``lower < upper``, or ``lower <= upper`` if it is not `strict`; `text` is the comparison as it was given."""

    text: str
    lower: Term
    upper: Term
    strict: bool

    @property
    def gap(self) -> Term:
        """What is positive, or not negative, where the condition holds."""
        return self.upper - self.lower

    @property
    def variables(self) -> frozenset[str]:
        return self.lower.variables | self.upper.variables

    def holds(self, point: Mapping[str, float]) -> bool:
        """Whether it holds at `point`, exactly; not where that stays undecided."""
        (gap,) = balls((self.gap,), point, PRECISION)
        return bool(gap > 0 if self.strict else gap >= 0)

    def moved(self, point: Mapping[str, float], name: str, domain: Domain, draw: random.Random) -> float | None:
        """A value of the variable `name` for which the condition holds beside the others of `point`.

        None where the gap is no straight line along the variable, or no value of the domain is found.
        """
        at = [float(balls((self.gap,), {**point, name: v}, PRECISION)[0].mid()) for v in (0.0, 1.0, 2.0)]
        slope = at[1] - at[0]
        if not all(map(math.isfinite, at)) or not slope or not math.isclose(at[2] - at[1], slope, rel_tol=1e-9):
            return None
        edge = -at[0] / slope
        end = domain.upper if slope > 0 else domain.lower
        size = math.ldexp(1 + draw.random(), draw.randrange(-13, 8)) * draw.choice((1.0, max(1.0, abs(edge))))
        value = edge + math.copysign(size, slope) if end is None else edge + (float(end) - edge) * draw.random()
        value = float(round(value)) if domain.exact else value
        return value if domain.contains(value) else None


@dataclass(frozen=True)
class Space(Mapping[str, Domain]):
    """The domains of variables by name, in their order, and the conditions that hold between them."""

    domains: Mapping[str, Domain]
    conditions: tuple[Condition, ...] = ()

    def __getitem__(self, name: str) -> Domain:
        return self.domains[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.domains)

    def __len__(self) -> int:
        return len(self.domains)

    def describe(self) -> tuple[str, ...]:
        """Each domain and each condition in plain text."""
        return (*(d.describe(name) for name, d in self.domains.items()), *(c.text for c in self.conditions))


def spanned(domains: Mapping[str, Domain], names: Iterable[str]) -> Mapping[str, Domain]:
    """The part that the variables `names` span, in their order; of conditions those that name no others."""
    chosen = {name: domains[name] for name in names}
    if not isinstance(domains, Space):
        return chosen
    return Space(chosen, tuple(c for c in domains.conditions if c.variables <= chosen.keys()))


def inside(domains: Mapping[str, Domain], point: Mapping[str, float]) -> bool:
    """Whether every condition between the variables holds at `point`; a bare mapping of domains has none."""
    return not isinstance(domains, Space) or all(c.holds(point) for c in domains.conditions)


def repaired(domains: Mapping[str, Domain], point: Mapping[str, float], draw: random.Random) -> Mapping[str, float]:
    """`point` with variables moved to where the conditions hold, as far as that is found."""
    if not isinstance(domains, Space):
        return point
    result = dict(point)
    for _ in range(REPAIRS):
        broken = next((c for c in domains.conditions if not c.holds(result)), None)
        if broken is None:
            break
        name = draw.choice(sorted(broken.variables))
        value = broken.moved(result, name, domains[name], draw)
        result[name] = result[name] if value is None else value
    return result
