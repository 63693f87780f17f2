"""Laws for any number of factors: what they make of terms, and that its value is the same."""

from __future__ import annotations

import pytest
from grammar import disagreement

from symloss.codegen.bounds import Ranges
from symloss.codegen.domain import Domain, Positive, Real
from symloss.codegen.notation import parse, show
from symloss.codegen.rules.cancelling import EXPONENT_BESIDE_A_TAIL, SUM_INTO_A_CHOICE
from symloss.codegen.rules.laws import FACTORS_GATHERED, LOGARITHM_OF_FACTORS, Law
from symloss.codegen.tidy import tidied

DOMAINS: dict[str, Domain] = {"x": Real, "y": Real, "s": Positive, "k": Positive, "l": Positive}
POINTS = (
    {"x": 0.75, "y": -1.5, "s": 1.25, "k": 2.5, "l": 0.5},
    {"x": -2.0, "y": 0.5, "s": 0.75, "k": 1.5, "l": 3.0},
)

MADE = [
    (FACTORS_GATHERED, "exp(x)*s/exp(y)**2", "s*exp(x - 2*y)"),
    (FACTORS_GATHERED, "s*k/(s*l)", "k/l"),
    (FACTORS_GATHERED, "s**2/s", "s"),
    (LOGARITHM_OF_FACTORS, "log(k*exp(x)/s)", "log(k/s) + x"),
    (LOGARITHM_OF_FACTORS, "log(exp(x)/s)", "x - log(s)"),
    (LOGARITHM_OF_FACTORS, "log(exp(x)/(s*sqrt(2*pi)))", "-log(s) + x - 1/2*log(2*pi)"),
    (LOGARITHM_OF_FACTORS, "log(s*sigmoid(x)**2)", "log(s) - 2*softplus(-x)"),
    (LOGARITHM_OF_FACTORS, "log(k*s**x)", "log(k) + x*log(s)"),
    (LOGARITHM_OF_FACTORS, "log_ratio(k*exp(x), s*exp(y))", "log(k/s) + x - y"),
    (LOGARITHM_OF_FACTORS, "log(s*erfc(x))", "log(s) + log(erfc(x))"),
    (SUM_INTO_A_CHOICE, "x**2 + (s - x**2 if 1 < x else y)", "s if 1 < x else x**2 + y"),
    (
        EXPONENT_BESIDE_A_TAIL,
        "s*exp(l*(l*s**2 - 2*x)/2)*erfc((l*s**2 - x)/(sqrt(2)*s))",
        "erfcx",
    ),
]
LEFT = [
    (FACTORS_GATHERED, "s*exp(x)/k"),
    (FACTORS_GATHERED, "s*k/l"),
    (LOGARITHM_OF_FACTORS, "log(s*k)"),
    (LOGARITHM_OF_FACTORS, "log(x**2*s)"),
    (LOGARITHM_OF_FACTORS, "log(erfc(x)/2)"),
    (SUM_INTO_A_CHOICE, "x + (s if 1 < x else y)"),
    (EXPONENT_BESIDE_A_TAIL, "exp(x)*erfc(y)"),
]


@pytest.mark.parametrize(("law", "text", "expected"), MADE)
def test_what_a_law_makes(law: Law, text: str, expected: str) -> None:
    ranges = Ranges(DOMAINS)
    before = tidied(parse(text), ranges)
    assert before.operation in law.operations
    ((after, condition),) = law.ways(before, ranges)
    after = tidied(after, ranges)
    assert condition == ""
    assert expected in (show(after) if law is EXPONENT_BESIDE_A_TAIL else [show(after)])
    for point in POINTS:
        assert disagreement(before, after, point) is None, show(after)


@pytest.mark.parametrize(("law", "text"), LEFT)
def test_what_a_law_leaves(law: Law, text: str) -> None:
    ranges = Ranges(DOMAINS)
    assert list(law.ways(tidied(parse(text), ranges), ranges)) == []


def test_the_logarithm_of_a_power_needs_a_positive_base() -> None:
    ranges = Ranges({**DOMAINS, "s": Real})
    assert list(LOGARITHM_OF_FACTORS.ways(parse("log(k*s**x)"), ranges)) == []
