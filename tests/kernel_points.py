"""Where each kernel is tried: the kinds of its parameters as data, and points of each kind."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

import numpy as np

from symloss.codegen.domain import Domain, Interval, NonNegative, Positive, Real
from symloss.codegen.kernels import KERNELS
from symloss.codegen.term import Term, apply, variable

# What the parameters of a kernel may be, in their order; `add` and `mul` with two of them.
KINDS: Mapping[str, str] = {
    "add": "real real",
    "mul": "real real",
    "pi": "",
    "neg": "real",
    "div": "real nonzero",
    "square": "real",
    "sqrt": "positive",
    "pow": "positive real",
    "abs": "real",
    "sign": "real",
    "step": "real",
    "max": "real real",
    "min": "real real",
    "lt": "real real",
    "le": "real real",
    "eq": "real real",
    "select": "condition real real",
    "masked": "real condition",
    "is_zero": "real",
    "constant_error": "",
    "sum_error": "real real",
    "product_error": "real real",
    "quotient_error": "real nonzero",
    "root_quotient_error": "real positive",
    "if_finite": "finite",
    "or_zero": "finite",
    **dict.fromkeys(
        (f"{name}_error" for name in ("exp", "expm1", "sinh", "cosh", "tanh", "sin", "cos", "tan")), "real"
    ),
    **dict.fromkeys(("atan_error", "asinh_error"), "real"),
    **dict.fromkeys(("asin_error", "acos_error", "atanh_error"), "segment"),
    **dict.fromkeys(("sqrt_error", "log_error"), "positive"),
    "log1p_error": "above",
    "acosh_error": "beyond",
    "pow_error": "positive real",
    "hypot_error": "real real",
    "exp": "real",
    "expm1": "real",
    "log": "positive",
    "log1p": "above",
    "sinh": "real",
    "cosh": "real",
    "tanh": "real",
    "sin": "real",
    "cos": "real",
    "tan": "real",
    "asin": "segment",
    "acos": "segment",
    "atan": "real",
    "asinh": "real",
    "acosh": "beyond",
    "atanh": "segment",
    "erf": "real",
    "erfc": "real",
    "erfcx": "real",
    "erfcx_decay": "real",
    "erfcx_bend": "real",
    "log_ndtr": "deviation",
    "lgamma": "positive",
    "digamma": "positive",
    "trigamma": "positive",
    "tetragamma": "positive",
    **dict.fromkeys(("stirling_remainder", "digamma_remainder", "trigamma_remainder"), "positive"),
    "tetragamma_remainder": "positive",
    **dict.fromkeys(("stirling_drop", "digamma_drop", "trigamma_drop"), "positive positive"),
    "lgamma_difference": "growing positive",
    **dict.fromkeys(("digamma_difference", "trigamma_difference"), "positive positive"),
    "lbeta": "growing growing",
    "log1p_remainder": "above",
    "expm1_remainder": "real",
    "log_cosh": "real",
    "sigmoid": "real",
    "softplus": "real",
    "logaddexp": "real real",
    "log1mexp": "positive",
    "log1mexp_exp": "growth",
    "sigmoid_power": "real exponent",
    "xlogy": "nonnegative positive",
    "xlog1py": "nonnegative above",
    "xdivy": "nonnegative positive",
    "xexpy": "real real",
    **dict.fromkeys(("exp_expm1", "exp_expm1_remainder"), "real real"),
    "log_ratio": "positive positive",
    "xlog_ratio": "nonnegative positive positive",
    "kl_div": "nonnegative positive",
    "atanh_remainder": "third",
    "log1p_square": "share real positive",
    "nan_of": "real",
    "hypot": "real real",
}

# A chain of kernels, each the derivative of the one before, has an end.
LAST = frozenset({"tetragamma", "tetragamma_remainder"})
BOUNDED = ("third", "segment")  # of these kinds no argument can be infinite

# Nothing in exact arithmetic, and in floats what the operations lose to their roundings.
ROUNDINGS: Mapping[str, str] = {
    "sum_error": "a + b",
    "product_error": "a*b",
    "quotient_error": "a/b",
    "root_quotient_error": "a/sqrt(b)",
}

# Where a `stable` formula is meant, if not wherever the kernel is: exp overflows at 88.7 in float32, and the logistic
# of -88 is subnormal there.
STABLE_KINDS: Mapping[str, str] = {
    "xexpy": "real eighty",
    **dict.fromkeys(("exp_expm1", "exp_expm1_remainder"), "mild mild"),
    "sigmoid_power": "eighty exponent",
    "log1mexp_exp": "mild",
}

DOMAINS: Mapping[str, Domain] = {
    "real": Real,
    "nonzero": Real,
    "finite": Real,  # and nothing else, where most kernels take an infinity, too
    "positive": Positive,
    "nonnegative": NonNegative,
    "above": Interval(-1, None, closed="neither"),
    "third": Interval(-1 / 3, 1 / 3),
    "segment": Interval(-1, 1, closed="neither"),
    "beyond": Interval(1, None, closed="neither"),
    "growing": Interval(2, None),  # where gamma grows: below, differences of its logarithm change their sign
    "deviation": Interval(None, 30),
    "share": Interval(1 / 16, 16),
    "exponent": Interval(0, 5),
    "eighty": Interval(-80, 80),
    "growth": Interval(-(10**6), "6.5"),  # of which exp(-exp(x)) is no less than the least float64
    "mild": Interval(-80, "6.5"),
    "condition": Interval(0, 1),
}


def kernel_term(name: str) -> Term:
    """The kernel applied to variables, called by the letters of `KINDS`, or to pi where it takes constants alone."""
    constants = [] if KINDS[name] else [apply("pi") for _ in KERNELS[name].names]
    return apply(name, *map(variable, letters(name)), *constants)


def letters(name: str) -> tuple[str, ...]:
    return tuple("abc"[: len(KINDS[name].split())])


def domains_of(name: str) -> dict[str, Domain]:
    return {letter: DOMAINS[kind] for letter, kind in zip(letters(name), KINDS[name].split(), strict=True)}


def inside(kind: str, value: float) -> bool:
    if kind == "condition":
        return value in (0, 1)
    return DOMAINS[kind].contains(value) and not (kind == "nonzero" and value == 0)


def points(
    name: str, dtype: str, count: int, *, exponents: tuple[int, int] = (-30, 9), kinds: str = ""
) -> list[dict[str, float]]:
    """Floats of the dtype: their exponents in a range, 0 and 1, neighbours of 1 and of one another."""
    each, draw = (kinds or KINDS[name]).split(), random.Random(f"{name} {dtype} {count} {exponents}")
    found: list[dict[str, float]] = []

    def one(kind: str, before: float) -> float:
        if kind == "condition":
            return draw.choice((0.0, 1.0))
        size = math.ldexp(1 + draw.random(), draw.randrange(*exponents))
        if kind in BOUNDED:
            return draw.choice((-1, 1)) * min(size, 1.0) * draw.random() * float(DOMAINS[kind].upper or 1)
        if kind in ("beyond", "growing"):
            return float(DOMAINS[kind].lower or 0) + size
        near = math.ldexp(draw.choice((-1, 1)) * (1 + draw.random()), draw.randrange(-20, -2))
        special = draw.choice((0.0, 1.0, 1.0 + near))
        return draw.choice((size, -size, size, -size, special, before * (1 + near)))

    with np.errstate(over="ignore"):
        while len(found) < count:
            values: list[float] = []
            for kind in each:
                values.append(float(np.dtype(dtype).type(one(kind, values[-1] if values else 1.0))))
            if all(map(inside, each, values)):
                found.append(dict(zip(letters(name), values, strict=True)))
    return found
