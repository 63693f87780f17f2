"""Derivatives are those of the meaning: against mpmath's difference quotients and SymPy's rules."""

from __future__ import annotations

import mpmath
import pytest
import sympy
import textbook
from grammar import DOMAINS, NAMES, disagreement, ordinary, points, terms
from hypothesis import given, settings
from mpmath import mp, mpf

from symloss.codegen.differentiate import NoDerivativeError, derivative, slope
from symloss.codegen.exact import evaluate
from symloss.codegen.kernels import KERNELS, Kernel
from symloss.codegen.notation import parse
from symloss.codegen.sympy_form import from_sympy, to_sympy
from symloss.codegen.term import ONE, ZERO, Term, apply, substitute, variable, walk

SYMBOLS = {name: sympy.Symbol(name, **domain.assumptions) for name, domain in DOMAINS.items()}
TAME = ("square", "tanh", "sigmoid", "softplus", "log_cosh", "sqrt", "log", "log1p")


@settings(max_examples=150)
@given(terms(unary=(*TAME, "abs", "exp")), points)
def test_it_is_the_limit_of_difference_quotients(term: Term, point: dict[str, float]) -> None:
    if not ordinary(term, point):
        return
    for name in NAMES:
        with mp.workdps(70):
            try:
                expected = mp.diff(lambda x, n=name: textbook.at(term, {**point, n: x}), mpf(point[name]))
            except (ValueError, ZeroDivisionError, TypeError, mpmath.libmp.ComplexResult):
                return
            found = textbook.at(derivative(term, name), point)
            if mp.isfinite(expected) and mp.isfinite(found):
                assert abs(found - expected) <= (1 + abs(expected)) * mpf(10) ** -9, name


@settings(max_examples=60)
@given(terms(unary=("square", "exp", "tanh", "sigmoid", "softplus"), binary=(), choices=False), points)
def test_it_is_what_sympy_finds(term: Term, point: dict[str, float]) -> None:
    if not ordinary(term, point):
        return
    for name in NAMES:
        independent = sympy.diff(to_sympy(term, SYMBOLS), SYMBOLS[name])
        if independent.has(sympy.zoo, sympy.nan):
            return
        assert disagreement(from_sympy(independent), derivative(term, name), point) is None


@pytest.mark.parametrize(
    ("text", "by_x"),
    [
        ("x", "1"),
        ("y", "0"),
        ("3*x", "3"),
        ("x*y", "y"),
        ("x*x", "x + x"),
        ("exp(2*x)", "exp(2*x)*2"),
        ("x if y > 0 else x**2", "(1 if y > 0 else 0) + (0 if y > 0 else 1)*(2*x)"),
    ],
)
def test_the_term_itself(text: str, by_x: str) -> None:
    found = derivative(parse(text), "x")
    assert found is parse(by_x) or disagreement(parse(by_x), found, {"x": 0.75, "y": 2.0}) is None


def test_shared_parts_are_differentiated_once() -> None:
    """A tower of squares doubles at every floor where shared parts are not shared: 2**60 nodes."""
    tower = parse("x + 1")
    for _ in range(60):
        tower = apply("square", tower)
    nodes = len(list(walk(derivative(tower, "x"))))
    assert nodes < 500


def test_what_does_not_depend_on_it_has_derivative_zero() -> None:
    assert derivative(parse("exp(y)"), "x") is ZERO
    assert derivative(parse("x"), "x") is ONE


@pytest.mark.parametrize(
    ("text", "point", "slope"),
    [
        ("abs(x)", {"x": 0.0}, 0.0),
        ("max(x, 0)", {"x": 0.0}, 0.5),
        ("max(y - x, y)", {"x": 0.0, "y": 2.0}, -0.5),
        ("max(x, 0)**2", {"x": 0.0}, 0.0),
        ("x*log(x/y)", {"x": 1.0, "y": 1.0}, 1.0),
        ("xlogy(1 - x, y)", {"x": 1.0, "y": 0.5}, 0.6931471805599453),
    ],
)
def test_at_kinks_and_ends(text: str, point: dict[str, float], slope: float) -> None:
    assert float(evaluate(derivative(parse(text), "x"), point)) == slope


def test_a_kernel_without_a_derivative_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KERNELS, "opaque", Kernel("opaque", "x", ""))  # type: ignore[arg-type]
    with pytest.raises(NoDerivativeError, match=r"opaque.* x"):
        derivative(apply("exp", apply("opaque", variable("x"))), "x")


@pytest.mark.parametrize("part", ["x - y", "exp(x - y)", "x"])
def test_the_slope_by_a_part_is_that_by_a_variable_in_its_place(part: str) -> None:
    term, inner = parse("exp(x - y)*log1p((x - y)**2) + y"), parse(part)
    named = derivative(substitute(term, {inner: variable("z")}), "z")
    assert slope(term, inner) is substitute(named, {variable("z"): inner})


def test_nothing_changes_with_a_part_that_is_not_there() -> None:
    assert slope(parse("exp(x - y)"), parse("x + y")) is ZERO
