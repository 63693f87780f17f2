"""Where a form in one variable cancels: sums that lose their leading term at a point, quotients that are 0/0 there."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from math import inf

from symloss.codegen.coefficients import Exact, NotAnalyticError, Value
from symloss.codegen.expansion import Expansion
from symloss.codegen.products import coefficient
from symloss.codegen.term import ONE, Term, summands, walk

__all__ = ["losses", "zeros_of_sums"]


@lru_cache(maxsize=4096)
def losses(term: Term, center: Fraction) -> tuple[Term, ...]:
    """The nodes of `term`, which has one variable and no choice, that lose digits near `center`.

    There are none where it has no series.
    """
    expansion = _expansion(*term.variables, center)
    try:
        expansion.series(term)
        expansion.zeros(term)
    except NotAnalyticError:
        return ()
    return tuple(node for node in walk(term) if _loses(expansion, node))


@lru_cache(maxsize=16)
def _expansion(name: str, center: Fraction) -> Expansion[Value]:
    return Expansion(Exact(center), name)


def zeros_of_sums(term: Term) -> Iterator[Fraction]:
    """The zeros of the sums in `term` that are linear in its one variable."""
    for node in walk(term):
        if node.operation == "add":
            parts = [coefficient(part) for part in summands(node)]
            slope = sum((f for f, rest in parts if rest.operation == "variable"), Fraction(0))
            constant = sum((f for f, rest in parts if rest is ONE), Fraction(0))
            if slope and all(map(_exact, node.arguments)):
                yield -constant / slope


def _exact(term: Term) -> bool:
    """Whether a summand carries no rounding worth the name: a number, or one times the variable."""
    rest = coefficient(term)[1]
    return rest is ONE or rest.operation == "variable"


def _order(expansion: Expansion[Value], term: Term) -> float:
    """The exponent of the leading power at the center, of something that has a series there; infinite of 0."""
    try:
        return expansion.zeros(term) - expansion.laurent(term)[0]
    except NotAnalyticError:
        return inf


def _loses(expansion: Expansion[Value], node: Term) -> bool:
    """A quotient by 0, a sum without the leading terms of its summands, a function that vanishes where these do not."""
    order = _order(expansion, node)
    if order == inf or not node.variables or not node.arguments:
        return False
    if node.operation == "div":
        return _order(expansion, node.arguments[1]) > 0
    if node.operation == "add":
        return order > min(_order(expansion, a) for a in node.arguments) and not all(map(_exact, node.arguments))
    rounded = [a for a in node.arguments if not _exact(a)]
    return order > 0 and bool(rounded) and all(_order(expansion, a) == 0 for a in node.arguments)
