"""A loss over axes becomes its value and its derivatives by whole arrays, each stabilised in its turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from symloss.codegen.array_search import array_form
from symloss.codegen.axes import summed_over
from symloss.codegen.derivation import Derivation, Derived, Step
from symloss.codegen.differentiate import array_slope
from symloss.codegen.domain import Domain
from symloss.codegen.term import Term, apply, entry, variable, walk

__all__ = ["derived_over_axes"]

FEW = 3  # closed forms of the value from which a derivative starts
LONGER = 3  # times as many nodes as in the shortest of them: more take the search too long


def derived_over_axes(naive: Term, domains: Mapping[str, Domain]) -> Derived:
    """The derivations of a loss and of its first derivatives; what computes those is differentiated again as it is."""
    value = _passing_nan(array_form(naive, (), domains), (), domains)
    gradients = {}
    for name, domain in domains.items():
        if domain.differentiable and name in naive.variables:
            axes = tuple(axis.name for axis in domain.axes)
            starts = _shortest([array_slope(form, name, axes) for form in value.closed])
            found = array_form(array_slope(naive, name, axes), axes, domains, starts=starts)
            gradients[name] = _passing_nan(found, axes, domains)
    return Derived(value, gradients)


def _shortest(terms: Sequence[Term]) -> list[Term]:
    sizes = {term: sum(1 for _ in walk(term)) for term in terms}
    return [term for term in terms if sizes[term] <= LONGER * min(sizes.values())][:FEW]


def _passing_nan(derivation: Derivation, axes: Sequence[str], domains: Mapping[str, Domain]) -> Derivation:
    """The derivation with one step more where its stable form has lost an argument, which may be NaN."""
    stable = derivation.stable
    lost = [name for name, domain in domains.items() if name not in stable.variables and not domain.places]
    if not lost:
        return derivation
    unknown = [apply("nan_of", _entry(name, domains[name])) for name in lost]
    guarded = apply("add", stable, *(summed_over(each, each.axes - set(axes)) for each in unknown))
    step = Step("NaN passes through", stable, guarded, kind="guard")
    return replace(derivation, stable=guarded, steps=(*derivation.steps, step))


def _entry(name: str, domain: Domain) -> Term:
    return entry(name, *(axis.name for axis in domain.axes)) if domain.axes else variable(name)
