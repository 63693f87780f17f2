"""What terms mean, in mpmath and from the textbooks: the referee of the toolkit's tables, independent of them.

Undefined is NaN: a pole, a logarithm or root of a negative number.  The logarithm of 0 is -inf, and 0 log 0 is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, reduce

from mpmath import mp, mpf

from symloss.codegen.kernel_errors import ERRORS
from symloss.codegen.term import Term, walk

DIGITS, MOST = 50, 13_000
GAMMA_MOST = 300  # with 3000 digits digamma takes a second


def _product(*factors: mpf) -> mpf:
    if any(f == 0 for f in factors):
        return mpf(0)
    return reduce(lambda a, b: a * b, factors)


def _quotient(x: mpf, y: mpf) -> mpf:
    if y == 0:
        return mp.nan
    return mpf(0) if x == 0 else x / y


def _power(x: mpf, y: mpf) -> mpf:
    if y == 0:
        return mpf(1)
    if x == 0:
        return mpf(0) if y > 0 else mp.nan
    return mp.power(x, y) if x > 0 or y == mp.floor(y) else mp.nan


def _log(x: mpf) -> mpf:
    return mp.log(x) if x > 0 else mp.ninf if x == 0 else mp.nan


def _xlogy(x: mpf, y: mpf) -> mpf:
    return mpf(0) if x == 0 else x * _log(y)


def _kl_div(x: mpf, y: mpf) -> mpf:
    return _xlogy(x, mp.nan if y == 0 and x != 0 else mpf(0) if y == 0 else x / y) - x + y


def _log1p_square(k: mpf, x: mpf, y: mpf) -> mpf:
    return mp.nan if y == 0 else _log(1 + k * (x / y) ** 2)


def _tail_decay(x: mpf) -> mpf:
    """The slope of -log(exp(x**2) erfc(x))."""
    return 2 * mp.exp(-x * x) / (mp.sqrt(mp.pi) * mp.erfc(x)) - 2 * x


def _gamma(order: int, x: mpf) -> mpf:
    """The logarithm of the gamma function, and its derivatives."""
    return mp.nan if x <= 0 else _gamma_to(mp.prec, order, x)


@cache
def _gamma_to(_: int, order: int, x: mpf) -> mpf:
    """Both sides of a rule ask for the same ones, at points that repeat: milliseconds each at hundreds of digits."""
    return mp.psi(order - 1, x) if order else mp.loggamma(x)


def _stirling(order: int, x: mpf) -> mpf:
    """What Stirling's formula leaves of them, without the sign."""
    if x <= 0:
        return mp.nan
    formula = (
        (x - mpf(1) / 2) * mp.log(x) - x + mp.log(2 * mp.pi) / 2,
        mp.log(x) - 1 / (2 * x),
        1 / x + 1 / (2 * x**2),
        -1 / x**2 - 1 / x**3,
    )
    return (-1) ** order * (_gamma(order, x) - formula[order])


MEANINGS: Mapping[str, Callable[..., mpf]] = {
    "add": lambda *terms: reduce(lambda a, b: a + b, terms),
    "mul": _product,
    "neg": lambda x: -x,
    "div": _quotient,
    "square": lambda x: x * x,
    "sqrt": lambda x: mp.sqrt(x) if x >= 0 else mp.nan,
    "pow": _power,
    "abs": abs,
    "sign": mp.sign,
    "step": lambda x: mpf(1) if x > 0 else mpf(0) if x < 0 else mpf("0.5") if x == 0 else mp.nan,
    "max": max,
    "min": min,
    "lt": lambda x, y: mpf(x < y),
    "le": lambda x, y: mpf(x <= y),
    "eq": lambda x, y: mpf(x == y),
    "select": lambda c, x, y: x if c == 1 else y,
    "masked": lambda x, c: x if c == 1 else mpf("-inf"),
    "is_zero": lambda x: mpf(x == 0),
    **dict.fromkeys((row.name for row in ERRORS), lambda *_: mpf(0)),
    "if_finite": lambda x: x,
    "or_zero": lambda x: x if mp.isfinite(x) else mpf(0),
    "exp": mp.exp,
    "expm1": lambda x: mp.exp(x) - 1,
    "log": _log,
    "log1p": lambda x: _log(1 + x),
    "sinh": lambda x: (mp.exp(x) - mp.exp(-x)) / 2,
    "cosh": lambda x: (mp.exp(x) + mp.exp(-x)) / 2,
    "tanh": lambda x: (mp.exp(x) - mp.exp(-x)) / (mp.exp(x) + mp.exp(-x)),
    "log_cosh": lambda x: mp.log((mp.exp(x) + mp.exp(-x)) / 2),
    "pi": lambda: +mp.pi,
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "asin": lambda x: mp.asin(x) if abs(x) <= 1 else mp.nan,
    "acos": lambda x: mp.acos(x) if abs(x) <= 1 else mp.nan,
    "atan": mp.atan,
    "asinh": mp.asinh,
    "acosh": lambda x: mp.acosh(x) if x >= 1 else mp.nan,
    "atanh": lambda x: mp.atanh(x) if abs(x) < 1 else mp.nan,
    "erf": mp.erf,
    "erfc": mp.erfc,
    "erfcx": lambda x: mp.exp(x * x) * mp.erfc(x),
    "erfcx_decay": _tail_decay,
    "erfcx_bend": lambda x: 2 - _tail_decay(x) * (_tail_decay(x) + 2 * x),
    "log_ndtr": lambda x: mp.log(mp.erfc(-x / mp.sqrt(2)) / 2),
    "lgamma": lambda x: _gamma(0, x),
    "digamma": lambda x: _gamma(1, x),
    "trigamma": lambda x: _gamma(2, x),
    "tetragamma": lambda x: _gamma(3, x),
    "stirling_remainder": lambda x: _stirling(0, x),
    "digamma_remainder": lambda x: _stirling(1, x),
    "trigamma_remainder": lambda x: _stirling(2, x),
    "tetragamma_remainder": lambda x: _stirling(3, x),
    "stirling_drop": lambda x, d: _stirling(0, x) - _stirling(0, x + d),
    "digamma_drop": lambda x, d: _stirling(1, x) - _stirling(1, x + d),
    "trigamma_drop": lambda x, d: _stirling(2, x) - _stirling(2, x + d),
    "lgamma_difference": lambda x, d: _gamma(0, x + d) - _gamma(0, x),
    "digamma_difference": lambda x, d: _gamma(1, x + d) - _gamma(1, x),
    "trigamma_difference": lambda x, d: _gamma(2, x + d) - _gamma(2, x),
    "lbeta": lambda x, y: _gamma(0, x) + _gamma(0, y) - _gamma(0, x + y),
    "log1p_remainder": lambda x: x - _log(1 + x),
    "expm1_remainder": lambda x: mp.expm1(x) - x,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "logaddexp": lambda x, y: mp.log(mp.exp(x) + mp.exp(y)),
    "log1mexp": lambda x: _log(1 - mp.exp(-x)),
    "log1mexp_exp": lambda x: _log(1 - mp.exp(-mp.exp(x))),
    "sigmoid_power": lambda x, y: _power(1 / (1 + mp.exp(-x)), y),
    "xlogy": _xlogy,
    "xlog1py": lambda x, y: _xlogy(x, 1 + y),
    "xdivy": lambda x, y: mpf(0) if x == 0 else _quotient(x, y),
    "xexpy": lambda x, y: mpf(0) if x == 0 else x * mp.exp(y),
    "exp_expm1": lambda x, y: mp.exp(x) * mp.expm1(y),
    "exp_expm1_remainder": lambda x, y: mp.exp(x) * (mp.expm1(y) - y),
    "log_ratio": lambda x, y: _log(_quotient(x, y)),
    "xlog_ratio": lambda w, x, y: mpf(0) if w == 0 else w * _log(_quotient(x, y)),
    "kl_div": _kl_div,
    "atanh_remainder": lambda x: mp.log((1 + x) / (1 - x)) / 2 - x if abs(x) < 1 else mp.nan,
    "log1p_square": _log1p_square,
    "nan_of": lambda x: x if mp.isnan(x) else mpf(0),
    "hypot": lambda x, y: mp.sqrt(x * x + y * y),
}


# What `_gamma` takes part in: no exponentials, so that fewer digits do.
GAMMAS = frozenset(
    name for name in MEANINGS if "gamma" in name or name in ("stirling_remainder", "stirling_drop", "lbeta")
)


def at(term: Term, point: Mapping[str, float | mpf]) -> mpf:
    """The value of `term` at mpmath's present precision."""
    values: dict[Term, mpf] = {}
    for node in walk(term):
        if node.operation == "variable":
            values[node] = mpf(point[str(node.value)])
        elif node.is_number:
            values[node] = mpf(node.value.numerator) / node.value.denominator
        else:
            values[node] = _applied(node.operation, [values[a] for a in node.arguments])
    return values[term]


def _applied(name: str, arguments: list[mpf]) -> mpf:
    if name == "select":  # only the chosen branch counts
        return MEANINGS[name](*arguments)
    return mp.nan if any(map(mp.isnan, arguments)) else MEANINGS[name](*arguments)


def evaluate(term: Term, point: Mapping[str, float | mpf], digits: int = DIGITS) -> mpf:
    """The value of `term` to `digits` digits: at a precision whose treble gives the same.

    Compare it under `mp.workdps`, or its digits go.  What stays noise at the highest precision is 0.
    The first precision holds exp(-x) beside 1: at 80 and at 240 digits log(1 + exp(-700)) is 0 alike.
    """
    largest = max((abs(float(x)) for x in point.values()), default=0.0)
    working, growth, most = digits + 30 + int(min(largest, 4000.0) * 0.9), 3.0, MOST
    if any(node.operation in GAMMAS for node in walk(term)):
        working, growth, most = digits + 40, 1.4, GAMMA_MOST
    before = None
    while working <= most:
        with mp.workdps(working):
            now = at(term, point)
            if before is not None and alike(now, before, digits):
                return now
        working, before = int(growth * working), now
    if abs(now) < mpf(10) ** (-working // 6):
        return mpf(0)
    raise ArithmeticError(f"no {digits} digits of {term} at {point}")


def alike(first: mpf, second: mpf, digits: int) -> bool:
    """Whether two values agree to `digits` digits; undefined is like undefined."""
    if mp.isnan(first) or mp.isnan(second):
        return bool(mp.isnan(first) and mp.isnan(second))
    return bool(first == second or abs(first - second) <= abs(second) * mpf(10) ** -digits)
