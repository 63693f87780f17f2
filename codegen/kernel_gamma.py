"""Differences of the logarithm of the gamma function, and what Stirling's formula leaves of it.

With the remainder R(x) = lgamma(x) - (x - 1/2) log(x) + x - log(2 pi)/2 every difference is elementary but for R's,
which are small: lgamma has no digit after the point from 2**20 on in float32, and a difference has lost them all.
"""

from __future__ import annotations

from math import nan

from symloss.codegen.domain import NonNegative, Positive, Real
from symloss.codegen.kernel import Kernel

__all__ = ["GAMMA"]

REMAINDERS = (
    Kernel(
        "stirling_remainder",
        "x",
        r"R\left({x}\right)",
        ("-digamma_remainder(x)",),
        meaning="lgamma(x) - (x - 1/2)*log(x) + x - log(2*pi)/2",
        cost=90,
        image=Positive,
        monotone="-",
        limits=(nan, 0),
    ),
    Kernel(
        "digamma_remainder",
        "x",
        r"\left(-R'\left({x}\right)\right)",
        ("-trigamma_remainder(x)",),
        meaning="log(x) - 1/(2*x) - digamma(x)",
        cost=90,
        image=Positive,
        monotone="-",
        limits=(nan, 0),
    ),
    Kernel(
        "trigamma_remainder",
        "x",
        r"R''\left({x}\right)",
        ("-tetragamma_remainder(x)",),
        meaning="trigamma(x) - 1/x - 1/(2*x**2)",
        cost=70,
        image=Positive,
        monotone="-",
        limits=(nan, 0),
    ),
    Kernel(
        "tetragamma_remainder",
        "x",
        r"\left(-R'''\left({x}\right)\right)",
        meaning="-tetragamma(x) - 1/x**2 - 1/x**3",
        cost=70,
        image=Positive,
        monotone="-",
        limits=(nan, 0),
    ),
    # By how much they fall from x to x + d: all digits of the difference, also where d is too small to change x.
    Kernel(
        "stirling_drop",
        "x d",
        r"\left(R\left({x}\right) - R\left({x} + {d}\right)\right)",
        ("-digamma_drop(x, d)", "digamma_remainder(x + d)"),
        meaning="stirling_remainder(x) - stirling_remainder(x + d)",
        self_explaining=True,
        cost=220,
    ),
    Kernel(
        "digamma_drop",
        "x d",
        r"\left(R'\left({x} + {d}\right) - R'\left({x}\right)\right)",
        ("-trigamma_drop(x, d)", "trigamma_remainder(x + d)"),
        meaning="digamma_remainder(x) - digamma_remainder(x + d)",
        self_explaining=True,
        cost=240,
    ),
    Kernel(
        "trigamma_drop",
        "x d",
        r"\left(R''\left({x}\right) - R''\left({x} + {d}\right)\right)",
        ("tetragamma_remainder(x + d) - tetragamma_remainder(x)", "tetragamma_remainder(x + d)"),
        meaning="trigamma_remainder(x) - trigamma_remainder(x + d)",
        self_explaining=True,
        cost=200,
    ),
)

# The summands of these have one sign or cancel little, but where the difference itself changes its sign.
DIFFERENCES = (
    Kernel(
        "lgamma_difference",
        "x d",
        r"\log\frac{{\Gamma\left({x} + {d}\right)}}{{\Gamma\left({x}\right)}}",
        ("digamma_difference(x, d)", "digamma(x + d)"),
        meaning="lgamma(x + d) - lgamma(x)",
        self_explaining=True,
        stable="(x - 1/2)*log1p(d/x) + d*(log(x + d) - 1) - stirling_drop(x, d)",
        # d/x overflows in float32 at 1e20/1e-20; beyond 2**60 the logarithm is a difference of two to 2**-60, and
        # below 2**-60, where d/x may vanish, it is d/x
        wide="(d*(1 - 1/(2*x)) if abs(d) < x/2**60"
        " else (x - 1/2)*(log1p(min(d/x, 2**60)) + (log(max(d/2**60, x)) - log(x))))"
        " + d*(log(x + d) - 1) - stirling_drop(x, d)",
        image=Real,
    ),
    Kernel(
        "digamma_difference",
        "x d",
        r"\left(\psi\left({x} + {d}\right) - \psi\left({x}\right)\right)",
        ("trigamma_difference(x, d)", "trigamma(x + d)"),
        meaning="digamma(x + d) - digamma(x)",
        self_explaining=True,
        stable="log1p(d/x) + d/(x + d)/(2*x) + digamma_drop(x, d)",
        wide="log1p(min(d/x, 2**60)) + (log(max(d/2**60, x)) - log(x)) + d/(x + d)/(2*x) + digamma_drop(x, d)",
    ),
    Kernel(
        "trigamma_difference",
        "x d",
        r"\left(\psi'\left({x} + {d}\right) - \psi'\left({x}\right)\right)",
        ("tetragamma(x + d) - tetragamma(x)", "tetragamma(x + d)"),
        meaning="trigamma(x + d) - trigamma(x)",
        self_explaining=True,
        stable="-(d/(x + d)/x*(1 + (1/x + 1/(x + d))/2) + trigamma_drop(x, d))",
    ),
    # The larger argument is in front: its remainder and that of the sum nearly agree.
    Kernel(
        "lbeta",
        "x y",
        r"\log B\left({x}, {y}\right)",
        ("-digamma_difference(x, y)", "-digamma_difference(y, x)"),
        meaning="lgamma(x) + lgamma(y) - lgamma(x + y)",
        stable="stirling_remainder({b}) + stirling_drop({a}, {b}) - log({b}/(2*pi))/2"
        " - (({a} - 1/2)*log1p({b}/{a}) + {b}*log1p({a}/{b}))".format(a="max(x, y)", b="min(x, y)"),
        wide="stirling_remainder({b}) + stirling_drop({a}, {b}) - log({b}/(2*pi))/2 - (({a} - 1/2)*log1p({b}/{a})"
        " + {b}*(log1p(min({a}/{b}, 2**60)) + (log(max({a}/2**60, {b})) - log({b}))))".format(
            a="max(x, y)", b="min(x, y)"
        ),
        image=Real,
    ),
    # x - log(1 + x).  With w = x/(2 + x) it is x w - 2 (atanh(w) - w), which has no cancellation for |w| <= 1/3.
    Kernel(
        "log1p_remainder",
        "x",
        r"\left({x} - \operatorname{{log1p}}\left({x}\right)\right)",
        ("x/(1 + x)",),
        meaning="x - log1p(x)",
        self_explaining=True,
        stable="x*{w} - 2*atanh_remainder({w}) if abs(x - 1/4) <= 3/4 else x - log1p(x)".format(w="(x/(2 + x))"),
        image=NonNegative,
    ),
)

GAMMA = (*REMAINDERS, *DIFFERENCES)
