"""What the README shows runs as it stands, its figures are true, and its table is that of the definitions."""

from __future__ import annotations

import math
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from definitions import ALL
from torch.nn import functional

import symloss.torch
from symloss.codegen import cli
from symloss.codegen.definition import Argument, Loss

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
PYTHON = [text for language, text in BLOCKS if language == "python"]
EXCERPTS = [text for text in PYTHON if "import" not in text]
DEFINITIONS = [text for text in PYTHON if "import" in text and "@loss" in text]
SNIPPETS = [text for text in PYTHON if "import" in text and "@loss" not in text]
SHELL = "".join(text for language, text in BLOCKS if not language)
COMMANDS = re.findall(r"^symloss (.*?)(?: +#.*)?$", SHELL, re.MULTILINE)


def run(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A snippet pasted into a file of its own; a warning is an error."""
    (folder / "pasted.py").write_text(text, encoding="utf-8")
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
    command = [sys.executable, "pasted.py"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_every_snippet_is_looked_at() -> None:
    assert (len(EXCERPTS), len(DEFINITIONS), len(SNIPPETS)) == (2, 2, 5)
    assert [command.split()[0] for command in COMMANDS] == ["codegen", "certify", "codegen", "derive", "derive"]


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("derive")])
def test_a_formula_is_derived_as_shown(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(shlex.split(command)) == 0
    assert "log1p" in capsys.readouterr().out


@pytest.mark.parametrize("text", [text for text in SNIPPETS if "mypackage" not in text])
def test_a_snippet_runs_as_pasted(text: str, tmp_path: Path) -> None:
    done = run(text, tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_a_loss_of_your_own_is_made_by_what_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    [name] = re.findall(r"here `(mylosses/\w+\.py)`", TEXT)
    Path(name).parent.mkdir()
    for path, text in zip((Path(name), Path(name).with_name("classes.py")), DEFINITIONS, strict=True):
        path.write_text(text, encoding="utf-8")
    assert cli.main(COMMANDS[0].split()) == 0
    done = run(next(text for text in SNIPPETS if "mypackage" in text), tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    for path in re.findall(r"`(mypackage/[\w./-]*|\.symloss[\w-]*)/?`", TEXT):
        assert Path(path).exists() or path == "mypackage/certificates.toml", path
    for folder in ("mypackage/.symloss", ".symloss-cache"):
        assert Path(folder, ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert "class Surprise" in Path("mypackage/tf/classes.py").read_text(encoding="utf-8")
    assert "class LogSquared" in Path("mypackage/torch/tails.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "file"), zip(EXCERPTS, ("defs/classification.py", "generated/torch/classification.py"), strict=True)
)
def test_an_excerpt_stands_in_its_file(text: str, file: str) -> None:
    there = iter(lines((ROOT / file).read_text(encoding="utf-8")))
    for line in lines(text):
        shown = line.removesuffix('"""')
        assert any(other.removesuffix('"""') == shown for other in there), (
            f"{file} has no {line!r}, or not in this order"
        )


def over(argument: Argument) -> str:
    """The named axes of an argument: ``[N, D]``."""
    return f"[{', '.join(axis.name for axis in argument.domain.axes)}]" if argument.domain.axes else ""


def row(loss: Loss) -> str:
    hypers = [f"{a.name}={a.default:g}" for a in loss.arguments if a.role == "hyper"]
    arrays = [f"{a.name}{over(a)}" for a in loss.arguments if a.role != "hyper"]
    takes = ", ".join([*arrays, *(["*"] if hypers else []), *hypers])
    return f"| {loss.family} | `{loss.name}` | `{takes}` |"


def test_the_table_is_that_of_the_definitions() -> None:
    shown = re.findall(r"^\| family \| loss \| takes \|\n\|[-|]+\|\n(.*?)\n\n", TEXT, re.MULTILINE | re.DOTALL)
    assert shown[0].splitlines() == [row(loss) for loss in ALL]


def figures(name: str) -> list[str]:
    """The columns behind a row's name: the textbook's, PyTorch's, ours, the truth."""
    [columns] = re.findall(rf"^\| {re.escape(name)} \|(.*)\|$", TEXT, re.MULTILINE)
    return [column.strip() for column in columns.split("|")]


def test_the_figures_of_a_confident_logit() -> None:
    logit, label = torch.tensor(-20.0), torch.tensor(0.0)
    textbook = -torch.log(1 - 1 / (1 + torch.exp(-logit)))
    native = functional.binary_cross_entropy_with_logits(logit, label)
    ours = symloss.torch.sigmoid_cross_entropy(logit, label)
    assert [abs(textbook.item()), native.item()] == [0, 0]
    assert figures("cross-entropy of logit -20, label 0") == [
        "0",
        "0",
        f"{ours.item():.6e}",
        f"{math.log1p(math.exp(-20)):.6e}",
    ]


def test_the_figures_of_a_large_margin() -> None:
    found = []
    for loss in (
        lambda z: torch.log(1 + torch.exp(-z)),
        lambda z: functional.soft_margin_loss(z, torch.tensor(1.0)),
        lambda z: symloss.torch.soft_margin(z, torch.tensor(1.0)),
    ):
        logit = torch.tensor(-100.0, requires_grad=True)
        value = loss(logit)
        value.backward()
        assert logit.grad is not None
        found.append(f"{value.item():g}" + (", gradient NaN" if logit.grad.isnan() else ""))
    assert figures("soft margin of -100, label 1") == [*found, "100"]


def test_the_figures_of_a_million_confident_logits() -> None:
    logits = torch.empty(1_000_000).uniform_(-24, -14, generator=torch.Generator().manual_seed(0))
    labels, wide = torch.zeros_like(logits), logits.double()
    truth = torch.log1p(torch.exp(wide)).mean().item()
    textbook = -torch.log(1 - 1 / (1 + torch.exp(-logits))).mean().item()
    native = functional.binary_cross_entropy_with_logits(logits, labels).item()
    ours = symloss.torch.sigmoid_cross_entropy(logits, labels).item()
    off = [abs(value / truth - 1) for value in (textbook, native, ours)]
    *shown, exact = figures("mean cross-entropy of a million confident logits")
    assert [round(100 * off[0]) in (2, 3), round(100 * off[1]) == 36, off[2] < 2e-7] == [True] * 3
    assert shown == ["2.5 % off", "36 % off", "less than 2e-7 off"]
    assert f"{truth:.1e}" == exact
