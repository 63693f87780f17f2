"""Products are evaluated in an order that stays in range, and forms are mended where their parts leave it."""

from __future__ import annotations

import numpy as np
import pytest

from symloss.codegen import derive
from symloss.codegen.domain import Positive, Real
from symloss.codegen.faults import Faults
from symloss.codegen.measure import Measurement
from symloss.codegen.notation import parse, show
from symloss.codegen.ordering import Orders
from symloss.codegen.term import walk

POSITIVE = dict.fromkeys("ktxyz", Positive)


def faults_of(text: str) -> Faults:
    naive = parse(text)
    return Faults(Measurement(naive, {name: POSITIVE[name] for name in sorted(naive.variables)}))


@pytest.mark.parametrize(
    ("given", "most"),
    [
        ("x*y/z", 4),  # 1e200*1e200/1e300
        ("x**2/y", 0),
        ("x**2*y**2/z**2", 4),
        ("k*exp(-(k/t))/t**2", 0),  # 0*inf at k/t = 1000, t = 1e-200
        ("x*y/z/t", 20),  # no one order suits all
    ],
)
def test_a_product_is_put_in_order(given: str, most: int) -> None:
    term, faults = parse(given), faults_of(given)
    after = Orders(faults).ordered(term, term)
    before = faults.missing(term) | faults.vanished(term)
    assert before.sum() > 2 * most
    assert (faults.missing(after) | faults.vanished(after)).sum() <= most


def test_a_product_in_range_stays_as_it_is() -> None:
    term = parse("x*(y/(x + y))")
    assert Orders(faults_of("x*y/(x + y)")).ordered(term, term) is term


def test_a_factor_that_cancels_is_gone() -> None:
    term = parse("t*(x/t)")
    assert show(Orders(faults_of("x + t - t")).ordered(term, term)) == "x"


def test_an_exponential_out_of_range_is_taken_in_halves() -> None:
    term = parse("x*exp(y)/z")
    faults = faults_of("x*exp(y)/z")
    after = Orders(faults).ordered(term, term)
    assert show(after).count("exp(1/2*y)") == 2
    assert faults.missing(after).sum() < faults.missing(term).sum()


def test_a_branch_matters_where_it_is_taken() -> None:
    term = parse("x*y if x <= 1 else log(x) + y/z")
    faults = faults_of("x*y if x <= 1 else log(x) + y/z")
    live = faults.live(term, faults.counted)
    product = next(node for node in walk(term) if show(node) == "x*y")
    quotient = next(node for node in walk(term) if show(node) == "y/z")
    small = faults.values(parse("x")) <= 1
    assert live[product].any()
    assert not (live[product] & ~small).any()
    assert not (live[quotient] & small).any()


def test_a_summand_that_is_lost_beside_another_does_not_matter() -> None:
    term = parse("1 + x*y")
    faults = faults_of("1 + x*y")
    product = next(node for node in walk(term) if show(node) == "x*y")
    live = faults.live(term, faults.counted)
    assert (faults.values(product) == 0).any()
    assert not (live[product] & (faults.values(product) == 0)).any()


def test_zero_at_a_sign_change_is_no_fault() -> None:
    naive = parse("x - y")
    faults = Faults(Measurement(naive, {"x": Real, "y": Real}))
    zero = parse("0*x*y")
    assert faults.vanished(zero).any()
    assert not np.isnan(faults.values(zero)[faults.vanished(zero)]).any()
    assert not faults.vanished(naive).any()


@pytest.mark.parametrize(
    ("formula", "steps"),
    [
        ("-t*log(1 + exp(-x/t))", {"factors taken into a sum"}),
        ("asinh(x*t)/t", {"inverse hyperbolic sine of a product over the range"}),
        ("(x - y)**2/(t**2 + z**2)", {"sum of squares"}),
    ],
)
def test_forms_that_leave_the_range_are_mended(formula: str, steps: set[str]) -> None:
    domains = {"x": "real", "y": "positive", "k": "positive", "t": "positive", "z": "positive"}
    names = {str(node.value) for node in walk(parse(formula)) if node.operation == "variable"}
    found = derive(formula, **{name: domains[name] for name in sorted(names)})
    assert any(error.broken for error in found.error.before.values())
    assert not any(error.broken for error in found.error.after.values())
    assert found.good
    assert steps <= {step.rule for step in found.steps}
