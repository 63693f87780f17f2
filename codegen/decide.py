"""Simplifications that the ranges of the arguments decide: signs, extremes, comparisons and choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symloss.codegen.bounds import Range, Ranges
from symloss.codegen.term import ONE, ZERO, Term, apply

__all__ = ["DECISIONS"]


def _sign(node: Term, ranges: Ranges) -> Term:
    (inner,) = node.arguments
    span = ranges(inner)
    if span.positive or span.negative:
        return ONE if span.positive else -ONE
    return -apply("sign", inner.arguments[0]) if inner.operation == "neg" else node


def _step(node: Term, ranges: Ranges) -> Term:
    span = ranges(node.arguments[0])
    return ONE if span.positive else ZERO if span.negative else node


def _extremum(node: Term, ranges: Ranges) -> Term:
    x, y = node.arguments
    if ranges(x).upper <= ranges(y).lower or x is y:
        return y if node.operation == "max" else x
    if ranges(y).upper <= ranges(x).lower:
        return x if node.operation == "max" else y
    return node


def _choice(node: Term, _: Ranges) -> Term:
    condition, then, otherwise = node.arguments
    if then is otherwise:
        return then
    if condition.is_number:
        return otherwise if condition is ZERO else then
    return node


def _comparison(node: Term, ranges: Ranges) -> Term:
    x, y = node.arguments
    left, right = ranges(x), ranges(y)
    if _below(left, right):
        return ZERO if node.operation == "eq" else ONE
    if _below(right, left):
        return ZERO
    if x is y:
        return ZERO if node.operation == "lt" else ONE
    return node


def _below(left: Range, right: Range) -> bool:
    """Whether everything in one range is less than everything in the other: 0 and a positive number touch at 0."""
    touching = left.upper == right.lower == 0 and (left.nonzero or right.nonzero)
    return left.upper < right.lower or touching


DECISIONS: Mapping[str, Callable[[Term, Ranges], Term]] = {
    "sign": _sign,
    "step": _step,
    "max": _extremum,
    "min": _extremum,
    "select": _choice,
    "lt": _comparison,
    "le": _comparison,
    "eq": _comparison,
}
