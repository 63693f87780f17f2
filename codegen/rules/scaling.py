"""Rules that keep sizes in range, and digits of differences from roots: scaled squares and quotients, conjugates."""

from __future__ import annotations

from symloss.codegen.rules.rule import Rule

__all__ = ["CONJUGATES", "DIVISIONS", "PRODUCT_OF_EXPONENTIALS", "QUOTIENT_OF_SQUARES", "SCALING"]

QUOTIENT_OF_SQUARES = Rule("square of a quotient", "x**2/y**2", "(x/y)**2")
PRODUCT_OF_EXPONENTIALS = Rule("product of exponentials", "exp(x)*exp(y)", "exp(x + y)")

# x*y may overflow where x*(y/z) does not, and the other way round: 1e20*1e20/1e30 in float32.
SCALING = (
    PRODUCT_OF_EXPONENTIALS,
    QUOTIENT_OF_SQUARES,
    Rule("product with a square, scaled", "x**2*y", "x*(x*y)"),
    Rule("product over a number, scaled", "(x*y)/z", "x*(y/z)"),
    Rule("divide twice by a square", "x/y**2", "(x/y)/y"),
    Rule("square with an exponential", "x**2*exp(y)", "xexpy(x, y/2)**2"),
    Rule("product with an exponential", "x*exp(y)", "xexpy(x, y)"),
    Rule("product of an exponential and a sum", "exp(x)*(y + z)", "exp(x)*y + exp(x)*z"),
    Rule("weighted sum of squares", "x**2 + k*y**2", "hypot(x, sqrt(k)*y)**2", "k > 0"),
    Rule("sum of squares", "x**2 + y**2", "hypot(x, y)**2"),
    Rule("logarithm of a product", "log(x*y)", "log(x) + log(y)", "x > 0, y > 0"),
    Rule("log1p of a large product", "log1p(x*y)", "log(x) + log(y) + log1p(1/x/y)", "x > 0, y > 0"),
    Rule("root of a ratio, scaled", "sqrt(x/y)", "sqrt(x)/sqrt(y)", "x >= 0, y > 0"),
    Rule("logarithm of one and a ratio, scaled", "log1p(x/y)", "log_ratio(x + y, y)", "x >= 0, y > 0"),
    Rule("hypotenuse, scaled", "hypot(1, x/y)", "hypot(y, x)/y", "y > 0"),
)

# sqrt(1 + x) - 1 is 0 in float32 from x = 6e-8 down.
CONJUGATES = (
    Rule("difference from a root", "sqrt(x) - y", "(x - y**2)/(sqrt(x) + y)", "x > 0, y > 0"),
    Rule("difference from a hypotenuse", "hypot(x, y) - x", "y**2/(hypot(x, y) + x)", "x > 0"),
    Rule("difference from a hypotenuse, reversed", "x - hypot(x, y)", "-(y**2/(hypot(x, y) + x))", "x > 0"),
)

# (cosh(x) + c)/sinh(x) overflows on both sides of the line, and its parts do not.
DIVISIONS = (
    Rule("quotient of a sum", "(x + y)/z", "x/z + y/z"),
    Rule("divided through", "x/(y + z)", "(x/y)/(1 + z/y)", "y > 0"),
)
