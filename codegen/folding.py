"""Constants of a term as code has them: worked out beforehand and rounded once."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from symloss.codegen.decide import decided_choice
from symloss.codegen.exact import evaluate, residue
from symloss.codegen.kernel_errors import ERRORS
from symloss.codegen.term import ONE, ZERO, Term, number, substitute, transform, walk

__all__ = ["NO_NUMBER", "chosen", "folded", "is_constant"]

NO_NUMBER = Term("no_number")  # what a branch that is never taken may be: Python would not divide by 0
ERROR_NAMES = frozenset(row.name for row in ERRORS)


def is_constant(node: Term) -> bool:
    """A number or a constant such as pi, maybe with a sign: what an array library takes for a Python float."""
    size = node.arguments[0] if node.operation == "neg" else node
    return not size.arguments and size.operation != "variable"


def folded(term: Term) -> Term:
    """`term` with every constant part evaluated, correctly rounded to float64, but for what such roundings lose."""
    losses = {node: _lost_constant(*node.arguments) for node in walk(term) if node.operation == "constant_error"}
    term = substitute(term, losses)
    kept = _losing(term)

    def change(node: Term) -> Term:
        if NO_NUMBER in node.arguments and not node.variables:
            return NO_NUMBER
        if node.arguments and not node.variables and node.operation != "neg" and node not in kept:
            value = evaluate(node, {})
            return number(Fraction(float(value.mid()))) if value.is_finite() else NO_NUMBER
        return chosen(node)

    return transform(term, change)


def _lost_constant(constant: Term) -> Term:
    """What a constant loses, as code has it: as a float64 number, and as a float32 one made of that."""
    held = float(evaluate(constant, {}).mid())
    losses = (residue(constant, each) for each in (held, float(np.float32(held))))
    return Term("constant_error", tuple(number(Fraction(loss)) for loss in losses))


def _losing(term: Term) -> frozenset[Term]:
    """The parts of `term` that hold the loss of a rounding, which is 0 in exact arithmetic."""
    found: set[Term] = set()
    for node in walk(term):
        if node.operation in ERROR_NAMES or not found.isdisjoint(node.arguments):
            found.add(node)
    return frozenset(found)


def chosen(node: Term) -> Term:
    """A choice that is none any more, and one between two constants as arithmetic on the condition.

    The condition has the arguments' dtype.
    """
    if node.operation != "select":
        return node
    left = decided_choice(node)
    if left is not node or not all(map(is_constant, node.arguments[1:])):
        return left
    condition, then, otherwise = node.arguments
    height = folded(then - otherwise)
    scaled = condition if height is ONE else height * condition
    return scaled if otherwise is ZERO else otherwise + scaled
