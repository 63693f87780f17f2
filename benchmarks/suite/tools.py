"""The tools that make a form of a row: nobody (the naive form), symloss, SymPy's rewriting, PyTensor's."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

import sympy
from sympy.codegen.rewriting import optimize, optims_numpy

from suite.corpus import Row
from suite.floats import Array, floats
from suite.limits import LimitError, limited
from suite.points import Points
from symloss.codegen.analysis import gradient, stabilised
from symloss.codegen.derivation import Derivation
from symloss.codegen.differentiate import NoDerivativeError
from symloss.codegen.goal import EXACT
from symloss.codegen.model import Model
from symloss.codegen.sympy_form import UnknownFunctionError, from_sympy

__all__ = ["TOOLS", "Made", "Refused", "Tool", "available", "slope"]


@dataclass(frozen=True)
class Made:
    """A form: what it computes at points, what it reads like, and what it took to find it."""

    compute: Callable[[Points], Array]
    text: str
    seconds: float = 0.0
    steps: int = 0


@dataclass(frozen=True)
class Refused:
    """No form, and why."""

    reason: str
    seconds: float = 0.0


Forms = Mapping[str, Made | Refused]
Tool = Callable[[Row, float], Forms]


def _attempt(make: Callable[[], Made], seconds: float) -> Made | Refused:
    """What `make` gives, with the time it took; any fault of the tool is a refusal."""
    start = time.perf_counter()
    try:
        with limited(seconds):
            made = make()
    except (UnknownFunctionError, NoDerivativeError, LimitError) as error:
        return Refused(str(error), time.perf_counter() - start)
    except Exception as error:  # noqa: BLE001 - whatever breaks in a tool is that tool's result
        return Refused(f"{type(error).__name__}: {error}"[:200], time.perf_counter() - start)
    return Made(made.compute, made.text, time.perf_counter() - start, made.steps)


def slope(row: Row, by: str | None) -> sympy.Expr:
    """The naive expression, or its derivative as SymPy gives it."""
    return row.expression if by is None else sympy.diff(row.expression, row.symbols[by])


def _in_numpy(row: Row, by: str | None, rewrite: Callable[[sympy.Expr], sympy.Expr] = lambda e: e) -> Made:
    expression = rewrite(slope(row, by))
    return Made(lambda points: floats(expression, points.points, points.dtype), str(expression))


def naive(row: Row, limit: float) -> Forms:
    """The expression as it is written, and SymPy's derivatives of it."""
    return {o: _attempt(partial(_in_numpy, row, by), limit) for o, by in row.outputs.items()}


def sympy_rewritten(row: Row, limit: float) -> Forms:
    """SymPy's rewriting for numerics: log1p, expm1, logaddexp and their like."""
    return {
        o: _attempt(partial(_in_numpy, row, by, lambda e: optimize(e, optims_numpy)), limit)
        for o, by in row.outputs.items()
    }


def symloss(row: Row, limit: float) -> Forms:
    """The toolkit's stable forms, in its model arithmetic."""
    value: dict[str, Derivation] = {}

    def make(by: str | None) -> Made:
        if by is None:
            found = value["value"] = stabilised(from_sympy(row.expression, tuple(row.domains)), row.space, goal=EXACT)
        elif "value" in value:
            found = gradient(value["value"], by, row.space, goal=EXACT)
        else:
            raise NoDerivativeError("no form of the value")
        return Made(
            lambda points: Model(points.points, points.dtype)(found.stable), str(found.stable), 0, len(found.steps)
        )

    return {o: _attempt(partial(make, by), limit) for o, by in row.outputs.items()}


def pytensor_rewritten(row: Row, limit: float) -> Forms:
    """PyTensor's graph after the rewrites of its fast mode, derivatives by its own differentiation."""
    from suite.graphs import compiled  # noqa: PLC0415 - PyTensor is an extra

    return {o: _attempt(partial(_graph, compiled, row, by), limit) for o, by in row.outputs.items()}


def _graph(compiled: Callable[[Row, str | None, str], Callable[[Points], Array]], row: Row, by: str | None) -> Made:
    functions = {dtype: compiled(row, by, dtype) for dtype in ("float32", "float64")}
    return Made(lambda points: functions[points.dtype](points), "")


TOOLS: Mapping[str, Tool] = {
    "naive": naive,
    "symloss": symloss,
    "sympy": sympy_rewritten,
    "pytensor": pytensor_rewritten,
}
NEEDS = {"pytensor": "pytensor"}


def available() -> tuple[str, ...]:
    """The tools whose packages are installed."""
    return tuple(name for name in TOOLS if name not in NEEDS or find_spec(NEEDS[name]))
