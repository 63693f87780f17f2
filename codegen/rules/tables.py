"""The identities, grouped by purpose.  A comment names the float that breaks on the left.

`CLOSE` rules lead to kernels and are applied to a fixpoint.  The measured search tries `ECONOMIES` on a form that
is good already, and all `REPAIRS` on one that is not.  `REFLECTIONS` lead to the textbooks' forms, to be measured
beside ours.
"""

from __future__ import annotations

from collections.abc import Mapping

from symloss.codegen.rules.cancelling import EXPONENT_BESIDE_A_TAIL, SUM_INTO_A_CHOICE
from symloss.codegen.rules.error_function import ERROR_FUNCTION
from symloss.codegen.rules.exponentials import EXPONENTIAL_SUMS
from symloss.codegen.rules.gammas import GAMMA_DIFFERENCES, GAMMA_DISTANCES, GAMMA_EXCESSES
from symloss.codegen.rules.laws import FACTORS_GATHERED, LOGARITHM_OF_FACTORS
from symloss.codegen.rules.rule import Rule
from symloss.codegen.rules.scaling import (
    CONJUGATES,
    DIVISIONS,
    ORDERS,
    OVERFLOWS,
    POWERS_AGAIN,
    PRODUCT_OF_EXPONENTIALS,
    PRODUCT_WITH_A_SQUARE,
    QUOTIENT_OF_SQUARES,
    SCALING,
)
from symloss.codegen.rules.sides import SIDES
from symloss.codegen.rules.subtractions import DIFFERENCES, HYPERBOLIC_QUOTIENTS, LOGARITHMIC_DIFFERENCES
from symloss.codegen.rules.trigonometry import INVERSES, TRIGONOMETRY

__all__ = [
    "CLOSE",
    "CLOSINGS",
    "ECONOMIES",
    "EXPANSIONS",
    "KERNELS_AGAIN",
    "LAWS",
    "POWERS_AGAIN",
    "REACH",
    "REFLECTIONS",
    "REPAIRS",
    "RULES",
]

FRACTIONS = (
    Rule("one fraction", "x*(y/z)", "(x*y)/z"),
    Rule("fraction of a fraction", "(x/y)/z", "x/(y*z)"),
    Rule("divide by a fraction", "x/(y/z)", "(x*z)/y"),
)

QUOTIENT_OF_EXPONENTIALS = Rule("quotient of exponentials", "exp(x)/exp(y)", "exp(x - y)")

POWERS = (
    Rule("product of powers", "x**a * x**b", "x**(a + b)", "x > 0"),
    Rule("power times its base", "x**(a - 1) * x", "x**a", "x >= 0, a >= 0"),
    Rule("power over its base", "x**a / x", "x**(a - 1)", "x > 0"),
    PRODUCT_OF_EXPONENTIALS,
    QUOTIENT_OF_EXPONENTIALS,
    Rule("reciprocal of an exponential", "x/exp(y)", "x*exp(-y)"),
    Rule("cancel a factor", "(x*y)/(x*z)", "y/z"),
    Rule("cancel a square", "x/x**2", "1/x"),
    QUOTIENT_OF_SQUARES,
    Rule("product of squares", "x**2*y**2", "(x*y)**2"),
    Rule("power of an exponential", "exp(x)**a", "exp(a*x)"),
    Rule("reciprocal of a power", "1/x**a", "(1/x)**a", "x > 0"),
    Rule("divide by a sign", "x/sign(y)", "x*sign(y)"),
    Rule("root of a product with a square", "x/sqrt(x)", "sqrt(x)", "x > 0"),
)

LOGARITHMS = (
    Rule("logarithm of a square", "log(x**2)", "2*log(abs(x))"),
    Rule("logarithm of a root", "log(sqrt(x))", "log(x)/2", "x > 0"),
    Rule("logarithm of a difference of exponentials", "log(exp(x) - exp(y))", "x + log1mexp(x - y)", "x > y"),
    Rule("logarithm of one less an exponential", "log(-expm1(-x))", "log1mexp(x)", "x > 0"),
    Rule("logarithm of one less a decay", "log(-expm1(x))", "log1mexp(-x)", "-x > 0"),
    Rule("logarithm of one less a doubly exponential decay", "log1mexp(exp(x))", "log1mexp_exp(x)"),
    Rule("logarithm of expm1", "log(expm1(x))", "x + log1mexp(x)", "x > 0"),
)

# exp overflows at 88.7 in float32 and 709.8 in float64; 1 + exp(x) is exactly 1 below -16.6 and -36.7.
LOGISTIC = (
    Rule("logistic", "1/(1 + exp(x))", "sigmoid(-x)"),
    Rule("logistic by decay", "exp(x)*sigmoid(-x)", "sigmoid(x)"),
    Rule("power of the logistic", "sigmoid(x)**a", "sigmoid_power(x, a)", "a >= 0"),
    Rule("complement of the logistic", "1 - sigmoid(x)", "sigmoid(-x)"),
    Rule("logistic less one", "sigmoid(x) - 1", "-sigmoid(-x)"),
    Rule("softplus", "log(1 + exp(x))", "softplus(x)"),
    Rule("softplus by log1p", "log1p(exp(x))", "softplus(x)"),
    Rule("logistic and its complement", "sigmoid(x) + sigmoid(-x)", "1"),
    Rule("difference of softplus", "softplus(-x) - softplus(x)", "-x"),
    Rule("softplus and its line", "x + softplus(-x)", "softplus(x)"),
    Rule("softplus less its line", "softplus(x) - x", "softplus(-x)"),
    Rule("line less softplus", "x - softplus(x)", "-softplus(-x)"),
    Rule("log1p of minus the logistic", "log1p(-sigmoid(x))", "-softplus(x)"),
)

HYPERBOLIC = (
    Rule("log cosh", "log(cosh(x))", "log_cosh(x)"),
    Rule("logarithm of twice cosh", "log(2*cosh(x))", "abs(x) + log1p(exp(-2*abs(x)))"),
    Rule("cosh by exponentials", "(exp(x) + exp(-x))/2", "cosh(x)"),
    Rule("half of cosh by exponentials", "exp(x)/2 + exp(-x)/2", "cosh(x)"),
    Rule("sinh by exponentials", "exp(x)/2 - exp(-x)/2", "sinh(x)"),
    Rule("tanh", "sinh(x)/cosh(x)", "tanh(x)"),
    Rule("tanh by exponentials", "(exp(x) - exp(-x))/(exp(x) + exp(-x))", "tanh(x)"),
    Rule("coth by exponentials", "(exp(x) + exp(-x))/(exp(x) - exp(-x))", "1/tanh(x)"),
)

# 1 + x rounds at 2**-24: log(1 + x) has lost every digit of x = 6e-8 in float32.
SMALL_ARGUMENTS = (
    Rule("log1p", "log(1 + x)", "log1p(x)", "x >= -1"),
    Rule("expm1", "exp(x) - 1", "expm1(x)"),
    Rule("expm1, reversed", "1 - exp(x)", "-expm1(x)"),
    Rule("one and expm1", "1 + expm1(x)", "exp(x)"),
    Rule("logarithm of one plus a squared ratio", "log1p((x/y)**2)", "log1p_square(1, x, y)", "y > 0"),
    Rule(
        "logarithm of one plus a share of a squared ratio",
        "log1p(k*(x/y)**2)",
        "log1p_square(k, x, y)",
        "y > 0, k >= 1/16, 16 >= k",
    ),
    Rule(
        "logarithm of one plus a part of a squared ratio",
        "log1p((x/y)**2/k)",
        "log1p_square(1/k, x, y)",
        "y > 0, k >= 1/16, 16 >= k",
    ),
    Rule("logarithm of one plus a square", "log1p(x**2)", "log1p_square(1, x, 1)"),
    Rule("root of a sum of squares", "sqrt(x**2 + y**2)", "hypot(x, y)"),
    Rule("root of a share of a sum of squares", "sqrt(k*(x**2 + y**2))", "sqrt(k)*hypot(x, y)", "k > 0"),
    Rule("root of one and a square", "sqrt(1 + x**2)", "hypot(1, x)"),
    Rule("difference of log1p", "log1p(x) - log1p(y)", "log_ratio(1 + x, 1 + y)", "x >= -1, y >= -1"),
    Rule("difference of logarithms", "log(x) - log(y)", "log_ratio(x, y)", "x > 0, y > 0"),
)

# 0 log 0 = 0.
ZERO_PRODUCTS = (
    Rule("x log y", "x*log(y)", "xlogy(x, y)", "x >= 0, y >= 0"),
    Rule("x log1p y", "x*log1p(y)", "xlog1py(x, y)", "x >= 0, y >= -1"),
    Rule("w log(x/y)", "w*log_ratio(x, y)", "xlog_ratio(w, x, y)", "w >= 0, x >= 0, y >= 0"),
)

# Both branches of a choice under one condition are one choice; 0 * inf in the branch not taken is gone.
CHOICES = (
    Rule("product with a choice", "x*(y if c else 0)", "x*y if c else 0"),
    Rule("product with the other choice", "x*(0 if c else y)", "0 if c else x*y"),
    Rule("quotient of a choice", "(y if c else 0)/x", "y/x if c else 0"),
    Rule("quotient of the other choice", "(0 if c else y)/x", "0 if c else y/x"),
    Rule("negative of a choice", "-(x if c else y)", "(-x) if c else (-y)"),
    Rule("sum of choices", "(x if c else y) + (a if c else b)", "(x + a) if c else (y + b)"),
    Rule("sum with a multiple of a choice", "z*(x if c else y) + (a if c else b)", "(z*x + a) if c else (z*y + b)"),
)

RATIOS = (Rule("logarithm of a ratio", "log(x/y)", "log_ratio(x, y)", "x >= 0, y >= 0"),)

# y log(y/p) - y + p is small of second order at y = p, where the terms of y log(y/p) cancel each other's digits;
# but x - y swallows x log(x/y) where nothing takes it away again.
ENTROPIES = (
    Rule("relative entropy", "x*log_ratio(x, y)", "kl_div(x, y) + (x - y)", "x >= 0, y >= 0"),
    Rule(
        "relative entropy of a multiple",
        "x*log_ratio(k*x, y)",
        "(kl_div(k*x, y) + (k*x - y))/k",
        "k > 0, x >= 0, y >= 0",
    ),
)

KINKS = (
    Rule("two sides of a step", "step(x - y) + step(y - x)", "1"),
    Rule("ramp with its step", "max(x, 0)*step(x)", "max(x, 0)"),
)

CLOSE = (
    LOGARITHM_OF_FACTORS,
    FACTORS_GATHERED,
    SUM_INTO_A_CHOICE,
    *RATIOS,
    *POWERS,
    *LOGARITHMS,
    *LOGISTIC,
    *HYPERBOLIC,
    *INVERSES,
    *ERROR_FUNCTION,
    *SMALL_ARGUMENTS,
    *ZERO_PRODUCTS,
    *FRACTIONS,
    *CHOICES,
    *KINKS,
    *GAMMA_DIFFERENCES,
    *GAMMA_EXCESSES,
)

# Each table leads to a closed form of its own; the search starts from all of them.
CLOSINGS = ((*ENTROPIES, *CLOSE), CLOSE, (*EXPONENTIAL_SUMS, *CLOSE))

# What a move leaves is brought back to kernels by these, which undo no repair.
KERNELS_AGAIN = (
    LOGARITHM_OF_FACTORS,
    QUOTIENT_OF_EXPONENTIALS,
    *RATIOS,
    *LOGARITHMS,
    *LOGISTIC,
    *HYPERBOLIC,
    *INVERSES,
    *ERROR_FUNCTION,
    *SMALL_ARGUMENTS,
    *ZERO_PRODUCTS,
    *CHOICES,
    *KINKS,
    *GAMMA_DIFFERENCES,
    *GAMMA_EXCESSES,
)

FACTORS = (
    Rule("factor out", "x*y + x*z", "x*(y + z)"),
    Rule("factor out of one", "x + x*y", "x*(1 + y)"),
    Rule("factor out a difference", "x*y - x*z", "x*(y - z)"),
    Rule("factor out of minus one", "x*y - x", "(y - 1)*x"),
)

ECONOMIES = (
    *FACTORS,
    Rule("common denominator", "x/z + y/z", "(x + y)/z"),
    Rule("common denominator of a difference", "x/z - y/z", "(x - y)/z"),
    Rule("over the denominator", "x - y/z", "(x*z - y)/z"),
    Rule("over the denominator, reversed", "x/z - y", "(x - y*z)/z"),
)

EXPANSIONS = (Rule("multiply out", "x*(y + z)", "x*y + x*z"),)

# The textbooks' x + softplus(-x): cheap, but x cancels the rest where both nearly agree.
REFLECTIONS = (Rule("softplus by reflection", "softplus(x)", "x + softplus(-x)"),)

REPAIRS = (
    *DIFFERENCES,
    *LOGARITHMIC_DIFFERENCES,
    *TRIGONOMETRY,
    *GAMMA_DISTANCES,
    *HYPERBOLIC_QUOTIENTS,
    *CONJUGATES,
    EXPONENT_BESIDE_A_TAIL,
    *SIDES,
    *ORDERS,
    *SCALING,
    *ECONOMIES,
    *DIVISIONS,
)

# Where a form is accurate and leaves the range on the way.  The order of products is chosen besides; that of a square
# and a number is not.
REACH = (*OVERFLOWS, PRODUCT_WITH_A_SQUARE, *SCALING, *DIVISIONS, *EXPANSIONS, *FACTORS)

LAWS = (LOGARITHM_OF_FACTORS, FACTORS_GATHERED, SUM_INTO_A_CHOICE, EXPONENT_BESIDE_A_TAIL)

RULES: Mapping[str, tuple[Rule, ...]] = {
    "fractions": FRACTIONS,
    "powers": POWERS,
    "logarithms": LOGARITHMS,
    "logistic": LOGISTIC,
    "hyperbolic": HYPERBOLIC,
    "inverses": INVERSES,
    "error function": ERROR_FUNCTION,
    "small arguments": SMALL_ARGUMENTS,
    "zero products": ZERO_PRODUCTS,
    "choices": CHOICES,
    "kinks": KINKS,
    "conjugates": CONJUGATES,
    "orders": ORDERS,
    "powers again": POWERS_AGAIN,
    "scaling": SCALING,
    "overflows": OVERFLOWS,
    "ratios": RATIOS,
    "entropies": ENTROPIES,
    "divisions": DIVISIONS,
    "economies": ECONOMIES,
    "expansions": EXPANSIONS,
    "reflections": REFLECTIONS,
    "logarithmic differences": LOGARITHMIC_DIFFERENCES,
    "trigonometry": TRIGONOMETRY,
    "differences": DIFFERENCES,
    "hyperbolic quotients": HYPERBOLIC_QUOTIENTS,
    "sides": SIDES,
    "sums of exponentials": EXPONENTIAL_SUMS,
    "gamma differences": GAMMA_DIFFERENCES,
    "gamma distances": GAMMA_DISTANCES,
    "gamma excesses": GAMMA_EXCESSES,
}
