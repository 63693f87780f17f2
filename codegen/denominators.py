"""Sums of numbers and arguments over one denominator: beside v = 10, ``(10 - v)/10`` is exact but for its division.

In ``1 - v/10``, which SymPy makes of it, v/10 rounds first, and the difference is left with that error alone.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from symloss.codegen.bounds import Ranges
from symloss.codegen.term import ONE, Term, number, summands, total, transform
from symloss.codegen.tidy import coefficient, scaled

__all__ = ["over_one_denominator"]


def over_one_denominator(term: Term, ranges: Ranges) -> Term:
    """`term` with its sums of multiples of arguments that may vanish over their denominator, if that rounds."""

    def together(node: Term) -> Term:
        if node.operation != "add" or (span := ranges(node)).positive or span.negative:
            return node
        parts = [coefficient(part) for part in summands(node)]
        divisor = lcm(*(factor.denominator for factor, _ in parts))
        if divisor & (divisor - 1) == 0 or any(rest is not ONE and rest.operation != "variable" for _, rest in parts):
            return node
        return total([scaled(Fraction(divisor) * factor, rest) for factor, rest in parts]) / number(divisor)

    return transform(term, together)
