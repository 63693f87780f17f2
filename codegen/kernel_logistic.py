"""The logistic function, its logarithm and its powers."""

from __future__ import annotations

from symloss.codegen.domain import Interval, Positive, Real
from symloss.codegen.kernel import Kernel, named

__all__ = ["LOGISTIC"]

LOGISTIC = (
    Kernel(
        "sigmoid",
        "x",
        r"\sigma\left({x}\right)",
        ("sigmoid(x)*sigmoid(-x)",),
        meaning="1/(1 + exp(-x))",
        exponential=True,
        exact="exp(min(x, 0))/(1 + exp(-abs(x)))",
        cost=8,
        image=Interval(0, 1, closed="neither"),
        monotone="+",
        limits=(0, 1),
    ),
    Kernel(
        "softplus",
        "x",
        named("softplus"),
        ("sigmoid(x)",),
        meaning="log(1 + exp(x))",
        exponential=True,
        exact="max(x, 0) + log1p(exp(-abs(x)))",
        stable="max(x, 0) + log1p(exp(-abs(x)))",
        image=Positive,
        monotone="+",
    ),
    Kernel(
        "logaddexp",
        "x y",
        r"\log\left(e^{{{x}}} + e^{{{y}}}\right)",
        ("sigmoid(x - y)", "sigmoid(y - x)"),
        meaning="log(exp(x) + exp(y))",
        self_explaining=True,
        exponential=True,
        exact="max(x, y) + log1p(exp(-abs(x - y)))",
        stable="max(x, y) + log1p(exp(-abs(x - y)))",
        image=Real,
        monotone="+ +",
    ),
    # 1 - exp(-x) rounds to 1 from x = 16.6 on in float32; below 0.7 expm1 keeps the digits that log1p would lose.
    Kernel(
        "log1mexp",
        "x",
        r"\log\left(1 - e^{{-{x}}}\right)",
        ("1/expm1(x)",),
        meaning="log(1 - exp(-x))",
        self_explaining=True,
        exponential=True,
        exact="log(-expm1(-x))",
        stable="log(-expm1(-x)) if x <= 7/10 else log1p(-exp(-x))",
        image=Interval(None, 0, closed="neither"),
        monotone="+",
    ),
    # log(1 - exp(-exp(x))): exp(x) is subnormal below -87.3 in float32, where this is x to exp(-80)/2 = 1e-35.
    Kernel(
        "log1mexp_exp",
        "x",
        r"\log\left(1 - e^{{-e^{{{x}}}}}\right)",
        ("exp(x)/expm1(exp(x))",),
        meaning="log(1 - exp(-exp(x)))",
        self_explaining=True,
        exact="log(-expm1(-exp(x)))",
        stable="log(-expm1(-exp(x))) if x <= -1/3 else log1p(-exp(-exp(x)))",
        wide="log(-expm1(-exp(max(x, -80)))) + min(x + 80, 0) if x <= -1/3 else log1p(-exp(-exp(x)))",
        image=Interval(None, 0, closed="neither"),
        monotone="+",
    ),
    # Beyond -80 the logistic is exp to exp(-80) = 2e-35; its power loses digits from -87.3 on, where it is subnormal.
    Kernel(
        "sigmoid_power",
        "x y",
        r"\sigma\left({x}\right)^{{{y}}}",
        ("y*sigmoid(-x)*sigmoid_power(x, y)", "-softplus(-x)*sigmoid_power(x, y)"),
        meaning="(1/(1 + exp(-x)))**y",
        exact="sigmoid(x)**y",
        stable="sigmoid(x)**y",
        wide="sigmoid(max(x, -80))**y*exp(y*min(x + 80, 0))",
    ),
)
