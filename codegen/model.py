"""Model arithmetic: what a form computes on a machine whose every function is correctly rounded.

Sums, products, quotients and roots follow IEEE 754, every other kernel is exact by balls and rounded once.
No libm is involved, so a form measures the same on every processor.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, reduce

import numpy as np
import numpy.typing as npt
from flint import arb, ctx

from symloss.codegen.exact import operation, residue
from symloss.codegen.kernel_errors import FUNCTION_ERRORS, KNOWN_IN
from symloss.codegen.kernels import KERNELS
from symloss.codegen.points import Point
from symloss.codegen.term import Term, walk

__all__ = ["Model"]

Array = npt.NDArray[np.floating]


def _choose(condition: Array, then: Array, otherwise: Array) -> Array:
    return np.where(condition != 0, then, otherwise)


def _sum_error(x: Array, y: Array) -> Array:
    total = x + y
    share = total - x
    return (x - (total - share)) + (y - share)


def _product_error(x: Array, y: Array) -> Array:
    whole, splitter = x * y, x.dtype.type(2 ** ((np.finfo(x.dtype).nmant + 2) // 2) + 1)
    (x_high, x_low), (y_high, y_low) = ((h := splitter * v - (splitter * v - v), v - h) for v in (x, y))
    return x_low * y_low - (((whole - x_high * y_high) - x_low * y_high) - x_high * y_low)


def _quotient_error(x: Array, y: Array) -> Array:
    share = x / y
    return ((x - share * y) - _product_error(share, y)) / y


def _root_quotient_error(x: Array, y: Array) -> Array:
    share = x / np.sqrt(y)
    square = share * share
    left = _product_error(x, x) - y * _product_error(share, share) - _product_error(y, square)
    return ((x * x - y * square) + left) / (2 * y * np.where(share == 0, np.ones_like(share), share))


IEEE: Mapping[str, Callable[..., Array]] = {
    "add": lambda *terms: reduce(np.add, terms),
    "mul": lambda *factors: reduce(np.multiply, factors),
    "neg": np.negative,
    "div": np.divide,
    "square": np.square,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "step": lambda x: (1 + np.sign(x)) / 2,
    "max": np.maximum,
    "min": np.minimum,
    "select": _choose,
    "masked": lambda x, condition: np.where(condition != 0, x, -np.inf).astype(x.dtype),
    "lt": lambda x, y: (x < y).astype(x.dtype),
    "le": lambda x, y: (x <= y).astype(x.dtype),
    "eq": lambda x, y: (x == y).astype(x.dtype),
    "nan_of": lambda x: np.where(np.isnan(x), x, np.zeros_like(x)),
    "is_zero": lambda x: (x == 0).astype(x.dtype),
    **dict.fromkeys(("if_finite", "or_zero"), lambda x: np.where(np.isfinite(x), x, np.zeros_like(x))),
    "sum_error": _sum_error,
    "product_error": _product_error,
    "quotient_error": _quotient_error,
    "root_quotient_error": _root_quotient_error,
}

# What kernels of two arguments give at an infinity, NaN where nothing stands; of one argument the kernel table says it.
LIMITS: Mapping[str, Callable[..., Array]] = {
    "hypot": np.hypot,
    "pow": np.power,
    **dict.fromkeys(("stirling_drop", "digamma_drop", "trigamma_drop"), lambda x, d: np.full_like(x, np.nan)),
}


def _as_float(value: Fraction) -> float:
    """The float64 next to `value`, infinity beyond the range."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


class Model:
    """The values of terms at fixed points in one dtype; each node is evaluated once, however many forms share it."""

    def __init__(self, points: Sequence[Point], dtype: str) -> None:
        self.dtype = np.dtype(dtype)
        self.count = len(points)
        self._values: dict[Term, Array] = {}
        self._known: Callable[[Term], Array | None] = lambda _: None
        self._columns = {n: np.array([p[n] for p in points], self.dtype) for n in (points[0] if points else ())}

    def __call__(self, term: Term) -> Array:
        """`term` at every point, in the dtype."""
        if term not in self._values:
            with np.errstate(all="ignore"):
                for node in walk(term):
                    if node not in self._values:
                        known = self._known(node)
                        self._values[node] = self._evaluate(node) if known is None else known
        return self._values[term]

    def at(self, chosen: npt.NDArray[np.bool_]) -> Model:
        """The model at some of its points alone; what was evaluated is not evaluated again."""
        part = Model((), self.dtype.name)
        part.count = int(chosen.sum())
        part._columns = {name: column[chosen] for name, column in self._columns.items()}
        part._known = lambda node: self._values[node][chosen] if node in self._values else None
        return part

    def _evaluate(self, node: Term) -> Array:
        if node.operation == "variable":
            return self._columns[node.name]
        if node.is_number:
            return np.full(self.count, _as_float(node.rational), self.dtype)
        arguments = [self._values[a] for a in node.arguments]
        if node.operation == "constant_error":
            (constant,) = node.arguments
            losses = [residue(constant, held) for held in set(arguments[0].astype(float).tolist())]
            return np.full(self.count, losses[0] if losses else 0.0, self.dtype)
        if node.operation in FUNCTION_ERRORS:
            return self._residue(node.operation.removesuffix("_error"), arguments)
        return self._computed(node.operation, arguments)

    def _computed(self, name: str, arguments: list[Array]) -> Array:
        return IEEE[name](*arguments) if name in IEEE else self._rounded(name, arguments)

    def _residue(self, name: str, arguments: list[Array]) -> Array:
        """What the rounding of a function loses; NaN where it has no finite value, and where code does not know it."""
        whole, *columns = (a.astype(float) for a in (self._computed(name, arguments), *arguments))
        finite = np.logical_and.reduce([np.isfinite(column) for column in (whole, *columns)])
        if (known := KNOWN_IN.get(f"{name}_error")) and self.dtype == np.float64:
            finite &= np.array([known.contains(value) for value in columns[0].tolist()], bool)
        result = np.full(self.count, np.nan)
        rows = zip(*(column[finite].tolist() for column in (whole, *columns)), strict=True)
        result[finite] = [_left(name, *row) for row in rows]
        return result.astype(self.dtype)

    def _rounded(self, name: str, arguments: list[Array]) -> Array:
        result = np.full(self.count, np.nan)
        finite = np.logical_and.reduce([np.isfinite(a) for a in arguments]) if arguments else np.ones(self.count, bool)
        columns = [a[finite].astype(float).tolist() for a in arguments]
        rows: Iterable[tuple[float, ...]] = zip(*columns, strict=True) if columns else [()] * self.count
        result[finite] = [_nearest(name, *row) for row in rows]
        if name in LIMITS:
            result = np.where(finite, result, LIMITS[name](*arguments))
        elif limits := KERNELS[name].limits:
            for end, limit in zip((-np.inf, np.inf), limits, strict=True):
                result[arguments[0] == end] = limit
        return result.astype(self.dtype)


@lru_cache(maxsize=1 << 17)
def _nearest(name: str, *values: float) -> float:
    """The float64 nearest to a kernel's exact value: 70 good bits make a second rounding to float32 harmless.

    Forms of one expression ask for the same values again and again, its derivatives at the same points, too.
    """
    function, before = operation(name), ctx.prec
    try:
        for precision in (90, 300, 1200, 4800):
            ctx.prec = precision
            ball = function(*map(arb, values))
            if (
                ball.rel_accuracy_bits() >= 70
                or ball.is_exact()
                or (ball.is_finite() and float(ball.abs_upper()) == 0.0)
            ):
                return float(ball.mid())
    finally:
        ctx.prec = before
    return float("nan")


@lru_cache(maxsize=1 << 17)
def _left(name: str, found: float, *values: float) -> float:
    """What a kernel's exact value is more than `found`, to as many digits as float64 has; 0 if that is not settled."""
    function = operation(name)
    for precision in (200, 600, 2400):
        with ctx.workprec(precision):
            ball = function(*map(arb, values)) - found
            if ball.rel_accuracy_bits() >= 53:
                return float(ball.mid())
    return 0.0
