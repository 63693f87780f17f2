"""`derive`: one formula, given as text or in SymPy, with its stable form, its derivatives and its code."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from itertools import combinations_with_replacement
from typing import Any, TypeVar

import sympy

from symloss.codegen.analysis import bend, gradient, stabilised
from symloss.codegen.assumptions import assumed_domains, require_assumed
from symloss.codegen.backends.latex_formula import aligned, letters
from symloss.codegen.backends.registry import BACKENDS
from symloss.codegen.constants import MOST_WRITTEN, oversize, written_out
from symloss.codegen.definition import LIBRARIES, name_fault
from symloss.codegen.derivation import PROMISED_BITS, PROMISED_ULPS, Derivation, Error, Step
from symloss.codegen.differentiate import NoDerivativeError
from symloss.codegen.domain import Domain
from symloss.codegen.errors import DeriveError
from symloss.codegen.goal import EXACT, STABLE, Goal
from symloss.codegen.grounds import Ground, ground_of
from symloss.codegen.measure import Measurement
from symloss.codegen.notation import show
from symloss.codegen.parsing import quoted
from symloss.codegen.reading import read_formula
from symloss.codegen.regions import read_conditions, read_domain
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.snippet import Snippet, loaded
from symloss.codegen.space import Space
from symloss.codegen.sympy_form import UnknownFunctionError, from_sympy
from symloss.codegen.term import CONSTANTS, Term
from symloss.codegen.trial import require_values
from symloss.codegen.vocabulary import FUNCTIONS, nearest

__all__ = ["TARGETS", "Accuracy", "Formula", "Stage", "derive"]

Found = TypeVar("Found")
TARGETS = (*BACKENDS, "latex")
SELF_DIFFERENTIATING = frozenset(BACKENDS) - {"numpy"}
# What is probably meant by a name that has no domain.
_MEANT: Mapping[str, str] = {
    **dict.fromkeys(("e", "E"), "write exp(1) for the number"),
    **dict.fromkeys(("oo", "inf", "infinity", "Infinity", "nan", "NaN", "zoo"), "a formula is made of finite numbers"),
    "I": "a formula is made of real numbers",
}
MOST_VARIABLES = 16  # points are drawn for each beside all others: 40 variables take minutes


@dataclass(frozen=True)
class Accuracy:
    """The measured error of the formula as it was given and of its stable form, by dtype."""

    before: Mapping[str, Error]
    after: Mapping[str, Error]


@dataclass(frozen=True)
class Stage:
    """One step: the rule, the form that it led to, the condition that it needs, its measured error, its ground."""

    rule: str
    formula: str
    condition: str
    error: Mapping[str, Error]
    ground: Ground


@dataclass(frozen=True, repr=False)
class Formula:
    """A formula with its stable form.  `origin` is what was given; `path` names the variables it is differentiated by.

    `derivation` holds the terms of every step for the rest of the toolkit; gradients have the same `goal`;
    all else here is for reading and running.
    """

    origin: Term
    path: tuple[str, ...]
    space: Space
    derivation: Derivation
    goal: Goal = EXACT

    def __repr__(self) -> str:
        return f"{self.given} = {self.stable}"

    @property
    def given(self) -> str:
        """The formula as it was given, as text."""
        return "".join(f"d/d{name} " for name in reversed(self.path)) + (
            f"({show(self.origin)})" if self.path else show(self.origin)
        )

    @property
    def stable(self) -> str:
        """The stable form, as text."""
        return show(self.derivation.stable)

    @property
    def error(self) -> Accuracy:
        """The error before and after, for each dtype."""
        return Accuracy(_by_dtype(self.derivation.before), _by_dtype(self.derivation.after))

    @property
    def good(self) -> bool:
        """Whether the stable form meets the toolkit's target wherever it was measured."""
        return all(e.within(PROMISED_BITS, PROMISED_ULPS) for e in self.derivation.after)

    @cached_property
    def steps(self) -> tuple[Stage, ...]:
        """What was done, in its order; each form is measured when this is first asked for."""
        measurement = Measurement(self.derivation.naive, self.space, closed=self.derivation.closed)
        return tuple(
            Stage(s.rule, show(s.after), s.condition, _by_dtype(measurement.errors(_measured(s))), ground)
            for s, ground in zip(self._steps, self.proof, strict=True)
        )

    @cached_property
    def proof(self) -> tuple[Ground, ...]:
        """What each step stands on: a rule proved symbolically, or agreement at exact points."""
        rewriter = Rewriter(self.space)
        return tuple(ground_of(step, rewriter) for step in self._steps)

    @property
    def _steps(self) -> tuple[Step, ...]:
        """The steps of the derivation, before them the one from what was given to where the rules set out."""
        found = self.derivation
        start = found.steps[0].before if found.steps else found.stable
        if show(start) == show(found.naive):
            return found.steps
        rule = "derivative of the closed form" if self.path else "signs, constants and like terms"
        return (Step(rule, found.naive, start), *found.steps)

    def gradient(self, name: str) -> Formula:
        """The derivative by the variable `name`, stabilised in its turn."""
        if name not in self.space:
            raise DeriveError(f"`{name}` is no variable of the formula{nearest(str(name), self.space)}")
        if not self.space[name].differentiable:
            raise DeriveError(f"no derivative by `{name}` exists: {self.space[name].describe(name)}")
        try:
            slope = _printable(self.origin, lambda: gradient(self.derivation, name, self.space, goal=self.goal))
        except NoDerivativeError as error:
            raise DeriveError(f"no derivative by `{name}`: {error}") from error
        return replace(self, path=(*self.path, name), derivation=slope)

    def latex(self) -> str:
        """The derivation as a LaTeX `aligned` environment, which needs amsmath and stands inside mathematics."""
        return aligned(self.origin, self.path, self.derivation, letters(self.space))

    def source(self, target: str) -> str:
        """The code of the stable form for one of `TARGETS`: a function `formula`, to be pasted anywhere."""
        if target not in TARGETS:
            raise DeriveError(f"unknown target `{target}`{nearest(str(target), dict.fromkeys(TARGETS))}; {_listed()}")
        if target == "latex":
            return f"\\[\n{self.latex()}\n\\]\n"
        title = f"A stable form of {self.given}, derived by symloss."
        slopes, bends = self._derivatives if target in SELF_DIFFERENTIATING else ({}, {})
        snippet = Snippet(self._function, title, self.derivation.stable, self.space, slopes, bends)
        return _within_limits(self.origin, lambda: snippet.source(target))

    def compile(self, target: str) -> Callable[..., Any]:
        """A function of arrays, in the order of the variables, that computes in the dtype it is given."""
        if target not in BACKENDS:
            raise DeriveError(f"`{target}` cannot be run; compile for {', '.join(BACKENDS)}")
        return loaded(self.source(target), self._function)

    @property
    def _function(self) -> str:
        return "_by_".join(("formula", "_".join(self.path))) if self.path else "formula"

    @cached_property
    def _derivatives(self) -> tuple[Mapping[str, Term], Mapping[tuple[str, str], Term]]:
        """The first ones and the second ones; where these do not exist autograd is left to differentiate the first."""
        found = {n: self.gradient(n).derivation for n, domain in self.space.items() if domain.differentiable}
        try:
            bends = {(a, b): bend(found[a], b, self.space).stable for a, b in combinations_with_replacement(found, 2)}
        except NoDerivativeError:
            bends = {}
        return {name: slope.stable for name, slope in found.items()}, bends

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle\n{self.latex()}\n$"

    def _repr_html_(self) -> str:
        return f"<p><code>{escape(self.given)}</code> = <code>{escape(self.stable)}</code></p>"


def derive(
    expression: str | sympy.Expr,
    /,
    *,
    assume: str | Iterable[str] = (),
    compensate: bool = True,
    variables: Mapping[str, str | Domain] | None = None,
    **domains: str | Domain,
) -> Formula:
    """The stable form of a formula, found, measured and explained.

    `expression` is text or a SymPy expression.  Each of its variables has a domain, as a keyword or, where the name
    clashes with one of these, in `variables`: real, positive, nonnegative, unit, binary, sign, count, "[a, b]",
    "(0, oo)"; a SymPy symbol may say by its assumptions that it is positive, nonnegative or real.  `assume` holds
    conditions between them, such as "a > b".  What sums, exponentials' arguments and functions lose to
    roundings is put back where that is much on average; to save the operations, up to thousands, do not `compensate`.
    Raises `DeriveError`.
    """
    if not isinstance(variables or {}, Mapping):
        raise DeriveError(f"`variables` is a mapping of names to domains, got {type(variables).__name__}")
    for name in {*(variables or {})} & {*domains}:
        raise DeriveError(f"`{name}` has a domain in `variables` and one as a keyword; give it once")
    try:
        assumed = assumed_domains(expression) if isinstance(expression, sympy.Expr) else {}
        given = {**assumed, **(variables or {}), **domains}
        for name in given:
            _check_name(name)
        term = _term(expression, tuple(given))
    except RecursionError:
        raise DeriveError("the expression is nested too deeply to be read") from None
    _check_variables(term, given)
    space = Space({n: read_domain(n, d) for n, d in given.items()}).given(*read_conditions(assume, given))
    if isinstance(expression, sympy.Expr):
        require_assumed(expression, space)
    require_values(term, space)
    goal = EXACT if compensate else STABLE
    return Formula(term, (), space, _printable(term, lambda: stabilised(term, space, goal=goal)), goal)


def _measured(step: Step) -> Term:
    """What a step leads to; one that only lets NaN pass changes no number, and brings in arguments without points."""
    return step.before if step.kind == "guard" else step.after


def _check_name(name: object) -> None:
    if not isinstance(name, str):
        raise DeriveError(f"a variable is named by a text, got {type(name).__name__}")
    if name in CONSTANTS or (name in FUNCTIONS and hasattr(builtins, name)):  # of gamma(gamma) both are clear
        what = "constant" if name in CONSTANTS else "function"
        raise DeriveError(f"the variable's name `{name}` is that of a {what}; choose another")
    if (fault := name_fault(name, LIBRARIES | {"tensor"})) is not None:
        raise DeriveError(f"the variable's {fault}")


def _term(expression: object, order: tuple[str, ...]) -> Term:
    if isinstance(expression, str):
        term = read_formula(expression)
    elif isinstance(expression, sympy.Expr):
        try:
            term = from_sympy(expression, order)
        except UnknownFunctionError as error:
            raise DeriveError(f"{quoted(str(expression))}: {error}") from error
    else:
        raise DeriveError(f"a formula is a text or a SymPy expression, got {type(expression).__name__}")
    if fault := oversize(term):
        # SymPy takes seconds to write 10000 parts, and refuses to write a number of a million digits
        raise DeriveError(f"{quoted(expression) if isinstance(expression, str) else 'the expression'} {fault}")
    return term


def _check_variables(term: Term, given: Mapping[str, object]) -> None:
    for name in sorted(term.variables - given.keys()):
        if name in FUNCTIONS:
            raise DeriveError(f"`{name}` is a function; give it an argument, or a domain if it is a variable")
        advice = f"; {_MEANT[name]}" if name in _MEANT else nearest(name, given) or f', for example {name}="real"'
        raise DeriveError(f"the variable `{name}` has no domain{advice}")
    for name in given:
        if name not in term.variables:
            raise DeriveError(f"the variable `{name}` is not in the formula; leave its domain out")
    if not term.variables:
        raise DeriveError(f"{quoted(show(term))} has no variable; there is nothing to derive")
    if len(term.variables) > MOST_VARIABLES:
        raise DeriveError(f"{len(term.variables)} variables are too many; up to {MOST_VARIABLES} can be derived")


def _printable(origin: Term, derived: Callable[[], Derivation]) -> Derivation:
    """A derivation whose forms can be read: softplus of softplus of ... 30 times is short, its stable form is not."""
    found = _within_limits(origin, derived)
    longest = max(map(written_out, (found.naive, found.stable, *(step.after for step in found.steps))))
    if longest > MOST_WRITTEN:
        what = f"its form has {longest} parts when all is written out; up to {MOST_WRITTEN} can be shown"
        raise DeriveError(f"{quoted(show(origin))}: {what}")
    return found


def _within_limits(origin: Term, found: Callable[[], Found]) -> Found:
    try:
        return found()
    except OverflowError:
        raise DeriveError(f"{quoted(show(origin))}: its constants work out to more than float64 can hold") from None
    except RecursionError:
        raise DeriveError(f"{quoted(show(origin))}: it is nested too deeply to be derived") from None


def _by_dtype(errors: Iterable[Error]) -> Mapping[str, Error]:
    return {error.dtype: error for error in errors}


def _listed() -> str:
    return f"there are {', '.join(TARGETS)}"
