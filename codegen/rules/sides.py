"""Choices between two forms of one value, each good on its side of a point and harmless on the other."""

from __future__ import annotations

from symloss.codegen.rules.rule import Rule

__all__ = ["SIDES"]

# Of the softplus at y above its tangent at x, by what is left of both on the side where they are small.
SOFTPLUS_ABOVE_ITS_TANGENT = (
    "sigmoid(-abs(x))*expm1_remainder(x - y if x > 0 else y - x)"
    " - log1p_remainder(sigmoid(-abs(x))*expm1(x - y if x > 0 else y - x))"
    " if abs(x - y) <= 1 else softplus(-y if x > 0 else y) - softplus(-abs(x))"
    " - (x - y if x > 0 else y - x)*sigmoid(-abs(x))"
)

# Each side of a choice is good where it is taken, and harmless where it is not.
SIDES = (
    Rule(
        "difference from a hypotenuse, by side",
        "hypot(x, y) - x",
        "y**2/(hypot(x, y) + max(x, 0)) if x > 0 else hypot(x, y) - x",
    ),
    Rule(
        "difference to a hypotenuse, by side",
        "x - hypot(x, y)",
        "-(y**2/(hypot(x, y) + max(x, 0))) if x > 0 else x - hypot(x, y)",
    ),
    Rule(
        "sum with a hypotenuse, by side",
        "hypot(x, y) + x",
        "y**2/(hypot(x, y) + max(-x, 0)) if 0 > x else hypot(x, y) + x",
    ),
    Rule(
        "difference from a root, by side",
        "sqrt(x) - y",
        "(x - y**2)/(sqrt(x) + max(y, 0)) if y > 0 else sqrt(x) - y",
        "x >= 0",
    ),
    Rule(
        "logarithm less its tangent",
        "log1p(x) - x/(1 + x)",
        "log1p_remainder(-(x/(1 + x))) if x < 1 else log1p(x) - x/(1 + x)",
        "x > -1",
    ),
    Rule(
        "logarithm of a ratio less its tangent",
        "log1p(x/y) - x/(x + y)",
        "log1p_remainder(-(x/(x + y))) if x < y else log1p(x/y) - x/(x + y)",
        "y > 0, x + y > 0",
    ),
    Rule(
        "tangent less a logarithm",
        "x/(1 + x) - log1p(x)",
        "-log1p_remainder(-(x/(1 + x))) if x < 1 else x/(1 + x) - log1p(x)",
        "x > -1",
    ),
    Rule(
        "tangent less the logarithm of a ratio",
        "x/(x + y) - log1p(x/y)",
        "-log1p_remainder(-(x/(x + y))) if x < y else x/(x + y) - log1p(x/y)",
        "y > 0, x + y > 0",
    ),
    Rule(
        "softplus less its tangent",
        "(x - y)*sigmoid(x) - softplus(x) + softplus(y)",
        SOFTPLUS_ABOVE_ITS_TANGENT,
    ),
    Rule(
        "softplus less its tangent, from the other side",
        "softplus(y) - softplus(x) - (y - x)*sigmoid(x)",
        SOFTPLUS_ABOVE_ITS_TANGENT,
    ),
    Rule(
        "difference of softplus functions",
        "softplus(x) - softplus(y)",
        "(log1p(expm1(x - y)*sigmoid(y)) if y <= x else -log1p(expm1(y - x)*sigmoid(x))) if abs(x - y) <= 80"
        " else max(x, 0) - max(y, 0) + (log1p(exp(-abs(x))) - log1p(exp(-abs(y))))",
    ),
    Rule(
        "logarithm of the softplus",
        "log(softplus(x))",
        "x + log((log1p(exp(x)) + is_zero(exp(x)))/(exp(x) + is_zero(exp(x)))) if x < 0 else log(softplus(x))",
    ),
    Rule(
        "slope of the logarithm of the softplus",
        "sigmoid(x)/softplus(x)",
        "sigmoid(-x)*((exp(x) + is_zero(exp(x)))/(log1p(exp(x)) + is_zero(exp(x))))"
        " if x < 0 else sigmoid(x)/softplus(x)",
    ),
    Rule(
        "logarithm of one less a square, by side",
        "log1p(-x**2)",
        "log1p(-abs(x)) + log1p(abs(x)) if 1/2 < abs(x) else log1p(-x**2)",
        "-x**2 > -1",
    ),
    Rule(
        "arc tangent and a quarter of a turn",
        "pi/2 + atan(x)",
        "-atan(1/(x - is_zero(x))) if x < 0 else pi/2 + atan(x)",
    ),
    Rule(
        "quarter of a turn less an arc tangent",
        "pi/2 - atan(x)",
        "atan(1/(x + is_zero(x))) if x > 0 else pi/2 - atan(x)",
    ),
    Rule(
        "arc tangent as a share",
        "1/2 + atan(x)/pi",
        "-(atan(1/(x - is_zero(x)))/pi) if x < 0 else 1/2 + atan(x)/pi",
    ),
    Rule(
        "rest of an arc tangent as a share",
        "1/2 - atan(x)/pi",
        "atan(1/(x + is_zero(x)))/pi if x > 0 else 1/2 - atan(x)/pi",
    ),
    Rule(
        "logarithm of an arc tangent as a share",
        "log(1/2 + atan(x)/pi)",
        "log1p(-(atan(1/(x + is_zero(x)))/pi)) if x > 0 else log(1/2 + atan(x)/pi)",
    ),
    Rule(
        "logarithm of one less a decay, by its exponent",
        "log1mexp(x*y)",
        "log(x) + log(y) + log((is_zero(x*y) - expm1(-(x*y)))/(x*y + is_zero(x*y))) if x*y < 1 else log1mexp(x*y)",
        "x > 0, y > 0",
    ),
    Rule(
        "exponential less a number, near 1",
        "exp(x) - y",
        "expm1(x) - (y - 1) if abs(x) <= 1 else exp(x) - y",
    ),
    Rule(
        "a number less an exponential, near 1",
        "y - exp(x)",
        "(y - 1) - expm1(x) if abs(x) <= 1 else y - exp(x)",
    ),
    Rule("rapidity", "log((x + hypot(x, y))/(hypot(x, y) - x))", "2*asinh(x/y)", "y > 0"),
    Rule(
        "logarithm of an affinity",
        "log(sqrt(x*y) + sqrt((1 - x)*(1 - y)))",
        "log1p(-((sqrt(x) - sqrt(y))**2 + (sqrt(1 - x) - sqrt(1 - y))**2)/2)"
        " if 1/2 < sqrt(x*y) + sqrt((1 - x)*(1 - y)) else log(sqrt(x*y) + sqrt((1 - x)*(1 - y)))",
        "x >= 0, y >= 0, 1 >= x, 1 >= y",
    ),
    Rule(
        "logarithm of a mixture",
        "log(w + (1 - w)*x)",
        "log1p((1 - w)*(x - 1)) if 1/2 < w + (1 - w)*x else log(w + (1 - w)*x)",
        "w >= 0, x >= 0, 1 >= w",
    ),
)
