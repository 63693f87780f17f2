"""Power series of terms against mpmath's difference quotients: of every kernel, and of random compositions."""

from __future__ import annotations

from fractions import Fraction

import pytest
import textbook
from grammar import PARTIAL, SMOOTH, ordinary, points, terms
from hypothesis import assume, given, settings
from kernel_points import KINDS
from mpmath import mp, mpf

from symloss.codegen import tidy
from symloss.codegen.coefficients import Exact
from symloss.codegen.expansion import taylor
from symloss.codegen.notation import parse, show
from symloss.codegen.term import Term, apply, number, substitute, variable

X = variable("x")

# What each argument of a kernel is near the point, by its kind: well inside, and no two alike.
BASES = {
    "real": ("3/10", "-7/5", "2"),
    "finite": ("3/10", "-7/5", "2"),
    "nonzero": ("3/10", "-7/5", "2"),
    "positive": ("3/10", "7/5", "2"),
    "nonnegative": ("3/10", "7/5", "2"),
    "above": ("-1/5", "7/5", "2"),
    "third": ("1/8", "1/5", "1/4"),
    "share": ("1/2", "2", "3"),
    "exponent": ("1/2", "3/2", "2"),
    "condition": ("1", "1", "1"),
    "segment": ("1/8", "1/5", "1/4"),
    "beyond": ("7/5", "2", "3"),
    "growing": ("12/5", "3", "4"),
    "deviation": ("3/10", "-7/5", "2"),
    "growth": ("3/10", "-7/5", "2"),
}
# Of these the table has no more derivatives.
DEGREES = {
    **dict.fromkeys(("lgamma", "stirling_remainder", "stirling_drop", "lgamma_difference", "lbeta"), 3),
    **dict.fromkeys(("digamma", "digamma_remainder", "digamma_drop", "digamma_difference"), 2),
    **dict.fromkeys(("trigamma", "trigamma_remainder", "trigamma_drop", "trigamma_difference"), 1),
    **dict.fromkeys(("tetragamma", "tetragamma_remainder"), 0),
}


def agree(found: Term, expected: mpf, point: dict[str, float], digits: int = 20) -> bool:
    with mp.workdps(40):
        value = textbook.at(found, point)
        return bool(abs(value - expected) <= mpf(10) ** -digits * (1 + abs(expected)))


def expected_coefficients(term: Term, point: dict[str, float], degree: int) -> list[mpf]:
    with mp.workdps(90):
        return list(mp.taylor(lambda x: textbook.at(term, {**point, "x": x}), mpf(point["x"]), degree))


@pytest.mark.parametrize("name", KINDS)
def test_the_series_of_every_kernel(name: str) -> None:
    kinds = KINDS[name].split()
    bases = [number(BASES[kind][place]) for place, kind in enumerate(kinds)]
    moving = [
        b if kind == "condition" else b + number(f"{place + 1}/3") * X
        for place, (kind, b) in enumerate(zip(kinds, bases, strict=True))
    ]
    term = apply(name, *moving)
    degree = DEGREES.get(name, 6)
    coefficients = taylor(term, "x", Fraction(0), degree)
    assert coefficients is not None
    assert (taylor(term, "x", Fraction(0), degree + 1) is None) == (name in DEGREES)
    for found, expected in zip(coefficients, expected_coefficients(term, {"x": 0.0}, degree), strict=True):
        assert not found.variables
        assert agree(found, expected, {}), show(found)


@settings(max_examples=150)
@given(terms(), points)
def test_the_series_of_random_terms(term: Term, point: dict[str, float]) -> None:
    """Where a term is smooth it has a series, and that is the one of difference quotients."""
    assume("x" in term.variables and ordinary(term, point))
    fixed = substitute(term, {variable(n): number(Fraction(point[n])) for n in ("y", "p")})
    coefficients = taylor(fixed, "x", Fraction(point["x"]), 4)
    assert coefficients is not None, show(fixed)
    for found, expected in zip(coefficients, expected_coefficients(fixed, point, 4), strict=True):
        assert agree(found, expected, {}, digits=9), show(fixed)


@settings(max_examples=60)
@given(terms(unary=SMOOTH + PARTIAL, binary=(), choices=False), points)
def test_the_coefficients_are_terms_in_the_other_variables(term: Term, point: dict[str, float]) -> None:
    assume("x" in term.variables and ordinary(term, point))
    coefficients = taylor(term, "x", Fraction(point["x"]), 3)
    assume(coefficients is not None)  # a zero of a denominator may depend on the other variables
    for found, expected in zip(coefficients or (), expected_coefficients(term, point, 3), strict=True):
        assert "x" not in found.variables
        assert agree(found, expected, point, digits=9), show(term)


@pytest.mark.parametrize(
    ("text", "center", "expected"),
    [
        ("(exp(x) - 1)/x", 0, "1 1/2 1/6 1/24"),
        ("1/x - 1/tanh(x)", 0, "0 -(1/3) 0 1/45"),
        ("1/(exp(x) - 1) - 1/x", 0, "-(1/2) 1/12 0 -(1/720)"),
        ("x*(1/sinh(x))", 0, "1 0 -(1/6) 0"),
        ("sinh(x)/x**(-2)", 0, "0 0 0 1"),
        ("(1 + x)**p", 0, "1 p 1/2*(p*(p - 1)) p*(p - 2)*(p - 1)/6"),
        ("(q**x - 1)/x", 0, "log(q) 1/2*log(q)**2 log(q)**3/6 log(q)**4/24"),
        ("abs(x) + max(x, 3)", 1, "4 1 0 0"),
        ("x if x < 3 else sqrt(x)", 1, "1 1 0 0"),
        ("sqrt(x)*sqrt(2)", 2, "2 1/2 -(1/16) 1/64"),
    ],
)
def test_a_series_is_exact(text: str, center: int, expected: str) -> None:
    coefficients = taylor(parse(text), "x", Fraction(center), 3)
    assert coefficients is not None
    assert " ".join(show(c) for c in coefficients) == expected


@pytest.mark.parametrize(
    "text",
    ["abs(x)", "sign(x)", "max(x, 2*x)", "1 if x < 0 else 2", "sqrt(x)", "log(x)", "x**1.5", "1/x", "hypot(x, x)"],
)
def test_kinks_poles_and_branch_points_have_no_series(text: str) -> None:
    assert taylor(parse(text), "x", Fraction(0), 3) is None


def test_a_denominator_that_vanishes_in_disguise_is_no_constant() -> None:
    assert taylor(parse("x/(log(4) - 2*log(2) + x)"), "x", Fraction(0), 2) is None


def test_coefficients_are_tidied_once_in_an_expansion(monkeypatch: pytest.MonkeyPatch) -> None:
    ring, above, below = Exact(Fraction(1)), parse("exp(exp(1)) + log(2)"), parse("2*exp(1) - log(3)/log(2)")
    first, simplified = ring.quotient(above, below), list[Term]()
    simplify = tidy._simplify
    monkeypatch.setattr(tidy, "_simplify", lambda node, ranges: simplified.append(node) or simplify(node, ranges))
    assert ring.quotient(above, below) is first
    assert not simplified
