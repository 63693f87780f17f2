"""A subterm taken out of sums and products in which it hides: x - y of ``exp(x - y) - x + y``, a b of ``a b c``.

`parts_of` says which nodes are functions of the subterm alone, and `gathered` puts the summands and the factors that
are into one node.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import cache, lru_cache

from symloss.codegen.products import coefficient, counted_factors, quotient, ratio, scaled, single_factors
from symloss.codegen.term import ONE, Term, apply, product, summands, total, transform, variable, walk

__all__ = ["UNKNOWN", "collected", "gathered", "parts_of"]

UNKNOWN = variable("series argument")  # stands for the subterm; no argument of a loss has a blank in its name

Part = Callable[[Term], Term | None]


def parts_of(term: Term, inner: Term) -> Mapping[Term, Term]:
    """The nodes of `term` that vary with `inner` alone and hold no choice, and what they are by `UNKNOWN`."""
    found: dict[Term, Term] = {inner: UNKNOWN}

    def part(node: Term) -> Term | None:
        return node if not node.variables else found.get(node)

    for node in walk(term):
        if node in found or node.variables != inner.variables or not node.arguments or node.operation == "select":
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
        if not inner.variables <= node.variables:
            return node
        if node.operation == "add":
            rest, one = _split(_with_inner(summands(node), inner), parts)
            return total([*rest, total(one)]) if rest and len(one) > 1 and total(one).variables else node
        if node.operation not in ("mul", "div"):
            return node
        above, below = quotient(node)
        (rest, one), (others, under) = _split(above, parts), _split(below, parts)
        if not (rest or others) or not one or len(one) + len(under) < 2:
            return node
        return ratio(rest, others) * ratio(one, under)

    return transform(term, gather)


def collected(term: Term, inner: Term) -> Term:
    """`term` with sums by coefficients that vary with `inner` alone.

    By v, ``(a*f(v) - b*v - b*g(v))/h(v)`` is ``a*(f(v)/h(v)) - b*((v + g(v))/h(v))``.
    """
    parts = {**parts_of(term, inner), inner: UNKNOWN}

    @cache
    def collect(node: Term) -> Term:
        if node in parts or not inner.variables <= node.variables:
            return node
        if node.operation == "add":
            groups = _coefficients_of(summands(node), inner, parts)
            if len(groups) < len(node.arguments):
                return _sum_of(groups)
        if node.operation == "div":
            above, below = quotient(node)
            sums = [f for f in above if f.operation == "add" and f not in parts]
            others, under = _split(below, parts)
            if len(sums) == 1 and under:
                rest, over = _split([f for f in above if f is not sums[0]], parts)
                groups = _coefficients_of(summands(sums[0]), inner, parts)
                divided = {o: [ratio([*over, total(i)], under)] for o, i in groups.items()}
                return ratio([*rest, _sum_of(divided)], others)
        return apply(node.operation, *map(collect, node.arguments)) if node.arguments else node

    return collect(term)


def _coefficients_of(terms: Iterable[Term], inner: Term, parts: Mapping[Term, Term]) -> dict[Term, list[Term]]:
    """The summands by what else than `parts` is a factor of each, and what is left of them."""
    groups: dict[Term, list[Term]] = {}
    for part in terms:
        factor, core = coefficient(part)
        above, below = quotient(core)
        (rest, one), (others, under) = _split(above, parts), _split(below, parts)
        if inner.operation in ("mul", "div"):
            rest, others, times = _without(rest, others, inner)
            one, under = [*times * [inner], *one], [*-times * [inner], *under]
        groups.setdefault(ratio(rest, others), []).append(scaled(factor, ratio(one, under)))
    return groups


def _without(above: list[Term], below: list[Term], inner: Term) -> tuple[list[Term], list[Term], int]:
    """The factors above and below the line without those of `inner`, and how often it is in them; once below is -1."""
    _, upper, lower = counted_factors(inner)
    over, under = Counter(single_factors(above)), Counter(single_factors(below))
    times = 0
    while (upper or lower) and upper <= over and lower <= under:
        over, under, times = over - upper, under - lower, times + 1
    while (upper or lower) and upper <= under and lower <= over:
        over, under, times = over - lower, under - upper, times - 1
    return (list(over.elements()), list(under.elements()), times) if times else (above, below, 0)


def _sum_of(groups: Mapping[Term, list[Term]]) -> Term:
    return total([total(inside) if outer is ONE else outer * total(inside) for outer, inside in groups.items()])


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
    found: dict[Term, Fraction] = {}
    for factor, rest in map(coefficient, summands(term)):
        found[rest] = found.get(rest, Fraction(0)) + factor
    return found


def _of_product(node: Term, inner: Term, part: Part) -> Term | None:
    """``k inner**n rest``."""
    factor, above, below = counted_factors(node)
    divisor, upper, lower = counted_factors(inner)
    if not (upper.keys() <= above.keys() and lower.keys() <= below.keys()):
        return None
    times = 0
    while (upper or lower) and upper <= above and lower <= below:
        above, below, factor, times = above - upper, below - lower, factor / divisor, times + 1
    high = _known(above.elements(), part) if times else None
    low = None if high is None else _known(below.elements(), part)
    if high is None or low is None:
        return None
    value = scaled(factor, product([*times * [UNKNOWN], *high]))
    return ratio([value], low)


def _known(terms: Iterable[Term], part: Part) -> list[Term] | None:
    known: list[Term] = []
    for term in terms:
        found = part(term)
        if found is None:
            return None
        known.append(found)
    return known
