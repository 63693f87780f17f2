"""A quotient of products as a product of quotients of like size: x**2/(y z) overflows where (x/y) (x/z) does not."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest

from symloss.codegen.products import coefficient, quotient, scaled, single_factors
from symloss.codegen.term import Term, apply, product, substitute, walk

__all__ = ["balanced"]


def balanced(term: Term) -> Term:
    """`term` with every quotient of several factors written as a product of quotients.

    A factor above the line is divided by the one below it that is most like it: one that contains it, as
    hypot(x, y) contains x, else one that shares its arguments.
    """
    replaced: dict[Term, Term] = {}
    for node in walk(term):
        if node.operation in ("mul", "div"):
            inside = apply(node.operation, *(replaced.get(a, a) for a in node.arguments))
            replaced[node] = _balanced(inside)
    return substitute(term, {node: after for node, after in replaced.items() if after is not node})


def _balanced(node: Term) -> Term:
    upper, lower = quotient(node)
    factor, core = coefficient(product(upper))
    above, below = single_factors(quotient(core)[0]), single_factors(lower)
    if not below or len(above) + len(below) < 3:
        return node
    pairs, rest = _paired(above, below)
    # what is left over stands before a quotient each: no product of two large factors
    whole = product([f for f in (x for pair in zip_longest(above, pairs) for x in pair) if f is not None])
    for divisor in rest:
        whole = whole / divisor
    return scaled(factor, whole)


def _paired(above: list[Term], below: list[Term]) -> tuple[list[Term], list[Term]]:
    """Quotients of a factor of `above`, which is taken out, by one of `below`; and what is left of `below`."""
    pairs, rest = Counter[Term](), []
    for divisor in sorted(below, key=lambda b: not any(_contains(b, a) for a in above)):
        if above:
            best = max(range(len(above)), key=lambda i: (*_likeness(above[i], divisor), i))
            pairs[above.pop(best) / divisor] += 1
        else:
            rest.append(divisor)
    grouped = [p if n == 1 else apply("square", p) for p, n in pairs.items()]
    return grouped + [p for p, n in pairs.items() for _ in range(n - 2)], rest


def _likeness(above: Term, below: Term) -> tuple[bool, int]:
    return _contains(below, above), len(above.variables & below.variables)


def _contains(whole: Term, part: Term) -> bool:
    return part in set(walk(whole))
