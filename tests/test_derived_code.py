"""What the code of `derive` computes where a form turns from one branch into another, or has lost an argument."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
import torch

from symloss.codegen import derive
from symloss.codegen.domain import Real
from symloss.codegen.notation import parse
from symloss.codegen.snippet import Snippet, loaded
from symloss.codegen.space import Space
from symloss.codegen.term import ONE, apply


@pytest.mark.parametrize(
    ("formula", "at_zero"),
    [("sign(x)*log(1 + abs(x))", 1.0), ("sign(x)*abs(x)", 1.0), ("sign(x)*(exp(abs(x)) - 1)", 1.0), ("abs(x)", 0.0)],
)
def test_the_slope_at_a_kink_is_the_mean_of_both_sides(formula: str, at_zero: float) -> None:
    assert derive(formula, x="real").gradient("x").compile("numpy")(0.0) == at_zero


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_guard_against_what_underflows_stays_in_the_code(dtype: type[np.floating]) -> None:
    """exp(-1000) is 0 in floats and not exactly, so that no range decides whether it is."""
    form = derive("log(log(1 + exp(x)))", x="real")
    assert form.compile("numpy")(np.array([-20.0, -1000.0], dtype)) == pytest.approx([-20.0, -1000.0], rel=1e-6)


def test_a_threshold_between_two_forms_is_written_out() -> None:
    """The zeros of a zero-inflated count, the gate at its rarest: both sides meet at the size of a softplus."""
    zeros = "-log(1/(1 + exp(-g)) + (1 - 1/(1 + exp(-g)))*exp(-exp(r))) if k == 0 else exp(r) - r*k + log(1 + exp(g))"
    found = derive(zeros, g="real", r="real", k="count")
    assert found.compile("numpy")(-20.0, 20.0, 0.0) == pytest.approx(20.000000002061153, rel=1e-15)
    share = found.gradient("g").compile("numpy")(-20.0, 20.0, 0.0)
    assert share == pytest.approx(-(1 - 1 / (1 + np.exp(20.0))), rel=1e-15)


def test_nan_and_broadcasting_reach_code_in_which_an_argument_cancels() -> None:
    function = derive("expm1(-z*exp(pi) + (-b + b)) + pi", b="real", z="real").compile("numpy")
    assert function(np.zeros(3), 1.0).shape == (3,)
    assert np.isnan(function(np.nan, 1.0))


def test_nan_and_broadcasting_reach_a_gradient_that_has_lost_an_argument() -> None:
    slope = derive("a*x", a="real", x="real").gradient("x").compile("numpy")
    assert slope(np.ones((2, 1)), np.zeros(3)).shape == (2, 3)
    assert np.isnan(slope(1.0, np.nan))


ARRAYS = {"numpy": np.array, "torch": torch.tensor, "tf": tf.constant}


def test_a_constant_that_works_out_to_no_number_is_left_as_it_is() -> None:
    """The power is 0 and the logarithm of 1 is 0, too: neither is divided by where factors are counted."""
    form = derive("cos((y - y)**4/log(min(exp(y - y - y), tanh(2)), 1 + (y + y + y)**2))", y="real")
    assert form.gradient("y").compile("numpy")(0.5) == 0


@pytest.mark.parametrize("target", ARRAYS)
def test_a_branch_without_a_value_is_no_number(target: str) -> None:
    """Python would not divide by the 0 that x - x is."""
    function = derive("x if exp(2*x) <= 1 else -log(1/(x - x))", x="real").compile(target)
    found = np.asarray(function(ARRAYS[target]([-1.0, 2.0])))
    np.testing.assert_array_equal(found, [-1.0, np.nan])


@pytest.mark.parametrize(("text", "value"), [("a if cos(1) <= 1/2 else x", 3.0), ("a if exp(2) > 1 else x", 2.0)])
def test_a_condition_without_variables_is_decided(text: str, value: float) -> None:
    assert derive(text, a="real", x="real").compile("numpy")(2.0, 3.0) == value


@pytest.mark.parametrize("target", ARRAYS)
def test_a_condition_may_be_a_choice(target: str) -> None:
    either = apply("select", parse("y <= 1/4"), ONE, parse("exp(y) <= 3"))
    form = apply("select", either, parse("y**2"), parse("-y"))
    function = loaded(Snippet("formula", "A choice.", form, Space({"y": Real}), {}, {}).source(target), "formula")
    np.testing.assert_array_equal(np.asarray(function(ARRAYS[target]([-2.0, 1.0, 3.0]))), [4.0, 1.0, -3.0])


@pytest.mark.parametrize(("formula", "value"), [("x/1e20", 1.5e-20), ("1e20*x", 1.5e20), ("x + 1e25", 1e25)])
def test_a_large_whole_constant_is_one_in_every_library(formula: str, value: float) -> None:
    found = derive(formula, x="real")
    assert found.compile("numpy")(1.5) == pytest.approx(value)
    assert found.compile("torch")(torch.tensor(1.5, dtype=torch.float64)).item() == pytest.approx(value)
    assert float(found.compile("tf")(tf.constant(1.5, tf.float64))) == pytest.approx(value)
