"""Exponentials, logarithms and hyperbolic functions."""

from __future__ import annotations

from math import inf, nan

from symloss.codegen.domain import Interval, NonNegative, Positive, Real
from symloss.codegen.kernel import Kernel, named

__all__ = ["FUNCTIONS"]

ABOVE_MINUS_ONE = Interval(-1, None, closed="neither")

FUNCTIONS = (
    Kernel(
        "exp",
        "x",
        r"e^{{{x}}}",
        ("exp(x)",),
        ball="exp",
        cost=5,
        image=Positive,
        monotone="+",
        at="0: 1",
        limits=(0, inf),
    ),
    Kernel(
        "expm1",
        "x",
        named("expm1"),
        ("exp(x)",),
        meaning="exp(x) - 1",
        exponential=True,
        ball="expm1",
        cost=7,
        image=ABOVE_MINUS_ONE,
        monotone="+",
        at="0: 0",
        limits=(-1, inf),
    ),
    Kernel(
        "log", "x", r"\log\left({x}\right)", ("1/x",), cost=6, image=Real, monotone="+", at="1: 0", limits=(nan, inf)
    ),
    Kernel(
        "log1p",
        "x",
        named("log1p"),
        ("1/(1 + x)",),
        meaning="log(1 + x)",
        exponential=True,
        cost=7,
        image=Real,
        monotone="+",
        at="0: 0",
        limits=(nan, inf),
    ),
    # exp(x) - 1 - x.  With t = tanh(x/2) it is 2 (t**2/(1 - t) - (atanh(t) - t)), which has no cancellation for
    # |t| <= 1/3; of the direct form's terms the one is a quarter of the other there.
    Kernel(
        "expm1_remainder",
        "x",
        r"\left(\operatorname{{expm1}}\left({x}\right) - {x}\right)",
        ("expm1(x)",),
        meaning="expm1(x) - x",
        stable="2*({t}**2/(1 - {t}) - atanh_remainder({t})) if abs(x) <= 2/3 else expm1(x) - x".format(t="tanh(x/2)"),
        image=NonNegative,
        at="0: 0",
        self_explaining=True,
    ),
    # tanh' = 4 s(2x) s(-2x): 1 - tanh(x)**2 is exactly 0 in float32 from x = 9.1 on.
    Kernel(
        "sinh",
        "x",
        r"\sinh\left({x}\right)",
        ("cosh(x)",),
        ball="sinh",
        cost=9,
        image=Real,
        monotone="+",
        at="0: 0",
        limits=(-inf, inf),
    ),
    Kernel(
        "cosh",
        "x",
        r"\cosh\left({x}\right)",
        ("sinh(x)",),
        ball="cosh",
        cost=9,
        image=Interval(1, None),
        at="0: 1",
        limits=(inf, inf),
    ),
    Kernel(
        "tanh",
        "x",
        r"\tanh\left({x}\right)",
        ("4*sigmoid(2*x)*sigmoid(-2*x)",),
        ball="tanh",
        cost=9,
        image=Interval(-1, 1),
        monotone="+",
        at="0: 0",
        limits=(-1, 1),
    ),
    Kernel(
        "log_cosh",
        "x",
        r"\log\cosh\left({x}\right)",
        ("tanh(x)",),
        meaning="log(cosh(x))",
        self_explaining=True,
        exponential=True,
        exact="abs(x) + log1p(expm1(-2*abs(x))/2)",
        # log cosh x = x - log 2 + log1p(exp(-2x)): beyond 20 the line is right to exp(-40) = 4e-18.
        stable="log1p(2*sinh(min(abs(x), 20)/2)**2) + max(abs(x) - 20, 0)",
        image=NonNegative,
    ),
)
