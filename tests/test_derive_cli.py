"""`symloss derive`: what it prints to a terminal, to a pipe and to a program, and how it fails."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from symloss.codegen import api, cli, terminal

SOFTPLUS = ["derive", "log(1 + exp(x))", "--var", "x=real"]
LOST = ["derive", "log(exp(a) - exp(b))", "--var", "a=real", "--var", "b=real", "--assume", "a > b"]


def printed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert cli.main(arguments) == 0
    return capsys.readouterr().out


def test_a_pipe_gets_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(SOFTPLUS, capsys)
    assert text.isascii()
    assert "\x1b" not in text
    lines = text.splitlines()
    assert lines[:3] == [
        "formula  log(1 + exp(x))",
        "where    x is a real number",
        "stable   max(x, 0) + log1p(exp(-abs(x)))",
    ]
    assert lines[4].split() == ["rule", "holds", "float32", "float64"]
    assert [line.split("  ")[1] for line in lines if line[:1].isdigit()] == ["as given", "softplus", "stable softplus"]
    assert lines[-1] == "The stable form is good wherever it was measured."


def test_a_terminal_gets_a_table_in_colour(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    text = printed(SOFTPLUS, capsys)
    assert "\x1b[" in text
    assert "stable softplus" in text


def test_where_nothing_better_is_found_the_points_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = api.stabilised

    def as_given(naive: Any, domains: Any, **_: Any) -> Any:
        """An engine that knows no rule: what it does is not what is tested here."""
        derivation = found(naive, domains)
        return api.Derivation(derivation.variables, naive, (naive,), naive, (), derivation.before, derivation.before)

    monkeypatch.setattr(api, "stabilised", as_given)
    text = printed(LOST, capsys)
    assert "Nothing better was found, and the formula fails:" in text
    assert "worst at a = " in text
    assert "a > b" in text
    assert text.count("inf") >= 2


def test_a_formula_that_is_good_stays_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(["derive", "--var", "x=positive", "--", "-log(x)"], capsys)
    assert text.startswith("formula  -log(x)\n")
    assert text.endswith("The formula is good as it stands.\n")


def test_json_has_a_fixed_shape(capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads(printed([*SOFTPLUS, "--json"], capsys))
    assert list(data) == [
        *("version", "formula", "variables", "conditions", "wrt", "stable", "good", "steps", "error"),
    ]
    assert (data["version"], data["wrt"], data["good"]) == (1, [], True)
    assert data["variables"] == {"x": "x is a real number"}
    for step in data["steps"]:
        assert list(step) == ["rule", "condition", "formula", "holds", "because", "error"]
        assert step["holds"] in ("proved", "sampled", "rounded")
    for errors in (*data["error"].values(), *(step["error"] for step in data["steps"])):
        assert list(errors) == ["float32", "float64"]
        for error in errors.values():
            assert list(error) == ["points", "average_bits", "worst_ulps", "worst_point", "nans", "infs", "zeros"]
    assert data["error"]["before"]["float32"]["infs"] > 0
    assert data["steps"][-1]["error"] == data["error"]["after"]


def test_json_is_the_same_every_time(capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-c", "from symloss.codegen.cli import main; main()", *LOST, "--json"]
    elsewhere = subprocess.run(command, capture_output=True, text=True, check=True)
    assert printed([*LOST, "--json"], capsys) == elsewhere.stdout
    assert json.loads(elsewhere.stdout)["conditions"] == ["a > b"]


def test_wrt_is_the_derivative_and_twice_the_second(capsys: pytest.CaptureFixture[str]) -> None:
    assert "stable   sigmoid(x)\n" in printed([*SOFTPLUS, "--wrt", "x"], capsys)
    assert json.loads(printed([*SOFTPLUS, "--wrt", "x", "--wrt", "x", "--json"], capsys))["wrt"] == ["x", "x"]


@pytest.mark.parametrize("target", terminal.TARGETS)
def test_emit_prints_the_code_alone(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed([*SOFTPLUS, "--emit", target], capsys) == api.derive("log(1 + exp(x))", x="real").source(target)


def test_the_targets_of_the_command_are_those_of_the_library() -> None:
    assert terminal.TARGETS == api.TARGETS


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["x^2", "--var", "x=real"], "`x^2`: `^` is no power here; write **"),
        (["x", "--var", "x"], "--var x: write a name, an equals sign and a domain, such as --var x=real"),
        (["x", "--var", "x=real", "--var", "x=unit"], "--var x=unit: `x` has a domain already; give it once"),
        (["x", "--var", "x=rael"], "`x`: `rael` is no domain"),
        (["x*y", "--var", "x=real"], "the variable `y` has no domain"),
        (["log(x)", "--var", "x=real"], "`log(x)` is not real at"),
        (["x", "--var", "x=real", "--wrt", "y"], "`y` is no variable of the formula"),
        (["a", "--var", "a=real", "--assume", "a > 1", "--assume", "a < 1"], "`1 < a and a < 1`: no point was found"),
    ],
)
def test_a_fault_is_one_line_and_status_1(arguments: list[str], fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["derive", *arguments]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"error: {fault}")
    assert shown.err.count("\n") == 1


def test_help_loads_no_engine() -> None:
    code = "import sys\nfrom symloss.codegen import cli\ntry: cli.main(['derive', '--help'])\nexcept SystemExit: pass\n"
    code += "assert not {'sympy', 'flint', 'symloss.codegen.api'} & set(sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--emit" in shown.stdout
