"""From one form to its neighbours: computed rewrites of the whole, then single rules at single places.

A move is the tuple of its steps, since what a rule leaves is brought back to kernels before it is measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from symloss.codegen.balance import balanced
from symloss.codegen.contact import contacts
from symloss.codegen.derivation import Step
from symloss.codegen.rational import one_fraction
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.rules.rule import Rule
from symloss.codegen.rules.tables import KERNELS_AGAIN
from symloss.codegen.term import Term

__all__ = ["Move", "fractions", "neighbours"]

Move = tuple[Step, ...]


def neighbours(term: Term, rewriter: Rewriter, rules: Sequence[Rule]) -> Iterator[Move]:
    """Every neighbour of `term`, computed rewrites first; each move ends in another term, maybe one met before."""
    for move in _plain(term, rewriter, rules):
        yield move
        closed, steps = rewriter.fixpoint(move[-1].after, KERNELS_AGAIN)
        if steps and closed is not term:
            yield (*move, *steps)


def fractions(term: Term, rewriter: Rewriter, *, multiplying_out: bool) -> Iterator[Move]:
    """Moves to `term` as one fraction and to its quotients of like size; `multiplying_out` differences, too."""
    kept = (True, False) if multiplying_out else (True,)
    ways = [one_fraction(term, keep_differences=keep, keep_roots=roots) for keep, roots in product(kept, (True, False))]
    for fraction in dict.fromkeys((term, *map(rewriter.tidy, ways))):
        first = _checked("one fraction, cancelled", term, fraction, rewriter)
        yield from first
        for move in first or [()]:
            after = rewriter.tidy(balanced(fraction))
            yield from ((*move, *last) for last in _checked("quotients of like size", fraction, after, rewriter))


def _plain(term: Term, rewriter: Rewriter, rules: Sequence[Rule]) -> Iterator[Move]:
    yield from fractions(term, rewriter, multiplying_out=True)
    for after in contacts(term, rewriter):
        yield (Step("choice at a contact as a clamp", term, after),)
    yield from ((step,) for step in rewriter.everywhere(term, rules))
    yield from ((step,) for step in rewriter.rewrites(term, rules))


def _checked(name: str, before: Term, after: Term, rewriter: Rewriter) -> list[Move]:
    """The move to `after`, if it is one: the computed rewrites are tested like every rule."""
    return [(Step(name, before, after),)] if after is not before and rewriter.same(before, after) else []
