"""Sums as linear combinations of monomials: ``2*(a - b)/c`` and ``-b/c*2 + a*2/c`` are one of them.

A monomial is a set of factors, whatever is no product, each with its exponent; nothing is multiplied out but a sum
by a monomial.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache, reduce

from symloss.codegen.products import whole_power
from symloss.codegen.term import Term

__all__ = ["UNIT", "Linear", "Monomial", "atom", "combined", "constant", "factors_of", "linear", "times"]

Monomial = frozenset[tuple[Term, int]]
Linear = Mapping[Monomial, Fraction]

UNIT: Monomial = frozenset()  # of the constant part
ONE_TIME = Fraction(1)


def atom(term: Term, exponent: int = 1) -> Monomial:
    """A monomial of one factor."""
    return frozenset({(term, exponent)})


def constant(value: Fraction | int) -> Linear:
    """A sum without variables."""
    return {UNIT: Fraction(value)} if value else {}


def times(first: Monomial, second: Monomial, exponent: int = 1) -> Monomial:
    """The product of `first` and a power of `second`; an even power of abs(x) is one of x."""
    powers = dict(first)
    for base, own in second:
        powers[base] = powers.get(base, 0) + own * exponent
    for base, own in list(powers.items()):
        if base.operation == "abs" and own % 2 == 0:
            inner = base.arguments[0]
            powers[inner] = powers.get(inner, 0) + powers.pop(base)
    return frozenset((base, own) for base, own in powers.items() if own)


@lru_cache(maxsize=1 << 12)
def factors_of(monomial: Monomial) -> tuple[tuple[Term, int], ...]:
    """The factors in an order that is the same in every run."""
    return tuple(sorted(monomial, key=repr))


def combined(*parts: tuple[Fraction, Monomial, Linear]) -> Linear:
    """The sum of linear combinations, each times a number and a monomial."""
    result: dict[Monomial, Fraction] = {}
    for factor, monomial, form in parts:
        for own, value in form.items():
            product = times(own, monomial) if monomial else own
            result[product] = result.get(product, Fraction(0)) + factor * value
    return {monomial: value for monomial, value in result.items() if value}


@lru_cache(maxsize=1 << 12)
def linear(term: Term) -> Linear:
    """`term` as a linear combination of monomials."""
    rule = _RULES.get(term.operation)
    return rule(term) if rule else {atom(term): ONE_TIME}


def _sum(term: Term) -> Linear:
    return combined(*((ONE_TIME, UNIT, linear(a)) for a in term.arguments))


def _multiplied(parts: Iterable[tuple[Term, int]]) -> Linear:
    """A product of powers: one sum among them is multiplied out, several stay factors as they are."""
    factor, monomial, sums = ONE_TIME, UNIT, []
    for part, exponent in parts:
        form = linear(part)
        if len(form) == 1:
            ((own, value),) = form.items()
            factor, monomial = factor * value**exponent, times(monomial, own, exponent)
        elif not form and exponent > 0:
            return {}
        else:
            sums.append((part, exponent))
    if len(sums) == 1 and sums[0][1] == 1:
        return combined((factor, monomial, linear(sums[0][0])))
    return {reduce(times, [atom(part, exponent) for part, exponent in sums], monomial): factor}


def _power(term: Term) -> Linear:
    base, exponent = whole_power(term)
    return {atom(term): ONE_TIME} if base is term else _multiplied([(base, exponent)])


_RULES: Mapping[str, Callable[[Term], Linear]] = {
    "number": lambda term: constant(term.rational),
    "add": _sum,
    "neg": lambda term: combined((Fraction(-1), UNIT, linear(term.arguments[0]))),
    "mul": lambda term: _multiplied((a, 1) for a in term.arguments),
    "div": lambda term: _multiplied([(term.arguments[0], 1), (term.arguments[1], -1)]),
    "square": _power,
    "pow": _power,
}
