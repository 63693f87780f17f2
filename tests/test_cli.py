"""The command line: what it passes on, what it writes, and how it fails."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import types
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import symloss.codegen
from symloss.codegen import cli, progress
from symloss.codegen.errors import SymlossError
from symloss.codegen.writer import MARKER


class Generated(NamedTuple):
    files: dict[str, str]
    warnings: tuple[str, ...]


FILES = {"numpy/robust.py": f"# {MARKER}\n", "torch/robust.py": f"# {MARKER}\n"}


class Pipeline(types.ModuleType):
    """Stands for the real one: gives FILES, or raises what it is told to."""

    def __init__(self) -> None:
        super().__init__("symloss.codegen.pipeline")
        self.calls: list[tuple[Any, ...]] = []
        self.failure: BaseException | None = None
        self.warnings: tuple[str, ...] = ()

    def generate(self, *arguments: Any) -> Generated:
        self.calls.append(arguments)
        arguments[-1](1, 2, "huber")
        if self.failure:
            raise self.failure
        files = {path: text for path, text in FILES.items() if not arguments[2] or path.split("/")[0] in arguments[2]}
        return Generated(files, self.warnings)

    def certificates(self, *arguments: Any) -> dict[str, str]:
        self.calls.append(arguments)
        return {"certificates.toml": f"# {MARKER}\n"}


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    stub = Pipeline()
    monkeypatch.setitem(sys.modules, stub.__name__, stub)
    monkeypatch.setattr(symloss.codegen, "pipeline", stub, raising=False)
    monkeypatch.setitem(sys.modules, "symloss.codegen.certify", stub)
    monkeypatch.setattr(symloss.codegen, "certify", stub, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "defs").mkdir()
    return stub


def test_codegen_writes_what_the_pipeline_gives(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["codegen"]) == 0
    assert {path: Path("generated", path).read_text(encoding="utf-8") for path in FILES} == FILES
    assert capsys.readouterr().out == "generated: files written 2, removed 0, unchanged 0\n"
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


def test_certify_leaves_the_code_alone(pipeline: Pipeline) -> None:
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
        (["--defs", "file.py", "--out", "out"], "error: file.py: a file; --defs names the folder that holds it\n"),
        (["--out", "missing/out"], "error: missing: no such folder\n"),
        (["--out", "file.py"], "error: file.py: not a folder; name one that the code can go to\n"),
        (["--out", "file.py", "--check"], "error: file.py: not a folder; name one that the code can go to\n"),
        (["--out", "file.py/out"], "error: file.py: not a folder; name one that the code can go to\n"),
        *(
            (["--out", out], f"error: --out {out}: the code needs a folder apart from --defs defs, neither inside the")
            for out in (".", "defs", "defs/../defs", "defs/out", "..", "link", "link/out")
        ),
    ],
)
@pytest.mark.parametrize("command", ["codegen", "certify"])
def test_unfit_folders_stop_before_the_work(
    pipeline: Pipeline, command: str, options: list[str], fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("file.py").touch()
    Path("link").symlink_to("defs")
    before = sorted(Path().rglob("*"))
    assert cli.main([command, *options]) == 1
    told = capsys.readouterr().err
    assert told.startswith(fault)
    assert told.count("\n") == 1
    assert not pipeline.calls
    assert sorted(Path().rglob("*")) == before


def test_the_counts_are_of_files_of_code(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["codegen"]) == 0
    assert cli.main(["codegen"]) == 0
    Path("generated/numpy/robust.py").write_text(f"# {MARKER}, edited\n", encoding="utf-8")
    Path("generated/numpy/old.py").write_text(f"# {MARKER}\n", encoding="utf-8")
    assert cli.main(["codegen"]) == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert first == "generated: files written 2, removed 0, unchanged 0"
    assert second == "generated: files written 0, removed 0, unchanged 2"
    assert third == "generated: files written 1, removed 1, unchanged 1"
    assert pipeline.calls


@pytest.mark.parametrize(("count", "lines"), [(0, 0), (3, 3), (10, 10), (14, 11)])
def test_warnings_are_a_line_each_and_not_many(
    count: int, lines: int, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.warnings = tuple(f"mine.py:{n}: loss `f`: jumps" for n in range(count))
    assert cli.main(["codegen"]) == 0
    told = capsys.readouterr().err.splitlines()
    assert len(told) == lines
    assert told[:10] == [f"warning: {each}" for each in pipeline.warnings[:10]]
    assert told[10:] in ([], ["warning: and 4 more: the derivations in latex/ show every error"])
    assert cli.main(["codegen", "--check"]) == 0
    assert not capsys.readouterr().err


WITHOUT = """
import sys
for module in {modules}:
    sys.modules[module] = None
from symloss.codegen.cli import main
sys.exit(main({arguments}))
"""


def without(*modules: str, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """The command where some modules are not installed."""
    program = WITHOUT.format(modules=modules, arguments=arguments)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", ["codegen", "certify"])
@pytest.mark.parametrize("module", [name for name, extra in cli.EXTRAS.items() if extra == "codegen"])
def test_without_the_extra_one_line_says_what_to_install(module: str, command: str, tmp_path: Path) -> None:
    (tmp_path / "defs").mkdir()
    run = without(module, arguments=[command, "--defs", f"{tmp_path}/defs", "--out", f"{tmp_path}/out"])
    assert run.returncode == 1
    assert run.stderr.startswith(f"error: symloss {command} needs {module}, which is not installed: ")
    assert run.stderr.endswith('pip install "symloss[codegen]"\n')
    assert run.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_help_needs_no_extra() -> None:
    run = without(*cli.EXTRAS, arguments=["--help"])
    assert (run.returncode, run.stderr) == (0, "")
    assert "codegen" in run.stdout


def test_the_extras_are_those_of_the_project(root: Path) -> None:
    extras = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(cli.EXTRAS.values()) == set(extras)
    for extra, requirements in extras.items():
        for requirement in requirements:
            module = re.split("[<>=]", requirement)[0].removeprefix("python-")
            assert cli.EXTRAS[module] == extra


def test_another_missing_module_is_a_fault_of_ours(pipeline: Pipeline) -> None:
    pipeline.failure = ModuleNotFoundError("No module named 'symloss.codegen.gone'", name="symloss.codegen.gone")
    with pytest.raises(ModuleNotFoundError):
        cli.main(["codegen"])


@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_jobs_are_a_positive_number(pipeline: Pipeline, jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["codegen", f"--jobs={jobs}"])
    assert "is not a positive whole number" in capsys.readouterr().err
    assert not pipeline.calls


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["derive", "-log(x)", "--var", "x=positive"],
            "symloss derive: the following arguments are required: formula; one that",
        ),
        (["derive", "x", "--emmit", "torch"], "symloss: unrecognized arguments: --emmit torch; symloss --help lists"),
        (["codgen"], "symloss: argument COMMAND: invalid choice: 'codgen'"),
    ],
)
def test_wrong_arguments_are_one_line(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(told)
    assert printed.err.count("\n") == 1
    assert not printed.out


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
