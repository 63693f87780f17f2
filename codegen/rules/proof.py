"""Proof of a rule by SymPy: on every branch of its signs and choices the naive meanings of both sides are the same.

What is proved is the identity where the left side is finite.  On a branch whose symbols are all positive SymPy splits
logarithms by force, also that of a difference.  So a proof never stands alone: the tests also compare both sides at
exact points, ends of the domain included.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import sympy

from symloss.codegen.rules.rule import Rule
from symloss.codegen.sympy_form import to_sympy
from symloss.codegen.term import Term, transform, walk

__all__ = ["Proof", "prove"]

Bounds = Mapping[str, tuple[sympy.Rational, bool]]
INFINITE = (sympy.nan, sympy.zoo, sympy.oo, -sympy.oo)


@dataclass(frozen=True)
class Proof:
    """What came of the attempt to prove a rule: the number of branches proved, and those that stay open, as text."""

    branches: int
    still_open: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not self.still_open


def prove(rule: Rule) -> Proof:
    """Show that both sides of `rule` mean the same, splitting a variable by its sign only where that is needed."""
    lower = _lower_bounds(rule)
    conditions = sorted(_conditions(rule.pattern) | _conditions(rule.result))
    reals = tuple(name for name in rule.names if name not in conditions)
    whole = {name: _whole(name, lower.get(name)) for name in reals}
    proved, still_open = 0, []
    for values in product((True, False), repeat=len(conditions)):
        chosen = dict(zip(conditions, values, strict=True))
        sides = (_chosen(rule.pattern, chosen), _chosen(rule.result, chosen))
        for label, shown in _branches(sides, whole, reals, lower):
            proved += shown
            if not shown:
                still_open.append(", ".join((*(f"{c} is {v}" for c, v in chosen.items()), *label)))
    return Proof(proved, tuple(still_open))


def _lower_bounds(rule: Rule) -> Bounds:
    """The least value of each variable that `where` bounds from below, and whether it is taken itself."""
    bounds: dict[str, tuple[sympy.Rational, bool]] = {}
    for condition in rule.conditions:
        left, right = condition.arguments
        if right.operation == "variable" and not left.variables:
            bounds[str(right.value)] = (to_sympy(left, {}), condition.operation == "le")
    return bounds


def _conditions(term: Term) -> set[str]:
    """The pattern variables that stand for a condition."""
    choices = (node.arguments[0] for node in walk(term) if node.operation == "select")
    return {str(c.value) for c in choices if c.operation == "variable"}


def _chosen(term: Term, values: Mapping[str, bool]) -> Term:
    """`term` with each choice made whose condition is among `values`."""

    def choose(node: Term) -> Term:
        condition = node.arguments[0].value if node.operation == "select" else None
        return node.arguments[1 if values[str(condition)] else 2] if condition in values else node

    return transform(term, choose)


def _whole(name: str, bound: tuple[sympy.Rational, bool] | None) -> sympy.Expr:
    """All values of a variable at once: a symbol with what SymPy can know of its sign."""
    if bound is None:
        return sympy.Symbol(name, real=True)
    least, closed = bound
    if least < 0:
        return least + sympy.Symbol(name, nonnegative=True)
    return sympy.Symbol(name, nonnegative=True) if closed and least == 0 else sympy.Symbol(name, positive=True)


def _pieces(name: str, bound: tuple[sympy.Rational, bool] | None) -> Iterator[tuple[str, sympy.Expr]]:
    """The values of a variable in pieces on each of which one positive symbol stands for them."""
    size = sympy.Symbol(name, positive=True)
    least, closed = bound if bound is not None else (sympy.Integer(0), True)
    start = min(least, sympy.Integer(0))
    yield f"{name} > {start}", start + size
    if closed and least <= 0:
        yield f"{name} = {start}", start
    if bound is None:
        yield f"{name} < 0", -size


def _branches(
    sides: tuple[Term, Term],
    values: Mapping[str, sympy.Expr],
    whole: Sequence[str],
    lower: Bounds,
    label: tuple[str, ...] = (),
) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The branches into which the proof falls, each with its description and whether it was proved."""
    left, right = (to_sympy(side, values) for side in sides)
    if _same(left, right):
        yield label, True
    elif not whole:
        yield label, False
    else:
        name, *rest = whole
        for text, piece in _pieces(name, lower.get(name)):
            yield from _branches(sides, {**values, name: piece}, rest, lower, (*label, text))


def _same(left: sympy.Expr, right: sympy.Expr) -> bool:
    """Whether the difference vanishes; a left side without a finite value claims nothing."""
    if left.has(*INFINITE):
        return True
    # gamma(1 + x) is x gamma(x) to SymPy, of their logarithms it knows nothing
    gammas = (left - right).replace(sympy.loggamma, lambda x: sympy.log(sympy.gamma(x)))
    difference = sympy.expand_func(gammas.rewrite(sympy.erf))
    if difference.has(*INFINITE):
        return False
    if sympy.expand(difference) == 0:
        return True
    positive = all(symbol.is_positive for symbol in difference.free_symbols)
    exponentials = sympy.simplify(difference.rewrite(sympy.exp))
    if sympy.simplify(sympy.expand_log(exponentials, force=positive)) == 0:
        return True
    return _same_in_order(left, right)


def _same_in_order(left: sympy.Expr, right: sympy.Expr) -> bool:
    """Whether the difference vanishes whichever of the two is larger of which there are a maximum and a minimum."""
    pairs = {frozenset(choice.args) for choice in (left - right).atoms(sympy.Max, sympy.Min)}
    if len(pairs) != 1 or len(pair := [*pairs.pop()]) != 2:
        return False

    def ordered(side: sympy.Expr, high: sympy.Expr, low: sympy.Expr) -> sympy.Expr:
        return side.replace(sympy.Max, lambda *_: high).replace(sympy.Min, lambda *_: low)

    return all(_same(ordered(left, *order), ordered(right, *order)) for order in (pair, pair[::-1]))
