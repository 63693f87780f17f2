"""Poles that a shape has in a formula and not in its value, by what a textbook has and by exact values."""

from __future__ import annotations

import pytest
from grammar import disagreement

from symloss.codegen.domain import Domain, Interval, Positive
from symloss.codegen.notation import parse, show
from symloss.codegen.poles import without_poles
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.term import Term

DOMAINS: dict[str, Domain] = {
    "a": Interval(-2, 3),
    "b": Positive,
    "p": Interval(0, 1, closed="neither"),
    "t": Positive,
}
TAKEN_OUT = [
    (
        "(1 - p**a - (1 - p)**a)/(a - 1)",
        "(-exp_expm1(log(p), (a - 1)*log(p)) - exp_expm1(log(1 - p), (a - 1)*log(1 - p)))/(a - 1)",
    ),
    ("(exp(-(b*t)) - exp(-(a*t)))/(a - b)", "-(exp_expm1(-(t*b), -(t*(a - b)))/(a - b))"),
    ("(exp(a*t) - 1 - a*t)/a**2", "expm1_remainder(t*a)/a**2"),
]
# What is over the line does not vanish with it, or not often enough; what stands below it is no linear function.
LEFT = ["(2 - p**a)/(a - 1)", "(exp(a*t) - 1)/a**2", "(exp(a*t) - 1)/(a**2 + 1)", "exp(a*t)/b", "(p + t)/(a - 1)"]


def found(text: str) -> list[Term]:
    term = parse(text)
    rewriter = Rewriter({name: DOMAINS[name] for name in sorted(term.variables)})
    return list(without_poles(rewriter.tidy(term), rewriter))


@pytest.mark.parametrize(("text", "expected"), TAKEN_OUT)
def test_a_pole_is_taken_out(text: str, expected: str) -> None:
    forms = found(text)
    assert expected in list(map(show, forms))
    for form in forms:
        for point in ({"a": 2.5, "b": 0.5, "p": 0.75, "t": 1.5}, {"a": -0.5, "b": 3.0, "p": 0.125, "t": 4.0}):
            assert disagreement(parse(text), form, point) is None, show(form)


@pytest.mark.parametrize("text", LEFT)
def test_what_is_left_alone(text: str) -> None:
    assert not found(text)
