"""A choice whose branches meet: ``f if a <= b else g(a, b)`` with g(a, a) = f is g(a, min(a, b)), without a branch."""

from __future__ import annotations

from collections.abc import Iterator

from symloss.codegen.rewrite import Rewriter
from symloss.codegen.term import Term, apply, substitute, walk

__all__ = ["contacts"]


def contacts(term: Term, rewriter: Rewriter) -> Iterator[Term]:
    """`term` with one such choice replaced by a clamp, every way in which that can be done."""
    for node in walk(term):
        if node.operation != "select" or node.arguments[0].operation not in ("le", "lt"):
            continue
        condition, then, otherwise = node.arguments
        small, large = condition.arguments
        lesser, greater = apply("min", small, large), apply("max", small, large)
        for replaced in (
            _clamped((then, otherwise), (small, large), lesser, rewriter),
            _clamped((then, otherwise), (large, small), greater, rewriter),
            _clamped((otherwise, then), (large, small), lesser, rewriter),
            _clamped((otherwise, then), (small, large), greater, rewriter),
        ):
            if replaced is not None and rewriter.same(node, replaced):
                yield rewriter.tidy(substitute(term, {node: replaced}))


def _clamped(branches: tuple[Term, Term], sides: tuple[Term, Term], clamp: Term, rewriter: Rewriter) -> Term | None:
    """The second branch with the second side clamped, if the first side in its place there gives the first branch."""
    (inner, outer), (moving, fixed) = branches, sides
    met = rewriter.tidy(substitute(outer, {fixed: moving}))
    if met is outer or not (met is inner or rewriter.same(inner, met)):
        return None
    return rewriter.tidy(substitute(outer, {fixed: clamp}))
