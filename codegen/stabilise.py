"""From a naive term to the cheapest form that meets the target, with every step recorded.

1. Guarded passes: the rules that lead to kernels, to a fixpoint (`close`).
2. Kernels that have a stable formula are written out (`spell`).
3. The result is measured; a best-first search over the rewrite rules looks for something better or cheaper.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, product

import numpy as np

from symloss.codegen.contact import contacts
from symloss.codegen.cost import cost_of
from symloss.codegen.derivation import Aside, Derivation, Error, Step
from symloss.codegen.domain import Domain
from symloss.codegen.kernels import KERNELS, expand
from symloss.codegen.measure import Measurement
from symloss.codegen.model import Model
from symloss.codegen.notation import show
from symloss.codegen.points import sample
from symloss.codegen.rational import one_fraction
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.rules.rule import Rule
from symloss.codegen.rules.tables import CLOSE, ECONOMIES, EXPANSIONS, REFLECTIONS, REPAIRS
from symloss.codegen.space import spanned
from symloss.codegen.term import Term, transform, walk

__all__ = ["TARGET_BITS", "TARGET_ULPS", "close", "finite_form", "spell", "stable_form"]

TARGET_BITS, TARGET_ULPS = 0.75, 5.0  # less than what a certificate may state, 0.8 and 8: libraries add their own error
PATIENCE = 15  # forms expanded without a better one being found
BUDGET = 90  # forms measured; never a number of seconds, which differ between machines
SAVING = 30  # forms measured in search of a cheaper one where the first is good
WORTHWHILE = 0.8  # a good form is left for a cheaper one only if that costs at most this share
SIZE = 3  # a form more than this many times the cost of the closed one is not followed


@dataclass(frozen=True)
class _Candidate:
    closed: Term
    stable: Term
    steps: tuple[Step, ...]
    errors: tuple[Error, ...]
    cost: float

    @property
    def broken(self) -> int:
        return sum(e.nans + e.infs for e in self.errors)

    @property
    def good(self) -> bool:
        return not self.broken and all(
            e.average_bits <= TARGET_BITS and e.worst_ulps <= TARGET_ULPS for e in self.errors
        )

    @property
    def rank(self) -> tuple[bool, float, float, float]:
        """Smaller is better: the target first, then NaNs and the error, and cost among the good."""
        bits = sum(e.average_bits for e in self.errors)
        worst = max(e.worst_ulps for e in self.errors)
        if self.good:
            return (False, 0.0, self.cost, bits)
        missing = 1.5 + min(self.broken, 40) / 8 if self.broken else 0.0
        return (True, round(_octave(worst) + 4 * bits + missing, 1), self.cost, bits)


def _octave(ulps: float) -> float:
    """The worst error as a number of bits, whole ones: a difference of a few ulps decides nothing."""
    return float(max(0, int(ulps).bit_length() - 2))


def close(term: Term, rewriter: Rewriter) -> tuple[Term, tuple[Step, ...]]:
    """`term` in kernels: the guarded passes to a fixpoint."""
    return rewriter.fixpoint(term, CLOSE)


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
        steps.append(Step(f"stable {kernel.name.replace('_', ' ')}", term, after))
        term = after


def _written_out(term: Term, name: str, formula: str) -> Term:
    return transform(term, lambda node: expand(node, formula) if node.operation == name else node)


def stable_form(naive: Term, domains: Mapping[str, Domain], *, start: Term | None = None) -> Derivation:
    """The derivation of a stable form of `naive`, which is the truth it is measured against.

    `start` is an equal term from which the passes set out, if not from `naive` itself: for a derivative,
    the derivative of the closed form of the value.
    """
    used = naive.variables | (frozenset() if start is None else start.variables)
    domains = spanned(domains, [n for n in domains if n in used])
    rewriter = Rewriter(domains)
    closed, steps = close(naive if start is None else start, rewriter)
    measurement = Measurement(naive, domains, closed=closed)
    search = _Search(closed, steps, rewriter, measurement)
    best = search.best()
    aside = min(search.reflected(), key=_written, default=None) if start is None else None
    return Derivation(
        variables=domains,
        naive=naive,
        closed=closed,
        stable=best.stable,
        steps=best.steps,
        before=measurement.errors(naive),
        after=best.errors,
        asides=(Aside(aside.stable, aside.steps, aside.errors),) if aside else (),
    )


def finite_form(term: Term, domains: Mapping[str, Domain]) -> Derivation:
    """`term` in kernels, written out, unmeasured if it is finite at every typical point, else as `stable_form`."""
    domains = spanned(domains, [n for n in domains if n in term.variables])
    rewriter = Rewriter(domains)
    closed, steps = close(term, rewriter)
    stable, spelling = spell(closed, rewriter, wide=False)
    points = sample(domains, "float32", typical=60, extreme=0).typical
    if not np.isfinite(Model(points, "float32")(stable)).all():
        return stable_form(term, domains, start=closed)
    return Derivation(domains, term, closed, stable, (*steps, *spelling), before=(), after=())


class _Search:
    """The forms of one closed term that were measured, and the moves between them."""

    def __init__(self, closed: Term, steps: tuple[Step, ...], rewriter: Rewriter, measurement: Measurement) -> None:
        self._rewriter, self._measurement = rewriter, measurement
        self.first = self.candidate(closed, steps)
        self._seen = {closed, self.first.stable}
        self._numbers = {measurement.signature(self.first.stable): self.first.cost}

    def candidate(self, term: Term, path: tuple[Step, ...]) -> _Candidate:
        """`term` written out in the cheap way, or in the wide one where that is needed and helps."""
        narrow = self._written(term, path, wide=False)
        if narrow.good or not any(n.arguments and KERNELS[n.operation].wide for n in walk(term)):
            return narrow
        return min(narrow, self._written(term, path, wide=True), key=lambda c: c.rank)

    def _written(self, term: Term, path: tuple[Step, ...], *, wide: bool) -> _Candidate:
        stable, spelling = spell(term, self._rewriter, wide=wide)
        return _Candidate(term, stable, (*path, *spelling), self._measurement.errors(stable), cost_of(stable))

    def best(self) -> _Candidate:
        """The best form within the budget; a good first form is left only for one that is worth it."""
        rules, budget = (ECONOMIES, SAVING) if self.first.good else (REPAIRS, BUDGET)
        order = count()
        queue = [(self.first.rank, next(order), self.first)]
        best, waiting, measured = self.first, 0, 1
        while queue and waiting < PATIENCE and measured < budget:
            _, _, current = heapq.heappop(queue)
            waiting += 1
            for found in self._neighbours(current, rules):
                measured += 1
                if found.cost <= SIZE * self.first.cost + 20:
                    heapq.heappush(queue, (found.rank, next(order), found))
                    if found.rank < best.rank:
                        best, waiting = found, 0
                if measured >= budget:
                    break
        if self.first.good and best.cost > WORTHWHILE * self.first.cost:
            return self.first
        return best

    def _neighbours(self, current: _Candidate, rules: Sequence[Rule]) -> Iterator[_Candidate]:
        for step in self._moves(current, rules):
            if step.after not in self._seen:
                self._seen.add(step.after)
                path = current.steps if step.before is current.stable else _before_spelling(current)
                found = self.candidate(step.after, (*path, step))
                numbers = self._measurement.signature(found.stable)
                if found.cost < self._numbers.get(numbers, math.inf):  # else the same program in other words
                    self._numbers[numbers] = found.cost
                    yield found

    def _moves(self, current: _Candidate, rules: Sequence[Rule]) -> Iterator[Step]:
        """Computed rewrites, then single ones, of the form in kernels and of the one written out."""
        for term in dict.fromkeys((current.closed, current.stable)):
            for keep, roots in product((True, False), repeat=2):
                after = self._rewriter.tidy(one_fraction(term, keep_differences=keep, keep_roots=roots))
                if after is not term and self._rewriter.same(term, after):
                    yield Step("one fraction, cancelled", term, after)
            for after in contacts(term, self._rewriter):
                yield Step("choice at a contact as a clamp", term, after)
            yield from self._rewriter.everywhere(term, rules)
            yield from self._rewriter.rewrites(term, rules)

    def reflected(self) -> Iterator[_Candidate]:
        """The textbooks' forms with fewer kernels: a reflection, multiplied out where it stands, collected."""
        rewriter = self._rewriter
        for reflection in rewriter.rewrites(self.first.closed, REFLECTIONS):
            if _kernels(reflection.after) >= _kernels(self.first.closed):
                continue
            for expansion in rewriter.rewrites(reflection.after, EXPANSIONS):
                for economy in rewriter.rewrites(expansion.after, ECONOMIES):
                    collected, together = rewriter.fixpoint(economy.after, ECONOMIES)
                    path = (*_before_spelling(self.first), reflection, expansion, economy, *together)
                    found = self.candidate(collected, path)
                    if not found.good:
                        yield found


def _kernels(term: Term) -> int:
    """How many different kernels of more than arithmetic a term evaluates."""
    return sum(bool(KERNELS[n.operation].meaning) for n in walk(term) if n.arguments)


def _written(candidate: _Candidate) -> tuple[int, int]:
    """How often a kernel is written, then the length: the form that a textbook would print is the smallest."""
    text = show(candidate.closed)
    names = {n.operation for n in walk(candidate.closed) if n.arguments and KERNELS[n.operation].meaning}
    return sum(text.count(f"{name}(") for name in names), len(text)


def _before_spelling(candidate: _Candidate) -> tuple[Step, ...]:
    """The steps that led to the closed form, without those that wrote its kernels out."""
    return tuple(s for s in candidate.steps if not s.rule.startswith("stable "))
