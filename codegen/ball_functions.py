"""Each operation of a term on balls: arithmetic, and the functions that need a convention at an end of their domain.

The one convention is 0 log 0 = 0: an exact zero times an infinity is zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

from flint import arb

from symloss.codegen.kernel_errors import ERRORS

__all__ = ["FUNCTIONS", "UNKNOWN"]

UNKNOWN, HALF = arb.nan(), arb(1) / 2
LARGEST_PRODUCT = 64  # the exponent up to which a power is a product where it has to be


def _sum(x: arb, y: arb, *others: arb) -> arb:
    return reduce(arb.__add__, others, x + y)


def _product(x: arb, y: arb, *others: arb) -> arb:
    found = reduce(arb.__mul__, others, x * y)
    if found.is_finite():
        return found
    factors = (x, y, *others)
    vanishes = any(f.is_zero() for f in factors) and not any(f.is_nan() for f in factors)
    return arb(0) if vanishes else found


def _quotient(x: arb, y: arb) -> arb:
    return arb(0) if x.is_zero() and y != 0 else x / y


def _power(x: arb, y: arb) -> arb:
    if y.is_zero():
        return arb(1)
    if y.is_integer() and 0 < y <= LARGEST_PRODUCT and x.contains(0):  # of a ball around 0 flint knows no power
        return reduce(arb.__mul__, int(float(y)) * [x])
    return arb(0) if x.is_zero() and y > 0 else x**y


def _logarithm(x: arb) -> arb:
    return arb.neg_inf() if x.is_zero() else x.log()


def _log1p(x: arb) -> arb:
    return arb.neg_inf() if x == -1 else x.log1p()


def _truth(known: object, known_not: object) -> arb:
    return arb(1) if known else arb(0) if known_not else UNKNOWN


def _select(condition: arb, then: arb, otherwise: arb) -> arb:
    return then if condition == 1 else otherwise if condition == 0 else UNKNOWN


def _on_positives(function: Callable[[arb], arb], at_zero: arb) -> Callable[[arb], arb]:
    return lambda x: at_zero if x.is_zero() else function(x) if x > 0 else UNKNOWN


def _atanh(x: arb) -> arb:
    return x * arb.pos_inf() if abs(x) == 1 else x.atanh()


def _log_gamma(x: arb) -> arb:
    return arb(0) if (x - 1) * (x - 2) == 0 else x.lgamma()


def _scaled_erfc(x: arb) -> arb:
    """exp(x**2) erfc(x), which from 2**64 on lies between 1/(x sqrt(pi)) and 1 - 1/(2 x**2) of it."""
    if x > 2**64:
        return (1 - (1 / (2 * x**2)).union(arb(0))) / (x * arb.pi().sqrt())
    return (x**2).exp() * x.erfc()


def _between(share: arb, x: arb) -> arb:
    """`share` less at most 4/x**2 of it: what an asymptotic series is beside its first term."""
    return share * (1 - (4 / x**2).union(arb(0)))


# From here on a remainder of Stirling's formula or a decay of a tail, as its first term, is known to 124 bits.
FAR = arb(2) ** 63
# Below -100 the scaled tail is above exp(10**4).
HIDDEN, LEAST = arb(-100), (arb(2) ** -14000).union(arb(0))


def _hazard(x: arb) -> arb:
    return LEAST if x < HIDDEN else 2 / (arb.pi().sqrt() * _scaled_erfc(x))


def _decay(x: arb) -> arb:
    return _between(1 / x, x) if x > FAR else _hazard(x) - 2 * x


def _bend(x: arb) -> arb:
    return _between(1 / x**2, x) if x > FAR else 2 - _hazard(x) * (_hazard(x) - 2 * x)


# The remainder and its derivatives without their signs: by the functions themselves, and the first term of the series.
REMAINDERS: Sequence[tuple[Callable[[arb], arb], Callable[[arb], arb]]] = (
    (lambda x: x.lgamma() - (x - HALF) * x.log() + x - (2 * arb.pi()).log() / 2, lambda x: 1 / (12 * x)),
    (lambda x: x.log() - 1 / (2 * x) - x.digamma(), lambda x: 1 / (12 * x**2)),
    (lambda x: arb(2).zeta(x) - 1 / x - 1 / (2 * x**2), lambda x: 1 / (6 * x**3)),
    (lambda x: 2 * arb(3).zeta(x) - 1 / x**2 - 1 / x**3, lambda x: 1 / (2 * x**4)),
)


def _remainder(order: int) -> Callable[[arb], arb]:
    near, first = REMAINDERS[order]
    return _on_positives(lambda x: _between(first(x), x) if x > FAR else near(x), arb.pos_inf())


def _drop(order: int) -> Callable[[arb, arb], arb]:
    remainder, first = _remainder(order), REMAINDERS[order][1]

    def drop(x: arb, d: arb) -> arb:
        y = x + d
        if x > FAR and y > FAR:
            return _between(first(x) - first(y), x.min(y))
        return remainder(x) - remainder(y)

    return drop


# Arithmetic, and what needs a convention at an end of its domain; the others name their method in the kernel table.
FUNCTIONS: Mapping[str, Callable[..., arb]] = {
    "add": _sum,
    "mul": _product,
    "neg": arb.__neg__,
    "div": _quotient,
    "square": lambda x: x * x,
    "pow": _power,
    "abs": arb.__abs__,
    "sign": arb.sgn,
    "step": lambda x: (1 + x.sgn()) / 2,
    "max": arb.max,
    "min": arb.min,
    "lt": lambda x, y: _truth(x < y, x >= y),
    "le": lambda x, y: _truth(x <= y, x > y),
    "eq": lambda x, y: _truth(x == y, x != y),
    "is_zero": lambda x: _truth(x.is_zero(), x != 0),
    "select": _select,
    "masked": lambda x, condition: _select(condition, x, arb.neg_inf()),
    "log": _logarithm,
    "log1p": _log1p,
    "nan_of": lambda x: arb(0),
    **dict.fromkeys(("if_finite", "or_zero"), lambda x: x if x.is_finite() else arb(0)),
    **dict.fromkeys((row.name for row in ERRORS), lambda *_: arb(0)),
    "hypot": lambda x, y: (x**2 + y**2).sqrt(),
    "atanh": _atanh,
    "atanh_remainder": lambda x: x.atanh() - x,
    "erfcx": _scaled_erfc,
    "erfcx_decay": _decay,
    "erfcx_bend": _bend,
    "lgamma": _on_positives(_log_gamma, arb.pos_inf()),
    "digamma": _on_positives(arb.digamma, arb.neg_inf()),
    "trigamma": _on_positives(arb(2).zeta, arb.pos_inf()),
    "tetragamma": _on_positives(lambda x: -2 * arb(3).zeta(x), arb.neg_inf()),
    "stirling_remainder": _remainder(0),
    "digamma_remainder": _remainder(1),
    "trigamma_remainder": _remainder(2),
    "tetragamma_remainder": _remainder(3),
    "stirling_drop": _drop(0),
    "digamma_drop": _drop(1),
    "trigamma_drop": _drop(2),
}
