"""The command line: what it passes on, what it writes, and how it fails."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

import symloss.codegen
from symloss.codegen import cli, progress
from symloss.codegen.errors import SymlossError
from symloss.codegen.writer import MARKER

FILES = {"numpy/robust.py": f"# {MARKER}\n", "torch/robust.py": f"# {MARKER}\n"}


class Pipeline(types.ModuleType):
    """Stands for the real one: gives FILES, or raises what it is told to."""

    def __init__(self) -> None:
        super().__init__("symloss.codegen.pipeline")
        self.calls: list[tuple[Any, ...]] = []
        self.failure: BaseException | None = None

    def generate(self, *arguments: Any) -> dict[str, str]:
        self.calls.append(arguments)
        arguments[-1](1, 2, "huber")
        if self.failure:
            raise self.failure
        return {path: text for path, text in FILES.items() if not arguments[2] or path.split("/")[0] in arguments[2]}

    def certificates(self, *arguments: Any) -> dict[str, str]:
        self.calls.append(arguments)
        return {"certificates.toml": f"# {MARKER}\n"}


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    stub = Pipeline()
    monkeypatch.setitem(sys.modules, stub.__name__, stub)
    monkeypatch.setattr(symloss.codegen, "pipeline", stub, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "defs").mkdir()
    return stub


def test_codegen_writes_what_the_pipeline_gives(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["codegen"]) == 0
    assert {path: Path("generated", path).read_text(encoding="utf-8") for path in FILES} == FILES
    assert capsys.readouterr().out == "generated: 3 written, 0 removed, of 2 files\n"
    [(defs, out, backends, jobs, _)] = pipeline.calls
    assert (defs, out, backends) == (Path("defs"), Path("generated"), ())
    assert jobs >= 1


@pytest.mark.parametrize("options", [["--backend", "numpy", "tf"], ["--backend", "numpy", "--backend", "tf"]])
def test_codegen_passes_its_options_on(pipeline: Pipeline, options: list[str]) -> None:
    Path("mine").mkdir()
    assert cli.main(["codegen", "--defs", "mine", "--out", "package", *options, "--jobs", "3"]) == 0
    assert pipeline.calls[0][:4] == (Path("mine"), Path("package"), ("numpy", "tf"), 3)
    assert not Path("package/torch").exists()


def test_a_backend_alone_keeps_the_others(pipeline: Pipeline) -> None:
    assert cli.main(["codegen"]) == 0
    assert cli.main(["codegen", "--backend", "numpy"]) == 0
    assert Path("generated/torch/robust.py").exists()
    assert len(pipeline.calls) == 2


def test_check_says_what_differs(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["codegen"]) == 0
    assert cli.main(["codegen", "--check"]) == 0
    Path("generated/numpy/robust.py").write_text(f"# {MARKER}, edited\n", encoding="utf-8")
    Path("generated/numpy/old.py").write_text(f"# {MARKER}\n", encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["codegen", "--check"]) == 1
    assert capsys.readouterr().err == "differs: generated/numpy/robust.py\nstale: generated/numpy/old.py\n"
    assert Path("generated/numpy/old.py").exists()
    assert pipeline.calls


def test_certify_leaves_the_code_alone(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "symloss.codegen.certify", pipeline)
    monkeypatch.setattr(symloss.codegen, "certify", pipeline, raising=False)
    assert cli.main(["codegen"]) == 0
    assert cli.main(["certify"]) == 0
    assert cli.main(["codegen", "--check"]) == 0
    assert Path("generated/certificates.toml").exists()
    assert len(pipeline.calls) == 3


def test_faults_are_a_line_each(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline.failure = SymlossError("defs/a.py:3: huber: no domain", "defs/a.py:9: welsch: no value")
    assert cli.main(["codegen"]) == 1
    assert capsys.readouterr().err == "error: defs/a.py:3: huber: no domain\nerror: defs/a.py:9: welsch: no value\n"
    assert not Path("generated").exists()


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--defs", "."], "error: --defs . needs --out: name the folder that the code goes to\n"),
        (["--defs", "missing"], "error: missing: no such folder of definitions\n"),
        (["--out", "missing/out"], "error: missing: no such folder\n"),
    ],
)
def test_missing_folders_stop_before_the_work(
    pipeline: Pipeline, options: list[str], fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["codegen", *options]) == 1
    assert capsys.readouterr().err == fault
    assert not pipeline.calls


@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_jobs_are_a_positive_number(pipeline: Pipeline, jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["codegen", f"--jobs={jobs}"])
    assert "is not a positive whole number" in capsys.readouterr().err
    assert not pipeline.calls


def test_an_interrupt_is_no_traceback(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline.failure = KeyboardInterrupt()
    assert cli.main(["codegen"]) == 130
    assert capsys.readouterr().err == "interrupted\n"
    assert not Path("generated").exists()


def test_a_fault_of_ours_is_a_traceback(pipeline: Pipeline) -> None:
    """Only what the user gave is reported in a line; a bug must not hide."""
    pipeline.failure = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        cli.main(["codegen"])


def test_piped_progress_is_a_plain_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    times = iter([0.0, 1.0, 11.0, 11.0, 12.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(times))
    with progress.shown("generating") as report:
        report(1, 3, "huber")
        report(2, 3, "welsch")
        report(3, 3, "cauchy")
    assert capsys.readouterr().err == "generating 2/3 welsch\n"


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress.shown("generating") as report:
        report(1, 3, "huber[K]")
    assert "huber[K]" in capsys.readouterr().err


def test_the_command_is_installed() -> None:
    command = [sys.executable, "-c", "from symloss.codegen.cli import main; main(['--help'])"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "100"})
    assert all(name in shown.stdout for name in cli.COMMANDS)
