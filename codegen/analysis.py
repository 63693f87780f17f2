"""A loss becomes its value and derivatives, each stabilised in its turn, and none forgets a NaN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np

from symloss.codegen.array_analysis import derived_over_axes
from symloss.codegen.bounds import Ranges
from symloss.codegen.constants import oversize
from symloss.codegen.definition import DefinitionError, Loss
from symloss.codegen.derivation import Derivation, Derived, Step
from symloss.codegen.differentiate import NoDerivativeError, derivative
from symloss.codegen.domain import Domain
from symloss.codegen.goal import STABLE, Goal
from symloss.codegen.model import Model
from symloss.codegen.points import sample
from symloss.codegen.space import spanned
from symloss.codegen.stabilise import finite_form, stable_form
from symloss.codegen.sympy_form import UnknownFunctionError, from_sympy
from symloss.codegen.term import Term, apply, variable, walk
from symloss.codegen.tidy import tidied

__all__ = ["analyse", "bend", "gradient", "stabilised"]

LONGER = 4  # times as many nodes as in the derivatives of closed forms: more take the search too long


def analyse(loss: Loss) -> Derived:
    """The derivations of `loss` and of its first and second derivatives by every differentiable argument."""
    domains = {a.name: a.domain for a in loss.arguments}
    try:
        naive = from_sympy(loss.expression, tuple(domains))
        if fault := oversize(naive):
            raise DefinitionError(loss.location, loss.name, f"the formula {fault}")
        over_axes = any(domain.axes or domain.places for domain in domains.values())
        return derived_over_axes(naive, domains) if over_axes else _derive(naive, domains)
    except OverflowError as error:
        raise DefinitionError(loss.location, loss.name, "its constants work out to more than float64 holds") from error
    except (UnknownFunctionError, NoDerivativeError) as error:
        raise DefinitionError(loss.location, loss.name, str(error)) from error


def _derive(naive: Term, domains: Mapping[str, Domain]) -> Derived:
    value = stabilised(naive, domains)
    names = [n for n, d in domains.items() if d.differentiable and n in naive.variables]
    gradients = {n: gradient(value, n, domains) for n in names}
    second = {(a, b): bend(gradients[a], b, domains) for a, b in combinations_with_replacement(names, 2)}
    return Derived(value, gradients, second)


def stabilised(naive: Term, domains: Mapping[str, Domain], *, goal: Goal = STABLE) -> Derivation:
    """The derivation of a stable form of `naive` that is NaN wherever an argument is."""
    return _passing_nan(stable_form(naive, domains, goal=goal), domains)


def gradient(value: Derivation, name: str, domains: Mapping[str, Domain], *, goal: Goal = STABLE) -> Derivation:
    """The derivation of the derivative of `value` by `name`, from the closed forms of the value.

    `NoDerivativeError` where there is none.
    """
    slopes = tuple(dict.fromkeys(derivative(form, name) for form in value.closed))
    longest = LONGER * max(len(tuple(walk(slope))) for slope in slopes)
    spare = [s for s in (derivative(form, name) for form in value.repaired) if len(tuple(walk(s))) <= longest]
    slope = derivative(value.naive, name)
    return _passing_nan(stable_form(slope, domains, starts=slopes, spare=spare, goal=goal), domains)


def bend(slope: Derivation, name: str, domains: Mapping[str, Domain]) -> Derivation:
    """The derivation of the derivative by `name` of a derivative, finite wherever its arguments are ordinary."""
    return _passing_nan(finite_form(derivative(slope.closed[0], name), domains), domains)


def _passing_nan(derivation: Derivation, domains: Mapping[str, Domain]) -> Derivation:
    """The derivation with one step more where its stable form would give a number for an argument that is NaN.

    Code is written of the tidied form, in which x - x is gone.
    """
    stable = derivation.stable
    written = tidied(stable, Ranges(domains))
    forgotten = [n for n in domains if not _passes(written, n, domains)]
    if not forgotten:
        return derivation
    guarded = apply("add", stable, *(apply("nan_of", variable(n)) for n in forgotten))
    step = Step("NaN passes through", stable, guarded, kind="guard")
    used = spanned(domains, [n for n in domains if n in derivation.variables or n in guarded.variables])
    return replace(derivation, variables=used, stable=guarded, steps=(*derivation.steps, step))


def _passes(form: Term, name: str, domains: Mapping[str, Domain]) -> bool:
    """Whether `form` is NaN at every sample point whose argument `name` is replaced by NaN."""
    if name not in form.variables:
        return False
    points = [{**p, name: float("nan")} for p in sample(domains, "float64", typical=60, extreme=0).typical]
    return bool(np.isnan(Model(points, "float64")(form)).all())
