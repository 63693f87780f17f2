"""What conditions say of a sum: a bound from below that no interval knows, such as ``a - b > 0`` where a > b.

A fact is a sum that is positive, or not negative.  A multiple of it by a positive monomial is taken from a sum so that
a monomial of both is gone; what is left is bounded in the same way, at last by the ranges of its parts.
``x**2 - y**2`` is ``x*(x - y) + y*(x - y)``, and positive where x > y > 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

from symloss.codegen.intervals import Range, mapped
from symloss.codegen.kernels import KERNELS
from symloss.codegen.monomials import UNIT, Linear, Monomial, atom, combined, constant, factors_of, linear, times
from symloss.codegen.term import Term, apply

__all__ = ["Bound", "Fact", "Facts"]

DEPTH = 3  # facts that are taken from a sum in a row
LONGEST = 8  # monomials of a sum that is looked at
PLUS, MINUS = Fraction(1), Fraction(-1)


class Bound(NamedTuple):
    """A sum is at least `value`, and never `value` itself if the bound is `strict`."""

    value: float
    strict: bool


@dataclass(frozen=True)
class Fact:
    """A sum that is positive, or not negative if it is not `strict`."""

    gap: Linear
    strict: bool


class Facts:
    """Bounds of sums by facts.  `ranges` gives the range of any single term, and may ask here in its turn."""

    def __init__(self, known: Iterable[Fact], ranges: Callable[[Term], Range]) -> None:
        self._known = [side for fact in known for side in _sides(fact)]
        self._ranges = ranges
        self._bounds: dict[tuple[frozenset[tuple[Monomial, Fraction]], int], Bound] = {}
        self._about: dict[tuple[Term, ...], tuple[Fact, ...]] = {}
        self.variables = frozenset().union(*(b.variables for f in self._known for m in f.gap for b, _ in m))

    def range_of(self, form: Linear) -> Range:
        """The range of a sum."""
        lower, upper = self.bound(form), self.bound(combined((MINUS, UNIT, form)))
        return Range(lower.value, 0.0 - upper.value, lower > (0.0, False) or upper > (0.0, False))

    def bound(self, form: Linear, depth: int = DEPTH) -> Bound:
        """The best bound of a sum from below that `depth` facts give."""
        key = (frozenset(form.items()), depth)
        if key not in self._bounds:
            best = self._bounds[key] = self._by_ranges(form)  # what a circle of questions ends in
            if depth and len(form) <= LONGEST:
                for fact in (*self._known, *self._derived(form)):
                    for rest, strict in self._without(form, fact):
                        longer = len(rest) - (UNIT in rest) > len(form) - (UNIT in form)
                        bound = self._by_ranges(rest) if longer else self.bound(rest, depth - 1)
                        best = max(best, Bound(bound.value, bound.strict or strict))
            self._bounds[key] = best
        return self._bounds[key]

    def _by_ranges(self, form: Linear) -> Bound:
        value, strict = 0.0, False
        for monomial, factor in form.items():
            span = self._span(monomial)
            end = span.lower if factor > 0 else span.upper
            value += _rounded(factor) * end
            strict |= end == 0 and span.nonzero
        return Bound(-math.inf if math.isnan(value) else value, strict)

    def _span(self, monomial: Monomial) -> Range:
        parts = [_power(self._ranges(base), exponent) for base, exponent in factors_of(monomial)]
        return mapped("mul", *parts) if parts else Range(1.0, 1.0, nonzero=True)

    def _without(self, form: Linear, fact: Fact) -> Iterator[tuple[Linear, bool]]:
        """What a multiple of `fact` leaves of a sum, and whether that multiple is never 0."""
        for monomial, factor in form.items():
            for own, value in fact.gap.items():
                if not _bases(monomial).isdisjoint(_bases(own)):
                    ratio, share = times(monomial, own, -1), factor / value
                    span = self._span(ratio)
                    if span.nonnegative if share > 0 else span.nonpositive:
                        rest = combined((PLUS, UNIT, form), (-share, ratio, fact.gap))
                        yield rest, fact.strict and span.nonzero

    def _derived(self, form: Linear) -> tuple[Fact, ...]:
        """Facts about the parts of a sum: |t| is at least t, and exp(a) more than exp(b) where a > b."""
        bases = tuple(dict.fromkeys(base for monomial in form for base, _ in factors_of(monomial)))
        if bases not in self._about:
            self._about[bases] = ()
            self._about[bases] = tuple(self._looked_up(bases))
        return self._about[bases]

    def _looked_up(self, bases: Sequence[Term]) -> Iterator[Fact]:
        for base in bases:
            yield from (Fact(gap, strict=False) for gap in _implied(base))
            yield from self._by_square(base)
            yield from self._beside_values(base)
        for larger, smaller in permutations(bases, 2):
            if larger.operation == smaller.operation in KERNELS and KERNELS[larger.operation].monotone:
                yield from self._in_order(larger, smaller)

    def _by_square(self, base: Term) -> Iterator[Fact]:
        """|t| < r where t**2 < r**2."""
        inner = base.arguments[0] if base.operation == "abs" else base
        square = atom(inner, 2)
        if any(square in fact.gap for fact in self._known):
            most, strict = self.bound({square: MINUS})
            if math.isfinite(most):
                root = math.sqrt(-most)
                exact = Fraction(root) ** 2 == Fraction(-most)
                end = constant(Fraction(root if exact else math.nextafter(root, math.inf)))
                within = Fact(combined((PLUS, UNIT, end), (MINUS, atom(apply("abs", inner)), constant(1))), strict)
                yield from _sides(within)

    def _beside_values(self, base: Term) -> Iterator[Fact]:
        """A monotone kernel is more than its value at a number where its argument is more than that."""
        kernel = KERNELS.get(base.operation)
        if kernel is None or not kernel.monotone:
            return
        for place, value in kernel.values.items():
            span = self._gap(base.arguments[0], place)
            side = Fraction(span.positive - span.negative) * (1 if kernel.monotone == "+" else -1)
            if side:
                yield Fact(combined((side, UNIT, linear(base)), (-side, UNIT, linear(value))), strict=True)

    def _in_order(self, larger: Term, smaller: Term) -> Iterator[Fact]:
        signs = KERNELS[larger.operation].monotone.split()
        pairs = zip(signs, larger.arguments, smaller.arguments, strict=True)
        spans = [self._gap(x, y) if sign == "+" else self._gap(y, x) for sign, x, y in pairs]
        if all(span.nonnegative for span in spans):
            gap = combined((PLUS, UNIT, linear(larger)), (MINUS, UNIT, linear(smaller)))
            yield Fact(gap, any(span.positive for span in spans))

    def _gap(self, larger: Term, smaller: Term) -> Range:
        return self.range_of(combined((PLUS, UNIT, linear(larger)), (MINUS, UNIT, linear(smaller))))


def _implied(term: Term) -> Iterator[Linear]:
    """Sums that are never negative: what an absolute value or an extremum is beside its arguments."""
    if term.operation in ("abs", "max", "min"):
        share = MINUS if term.operation == "min" else PLUS
        inner = term.arguments if term.operation != "abs" else (*term.arguments, -term.arguments[0])
        for part in inner:
            yield combined((share, atom(term), constant(1)), (-share, UNIT, linear(part)))


def _sides(fact: Fact) -> Iterator[Fact]:
    """The fact itself, and what it says of x where it says something of |x|."""
    yield fact
    for monomial, factor in fact.gap.items():
        for base, exponent in monomial:
            for gap in _implied(base) if len(monomial) == exponent == 1 else ():
                if factor * gap[monomial] < 0:
                    yield Fact(combined((PLUS, UNIT, fact.gap), (-factor / gap[monomial], UNIT, gap)), fact.strict)


@lru_cache(maxsize=1 << 12)
def _bases(monomial: Monomial) -> frozenset[Term]:
    return frozenset(base for base, _ in monomial)


@lru_cache(maxsize=1 << 12)
def _power(span: Range, exponent: int) -> Range:
    if exponent < 0:
        return mapped("div", Range(1.0, 1.0, nonzero=True), _power(span, -exponent))
    if exponent % 2:
        return mapped("mul", span, _power(span, exponent - 1)) if exponent > 1 else span
    half = mapped("square", span)
    return half if exponent == 2 else _power(half, exponent // 2)


def _rounded(factor: Fraction) -> float:
    try:
        return float(factor)
    except OverflowError:
        return math.inf if factor > 0 else -math.inf
