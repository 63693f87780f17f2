"""Exact values of terms by ball arithmetic: the truth that every form is measured against.

A ball knows its own error, so the precision is raised until the value is known to `DIGITS` bits;
a value that is still unknown at `LIMIT` bits is NaN ("undetermined") and takes no part in a measurement.
The one convention is 0 log 0 = 0: an exact zero times an infinity is zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache, reduce

from flint import arb, ctx

from symloss.codegen.kernel_errors import ERRORS
from symloss.codegen.kernels import KERNELS, expand
from symloss.codegen.term import Term, variable, walk

__all__ = ["Values", "balls", "evaluate", "residue"]

DIGITS = 120  # bits of the truth: a float64 has 53, so its rounding is seen to 2**-67 ulp
START, LIMIT = 160, 6000
UNKNOWN, HALF = arb.nan(), arb(1) / 2
LARGEST_PRODUCT = 64  # the exponent up to which a power is a product where it has to be


def _product(*factors: arb) -> arb:
    vanishes = any(f.is_zero() for f in factors) and not any(f.is_nan() for f in factors)
    return arb(0) if vanishes else reduce(arb.__mul__, factors)


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
PRIMITIVES: Mapping[str, Callable[..., arb]] = {
    "add": lambda *terms: reduce(arb.__add__, terms),
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
    "log": _logarithm,
    "log1p": _log1p,
    "nan_of": lambda x: arb(0),
    "if_finite": lambda x: x if x.is_finite() else arb(0),
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


@lru_cache(maxsize=4096)
def _plan(
    terms: tuple[Term, ...], names: tuple[str, ...]
) -> tuple[tuple[tuple[Callable[..., arb], object], ...], tuple[int, ...]]:
    """The operations that give `terms`, each with the positions of its arguments among the values so far."""
    position = {name: index for index, name in enumerate(names)}
    slots: dict[Term, int] = {}
    steps: list[tuple[Callable[..., arb], object]] = []
    for node in walk(*terms):
        if node.operation == "variable":
            slots[node] = position[node.name]
            continue
        if node.operation == "number":
            value = node.rational
            steps.append((lambda _, p=value.numerator, q=value.denominator: arb(p) / q, None))
        else:
            steps.append((operation(node.operation), tuple(slots[a] for a in node.arguments)))
        slots[node] = len(names) + len(steps) - 1
    return tuple(steps), tuple(slots[t] for t in terms)


@cache
def operation(name: str) -> Callable[..., arb]:
    """The kernel `name` on balls: a primitive, or its own exact formula or textbook meaning."""
    if name in PRIMITIVES:
        return PRIMITIVES[name]
    kernel = KERNELS[name]
    if kernel.ball:
        primitive: Callable[..., arb] = getattr(arb, kernel.ball)
        return primitive
    term = expand(Term(name, tuple(Term("variable", (), n) for n in kernel.names)), kernel.exact or kernel.meaning)
    steps, (result,) = _plan((term,), kernel.names)
    return lambda *values: _run(steps, list(values))[result]


def _run(steps: Sequence[tuple[Callable[..., arb], object]], values: list[arb]) -> list[arb]:
    for function, slots in steps:
        values.append(function(None) if slots is None else function(*[values[s] for s in slots]))  # type: ignore[attr-defined]
    return values


def balls(terms: tuple[Term, ...], point: Mapping[str, float], precision: int) -> list[arb]:
    """The values of `terms` at `point` as balls, at `precision` bits."""
    names = tuple(sorted(point))
    steps, results = _plan(terms, names)
    before, ctx.prec = ctx.prec, precision
    try:
        values = _run(steps, [arb(point[n]) for n in names])
        return [values[r] for r in results]
    finally:
        ctx.prec = before


class Values:
    """The values of terms at one point and one precision: each part is evaluated once, however many terms share it."""

    def __init__(self, point: Mapping[str, float], precision: int) -> None:
        self._precision = precision
        self._known: dict[Term, arb] = {variable(name): arb(value) for name, value in point.items()}

    def __call__(self, term: Term) -> arb:
        if term not in self._known:
            with ctx.workprec(self._precision):
                for node in walk(term):
                    if node not in self._known:
                        self._known[node] = self._of(node)
        return self._known[term]

    def _of(self, node: Term) -> arb:
        if node.is_number:
            return arb(node.rational.numerator) / node.rational.denominator
        return operation(node.operation)(*[self._known[a] for a in node.arguments])


def residue(constant: Term, found: float) -> float:
    """What a term without variables is more than `found`."""
    with ctx.workprec(LIMIT):
        return float((evaluate(constant, {}) - found).mid())


def evaluate(term: Term, point: Mapping[str, float]) -> arb:
    """The value of `term` at `point` to `DIGITS` bits, or a NaN ball where `LIMIT` bits do not settle it."""
    precision = START
    while precision <= LIMIT:
        (value,) = balls((term,), point, precision)
        if value.rel_accuracy_bits() >= DIGITS or value.is_zero() or (not value.is_finite() and value.is_exact()):
            return value
        if value.is_finite() and float(value.abs_upper()) == 0.0:
            return value  # below the least subnormal: nothing more is needed
        precision *= 3
    return UNKNOWN
