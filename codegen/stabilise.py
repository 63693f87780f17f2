"""From a naive term to the cheapest form that meets the target, with every step recorded.

1. Guarded passes: the rules that lead to kernels, to a fixpoint (`close`).
2. Kernels that have a stable formula are written out (`search.spell`).
3. The result is measured; a best-first search over the rewrite rules looks for something better or cheaper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from symloss.codegen.asides import well_known
from symloss.codegen.cost import cost_of
from symloss.codegen.derivation import Derivation, Step
from symloss.codegen.domain import Domain
from symloss.codegen.measure import Measurement
from symloss.codegen.model import Model
from symloss.codegen.moves import Move, fractions
from symloss.codegen.points import sample
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.rules.tables import CLOSE, CLOSINGS
from symloss.codegen.search import Search, spell
from symloss.codegen.space import spanned
from symloss.codegen.term import Term

__all__ = ["close", "finite_form", "stable_form"]


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
        for table in CLOSINGS:
            closed, steps = rewriter.fixpoint(start, table)
            roots.setdefault(closed, steps)
    measurement = Measurement(naive, domains, closed=tuple(roots))
    search = Search(tuple(roots.items()), rewriter, measurement)
    best = search.best()
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
    """The derivation of the cheapest form of `term` among those finite most often, its digits unmeasured.

    Tried are the closed form and its fractions, each written out for ordinary arguments and for the whole range.
    Where none is finite at every typical point, it is `stable_form`'s work.
    """
    domains = spanned(domains, [n for n in domains if n in term.variables])
    rewriter = Rewriter(domains)
    closed, steps = close(term, rewriter)
    points = sample(domains, "float32", typical=60, extreme=60)
    models = [Model(chosen, "float32") for chosen in (points.typical, points.extreme)]

    def written(move: Move, *, wide: bool) -> tuple[Term, Move]:
        form, spelling = spell(move[-1].after if move else closed, rewriter, wide=wide)
        return form, (*move, *spelling)

    def broken(form: Term) -> list[int]:
        return [int((~np.isfinite(model(form))).sum()) for model in models]

    moves = [(), *fractions(closed, rewriter, multiplying_out=False)]
    tried = [written(move, wide=wide) for wide in (False, True) for move in moves]
    stable, path = min(tried, key=lambda found: (broken(found[0]), cost_of(found[0])))
    if broken(stable)[0]:
        return stable_form(term, domains, starts=(closed,))
    return Derivation(domains, term, (closed,), stable, (*steps, *path), before=(), after=())
