"""Terms as products: the number in front, the factors above and below the line, their whole exponents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from symloss.codegen.term import ONE, Term, apply, factors, number, product, summands

__all__ = [
    "coefficient",
    "counted_factors",
    "multiple",
    "of_powers",
    "powers_of",
    "quotient",
    "ratio",
    "scaled",
    "single_factors",
    "whole_power",
]

HIGHEST = 8  # exponent of a power that is a product; 2**(10**9) need not be worked out


@lru_cache(maxsize=1 << 16)
def coefficient(term: Term) -> tuple[Fraction, Term]:
    """`term` as a rational number times the rest."""
    if term.operation == "neg":
        factor, rest = coefficient(term.arguments[0])
        return -factor, rest
    if term.is_number:
        return term.rational, ONE
    if term.operation == "mul" and term.arguments[0].is_number:
        return term.arguments[0].rational, product(term.arguments[1:])
    return Fraction(1), term


def scaled(factor: Fraction, rest: Term) -> Term:
    """The rational number `factor` times `rest`, the sign outside."""
    size = number(abs(factor))
    value = rest if abs(factor) == 1 else size if rest is ONE else size * rest
    return -value if factor < 0 else value


def multiple(factor: Fraction | int, term: Term) -> list[Term]:
    """The summands of a multiple of a sum."""
    return [scaled(factor * size, rest) for size, rest in map(coefficient, summands(term))]


@lru_cache(maxsize=1 << 15)
def quotient(term: Term) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """The factors above and below the line."""
    if term.operation != "div":
        return factors(term), ()
    above, below = (factors(a) for a in term.arguments)
    return tuple(f for f in above if f is not ONE), below


def ratio(above: Sequence[Term], below: Sequence[Term]) -> Term:
    """The product of `above` over that of `below`, without a line if nothing is below it."""
    return product(above) / product(below) if below else product(above)


def powers_of(term: Term, exponent: int = 1) -> Iterator[tuple[Term, int]]:
    """Each factor of `term` with its exponent, those of its products, quotients and powers taken apart."""
    match term.operation:
        case "mul":
            for part in term.arguments:
                yield from powers_of(part, exponent)
        case "div":
            yield from powers_of(term.arguments[0], exponent)
            yield from powers_of(term.arguments[1], -exponent)
        case "neg":
            yield -ONE, exponent
            yield from powers_of(term.arguments[0], exponent)
        case _:
            base, own = whole_power(term)
            if base is term:
                yield term, exponent
            else:
                yield from powers_of(base, own * exponent)


def whole_power(factor: Term) -> tuple[Term, int]:
    """A square or another whole power as its base and exponent; anything else is its own first power."""
    if factor.operation == "square":
        return factor.arguments[0], 2
    if factor.operation == "pow":
        size, rest = coefficient(factor.arguments[1])
        if rest is ONE and size.denominator == 1 and 0 < abs(size) <= HIGHEST:
            return factor.arguments[0], int(size)
    return factor, 1


@lru_cache(maxsize=1 << 14)
def counted_factors(term: Term) -> tuple[Fraction, Counter[Term], Counter[Term]]:
    """The rational factor, and how often each other factor stands above and below the line."""
    factor, core = coefficient(term)
    above, below = quotient(core)
    over, upper = coefficient(product(above)) if above else (Fraction(1), None)
    under, lower = coefficient(product(below)) if below else (Fraction(1), None)
    if not under:  # a constant that works out to no number is left as it is
        return Fraction(1), Counter({term: 1}), Counter()
    return factor * over / under, _counted(upper), _counted(lower)


def _counted(term: Term | None) -> Counter[Term]:
    found = [] if term is None else single_factors(quotient(term)[0])
    return Counter(f for f in found if f is not ONE)


def single_factors(parts: Sequence[Term]) -> list[Term]:
    """The factors with squares and other positive whole powers as so many factors."""
    found: list[Term] = []
    for factor in parts:
        base, count = whole_power(factor)
        inner = quotient(base)[0] if base.operation == "mul" else (base,)
        found += [factor] if base is factor or count < 0 else count * single_factors(inner)
    return found


def of_powers(powers: Mapping[Term, int]) -> Term:
    """The product of powers of `powers_of`, those with negative exponents below one line."""
    sign = -1 if powers.get(-ONE, 0) % 2 else 1
    above, below = (
        [_power(f, side * n) for f, n in powers.items() if side * n > 0 and f is not -ONE] for side in (1, -1)
    )
    return -ratio(above, below) if sign < 0 else ratio(above, below)


def _power(base: Term, exponent: int) -> Term:
    if exponent == 1:
        return base
    if base.is_number:
        return number(base.rational**exponent)
    return apply("square", base) if exponent == 2 else apply("pow", base, number(exponent))
