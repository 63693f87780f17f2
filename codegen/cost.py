"""What a form costs: the sum over its distinct nodes, in units of one addition on arrays that stay in cache."""

from __future__ import annotations

from symloss.codegen.kernels import KERNELS
from symloss.codegen.term import N_ARY, Term, walk

__all__ = ["cost_of"]


# Passes over an array; entries are there already.
OVER_AN_AXIS = {"sum": 1.0, "greatest": 1.0, "rest": 4.0, "at": 1.0}


def cost_of(term: Term) -> float:
    """The cost of evaluating `term`, whose kernels are written out, with shared nodes evaluated once."""
    return sum(_cost(node) for node in walk(term) if node.arguments)


def _cost(node: Term) -> float:
    times = len(node.arguments) - 1 if node.operation in N_ARY else 1
    kernel = KERNELS.get(node.operation)
    return times * (OVER_AN_AXIS.get(node.operation, 0.0) if kernel is None else kernel.cost)
