"""Sums of numbers and arguments over one denominator: beside v = 10, ``(10 - v)/10`` is exact but for its division.

In ``1 - v/10``, which SymPy makes of it, v/10 rounds first, and the difference is left with that error alone.
"""

from __future__ import annotations

from math import lcm

from symloss.codegen.bounds import Ranges
from symloss.codegen.monomials import Monomial, linear
from symloss.codegen.products import scaled
from symloss.codegen.term import ONE, Term, number, product, total, transform

__all__ = ["over_one_denominator"]


def over_one_denominator(term: Term, ranges: Ranges) -> Term:
    """`term` with its sums of multiples of arguments that may vanish over their denominator, if that rounds."""

    def together(node: Term) -> Term:
        if node.operation != "add" or (span := ranges(node)).positive or span.negative:
            return node
        parts = linear(node)
        divisor = lcm(*(factor.denominator for factor in parts.values()))
        if divisor & (divisor - 1) == 0 or any(map(_computed, parts)):
            return node
        return total([scaled(divisor * factor, _product(m)) for m, factor in parts.items()]) / number(divisor)

    return transform(term, together)


def _computed(monomial: Monomial) -> bool:
    """Whether it is neither 1 nor an argument as it comes."""
    return any(base.operation != "variable" or power != 1 for base, power in monomial) or len(monomial) > 1


def _product(monomial: Monomial) -> Term:
    return product([base for base, _ in monomial]) if monomial else ONE
