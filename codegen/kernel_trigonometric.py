"""Trigonometric functions, their inverses and those of the hyperbolic functions."""

from __future__ import annotations

from math import inf, nan, pi

from symloss.codegen.domain import Interval, NonNegative, Real
from symloss.codegen.kernel import Kernel, named

__all__ = ["TRIGONOMETRIC"]

NOWHERE = (nan, nan)
# rational ends round pi and pi/2, as wide as their float64 is off
HALF_TURN = Interval("-1.5707963267948968", "1.5707963267948968")

TRIGONOMETRIC = (
    Kernel(
        "sin",
        "x",
        r"\sin\left({x}\right)",
        ("cos(x)",),
        ball="sin",
        cost=10,
        image=Interval(-1, 1),
        at="0: 0",
        limits=NOWHERE,
    ),
    Kernel(
        "cos",
        "x",
        r"\cos\left({x}\right)",
        ("-sin(x)",),
        ball="cos",
        cost=10,
        image=Interval(-1, 1),
        at="0: 1",
        limits=NOWHERE,
    ),
    Kernel(
        "tan",
        "x",
        r"\tan\left({x}\right)",
        ("1 + tan(x)**2",),
        ball="tan",
        cost=18,
        image=Real,
        at="0: 0",
        limits=NOWHERE,
    ),
    # 1 - x**2 has lost every digit where x is a rounding away from 1, and 1 - x and 1 + x none.
    Kernel(
        "asin",
        "x",
        r"\arcsin\left({x}\right)",
        ("1/(sqrt(1 - x)*sqrt(1 + x))",),
        ball="asin",
        cost=12,
        image=HALF_TURN,
        monotone="+",
        at="0: 0",
        limits=NOWHERE,
    ),
    Kernel(
        "acos",
        "x",
        r"\arccos\left({x}\right)",
        ("-1/(sqrt(1 - x)*sqrt(1 + x))",),
        ball="acos",
        cost=12,
        image=Interval(0, "3.1415926535897936"),
        monotone="-",
        at="1: 0",
        limits=NOWHERE,
    ),
    Kernel(
        "atan",
        "x",
        r"\arctan\left({x}\right)",
        ("1/(1 + x**2)",),
        ball="atan",
        cost=12,
        image=HALF_TURN,
        monotone="+",
        at="0: 0",
        limits=(-pi / 2, pi / 2),
    ),
    Kernel(
        "asinh",
        "x",
        named("arsinh"),
        ("1/hypot(1, x)",),
        ball="asinh",
        cost=24,
        image=Real,
        monotone="+",
        at="0: 0",
        limits=(-inf, inf),
    ),
    # (x - 1) (x + 1) overflows from 1.8e19 on in float32.
    Kernel(
        "acosh",
        "x",
        named("arcosh"),
        ("1/(sqrt(x - 1)*sqrt(x + 1))",),
        ball="acosh",
        cost=24,
        image=NonNegative,
        monotone="+",
        at="1: 0",
        limits=(nan, inf),
    ),
    Kernel(
        "atanh",
        "x",
        named("artanh"),
        ("1/((1 - x)*(1 + x))",),
        cost=16,
        image=Real,
        monotone="+",
        at="0: 0",
        limits=NOWHERE,
    ),
)
