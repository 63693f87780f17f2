"""Poles that a shape has in a formula and not in its value: exponentials less what they are there.

``(1 - p**a - (1 - p)**a)/(a - 1)`` is 0/0 at a = 1.  With u = (a - 1) log(p) the power is p (1 + expm1(u)), and the
1's add up to what stands over a - 1 exactly: ``-(p*expm1(u) + (1 - p)*expm1(v))/(a - 1)`` keeps its digits near 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symloss.codegen.exponents import Exponent, normal, parts_of, power_of, remainder_of, replacements, written
from symloss.codegen.monomials import UNIT, atom, linear
from symloss.codegen.products import quotient, ratio, scaled, whole_power
from symloss.codegen.rational import one_fraction
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.term import ONE, ZERO, Term, apply, product, substitute, total, transform, variable

__all__ = ["without_poles"]

HIGHEST = 2  # order of a pole


def without_poles(term: Term, rewriter: Rewriter) -> Iterator[Term]:
    """`term` with one of its quotients by a number that may vanish, where what is over it vanishes, too."""
    whole = one_fraction(term, keep_differences=True, keep_roots=False)
    for form in dict.fromkeys((term, whole)):
        yield from replacements(form, "div", _around_each, rewriter)


def _around_each(node: Term) -> Iterator[Term]:
    above, below = quotient(node)
    for gap, times in _gaps(below).items():
        others = [factor for factor in below if factor not in (gap, apply("square", gap))]
        for name in sorted(name for name in gap.variables if atom(variable(name)) in linear(gap)):
            slope = linear(gap)[atom(variable(name))]
            center = normal(variable(name) - scaled(1 / slope, gap))
            for after in _taken_out(product(above), name, center, gap, times):
                yield ratio([after], others)


def _gaps(below: Sequence[Term]) -> dict[Term, int]:
    """What is below the line and linear in a variable, and how often: 1 or 2 times."""
    found: dict[Term, int] = {}
    for factor in below:
        base, times = whole_power(factor)
        if base.variables and linear(base).keys() <= {UNIT, *(atom(variable(name)) for name in base.variables)}:
            found[base] = found.get(base, 0) + times
    return {gap: times for gap, times in found.items() if 0 < times <= HIGHEST}


def _taken_out(above: Term, name: str, center: Term, gap: Term, order: int) -> Iterator[Term]:
    """`above` over a power of `gap`, its exponentials less what they are where `name` is at the `center`."""
    rest: list[Term] = []
    remainders: list[Term] = []
    for factor, exponent in parts_of(transform(above, written)):
        there, distance = _apart(exponent, name, center)
        if distance is None:
            return
        base = factor if not there else factor * power_of(there)
        rest.append(base)
        if distance is not ZERO:
            rest += [base * distance] if order > 1 else []
            remainders.append(factor * remainder_of(there, distance, order))
    below = gap if order == 1 else apply("square", gap)
    left = normal(total(rest) / below)
    if not remainders or any(
        f.variables == gap.variables and normal(f / gap).is_number for f in _flat(quotient(left)[1])
    ):
        return
    over = total(remainders) / below
    yield over if left is ZERO else over + left


def _flat(factors: Sequence[Term]) -> Iterator[Term]:
    for factor in factors:
        yield factor.arguments[0] if factor.operation in ("square", "pow") else factor


def _apart(exponent: Exponent, name: str, center: Term) -> tuple[Exponent, Term | None]:
    """An exponent at the center, and how far it is from that: None if it is no linear function of the variable."""
    there: dict[Term, Term] = {}
    parts: list[Term] = []
    for key, factor in exponent.items():
        if name in key.variables:
            return exponent, None
        at_center = normal(substitute(factor, {variable(name): center}))
        if at_center is not ZERO:
            there[key] = at_center
        if name in factor.variables:
            slope = normal((factor - at_center) / (variable(name) - center))
            if name in slope.variables:
                return exponent, None
            part = slope * (variable(name) - center)
            parts.append(part if key is ONE else part * key)
    return there, total(parts)
