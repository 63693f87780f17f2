"""Lowered code computes what its term means, and reads as if a person had written it."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from grammar import DOMAINS, ordinary, points, terms
from hypothesis import given, settings
from hypothesis import strategies as st

from symloss.codegen.backends.registry import BACKENDS
from symloss.codegen.domain import Domain, Positive, Real
from symloss.codegen.exact import evaluate
from symloss.codegen.lower import MissingOperationError, lowered
from symloss.codegen.notation import parse
from symloss.codegen.program import Body
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.search import spell
from symloss.codegen.term import Term, apply, walk

NUMPY = BACKENDS["numpy"]
REWRITER = Rewriter(DOMAINS)


def function(body: Body) -> Callable[..., Any]:
    support = type("Support", (), {})()
    space: dict[str, Any] = {"np": np, "_support": support}
    for name, text in NUMPY.helpers.items():
        exec(text, space)  # noqa: S102 - our own table
        setattr(support, name, space[name])
    lines = [f"def f({', '.join(body.parameters)}):", *body.lines, f"return ({', '.join(body.results)},)"]
    exec("\n    ".join(lines), space)  # noqa: S102 - what the toolkit generates
    made: Callable[..., Any] = space["f"]
    return made


def endless(*forms: Term) -> bool:
    """Whether a constant part has no finite value, as log(0) has none."""
    return any(not n.variables and not evaluate(n, {}).is_finite() for n in walk(*forms))


@settings(max_examples=120)
@given(terms(), st.lists(points, min_size=3, max_size=3))
def test_the_code_computes_the_value(term: Term, tried: list[dict[str, float]]) -> None:
    written, _ = spell(term, REWRITER, wide=False)
    if not written.variables or endless(written):
        return
    body = lowered([written], DOMAINS, NUMPY)
    arrays = [np.array([point[name] for point in tried]) for name in body.parameters]
    with np.errstate(all="ignore"):
        (result,) = function(body)(*arrays)
    for point, value in zip(tried, np.broadcast_to(result, (3,)), strict=True):
        if all(ordinary(t, point, 1e4) for t in (term, written)):
            exact = float(evaluate(term, point).mid())
            size = 1 + max(abs(float(evaluate(n, point).mid())) for n in walk(written))
            assert abs(value - exact) <= 1e-9 * size**2, point


@settings(max_examples=60)
@given(terms(), terms())
def test_the_code_is_written_with_care(first: Term, second: Term) -> None:
    if endless(first, second):
        return
    for backend in BACKENDS.values():
        spelled = [spell(t, REWRITER, wide=False)[0] for t in (first, second)]
        body = lowered(spelled, DOMAINS, backend)
        assert body.parameters == tuple(n for n in DOMAINS if n in body.parameters)
        known, used = set(body.parameters), set()
        for line in [*body.lines, *body.results]:
            tree = ast.parse(line).body[0]
            read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
            assert read <= known | {"np", "torch", "tf", "_support"}, "read before it is written"
            used |= read
            if isinstance(tree, ast.Assign):
                (target,) = tree.targets
                assert isinstance(target, ast.Name)
                assert target.id not in known, "a name means one thing"
                assert not keyword.iskeyword(target.id)
                known.add(target.id)
        assert known <= used | set(body.results), "everything written is read"


@pytest.mark.parametrize(
    ("text", "lines", "result"),
    [
        ("exp(x) + exp(x)*y", ("e = np.exp(x)",), "e + e * y"),
        ("x - y", (), "x - y"),
        ("x - (y - p)", (), "x + (p - y)"),
        ("x/(y*p)", (), "x / (y * p)"),
        ("-(x*y)", (), "-(x * y)"),
        ("(-x)**2", (), "np.square(x)"),
        ("2*x", (), "2 * x"),
        ("x/3", (), "x / 3"),
        ("0.1*x", (), "0.1 * x"),
        ("min(x/2**60, y)", (), "np.minimum(2.0**-60 * x, y)"),
        ("log(2)*x", (), "0.6931471805599453 * x"),
        ("x if x < y else p", (), "np.where(x < y, x, p)"),
        ("(1 if x < y else 0)*p", (), "(x < y).astype(x.dtype) * p"),
        ("y if 0 <= x else p", (), "np.where(x >= 0, y, p)"),
        ("y if -1/2 < x else p", (), "np.where(x > -0.5, y, p)"),
        ("(1 if 2 < x else 0)*p", (), "(x > 2).astype(x.dtype) * p"),
    ],
)
def test_what_is_written(text: str, lines: tuple[str, ...], result: str) -> None:
    body = lowered([parse(text)], DOMAINS, NUMPY)
    assert (body.lines, body.results) == (lines, (result,))


def test_a_name_of_the_user_is_not_taken() -> None:
    domains: dict[str, Domain] = {"e": Real, "total": Real}
    body = lowered([parse("exp(e)*exp(e) + (e + total)*log(exp(e) + (e + total))")], domains, NUMPY)
    (value,) = function(body)(np.array([0.5]), np.array([2.0]))
    expected = np.exp(1.0) + 2.5 * np.log(np.exp(0.5) + 2.5)
    assert np.allclose(value, expected, rtol=1e-15, atol=0)


def test_outputs_share_their_work() -> None:
    body = lowered([parse("log1p(exp(-x))"), parse("exp(-x)/(1 + exp(-x))")], DOMAINS, NUMPY)
    assert "\n".join((*body.lines, *body.results)).count("np.exp(") == 1


def test_a_long_expression_is_broken_up() -> None:
    body = lowered([parse("*".join(f"log(y + exp(x*{k}))" for k in range(2, 6)))], DOMAINS, NUMPY)
    assert body.lines
    assert max(map(len, (*body.lines, *body.results))) <= 80


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "text",
    [
        "x/3 + 0.1",
        "x if x < y else 3",
        "(1 if x <= y else 2)",
        "step(x)*y",
        "is_zero(x) + y",
        "min(x, 1e30)",
        "log(2) + x",
    ],
)
def test_the_dtype_is_kept(text: str, dtype: str) -> None:
    body = lowered([parse(text)], {"x": Real, "y": Positive}, NUMPY)
    (result,) = function(body)(*[np.array([0.5, 2.0], dtype)] * len(body.parameters))
    assert result.dtype == dtype


def test_a_kernel_that_a_backend_cannot_spell_is_named() -> None:
    poorer = replace(NUMPY, operations={k: v for k, v in NUMPY.operations.items() if k != "tanh"})
    with pytest.raises(MissingOperationError, match=r"numpy.*tanh"):
        lowered([parse("x + tanh(x)")], DOMAINS, poorer)


def test_every_term_of_a_deep_sum_is_there() -> None:
    term = apply("add", *(parse(f"exp(x/{k})") for k in range(1, 60)))
    (value,) = function(lowered([term], DOMAINS, NUMPY))(np.array([0.5]))
    assert np.allclose(value, sum(np.exp(0.5 / k) for k in range(1, 60)), rtol=1e-13)
