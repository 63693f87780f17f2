"""What an expression gives as it is written, in NumPy: the naive form, and SymPy's rewritten one.

In float32 each function is evaluated in float64 and rounded, so that the form is judged and not a fast libm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import sympy
from flint import arb

from suite.balls import FUNCTIONS, Point
from suite.trees import Algebra, evaluate

__all__ = ["Array", "floats"]

Array = npt.NDArray[np.floating]


def _by_ball(function: Callable[[arb], arb]) -> Callable[[Array], Array]:
    """A function that NumPy lacks: exact by a ball, rounded once."""

    def value(x: float) -> float:
        return float(function(arb(x)).mid())

    return lambda x: np.array([value(each) for each in np.asarray(x, float)])


def _choose(condition: Array, then: Array, otherwise: Array) -> Array:
    chosen: Array = np.where(condition != 0, then, otherwise)
    return chosen


WIDE: Mapping[str, Callable[..., Array]] = {
    **{
        name: getattr(np, name)
        for name in (
            *("exp", "log", "expm1", "log1p", "exp2", "log2", "sin", "cos", "tan", "sinh", "cosh", "tanh"),
            *("logaddexp", "logaddexp2", "hypot"),
        )
    },
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "pow": np.power,
    "sinc": lambda x: np.sinc(x / np.pi),
    **{
        name: _by_ball(FUNCTIONS[name])
        for name in ("erf", "erfc", "gamma", "polygamma0", "polygamma1", "polygamma2", "polygamma3")
    },
}
PLAIN: Mapping[str, Callable[..., Array]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "square": np.square,
    "sqrt": np.sqrt,
    "Abs": np.abs,
    "sign": np.sign,
    "step": lambda x: (1 + np.sign(x)) / 2,
    "Max": np.maximum,
    "Min": np.minimum,
    "select": _choose,
    "StrictLessThan": np.less,
    "LessThan": np.less_equal,
    "And": np.logical_and,
    "Or": np.logical_or,
    "true": lambda: np.asarray(1.0),
    "false": lambda: np.asarray(0.0),
}


def floats(expression: sympy.Basic, points: Sequence[Point], dtype: str) -> Array:
    """`expression` at every point, computed in the dtype."""
    kind = np.dtype(dtype)

    def rounded(function: Callable[..., Array]) -> Callable[..., Array]:
        return lambda *arguments: function(*(np.asarray(a, float) for a in arguments)).astype(kind)

    functions = {**PLAIN, **{name: rounded(f) for name, f in WIDE.items()}, "pi": lambda: kind.type(np.pi)}
    algebra: Algebra[Array] = Algebra(lambda value: np.full(len(points), float(value), kind), functions)
    columns = {name: np.array([p[name] for p in points], kind) for name in (points[0] if points else ())}
    with np.errstate(all="ignore"):
        return np.broadcast_to(evaluate(expression, algebra, columns), (len(points),)).astype(kind)
