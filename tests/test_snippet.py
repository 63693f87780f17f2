"""The code that `derive` gives: run as it is, in the dtype it is given, and pasted where symloss is not installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
import tensorflow as tf
import torch

from symloss.codegen import DeriveError, cli, derive
from symloss.codegen.api import Formula
from symloss.codegen.backends.registry import BACKENDS


@pytest.fixture(scope="module")
def softplus() -> Formula:
    return derive("log(1 + exp(x))", x="real")


@pytest.mark.parametrize("target", BACKENDS)
def test_a_missing_library_is_named(softplus: Formula, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    library = {"numpy": "numpy", "torch": "torch", "tf": "tensorflow"}[target]
    for name in [name for name in sys.modules if name == library]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(DeriveError, match=f"this needs {library}, which is not installed"):
        softplus.compile(target)


def test_numpy_keeps_the_dtype(softplus: Formula) -> None:
    f = softplus.compile("numpy")
    for dtype in ("float16", "float32", "float64"):
        assert f(np.array([1, 100], dtype)).dtype == dtype
    assert f([0, 1]).dtype == np.float64
    assert np.isnan(f(np.nan))
    assert f(np.float32(-100)) == pytest.approx(3.7835059e-44)
    with pytest.raises(TypeError, match="real numbers"):
        f(1j)


def test_a_part_of_the_code_never_takes_the_name_of_an_argument() -> None:
    formula = derive("exp(2*x + total)*(2*x + total) + total_2 + total", x="real", total="real", total_2="real")
    assert formula.compile("numpy")(0.0, 0.0, 5.0) == 5.0


# A program that runs pasted code where neither symloss nor its toolkit's libraries can be imported, and prints values.
PROGRAM = """
import json, sys

class Hidden:
    def find_spec(self, name, *_):
        if name.split(".")[0] in ("symloss", "sympy", "flint", "jinja2"):
            raise ImportError(name)

sys.meta_path.insert(0, Hidden())
import numpy as np

for source, points in json.load(sys.stdin):
    for dtype in ("float32", "float64"):
        pasted = {}
        exec(source, pasted)
        tf, torch = pasted.get("tf"), pasted.get("torch")
        values = pasted["formula"](*(ARRAY for column in zip(*points)))
        print(json.dumps([dtype, str(np.asarray(values).dtype), [float(v) for v in np.asarray(values)]]))
"""
ARRAYS = {
    "numpy": "np.array(column, dtype)",
    "torch": "torch.tensor(column, dtype=getattr(torch, dtype))",
    "tf": "tf.constant(column, dtype)",
}
FORMULAS: dict[str, tuple[dict[str, str], list[tuple[float, ...]], Any]] = {
    "log(1 + exp(x))": (
        {"x": "real"},
        [(-80.0,), (-1.5,), (0.0,), (2.0,), (500.0,)],
        lambda x: mpmath.log1p(mpmath.exp(x)),
    ),
    "y*log(y/p) - y + p": (
        {"y": "nonnegative", "p": "positive"},
        [(0.0, 2.0), (1.0, 1.0009765625), (3.0, 0.5)],
        lambda y, p: (y * mpmath.log(y / p) if y else 0) - y + p,
    ),
    "sqrt(x**2 + y**2) + abs(x)": (
        {"x": "real", "y": "real"},
        [(3.0, 4.0), (-1e30, 1e30), (0.0, 0.0)],
        lambda x, y: mpmath.sqrt(x**2 + y**2) + abs(x),
    ),
}


@pytest.mark.parametrize("target", BACKENDS)
def test_pasted_code_runs_without_symloss_and_is_accurate(target: str, tmp_path: Path) -> None:
    script = tmp_path / "pasted.py"
    script.write_text(PROGRAM.replace("ARRAY", ARRAYS[target]), encoding="utf-8")
    sources = [(derive(text, variables=where).source(target), points) for text, (where, points, _) in FORMULAS.items()]
    done = subprocess.run(
        [sys.executable, "-I", str(script)],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    cases = [case for case in FORMULAS.values() for _ in ("float32", "float64")]
    for (dtype, given_back, values), (_, points, truth) in zip(lines, cases, strict=True):
        assert given_back == dtype
        for point, value in zip(points, values, strict=True):
            with mpmath.workdps(60):
                exact = truth(*map(mpmath.mpf, point))
                assert abs(value - exact) <= 16 * abs(exact) * float(np.finfo(dtype).eps), (point, value)


@pytest.mark.parametrize("target", ["torch", "tf"])
def test_a_library_that_differentiates_gets_the_derived_slopes(target: str, softplus: Formula) -> None:
    """By its operations alone the slope of max(x, 0) + log1p(exp(-|x|)) at 0 is 1 in PyTorch; it is 1/2."""
    function = softplus.compile(target)
    if target == "torch":
        x = torch.tensor([0.0, 100.0, -100.0], requires_grad=True)
        function(x).sum().backward()
        slopes = x.grad.numpy()
    else:
        x = tf.Variable([0.0, 100.0, -100.0])
        with tf.GradientTape() as tape:
            value = function(x)
        slopes = tape.gradient(value, x).numpy()
    np.testing.assert_allclose(slopes, [0.5, 1.0, 3.783506e-44], rtol=1e-6, atol=1e-43)


@pytest.mark.compiler
@pytest.mark.parametrize("formula", ["log(1 + exp(x)) - y", "(exp(x) - y)**2"])
def test_pasted_code_compiles(formula: str) -> None:
    """In PyTorch without what functions lose, in TensorFlow with it: beside e = exp(1) all digits are of that."""
    derived = derive(formula, x="real", y="real")
    function = derived.compile("torch")
    x, y = torch.linspace(-3, 3, 7, dtype=torch.float64), torch.full((7,), 0.7, dtype=torch.float64)
    np.testing.assert_allclose(torch.compile(function, fullgraph=True)(x, y), function(x, y), rtol=1e-13)
    near, exactly = tf.constant([1.0], tf.float64), tf.constant([2.718281828459045], tf.float64)
    compiled = tf.function(derived.compile("tf"), jit_compile=True)
    np.testing.assert_allclose(compiled(near, exactly), derived.compile("numpy")(near, exactly), rtol=1e-6)


def test_broadcast_gradients_have_the_shapes_of_the_arguments() -> None:
    function = derive("z*log(1 + exp(-x)) + (1 - z)*log(1 + exp(x))", x="real", z="binary").compile("torch")
    x = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    labels = torch.tensor([[1], [0]])
    function(x, labels).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [0.0, 0.0, 0.0]
    assert function(torch.zeros(2, dtype=torch.float16), 1).dtype == torch.float16
    with pytest.raises(TypeError, match="floating"):
        function(labels, labels)


def test_a_gradient_penalty_through_pasted_code_is_not_lost() -> None:
    """Second derivatives are derived as well; under vmap, too."""
    entropy = derive("-x*log(x) - (1 - x)*log(1 - x)", x="(0, 1)").compile("torch")
    x = torch.tensor([0.1, 0.3, 0.9], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(entropy, x)
    np.testing.assert_allclose(torch.func.vmap(torch.func.grad(entropy))(x.detach()), np.log(1 / x.detach() - 1))


@pytest.mark.parametrize("target", ["torch", "tf"])
@pytest.mark.parametrize(
    ("formula", "domains", "point", "bend"),
    [
        ("-(y*log(1/(1 + exp(-x))) + (1 - y)*log(1 - 1/(1 + exp(-x))))", {"x": "real", "y": "unit"}, (0.0, 0.3), 0.25),
        ("exp(-x**2/2 - y)", {"x": "real", "y": "real"}, (0.0, 1.0), -np.exp(-1.0)),
        ("x*log(x/y) - x + y", {"x": "positive", "y": "positive"}, (1.0, 1.0), 1.0),
        ("log(1 + exp(x))*x", {"x": "real"}, (0.0,), 1.0),
        ("x/(1 + exp(-x))", {"x": "real"}, (0.0,), 0.5),
    ],
)
def test_second_derivatives_are_right_where_the_form_has_a_kink(
    target: str, formula: str, domains: dict[str, str], point: tuple[float, ...], bend: float
) -> None:
    """The formula has none there, but its stable form is made of abs(x) and max(x, 0)."""
    function = derive(formula, **domains).compile(target)
    if target == "torch":
        first, *rest = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in point)
        (slope,) = torch.autograd.grad(function(first, *rest), first, create_graph=True)
        (found,) = torch.autograd.grad(slope, first)
    else:
        first, *rest = (tf.Variable(value, dtype=tf.float64) for value in point)
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                value = function(first, *rest)
            slope = inner.gradient(value, first)
        found = outer.gradient(slope, first)
    assert float(found) == pytest.approx(bend, rel=1e-12)


def test_code_that_still_fails_says_so_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["derive", "log(x) - sin(y)*tan(x*y)", "--var", "x=positive", "--var", "y=real"]
    assert cli.main([*given, "--emit", "numpy"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith('"""')
    assert printed.err.startswith("warning: this form still fails")


def test_the_way_to_the_first_form_is_a_step(softplus: Formula) -> None:
    slope = softplus.gradient("x")
    assert [stage.rule for stage in slope.steps] == ["derivative of the closed form"]
    assert slope.steps[-1].formula == slope.stable
