"""Choices that a formula makes: each branch is simplified over the part of the space where it is taken.

That is for formulas as they are given.  In a form that the engine made, a part that its condition could decide keeps
the branch harmless where it is not taken, such as ``max(x, 0)`` beside a pole at -1, and stays.
"""

from __future__ import annotations

from symloss.codegen.bounds import Ranges
from symloss.codegen.space import Condition
from symloss.codegen.term import Term, apply, walk
from symloss.codegen.tidy import tidied

__all__ = ["settled"]


def settled(term: Term, ranges: Ranges) -> Term:
    """`term` simplified, each branch by its condition: in ``abs(x) if x < 0 else y`` the first is -x."""
    return _settled(term, ranges, {})


def _settled(term: Term, ranges: Ranges, known: dict[tuple[Ranges, Term], Term]) -> Term:
    if (ranges, term) not in known:
        if term.operation == "select":
            result = _choice(term, ranges, known)
        elif any(node.operation == "select" for node in walk(term)):
            result = apply(term.operation, *(_settled(a, ranges, known) for a in term.arguments))
        else:
            result = term
        known[ranges, term] = tidied(result, ranges)
    return known[ranges, term]


def _choice(term: Term, ranges: Ranges, known: dict[tuple[Ranges, Term], Term]) -> Term:
    condition, then, otherwise = term.arguments
    condition = _settled(condition, ranges, known)
    within = without = ranges
    if condition.operation in ("lt", "le"):
        holds = Condition.of(condition)
        within, without = ranges.given(holds), ranges.given(holds.negated)
    return apply("select", condition, _settled(then, within, known), _settled(otherwise, without, known))
