"""Rules that keep sizes in range, and digits of differences from roots: scaled squares and quotients, conjugates."""

from __future__ import annotations

from symloss.codegen.rules.rule import Rule

__all__ = [
    "CONJUGATES",
    "DIVISIONS",
    "ORDERS",
    "OVERFLOWS",
    "POWERS_AGAIN",
    "PRODUCT_OF_EXPONENTIALS",
    "QUOTIENT_OF_SQUARES",
    "SCALING",
]

QUOTIENT_OF_SQUARES = Rule("square of a quotient", "x**2/y**2", "(x/y)**2")
PRODUCT_WITH_A_SQUARE = Rule("product with a square, scaled", "x**2*y", "x*(x*y)")
PRODUCT_OF_EXPONENTIALS = Rule("product of exponentials", "exp(x)*exp(y)", "exp(x + y)")

# x*y may overflow where x*(y/z) does not, and the other way round: 1e20*1e20/1e30 in float32.
ORDERS = (
    QUOTIENT_OF_SQUARES,
    PRODUCT_WITH_A_SQUARE,
    Rule("product over a number, scaled", "(x*y)/z", "x*(y/z)"),
    Rule("divide twice by a square", "x/y**2", "(x/y)/y"),
)

# x*exp(y) may be in range where exp(y) is not, and a root or a logarithm where its argument is not.
SCALING = (
    PRODUCT_OF_EXPONENTIALS,
    Rule("exponential times expm1", "exp(x)*expm1(y)", "exp_expm1(x, y)"),
    Rule("exponential times the remainder of one", "exp(x)*expm1_remainder(y)", "exp_expm1_remainder(x, y)"),
    Rule("square with an exponential", "x**2*exp(y)", "xexpy(x, y/2)**2"),
    Rule("product with an exponential", "x*exp(y)", "xexpy(x, y)"),
    Rule("product with a growing expm1", "x*expm1(y)", "2*x*sinh(y/2)*exp(y/2)", "y >= 0"),
    Rule("product of an exponential and a sum", "exp(x)*(y + z)", "exp(x)*y + exp(x)*z"),
    Rule("weighted sum of squares", "x**2 + k*y**2", "hypot(x, sqrt(k)*y)**2", "k > 0"),
    Rule("sum of squares", "x**2 + y**2", "hypot(x, y)**2"),
    Rule("root of a sum with a square", "sqrt(x**2 + y)", "hypot(x, sqrt(y))", "y >= 0"),
    Rule("product with a hyperbolic cosine", "x*cosh(y)", "xexpy(x, abs(y))*(1 + exp(-2*abs(y)))/2"),
    Rule("product with a hyperbolic sine", "x*sinh(y)", "-(xexpy(x*sign(y), abs(y))*expm1(-2*abs(y))/2)"),
    Rule("logarithm of a product", "log(x*y)", "log(x) + log(y)", "x > 0, y > 0"),
    Rule("logarithm of a negative product", "log(-(x*y))", "log(-x) + log(y)", "-x > 0, y > 0"),
    Rule("logarithm of a number and an exponential", "log(w + exp(x))", "logaddexp(log(w), x)", "w >= 0"),
    Rule(
        "logarithm of a number and a share of the logistic",
        "log(w + v*sigmoid(x))",
        "logaddexp(log(w), log(v) - softplus(-x))",
        "w >= 0, v > 0",
    ),
    Rule("log1p of a large product", "log1p(x*y)", "log(x) + log(y) + log1p(1/x/y)", "x > 0, y > 0"),
    Rule("root of a ratio, scaled", "sqrt(x/y)", "sqrt(x)/sqrt(y)", "x >= 0, y > 0"),
    Rule("logarithm of one and a ratio, scaled", "log1p(x/y)", "log_ratio(x + y, y)", "x >= 0, y > 0"),
    Rule("hypotenuse, scaled", "hypot(1, x/y)", "hypot(y, x)/y", "y > 0"),
)

# a*log(x) rounds, by 2**-18 at 100 in float32, and x**a does not; 40 keeps the ratio within the range of float32.
POWERS_AGAIN = (
    Rule("exponential of a logarithm", "exp(a*log(x))", "x**a", "x > 0"),
    Rule("exponential of a sum with a logarithm", "exp(a*log(x) + y)", "x**a*exp(y)", "x > 0"),
    Rule(
        "exponential of the logarithm of a ratio",
        "exp(a*log_ratio(x, y))",
        "(x/y)**a if abs(log_ratio(x, y)) <= 40 else exp(a*log_ratio(x, y))",
        "x > 0, y > 0",
    ),
    Rule(
        "expm1 of the logarithm of a ratio",
        "expm1(a*log_ratio(x, y))",
        "((x/y)**a - 1 if 1 < abs(a*log_ratio(x, y)) else expm1(a*log_ratio(x, y)))"
        " if abs(log_ratio(x, y)) <= 40 else expm1(a*log_ratio(x, y))",
        "x > 0, y > 0",
    ),
    Rule(
        "expm1 of a logarithm",
        "expm1(a*log(x))",
        "x**a - 1 if 1 < abs(a*log(x)) else expm1(a*log(x))",
        "x > 0",
    ),
)

# Each side is exact; where x*y is beyond 2**60 the other side has no digits to lose.
OVERFLOWS = (
    Rule(
        "logarithm of one and a product over the range",
        "log1p(x*y)",
        "log1p(x*y) if x*y <= 2**60 else log(x) + log(y + 1/x)",
        "x >= 0, y >= 0",
    ),
    Rule(
        "logarithm of one and a quotient over the range",
        "log1p(x/y)",
        "log1p(x/y) if x/y <= 2**60 else log(x + y) - log(y)",
        "x >= 0, y > 0",
    ),
    Rule(
        "logarithm of one and a multiple over the range",
        "log1p(x*(y/z))",
        "log1p(x*(y/z)) if x*(y/z) <= 2**60 else log(x) + log(y + z/x) - log(z)",
        "x >= 0, y >= 0, z > 0",
    ),
    Rule(
        "logarithm of one and a share of a square", "log1p((x/y)**2/k)", "log1p_square(1, x/sqrt(k), y)", "y > 0, k > 0"
    ),
    Rule(
        "logarithm of one and a multiple of a square",
        "log1p(k*(x/y)**2)",
        "log1p_square(1, sqrt(k)*x, y)",
        "y > 0, k > 0",
    ),
    Rule("logarithm of one and a square, shared", "log1p(x**2/k)", "log1p_square(1, x/sqrt(k), 1)", "k > 0"),
    Rule(
        "logarithm of one and a square, weighed", "log1p(w*(x**2/k))", "log1p_square(1, x*sqrt(w/k), 1)", "w > 0, k > 0"
    ),
    Rule("one and a share of a squared quotient", "1 + (x/y)**2/k", "(hypot(x/sqrt(k), y)/y)**2", "y > 0, k > 0"),
    Rule("expm1 far from 0", "expm1(x)", "expm1(x) if x <= 1 else exp(x) - 1"),
    Rule("product with expm1", "x*expm1(y)", "x*expm1(y) if y <= 1 else 2*(x*exp(y/2)*sinh(y/2))"),
    Rule("recurrence of trigamma", "trigamma(x)", "trigamma(1 + x) + 1/x**2", "x > 0"),
    Rule(
        "inverse hyperbolic sine of a product over the range",
        "asinh(x*y)",
        "asinh(x*y) if abs(x*y) <= 2**60 else sign(x)*sign(y)*(log(abs(x)) + log(abs(y) + hypot(y, 1/x)))",
    ),
    Rule(
        "logarithm of a sum with a square",
        "log(x**2*y + z)",
        "log(x**2*y + z) if x**2*y + z <= 2**60 else 2*log(hypot(x*sqrt(y), sqrt(z)))",
        "y >= 0, z > 0",
    ),
    Rule("root of a product, scaled", "sqrt(x*y)", "sqrt(x)*sqrt(y)", "x >= 0, y >= 0"),
)

# sqrt(1 + x) - 1 is 0 in float32 from x = 6e-8 down.
CONJUGATES = (
    Rule(
        "difference to a product of roots",
        "z - sqrt(x)*sqrt(y)",
        "(z**2 - x*y)/(sqrt(x)*sqrt(y) + z)",
        "x >= 0, y >= 0, z > 0",
    ),
    Rule("difference from a root", "sqrt(x) - y", "(x - y**2)/(sqrt(x) + y)", "x > 0, y > 0"),
    Rule("difference from a hypotenuse", "hypot(x, y) - x", "y**2/(hypot(x, y) + x)", "x > 0"),
    Rule("difference from a hypotenuse, reversed", "x - hypot(x, y)", "-(y**2/(hypot(x, y) + x))", "x > 0"),
)

# (cosh(x) + c)/sinh(x) overflows on both sides of the line, and its parts do not.
DIVISIONS = (
    Rule("quotient of a sum", "(x + y)/z", "x/z + y/z"),
    Rule("divided through", "x/(y + z)", "(x/y)/(1 + z/y)", "y > 0"),
)
