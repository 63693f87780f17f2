"""Sums of exponentials that vanish with their first moment, by what a textbook has and by exact values."""

from __future__ import annotations

import pytest
from grammar import disagreement

from symloss.codegen.domain import Interval, Positive
from symloss.codegen.moments import by_moments
from symloss.codegen.notation import parse, show
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.term import Term

# A sum, and what must come of it.
LESS_THEIR_LINES = [
    (
        "exp(a*log(x))/(a*(a - 1)) - x*exp((a - 1)*log(y))/(a - 1) + exp(a*log(y))/a",
        (
            "1/(a*(a - 1))*exp_expm1_remainder(a*log(y), -(a*log_ratio(y, x)))"
            " - 1/(a - 1)*exp_expm1_remainder(a*log(y), -log_ratio(y, x))"
        ),
    ),
    (
        "exp(a*log(x)) - a*(x - 1) - 1",
        "expm1_remainder(a*log(x)) - a*expm1_remainder(log(x))",
    ),
]
# The value or the first moment does not vanish, and what has too few exponentials.
LEFT = ["exp(a*log(x)) - a*(x - 1)", "exp(a*log(x)) - x", "x*y + x + 1", "exp(a*log(x)) - 2*a*(x - 1) - 1"]


def found(term: Term) -> list[Term]:
    domains = {"a": Interval(2, 3), "x": Positive, "y": Positive}
    rewriter = Rewriter({name: domains[name] for name in sorted(term.variables)})
    return list(by_moments(rewriter.tidy(term), rewriter))


@pytest.mark.parametrize(("text", "expected"), LESS_THEIR_LINES)
def test_what_is_less_its_line(text: str, expected: str) -> None:
    assert expected in [show(form) for form in found(parse(text))]


@pytest.mark.parametrize("text", LEFT)
def test_what_is_left_alone(text: str) -> None:
    assert not found(parse(text))


def test_a_product_of_many_sums_is_left_alone() -> None:
    """Thirty of them multiplied out are 2**30 products."""
    assert not found(parse(f"exp(a*log(x))*{'*'.join(f'({n} + x)' for n in range(2, 32))} + 1"))


@pytest.mark.parametrize("text", [text for text, _ in LESS_THEIR_LINES])
def test_the_value_is_kept(text: str) -> None:
    forms = found(parse(text))
    assert len(forms) == 3
    for form in forms:
        for point in ({"a": 2.5, "x": 1.25, "y": 0.75}, {"a": 2.125, "x": 0.5, "y": 8.0}):
            assert disagreement(parse(text), form, point) is None, show(form)
