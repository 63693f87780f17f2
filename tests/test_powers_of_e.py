"""Rational functions of exponentials and sums of their logarithms, by what a textbook has and by exact values."""

from __future__ import annotations

import pytest
from grammar import disagreement, points, terms
from hypothesis import HealthCheck, given, settings

from symloss.codegen.domain import Real
from symloss.codegen.notation import parse, show
from symloss.codegen.powers_of_e import by_powers_of_e
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.term import Term

# A form, and what must come of it.
FACTORED = [
    ("softplus(x + y) - logaddexp(x, y)", "log((exp(x + y) + 1)/(exp(x) + exp(y)))"),
    ("softplus(x + y) - logaddexp(x, y)", "log1p((exp(y) - 1)*(exp(x) - 1)/(exp(x) + exp(y)))"),
    (
        "softplus(x - y) + softplus(-x - y) - 2*softplus(-y)",
        "log1p(exp(-y)*(exp(x) - 1)**2*exp(-x)/(exp(-y) + 1)**2)",
    ),
    ("log1p(-(expm1(x)*expm1(y)))", "log(exp(y) - (exp(y) - 1)*exp(x))"),
    ("log1p(-(expm1(-x)*expm1(-y)))", "log(exp(-y) - (exp(-y) - 1)*exp(-x))"),
    ("log(1 - (1 - 2*p)*sigmoid(-x) - p)", "log((p - (p - 1)*exp(x))/(exp(x) + 1))"),
    ("cosh(x) - 1", "1/2*((exp(x) - 1)**2*exp(-x))"),
    ("tanh(x) - tanh(y)", "2*((exp(x) - exp(y))*(exp(x) + exp(y)))/((exp(2*y) + 1)*(exp(2*x) + 1))"),
    ("log_cosh(x) - log_cosh(y)", "log1p((exp(x) - exp(y))*(exp(x + y) - 1)*exp(-x)/(exp(2*y) + 1))"),
    ("exp(x/2) - exp(x) + exp(3*x/2)", "exp(1/2*x)*(exp(1/2*x)**2 + 1 - exp(1/2*x))"),
]
# High powers of exponentials, none of them, and what is one fraction already: left alone.
LEFT = ["x*y + 1", "exp(9*x) - exp(x)", "log(x + y)", "softplus(x)"]


def found(term: Term) -> list[Term]:
    rewriter = Rewriter(dict.fromkeys(sorted(term.variables), Real))
    return list(by_powers_of_e(rewriter.tidy(term), rewriter))


@pytest.mark.parametrize(("text", "factored"), FACTORED)
def test_what_is_factored(text: str, factored: str) -> None:
    assert factored in [show(form) for form in found(parse(text))]


@pytest.mark.parametrize("text", LEFT)
def test_what_is_left_alone(text: str) -> None:
    assert not found(parse(text))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(terms(unary=("exp", "expm1", "sigmoid", "tanh", "softplus", "neg"), binary=(), choices=False), points)
def test_the_value_is_kept(term: Term, point: dict[str, float]) -> None:
    for form in found(term):
        assert disagreement(term, form, point) is None, show(form)
