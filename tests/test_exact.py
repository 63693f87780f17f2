"""Exact values are exact: every ball holds the truth, and what cannot be settled says so."""

from __future__ import annotations

import math

import pytest
import textbook
from flint import ctx
from grammar import points, terms
from hypothesis import given
from mpmath import mp, mpf

from symloss.codegen import exact
from symloss.codegen.exact import DIGITS, Values, balls, evaluate
from symloss.codegen.notation import parse
from symloss.codegen.term import Term


@given(terms(unary=("exp", "log", "log1p", "sigmoid", "tanh", "sqrt", "square", "abs", "sign", "is_zero")), points)
def test_every_ball_holds_the_textbooks_value(term: Term, point: dict[str, float]) -> None:
    (ball,) = balls((term,), point, 160)
    (large,) = balls((term,), point, 64)
    if not ball.is_finite() or abs(ball) > 1e6:  # exp(exp(exp(x))) has more digits than mpmath can hold
        return
    with mp.workdps(90):
        expected = textbook.at(term, point)
        if mp.isfinite(expected):
            middle, radius = (
                mpf(int(e[0])) * mpf(2) ** int(e[1]) for e in (ball.mid().man_exp(), ball.rad().man_exp())
            )
            assert abs(expected - middle) <= radius + abs(expected) * mpf(10) ** -60
    assert large.overlaps(ball) or large.is_nan()


@pytest.mark.parametrize(
    ("text", "point", "value"),
    [
        ("x*log(x)", {"x": 0.0}, 0.0),
        ("0 if x == 0 else 1/x", {"x": 0.0}, 0.0),
        ("x**y", {"x": 0.0, "y": 0.0}, 1.0),
        ("x**y", {"x": 0.0, "y": 0.5}, 0.0),
        ("xlogy(x, y)", {"x": 0.0, "y": 0.0}, 0.0),
        ("xlog1py(x, y)", {"x": 0.0, "y": -1.0}, 0.0),
        ("xdivy(x, y)", {"x": 0.0, "y": 0.0}, 0.0),
        ("kl_div(x, y)", {"x": 0.0, "y": 0.0}, 0.0),
        ("kl_div(x, y)", {"x": 0.0, "y": 2.0}, 2.0),
        ("step(x)", {"x": 0.0}, 0.5),
        ("exp(x) - 1 - x", {"x": 1e-200}, 5e-401),
        ("log(1 - 1/(1 + exp(-x)))", {"x": 800.0}, -800.0),
        ("log(x)", {"x": 0.0}, -math.inf),
        ("x - x", {"x": 1.5}, 0.0),
        ("exp(x) - exp(y)*exp(x - y)", {"x": 0.3, "y": 0.1}, 0.0),  # which no precision can tell from 1e-430
    ],
)
def test_values_at_the_ends(text: str, point: dict[str, float], value: float) -> None:
    assert float(evaluate(parse(text), point)) == value


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("1/x", {"x": 0.0}),
        ("log(x)", {"x": -1.0}),
        ("sqrt(x)", {"x": -1.0}),
        ("log(-x)*0", {"x": 1.0}),
    ],
)
def test_what_is_undefined_is_nan(text: str, point: dict[str, float]) -> None:
    assert evaluate(parse(text), point).is_nan()


@given(terms(), points)
def test_a_value_is_known_to_its_digits_or_not_at_all(term: Term, point: dict[str, float]) -> None:
    value = evaluate(term, point)
    known = value.rel_accuracy_bits() >= DIGITS or value.is_zero() or value.is_exact() or value.is_nan()
    assert known or float(value.abs_upper()) == 0.0


def test_the_precision_of_others_is_left_alone() -> None:
    before = ctx.prec
    evaluate(parse("exp(x) - exp(x)*1"), {"x": 0.1})
    balls((parse("log(x)"),), {"x": 0.1}, 900)
    assert ctx.prec == before


def test_parts_that_terms_share_are_evaluated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    point, asked = {"x": 0.3, "y": 1.7}, list[str]()
    operation = exact.operation
    monkeypatch.setattr(exact, "operation", lambda name: asked.append(name) or operation(name))
    values = Values(point, 200)
    terms = tuple(map(parse, ("log(x + exp(y)/3)", "2*exp(y) - log(x + exp(y)/3)", "exp(y)")))
    found = list(map(values, terms))
    assert asked.count("exp") == asked.count("log") == 1
    assert all(mine.overlaps(ball) for mine, ball in zip(found, balls(terms, point, 300), strict=True))
    assert all(mine.rel_accuracy_bits() > 150 for mine in found)


@pytest.mark.parametrize(
    "text", ["(sqrt(x) - sqrt(y))**2", "(sqrt(x) - sqrt(y))*(sqrt(x) - sqrt(y))", "(sqrt(x) - sqrt(y))**3"]
)
def test_a_power_of_what_may_be_zero_is_near_zero(text: str) -> None:
    (ball,) = balls((parse(text),), {"x": 0.5, "y": 0.5}, 200)
    assert ball.is_finite()
    assert ball.contains(0)
