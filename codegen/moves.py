"""From one form to its neighbours: computed rewrites of the whole, then single rules at single places.

A move is the tuple of its steps, since what a rule leaves is brought back to kernels before it is measured.
A source gives the moves of one kind from a term; the search is told which sources to draw from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, product

from symloss.codegen.balance import balanced
from symloss.codegen.contact import contacts
from symloss.codegen.derivation import Step
from symloss.codegen.moments import by_moments
from symloss.codegen.poles import without_poles
from symloss.codegen.powers_of_e import by_powers_of_e
from symloss.codegen.rational import one_fraction
from symloss.codegen.rewrite import Finder, Rewrite, Rewriter
from symloss.codegen.rules.tables import ECONOMIES, KERNELS_AGAIN, POWERS_AGAIN, REPAIRS
from symloss.codegen.series import series_branches
from symloss.codegen.similarity import by_likeness
from symloss.codegen.term import Term, walk

__all__ = [
    "BRANCHING",
    "ECONOMISING",
    "EXACTING",
    "REPAIRING",
    "RESTATING",
    "Move",
    "Source",
    "fractions",
    "neighbours",
]

# Squares of nodes of the forms of one term in which series are looked for: 16 forms of 25 nodes, one of 100.  A branch
# that helps is found in the first few.
WORK = 10_000

Move = tuple[Step, ...]
Source = Callable[[Term, Rewriter], Iterator[Move]]


def neighbours(term: Term, rewriter: Rewriter, sources: Sequence[Source]) -> Iterator[Move]:
    """Every neighbour of `term` that `sources` lead to; each move ends in another term, maybe one met before."""
    for source in sources:
        for move in source(term, rewriter):
            yield move
            closed, steps = rewriter.fixpoint(move[-1].after, KERNELS_AGAIN)
            if steps and closed is not term:
                yield (*move, *steps)


def fractions(term: Term, rewriter: Rewriter, *, multiplying_out: bool = True) -> Iterator[Move]:
    """Moves to `term` as one fraction and to its quotients of like size; `multiplying_out` differences, too."""
    kept = (True, False) if multiplying_out else (True,)
    ways = [one_fraction(term, keep_differences=keep, keep_roots=roots) for keep, roots in product(kept, (True, False))]
    for fraction in dict.fromkeys((term, *map(rewriter.tidy, ways))):
        first = _checked("one fraction, cancelled", term, fraction, rewriter)
        yield from first
        for move in first or [()]:
            after = rewriter.tidy(balanced(fraction))
            yield from ((*move, *last) for last in _checked("quotients of like size", fraction, after, rewriter))


def _checked(name: str, before: Term, after: Term, rewriter: Rewriter) -> list[Move]:
    """The move to `after`, if it is one: the computed rewrites are tested like every rule."""
    return [(Step(name, before, after),)] if after is not before and rewriter.same(before, after) else []


def _by(name: str, finder: Finder[Term]) -> Source:
    """The moves to what `finder` makes of a term."""

    def source(term: Term, rewriter: Rewriter) -> Iterator[Move]:
        for after in rewriter.once(finder, term):
            yield from _checked(name, term, after, rewriter)

    return source


def _by_rules(rules: Sequence[Rewrite]) -> Source:
    def source(term: Term, rewriter: Rewriter) -> Iterator[Move]:
        yield from ((step,) for step in rewriter.everywhere(term, rules))
        yield from ((step,) for step in rewriter.rewrites(term, rules))

    return source


_likenesses = _by("by a ratio or a difference", by_likeness)
_clamps = _by("choice at a contact as a clamp", contacts)
_moments = _by("exponentials less their lines", by_moments)
_poles = _by("less its value at a pole", without_poles)
_powers_of_e = _by("a fraction of exponentials, factored", by_powers_of_e)


def _branches(term: Term, rewriter: Rewriter) -> Iterator[Move]:
    """Series branches of the term, of the term by one of its ratios or differences, and of the term as one fraction.

    Each way to write the term takes the square of its size in work, of which there is only so much.
    """
    work = 0
    for move in chain([()], fractions(term, rewriter), _likenesses(term, rewriter)):
        before = move[-1].after if move else term
        for branch in rewriter.once(series_branches, before):
            yield (*move, Step("series near a cancellation", before, branch.term, branch.condition, kind="series"))
        work += sum(1 for _ in walk(before)) ** 2
        if work > WORK:
            return


ECONOMISING: tuple[Source, ...] = (fractions, _clamps, _by_rules(ECONOMIES))
REPAIRING: tuple[Source, ...] = (fractions, _poles, _moments, _likenesses, _clamps, _by_rules(REPAIRS))
RESTATING: tuple[Source, ...] = (_powers_of_e,)
EXACTING: tuple[Source, ...] = (_by_rules(POWERS_AGAIN),)
BRANCHING: tuple[Source, ...] = (_branches,)
