"""An error is counted against the exact truth, and forgiven at sign changes of the truth only."""

from __future__ import annotations

import math

import numpy as np
import pytest

from symloss.codegen.derivation import Error
from symloss.codegen.domain import Domain, Interval, Positive, Real, Sign, Unit
from symloss.codegen.goal import STABLE
from symloss.codegen.measure import Measurement
from symloss.codegen.notation import parse
from symloss.codegen.truth import Truth

BOTH = {"x": Real, "y": Real}


def errors(naive: str, form: str, closed: str | None = None, **domains: Domain) -> tuple[Error, ...]:
    """The errors of `form` as a way to compute `naive`, in float32 and float64."""
    measurement = Measurement(parse(naive), domains, closed=(parse(closed),) if closed else ())
    return measurement.errors(parse(form))


@pytest.mark.parametrize(
    ("text", "domains"),
    [
        ("x + y", BOTH),
        ("x - y", BOTH),
        ("x*y", BOTH),
        ("exp(x)", {"x": Real}),
        ("sqrt(x)", {"x": Positive}),
        ("x", {"x": Real}),
    ],
)
def test_one_operation_is_half_an_ulp(text: str, domains: dict[str, Domain]) -> None:
    for error in errors(text, text, **domains):
        assert error.worst_ulps <= 0.5
        assert error.average_bits <= math.log2(1.5)
        assert not error.nans


def test_an_error_names_its_dtype_and_its_worst_point() -> None:
    found = errors("log(1 + x)", "log(1 + x)", "log1p(x)", x=Positive)
    for error, dtype in zip(found, STABLE.dtypes, strict=True):
        assert error.dtype == dtype
        assert error.points > 100
        assert error.worst_ulps > 1000
        assert 0 < error.worst_point["x"] < 0.01


# Each form loses all digits somewhere, and the truth does not change its sign there.
@pytest.mark.parametrize(
    ("naive", "form", "domains"),
    [
        # 0 in float32 from x = 17 on, where the truth is -exp(-x)
        ("sigmoid(x) - 1", "sigmoid(x) - 1", {"x": Real}),
        # a minimum: quadratic at 0, where cosh rounds to 1
        ("log(cosh(x))", "log(cosh(min(abs(x), 20)))+ max(abs(x) - 20, 0)", {"x": Real}),
        ("sqrt(1 + x**2) - 1", "hypot(1, x) - 1", {"x": Real}),
        ("x*log(x/y) - x + y", "x*log_ratio(x, y) - x + y", {"x": Positive, "y": Positive}),
        ("(x - y)**2", "x**2 - 2*x*y + y**2", BOTH),
        ("exp(x) - 1 - x", "expm1(x) - x", {"x": Real}),
        # a confident right class: x cancels its softplus
        ("log(1 + exp(-x))", "max(-x, 0) + log(1 + exp(-abs(x)))", {"x": Real}),
        # a label of exactly 1 is hard, also where others are soft
        ("1/(1 + exp(-x)) - p", "sigmoid(x) - p", {"x": Real, "p": Unit}),
        # a hard label does not move: no sign change at x y = large
        ("y*x + log(1 + exp(-y*x)) - y*x", "(y*x + softplus(-(y*x))) - y*x", {"x": Real, "y": Sign}),
    ],
)
def test_a_small_value_without_a_sign_change_is_forgiven_nothing(
    naive: str, form: str, domains: dict[str, Domain]
) -> None:
    for error in errors(naive, form, form if "cosh" not in naive else None, **domains):
        assert error.worst_ulps > 500


# Each changes its sign where two summands cancel, and is as good as its largest summand there.
@pytest.mark.parametrize(
    ("naive", "form", "domains"),
    [
        ("x - y*x", "x - y*x", BOTH),
        ("exp(x) - y*x", "exp(x) - y*x", {"x": Real, "y": Positive}),
        ("log(x) + y", "log(x) + y", {"x": Positive, "y": Real}),
        ("p*x + (1 - p)*y", "p*x + (1 - p)*y", {"p": Unit, **BOTH}),
        ("1/(1 + exp(-x)) - p", "sigmoid(x) - p", {"x": Real, "p": Interval(0, 1, closed="neither")}),
        ("x*(log(y) + x)", "x*(log(y) + x)", {"x": Real, "y": Positive}),
        ("(x + log(y))/y", "(x + log(y))/y", {"x": Real, "y": Positive}),
    ],
)
def test_a_sign_change_is_forgiven_up_to_the_largest_summand(naive: str, form: str, domains: dict[str, Domain]) -> None:
    for error in errors(naive, form, form, **domains):
        assert error.worst_ulps <= 8


def test_forgiveness_is_that_of_the_closed_form() -> None:
    """A form that adds and takes away something large is not forgiven by it."""
    for error in errors("x - y", "((x + 1000000) - y) - 1000000", "x - y", **BOTH):
        assert error.worst_ulps > 100


def test_large_summands_of_a_removable_pole_excuse_nothing() -> None:
    """At a = 1e-9 the slope of log(a/(1 - exp(-a))) - a x is about 1/2 - x, and 1/a a thousand million."""
    naive, unit = "1/a - exp(-a)/(1 - exp(-a)) - x", Interval(0, 1)
    for error in errors(naive, naive, naive, a=Interval(-1, 1), x=unit):
        assert error.average_bits > 3


def test_roundings_of_an_exponents_argument_explain_no_lost_digits() -> None:
    """Over a - 1 a rounding of the exponent is as large as one likes, and no argument of an exponential is."""
    naive = "(exp(a*x) - exp(x))/(a - 1)"
    for error in errors(naive, naive, naive, a=Interval(0, 2), x=Interval(1, 2)):
        assert error.worst_ulps > 1e4


def test_returning_nothing_is_allowed_at_a_sign_change_only() -> None:
    for error in errors("x - y", "0*x*y", "x - y", **BOTH):
        assert error.worst_ulps > 1000
        assert error.average_bits > 5


def test_a_number_is_no_form_of_an_infinity_and_a_nan_is_counted() -> None:
    for error in errors("log(1 + exp(x))", "log(1 + exp(x))", "softplus(x)", x=Real):
        assert error.infs > 5
        assert error.average_bits > 1
    for error in errors("x*exp(-x**2)", "x/exp(x**2)*exp(x**2)*exp(-x**2)", x=Real):
        assert error.nans > 5


def test_a_zero_after_an_overflow_is_counted() -> None:
    for error in errors("x/(1 + x**2)", "x/(1 + x**2)", x=Real):
        assert error.zeros > 5
        assert not error.broken
    for error in errors("(1 + x) - 1", "(1 + x) - 1", x=Real):  # digits lost, which are counted as such
        assert not error.zeros


def test_points_whose_truth_is_no_normal_number_bound_nothing() -> None:
    """exp(x) is subnormal in float32 below -87.3, infinite from 88.7 on: neither is counted."""
    for error in errors("exp(x)", "exp(x)", x=Real):
        assert error.worst_ulps <= 0.5
        assert not error.infs


def test_a_jump_is_on_the_side_where_rounding_puts_it() -> None:
    """sign(x + y) where the rounded sum falls on 0 or beyond: its neighbour's value counts as right."""
    for error in errors("sign(x + y/3)", "sign(x + y/3)", **BOTH):
        assert error.worst_ulps <= 1


def test_the_truth_is_kept_beyond_float64() -> None:
    truth = Truth(parse("exp(x)"), {"x": Real}, [{"x": 1.0}, {"x": 800.0}])
    assert truth.high[0] == math.e
    assert abs(truth.low[0]) < 2.3e-16
    assert truth.low[0] != 0
    assert np.isinf(truth.high[1])


def test_an_undetermined_truth_is_asked_of_an_equal_form() -> None:
    term = parse("log(1 - 1/(1 + exp(x)))")
    point = {"x": -1e4}
    assert np.isnan(Truth(term, {"x": Real}, [point]).high[0])
    assert Truth(term, {"x": Real}, [point], parse("-softplus(-x)")).high[0] == -1e4


def test_measuring_is_the_same_every_time() -> None:
    first = errors("log(1 + exp(x)) - y*x", "softplus(x) - y*x", x=Real, y=Unit)
    assert first == errors("log(1 + exp(x)) - y*x", "softplus(x) - y*x", x=Real, y=Unit)
