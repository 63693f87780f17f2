"""Functions of a ratio: logarithms and divergences that survive its overflow and its nearness to 1."""

from __future__ import annotations

from symloss.codegen.domain import NonNegative, Real
from symloss.codegen.kernel import Kernel

__all__ = ["RATIOS"]

RATIOS = (
    # Ratios: log(x/y) by the difference, which is exact where x and y are near.
    Kernel(
        "log_ratio",
        "x y",
        r"\log\frac{{{x}}}{{{y}}}",
        ("1/x", "-1/y"),
        meaning="log(x/y)",
        self_explaining=True,
        exponential=True,
        stable="sign(x - y)*log1p(abs(x - y)/min(x, y))",
        # x/y overflows in float32 at 1e20/1e-20; beyond 2**60 it is a difference of logarithms to 2**-60.
        wide="sign(x - y)*(log1p(min(abs(x - y)/min(x, y), 2**60))"
        " + (log(max(abs(x - y)/2**60, min(x, y))) - log(min(x, y))))",
        image=Real,
    ),
    # x log(x/y) - x + y.  With w = (y - x)/(y + x) it is (x + y) (w**2 - (1 - w) (atanh(w) - w)),
    # which has no cancellation for |w| <= 1/3; beyond that the terms differ by a factor of 3 and more.
    Kernel(
        "kl_div",
        "x y",
        r"D\left({x} \,\middle\Vert\, {y}\right)",
        ("log_ratio(x, y)", "1 - xdivy(x, y)"),
        meaning="x*log(x/y) - x + y",
        exact="(0 if x == 0 else x*log(x/y)) - x + y",
        stable="(x + y)*({w}**2 - (1 - {w})*atanh_remainder({w})) if abs({w}) <= 1/3"
        " else xlogy(x, x/y) + (y - x)".format(w="((y - x)/(x + y + is_zero(x + y)))"),
        wide="(x + y)*({w}**2 - (1 - {w})*atanh_remainder({w})) if abs({w}) <= 1/3"
        " else x*log_ratio(x + is_zero(x), y) + (y - x)".format(w="((y - x)/(x + y + is_zero(x + y)))"),
        image=NonNegative,
    ),
    Kernel(
        "atanh_remainder",
        "x",
        r"\left(\operatorname{{artanh}}\left({x}\right) - {x}\right)",
        ("x**2/(1 - x**2)",),
        meaning="log((1 + x)/(1 - x))/2 - x",
        cost=24,
        image=Real,
    ),
    # log(1 + k (x/y)**2): the square overflows from 1.8e19 on in float32, and the quotient may overflow before it;
    # for k near 1 and x/y beyond 2**30 it is log(k) + 2 log|x/y| to 2**-60.
    Kernel(
        "log1p_square",
        "k x y",
        r"\log\left(1 + {k}\left(\frac{{{x}}}{{{y}}}\right)^2\right)",
        ("x**2/(y**2 + k*x**2)", "2*k*x/(y**2 + k*x**2)", "-2*k*(x/y)*(x/(y**2 + k*x**2))"),
        meaning="log(1 + k*(x/y)**2)",
        self_explaining=True,
        exact="log1p(k*(x/y)**2)",
        stable="log1p(k*(x/y)**2)",
        wide="log1p(k*min(abs(x)/y, 2**30)**2) + 2*(log(max(abs(x)/2**30, y)) - log(y))",
        image=NonNegative,
    ),
    Kernel(
        "hypot",
        "x y",
        r"\sqrt{{{x}^2 + {y}^2}}",
        ("x/hypot(x, y)", "y/hypot(x, y)"),
        meaning="sqrt(x**2 + y**2)",
        self_explaining=True,
        cost=9,
    ),
)
