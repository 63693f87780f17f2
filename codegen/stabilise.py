"""From a naive term to the cheapest form that meets the target, with every step recorded.

1. Guarded passes: the rules that lead to kernels, to a fixpoint (`close`).
2. Kernels that have a stable formula are written out (`search.spell`).
3. The result is measured; a best-first search over the rewrite rules looks for something better or cheaper.
4. Where rewriting finds no good form, series branches near its cancellations are tried.
5. Where those do not help either, two of the forms met are joined, each where it is accurate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symloss.codegen.asides import well_known
from symloss.codegen.branches import settled
from symloss.codegen.cost import cost_of
from symloss.codegen.derivation import Derivation, Error, Step
from symloss.codegen.domain import Domain
from symloss.codegen.measure import LOST, Bench, Measurement
from symloss.codegen.moves import Move, fractions
from symloss.codegen.regimes import in_regimes
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.rules.tables import CLOSE, CLOSINGS
from symloss.codegen.search import Search, octave, spell
from symloss.codegen.space import spanned
from symloss.codegen.term import Term

__all__ = ["close", "finite_form", "stable_form"]

FEW = (30, 60)  # points that a second derivative is measured at, typical ones and over the whole range


def close(term: Term, rewriter: Rewriter) -> tuple[Term, tuple[Step, ...]]:
    """`term` in kernels: the guarded passes to a fixpoint."""
    return rewriter.fixpoint(term, CLOSE)


def stable_form(naive: Term, domains: Mapping[str, Domain], *, starts: Sequence[Term] = ()) -> Derivation:
    """The derivation of a stable form of `naive`, which is the truth it is measured against.

    `starts` are equal terms from which the passes set out, if not from `naive` itself: for a derivative,
    the derivatives of closed forms of the value.
    """
    used = naive.variables.union(*(s.variables for s in starts))
    domains = spanned(domains, [n for n in domains if n in used])
    rewriter = Rewriter(domains)
    roots: dict[Term, tuple[Step, ...]] = {}
    for start in starts or (naive,):
        begun = settled(start, rewriter.ranges)
        for table in CLOSINGS:
            closed, steps = rewriter.fixpoint(begun, table)
            roots.setdefault(closed, steps)
    measurement = Measurement(naive, domains, closed=tuple(roots))
    search = Search(tuple(roots.items()), rewriter, measurement)
    best = in_regimes(search.best(), search.pool, measurement, rewriter)
    if not best.good:  # the passes set out from another form than the one given, which may have been the better one
        best = min(best, search.measured(best.root, naive, ()), key=lambda c: c.rank)
    return Derivation(
        variables=domains,
        naive=naive,
        closed=tuple(sorted(roots, key=lambda root: root is not best.root)),
        stable=best.stable,
        steps=best.steps,
        before=measurement.errors(naive),
        after=best.errors,
        asides=() if starts else well_known(search, rewriter),
    )


def finite_form(term: Term, domains: Mapping[str, Domain]) -> Derivation:
    """The derivation of the cheapest form of `term` among the nearly best of a few, measured in float32 only.

    Tried are the closed form and its fractions, each written out for ordinary arguments and for the whole range.
    Where none is finite at every typical point, it is `stable_form`'s work.
    """
    domains = spanned(domains, [n for n in domains if n in term.variables])
    rewriter = Rewriter(domains)
    closed, steps = close(settled(term, rewriter.ranges), rewriter)
    bench = Bench(term, domains, "float32", (closed,), sizes=FEW)

    def written(move: Move, *, wide: bool) -> tuple[Error, Term, Move]:
        form, spelling = spell(move[-1].after if move else closed, rewriter, wide=wide)
        return bench.error(form), form, (*move, *spelling)

    def rank(found: tuple[Error, Term, Move]) -> tuple[int, int, float]:
        error, form, _ = found
        return error.broken, octave(error.worst_ulps), cost_of(form)

    moves = [(), *fractions(closed, rewriter, multiplying_out=False)]
    error, stable, path = min((written(move, wide=wide) for wide in (False, True) for move in moves), key=rank)
    if error.worst_ulps >= LOST:
        return stable_form(term, domains, starts=(closed,))
    return Derivation(domains, term, (closed,), stable, (*steps, *path), before=(), after=())
