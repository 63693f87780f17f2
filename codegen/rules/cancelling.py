"""What cancels once it is multiplied out: an exponent beside a tail of the normal distribution, a sum beside a choice.

``exp(l*(l*s**2 - 2*x)/2)*erfc(z)`` with z = (l*s**2 - x)/(sqrt(2)*s) is infinity times 0 where it is
``exp(-x**2/(2*s**2))*erfcx(z)``: the exponent less z**2 is shorter than it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symloss.codegen.bounds import Ranges
from symloss.codegen.products import coefficient, multiple, quotient, ratio, scaled
from symloss.codegen.rational import FIELD, one_fraction
from symloss.codegen.rules.laws import Law
from symloss.codegen.term import ONE, ZERO, Term, apply, summands, total, walk

__all__ = ["EXPONENT_BESIDE_A_TAIL", "SUM_INTO_A_CHOICE"]


def _shorter(parts: Sequence[Term], more: Sequence[Term]) -> Term | None:
    """The sum of both multiplied out, if that is shorter than the first alone."""
    before = total(parts)
    after = one_fraction(total([*parts, *more]), keep_differences=False, keep_roots=False)
    return after if len(tuple(walk(after))) < len(tuple(walk(before))) else None


def _is_rational(term: Term) -> bool:
    return bool(term.variables) and all(
        node.operation in FIELD or node.operation == "variable" or not node.variables for node in walk(term)
    )


def _into_choice(node: Term, _: Ranges) -> Term | None:
    """A sum taken into its choice if it cancels there with a branch."""
    parts = list(summands(node))
    for part in parts:
        factor, choice = coefficient(part)
        others = [p for p in parts if p is not part and _is_rational(p)]
        if choice.operation != "select" or abs(factor) != 1 or not others:
            continue
        condition, *branches = choice.arguments
        found = [_cancelled(others, factor, branch) for branch in branches]
        if any(found):
            rest = [p for p in parts if p is not part and p not in others]
            sides = [one or total([*others, scaled(factor, b)]) for one, b in zip(found, branches, strict=True)]
            return total([*rest, apply("select", condition, *sides)])
    return None


def _cancelled(others: Sequence[Term], factor: Fraction, branch: Term) -> Term | None:
    within = multiple(factor, branch)
    rational = [part for part in within if _is_rational(part)]
    shorter = _shorter(others, rational) if rational else None
    return None if shorter is None else total([*(part for part in within if part not in rational), shorter])


def _beside_a_tail(node: Term, _: Ranges) -> Term | None:
    """An exponential times a tail as the scaled tail where the exponent and the square cancel."""
    above, below = quotient(node)
    exponents = [f.arguments[0] for f in above if f.operation == "exp"]
    for tail in (f for f in above if f.operation == "erfc"):
        (z,) = tail.arguments
        for y in exponents:
            rest = _shorter([y], [-apply("square", z)])
            if rest is not None:
                scaled_tail = apply("erfcx", apply("max", z, ZERO)) * apply("exp", rest)
                side = apply("select", apply("lt", ZERO, z), scaled_tail, apply("exp", y) * tail)
                others = [f for f in above if f is not tail and not (f.operation == "exp" and f.arguments[0] is y)]
                return ratio([*others, side], [f for f in below if f is not ONE])
    return None


EXPONENT_BESIDE_A_TAIL = Law("exponent beside a tail", ("mul", "div"), _beside_a_tail)
SUM_INTO_A_CHOICE = Law("sum taken into a choice", ("add",), _into_choice)
