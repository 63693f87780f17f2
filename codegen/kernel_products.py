"""Products that need care: 0 where their first factor is 0, or in range where their factors are not."""

from __future__ import annotations

from symloss.codegen.domain import NonNegative, Real
from symloss.codegen.kernel import Kernel

__all__ = ["PRODUCTS"]

HALF = "exp(x*(1 - is_zero(y))/2)"  # twice a factor, of a product that is 0 where y is

PRODUCTS = (
    Kernel(
        "xlogy",
        "x y",
        r"{x}\log\left({y}\right)",
        ("log(y)", "xdivy(x, y)"),
        meaning="x*log(y)",
        self_explaining=True,
        stable="x*log(y + is_zero(x))",
        image=Real,
    ),
    Kernel(
        "xlog1py",
        "x y",
        r"{x}\operatorname{{log1p}}\left({y}\right)",
        ("log1p(y)", "xdivy(x, 1 + y)"),
        meaning="x*log(1 + y)",
        self_explaining=True,
        stable="x*log1p(y + is_zero(x))",
        image=Real,
    ),
    Kernel(
        "xdivy",
        "x y",
        r"\frac{{{x}}}{{{y}}}",
        ("1/y", "-xdivy(xdivy(x, y), y)"),
        meaning="x/y",
        self_explaining=True,
        exact="0 if x == 0 else x/y",
        stable="x/(y + is_zero(x))",
    ),
    # A logarithm of a ratio weighed by something that may be 0 where the ratio is 0 or has no meaning.
    Kernel(
        "xlog_ratio",
        "w x y",
        r"{w}\log\frac{{{x}}}{{{y}}}",
        ("log_ratio(x, y)", "xdivy(w, x)", "-xdivy(w, y)"),
        meaning="w*log(x/y)",
        self_explaining=True,
        exact="0 if w == 0 else w*log(x/y)",
        stable="w*log_ratio(x + is_zero(w), y + is_zero(w))",
        image=Real,
    ),
    # exp overflows at 88.7 in float32 though x exp(y) may not; and 0 exp(1000) is 0, not NaN.
    Kernel(
        "xexpy",
        "x y",
        r"{x}\,e^{{{y}}}",
        ("exp(y)", "xexpy(x, y)"),
        meaning="x*exp(y)",
        self_explaining=True,
        exact="0 if x == 0 else x*exp(y)",
        stable="x*exp(y*(1 - is_zero(x)))",
        wide="x*exp(y*(1 - is_zero(x))/2)*exp(y*(1 - is_zero(x))/2)",
        image=Real,
    ),
    # An exponential less its first terms times another: either is out of range far out where the product is not.
    Kernel(
        "exp_expm1",
        "x y",
        r"e^{{{x}}}\operatorname{{expm1}}\left({y}\right)",
        ("exp_expm1(x, y)", "exp(x + y)"),
        meaning="exp(x)*(exp(y) - 1)",
        self_explaining=True,
        exponential=True,
        stable="exp(x)*expm1(y)",
        wide=f"{HALF}*expm1(min(y, 1))*{HALF} if y <= 1 else exp(x + y) - exp(x)",
        image=Real,
    ),
    Kernel(
        "exp_expm1_remainder",
        "x y",
        r"e^{{{x}}}\left(\operatorname{{expm1}}\left({y}\right) - {y}\right)",
        ("exp_expm1_remainder(x, y)", "exp_expm1(x, y)"),
        meaning="exp(x)*(exp(y) - 1 - y)",
        self_explaining=True,
        exponential=True,
        stable="exp(x)*expm1_remainder(y)",
        wide=f"{HALF}*expm1_remainder(min(y, 1))*{HALF} if y <= 1 else exp(x + y) - exp(x)*(1 + y)",
        image=NonNegative,
    ),
)
