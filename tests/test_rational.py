"""One fraction: cancelled and factored, with every difference, root and function an indeterminate."""

from __future__ import annotations

import pytest
from grammar import disagreement, points, polynomials, terms
from hypothesis import given, settings

from symloss.codegen.notation import parse, show
from symloss.codegen.rational import one_fraction
from symloss.codegen.term import Term, apply

WAYS = [(keep, roots) for keep in (True, False) for roots in (True, False)]


@settings(max_examples=100)
@given(polynomials(), points)
def test_the_value_of_a_rational_term_is_kept(term: Term, point: dict[str, float]) -> None:
    for keep, roots in WAYS:
        after = one_fraction(term, keep_differences=keep, keep_roots=roots)
        assert disagreement(term, after, point) is None, show(after)


@settings(max_examples=100)
@given(terms(unary=("sqrt", "square", "abs", "exp"), binary=("hypot",), choices=False), points)
def test_the_value_with_roots_and_functions_is_kept(term: Term, point: dict[str, float]) -> None:
    for keep, roots in WAYS:
        after = one_fraction(term, keep_differences=keep, keep_roots=roots)
        assert disagreement(term, after, point) is None, show(after)


@pytest.mark.parametrize(
    ("text", "fraction"),
    [
        ("1/x + 1/y", "(x + y)/(y*x)"),
        ("x/y - x/y", "0"),
        ("(x**2 - 1)/(x - 1)", "x + 1"),
        ("x*y/(x*z)", "y/z"),
        ("(x**3*y + x**4)/x**5", "(x + y)/x**2"),
        ("y*x**(-3)*x**2", "y/x"),
        ("x/2 + x/3", "5*x/6"),
        ("exp(x)/y + exp(x)", "(y + 1)*exp(x)/y"),
        ("(hypot(1, x)**2 - 1)/x", "x"),
        ("(exp(x)*expm1(x)*x - exp(x)**2*x - exp(x)*expm1(x))/expm1(x)", "-(exp(x)*(expm1(x) + x))/expm1(x)"),
        ("exp(x)/expm1(x) + 1/x", "(exp(x)*x + expm1(x))/(x*expm1(x))"),
    ],
)
def test_what_becomes_of_it(text: str, fraction: str) -> None:
    assert one_fraction(parse(text), keep_differences=False, keep_roots=False) is parse(fraction)


def test_a_difference_of_arguments_is_not_multiplied_out() -> None:
    kept = one_fraction(parse("(p - t)**2/s + (p - t)**2"), keep_differences=True, keep_roots=False)
    assert "p - t" in show(kept)
    lost = one_fraction(parse("p**2 - 2*p*t + t**2"), keep_differences=False, keep_roots=False)
    assert show(lost) == "(p - t)**2"


def test_a_root_goes_into_a_quotient_with_it() -> None:
    kept = one_fraction(parse("x**2/(hypot(1, x) - 1)"), keep_differences=False, keep_roots=True)
    assert show(kept) == "hypot(1, x) + 1"


def test_a_pole_everywhere_is_left_as_it_is() -> None:
    term = parse("x/(y - y)")
    assert one_fraction(term, keep_differences=False, keep_roots=False) is term


def test_parts_that_occur_again_and_again_are_looked_at_once() -> None:
    tower = parse("x + y")
    for _ in range(40):  # 2**40 of them on every way down
        tower = tower * tower
    assert one_fraction(tower, keep_differences=False, keep_roots=False) is tower


def test_a_steep_power_is_left_as_it_is() -> None:
    """By cos**2 + sin**2 = 1 it would be a polynomial of ten thousand monomials."""
    term = parse("x + sin(1)/(((((cos(1)**2)**2)**2)**2)**2)")
    for _ in range(10):
        term = apply("square", term)
    assert one_fraction(term, keep_differences=False, keep_roots=False) is term
