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
from symloss.codegen.term import Term, substitute, transform, variable, walk

__all__ = ["Proof", "cancels", "prove"]

Ends = tuple[sympy.Rational | None, bool, sympy.Rational | None]  # the least value, if it is taken, and the largest
FREE: Ends = (None, True, None)
Bounds = Mapping[str, Ends]
INVERSES = (sympy.asin, sympy.acos, sympy.atan)
AREAS = (sympy.acosh, sympy.asinh, sympy.atanh)  # logarithms, whose sums are shown by what they are logarithms of
NOTHING = sympy.Float("1e-45")
INFINITE = (sympy.nan, sympy.zoo, sympy.oo, -sympy.oo)
SIGNED = (sympy.Abs, sympy.sign, sympy.Max, sympy.Min, sympy.Heaviside)  # gone where an argument's sign is known


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
    ties, ends = _ties(rule), _ends(rule)
    pattern, result = (substitute(side, ties) for side in (rule.pattern, rule.result))
    conditions = sorted(_conditions(pattern) | _conditions(result))
    reals = tuple(node.name for node in walk(pattern) if node.operation == "variable" and node.name not in conditions)
    whole = {name: _whole(name, ends.get(name, FREE)) for name in reals}
    proved, still_open = 0, []
    for values in product((True, False), repeat=len(conditions)):
        chosen = dict(zip(conditions, values, strict=True))
        sides = (_chosen(pattern, chosen), _chosen(result, chosen))
        for label, shown in _branches(sides, whole, reals, ends):
            proved += shown
            if not shown:
                still_open.append(", ".join((*(f"{c} is {v}" for c, v in chosen.items()), *label)))
    return Proof(proved, tuple(still_open))


def _ties(rule: Rule) -> Mapping[Term, Term]:
    """The variables that `where` ties to a smaller one, as that one and the gap between them: x > y is y + (x - y)."""
    pairs = (condition.arguments for condition in rule.conditions)
    return {right: left + _gap(left, right) for left, right in pairs if _is_order(left, right)}


def _is_order(left: Term, right: Term) -> bool:
    return left.operation == right.operation == "variable"


def _gap(left: Term, right: Term) -> Term:
    return variable(f"{right.name} - {left.name}")


def _ends(rule: Rule) -> Bounds:
    """What `where` says of each variable against a number, and of each gap; a least value may be taken itself."""
    ends: dict[str, Ends] = {}
    for condition in rule.conditions:
        left, right = condition.arguments
        closed = condition.operation == "le"
        if _is_order(left, right):
            ends[_gap(left, right).name] = (sympy.Integer(0), closed, None)
        elif right.operation == "variable" and not left.variables:
            ends[right.name] = (to_sympy(left, {}), closed, ends.get(right.name, FREE)[2])
        elif left.operation == "variable" and not right.variables:
            ends[left.name] = (*ends.get(left.name, FREE)[:2], to_sympy(right, {}))
    return ends


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


def _whole(name: str, ends: Ends) -> sympy.Expr:
    """All values of a variable at once: a symbol with what SymPy can know of its sign."""
    least, closed, _ = ends
    if least is None:
        return sympy.Symbol(name, real=True)
    if least < 0:
        return least + sympy.Symbol(name, nonnegative=True)
    return sympy.Symbol(name, nonnegative=True) if closed and least == 0 else sympy.Symbol(name, positive=True)


def _pieces(name: str, ends: Ends) -> Iterator[tuple[str, sympy.Expr]]:
    """The values of a variable in pieces on each of which one positive symbol stands for them."""
    size = sympy.Symbol(name, positive=True)
    least, closed, most = ends
    start = sympy.Integer(0) if least is None else min(least, sympy.Integer(0))
    if most is not None and least is not None:
        yield f"{start} < {name} < {most}", start + (most - start) * size / (1 + size)
        yield f"{name} = {most}", most
    else:
        yield f"{name} > {start}", start + size
    if closed and start <= 0:
        yield f"{name} = {start}", start
    if least is None:
        yield f"{name} < 0", -size


def _branches(
    sides: tuple[Term, Term],
    values: Mapping[str, sympy.Expr],
    whole: Sequence[str],
    ends: Bounds,
    label: tuple[str, ...] = (),
) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The branches into which the proof falls, each with its description and whether it was proved."""
    left, right = (to_sympy(side, values) for side in sides)
    if _same(left, right, splits=bool(whole)):
        yield label, True
    elif not whole:
        yield label, False
    else:
        name, *rest = whole
        for text, piece in _pieces(name, ends.get(name, FREE)):
            yield from _branches(sides, {**values, name: piece}, rest, ends, (*label, text))


def _same(left: sympy.Expr, right: sympy.Expr, *, splits: bool = False) -> bool:
    """Whether the difference vanishes; a left side without a finite value claims nothing.

    Where a split by signs `splits` follows, what it decides is left to it: SymPy takes seconds to fail there.
    """
    if left.has(*INFINITE):
        return True
    # gamma(1 + x) is x gamma(x) to SymPy, of their logarithms it knows nothing
    gammas = (left - right).replace(sympy.loggamma, lambda x: sympy.log(sympy.gamma(x)))
    difference = sympy.expand_func(gammas.rewrite(sympy.erf))
    if difference.has(*INFINITE):
        return False
    if sympy.expand(difference) == 0:
        return True
    if difference.has(sympy.Piecewise):
        return _same_in_pieces(left, right, splits=splits)
    pairs = {frozenset(choice.args) for choice in difference.atoms(sympy.Max, sympy.Min)}
    if len(pairs) == 1 and len(pair := sorted(pairs.pop(), key=str)) == 2:
        return _same_in_order(left, right, pair, splits=splits)
    return not (splits and difference.has(*SIGNED)) and _vanishes(difference)


def _vanishes(difference: sympy.Expr) -> bool:
    """Whether a difference without choices does, the cheap ways first: SymPy takes seconds to simplify."""
    exponentials = difference.rewrite(sympy.exp)
    if cancels(exponentials):
        return True
    positive = all(symbol.is_positive for symbol in difference.free_symbols)
    if difference.has(*AREAS, sympy.log):
        logarithms = difference.rewrite(sympy.log) if difference.has(*AREAS) else difference
        power = sympy.expand(sympy.exp(logarithms).rewrite(sympy.exp))
        if cancels(power - 1) or sympy.simplify(power) == 1:
            return True
        above, below = sympy.fraction(sympy.together(power))
        if positive and difference.has(*INVERSES) and _constant_zero(above - below):
            return True
    if sympy.simplify(sympy.expand_log(sympy.simplify(exponentials), force=positive)) == 0:
        return True
    return positive and difference.has(*AREAS, *INVERSES) and _constant_zero(difference)


def cancels(difference: sympy.Expr) -> bool:
    """Whether nothing is left of it over a common denominator."""
    return bool(sympy.expand(sympy.numer(sympy.together(difference))) == 0)


def _constant_zero(difference: sympy.Expr) -> bool:
    """Whether the slopes vanish and the value at 1/4 does: a branch is connected, so that nothing else is left."""
    symbols = sorted(difference.free_symbols, key=str)
    slopes = (sympy.simplify(sympy.diff(difference, symbol)) for symbol in symbols)
    value = difference.subs(dict.fromkeys(symbols, sympy.Rational(1, 4)))
    return all(slope == 0 for slope in slopes) and bool(abs(sympy.N(value, 50, chop=False)) < NOTHING)


def _same_in_pieces(left: sympy.Expr, right: sympy.Expr, *, splits: bool) -> bool:
    """Whether the difference vanishes whichever piece of its first choice holds, the same in all on its conditions."""
    choices = sorted((left - right).atoms(sympy.Piecewise), key=str)
    conditions = [condition for _, condition in choices[0].args]
    alike = [choice for choice in choices if [condition for _, condition in choice.args] == conditions]
    pieces = ({choice: choice.args[place][0] for choice in alike} for place in range(len(conditions)))
    return all(_same(left.xreplace(piece), right.xreplace(piece), splits=splits) for piece in pieces)


def _same_in_order(left: sympy.Expr, right: sympy.Expr, pair: Sequence[sympy.Expr], *, splits: bool) -> bool:
    """Whether the difference vanishes whichever is larger of the two of which there are a maximum and a minimum."""

    def ordered(side: sympy.Expr, high: sympy.Expr, low: sympy.Expr) -> sympy.Expr:
        return side.replace(sympy.Max, lambda *_: high).replace(sympy.Min, lambda *_: low)

    orders = (pair, pair[::-1])
    return all(_same(ordered(left, *order), ordered(right, *order), splits=splits) for order in orders)
