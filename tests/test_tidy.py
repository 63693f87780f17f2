"""Simplification keeps the value, wherever there is one, and comes to rest."""

from __future__ import annotations

import pytest
from grammar import DOMAINS, disagreement, points, terms
from hypothesis import example, given, settings

from symloss.codegen.bounds import Ranges
from symloss.codegen.domain import Binary, Count, Domain, Interval, NonNegative, Positive, Real, Sign, Unit
from symloss.codegen.exact import balls
from symloss.codegen.notation import parse, show
from symloss.codegen.term import Term
from symloss.codegen.tidy import tidied

RANGES = Ranges(DOMAINS)


@settings(max_examples=300)
@given(terms(), points)
@example(parse("min(p, 2)"), {"x": 1.5, "y": 2.0, "p": 0.5})
@example(parse("max(p, 2)"), {"x": 1.5, "y": 2.0, "p": 0.5})
@example(parse("x*(0 if p < 2 else 1/(p - p))"), {"x": 1.5, "y": 2.0, "p": 0.5})
def test_the_value_is_kept(term: Term, point: dict[str, float]) -> None:
    after = tidied(term, RANGES)
    assert disagreement(term, after, point) is None, show(after)


@settings(max_examples=200)
@given(terms())
def test_it_comes_to_rest(term: Term) -> None:
    after = tidied(term, RANGES)
    assert tidied(after, RANGES) is after


@settings(max_examples=300)
@given(terms(), points)
def test_a_range_contains_the_value(term: Term, point: dict[str, float]) -> None:
    span = RANGES(term)
    (value,) = balls((term,), point, 300)
    if value.is_finite():
        middle = float(value.mid())
        slack = 1e-12 * (1 + abs(middle))
        assert span.lower - slack <= middle <= span.upper + slack
        assert not (span.positive and value <= 0), span
        assert not (span.negative and value >= 0), span
        assert not (span.nonzero and value.is_zero()), span


@pytest.mark.parametrize(
    ("domain", "lower", "upper", "positive"),
    [
        (Real, float("-inf"), float("inf"), False),
        (Positive, 0, float("inf"), True),
        (NonNegative, 0, float("inf"), False),
        (Unit, 0, 1, False),
        (Interval(0, 1, closed="neither"), 0, 1, True),
        (Interval(2, 3), 2, 3, True),
        (Binary, 0, 1, False),
        (Sign, -1, 1, False),
        (Count, 0, float("inf"), False),
    ],
)
def test_the_range_of_an_argument_is_its_domain(domain: Domain, lower: float, upper: float, positive: bool) -> None:  # noqa: FBT001
    span = Ranges({"x": domain})(parse("x"))
    assert (span.lower, span.upper, span.positive) == (lower, upper, positive)


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("1 - x - 1 + x", "0"),
        ("x - (x - y)", "y"),
        ("2*(3*x)", "6*x"),
        ("x*(-1)", "-x"),
        ("(-x)*(-y)", "x*y"),
        ("x/x", "1"),
        ("-(x - y)", "y - x"),
        ("2/(2*x)", "1/x"),
        ("abs(-x)", "abs(x)"),
        ("abs(y)", "y"),
        ("abs(-y)", "y"),
        ("sqrt(x**2)", "abs(x)"),
        ("sqrt(y**2)", "y"),
        ("sqrt(y)**2", "y"),
        ("x**0", "1"),
        ("x*x", "x**2"),
        ("sign(y)", "1"),
        ("step(-y)", "0"),
        ("max(p, 0)", "p"),
        ("min(p, 1)", "p"),
        ("min(p, 0)", "0"),
        ("max(p, 1)", "1"),
        ("min(2, p)", "p"),
        ("x if y > 0 else p", "x"),
        ("x < x + p", "0 < p"),
        ("1 - x < 1 - p", "p < x"),
        ("2*x < 2*p", "x < p"),
        ("-(2*x) < -(2*p)", "p < x"),
        ("x if p > 2 else y", "y"),
        ("xlogy(p, y)", "p*log(y)"),
        ("xlogy(p, p)", "xlogy(p, p)"),
        ("xlog_ratio(p, y, 2)", "p*log_ratio(y, 2)"),
        ("xlog_ratio(p, p, y)", "xlog_ratio(p, p, y)"),
        ("exp(0) + log(1)", "1"),
        ("(1 - p) + (1 - y)", "(1 - p) + (1 - y)"),
        ("log(1/2)", "-log(2)"),
        ("(x + 1)/y - x/y", "1/y"),
        ("(x - p)/y - (x - p)/y", "0"),
        ("(x + 1/2 - p)/y - (x - 1/2 - p)/y", "1/y"),
        ("x/y + p/y", "x/y + p/y"),
    ],
)
def test_what_becomes_of_it(text: str, simple: str) -> None:
    assert tidied(parse(text), RANGES) is parse(simple)
