"""A subterm taken out of sums and products in which it hides: x - y of ``exp(x - y) - x + y``, a b of ``a b c``.

`parts_of` says which nodes are functions of the subterm alone, and `gathered` puts the summands and the factors that
are into one node.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache

from symloss.codegen.balance import single
from symloss.codegen.rules.matching import quotient
from symloss.codegen.term import Term, apply, product, summands, total, transform, variable, walk
from symloss.codegen.tidy import coefficient, scaled

__all__ = ["UNKNOWN", "factors_of", "gathered", "parts_of"]

UNKNOWN = variable("series argument")  # stands for the subterm; no argument of a loss has a blank in its name

Part = Callable[[Term], Term | None]


def parts_of(term: Term, inner: Term) -> Mapping[Term, Term]:
    """The nodes of `term` that vary with `inner` alone and hold no choice, and what they are by `UNKNOWN`."""
    found: dict[Term, Term] = {inner: UNKNOWN}

    def part(node: Term) -> Term | None:
        return node if not node.variables else found.get(node)

    for node in walk(term):
        if node in found or not node.arguments or not node.variables or node.operation == "select":
            continue
        known = _known(node.arguments, part)
        whole = _taken_out(node, inner, part) if known is None else apply(node.operation, *known)
        if whole is not None:
            found[node] = whole
    return {node: part for node, part in found.items() if node is not inner}


def gathered(term: Term, inner: Term) -> Term:
    """`term` with what varies with `inner` alone in one node, wherever it is a part of a sum, product or quotient."""
    parts = {**parts_of(term, inner), inner: UNKNOWN}

    def gather(node: Term) -> Term:
        if node.operation == "add":
            rest, one = _split(_with_inner(summands(node), inner), parts)
            return total([*rest, total(one)]) if rest and len(one) > 1 and total(one).variables else node
        if node.operation not in ("mul", "div"):
            return node
        above, below = quotient(node)
        (rest, one), (others, under) = _split(above, parts), _split(below, parts)
        if not (rest or others) or not one or len(one) + len(under) < 2:
            return node
        outside = product(rest) / product(others) if others else product(rest)
        return outside * (product(one) / product(under) if under else product(one))

    return transform(term, gather)


def _with_inner(terms: tuple[Term, ...], inner: Term) -> list[Term]:
    """The summands with `inner` in the place of its own, if they are among them."""
    taken = _multiple(inner, total(terms)) if inner.operation == "add" else None
    if taken is None:
        return list(terms)
    times, rest = taken
    return [*rest, scaled(times, inner)]


def _split(terms: Iterable[Term], parts: Mapping[Term, Term]) -> tuple[list[Term], list[Term]]:
    """What varies with other things, and what does not."""
    found = list(terms)
    one = [t for t in found if not t.variables or coefficient(t)[1] in parts]
    return [t for t in found if t not in one], one


def _taken_out(node: Term, inner: Term, part: Part) -> Term | None:
    """`node` by `UNKNOWN` in the place of `inner`, if the rest of the sum or product is what `part` knows."""
    if node.operation == inner.operation == "add":
        return _of_sum(node, inner, part)
    if node.operation in ("mul", "div") and inner.operation in ("mul", "div"):
        return _of_product(node, inner, part)
    return None


def _of_sum(node: Term, inner: Term, part: Part) -> Term | None:
    """``k inner + rest``."""
    taken = _multiple(inner, node)
    rest = None if taken is None else _known(taken[1], part)
    return None if taken is None or rest is None else total([scaled(taken[0], UNKNOWN), *rest])


def _multiple(inner: Term, node: Term) -> tuple[Fraction, list[Term]] | None:
    """How many times the sum `inner` is in the sum `node`, and what else is."""
    wanted, present = _coefficients(inner), _coefficients(node)
    first = next(iter(wanted))
    times = present.get(first, Fraction(0)) / wanted[first]
    if not times or any(present.get(rest) != times * factor for rest, factor in wanted.items()):
        return None
    return times, [scaled(f, rest) for rest, f in present.items() if rest not in wanted]


@lru_cache(maxsize=1 << 14)
def _coefficients(term: Term) -> dict[Term, Fraction]:
    return {rest: factor for factor, rest in map(coefficient, summands(term))}


def _of_product(node: Term, inner: Term, part: Part) -> Term | None:
    """``k inner**n rest``."""
    factor, above, below = factors_of(node)
    divisor, upper, lower = factors_of(inner)
    times = 0
    while (upper or lower) and upper <= above and lower <= below:
        above, below, factor, times = above - upper, below - lower, factor / divisor, times + 1
    high, low = _known(above.elements(), part), _known(below.elements(), part)
    if not times or high is None or low is None:
        return None
    value = scaled(factor, product([*times * [UNKNOWN], *high]))
    return value / product(low) if low else value


@lru_cache(maxsize=1 << 14)
def factors_of(term: Term) -> tuple[Fraction, Counter[Term], Counter[Term]]:
    """The rational factor, and the others above and below the line with squares written out."""
    factor, core = coefficient(term)
    above, below = quotient(core)
    over, upper = coefficient(product(above)) if above else (Fraction(1), None)
    under, lower = coefficient(product(below)) if below else (Fraction(1), None)
    return factor * over / under, _counted(upper), _counted(lower)


def _counted(term: Term | None) -> Counter[Term]:
    found = [] if term is None else single(quotient(term)[0])
    return Counter(f for f in found if not (f.is_number and f.rational == 1))


def _known(terms: Iterable[Term], part: Part) -> list[Term] | None:
    found = [part(term) for term in terms]
    known = [f for f in found if f is not None]
    return known if len(known) == len(found) else None
