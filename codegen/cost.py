"""What a form costs: the sum over its distinct nodes, in units of one addition on arrays that stay in cache."""

from __future__ import annotations

from collections.abc import Mapping

from symloss.codegen.term import Term, walk

__all__ = ["cost_of"]

# Rounded from timings of the three libraries on a million float32 elements, relative to an addition.
COSTS: Mapping[str, float] = {
    "number": 0,
    "variable": 0,
    "div": 2,
    "sqrt": 2,
    "select": 6,
    "lt": 1,
    "exp": 5,
    "expm1": 7,
    "log": 6,
    "log1p": 7,
    "sinh": 9,
    "cosh": 9,
    "tanh": 9,
    "sigmoid": 8,
    "pow": 20,
    "hypot": 9,
    "atanh_remainder": 24,
}


def cost_of(term: Term) -> float:
    """The cost of evaluating `term` with shared nodes evaluated once."""
    return sum(
        COSTS.get(node.operation, len(node.arguments) - 1 if node.operation in ("add", "mul") else 1)
        for node in walk(term)
    )
