"""From a naive term with axes to a stable one: laws over axes first, then each scalar part by the scalar engine.

1. Laws to a fixpoint: softmaxes by their logarithms, sums of exponentials, factors in front of sums (`closed_form`).
2. Each scalar part is stabilised by itself (`stable_parts`).
3. What is taken over an axis is written out by its stable formula (`spelled`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from symloss.codegen.array_kernels import ARRAY_KERNELS, COMPOSED, written_out
from symloss.codegen.axes import placed
from symloss.codegen.bounds import Ranges
from symloss.codegen.derivation import Step
from symloss.codegen.domain import Domain
from symloss.codegen.goal import STABLE, Goal
from symloss.codegen.kernels import KERNELS, expand
from symloss.codegen.products import quotient, ratio
from symloss.codegen.rules.array_alternatives import ALTERNATIVES
from symloss.codegen.rules.array_law import ArrayLaw, unmasked
from symloss.codegen.rules.arrays import ARRAY_LAWS
from symloss.codegen.scalar_parts import changed_by_parts, range_of, steps_by_parts
from symloss.codegen.stabilise import stable_form
from symloss.codegen.term import ZERO, Term, apply, number, product, substitute, transform, walk
from symloss.codegen.tidy import tidied

# What a sum or a share may be is not known, so that what leaves the range beside it is no fault of the form.
WHOLE_PARTS = replace(STABLE, part=True)
PARTS = replace(WHOLE_PARTS, complete=False)

__all__ = ["PARTS", "WHOLE_PARTS", "alternatives", "closed_form", "place_apart", "spelled", "stable_parts"]


def closed_form(term: Term, domains: Mapping[str, Domain]) -> tuple[Term, tuple[Step, ...]]:
    """`term` with every law over axes applied to a fixpoint, and the steps that were taken."""
    steps: list[Step] = []
    term = _tidy(term, domains)
    while (found := _first(ARRAY_LAWS, term, domains)) is not None:
        name, after = found
        steps.append(Step(name, term, after))
        term = after
    return term, tuple(steps)


def place_apart(term: Term, domains: Mapping[str, Domain]) -> tuple[Term, tuple[Step, ...]]:
    """``p - (K == t)`` as ``p - 1 if K == t else p``: each has a stable form of its own, and nothing is added to 0."""
    for place in () if term.operation == "select" else filter(_chooses, walk(term)):
        there, elsewhere = (_outside_of_axes(term, {place: number(value)}) for value in (1, 0))
        if there is not elsewhere:
            apart = _tidy(apply("select", place, there, elsewhere), domains)
            return apart, (Step("one place apart", term, apart),)
    return term, ()


def _chooses(node: Term) -> bool:
    return node.operation == "eq" and any(argument.operation == "index" for argument in node.arguments)


def _outside_of_axes(term: Term, put: Mapping[Term, Term]) -> Term:
    """`term` with some of its parts replaced, but for those over which an axis is taken."""
    if term in put or term.operation in ARRAY_KERNELS or not term.arguments:
        return put.get(term, term)
    return apply(term.operation, *(_outside_of_axes(argument, put) for argument in term.arguments))


def _first(laws: Sequence[ArrayLaw], term: Term, domains: Mapping[str, Domain]) -> tuple[str, Term] | None:
    """`term` with the first of its nodes changed to which one of the laws applies, and which one that is."""
    for node in walk(term):
        for law in laws:
            after = law.after(node, domains) if node.operation in law.operations else None
            if after is not None and after is not node:
                return law.name, _tidy(substitute(term, {node: after}), domains)
    return None


def _tidy(term: Term, domains: Mapping[str, Domain]) -> Term:
    return changed_by_parts(term, domains, lambda part, own: tidied(part, Ranges(own)))


def stable_parts(term: Term, domains: Mapping[str, Domain], goal: Goal = PARTS) -> tuple[Term, tuple[Step, ...]]:
    """`term` with each of its scalar parts in a stable form, and the steps that were taken."""
    steps = steps_by_parts(term, domains, lambda part, own: _path(part, tuple(own.items()), goal))
    return (steps[-1].after if steps else term), steps


@cache
def _path(part: Term, domains: tuple[tuple[str, Domain], ...], goal: Goal) -> tuple[Step, ...]:
    """The way to the stable form of a scalar part, which many forms share."""
    return stable_form(part, dict(domains), goal=goal).steps


def alternatives(term: Term, domains: Mapping[str, Domain]) -> Iterator[tuple[Term, Step]]:
    """Forms equal to `term` by one of the laws that are not always for the better."""
    for law in ALTERNATIVES:

        def changed(node: Term, law: ArrayLaw = law) -> Term:
            return law.after(node, domains) or node if node.operation in law.operations else node

        after = _tidy(transform(term, changed), domains)  # once: the new part may hold the old one
        if after is not term:
            yield after, Step(law.name, term, after)


def spelled(term: Term, domains: Mapping[str, Domain]) -> Term:
    """`term` with everything over an axis in primitives, and 0 where 0 is multiplied by the logarithm of a share."""

    def written(node: Term) -> Term:
        row = ARRAY_KERNELS.get(node.operation)
        if row and row.stable:
            simple = _simplified_lag(node, domains) if node.operation == "lag" else node
            stable = row.masked if row.masked and node.arguments[0].operation == "masked" else row.stable
            return transform(simple if simple is not node else written_out(node, stable), written)
        kernel = KERNELS.get(node.operation)
        return transform(expand(node, kernel.stable), written) if kernel and kernel.stable else node

    return transform(transform(transform(transform(term, _guarded), _composed), written), _read_off)


def _read_off(node: Term) -> Term:
    """The value at a place from those of its parts: not a whole array for one of its entries."""
    if node.operation != "at":
        return node
    return transform(placed(node.arguments[0], node.arguments[1].name, node.arguments[2]), unmasked)


def _composed(node: Term) -> Term:
    """A function of the logarithm of a share without that logarithm, whose rounding it would enlarge."""
    formula = COMPOSED.get((node.operation, node.arguments[0].operation)) if node.arguments else None
    return written_out(node.arguments[0], formula) if formula else node


def _guarded(node: Term) -> Term:
    """Products, signs and comparisons as they are computed best.

    The logarithm of a share that is 0 is no number, nor is that of a sum of which nothing is left, and 0 log 0 is 0, so
    that a masked class counts for nothing; the loss of a certain one is 0 and not -0; what is compared without its sign
    is computed already.
    """
    if node.operation == "mul" and any(map(_unbounded, node.arguments)):
        others = product([a for a in node.arguments if not _unbounded(a)])
        return apply("select", apply("eq", others, ZERO), ZERO, node)
    if node.operation == "neg" and node.arguments[0].operation == "at":
        body, *places = node.arguments[0].arguments
        return apply("at", -body, *places)
    if node.operation in ("lt", "le") and node.arguments[0].operation == "neg" and node.arguments[1].is_number:
        lower, upper = node.arguments
        return apply(node.operation, number(-upper.rational), lower.arguments[0])
    return node


def _unbounded(factor: Term) -> bool:
    """Whether a factor may be minus or plus infinity for ordinary numbers."""
    if factor.operation in ("add", "neg"):
        return any(map(_unbounded, factor.arguments))
    masked = factor.operation == "logsumexp" and factor.arguments[0].operation == "masked"
    return masked or factor.operation == "log_softmax"


def _simplified_lag(node: Term, domains: Mapping[str, Domain]) -> Term:
    """A lag without what all entries have in common: before a temperature divides them their difference is exact."""
    body, place = node.arguments
    above, below = (list(parts) for parts in quotient(body))
    common = [part for part in (*above, *below) if place.name not in part.axes and _positive(part, domains)]
    if not common:
        return node
    inner = ratio([p for p in above if p not in common], [p for p in below if p not in common])
    lag = apply("lag", inner, place)
    return ratio([*(p for p in above if p in common), lag], [p for p in below if p in common])


def _positive(term: Term, domains: Mapping[str, Domain]) -> bool:
    return range_of(term, domains).positive
