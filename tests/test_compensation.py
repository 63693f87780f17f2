"""What roundings lose is found exactly, and put back where an exponential would make much of it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from symloss.codegen import derive
from symloss.codegen.api import Formula
from symloss.codegen.bounds import Ranges
from symloss.codegen.compensation import compensated
from symloss.codegen.domain import Positive, Real
from symloss.codegen.lost import Lost
from symloss.codegen.model import Model
from symloss.codegen.notation import parse, show
from symloss.codegen.tidy import tidied

DTYPES = (np.float32, np.float64)
SIZES = st.floats(-1e15, 1e15).filter(lambda x: x == 0 or abs(x) > 1e-15)  # no part of a product is subnormal


def at(text: str, x: float, y: float, dtype: type[np.floating]) -> Fraction:
    point = {"x": float(dtype(x)), "y": float(dtype(y))}
    return Fraction(float(Model([point], np.dtype(dtype).name)(parse(text))[0]))


@pytest.mark.parametrize("dtype", DTYPES)
@given(x=SIZES, y=SIZES)
def test_what_a_sum_and_a_product_lose_is_exact(dtype: type[np.floating], x: float, y: float) -> None:
    true_x, true_y = (Fraction(float(dtype(v))) for v in (x, y))
    assert at("x + y", x, y, dtype) + at("sum_error(x, y)", x, y, dtype) == true_x + true_y
    assert at("x*y", x, y, dtype) + at("product_error(x, y)", x, y, dtype) == true_x * true_y


@pytest.mark.parametrize("dtype", DTYPES)
@given(x=SIZES, y=SIZES.filter(bool))
def test_what_a_quotient_loses_is_known_to_its_digits(dtype: type[np.floating], x: float, y: float) -> None:
    true = Fraction(float(dtype(x))) / Fraction(float(dtype(y)))
    found = at("x/y", x, y, dtype) + at("quotient_error(x, y)", x, y, dtype)
    assert abs(found - true) <= 2 * abs(true) * Fraction(float(np.finfo(dtype).eps)) ** 2


LEAST = "max(min(if_finite(product_error(x, x)), 1), -1)"
EXPM1 = f"expm1(x**2)*(1 + {LEAST}) + {LEAST}"


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("exp(x)", "exp(x)"),
        ("exp(sin(x))", "exp(sin(x))"),  # of a function nothing is known
        ("exp(2*x)", "exp(2*x)"),  # and a power of two loses nothing
        ("exp(x + y)", "exp(x + y)*(1 + if_finite(sum_error(x, y)))"),
        ("exp(-(x*y))", "exp(-(x*y))*(1 + if_finite(-product_error(x, y)))"),
        ("exp(-abs(x*y))", "exp(-abs(x*y))*(1 + if_finite(-(sign(x*y)*product_error(x, y))))"),
        ("sigmoid(x/y)", "sigmoid(x/y)*(1 + sigmoid(-(x/y))*if_finite(quotient_error(x, y)))"),
        ("expm1(x**2)", EXPM1),
    ],
)
def test_arguments_are_made_exact(form: str, expected: str) -> None:
    ranges = Ranges({"x": Real, "y": Real})
    assert show(tidied(compensated(parse(form), ranges, sums=False), ranges, {})) == expected


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("x*y - z", "x*y - z + if_finite(product_error(x, y) + sum_error(x*y, -z))"),
        ("p**2 + p", "p**2 + p"),  # nothing cancels
        ("log(x)**2 - 1", "log(x)**2 - 1 + if_finite(product_error(log(x), log(x)) + sum_error(log(x)**2, -1))"),
        ("z*(x - p*y)", "z*(x - p*y + if_finite(sum_error(x, -(p*y)) - product_error(p, y)))"),
        ("x - y", "x - y"),  # rounded once
        ("exp(x - y)", "exp(x - y)*(1 + if_finite(sum_error(x, -y)))"),
        (
            "1 - exp(x + y)",
            "1 - exp(x + y)*(1 + if_finite(sum_error(x, y)))",
        ),
    ],
)
def test_sums_are_made_exact(form: str, expected: str) -> None:
    ranges = Ranges({"x": Real, "y": Real, "z": Real, "p": Positive})
    assert show(tidied(compensated(parse(form), ranges, sums=True), ranges, {})) == expected


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("x + y", "sum_error(x, y)"),
        ("x", "0"),
        ("exp(x)", "exp_error(x)"),
        ("exp(x*y)", "exp_error(x*y) + exp(x*y)*product_error(x, y)"),
        ("y*sin(x)", "product_error(y, sin(x)) + y*sin_error(x)"),
        ("x**(1/3)", "pow_error(x, 1/3) + log(x)*x**(1/3)*constant_error(1/3)"),
        ("x**-3", "pow_error(x, -3)"),  # whole numbers lose nothing, with a sign or without
        ("x - pi", "sum_error(x, -pi) + constant_error(-pi)"),
        ("erf(x/2)", "0"),  # of what it loses itself nothing is known
        ("erf(x + y)", "2/sqrt(pi)*exp(-(x + y)**2)*sum_error(x, y)"),
        ("exp(x) if x < y else 2", "exp_error(x) if x < y else 0"),
        ("sign(x + y) + x", "sum_error(sign(x + y), x)"),  # constant but for a jump
        ("tetragamma(x + y)", "0"),  # no slope is known
    ],
)
def test_what_a_form_lacks(form: str, expected: str) -> None:
    ranges = Ranges({"x": Positive, "y": Real})
    assert show(tidied(Lost(functions=True)(parse(form)), ranges, {})) == expected


CASES: list[tuple[str, Callable[[arb, arb], arb]]] = [
    ("exp(x*y) - 1", lambda x, y: (x * y).expm1()),
    ("exp(3*x*y/7)", lambda x, y: (3 * x * y / 7).exp()),
    ("exp(x/y)/(1 + y**2)", lambda x, y: (x / y).exp() / (1 + y**2)),
    ("1/(1 + exp(x*y))", lambda x, y: 1 / (1 + (x * y).exp())),
]


def test_what_is_lost_of_a_large_argument_takes_nothing_else_with_it() -> None:
    code = derive("(1 - exp(-x*t))/x", x="real", t="positive").compile("numpy")
    assert code(x=np.float32(1e20), t=np.float32(1e-3)) == np.float32(1e-20)
    assert code(x=1e25, t=1e15) == pytest.approx(1e-25, rel=4e-16)


@cache
def derived(formula: str) -> Formula:
    return derive(formula, x="real", y="real")


@pytest.mark.parametrize("library", ["numpy", "torch", "tf"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("formula", "exact"), CASES, ids=[formula for formula, _ in CASES])
def test_every_library_keeps_the_digits(
    formula: str, exact: Callable[[arb, arb], arb], dtype: type[np.floating], library: str
) -> None:
    """Without what is put back the worst of these is off by 50 ulp."""
    function = derived(formula).compile(library)
    draw = np.random.default_rng(0)
    x, y = ((draw.normal(size=400) * scale).astype(dtype) for scale in (8, 4))
    if library == "torch":
        import torch  # noqa: PLC0415

        found = function(torch.tensor(x), torch.tensor(y)).numpy()
    else:
        found = np.asarray(function(x, y))
    least, most = float(np.finfo(dtype).tiny), float(np.finfo(dtype).max)
    before, ctx.prec = ctx.prec, 300
    try:
        true = [exact(arb(float(a)), arb(float(b))) for a, b in zip(x, y, strict=True)]
        normal = [i for i, t in enumerate(true) if least < abs(float(t)) < most]
        assert len(normal) > 300
        errors = [
            float(abs(arb(float(found[i])) - true[i])) / float(np.spacing(dtype(abs(float(true[i]))))) for i in normal
        ]
    finally:
        ctx.prec = before
    assert max(errors) <= 5
