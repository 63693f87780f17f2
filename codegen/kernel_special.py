"""The error function and its kin, the logarithm of the gamma function and its derivatives."""

from __future__ import annotations

from math import inf, nan

from symloss.codegen.domain import Interval, Positive, Real
from symloss.codegen.kernel import Kernel, named

__all__ = ["SPECIAL"]

NEGATIVE = Interval(None, 0, closed="neither")

SPECIAL = (
    Kernel(
        "erf",
        "x",
        named("erf"),
        ("2/sqrt(pi)*exp(-x**2)",),
        ball="erf",
        cost=60,
        image=Interval(-1, 1),
        monotone="+",
        at="0: 0",
        limits=(-1, 1),
    ),
    Kernel(
        "erfc",
        "x",
        named("erfc"),
        ("-2/sqrt(pi)*exp(-x**2)",),
        ball="erfc",
        cost=70,
        image=Interval(0, 2, closed="neither"),
        monotone="-",
        at="0: 1",
        limits=(2, 0),
    ),
    # erfc is subnormal from 9.2 on in float32 and from 26.5 in float64, exp(x**2) overflows from 9.4 and 26.6 on.
    Kernel(
        "erfcx",
        "x",
        named("erfcx"),
        ("-(erfcx(x)*erfcx_decay(x))",),
        meaning="exp(x**2)*erfc(x)",
        cost=70,
        image=Positive,
        monotone="-",
        at="0: 1",
        limits=(inf, 0),
    ),
    # The slope of -log(erfcx(x)) and what that falls by: from 2e3 on in float32 no digit of the difference is left.
    Kernel(
        "erfcx_decay",
        "x",
        r"\left(-\log\operatorname{{erfcx}}\right)'\left({x}\right)",
        ("-erfcx_bend(x)",),
        meaning="2/(sqrt(pi)*erfcx(x)) - 2*x",
        cost=130,
        image=Positive,
        monotone="-",
        limits=(inf, 0),
    ),
    Kernel(
        "erfcx_bend",
        "x",
        r"\left(\log\operatorname{{erfcx}}\right)''\left({x}\right)",
        ("2*(erfcx_bend(x)*(erfcx_decay(x) + x) - erfcx_decay(x))",),
        meaning="2 - erfcx_decay(x)*(erfcx_decay(x) + 2*x)",
        cost=130,
        image=Interval(0, 2, closed="neither"),
        monotone="-",
        limits=(2, 0),
    ),
    # The derivative is exp(-x**2/2)/sqrt(2 pi) over the distribution function, and both are 0 from -38.5 on.
    Kernel(
        "log_ndtr",
        "x",
        r"\log\Phi\left({x}\right)",
        ("sqrt(2/pi)/erfcx(-x/sqrt(2))",),
        meaning="log(erfc(-x/sqrt(2))/2)",
        exact="log(erfcx(-x/sqrt(2))/2) - x**2/2 if x < 0 else log1p(-erfc(x/sqrt(2))/2)",
        cost=120,
        image=NEGATIVE,
        monotone="+",
        limits=(-inf, 0),
    ),
    Kernel(
        "lgamma",
        "x",
        r"\log\Gamma\left({x}\right)",
        ("digamma(x)",),
        cost=90,
        image=Real,
        at="1: 0, 2: 0",
        limits=(nan, inf),
    ),
    Kernel(
        "digamma",
        "x",
        r"\psi\left({x}\right)",
        ("trigamma(x)",),
        cost=90,
        image=Real,
        monotone="+",
        limits=(nan, inf),
    ),
    Kernel(
        "trigamma",
        "x",
        r"\psi'\left({x}\right)",
        ("tetragamma(x)",),
        cost=60,
        image=Positive,
        monotone="-",
        limits=(nan, 0),
    ),
    # The last of them: a loss of digamma has second derivatives.
    Kernel(
        "tetragamma",
        "x",
        r"\psi''\left({x}\right)",
        cost=60,
        image=NEGATIVE,
        monotone="+",
        limits=(nan, 0),
    ),
)
