"""Measured best-first search: the cheapest form that meets the target, among the neighbours of a few closed forms."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from symloss.codegen.cost import cost_of
from symloss.codegen.derivation import Error, Step
from symloss.codegen.goal import Goal
from symloss.codegen.kernels import KERNELS, expand
from symloss.codegen.measure import Measurement
from symloss.codegen.moves import BRANCHING, ECONOMISING, EXACTING, REPAIRING, RESTATING, Source, neighbours
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.term import Term, transform, walk

__all__ = ["Candidate", "Search", "octave", "spell"]

HOPELESS_BITS, HOPELESS_ULPS = 1.1, 32.0  # a form that is finite and no worse is not branched
PATIENCE = 15  # forms expanded without a better one being found
ALIKE = 3  # forms that fail alike of which the neighbours are met
BUDGET = 180  # forms measured; never a number of seconds, which differ between machines
SAME = 0.1  # what a form counts that turns out to be one of those
SAVING = 30  # forms measured in search of a cheaper one where the first is good
LARGE = 60  # nodes: a form of so many more counts as one more
WORTHWHILE = 0.8  # a good form is left for a cheaper one only if that costs at most this share
BRANCHES = 30  # forms with series branches that are measured where rewriting found no good form
EARNED = 1.0  # what a branch that does not make a form good must take off its rank: a bit of the worst error, say
WON = 0.5  # bits on average, fewer than which earn no longer form where the digits at a sign change are forgiven
OTHERS = 5  # forms met before that are a start, too, where those digits are looked for
MOST_POWERS = 12  # forms with exponentials of logarithms as powers
SIZE, ALLOWANCE = 3, 300  # a form that costs more than so many times the first one and four series is left


@dataclass(frozen=True, eq=False)
class Candidate:
    """One measured form: `term` in kernels and `stable` with those written out, reached from `root` by `path`.

    `spelling` are the steps from `term`, or from the written-out form that `path` ends in, to `stable`.
    """

    root: Term
    term: Term
    path: tuple[Step, ...]
    stable: Term
    spelling: tuple[Step, ...]
    errors: tuple[Error, ...]
    goal: Goal
    cost: float

    @property
    def steps(self) -> tuple[Step, ...]:
        return (*self.path, *self.spelling)

    @property
    def broken(self) -> int:
        return sum(e.broken for e in self.errors)

    @property
    def zeros(self) -> int:
        """At how many points it is 0 where the truth is not, after an overflow."""
        return sum(e.zeros for e in self.errors)

    @property
    def good(self) -> bool:
        return self.goal.met(self.errors)

    @property
    def enough(self) -> bool:
        """Whether not even a cheaper form is looked for."""
        return self.good and not self.goal.complete

    @property
    def failing(self) -> tuple[object, ...]:
        """How it fails: the same for forms that differ in the order of products, say."""
        return tuple((round(e.average_bits, 1), octave(e.worst_ulps), e.broken) for e in self.errors)

    @property
    def hopeful(self) -> bool:
        """Whether a branch could earn its place: it is to remove NaNs, wrong digits or a bit of average error."""
        hopeless = all(e.within(HOPELESS_BITS, HOPELESS_ULPS) for e in self.errors)
        return not self.good and not hopeless

    @property
    def wrong(self) -> bool:
        """Whether digits are wrong on average, and not only where numbers are extreme."""
        return any(e.average_bits > HOPELESS_BITS for e in self.errors)

    @property
    def rank(self) -> tuple[bool, float, float, float]:
        """Smaller is better: the target first, then NaNs and the error, and cost among the good."""
        bits = sum(e.average_bits for e in self.errors)
        if self.good:
            return (False, 0.0, self.cost, bits)
        missing = 6.0 + min(self.broken, 40) / 8 if self.broken else 0.0
        return (True, round(self.error + missing, 1), self.cost, bits)

    @property
    def excess(self) -> float:
        """The error at typical points as a number of bits above the goal."""
        worst = max(e.worst_ulps for e in self.errors)
        bits = sum(max(0.0, e.average_bits - self.goal.average_bits) for e in self.errors)
        return 4 * bits + max(0, octave(worst) - octave(self.goal.worst_ulps))

    @property
    def error(self) -> float:
        """The error at typical points as a number of bits."""
        return octave(max(e.worst_ulps for e in self.errors)) + 4 * sum(e.average_bits for e in self.errors)


Rank = Callable[[Candidate], tuple[object, ...]]


def octave(ulps: float) -> int:
    """The worst error as a number of bits, whole ones: a difference of a few ulps decides nothing."""
    return max(0, int(ulps).bit_length() - 2)


def spell(term: Term, rewriter: Rewriter, *, wide: bool) -> tuple[Term, tuple[Step, ...]]:
    """`term` with every kernel that has a stable formula written out, one step a kernel."""
    steps: list[Step] = []
    while True:
        node = next((n for n in walk(term) if n.operation in KERNELS and KERNELS[n.operation].stable), None)
        if node is None:
            return term, tuple(steps)
        kernel = KERNELS[node.operation]
        formula = (wide and kernel.wide) or kernel.stable
        after = rewriter.tidy(_written_out(term, kernel.name, formula))
        steps.append(Step(kernel.writing_out, term, after, kind="kernel"))
        term = after


def _written_out(term: Term, name: str, formula: str) -> Term:
    return transform(term, lambda node: expand(node, formula) if node.operation == name else node)


def candidate(
    root: Term,
    term: Term,
    path: tuple[Step, ...],
    spelt: tuple[Term, tuple[Step, ...]],
    measurement: Measurement,
) -> Candidate:
    """A form measured, of which `spelt` is the one written out and how."""
    stable, spelling = spelt
    errors = measurement.errors(stable)
    return Candidate(root, term, path, stable, spelling, errors, measurement.goal, cost_of(stable))


class Search:
    """The forms of one expression that were measured, and the way from one to the next.

    `roots` are equal terms in kernels, each with the steps that led to it.
    """

    def __init__(
        self, roots: Sequence[tuple[Term, tuple[Step, ...]]], rewriter: Rewriter, measurement: Measurement
    ) -> None:
        self._rewriter, self._measurement = rewriter, measurement
        self._seen: set[Term] = set()
        self.pool: list[Candidate] = []
        self._numbers: dict[bytes, float] = {}
        self._starts = [found for term, path in roots if (found := self._met(term, term, path))]
        self.first = min(self._starts, key=lambda c: c.rank)

    def measured(self, root: Term, term: Term, path: tuple[Step, ...], rank: Rank = lambda c: c.rank) -> Candidate:
        """`term` written out in the cheap way, or in the wide one where that is needed and helps."""
        narrow = candidate(root, term, path, spell(term, self._rewriter, wide=False), self._measurement)
        if narrow.good:
            return narrow
        spelt = spell(term, self._rewriter, wide=True)
        if spelt[0] is narrow.stable:
            return narrow
        return min(narrow, candidate(root, term, path, spelt, self._measurement), key=rank)

    def best(self) -> Candidate:
        """The best form within the budgets.

        A good first form is left only for one that is worth it; where rewriting finds no good form, branches may.
        """
        if self.first.enough:
            return self.first
        if self.first.good:
            cheaper = self._searched(self._starts, ECONOMISING, SAVING)
            return cheaper if cheaper.cost <= WORTHWHILE * self.first.cost else self.first
        best = self._searched(self._starts, REPAIRING, BUDGET)
        if best.hopeful and (restated := [c for s in self._starts for c in self._neighbours(s, RESTATING) if c]):
            best = min(best, self._searched(restated, REPAIRING, BUDGET), key=lambda c: c.rank)
        if not best.hopeful:
            return best
        branched = self._searched([best, *self._starts], BRANCHING, BRANCHES)
        return branched if branched.good or branched.rank[1] <= best.rank[1] - EARNED else best

    def exacter(self, best: Candidate) -> Candidate:
        """`best`, or a form as accurate that has digits where those of a sum that changes sign are forgiven."""
        if not best.goal.complete:
            return best
        lost, worth = {best: self._measurement.unforgiven(best.stable)}, best.error + 1
        if lost[best] <= HOPELESS_BITS:
            return best

        def rank(candidate: Candidate) -> tuple[object, ...]:
            if candidate not in lost:
                lost[candidate] = self._measurement.unforgiven(candidate.stable)
            worse = not candidate.good and candidate.error > worth
            return worse, round(lost[candidate], 1), candidate.broken, candidate.cost

        starts = sorted(self.pool, key=rank)[:OTHERS]
        found = self._searched([best, *starts], REPAIRING, BUDGET, rank)
        if lost[found] > HOPELESS_BITS:
            found = min(found, self._searched([found], BRANCHING, BRANCHES, rank), key=rank)
        return found if lost[found] <= lost[best] - WON else best

    def powers(self, best: Candidate) -> list[Candidate]:
        """`best` with exponentials of logarithms as powers: of one, and of those that are made of it."""
        found: list[Candidate] = []
        waiting = [best]
        while waiting and len(found) < MOST_POWERS:
            new = [c for c in self._neighbours(waiting.pop(), EXACTING) if c]
            found += new
            waiting += new
        return found

    def affordable(self, found: Candidate) -> bool:
        """Whether a form is good, or not out of all proportion to the first one."""
        return found.good or found.cost <= SIZE * self.first.cost + ALLOWANCE

    def _searched(
        self, starts: Sequence[Candidate], sources: Sequence[Source], budget: int, rank: Rank = lambda c: c.rank
    ) -> Candidate:
        """The best form reached from `starts`, best first, by moves from `sources`."""
        order = count()
        measured: float
        followed: Counter[tuple[object, ...]] = Counter()
        queue = [(rank(start), next(order), start) for start in dict.fromkeys(starts)]
        heapq.heapify(queue)
        best, waiting, measured = min(starts, key=rank), 0, len(queue)
        while queue and waiting < PATIENCE and measured < budget and not best.enough:
            _, _, current = heapq.heappop(queue)
            followed[current.failing] += 1
            if followed[current.failing] > ALIKE:
                continue
            waiting += 1
            for found in self._neighbours(current, sources):
                measured += SAME if found is None else max(1, len(tuple(walk(found.stable))) // LARGE)
                if found and self.affordable(found):
                    heapq.heappush(queue, (rank(found), next(order), found))
                    if rank(found) < rank(best):
                        best, waiting = found, 0
                if measured >= budget or best.enough:
                    break
        return best

    def _neighbours(self, current: Candidate, sources: Sequence[Source]) -> Iterator[Candidate | None]:
        """Of the form in kernels, and of the one written out; None for one that was met before."""
        for term, path in {current.stable: current.steps, current.term: current.path}.items():
            for move in neighbours(term, self._rewriter, sources):
                yield self._met(current.root, move[-1].after, (*path, *move))

    def _met(self, root: Term, term: Term, path: tuple[Step, ...]) -> Candidate | None:
        """`term` measured, unless it was met before or computes the same numbers as another at no less cost."""
        if term in self._seen:
            return None
        self._seen.add(term)
        if self._known(spell(term, self._rewriter, wide=False)[0]):
            return None
        found = self.measured(root, term, path)
        self._seen.add(found.stable)
        if self._known(found.stable):
            return None
        self._numbers[self._measurement.signature(found.stable)] = found.cost
        self.pool.append(found)
        return found

    def _known(self, stable: Term) -> bool:
        """Whether another form computes the same numbers at no more cost."""
        return cost_of(stable) >= self._numbers.get(self._measurement.signature(stable), math.inf)
