"""Sums of exponentials: exp overflows at 88.7 in float32 and 709.8 in float64, its logarithm does not.

They lead to a closed form of their own, beside the one that keeps the exponentials.
"""

from __future__ import annotations

from symloss.codegen.rules.rule import Rule

__all__ = ["EXPONENTIAL_SUMS"]

EXPONENTIAL_SUMS = (
    Rule("power as an exponential", "x**a", "exp(a*log(x))", "x > 0"),
    Rule("sum of exponentials", "exp(x) + exp(y)", "exp(logaddexp(x, y))"),
    Rule("one and an exponential", "1 + exp(x)", "exp(softplus(x))"),
    Rule("weighted sum of exponentials", "w*exp(x) + exp(y)", "exp(logaddexp(x + log(w), y))", "w >= 0"),
    Rule(
        "two weighted exponentials",
        "w*exp(x) + v*exp(y)",
        "exp(logaddexp(x + log(w), y + log(v)))",
        "w >= 0, v >= 0, w + v > 0",
    ),
    Rule("a number and an exponential", "w + exp(x)", "exp(logaddexp(log(w), x))", "w >= 0"),
    Rule(
        "a number and a weighted exponential",
        "w + v*exp(x)",
        "exp(logaddexp(log(w), x + log(v)))",
        "w >= 0, v >= 0, w + v > 0",
    ),
    Rule("logarithmic sum, shifted", "logaddexp(x, y) - z", "logaddexp(x - z, y - z)"),
    Rule("shift of a logarithmic sum", "z - logaddexp(x, y)", "-logaddexp(x - z, y - z)"),
    Rule("logarithmic sum with zero", "logaddexp(x, 0)", "softplus(x)"),
    Rule("logistic of a softplus", "exp(-softplus(x))", "sigmoid(-x)"),
)
