"""Differences that cancel, and quotients that overflow on both sides of the line: written by the difference itself."""

from __future__ import annotations

from symloss.codegen.rules.rule import Rule

__all__ = ["DIFFERENCES", "HYPERBOLIC_QUOTIENTS", "LOGARITHMIC_DIFFERENCES"]

# f(x) - f(y) has lost the digits that x and y have in common; each right side has x - y in it.
DIFFERENCES = (
    Rule(
        "difference of exponentials",
        "exp(x) - exp(y)",
        "-(exp(x)*expm1(y - x)) if y < x else exp(y)*expm1(x - y)",
    ),
    # exp(90) overflows in float32, and exp(90) expm1(1e-7) does not
    Rule(
        "difference of exponentials over the range",
        "exp(x) - exp(y)",
        "-(exp(x/2)*expm1(y - x)*exp(x/2)) if y < x else exp(y/2)*expm1(x - y)*exp(y/2)",
    ),
    Rule("expm1 less its argument", "expm1(x) - x", "expm1_remainder(x)"),
    Rule("an argument less its expm1", "x - expm1(x)", "-expm1_remainder(x)"),
    Rule("exponential less a number", "exp(x) - y", "y*expm1(x - log(y))", "y > 0"),
    Rule("a number less an exponential", "y - exp(x)", "-(y*expm1(x - log(y)))", "y > 0"),
    Rule(
        "a number less a share of a decay, as a mixture",
        "w - v*exp(x)",
        "(w - v) - v*expm1(x)",
        "w >= v, v >= 0, 0 >= x",
    ),
    Rule(
        "a share of a decay less a number, as a mixture",
        "v*exp(x) - w",
        "v*expm1(x) - (w - v)",
        "w >= v, v >= 0, 0 >= x",
    ),
    Rule("twice the inverse hyperbolic tangent less its line", "2*atanh(x) - 2*x", "2*atanh_remainder(x)"),
    Rule("difference of x log x", "x*log(x) - y*log(y)", "(x - y)*log(x) + y*log_ratio(x, y)", "x > 0, y > 0"),
    Rule(
        "secant of x log x",
        "(x*log(x) - y*log(y))/(x - y)",
        "log(x) + y*(log_ratio(x, y)/(x - y))",
        "x > 0, y > 0",
    ),
    Rule("entropy of the logistic", "softplus(x) - x*sigmoid(x)", "softplus(-abs(x)) + abs(x)*sigmoid(-abs(x))"),
    Rule(
        "entropy of the logistic of a ratio",
        "softplus(x/y) - x*sigmoid(x/y)/y",
        "softplus(-abs(x/y)) + abs(x/y)*sigmoid(-abs(x/y))",
    ),
    Rule(
        "entropy of the logistic below a ratio",
        "softplus(-(x/y)) + x*sigmoid(-(x/y))/y",
        "softplus(-abs(x/y)) + abs(x/y)*sigmoid(-abs(x/y))",
    ),
    Rule("line less that times tanh", "abs(x) - x*tanh(x)", "2*(abs(x)*sigmoid(-2*abs(x)))"),
    Rule("difference of powers", "x**a - y**a", "y**a*expm1(a*log_ratio(x, y))", "x > 0, y > 0"),
    Rule(
        "difference of powers, from the larger",
        "x**a - y**a",
        "-(x**a*expm1(a*log_ratio(y, x))) if y < x else y**a*expm1(a*log_ratio(x, y))",
        "x > 0, y > 0",
    ),
    Rule("power less one", "x**a - 1", "expm1(xlogy(a, x))", "x >= 0"),
    Rule("one less a power", "1 - x**a", "-expm1(xlogy(a, x))", "x >= 0"),
    Rule("power of one and a part", "(1 + x)**a", "exp(a*log1p(x))", "x > -1"),
    Rule("power of the reciprocal of one and a part", "(1/(1 + x))**a", "exp(-(a*log1p(x)))", "x > -1"),
    Rule("difference of reciprocals", "a/x - a/y", "a*((y - x)/max(x, y)/min(x, y))", "x > 0, y > 0"),
    Rule("difference of roots", "sqrt(x) - sqrt(y)", "xdivy(x - y, sqrt(x) + sqrt(y))", "x >= 0, y >= 0"),
    Rule("difference of hypotenuses", "hypot(x, z) - hypot(y, z)", "(x - y)*xdivy(x + y, hypot(x, z) + hypot(y, z))"),
    Rule("arc tangent less an eighth of a turn", "atan(x) - pi/4", "atan((x - 1)/(x + 1))", "x > -1"),
    Rule("root of a ratio less one", "sqrt(x/y) - 1", "(x - y)/(sqrt(y)*(sqrt(x) + sqrt(y)))", "x >= 0, y > 0"),
    Rule("square of a difference of roots", "x + y - 2*sqrt(x*y)", "(sqrt(x) - sqrt(y))**2", "x >= 0, y >= 0"),
    Rule(
        "one less an affinity",
        "1 - sqrt(x*y) - sqrt((1 - x)*(1 - y))",
        "((sqrt(x) - sqrt(y))**2 + (sqrt(1 - x) - sqrt(1 - y))**2)/2",
        "x >= 0, y >= 0, 1 >= x, 1 >= y",
    ),
    Rule(
        "one less an affinity, of roots",
        "1 - sqrt(x)*sqrt(y) - sqrt((1 - x)*(1 - y))",
        "((sqrt(x) - sqrt(y))**2 + (sqrt(1 - x) - sqrt(1 - y))**2)/2",
        "x >= 0, y >= 0, 1 >= x, 1 >= y",
    ),
    Rule("root of a difference of squares", "sqrt(x**2 - y**2)", "sqrt(x - y)*sqrt(x + y)", "x >= y, y >= 0"),
    Rule("difference of weighted exponentials", "a*exp(x) - b*exp(y)", "exp(y)*(a*expm1(x - y) + (a - b))"),
    Rule("logarithm of one less a ratio", "log1p(-(x/y))", "-log1p(x/(y - x))", "y > x, x >= 0"),
    Rule("area of a ratio", "acosh(x/y)", "2*asinh(sqrt((x - y)/2)/sqrt(y))", "x >= y, y > 0"),
    Rule("difference to a root", "y - sqrt(x)", "(y**2 - x)/(sqrt(x) + y)", "x >= 0, y > 0"),
    Rule("logistic less its mirror", "sigmoid(x) - sigmoid(-x)", "tanh(x/2)"),
    Rule("twice the logistic less one", "2*sigmoid(x) - 1", "tanh(x/2)"),
    Rule("one less twice the logistic", "1 - 2*sigmoid(x)", "-tanh(x/2)"),
    Rule(
        "difference of logistics",
        "sigmoid(x) - sigmoid(y)",
        "-(sigmoid(x)*(sigmoid(-y)*expm1(y - x))) if y < x else sigmoid(y)*(sigmoid(-x)*expm1(x - y))",
    ),
    Rule("one less a power of the logistic", "1 - sigmoid_power(x, a)", "-expm1(-(a*softplus(-x)))", "a >= 0"),
    Rule("difference of squares", "x**2 - y**2", "(x - y)*(x + y)"),
    Rule("one less a square", "1 - x**2", "(1 - x)*(1 + x)"),
    Rule(
        "a number less a share of the logistic, as a mixture",
        "w - v*sigmoid(x)",
        "(w - v) + v*sigmoid(-x)",
        "w >= v, v >= 0",
    ),
    Rule("a multiple and the ramp, as the larger of two", "t*x + max(x, 0)", "max((t + 1)*x, t*x)"),
    Rule("a multiple and the ramp below, as the larger of two", "t*x + max(-x, 0)", "max((t - 1)*x, t*x)"),
    Rule(
        "difference of error functions by their tails",
        "erf(x) - erf(y)",
        "sign(x)*(erfc(abs(y)) - erfc(abs(x))) if 1/4 < x*y else erf(x) - erf(y)",
    ),
    Rule("one less tanh", "1 - tanh(x)", "2*sigmoid(-2*x)"),
    Rule("one and tanh", "1 + tanh(x)", "2*sigmoid(2*x)"),
    Rule("one less the square of tanh", "1 - tanh(x)**2", "4*(sigmoid(2*x)*sigmoid(-2*x))"),
)

# A difference of logarithms keeps the digits that its ratios have in common only if it is one.
LOGARITHMIC_DIFFERENCES = (
    Rule(
        "difference of logarithms of ratios",
        "log_ratio(x, y) - log_ratio(z, w)",
        "log_ratio(x, z) + log_ratio(w, y)",
        "x > 0, y > 0, z > 0, w > 0",
    ),
    Rule(
        "ratio less its logarithm and one",
        "x/y - log_ratio(x, y) - 1",
        "log1p_remainder((x - y)/y) if y < 2*x else (x - y)/y - log_ratio(x, y)",
        "x > 0, y > 0",
    ),
    Rule(
        "square of a ratio less its logarithm and one",
        "(x/y)**2 - 2*log_ratio(x, y) - 1",
        "((x - y)/y)**2 + 2*(x/y - log_ratio(x, y) - 1)",
        "x > 0, y > 0",
    ),
    Rule(
        "relative difference less its logarithm",
        "(x - y)/y - log_ratio(x, y)",
        "log1p_remainder((x - y)/y) if y < 2*x else (x - y)/y - log_ratio(x, y)",
        "x > 0, y > 0",
    ),
    Rule(
        "ratio and the logarithm of its inverse, less one",
        "x/y + log_ratio(y, x) - 1",
        "log1p_remainder((x - y)/y) if y < 2*x else (x - y)/y + log_ratio(y, x)",
        "x > 0, y > 0",
    ),
    Rule("logarithm less that of the next", "log(x) - log1p(x)", "-log1p(1/x)", "x > 0"),
    Rule("logarithm of the next less its own", "log1p(x) - log(x)", "log1p(1/x)", "x > 0"),
    Rule("number less its logarithm", "x - log(x)", "1 + kl_div(1, x)", "x > 0"),
    Rule(
        "logarithm of the arithmetic mean less that of the geometric one",
        "log((x + y)/2) - log(x)/2 - log(y)/2",
        "log_cosh(log_ratio(x, y)/2)",
        "x > 0, y > 0",
    ),
    Rule(
        "logarithm of the arithmetic mean over the geometric one",
        "log_ratio((x + y)/2, sqrt(x*y))",
        "log_cosh(log_ratio(x, y)/2)",
        "x > 0, y > 0",
    ),
    Rule("mean of exponentials", "logaddexp(x, y) - log(2)", "(x + y)/2 + log_cosh((x - y)/2)"),
    Rule("mean of exponentials, shifted", "logaddexp(x - log(2), y - log(2))", "(x + y)/2 + log_cosh((x - y)/2)"),
    Rule(
        "logarithm of a ratio of means",
        "log_ratio((x**2 + y**2)/2, x*y)",
        "log1p((x - y)**2/(2*x*y))",
        "x > 0, y > 0",
    ),
    Rule("mean of one and an exponential", "softplus(x) - log(2)", "x/2 + log_cosh(x/2)"),
)

# sinh, cosh and expm1 overflow at 88.7 in float32, their quotients do not.
HYPERBOLIC_QUOTIENTS = (
    Rule("hyperbolic cotangent", "cosh(x)/sinh(x)", "1/tanh(x)"),
    Rule(
        "quotient of hyperbolic sines",
        "sinh(x)/sinh(y)",
        "sign(x)*(sign(y)*(exp(abs(x) - abs(y))*(expm1(-2*abs(x))/expm1(-2*abs(y)))))",
    ),
    Rule(
        "quotient of hyperbolic cosine and sine",
        "cosh(x)/sinh(y)",
        "-(sign(y)*(exp(abs(x) - abs(y))*((1 + exp(-2*abs(x)))/expm1(-2*abs(y)))))",
    ),
    Rule(
        "quotient of hyperbolic cosines",
        "cosh(x)/cosh(y)",
        "exp(abs(x) - abs(y))*((1 + exp(-2*abs(x)))/(1 + exp(-2*abs(y))))",
    ),
    Rule(
        "quotient of expm1",
        "expm1(x)/expm1(y)",
        "sign(x)*(sign(y)*(exp(max(x, 0) - max(y, 0))*(expm1(-abs(x))/expm1(-abs(y)))))",
    ),
    Rule(
        "exponential over expm1",
        "exp(x)/expm1(y)",
        "-(sign(y)*(exp(x - max(y, 0))/expm1(-abs(y))))",
    ),
    Rule(
        "logarithm of a hyperbolic sine over a number",
        "log_ratio(sinh(x), y)",
        "x + log(-(expm1(-2*x)/(2*y)))",
        "x > 0, y > 0",
    ),
    Rule("quotient by expm1", "x/expm1(y)", "-(x*exp(-y)/expm1(-y))"),
    Rule("exponential over the square of expm1", "exp(x)/expm1(x)**2", "1/(4*sinh(x/2)**2)"),
    Rule("expm1 times its decay", "expm1(x)*exp(-x)", "-expm1(-x)"),
    Rule("expm1 times its growth", "expm1(-x)*exp(x)", "-expm1(x)"),
)
