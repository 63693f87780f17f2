"""A row as a PyTensor graph, compiled with its stabilising rewrites; nodes are run by Python, not by a compiler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.mode import Mode

from suite.corpus import Row
from suite.floats import Array
from suite.points import Points
from suite.trees import Algebra, evaluate

__all__ = ["compiled"]

MODE = Mode("py", "fast_run").excluding("fusion", "inplace")

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "square": pt.sqr,
    "pow": pt.power,
    "Abs": pt.abs,
    "Max": pt.maximum,
    "Min": pt.minimum,
    "select": pt.switch,
    "StrictLessThan": pt.lt,
    "LessThan": pt.le,
    "And": pt.and_,
    "asin": pt.arcsin,
    "acos": pt.arccos,
    "atan": pt.arctan,
    "asinh": pt.arcsinh,
    "acosh": pt.arccosh,
    "atanh": pt.arctanh,
    "polygamma0": pt.digamma,
    **{
        name: getattr(pt, name)
        for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "erf", "erfc", "gamma")
    },
}


def compiled(row: Row, by: str | None, dtype: str) -> Callable[[Points], Array]:
    """The row's value, or its derivative, as PyTensor computes it in the dtype."""
    kind = np.dtype(dtype)
    inputs = {name: pt.vector(name, dtype=dtype) for name in row.domains}
    algebra: Algebra[Any] = Algebra(
        lambda value: pt.constant(kind.type(float(value))), {**FUNCTIONS, "pi": lambda: pt.constant(kind.type(np.pi))}
    )
    output = evaluate(row.expression, algebra, inputs)
    if by is not None:
        output = pytensor.grad(output.sum(), inputs[by])
    function = pytensor.function(list(inputs.values()), output, mode=MODE, on_unused_input="ignore")

    def run(points: Points) -> Array:
        columns = [np.array([p[name] for p in points.points], kind) for name in inputs]
        with np.errstate(all="ignore"):
            return np.broadcast_to(function(*columns), (len(points.points),)).astype(kind)

    return run
