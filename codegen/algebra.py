"""Whether algebra shows two terms to be equal: a proof of a step that is computed, which no single rule states.

Only the cheap ways are tried on the part that changes: over a common denominator, with exponentials, powers and
logarithms taken apart.  A choice is taken apart into its two cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy

from symloss.codegen.domain import Domain
from symloss.codegen.rules.proof import cancels
from symloss.codegen.sympy_form import to_sympy
from symloss.codegen.term import Term, substitute, walk

__all__ = ["shown"]

LARGEST = 120  # nodes of the part that changes: of more SymPy makes seconds
CHOICES = 3  # taken apart: 8 cases


def shown(before: Term, after: Term, domains: Mapping[str, Domain]) -> int:
    """The number of cases in which the terms are shown to be equal, if these are all; else 0."""
    left, right = _changed(before, after)
    if sum(1 for _ in walk(left, right)) > LARGEST:
        return 0
    symbols = {name: _symbol(name, domains[name]) for name in left.variables | right.variables}
    cases = list(_cases(left, right, CHOICES))
    return len(cases) if all(_equal(*(to_sympy(side, symbols) for side in case)) for case in cases) else 0


def _changed(before: Term, after: Term) -> tuple[Term, Term]:
    """The smallest part in which the two differ."""
    while before.operation == after.operation and len(before.arguments) == len(after.arguments):
        differing = [pair for pair in zip(before.arguments, after.arguments, strict=True) if pair[0] is not pair[1]]
        if len(differing) != 1:
            break
        ((before, after),) = differing
    return before, after


def _cases(left: Term, right: Term, most: int) -> Iterator[tuple[Term, Term]]:
    """Both sides with every choice taken, alike on both; those beyond `most` stay, and SymPy shows nothing of them."""
    condition = next((node.arguments[0] for node in walk(left, right) if node.operation == "select"), None)
    if condition is None or not most:
        yield left, right
        return
    for place in (1, 2):
        yield from _cases(_taken(left, condition, place), _taken(right, condition, place), most - 1)


def _taken(term: Term, condition: Term, place: int) -> Term:
    choices = (node for node in walk(term) if node.operation == "select" and node.arguments[0] is condition)
    return substitute(term, {node: node.arguments[place] for node in choices})


def _symbol(name: str, domain: Domain) -> sympy.Symbol:
    if domain.lower is None or domain.lower < 0:
        return sympy.Symbol(name, real=True)
    return sympy.Symbol(name, nonnegative=True) if domain.contains(0.0) else sympy.Symbol(name, positive=True)


def _equal(left: sympy.Expr, right: sympy.Expr) -> bool:
    difference = left - right
    if sympy.expand(difference) == 0 or cancels(exponentials := difference.rewrite(sympy.exp)):
        return True
    apart = sympy.expand_log(sympy.expand_power_exp(exponentials))
    gathered = sympy.expand(sympy.powsimp(sympy.expand(apart)))
    if cancels(sympy.expand_power_exp(gathered)):
        return True
    positive = all(symbol.is_positive for symbol in difference.free_symbols)
    return positive and cancels(sympy.expand(sympy.expand_log(gathered, force=True)))
