"""Rational functions of exponentials, over one denominator and factored; sums of their logarithms as one logarithm.

With X = e^x and Y = e^y, ``log(1 + exp(x + y)) - log(exp(x) + exp(y))`` is log1p of (1 + XY)/(X + Y) - 1, which is
(1 - X)(1 - Y)/(X + Y): it vanishes with x or y, where the difference of logarithms keeps no digit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

from symloss.codegen.kernels import KERNELS, expand
from symloss.codegen.notation import parse
from symloss.codegen.products import coefficient, quotient, ratio, scaled
from symloss.codegen.rational import FIELD, one_fraction
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.term import ONE, Term, apply, factors, product, substitute, summands, total, transform, walk

__all__ = ["by_powers_of_e"]

HIGHEST = 4  # power of an exponential, or of what stands under a logarithm
FORMULAS = {
    "sinh": "(exp(x) - exp(-x))/2",
    "cosh": "(exp(x) + exp(-x))/2",
    "tanh": "(exp(x) - exp(-x))/(exp(x) + exp(-x))",
    "log_ratio": KERNELS["log_ratio"].meaning,
    **{row.name: row.meaning for row in KERNELS.values() if row.exponential},
}
LOGARITHMS = {"log"} | {name for name, formula in FORMULAS.items() if parse(formula).operation == "log"}


def by_powers_of_e(term: Term, rewriter: Rewriter) -> Iterator[Term]:
    """`term` with one of its sums and quotients as a factored fraction of exponentials, or the logarithm of one."""
    inner = {a for node in walk(term) if node.operation in FIELD for a in node.arguments}
    summed = {coefficient(part)[1] for node in walk(term) if _logarithms(node) > 1 for part in summands(node)}
    for node in walk(term):
        alone = node.operation in ("log", "log1p", "log_ratio") and node not in summed
        if alone or (node.operation == "add" and _logarithms(node) > 1):
            ways = _as_one_logarithm(node)
        else:
            ways = _as_fraction(node) if node.operation in FIELD and node not in inner else ()
        for way in ways:
            after = rewriter.tidy(substitute(term, {node: way}))
            if after is not term:
                yield after


def _logarithms(node: Term) -> int:
    return sum(rest.operation in LOGARITHMS and bool(rest.variables) for _, rest in map(coefficient, summands(node)))


@lru_cache(maxsize=1 << 12)
def _as_fraction(node: Term) -> tuple[Term, ...]:
    """A part with exponentials as one fraction of them."""
    written = _written(node)
    if not any(n.operation == "exp" for n in walk(written)):
        return ()
    return tuple(dict.fromkeys(found for decay in (False, True) if (found := _factored(written, decay=decay))))


@lru_cache(maxsize=1 << 12)
def _as_one_logarithm(node: Term) -> tuple[Term, ...]:
    """A sum with logarithms as one, of the product of what stands under them and of exponentials of the rest."""
    parts = [coefficient(part) for part in summands(node)]
    logarithms = [(f, _written(rest)) for f, rest in parts if rest.operation in LOGARITHMS]
    others = [(f, rest) for f, rest in parts if rest.operation not in LOGARITHMS]
    if not any(n.operation == "exp" for _, rest in logarithms for n in walk(rest)):
        return ()
    unit = _common([f for f, _ in logarithms])
    if any((f / unit).denominator > 1 or abs(f / unit) > HIGHEST for f, _ in (*logarithms, *others)):
        return ()
    inside = [(f / unit, rest.arguments[0]) for f, rest in logarithms]
    inside += [(f / unit, apply("exp", rest)) for f, rest in others]
    above, below = ([x for n, x in inside for _ in range(int(sign * n))] for sign in (1, -1))
    inner = ratio(above, below)
    found: list[Term] = []
    for decay in (False, True):
        whole, less = _factored(inner, decay=decay), _factored(inner - ONE, decay=decay)
        found += [apply("log", whole)] if whole else []
        found += [apply("log1p", less)] if less else []
    return tuple(scaled(unit, logarithm) for logarithm in dict.fromkeys(found))


def _common(factors: Sequence[Fraction]) -> Fraction:
    """The largest number of which all `factors` are whole multiples, with the sign of the first."""
    size = Fraction(gcd(*(f.numerator for f in factors)), lcm(*(f.denominator for f in factors)))
    return size if factors[0] > 0 else -size


def _written(term: Term) -> Term:
    """`term` with its functions of exponentials by their textbook formulas."""

    def write(node: Term) -> Term:
        return _written(expand(node, FORMULAS[node.operation])) if node.operation in FORMULAS else node

    return transform(term, write)


def _factored(term: Term, *, decay: bool) -> Term | None:
    """`term` as one fraction of exponentials that have no summand in common; none if it has high powers of them.

    With `decay` it is one of their reciprocals: e^x/(e^x - 1) is 1/(1 - e^-x), which does not overflow for large x.
    """
    split = _split(term, decay=decay)
    if split is None:
        return None
    fraction = one_fraction(split, keep_differences=False, keep_roots=False)
    return None if fraction is split else _without_division(transform(fraction, _collected))


def _split(term: Term, *, decay: bool) -> Term | None:
    """`term` with each exponential as a product of powers of one for each different summand of the exponents."""
    powers = (n for n in walk(term) if n.operation == "exp")
    exponents = {n: [part for part in map(coefficient, summands(n.arguments[0])) if part[0]] for n in powers}
    found: dict[Term, list[Fraction]] = {}
    for factor, rest in (part for parts in exponents.values() for part in parts):
        found.setdefault(rest, []).append(factor)
    sign = -1 if decay else 1
    units = {rest: sign * _common(sorted(several, reverse=True)) for rest, several in found.items()}
    products = {}
    for node, parts in exponents.items():
        counts = Counter({apply("exp", scaled(units[r], r)): int(f / units[r]) for f, r in parts})
        if any(abs(n) > HIGHEST for n in counts.values()):
            return None
        above, below = product(list((+counts).elements())), product(list((-counts).elements()))
        products[node] = above if below is ONE else above / below
    return substitute(term, products)


def _collected(node: Term) -> Term:
    """A sum with the coefficient of each exponential in brackets, as in ``(1 - p)*e^x + p``."""
    if node.operation != "add":
        return node
    parts = list(summands(node))
    for power in dict.fromkeys(f for part in parts for f in factors(coefficient(part)[1]) if _power(f)):
        having = [p for p in parts if power in factors(coefficient(p)[1])]
        if len(having) > 1:
            rest = [_divided(p, power) for p in having]
            bracket = one_fraction(total(rest), keep_differences=False, keep_roots=False)
            parts = [power * transform(bracket, _collected), *(p for p in parts if p not in having)]
    return total(parts if len(parts) > 2 else [_joined(p) for p in parts])


def _divided(part: Term, power: Term) -> Term:
    factor, rest = coefficient(part)
    left = list(factors(rest))
    left.remove(power)
    return scaled(factor, product(left))


def _joined(part: Term) -> Term:
    """A product with its exponentials as one."""
    factor, rest = coefficient(part)
    powers = [(f, _power(f)) for f in factors(rest)]
    exponents = [scaled(*found) for _, found in powers if found]
    others = [f for f, found in powers if not found]
    joined = [apply("exp", total(exponents))] if exponents else []
    return scaled(factor, product([*others, *joined]))


def _without_division(term: Term) -> Term:
    """A quotient with the reciprocals of exponentials above the line."""
    above, below = quotient(term)
    found = [(f, _power(f)) for f in below]
    decays = [apply("exp", scaled(-power[0], power[1])) for _, power in found if power]
    under = [f for f, power in found if not power]
    return ratio([*above, *decays], under)


def _power(factor: Term) -> tuple[Fraction, Term] | None:
    """How often, and of what, `factor` is an exponential."""
    times = {"exp": Fraction(1), "square": Fraction(2)}.get(factor.operation)
    if factor.operation == "pow" and factor.arguments[1].is_number:
        times = factor.arguments[1].rational
    base = factor if factor.operation == "exp" else factor.arguments[0] if factor.arguments else factor
    return (times, base.arguments[0]) if times is not None and base.operation == "exp" else None
