"""Forms that leave the range on the way, mended where they do: a product that overflows, a sum of squares, 0*inf.

The search looks at the whole of a form; here only the nodes are rewritten at which a number out of range first
appears, and those above them.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import numpy as np

from symloss.codegen.derivation import Step
from symloss.codegen.measure import Measurement
from symloss.codegen.moves import Move
from symloss.codegen.ordering import ordered
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.rules.tables import REACH
from symloss.codegen.search import TARGET_BITS, TARGET_ULPS, Candidate, Search, octave, spell
from symloss.codegen.term import Term, walk

__all__ = ["within_reach"]

BUDGET = 80  # forms measured
PATIENCE = 12  # forms expanded without a better one being found
ABOVE = 5  # levels above a number out of range at which rules are tried
ORDERED = "factors in another order"


def within_reach(best: Candidate, search: Search, measurement: Measurement, rewriter: Rewriter) -> Candidate:
    """`best`, or a form that is as accurate and finite at more points."""
    if not best.broken:
        return best
    order = count()
    worth = _badness(best) + 0.5

    def rank(candidate: Candidate) -> tuple[int, int, float]:
        missing, vanished = measurement.faults(candidate.stable)
        return int(2 * missing.sum() + vanished.sum()), octave(_badness(candidate)), candidate.cost

    seen = {best.stable, best.term}
    queue = [(rank(best), next(order), best)]
    least, waiting, measured = queue[0][0], 0, 0
    while queue and waiting < PATIENCE and measured < BUDGET and least[0]:
        _, _, current = heapq.heappop(queue)
        waiting += 1
        for move in _moves(current, measurement, rewriter):
            after = move[-1].after
            if after in seen:
                continue
            seen.add(after)
            path = current.path if move[0].before is current.term else current.steps
            found = search.measured(current.root, after, (*path, *move))
            seen.add(found.stable)
            measured += 1
            if _badness(found) <= worth:
                mark = rank(found)
                heapq.heappush(queue, (mark, next(order), found))
                if mark < least:
                    best, least, waiting = found, mark, 0
            if measured >= BUDGET or not least[0]:
                break
    return best


def _badness(candidate: Candidate) -> float:
    """The error apart from missing values, in bits; none where that is good."""
    if all(replace(e, nans=0, infs=0).within(TARGET_BITS, TARGET_ULPS) for e in candidate.errors):
        return 0.0
    return 4 * sum(e.average_bits for e in candidate.errors) + octave(max(e.worst_ulps for e in candidate.errors))


def _moves(current: Candidate, measurement: Measurement, rewriter: Rewriter) -> Iterator[Move]:
    for term in dict.fromkeys((current.stable, current.term)):
        nodes = _at_fault(term, current.stable, measurement)
        for move in [(), *((step,) for step in rewriter.at(term, nodes, REACH))]:
            if move:
                yield move
            before = move[-1].after if move else term
            form, _ = spell(before, rewriter, wide=False)
            after = rewriter.tidy(ordered(before, form, measurement))
            if after is not before and rewriter.same(before, after):
                yield (*move, Step(ORDERED, before, after))


def _at_fault(term: Term, form: Term, measurement: Measurement) -> list[Term]:
    """The nodes of `term` whose value first leaves the range where `form` has none, and some above; nearest first."""
    missing, vanished = measurement.faults(form)
    wrong = missing | vanished
    at = np.flatnonzero(wrong)
    values = {node: measurement.values(node)[at] for node in walk(term)}
    parents: dict[Term, list[Term]] = {}
    for node in walk(term):
        for argument in node.arguments:
            parents.setdefault(argument, []).append(node)
    level = [node for node in walk(term) if node.arguments and _leaves(node, values)]
    found = dict.fromkeys(level)
    for _ in range(ABOVE):
        level = [above for node in level for above in parents.get(node, ())]
        found.update(dict.fromkeys(level))
    return list(found)


def _leaves(node: Term, values: dict[Term, np.ndarray]) -> bool:
    own, arguments = values[node], [values[a] for a in node.arguments]
    within = np.logical_and.reduce([np.isfinite(a) & ((a != 0) | (node.operation == "add")) for a in arguments])
    return bool((within & (~np.isfinite(own) | ((own == 0) & (node.operation != "add")))).any())
