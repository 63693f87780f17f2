"""The textbooks' forms that the engine meets, measures and does not take."""

from __future__ import annotations

from collections.abc import Iterator

from symloss.codegen.derivation import Aside
from symloss.codegen.kernels import KERNELS
from symloss.codegen.notation import show
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.rules.tables import ECONOMIES, EXPANSIONS, REFLECTIONS
from symloss.codegen.search import Candidate, Search
from symloss.codegen.term import Term, walk

__all__ = ["well_known"]


def well_known(search: Search, rewriter: Rewriter) -> tuple[Aside, ...]:
    """The shortest reflected form that misses the target, if there is one."""
    shortest = min(_reflected(search, rewriter), key=_written, default=None)
    return (Aside(shortest.stable, shortest.steps, shortest.errors),) if shortest else ()


def _reflected(search: Search, rewriter: Rewriter) -> Iterator[Candidate]:
    """Forms with fewer kernels: a reflection, multiplied out where it stands, collected."""
    root = search.first
    for reflection in rewriter.rewrites(root.term, REFLECTIONS):
        if _kernels(reflection.after) >= _kernels(root.term):
            continue
        for expansion in rewriter.rewrites(reflection.after, EXPANSIONS):
            for economy in rewriter.rewrites(expansion.after, ECONOMIES):
                collected, together = rewriter.fixpoint(economy.after, ECONOMIES)
                path = (*root.path, reflection, expansion, economy, *together)
                found = search.measured(root.root, collected, path)
                if not found.good:
                    yield found


def _kernels(term: Term) -> int:
    """How many different kernels of more than arithmetic a term evaluates."""
    return sum(bool(KERNELS[n.operation].meaning) for n in walk(term) if n.arguments)


def _written(candidate: Candidate) -> tuple[int, int]:
    """How often a kernel is written, then the length: the form that a textbook would print is the smallest."""
    text = show(candidate.term)
    names = {n.operation for n in walk(candidate.term) if n.arguments and KERNELS[n.operation].meaning}
    return sum(text.count(f"{name}(") for name in names), len(text)
