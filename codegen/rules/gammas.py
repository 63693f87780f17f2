"""Differences of the logarithm of gamma: it has no digit after the point from 2**20 on in float32."""

from __future__ import annotations

from symloss.codegen.rules.rule import Rule

__all__ = ["GAMMA_DIFFERENCES", "GAMMA_DISTANCES", "GAMMA_EXCESSES"]

# The arguments differ by summands that stand there.  Where lgamma has a value its argument is positive.
# lgamma(x) + lgamma(y) - lgamma(x + y) is a difference first, and that with the other lgamma is log beta.
GAMMA_DIFFERENCES = (
    # 0 where k is 0 or n, as it is
    Rule(
        "log binomial",
        "lgamma(1 + n) - lgamma(1 + k) - lgamma(1 + n - k)",
        "lgamma_difference(1 + max(k, n - k), min(k, n - k)) - lgamma(1 + min(k, n - k))",
        "n > -1",
    ),
    Rule(
        "log binomial, negative",
        "lgamma(1 + k) + lgamma(1 + n - k) - lgamma(1 + n)",
        "lgamma(1 + min(k, n - k)) - lgamma_difference(1 + max(k, n - k), min(k, n - k))",
        "n > -1",
    ),
    Rule("difference of lgamma by a sum", "lgamma(x + d + e) - lgamma(x)", "lgamma_difference(x, d + e)", "x > 0"),
    Rule(
        "difference of lgamma by a sum, negative",
        "lgamma(x) - lgamma(x + d + e)",
        "-lgamma_difference(x, d + e)",
        "x > 0",
    ),
    Rule("difference of lgamma", "lgamma(d + x) - lgamma(x)", "lgamma_difference(x, d)", "x > 0"),
    Rule("difference of lgamma, negative", "lgamma(x) - lgamma(d + x)", "-lgamma_difference(x, d)", "x > 0"),
    Rule(
        "difference of lgamma, scaled",
        "lgamma(k*(d + x)) - lgamma(k*x)",
        "lgamma_difference(k*x, k*d)",
    ),
    Rule(
        "difference of lgamma, scaled and negative",
        "lgamma(k*x) - lgamma(k*(d + x))",
        "-lgamma_difference(k*x, k*d)",
    ),
    Rule(
        "log beta of parts",
        "lgamma(k + x) + lgamma(n - k + y) - lgamma(n + x + y)",
        "lbeta(k + x, n - k + y)",
    ),
    Rule("log beta", "lgamma(y) - lgamma_difference(x, y)", "lbeta(x, y)", "x > 0, y > 0"),
    Rule("log beta, negative", "lgamma_difference(x, y) - lgamma(y)", "-lbeta(x, y)", "x > 0, y > 0"),
    Rule(
        "log beta by a larger difference",
        "lgamma(y) - lgamma_difference(x, y + z)",
        "lbeta(x, y) - lgamma_difference(x + y, z)",
        "x > 0, y > 0",
    ),
    Rule(
        "log beta by a larger difference, negative",
        "lgamma_difference(x, y + z) - lgamma(y)",
        "lgamma_difference(x + y, z) - lbeta(x, y)",
        "x > 0, y > 0",
    ),
    Rule("lgamma of the next number", "lgamma_difference(x, 1)", "log(x)", "x > 0"),
    Rule("difference of digamma", "digamma(d + x) - digamma(x)", "digamma_difference(x, d)", "x > 0"),
    Rule(
        "difference of digamma, negative",
        "digamma(x) - digamma(d + x)",
        "-digamma_difference(x, d)",
        "x > 0",
    ),
    Rule(
        "weighted difference of digamma",
        "w*digamma(d + x) - w*digamma(x)",
        "w*digamma_difference(x, d)",
        "x > 0",
    ),
    Rule(
        "weighted difference of digamma, negative",
        "w*digamma(x) - w*digamma(d + x)",
        "-(w*digamma_difference(x, d))",
        "x > 0",
    ),
    Rule(
        "difference of digamma differences",
        "digamma_difference(x, y) - digamma_difference(k + x, n - k + y)",
        "digamma_difference(x, k) - digamma_difference(x + y, n)",
        "x > 0, y > 0",
    ),
    Rule(
        "difference of digamma differences, negative",
        "digamma_difference(k + x, n - k + y) - digamma_difference(x, y)",
        "digamma_difference(x + y, n) - digamma_difference(x, k)",
        "x > 0, y > 0",
    ),
    Rule("digamma of the next number", "digamma_difference(x, 1)", "1/x", "x > 0"),
    Rule("difference of trigamma", "trigamma(d + x) - trigamma(x)", "trigamma_difference(x, d)", "x > 0"),
    Rule(
        "difference of trigamma, negative",
        "trigamma(x) - trigamma(d + x)",
        "-trigamma_difference(x, d)",
        "x > 0",
    ),
    Rule("trigamma of the next number", "trigamma_difference(x, 1)", "-(1/x**2)", "x > 0"),
    Rule("log less digamma", "log(x) - digamma(x)", "digamma_remainder(x) + 1/(2*x)", "x > 0"),
    Rule("digamma less log", "digamma(x) - log(x)", "-(digamma_remainder(x) + 1/(2*x))", "x > 0"),
    Rule(
        "digamma beyond less log",
        "digamma(d + x) - log(x)",
        "log1p(d/x) - (digamma_remainder(x + d) + 1/(2*(x + d)))",
        "x > 0, d > 0",
    ),
    Rule(
        "log less digamma beyond",
        "log(x) - digamma(d + x)",
        "digamma_remainder(x + d) + 1/(2*(x + d)) - log1p(d/x)",
        "x > 0, d > 0",
    ),
    Rule(
        "logarithm of a ratio less digamma",
        "log_ratio(x, y) - digamma(x)",
        "digamma_remainder(x) + 1/(2*x) - log(y)",
        "x > 0, y > 0",
    ),
    Rule(
        "digamma less the logarithm of a ratio",
        "digamma(x) - log_ratio(x, y)",
        "log(y) - (digamma_remainder(x) + 1/(2*x))",
        "x > 0, y > 0",
    ),
    Rule("trigamma less a reciprocal", "trigamma(x) - 1/x", "trigamma_remainder(x) + 1/(2*x**2)", "x > 0"),
    Rule("reciprocal less trigamma", "1/x - trigamma(x)", "-(trigamma_remainder(x) + 1/(2*x**2))", "x > 0"),
    Rule(
        "trigamma beyond less a reciprocal",
        "trigamma(d + x) - 1/x",
        "trigamma_remainder(x + d) + (1/(2*(x + d)) - d/x)/(x + d)",
        "x > 0, d > 0",
    ),
    Rule(
        "Stirling's formula for the factorial",
        "lgamma(1 + x) - (x + 1/2)*log(x)",
        "stirling_remainder(x) + (log(2*pi)/2 - x)",
        "x > 0",
    ),
    Rule(
        "Stirling's formula",
        "lgamma(x) - (x - 1/2)*log(x)",
        "stirling_remainder(x) + (log(2*pi)/2 - x)",
        "x > 0",
    ),
    Rule(
        "Stirling's formula, multiplied out",
        "lgamma(x) - x*log(x)",
        "stirling_remainder(x) - x - log(x/(2*pi))/2",
        "x > 0",
    ),
    Rule(
        "Stirling's formula, multiplied out and negative",
        "x*log(x) - lgamma(x)",
        "x + log(x/(2*pi))/2 - stirling_remainder(x)",
        "x > 0",
    ),
)

# What a difference exceeds the first term of its own series by: both grow like log(x), the excess falls like 1/x.
GAMMA_EXCESSES = (
    Rule(
        "Stirling's formula for the next number",
        "lgamma(1 + x) - x*log(x) + x",
        "stirling_remainder(x) + log(2*pi*x)/2",
        "x > 0",
    ),
    Rule(
        "difference of lgamma less a logarithm",
        "lgamma_difference(x, d) - d*log(x)",
        "(d - 1/2)*log1p(d/x) - x*log1p_remainder(d/x) - stirling_drop(x, d)",
        "x > 0",
    ),
    Rule(
        "logarithm less a difference of lgamma",
        "d*log(x) - lgamma_difference(x, d)",
        "x*log1p_remainder(d/x) + stirling_drop(x, d) - (d - 1/2)*log1p(d/x)",
        "x > 0",
    ),
    Rule(
        "difference of lgamma less a scaled logarithm",
        "lgamma_difference(k*x, d) - d*log(x)",
        "(d - 1/2)*log1p(d/(k*x)) - k*x*log1p_remainder(d/(k*x)) - stirling_drop(k*x, d) + d*log(k)",
        "k > 0, x > 0",
    ),
    Rule(
        "scaled logarithm less a difference of lgamma",
        "d*log(x) - lgamma_difference(k*x, d)",
        "k*x*log1p_remainder(d/(k*x)) + stirling_drop(k*x, d) - (d - 1/2)*log1p(d/(k*x)) - d*log(k)",
        "k > 0, x > 0",
    ),
    Rule(
        "difference of lgamma less the logarithm of a multiple",
        "lgamma_difference(k*x, d) - d*log(m*x)",
        "(d - 1/2)*log1p(d/(k*x)) - k*x*log1p_remainder(d/(k*x)) - stirling_drop(k*x, d) + d*log(k/m)",
        "k > 0, m > 0, x > 0",
    ),
    Rule(
        "logarithm of a multiple less a difference of lgamma",
        "d*log(m*x) - lgamma_difference(k*x, d)",
        "k*x*log1p_remainder(d/(k*x)) + stirling_drop(k*x, d) - (d - 1/2)*log1p(d/(k*x)) - d*log(k/m)",
        "k > 0, m > 0, x > 0",
    ),
    Rule(
        "difference of digamma less a quotient",
        "digamma_difference(x, d) - d/x",
        "d/(x + d)/(2*x) - log1p_remainder(d/x) + digamma_drop(x, d)",
        "x > 0",
    ),
)

# The arguments may have nothing in common that stands there.
GAMMA_DISTANCES = (
    Rule(
        "distance of lgamma, near",
        "lgamma(x) - lgamma(y)",
        "lgamma_difference(y, x - y) if 2*abs(x - y) < min(x, y) else lgamma(x) - lgamma(y)",
        "x > 0, y > 0",
    ),
    Rule(
        "distance of digamma, from the lesser",
        "digamma(x) - digamma(y)",
        "digamma_difference(y, x - y) if y < x else -digamma_difference(x, y - x)",
        "x > 0, y > 0",
    ),
    Rule(
        "weighted distance of digamma",
        "w*digamma(x) - w*digamma(y)",
        "w*digamma_difference(y, x - y)",
        "x > 0, y > 0",
    ),
    # y and x log(x) are 1e4 near x = y = 1152, and half of a logarithm is left: 4.4.
    Rule(
        "logarithm of a Poisson weight",
        "y - x*log(y) + lgamma(1 + x)",
        "kl_div(x, y) + (log(2*pi*x)/2 + stirling_remainder(x)) if 1/2 <= x"
        " else y - x*log(y) + (lgamma(2 + x) - log1p(x))",
        "x >= 0, y > 0",
    ),
)
