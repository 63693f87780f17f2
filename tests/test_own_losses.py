"""Losses of one's own: in a new target language, in a package of one's own, and with every fault that one can make."""

from __future__ import annotations

import inspect
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import generated_cases as cases
import oracle
import pytest
from definition_files import GOOD, HEAD, REAL, SQUARE, definition

from symloss.codegen import cli
from symloss.codegen.analysis import analyse
from symloss.codegen.backends.operations import Backend, Operation
from symloss.codegen.lower import MissingOperationError, lowered


def plain_python(loss_name: str) -> dict[str | None, Any]:
    """A backend for Python's own numbers, and the loss and its derivatives rendered with it."""
    backend = Backend(
        name="plain",
        truth="float({0})",
        constant="{0}",
        array="{0}",
        operations={
            "abs": Operation("abs({0})"),
            "max": Operation("max({0}, {1})"),
            "min": Operation("min({0}, {1})"),
            "sign": Operation("math.copysign(({0}) != 0, {0})"),
            "step": Operation(formula="(1 + sign(x))/2"),
            "is_zero": Operation(formula="x == 0"),
            "select": Operation("({1} if {0} else {2})"),
            "square": Operation("({0})**2"),
            "sqrt": Operation("math.sqrt({0})"),
            "hypot": Operation("math.hypot({0}, {1})"),
            "nan_of": Operation("0*({0})"),
            "sigmoid": Operation(formula="exp(min(x, 0))/(1 + exp(-abs(x)))"),
            **{name: Operation(f"math.{name}({{0}})") for name in "exp expm1 log log1p sinh cosh tanh".split()},
        },
    )
    loss = cases.LOSSES[loss_name]
    derived = analyse(loss)
    functions: dict[str | None, Any] = {}
    for output, each in {None: derived.value, **derived.gradients}.items():
        body = lowered([each.stable], {a.name: a.domain for a in loss.arguments}, backend)
        lines = [*body.lines, f"return {body.results[0]}"]
        names: dict[str, Any] = {"math": math}
        exec("\n ".join([f"def rendered({', '.join(body.parameters)}, **_):", *lines]), names)  # noqa: S102 - the test
        functions[output] = names["rendered"]
    return functions


@pytest.mark.parametrize("name", ["weighted_sigmoid_cross_entropy", "soft_margin", "log_cosh", "pseudo_huber"])
def test_a_new_backend_is_a_table(name: str) -> None:
    assert len(inspect.getsource(plain_python).splitlines()) < 40
    for output, function in plain_python(name).items():
        for point in cases.typical(name, "float64", output)[:20]:
            true = oracle.derivative(name, point, output) if output else oracle.value(name, point)
            assert function(**point) == pytest.approx(float(true), rel=1e-13, abs=1e-300)


def test_a_kernel_that_a_backend_cannot_spell_is_named() -> None:
    derived = analyse(cases.LOSSES["soft_margin"])
    backend = Backend(name="abacus", operations={}, truth="{0}", constant="{0}", array="{0}")
    domains = {a.name: a.domain for a in cases.LOSSES["soft_margin"].arguments}
    with pytest.raises(MissingOperationError, match="abacus has no operation for the kernel"):
        lowered([derived.value.stable], domains, backend)


MINE = '''"""Losses of our own."""

from sympy import exp, log

from symloss.codegen.language import Positive, Real, Unit, loss


@loss
def tempered_cross_entropy(logits: Real, labels: Unit, *, temperature: Positive = 2):
    """Cross-entropy of a label at a temperature."""
    p = 1 / (1 + exp(-logits / temperature))
    return -(labels * log(p) + (1 - labels) * log(1 - p))
'''

USE = """
import math, sys
for blocked in ("symloss", "jinja2", "flint"):
    sys.modules[blocked] = None
import numpy as np, torch
import ourpackage.numpy, ourpackage.torch
from ourpackage.training import mine

truth = math.log1p(math.exp(-2.0))
assert mine() == 42
value, slope = ourpackage.numpy.tempered_cross_entropy_value_and_grad(np.array([4.0]), np.array([1]))
assert abs(value / truth - 1) < 1e-14 and abs(slope[0] / (-0.5 / (1 + math.exp(2.0))) - 1) < 1e-14
logits = torch.tensor([4.0], dtype=torch.float64, requires_grad=True)
loss = ourpackage.torch.TemperedCrossEntropy(temperature=2.0)(logits, torch.ones(1, dtype=torch.float64))
loss.backward()
assert abs(loss.item() / truth - 1) < 1e-14 and abs(logits.grad.item() / slope[0] - 1) < 1e-14
assert abs(ourpackage.numpy.tempered_cross_entropy(-1e4, 1.0) - 5000) < 1e-9
assert not any(name.startswith("symloss.") for name in sys.modules)
print("works")
"""


def test_a_package_of_ones_own_runs_where_symloss_is_not_installed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    defs, package = tmp_path / "losses", tmp_path / "ourpackage"
    own = {
        "training.py": "def mine():\n    return 42\n",
        "__init__.py": '"""Our package."""\n',
        "numpy/helpers.py": "x = 1\n",
        "data/rows.csv": "1,2\n",
    }
    for path, text in {**{f"ourpackage/{path}": text for path, text in own.items()}, "losses/mine.py": MINE}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    before = {path: (package / path).stat().st_mtime_ns for path in own}
    for _ in range(2):  # into the bare package, and once more over what was generated
        assert cli.main(["codegen", "--defs", str(defs), "--out", str(package), "--jobs", "1"]) == 0
        assert {path: (package / path).read_text() for path in own} == own
        assert {path: (package / path).stat().st_mtime_ns for path in own} == before
    assert "files written 0, removed 0, unchanged" in capsys.readouterr().out
    assert {"numpy", "torch", "tf", "latex"} <= {path.name for path in package.iterdir()}
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{USE}"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=defs, env=environment)
    assert (run.stdout, run.returncode) == ("works\n", 0), run.stderr


def bad(arguments: str, body: str, **options: str) -> dict[str, str]:
    return {"mine.py": HEAD + GOOD + definition(arguments, body, **options)}


START = len((HEAD + GOOD).splitlines()) + 1  # the line of the second definition's decorator

# What is wrong, the files, the line that is told, the loss that is told, and what the message must mention.
FAULTS: dict[str, tuple[dict[str, str], int | None, str | None, str]] = {
    "a free symbol": (bad(REAL, "return (prediction - target - Symbol('offset'))**2"), START, "broken", "`offset`"),
    "no domain": (bad("prediction, target: Real", SQUARE), START, "broken", "argument `prediction` has no domain"),
    "no domain of a hyper-parameter": (bad(f"{REAL}, *, delta=1", SQUARE), START, "broken", "`delta` has no domain"),
    "complex": (bad(REAL, "return log(prediction - target)"), START, "broken", "complex"),
    "complex root": (bad(REAL, "return sqrt(prediction)*target"), START, "broken", "complex"),
    "imaginary": (bad(REAL, "return I*(prediction - target)"), START, "broken", "complex"),
    "an unknown function": (bad(REAL, "return zeta(1 + prediction**2) + target"), START, "broken", "zeta"),
    "an undefined function": (bad(REAL, "return Function('mystery')(prediction)"), START, "broken", "mystery"),
    "a step": (bad(REAL, "return floor(prediction - target)"), START, "broken", "floor"),
    "a hard prediction": (bad("prediction: Binary, labels: Binary", "return prediction*labels"), START, "broken",
                          "no derivative"),
    "two of one name": (bad(REAL, SQUARE, name="good"), START, "good", "taken by loss `good`"),
    "two of one name in two files": ({"mine.py": HEAD + GOOD, "other.py": HEAD + GOOD}, None, "good", "mine.py:6"),
    "a keyword": (bad(REAL, SQUARE, name="match_case").copy() | {"class.py": HEAD + GOOD}, None, None, "`class`"),
    "the array library's name": (bad(REAL, SQUARE, name="numpy"), START, "numpy", "already means something else"),
    "an argument named as a keyword": (bad("np: Real", "return np**2"), START, "broken", "`np`"),
    "a builtin": (bad(REAL, SQUARE, name="sum"), START, "sum", "word of Python"),
    "an exception": (bad(REAL, "return prediction / (1 - 1)**0 + [][0]"), START + 3, "broken", "IndexError"),
    "a syntax error": (bad(REAL, "return (prediction -"), None, "broken", "syntax error"),
    "a keyword as a name": (bad(REAL, SQUARE, name="lambda"), START + 1, None, "syntax error"),
    "returns nothing": (bad(REAL, "prediction - target"), START, "broken", "returns nothing"),
    "returns something else": (bad(REAL, "return 'square'"), START, "broken", "type str"),
    "a default outside its domain": (bad(f"{REAL}, *, delta: Positive = -1", f"{SQUARE}*delta"), START, "broken",
                                     "outside its domain"),
    "no definitions": ({"mine.py": HEAD}, None, None, "no definitions"),
    "symbols that are no TOML": ({"mine.py": HEAD + GOOD, "names.toml": "[symbols]\nprediction = p\n"}, None, None,
                                 "names.toml: is not TOML"),
    "a symbol that ends its formula": ({"mine.py": HEAD + GOOD, "names.toml": "[symbols]\nprediction = 'x}'\n"},
                                       None, None, "names.toml: [symbols] `prediction`"),
    "an empty folder": ({}, None, None, "no definitions"),
}  # fmt: skip


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and ".symloss" not in str(p)
    }


@pytest.mark.parametrize("older", [{}, {"out/numpy/mine.py": "# Generated by symloss before.\n"}], ids=["new", "older"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_clear_line_and_nothing_is_written(
    fault: str, older: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, line, loss, mention = FAULTS[fault]
    (tmp_path / "defs").mkdir()
    for name, text in files.items():
        (tmp_path / "defs" / name).write_text(text)
    for path, text in older.items():
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    before = tree(tmp_path)
    options = ["--defs", str(tmp_path / "defs"), "--out", str(tmp_path / "out"), "--jobs", "1"]
    assert cli.main(["codegen", *options]) == 1
    printed = capsys.readouterr()
    assert not printed.out
    told = [text for text in printed.err.splitlines() if not text.startswith("generating ")]
    assert len(told) == 1, printed.err
    assert told[0].startswith(f"error: {tmp_path / 'defs'}")
    assert mention in told[0]
    if line is not None:
        assert re.search(rf"mine\.py:{line}: ", told[0]), told[0]
    if loss is not None:
        assert re.search(rf"\.py:\d+: loss `{loss}`: ", told[0]), told[0]
    assert tree(tmp_path) == before
    assert older or not (tmp_path / "out").exists()


def test_folders_that_are_missing_or_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "defs").mkdir()
    (tmp_path / "defs" / "mine.py").write_text(HEAD + GOOD)
    (tmp_path / "file").write_text("no folder")
    for defs, out in (
        ("missing", "out"),
        ("defs/mine.py", "out"),
        ("defs", "missing/out"),
        ("defs", "file"),
        ("defs", "file/out"),
    ):
        before = tree(tmp_path)
        options = ["--defs", str(tmp_path / defs), "--out", str(tmp_path / out), "--jobs", "1"]
        assert cli.main(["codegen", *options]) == 1, (defs, out)
        told = capsys.readouterr().err
        assert told.count("\n") == 1, told
        assert told.startswith(f"error: {tmp_path}"), told
        assert tree(tmp_path) == before


def test_an_unwritable_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    """The system's answer is made up, since for root every folder is writable."""
    (tmp_path / "defs").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "defs" / "mine.py").write_text(HEAD + GOOD)
    before = tree(tmp_path)
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    options = ["--defs", str(tmp_path / "defs"), "--out", str(tmp_path / "out"), "--jobs", "1"]
    assert cli.main(["codegen", *options]) == 1
    assert capsys.readouterr().err == f"error: {tmp_path / 'out'}: the folder is not writable\n"
    assert tree(tmp_path) == before


def test_two_faulty_definitions_do_not_hide_a_good_command(tmp_path: Path) -> None:
    """The command itself, as a shell runs it."""
    (tmp_path / "defs").mkdir()
    (tmp_path / "defs" / "mine.py").write_text(bad(REAL, "prediction - target")["mine.py"])
    program = Path(sys.executable).with_name("symloss")
    run = subprocess.run([program, "codegen"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr == f"error: defs/mine.py:{START}: loss `broken`: returns nothing; `return` the formula\n"
    assert [path.name for path in tmp_path.iterdir()] == ["defs"]
