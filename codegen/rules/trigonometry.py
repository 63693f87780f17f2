"""Trigonometric and hyperbolic identities: differences that cancel, and the inverse functions behind logarithms."""

from __future__ import annotations

from symloss.codegen.rules.rule import Rule

__all__ = ["INVERSES", "TRIGONOMETRY"]

# 1 - cos(x) is 0 in float32 below x = 2.4e-4, where it is x**2/2.
TRIGONOMETRY = (
    Rule("one less cosine", "1 - cos(x)", "2*sin(x/2)**2"),
    Rule("cosine less one", "cos(x) - 1", "-2*sin(x/2)**2"),
    Rule("difference of cosines", "cos(x) - cos(y)", "-2*(sin((x + y)/2)*sin((x - y)/2))"),
    Rule("difference of sines", "sin(x) - sin(y)", "2*(cos((x + y)/2)*sin((x - y)/2))"),
    Rule("difference of tangents", "tan(x) - tan(y)", "sin(x - y)/(cos(x)*cos(y))"),
    Rule("tangent of the half", "(1 - cos(x))/sin(x)", "tan(x/2)"),
    Rule("tangent less sine", "tan(x) - sin(x)", "2*(tan(x)*sin(x/2)**2)"),
    Rule("one less the square of sine", "1 - sin(x)**2", "cos(x)**2"),
    Rule("one less the square of cosine", "1 - cos(x)**2", "sin(x)**2"),
    Rule("difference of the squares of cosine and sine", "cos(x)**2 - sin(x)**2", "cos(2*x)"),
    Rule("hyperbolic cosine less one", "cosh(x) - 1", "2*sinh(x/2)**2"),
    Rule("one less hyperbolic cosine", "1 - cosh(x)", "-2*sinh(x/2)**2"),
    Rule("difference of hyperbolic cosines", "cosh(x) - cosh(y)", "2*(sinh((x + y)/2)*sinh((x - y)/2))"),
    Rule("difference of hyperbolic sines", "sinh(x) - sinh(y)", "2*(cosh((x + y)/2)*sinh((x - y)/2))"),
    Rule("difference of hyperbolic tangents", "tanh(x) - tanh(y)", "2*(sigmoid(2*x) - sigmoid(2*y))"),
    Rule("one less the square of the hyperbolic cotangent", "1 - (1/tanh(x))**2", "-(1/sinh(x)**2)"),
    Rule("hyperbolic cosine less sine", "cosh(x) - sinh(x)", "exp(-x)"),
    Rule("hyperbolic cosine and sine", "cosh(x) + sinh(x)", "exp(x)"),
    Rule("square of hyperbolic cosine less one", "cosh(x)**2 - 1", "sinh(x)**2"),
    Rule("exponential and its reciprocal less two", "exp(x) + exp(-x) - 2", "4*sinh(x/2)**2"),
    Rule("difference of an exponential and its reciprocal", "exp(x) - exp(-x)", "2*sinh(x)"),
    Rule(
        "difference of arc tangents",
        "atan(x) - atan(y)",
        "atan((x - y)/(1 + max(x*y, -1/2))) if -1/2 < x*y else atan(x) - atan(y)",
    ),
    Rule("arc cosine of one less", "acos(1 - x)", "2*asin(sqrt(x/2))", "x >= 0, 2 >= x"),
    Rule("arc cosine by halves", "acos(x)", "2*asin(sqrt((1 - x)/2))", "x >= 0, 1 >= x"),
    Rule("inverse hyperbolic cosine of one and more", "acosh(1 + x)", "2*asinh(sqrt(x/2))", "x >= 0"),
    Rule("inverse hyperbolic cosine by halves", "acosh(x)", "2*asinh(sqrt((x - 1)/2))", "x >= 1"),
)

# x + sqrt(1 + x**2) cancels for negative x: at -4096 float32 has 0 under the logarithm.
INVERSES = (
    Rule("inverse hyperbolic sine", "log(x + hypot(1, x))", "asinh(x)"),
    Rule("inverse hyperbolic sine of a ratio", "log(x + hypot(x, y))", "asinh(x/y) + log(y)", "y > 0"),
    Rule("inverse hyperbolic cosine", "log(x + sqrt(x**2 - 1))", "acosh(x)", "x >= 1"),
    Rule("inverse hyperbolic tangent", "log_ratio(1 + x, 1 - x)", "2*atanh(x)", "x > -1, 1 > x"),
    Rule(
        "inverse hyperbolic sine of both sides", "log_ratio(hypot(x, y) + x, hypot(x, y) - x)", "2*asinh(x/y)", "y > 0"
    ),
)
