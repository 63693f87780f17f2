"""Regimes: two forms of one expression under one choice, each where it is accurate.

log1p(a m) overflows where log(a) + log(m) does not, which in its turn cancels near a m = 1.  The choice is made by the
size of one term that occurs in the expression, at a threshold between two points at which the forms were measured.
Each form has that term clamped to its own side, so that the one that is not taken is finite there as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import frexp, inf, isfinite

import numpy as np

from symloss.codegen.derivation import Step
from symloss.codegen.measure import Array, Measurement
from symloss.codegen.products import scaled
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.search import Candidate, Search, candidate, spell
from symloss.codegen.term import ONE, Term, apply, substitute, walk

__all__ = ["in_regimes"]

EARNED = 1.0  # bits
RARE = 0.02  # share of the points
PAIRS = 6  # splits that are measured, the most promising first
HALF = 0.5  # the fraction that frexp gives of a power of two
DIGITS = 7  # bits of a threshold; one that needs more fits the points, and not the forms
SLACK = 1.0  # bits, of all points together, that a simpler threshold or a cheaper pair may cost
NAME = "two forms, each on its side"


@dataclass(frozen=True)
class _Split:
    """`low` where `by` is at most `threshold`, `high` elsewhere; `lost` are the bits of both together."""

    low: Candidate
    high: Candidate
    by: Term
    threshold: Fraction
    lost: float


def in_regimes(best: Candidate, search: Search, measurement: Measurement, rewriter: Rewriter) -> Candidate:
    """The best of `best` and its combinations with another form met that earn their branch."""
    if not best.hopeful:
        return best
    measures = _measures(*dict.fromkeys(each.root for each in search.pool))
    splits = sorted(_splits(best, search.pool, measures, measurement), key=lambda s: s.lost)[:PAIRS]
    splits = [split for split in splits if split.lost <= splits[0].lost + SLACK]
    joined = [_joined(split, measurement, rewriter) for split in splits]
    return min(
        [best, *(j for j in joined if _earns(j, best, measurement) and search.affordable(j))], key=lambda c: c.rank
    )


def _earns(joined: Candidate, best: Candidate, measurement: Measurement) -> bool:
    """Whether it removes NaNs and infinities that are no rare ones or a bit of average error, or meets the target."""
    earned = measurement.losses(best.stable) - measurement.losses(joined.stable)
    missed = best.wrong or best.broken > RARE * len(earned)
    return (missed and joined.good) or float(earned.mean()) >= EARNED


def _splits(
    best: Candidate, pool: Sequence[Candidate], measures: Sequence[Term], measurement: Measurement
) -> Iterator[_Split]:
    ours = measurement.losses(best.stable)
    for other in pool:
        theirs = measurement.losses(other.stable)
        if other is best or np.minimum(ours, theirs).sum() > ours.sum() - len(ours) / 8:
            continue
        for by in measures:
            values = measurement.values(by)
            if np.isnan(values).any():
                continue
            for low, high, below, above in ((best, other, ours, theirs), (other, best, theirs, ours)):
                lost, threshold = _threshold(values, below, above)
                if lost < ours.sum() and threshold is not None:
                    yield _Split(low, high, by, threshold, lost)


def _measures(*forms: Term) -> list[Term]:
    """The variables, and the arguments of functions in the closed forms."""
    found: dict[Term, None] = {}
    for node in walk(*forms):
        if node.operation == "variable":
            found[node] = None
        elif node.operation not in ("add", "mul", "neg", "div", "select"):
            found.update(dict.fromkeys(a for a in node.arguments if a.variables))
    return [t for t in found if t.operation not in ("select", "le", "lt", "eq")]


def _threshold(values: Array, below: Array, above: Array) -> tuple[float, Fraction | None]:
    """The least loss of a split, and the simplest number at which it is nearly met."""
    order = np.argsort(values, kind="stable")
    met = values[order]
    left, right = np.cumsum(below[order]), np.cumsum(above[order][::-1])[::-1]
    lost = np.append(left[:-1] + right[1:], np.inf)  # of the split behind each point
    lost[:-1][met[:-1] == met[1:]] = np.inf
    least = float(lost.min())
    if not np.isfinite(least):
        return inf, None
    first = last = int(np.argmin(lost))
    enough = lost <= least + SLACK
    while enough[last + 1]:
        last += 1
    while first and enough[first - 1]:
        first -= 1
    return least, _simplest(float(met[first]), float(met[last + 1]))


def _simplest(low: float, high: float) -> Fraction | None:
    """A number in [low, high): 0, a power of two in the middle, or the shortest binary fraction."""
    if not isfinite(low) or low >= high:
        return None
    if low <= 0 < high and not (low == 0 and high > 1):
        return Fraction(0)
    if low < 0:
        inside = _simplest(max(-high, 0.0), -low) if isfinite(high) else None
        return None if inside is None else -inside
    bottom = frexp(low)[1] if low else -60
    top = frexp(high)[1] - (2 if frexp(high)[0] == HALF else 1) if isfinite(high) else bottom + 20
    if bottom <= top:
        return Fraction(2) ** ((bottom + top) // 2)
    step = Fraction(2) ** bottom
    for _ in range(DIGITS):
        step /= 2
        candidate = (Fraction(low) // step + 1) * step
        if Fraction(low) <= candidate < Fraction(high):
            return candidate
    return None


def _joined(split: _Split, measurement: Measurement, rewriter: Rewriter) -> Candidate:
    edge = scaled(split.threshold, ONE)
    condition = apply("le", split.by, edge)

    def choice(low: Term, high: Term) -> Term:
        return apply("select", condition, low, high)

    start, other = _start(split.low), _start(split.high)
    inside = [replace(s, before=choice(s.before, other), after=choice(s.after, other)) for s in split.low.steps]
    outside = [
        replace(s, before=choice(split.low.stable, s.before), after=choice(split.low.stable, s.after))
        for s in split.high.steps
    ]
    whole = choice(split.low.stable, split.high.stable)
    low = substitute(split.low.stable, {split.by: apply("min", split.by, edge)})
    high = substitute(split.high.stable, {split.by: apply("max", split.by, edge)})
    clamped = rewriter.tidy(choice(low, high))
    steps = (Step(NAME, start, choice(start, other)), *inside, *outside, Step("each side clamped", whole, clamped))
    return candidate(split.low.root, clamped, steps, spell(clamped, rewriter, wide=True), measurement)


def _start(candidate: Candidate) -> Term:
    return candidate.steps[0].before if candidate.steps else candidate.stable
