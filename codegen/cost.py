"""What a form costs: the sum over its distinct nodes, in units of one addition on arrays that stay in cache."""

from __future__ import annotations

from symloss.codegen.kernels import KERNELS
from symloss.codegen.term import N_ARY, Term, walk

__all__ = ["cost_of"]


def cost_of(term: Term) -> float:
    """The cost of evaluating `term`, whose kernels are written out, with shared nodes evaluated once."""
    return sum(_cost(node) for node in walk(term) if node.arguments)


def _cost(node: Term) -> float:
    times = len(node.arguments) - 1 if node.operation in N_ARY else 1
    return times * KERNELS[node.operation].cost
