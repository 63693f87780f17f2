"""From a naive term to the cheapest form that meets the target, with every step recorded.

1. Guarded passes: the rules that lead to kernels, to a fixpoint (`close`).
2. Kernels that have a stable formula are written out (`search.spell`).
3. The result is measured; a best-first search over the rewrite rules looks for something better or cheaper.
4. Where rewriting finds no good form, series branches near its cancellations are tried.
5. Where those do not help either, two of the forms met are joined, each where it is accurate.
6. What overflows on the way at some points is mended at the nodes at which it does.
7. What roundings still cost is put back, if that is much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from symloss.codegen.asides import well_known
from symloss.codegen.bounds import Ranges
from symloss.codegen.branches import settled
from symloss.codegen.compensation import PUTTING_BACK
from symloss.codegen.constants import beyond_floats
from symloss.codegen.cost import cost_of
from symloss.codegen.denominators import over_one_denominator
from symloss.codegen.derivation import Derivation, Error, Step
from symloss.codegen.domain import Domain
from symloss.codegen.goal import FINITE, STABLE, Goal
from symloss.codegen.measure import LOST, Measurement
from symloss.codegen.moves import Move, fractions
from symloss.codegen.overflow import within_reach, without_false_zeros
from symloss.codegen.regimes import in_regimes
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.rules.tables import CLOSE, CLOSINGS
from symloss.codegen.search import OTHERS, Candidate, Search, candidate, octave, spell
from symloss.codegen.space import spanned
from symloss.codegen.term import Term

__all__ = ["close", "finite_form", "stable_form"]

DIGITS = 32.0  # bits of error, for which a value is lost next to the largest float, and not they
CLOSE_BY = 4.0  # bits of error more, that the roundings of a power may make, and those of an exponent are excused
REGAINED = 0.3  # bits on average that are worth the operations by which roundings are put back
NOTICED = 0.1  # bits on average by which a form is the better one
NEAR = 10.0  # ulps at every point, within which no dearer operations are looked for
DEARER = 3.0  # times its cost, at most, where the goal is strict
RESTORED = 500  # additions that those in the parts of powers may cost
LONGEST = {False: 100, True: 100_000}  # additions that these may cost, by whether the goal is strict: losses are read


def close(term: Term, rewriter: Rewriter) -> tuple[Term, tuple[Step, ...]]:
    """`term` in kernels: the guarded passes to a fixpoint."""
    return rewriter.fixpoint(term, CLOSE)


def stable_form(
    naive: Term,
    domains: Mapping[str, Domain],
    *,
    starts: Sequence[Term] = (),
    spare: Sequence[Term] = (),
    goal: Goal = STABLE,
) -> Derivation:
    """The derivation of a form of `naive`, which is the truth it is measured against, that meets the goal.

    `starts` are equal terms from which the passes set out, if not from `naive` itself: for a derivative,
    the derivatives of closed forms of the value.  From the `spare` ones they set out if those lead to no good form.
    What sums, arguments of exponentials and functions lose to roundings is put back where the goal is missed without.
    """
    used = naive.variables.union(*(s.variables for s in (*starts, *spare)))
    domains = spanned(domains, [n for n in domains if n in used])
    rewriter = Rewriter(domains)
    roots = _closed_forms(starts or (naive,), rewriter)
    if any(map(beyond_floats, roots)):
        raise OverflowError
    measurement = Measurement(naive, domains, closed=tuple(roots), goal=goal)
    search = Search(tuple(roots.items()), rewriter, measurement)
    best = _best(search, measurement, rewriter)
    given = search.measured(best.root, naive, ())  # the passes set out from another form, which may be the worse one
    met = [*search.pool, given]
    if best.wrong and (more := _closed_forms(spare, rewriter)):
        second = Search(tuple(more.items()), rewriter, measurement)
        found = _best(second, measurement, rewriter)
        met = [*met, best, *second.pool]
        best, search, roots = min((best, search, roots), (found, second, more), key=lambda found: _merit(found[0]))
    if not best.good:
        whole = [c for c in (given, *met) if c.broken <= given.broken and c.error <= best.error + DIGITS]
        # no value may be lost that the formula has, unless all who have it have lost digits at ordinary arguments
        best = min((best.broken > given.broken and whole) or [given, best], key=_merit)
    elif _better(given, best, measurement):
        best = given
    best = _exactest(best, met, search, measurement, rewriter)
    if goal.complete:
        best = _without_roundings(best, given, met, measurement, rewriter)
    best = given if _no_better(best, given) else without_false_zeros(best, search, measurement, rewriter)
    return Derivation(
        variables=domains,
        naive=naive,
        closed=tuple(sorted(roots, key=lambda root: root is not best.root)),
        stable=best.stable,
        steps=best.steps,
        before=measurement.errors(naive),
        after=best.errors,
        repaired=_repaired(search),
        asides=() if starts else well_known(search, rewriter),
    )


def _better(one: Candidate, other: Candidate, measurement: Measurement) -> bool:
    """Whether a form is good, too, and loses less with nothing forgiven: x**a as a power and not by exp(a*log(x))."""
    dearest = DEARER if measurement.goal.strict else 1.0
    return one.good and one.cost <= dearest * other.cost and _gained(one, other, measurement)


def _gained(one: Candidate, other: Candidate, measurement: Measurement) -> bool:
    return measurement.strict(one.stable) < measurement.strict(other.stable) - NOTICED


def _no_better(one: Candidate, other: Candidate) -> bool:
    """Whether some figure of the error is worse in `one` that is not good, and none is better."""

    def above(error: Error, limit: Error) -> bool:
        more = error.average_bits > limit.average_bits + NOTICED / 2
        return more or error.broken > limit.broken or octave(error.worst_ulps) > octave(limit.worst_ulps)

    pairs = list(zip(one.errors, other.errors, strict=True))
    return not one.good and any(above(a, b) for a, b in pairs) and not any(above(b, a) for a, b in pairs)


def _exactest(
    best: Candidate, met: Sequence[Candidate], search: Search, measurement: Measurement, rewriter: Rewriter
) -> Candidate:
    """`best`, or where a strict goal is missed the form met that loses least with nothing forgiven."""
    goal = measurement.goal
    if not goal.strict or not best.good or measurement.strict(best.stable) <= goal.average_bits:
        return best
    powers = search.powers(best)
    restored = [_put_back(c, measurement, rewriter, PUTTING_BACK[0]) for c in powers]
    short = [c for c in (*met, *powers, *restored) if c.cost <= DEARER * best.cost + RESTORED * (c in restored)]
    whole = [c for c in (best, *short) if c.broken <= best.broken and (c.good or c.error <= best.error + CLOSE_BY)]
    found = min(whole, key=lambda c: (round(measurement.strict(c.stable), 1), c.cost))
    return found if _gained(found, best, measurement) else best


def _best(search: Search, measurement: Measurement, rewriter: Rewriter) -> Candidate:
    """The best form that the search finds, with digits at sign changes, too, if no value is lost for them."""
    found = search.best()
    best = _whole(found, search, measurement, rewriter)
    exact = search.exacter(found)
    if exact is not found:
        exact = _whole(exact, search, measurement, rewriter)  # what has no value at some points may be mended there
        best = exact if exact.broken <= best.broken else best
    return best


def _whole(found: Candidate, search: Search, measurement: Measurement, rewriter: Rewriter) -> Candidate:
    """A form, or two of those that the search met in regimes, and any of them within the range."""
    joined = in_regimes(found, search, measurement, rewriter)
    best = within_reach(joined, search, measurement, rewriter)
    if best.broken and joined is not found:
        other = within_reach(found, search, measurement, rewriter)
        best = min(best, in_regimes(other, search, measurement, rewriter), key=_merit)
    return best


def _without_roundings(
    best: Candidate, given: Candidate, met: Sequence[Candidate], measurement: Measurement, rewriter: Rewriter
) -> Candidate:
    """`best`, the formula as `given` or another form met with what its roundings lose put back, if that loses less."""

    def lost(candidate: Candidate) -> float:
        goal = measurement.goal  # 4 bits of an excess are one on average
        return measurement.strict(candidate.stable) - goal.average_bits if goal.strict else candidate.excess / 4

    if lost(best) <= 0:
        return best
    near = sorted((c for c in met if c.broken <= best.broken and c.error <= best.error + 1), key=lambda c: c.cost)
    starts = dict.fromkeys((best, *near[:OTHERS], given))
    found = [_put_back(c, measurement, rewriter, way) for c in starts for way in PUTTING_BACK]
    short = [
        c for c in found if c.cost <= best.cost + LONGEST[measurement.goal.strict] and (c.good or c.error <= best.error)
    ]

    def rank(candidate: Candidate) -> tuple[object, ...]:
        within = lost(candidate) <= 0 and measurement.farthest(candidate.stable) <= NEAR
        return candidate.broken, not within, 0.0 if within else round(lost(candidate), 1), candidate.cost

    exact = min(short, key=rank, default=best)
    enough = min(lost(best) - REGAINED, lost(best) / 2)
    return exact if exact.broken <= best.broken and lost(exact) <= enough else best


def _put_back(
    found: Candidate, measurement: Measurement, rewriter: Rewriter, way: Callable[[Term, Ranges], Term]
) -> Candidate:
    form, _ = spell(rewriter.tidy(way(found.stable, rewriter.ranges)), rewriter, wide=True)
    if form is found.stable or not rewriter.same(found.stable, form):
        return found
    step = Step("roundings put back", found.stable, form)
    return candidate(found.root, found.term, found.path, (form, (*found.spelling, step)), measurement)


def _merit(candidate: Candidate) -> tuple[object, ...]:
    """Its rank, and among those alike how many points have no value: the rank does not tell 60 of them from 50."""
    failed, error, cost, bits = candidate.rank
    return failed, error, candidate.broken, cost, bits


def _closed_forms(starts: Sequence[Term], rewriter: Rewriter) -> Mapping[Term, tuple[Step, ...]]:
    """What each table of guarded passes makes of each of `starts`, with the steps."""
    roots: dict[Term, tuple[Step, ...]] = {}
    for start in starts:
        begun = over_one_denominator(settled(start, rewriter.ranges), rewriter.ranges)
        for table in CLOSINGS:
            closed, steps = rewriter.fixpoint(begun, table)
            roots.setdefault(closed, steps)
    return roots


def _repaired(search: Search) -> tuple[Term, ...]:
    """The best form in kernels that rules led to, if no closed form is good: its derivatives may cancel less."""
    exact = [c for c in search.pool if all(step.kind == "rule" for step in c.path)]
    return () if search.first.good else (min(exact, key=lambda c: c.rank).term,)


def finite_form(term: Term, domains: Mapping[str, Domain]) -> Derivation:
    """The derivation of the cheapest form of `term` among the nearly best of a few, measured in float32 only.

    Tried are the closed form and its fractions, each written out for ordinary arguments and for the whole range.
    Where none is finite at every typical point, it is `stable_form`'s work.
    """
    domains = spanned(domains, [n for n in domains if n in term.variables])
    rewriter = Rewriter(domains)
    closed, steps = close(settled(term, rewriter.ranges), rewriter)
    measurement = Measurement(term, domains, closed=(closed,), goal=FINITE)

    def written(move: Move, *, wide: bool) -> tuple[Error, Term, Move]:
        form, spelling = spell(move[-1].after if move else closed, rewriter, wide=wide)
        (error,) = measurement.errors(form)
        return error, form, (*move, *spelling)

    def rank(found: tuple[Error, Term, Move]) -> tuple[int, int, float]:
        error, form, _ = found
        return error.broken, octave(error.worst_ulps), cost_of(form)

    moves = [(), *fractions(closed, rewriter, multiplying_out=False)]
    error, stable, path = min((written(move, wide=wide) for wide in (False, True) for move in moves), key=rank)
    if error.worst_ulps >= LOST:
        return stable_form(term, domains, starts=(closed,), goal=FINITE)
    return Derivation(domains, term, (closed,), stable, (*steps, *path), before=(), after=())
