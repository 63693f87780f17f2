"""Where the variables of a formula live: a domain for each, and conditions between them."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from symloss.codegen.domain import Domain
from symloss.codegen.exact import balls
from symloss.codegen.monomials import UNIT, atom, linear
from symloss.codegen.notation import show
from symloss.codegen.term import Term, variable

__all__ = ["Condition", "Space", "inside", "spanned"]

PRECISION = 160  # bits that decide a condition at a point
LARGEST = Fraction(2) ** 1024  # what float64 can hold is less
TRIED, KEPT = 600, 16  # points that are looked at for some where everything holds, and how many of those are enough
STEPS = tuple(2.0**n for n in range(12, -20, -1))  # by which a point moves to where it fails less


@dataclass(frozen=True)
class Condition:
    """``lower < upper``, or ``lower <= upper`` if it is not `strict`; `text` is the comparison as it was given."""

    text: str
    lower: Term
    upper: Term
    strict: bool

    @staticmethod
    def of(comparison: Term) -> Condition:
        """The condition that the kernel ``lt`` or ``le`` tests."""
        lower, upper = comparison.arguments
        return Condition(show(comparison), lower, upper, comparison.operation == "lt")

    @property
    def negated(self) -> Condition:
        """What holds where this does not."""
        sign = "<=" if self.strict else "<"
        return Condition(f"{show(self.upper)} {sign} {show(self.lower)}", self.upper, self.lower, not self.strict)

    @cached_property
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

    def narrowed(self, domains: Mapping[str, Domain]) -> tuple[str, Domain] | None:
        """The variable that it bounds by a number and what that leaves of its domain; None where it says other things.

        That is also where nothing is left: then it stays a condition, which no point satisfies.
        """
        form = linear(self.gap)
        name = next(iter(self.variables), "")
        slope = form.get(atom(variable(name)))
        if slope is None or len(self.variables) > 1 or len(form) - (UNIT in form) > 1:
            return None
        end = -form.get(UNIT, Fraction(0)) / slope
        domain = domains[name].limited(end, upper=slope < 0, closed=not self.strict) if abs(end) < LARGEST else None
        return None if domain is None else (name, domain)

    def slack(self, point: Mapping[str, float]) -> float:
        """About how far it is from failing at `point`; negative where it fails or is unknown."""
        (gap,) = balls((self.gap,), point, PRECISION)
        return -math.inf if gap.is_nan() else float(gap.mid())


@dataclass(frozen=True)
class Space(Mapping[str, Domain]):
    """The domains of variables by name, in their order, and the conditions that hold between them.

    Those of each of `simplexes` add up to 1.
    """

    domains: Mapping[str, Domain]
    conditions: tuple[Condition, ...] = ()
    simplexes: tuple[tuple[str, ...], ...] = ()

    @staticmethod
    def of(domains: Mapping[str, Domain]) -> Space:
        """A bare mapping of domains as a space without conditions."""
        return domains if isinstance(domains, Space) else Space(domains)

    def __getitem__(self, name: str) -> Domain:
        return self.domains[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.domains)

    def __len__(self) -> int:
        return len(self.domains)

    def given(self, *conditions: Condition) -> Space:
        """The part of the space where `conditions` hold as well: one on a lone variable narrows its domain."""
        domains, kept = dict(self.domains), list(self.conditions)
        for condition in conditions:
            narrowed = condition.narrowed(domains)
            if narrowed is None:
                kept.append(condition)
            else:
                name, domain = narrowed
                domains[name] = domain
        return Space(domains, tuple(kept), self.simplexes)

    @cached_property
    def inner(self) -> tuple[Mapping[str, float], ...]:
        """A few points at which every condition holds; none where a search finds no such place."""
        draw = random.Random(0)
        values = {n: [*map(float, d.samples), *(v for v in (0.0,) if d.contains(v))] for n, d in self.domains.items()}
        tried: list[Mapping[str, float]] = [
            {name: draw.choice(choices) for name, choices in values.items()} for _ in range(TRIED)
        ]
        found = [point for point in tried if inside(self, point)][:KEPT]
        if not found:
            climbed = self._climbed(max(tried, key=self._slack))
            found = [climbed] if inside(self, climbed) else []
        return tuple(found)

    def _slack(self, point: Mapping[str, float]) -> float:
        return min(condition.slack(point) for condition in self.conditions)

    def _climbed(self, point: Mapping[str, float]) -> Mapping[str, float]:
        """A point from which no step along one variable leads to where the worst condition fails less."""
        best = self._slack(point)
        for step in (*STEPS, *STEPS):
            for name, domain in self.domains.items():
                for value in (point[name] + step, point[name] - step):
                    moved = {**point, name: value}
                    if domain.contains(value) and (slack := self._slack(moved)) > best:
                        point, best = moved, slack
        return point

    def describe(self) -> tuple[str, ...]:
        """Each domain and each condition in plain text."""
        texts = dict.fromkeys(c.text for c in self.conditions)
        return (*(d.describe(name) for name, d in self.domains.items()), *texts)


def spanned(domains: Mapping[str, Domain], names: Iterable[str]) -> Mapping[str, Domain]:
    """The part that the variables `names` span, and behind them those that conditions tie to these."""
    names = tuple(names)
    wanted = set(names)
    space = Space.of(domains)
    ties = [*(c.variables for c in space.conditions), *map(frozenset, space.simplexes)]
    for _ in ties:  # each may tie one more to those before
        wanted.update(n for tie in ties if tie & wanted for n in tie)
    chosen = {name: domains[name] for name in (*names, *(n for n in domains if n in wanted))}
    if not ties:
        return chosen
    conditions = tuple(c for c in space.conditions if c.variables <= wanted)
    return Space(chosen, conditions, tuple(s for s in space.simplexes if wanted.issuperset(s)))


def inside(domains: Mapping[str, Domain], point: Mapping[str, float]) -> bool:
    """Whether every condition between the variables holds at `point`; a bare mapping of domains has none."""
    if not isinstance(domains, Space):
        return True
    whole = all(sum(Fraction(point[name]) for name in simplex) == 1 for simplex in domains.simplexes)
    return whole and all(c.holds(point) for c in domains.conditions)
