"""Steps that are computed and not made by a rule are shown by algebra, and nothing false is."""

from __future__ import annotations

import pytest

from symloss.codegen.algebra import shown
from symloss.codegen.api import derive
from symloss.codegen.domain import Domain, Interval, Positive, Real
from symloss.codegen.notation import parse

EVERYWHERE = {"x": Real, "y": Real}
POSITIVE = {"x": Positive, "y": Positive}


@pytest.mark.parametrize(
    ("before", "after", "domains", "cases"),
    [
        ("(x + y)**2 - x**2", "y*(2*x + y)", EVERYWHERE, 1),
        ("1/x - 1/(x + y)", "y/(x*(x + y))", EVERYWHERE, 1),
        ("exp(x)/exp(y)", "exp(x - y)", EVERYWHERE, 1),
        ("expm1(x) - expm1(y)", "exp(y)*expm1(x - y)", EVERYWHERE, 1),
        ("log(exp(x)/y**2)", "x - 2*log(y)", POSITIVE, 1),
        ("2*(x if x < y else y) - 2", "2*x - 2 if x < y else 2*(y - 1)", EVERYWHERE, 2),
        ("log(x/(x + y)**2)", "log(x) - 2*log(x + y)", POSITIVE, 1),
        ("sin(log(x*y))", "sin(log(x) + log(y))", POSITIVE, 1),
    ],
)
def test_an_identity_is_shown(before: str, after: str, domains: dict[str, Domain], cases: int) -> None:
    assert shown(parse(before), parse(after), domains) == cases


@pytest.mark.parametrize(
    ("before", "after", "domains"),
    [
        ("log(x*y)", "log(x) + log(y)", EVERYWHERE),  # both may be negative
        ("sqrt(x**2)", "x", EVERYWHERE),
        ("x + y", "x - y", POSITIVE),
        ("2*x if x < y else 0", "x + x if x <= y else 0", EVERYWHERE),  # other conditions
        ("2*x if x < y else 0", "2*x if x < y else y", EVERYWHERE),
        ("sigmoid(x)", "exp(x)/(2 + exp(x))", EVERYWHERE),
        ("x*y*(x + 1)**2", "x*y*(x**2 + 2*x + 1) + 1/10000000000", EVERYWHERE),
        ("log(x - y)", "log(x) - log(y)", {"x": Interval("2", "3"), "y": Interval("0", "1")}),
    ],
)
def test_nothing_false_is_shown(before: str, after: str, domains: dict[str, Domain]) -> None:
    assert not shown(parse(before), parse(after), domains)


def test_a_step_of_a_law_is_proved() -> None:
    proof = derive("log(k*exp(-x/s)/(s*(1 + exp(-x/s))**2))", x="real", k="positive", s="positive").proof
    grounds = {ground.rule: ground for ground in proof}
    law = grounds["logarithm of a product, factor by factor"]
    assert (law.status, law.detail) == ("proved", "by algebra, on 1 branch")
