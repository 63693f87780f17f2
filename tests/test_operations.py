"""Every backend's operation agrees with its kernel's meaning to the error that its row states, over the float range."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from importlib import import_module
from math import isqrt
from typing import Any

import numpy as np
import pytest
from kernel_points import KINDS, ROUNDINGS, domains_of, kernel_term, points

from symloss.codegen.backends.registry import BACKENDS
from symloss.codegen.exact import evaluate
from symloss.codegen.kernel_errors import FUNCTION_ERRORS
from symloss.codegen.lower import lowered
from symloss.codegen.notation import parse
from symloss.codegen.program import Body

DTYPES = ("float32", "float64")
LIBRARIES = {"numpy": ("np", "numpy"), "torch": ("torch", "torch"), "tf": ("tf", "tensorflow")}
ROWS = [
    (b, k)
    for b, backend in BACKENDS.items()
    for k in backend.operations
    if KINDS.get(k) and k not in {"select", *ROUNDINGS, *FUNCTION_ERRORS}
]
ARITHMETIC = ("add", "mul", "neg", "div")


class Library:
    """One array library: how to bring numbers in and out, and to run a body of lowered code."""

    def __init__(self, name: str) -> None:
        alias, module = LIBRARIES[name]
        self.name, self.module = name, import_module(module)
        self.space: dict[str, Any] = {alias: self.module, "Tensor": getattr(self.module, "Tensor", None)}
        self.space["_support"] = type("Support", (), {})()
        for helper, text in BACKENDS[name].helpers.items():
            exec(text, self.space)  # noqa: S102 - our own table
            setattr(self.space["_support"], helper, self.space[helper])

    def array(self, values: list[float], dtype: str) -> Any:
        made = np.array(values, dtype)
        convert = {"numpy": np.asarray, "torch": "from_numpy", "tf": "constant"}[self.name]
        return convert(made) if callable(convert) else getattr(self.module, convert)(made)

    def function(self, body: Body) -> Callable[..., Any]:
        lines = [f"def f({', '.join(body.parameters)}):", *body.lines, f"return {body.results[0]}"]
        exec("\n    ".join(lines), self.space)  # noqa: S102 - what the toolkit generates
        function = self.space["f"]
        assert callable(function)
        return function


@cache
def library(name: str) -> Library:
    return Library(name)


@cache
def truths(kernel: str, dtype: str) -> tuple[tuple[Mapping[str, float], Any], ...]:
    """Points over the float range with the kernel's exact value, where neither is subnormal nor too large."""
    information = np.finfo(dtype)
    span = {"float32": (-125, 127), "float64": (-1021, 1023)}[dtype]
    tried = points(kernel, dtype, 250, exponents=span) + points(kernel, dtype, 350, exponents=(-30, 7))
    kept = []
    for point in tried:
        value = evaluate(kernel_term(kernel), point)
        size = float(abs(value).mid()) if value.is_finite() else np.inf
        normal = all(v == 0 or abs(v) >= float(information.tiny) for v in point.values())
        if normal and (size == 0 or float(information.tiny) <= size <= float(information.max)):
            kept.append((point, value))
    assert len(kept) >= 150
    return tuple(kept)


def error_in_ulps(exact: Any, value: float, dtype: str) -> float:
    if not np.isfinite(value):
        return np.inf
    size = float(abs(exact).mid())
    if size == 0:
        return 0.0 if value == 0 else np.inf
    ulp = np.ldexp(1.0, int(np.frexp(size)[1]) - np.finfo(dtype).nmant - 1)
    return float(abs(exact - value).mid()) / ulp


def measured(
    backend: str, kernel: str, dtype: str, wrap: Callable[[Callable[..., Any]], Callable[..., Any]] = lambda f: f
) -> tuple[float, Mapping[str, float]]:
    """The largest error of a kernel's operation in ulps, and where it is met."""
    with np.errstate(all="ignore"):
        known, used = truths(kernel, dtype), library(backend)
    function = wrap(used.function(lowered([kernel_term(kernel)], domains_of(kernel), BACKENDS[backend])))
    columns = [used.array([p[name] for p, _ in known], dtype) for name in domains_of(kernel)]
    with np.errstate(all="ignore"):
        result = np.asarray(function(*columns))
    assert result.dtype == dtype
    errors = [error_in_ulps(exact, float(v), dtype) for (_, exact), v in zip(known, result, strict=True)]
    worst = int(np.argmax(errors))
    return errors[worst], known[worst][0]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("backend", "kernel"), ROWS)
def test_an_operation_is_as_good_as_its_row_states(backend: str, kernel: str, dtype: str) -> None:
    error, where = measured(backend, kernel, dtype)
    assert error <= BACKENDS[backend].operations[kernel].ulps + 1e-6, where


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("backend", "kernel"), itertools.product(BACKENDS, ARITHMETIC))
def test_arithmetic_is_correctly_rounded(backend: str, kernel: str, dtype: str) -> None:
    error, where = measured(backend, kernel, dtype)
    assert error <= 0.5 + 1e-6, where


EXACTLY: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {
    "sum_error": lambda x, y: x + y,
    "product_error": lambda x, y: x * y,
    "quotient_error": lambda x, y: x / y,
    "root_quotient_error": lambda x, y: x / Fraction(isqrt(int(y * 2**800)), 2**400),
}


ROUNDED = {"quotient_error": 1, "root_quotient_error": 2}  # squares of the spacing at 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("backend", "kernel"), itertools.product(BACKENDS, ROUNDINGS))
def test_what_an_operation_loses_is_found(backend: str, kernel: str, dtype: str) -> None:
    """All of it, but for the roundings of what a quotient loses, which is no float."""
    used, terms = library(backend), [parse(ROUNDINGS[kernel]), parse(f"{kernel}(a, b)")]
    known = points(kernel, dtype, 250, exponents=(-30, 30))  # whose products and remainders are normal numbers
    rounded, lost = (
        np.asarray(
            used.function(lowered([term], domains_of(kernel), BACKENDS[backend]))(
                *(used.array([p[name] for p in known], dtype) for name in domains_of(kernel))
            )
        )
        for term in terms
    )
    assert np.count_nonzero(lost) > 100
    for point, whole, part in zip(known, rounded, lost, strict=True):
        true = EXACTLY[kernel](*(Fraction(v) for v in point.values()))
        left = abs(true - Fraction(float(whole)) - Fraction(float(part)))
        assert left <= ROUNDED.get(kernel, 0) * abs(true) * Fraction(float(np.finfo(dtype).eps)) ** 2, point


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_choice_takes_the_branch_of_its_condition(backend: str) -> None:
    term = parse("b if a < 1 else 3")
    used = library(backend)
    function = used.function(lowered([term], domains_of("add"), BACKENDS[backend]))
    result = function(used.array([0.0, 1.0, 2.0], "float32"), used.array([5.0, 6.0, 7.0], "float32"))
    assert np.asarray(result).tolist() == [5.0, 3.0, 3.0]
    assert np.asarray(result).dtype == np.float32
