"""The range of a term over the domains of its variables: what lets a rule know that ``1 - p`` is not negative.

Conditions between the variables narrow it: ``a - b`` is positive where a > b.  It is sound up to
rounding, and a rule is checked on exact points besides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import inf

from symloss.codegen.domain import Domain
from symloss.codegen.facts import Fact, Facts
from symloss.codegen.intervals import ANY, Range, mapped, of_domain
from symloss.codegen.monomials import UNIT, atom, combined, linear
from symloss.codegen.space import Condition, Space
from symloss.codegen.term import Term, variable, walk

__all__ = ["Ranges"]


LARGEST = 20  # parts of the terms that facts are asked about; nested sums of exponentials take seconds


class Ranges:
    """The range of any term over a space, remembered by term."""

    def __init__(self, domains: Mapping[str, Domain]) -> None:
        self.domains = domains
        self._known: dict[Term, Range] = {}
        self._given: dict[Condition, Ranges] = {}
        self._facts = Facts(_facts(domains), self)

    def __call__(self, term: Term) -> Range:
        for node in walk(term):
            if node not in self._known:
                self._known[node] = span = self._by_arguments(node)
                if not self._facts.variables.isdisjoint(node.variables) and _parts(node) <= LARGEST:
                    self._known[node] = _within(span, self._facts.range_of(linear(node)))
        return self._known[term]

    def gap(self, smaller: Term, larger: Term) -> Range:
        """The range of ``larger - smaller``: its sign says which of the two is known to be the larger one."""
        span = mapped("add", self(larger), mapped("neg", self(smaller)))
        if _parts(smaller, larger) > LARGEST:
            return span
        difference = combined((Fraction(1), UNIT, linear(larger)), (Fraction(-1), UNIT, linear(smaller)))
        return _within(span, self._facts.range_of(difference))

    def given(self, condition: Condition) -> Ranges:
        """The ranges where `condition` holds as well."""
        if condition not in self._given:
            self._given[condition] = Ranges(Space.of(self.domains).given(condition))
        return self._given[condition]

    def _by_arguments(self, node: Term) -> Range:
        if node.operation == "variable":
            return of_domain(self.domains[node.name])
        if node.is_number:
            value = _as_float(node.rational)
            return Range(value, value, value != 0)
        span = mapped(node.operation, *[self._known[a] for a in node.arguments])
        return _within(span, _of_square(node)) if node.operation == "add" else span


def _of_square(node: Term) -> Range:
    """What a square with its root and a number is by completing it: 1 + x + x**2 is 3/4 at least."""
    parts = dict(linear(node))
    number = parts.pop(UNIT, Fraction(0))
    roots = {atom(base, 2): atom(base) for monomial in parts for base, power in monomial if power == 2}
    square = next((m for m, root in roots.items() if parts.keys() == {m, root}), None)
    if square is None:
        return ANY
    least = _as_float(number - parts[roots[square]] ** 2 / (4 * parts[square]))
    return Range(least, inf) if parts[square] > 0 else Range(-inf, least)


def _parts(*terms: Term) -> int:
    return sum(1 for _ in walk(*terms))


def _as_float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


def _facts(domains: Mapping[str, Domain]) -> Iterator[Fact]:
    """The conditions, and the open ends of domains that are not 0, which a `Range` does not know to be left out."""
    for condition in domains.conditions if isinstance(domains, Space) else ():
        yield Fact(linear(condition.gap), condition.strict)
    for name, domain in domains.items():
        own = atom(variable(name))
        if domain.lower and not domain.lower_closed:
            yield Fact({own: Fraction(1), UNIT: -domain.lower}, strict=True)
        if domain.upper and not domain.upper_closed:
            yield Fact({own: Fraction(-1), UNIT: domain.upper}, strict=True)


def _within(span: Range, other: Range) -> Range:
    """What both ranges hold; contradictory ones leave the first as it is."""
    lower, upper = max(span.lower, other.lower), min(span.upper, other.upper)
    return Range(lower, upper, span.nonzero or other.nonzero) if lower <= upper else span
