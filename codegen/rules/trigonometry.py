"""Trigonometric and hyperbolic identities: differences that cancel, and the inverse functions behind logarithms."""

from __future__ import annotations

from symloss.codegen.rules.rule import Rule

__all__ = ["INVERSES", "TRIGONOMETRY"]

# 1 - cos(x) is 0 in float32 below x = 2.4e-4, where it is x**2/2.
TRIGONOMETRY = (
    Rule("one less cosine", "1 - cos(x)", "2*sin(x/2)**2"),
    Rule("cosine less one", "cos(x) - 1", "-2*sin(x/2)**2"),
    Rule("one and cosine", "1 + cos(x)", "2*cos(x/2)**2"),
    Rule("hyperbolic and circular cosine", "cosh(x) + cos(y)", "2*(sinh(x/2)**2 + cos(y/2)**2)"),
    Rule("hyperbolic less circular cosine", "cosh(x) - cos(y)", "2*(sinh(x/2)**2 + sin(y/2)**2)"),
    Rule("law of cosines", "x**2 + y**2 - 2*x*y*cos(t)", "(x - y)**2 + 4*x*y*sin(t/2)**2"),
    Rule(
        "third side by the law of cosines",
        "sqrt(x**2 + y**2 - 2*x*y*cos(t))",
        "hypot(x - y, 2*sqrt(x)*sqrt(y)*sin(t/2))",
        "x >= 0, y >= 0",
    ),
    Rule("difference of cosines", "cos(x) - cos(y)", "-2*(sin((x + y)/2)*sin((x - y)/2))"),
    Rule("difference of sines", "sin(x) - sin(y)", "2*(cos((x + y)/2)*sin((x - y)/2))"),
    # x + y rounds, by 2**-11 of an angle of 6e3 in float32; the parts are exact
    Rule("sine of a sum", "sin(x + y)", "sin(x)*cos(y) + cos(x)*sin(y)"),
    Rule("cosine of a sum", "cos(x + y)", "cos(x)*cos(y) - sin(x)*sin(y)"),
    Rule("sine after a step", "sin(x + y) - sin(x)", "2*(sin(y/2)*(cos(x)*cos(y/2) - sin(x)*sin(y/2)))"),
    Rule("sine before a step", "sin(x) - sin(x + y)", "2*(sin(y/2)*(sin(x)*sin(y/2) - cos(x)*cos(y/2)))"),
    Rule("cosine after a step", "cos(x + y) - cos(x)", "-2*(sin(y/2)*(sin(x)*cos(y/2) + cos(x)*sin(y/2)))"),
    Rule("cosine before a step", "cos(x) - cos(x + y)", "2*(sin(y/2)*(sin(x)*cos(y/2) + cos(x)*sin(y/2)))"),
    Rule(
        "one less the cosine of a difference",
        "1 - cos(x)*cos(y) - sin(x)*sin(y)",
        "2*(sin(x/2)*cos(y/2) - cos(x/2)*sin(y/2))**2 if 1 < abs(x - y) else 2*sin((x - y)/2)**2",
    ),
    Rule(
        "one less the cosine of a great circle",
        "1 - sin(x)*sin(y) - cos(x)*cos(y)*cos(z)",
        "2*(sin((x - y)/2)**2 + cos(x)*cos(y)*sin(z/2)**2)",
    ),
    Rule("difference of tangents", "tan(x) - tan(y)", "sin(x - y)/(cos(x)*cos(y))"),
    Rule(
        "tangent of a sum",
        "tan(x + y)",
        "(sin(x)*cos(y) + cos(x)*sin(y))/(cos(x)*cos(y) - sin(x)*sin(y))",
    ),
    # near one another: x - y is exact there, and cos(x) - cos(y) is as small as it; |x| and |y| since cosine is even
    Rule(
        "difference of sines, near",
        "sin(x) - sin(y)",
        "2*(sin((x - y)/2)*(cos(x/2)*cos(y/2) - sin(x/2)*sin(y/2))) if abs(x - y) <= 1 else sin(x) - sin(y)",
    ),
    Rule(
        "difference of cosines, near",
        "cos(x) - cos(y)",
        "2*(sin((abs(y) - abs(x))/2)*(sin(abs(x)/2)*cos(y/2) + cos(x/2)*sin(abs(y)/2)))"
        " if abs(abs(x) - abs(y)) <= 1 else cos(x) - cos(y)",
    ),
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
    Rule("difference of an exponential and its reciprocal", "exp(x) - exp(-x)", "2*sinh(x)"),
    Rule(
        "difference of arc tangents",
        "atan(x) - atan(y)",
        "atan((x - y)/(1 + max(x*y, -1/2))) if -1/2 < x*y else atan(x) - atan(y)",
    ),
    Rule(
        "difference of inverse hyperbolic tangents",
        "atanh(x) - atanh(y)",
        "(log_ratio(1 + x, 1 + y) + log_ratio(1 - y, 1 - x))/2",
        "x > -1, 1 > x, y > -1, 1 > y",
    ),
    Rule("arc cosine of one less", "acos(1 - x)", "2*asin(sqrt(x/2))", "x >= 0, 2 >= x"),
    Rule("arc cosine by halves", "acos(x)", "2*asin(sqrt(max(1 - x, 0)/2))", "x >= -1, 1 >= x"),
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
