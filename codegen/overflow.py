"""Forms that leave the range on the way, mended where they do: a product that overflows, a sum of squares, 0*inf.

The search looks at the whole of a form; here only the nodes are rewritten at which a number out of range first
appears, and those above them.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import chain, count

from symloss.codegen.cost import cost_of
from symloss.codegen.derivation import Step
from symloss.codegen.distribution import distributed
from symloss.codegen.faults import Faults, Mask
from symloss.codegen.measure import Measurement
from symloss.codegen.moves import Move
from symloss.codegen.ordering import Orders
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.rules.tables import REACH
from symloss.codegen.search import LARGE, SAME, Candidate, Search, candidate, spell
from symloss.codegen.term import Term, substitute, walk

__all__ = ["within_reach", "without_false_zeros"]

BUDGET = 80  # forms measured
SLACK = 2.0  # what they may lose: bits of the worst error, say
OTHERS = 3  # forms met before that are a start, too
PATIENCE = 25  # forms expanded without a better one being found
ORDERED = "factors in another order"


def within_reach(best: Candidate, search: Search, measurement: Measurement, rewriter: Rewriter) -> Candidate:
    """`best`, or a form that is hardly less accurate and finite at more points.

    It is looked for from `best` and from the cheapest of the forms met that are as accurate.
    """
    return best if best.good else _mended(best, search, measurement, rewriter)


def without_false_zeros(best: Candidate, search: Search, measurement: Measurement, rewriter: Rewriter) -> Candidate:
    """`best`, or where a good form is 0 after an overflow a good one that is so at fewer points."""
    if not best.good or not best.zeros or best.goal.part:
        return best
    wide = candidate(best.root, best.term, best.path, spell(best.term, rewriter, wide=True), measurement)
    if wide.good and wide.zeros < best.zeros:
        best = wide
    return _mended(best, search, measurement, rewriter) if best.zeros else best


def _mended(best: Candidate, search: Search, measurement: Measurement, rewriter: Rewriter) -> Candidate:
    faults = Faults(measurement)
    if not faults.at_fault(best.stable).any():
        return best
    orders = Orders(faults)

    def rank(candidate: Candidate) -> tuple[int, float, int, float]:
        form = candidate.stable
        out = int(2 * faults.missing(form).sum() + faults.vanished(form).sum())
        lost = _out_of_range(form, faults, faults.at_fault(form))
        return out, candidate.excess, len(lost), candidate.cost

    good, worth = best.good, best.excess + SLACK
    others = sorted((c for c in search.pool if c.excess <= worth), key=lambda c: c.cost)[:OTHERS]
    order = count()
    queue = [(_urgency(rank(start)), 0, next(order), start) for start in dict.fromkeys((best, *others))]
    seen = {_likeness(start.stable, measurement) for *_, start in queue}
    heapq.heapify(queue)
    least, waiting, measured = rank(best), 0, 0.0
    while queue and any(least[:2]) and waiting < PATIENCE and measured < BUDGET:
        urgency, turn, _, current = heapq.heappop(queue)
        waiting += 1
        sources = list(faults.sources(current.stable).values())
        if turn + 1 < len(sources):
            heapq.heappush(queue, (urgency, turn + 1, next(order), current))
        for move in _moves(current, faults, orders, rewriter, sources[turn] if sources else faults.counted):
            like = _likeness(spell(move[-1].after, rewriter, wide=False)[0], measurement)
            measured += SAME
            if like in seen:
                continue
            path = current.path if move[0].before is current.term else current.steps
            found = search.measured(current.root, move[-1].after, (*path, *move), rank)
            seen.update((like, _likeness(found.stable, measurement)))
            measured += max(1, len(tuple(walk(found.stable))) // LARGE)
            if found.excess <= worth and search.affordable(found) and (found.good or not good):
                mark = rank(found)
                heapq.heappush(queue, (_urgency(mark), 0, next(order), found))
                if mark < least:
                    best, least, waiting = found, mark, 0
            if measured >= BUDGET or not any(least[:2]):
                break
    return best


def _urgency(rank: tuple[int, float, int, float]) -> tuple[int, int, float, float]:
    """What is looked at first: where few points are left, then few parts that are out of range there."""
    out, badness, lost, cost = rank
    return out, lost, badness, cost


def _likeness(form: Term, measurement: Measurement) -> tuple[bytes, float]:
    """The same for forms that differ in the order of sums, say; x/2 + y/2 and (x + y)/2 differ in their cost."""
    return measurement.signature(form), cost_of(form)


def _moves(current: Candidate, faults: Faults, orders: Orders, rewriter: Rewriter, points: Mask) -> Iterator[Move]:
    """The rewrites at the nodes at fault at `points`, each with its factors in a safe order."""
    for term in dict.fromkeys((current.stable, current.term)):
        settled = current.steps and current.steps[-1].rule == ORDERED
        nodes = _out_of_range(term, faults, points)
        as_it_is: list[Move] = [] if settled else [()]
        steps = chain(_distributions(term, nodes, rewriter), rewriter.at(term, nodes, REACH))
        for move in chain(as_it_is, ((step,) for step in steps)):
            before = move[-1].after if move else term
            form, _ = spell(before, rewriter, wide=False)
            after = rewriter.tidy(orders.ordered(before, form))
            if after is not before and rewriter.same(before, after):
                yield (*move, Step(ORDERED, before, after))
            elif move:
                yield move


def _distributions(term: Term, nodes: Sequence[Term], rewriter: Rewriter) -> Iterator[Step]:
    lost = frozenset(nodes)
    for node in nodes:
        after = rewriter.tidy(substitute(term, {node: distributed(node, lost, rewriter.ranges)}))
        if after is not term and rewriter.same(term, after):
            yield Step("factors taken into a sum", term, after)


def _out_of_range(term: Term, faults: Faults, points: Mask) -> list[Term]:
    """The nodes of `term` that are out of range where they matter, the innermost first."""
    live = faults.live(term, points)
    return [node for node in walk(term) if node.arguments and faults.out_of_range(node, live[node])]
