"""Forms that leave the range on the way, mended where they do: a product that overflows, a sum of squares, 0*inf.

The search looks at the whole of a form; here only the nodes are rewritten at which a number out of range first
appears, and those above them.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import count

from symloss.codegen.cost import cost_of
from symloss.codegen.derivation import Step
from symloss.codegen.faults import Faults
from symloss.codegen.measure import Measurement
from symloss.codegen.moves import Move
from symloss.codegen.ordering import Orders
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.rules.tables import REACH
from symloss.codegen.search import LARGE, SAME, Candidate, Search, octave, spell
from symloss.codegen.term import Term, walk

__all__ = ["within_reach"]

BUDGET = 80  # forms measured
SLACK = 1.0  # what they may lose: bits of the worst error, say
OTHERS = 3  # forms met before that are a start, too
PATIENCE = 10  # forms expanded without a better one being found
ABOVE = 5  # levels above a number out of range at which rules are tried
ORDERED = "factors in another order"


def within_reach(best: Candidate, search: Search, measurement: Measurement, rewriter: Rewriter) -> Candidate:
    """`best`, or a form that is hardly less accurate and finite at more points.

    It is looked for from `best` and from the cheapest of the forms met that are as accurate.
    """
    if best.good or not best.broken:
        return best
    faults = Faults(measurement)
    orders = Orders(faults)

    def rank(candidate: Candidate) -> tuple[int, float, int, float]:
        form = candidate.stable
        out = int(2 * faults.missing(form).sum() + faults.vanished(form).sum())
        return out, _badness(candidate), len(faults.sources(form, form)), candidate.cost

    worth = _badness(best) + SLACK
    others = sorted((c for c in search.pool if _badness(c) <= worth), key=lambda c: c.cost)[:OTHERS]
    order = count()
    queue = [(_urgency(rank(start)), next(order), start) for start in dict.fromkeys((best, *others))]
    seen = {_likeness(start.stable, measurement) for _, _, start in queue}
    heapq.heapify(queue)
    least, waiting, measured = rank(best), 0, 0.0
    while queue and any(least[:2]) and waiting < PATIENCE and measured < BUDGET:
        _, _, current = heapq.heappop(queue)
        waiting += 1
        for move in _moves(current, faults, orders, rewriter):
            like = _likeness(spell(move[-1].after, rewriter, wide=False)[0], measurement)
            measured += SAME
            if like in seen:
                continue
            path = current.path if move[0].before is current.term else current.steps
            found = search.measured(current.root, move[-1].after, (*path, *move))
            seen.update((like, _likeness(found.stable, measurement)))
            measured += max(1, len(tuple(walk(found.stable))) // LARGE)
            if _badness(found) <= worth and search.affordable(found):
                mark = rank(found)
                heapq.heappush(queue, (_urgency(mark), next(order), found))
                if mark < least:
                    best, least, waiting = found, mark, 0
            if measured >= BUDGET or not any(least[:2]):
                break
    return best


def _urgency(rank: tuple[int, float, int, float]) -> tuple[int, int, float, float]:
    """What is looked at first: where few points are left, then few parts that are out of range there."""
    out, badness, sources, cost = rank
    return out, sources, badness, cost


def _likeness(form: Term, measurement: Measurement) -> tuple[bytes, float]:
    """The same for forms that differ in the order of sums, say; x/2 + y/2 and (x + y)/2 differ in their cost."""
    return measurement.signature(form), cost_of(form)


def _badness(candidate: Candidate) -> float:
    """The error apart from missing values, in bits; none where that is good."""
    if all(map(candidate.goal.near, candidate.errors)):
        return 0.0
    return 4 * sum(e.average_bits for e in candidate.errors) + octave(max(e.worst_ulps for e in candidate.errors))


def _moves(current: Candidate, faults: Faults, orders: Orders, rewriter: Rewriter) -> Iterator[Move]:
    """The rewrites at the nodes at fault, each with its factors in a safe order."""
    for term in dict.fromkeys((current.stable, current.term)):
        settled = current.steps and current.steps[-1].rule == ORDERED
        nodes = _at_fault(term, current.stable, faults)
        as_it_is: list[Move] = [] if settled else [()]
        for move in [*as_it_is, *((step,) for step in rewriter.at(term, nodes, REACH))]:
            before = move[-1].after if move else term
            form, _ = spell(before, rewriter, wide=False)
            after = rewriter.tidy(orders.ordered(before, form))
            if after is not before and rewriter.same(before, after):
                yield (*move, Step(ORDERED, before, after))
            elif move:
                yield move


def _at_fault(term: Term, form: Term, faults: Faults) -> list[Term]:
    """The nodes of `term` whose value first leaves the range where `form` has none, and some above; nearest first."""
    parents: dict[Term, list[Term]] = {}
    for node in walk(term):
        for argument in node.arguments:
            parents.setdefault(argument, []).append(node)
    level = faults.sources(term, form)
    found = dict.fromkeys(level)
    for _ in range(ABOVE):
        level = [above for node in level for above in parents.get(node, ())]
        found.update(dict.fromkeys(level))
    return list(found)
