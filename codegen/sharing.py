"""Sums and products that begin alike: what they begin with is one part, computed once and in the same order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from symloss.codegen.term import N_ARY, Term, walk

__all__ = ["with_shared_beginnings"]


def with_shared_beginnings(terms: Sequence[Term]) -> list[Term]:
    """`terms` with ``a + b + c`` as ``(a + b) + c`` where another sum begins with ``a + b``, too, or is that."""
    beginnings = Counter(
        (node.operation, node.arguments[:count])
        for node in walk(*terms)
        if node.operation in N_ARY
        for count in range(2, len(node.arguments) + 1)
    )
    done: dict[Term, Term] = {}

    def grouped(operation: str, arguments: tuple[Term, ...]) -> Term:
        shared = (n for n in range(len(arguments) - 1, 1, -1) if beginnings[operation, arguments[:n]] > 1)
        count = next(shared, 0)
        first = (grouped(operation, arguments[:count]),) if count else ()
        return Term(operation, (*first, *(done[a] for a in arguments[count:])))  # `apply` would take it apart

    for node in walk(*terms):
        if node.operation in N_ARY:
            done[node] = grouped(node.operation, node.arguments)
        else:
            done[node] = Term(node.operation, tuple(done[a] for a in node.arguments), node.value)
    return [done[term] for term in terms]
