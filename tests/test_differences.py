"""Differences that lose the digits which both sides have in common are found in forms that have them."""

from __future__ import annotations

import derivations
import pytest
from expressions import Expression
from identities import DIFFERENCES

from symloss.codegen.domain import Domain, Interval, Real
from symloss.codegen.measure import Measurement
from symloss.codegen.notation import parse
from symloss.codegen.stabilise import stable_form


@pytest.mark.parametrize("expression", DIFFERENCES, ids=lambda expression: expression.what)
def test_a_difference_has_its_digits(expression: Expression) -> None:
    naive = parse(expression.text)
    found = derivations.of_expression(expression)["value"]
    assert all(error.average_bits <= 1 and not error.broken for error in found.after)
    measurement = Measurement(naive, expression.domains, closed=found.closed)
    assert measurement.unforgiven(found.stable) < 1 < measurement.unforgiven(naive)


@pytest.mark.parametrize(
    ("text", "y"),
    # steps that x + y does not show are missed: see the test below
    [("erf(x) - erf(y)", Real), ("erf(x + y) - erf(x)", Interval("0.125", 4))],
)
def test_a_difference_of_error_functions_has_the_digits_of_its_tails(text: str, y: Domain) -> None:
    naive = parse(text)
    found = stable_form(naive, {"x": Real, "y": y})
    assert any(error.average_bits > 1 for error in found.before)
    assert all(error.average_bits < 1 and not error.broken for error in found.after)


def test_a_step_of_the_error_function_that_its_argument_does_not_show_is_missed() -> None:
    """The value is of the size of y, and x + y is x; this goes when the digits are had."""
    found = stable_form(parse("erf(x + y) - erf(x)"), {"x": Real, "y": Real})
    assert any(error.average_bits > 1 for error in found.after)
