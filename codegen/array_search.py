"""The best measured form of a term over axes, among those that a few laws lead to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symloss.codegen.array_forms import (
    PARTS,
    WHOLE_PARTS,
    alternatives,
    closed_form,
    place_apart,
    spelled,
    stable_parts,
)
from symloss.codegen.array_measure import ArrayMeasurement
from symloss.codegen.cost import cost_of
from symloss.codegen.derivation import Derivation, Step
from symloss.codegen.domain import Domain
from symloss.codegen.goal import STABLE
from symloss.codegen.search import Candidate
from symloss.codegen.term import Term

__all__ = ["array_form"]

BUDGET = 12  # closed forms that are measured, each as it is and with its scalar parts in stable forms
WORSE = 0.1  # bits on average, more than which no form may lose beside the formula as it is given
Path = tuple[Step, ...]


def array_form(
    naive: Term, axes: Sequence[str], domains: Mapping[str, Domain], *, starts: Sequence[Term] = ()
) -> Derivation:
    """The derivation of a stable form of `naive`, whose free axes are `axes`; `starts` are equal to it."""
    waiting = _apart_first([closed_form(start, domains) for start in starts or (naive,)], domains)
    measurement = ArrayMeasurement(naive, axes, domains, closed=tuple(waiting))
    met: dict[Term, Candidate] = {}
    while waiting and len(met) < BUDGET:
        root = next(iter(waiting))
        path = waiting.pop(root)
        met[root] = best = min(_candidates(root, path, domains, measurement), key=_rank)
        if best.good:
            break
        for after, step in alternatives(root, domains):
            again, more = closed_form(after, domains)
            if again not in met and step.rule not in {taken.rule for taken in path}:
                waiting.setdefault(again, (*path, step, *more))
    ranked = sorted(met.values(), key=_rank)
    best, given = ranked[0], _measured(naive, naive, (), domains, measurement)
    if _worse(best, given):
        best = given
    return Derivation(
        variables=domains,
        naive=naive,
        closed=tuple(candidate.root for candidate in ranked),
        stable=best.stable,
        steps=best.steps,
        before=measurement.errors(naive),
        after=best.errors,
    )


def _apart_first(forms: Sequence[tuple[Term, Path]], domains: Mapping[str, Domain]) -> dict[Term, Path]:
    """Forms with the steps to them; where one place can be apart from the others it is so in the first of them."""
    apart = [(place_apart(root, domains), path) for root, path in forms]
    return {root: (*path, *step) for (root, step), path in apart} | dict(forms)


def _candidates(
    root: Term, path: Path, domains: Mapping[str, Domain], measurement: ArrayMeasurement
) -> Sequence[Candidate]:
    """A closed form as it is, and with its scalar parts in stable forms; such as have a value everywhere if need be."""
    found = [_measured(root, root, path, domains, measurement)]
    for goal in (PARTS, WHOLE_PARTS):
        form, steps = stable_parts(root, domains, goal)
        found.append(_measured(root, form, (*path, *steps), domains, measurement))
        if found[-1].good or not found[-1].broken:
            break
    return found


def _measured(
    root: Term, form: Term, path: Path, domains: Mapping[str, Domain], measurement: ArrayMeasurement
) -> Candidate:
    stable = spelled(form, domains)
    spelling = (Step("written out", form, stable),) if stable is not form else ()
    errors = measurement.errors(stable)
    return Candidate(root, form, path, stable, spelling, errors, STABLE, cost_of(stable))


def _worse(best: Candidate, given: Candidate) -> bool:
    """Whether the formula as given has a value at more points, or at as many, and more digits there."""
    loses = any(e.average_bits > g.average_bits + WORSE for e, g in zip(best.errors, given.errors, strict=True))
    return best.broken > given.broken or (best.broken == given.broken and loses)


def _rank(candidate: Candidate) -> tuple[object, ...]:
    """Smaller is better; to one that misses the goal a form of twice the cost must be better by a figure of 1."""
    failed, error, *rest = candidate.rank
    return failed, error + failed * int(candidate.cost).bit_length(), candidate.broken, *rest
