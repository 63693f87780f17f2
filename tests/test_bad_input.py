"""What `symloss derive` makes of bad input: status 1 and one line that says what is wrong, and soon."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Mapping

import pytest

from symloss.codegen import DeriveError, api, cli, derive

SECONDS = 5.0  # of one processor, start-up included
START_UP = 2.5  # of them

# A formula (with its --var, where that is not x=real, and further options) and a part of the line.
BAD: Mapping[tuple[str, ...], str] = {
    # Names and domains.
    ("foo(x)",): "`foo` is no function that is known",
    ("x + y",): "the variable `y` has no domain",
    ("oo*x",): "`oo` has no domain; a formula is made of finite numbers",
    ("nan*x",): "`nan` has no domain; a formula is made of finite numbers",
    ("I*x",): "`I` has no domain; a formula is made of real numbers",
    ("E**x",): "write exp(1) for the number",
    ("x", "x=[1, 1]"): "empty or a single point",
    ("x", "x=(2, 1)"): "reversed",
    ("x", "x=[0, 1"): "is no domain",
    ("x", "x=(nan, 1)"): "is no domain",
    ("x", "x=(oo, oo)"): "it starts at infinity",
    ("x", "x=[1/0, 2]"): "divides by zero",
    ("x", "x=[0, 1e400)"): "beyond what float64 can hold",
    ("x", "x="): "is no domain",
    ("if", "if=real"): "is a word of Python",
    ("x", "х=real"): "ASCII letters",
    # Conditions.
    ("x", "x=real", "--assume", ""): "a condition is empty; write one such as a > b",
    ("x", "x=real", "--assume", "x"): "is no comparison",
    ("x", "x=real", "--assume", "1 < 2"): "names no variable",
    ("x", "x=real", "--assume", "x >"): "cannot be read",
    ("x", "x=real", "--assume", "x**2 < -1"): "contradictory",
    ("x", "x=unit", "--assume", "x > 2"): "contradictory",
    ("x", "x=real", "--assume", "x > 1", "--assume", "x < 1"): "contradictory",
    ("x", "x=real", "--assume", "exp(exp(exp(x))) < 0"): "contradictory",
    # Values that are not real, or none.
    ("sqrt(-1 - x**2)",): "`sqrt(-1 - x**2)` is not real at x = ",
    ("(-1)**x",): "`(-1)**x` is not real at x = ",
    ("(-x)**(1/3)", "x=positive"): "is not real at x = ",
    ("asin(x + 5)", "x=positive"): "`asin(x + 5)` is not real",
    ("gamma(-x)", "x=positive"): "`lgamma(-x)` is not real",
    ("1/(x - x)",): "has no finite value",
    ("0/0 + x",): "has no finite value",
    ("exp(" * 40 + "x" + ")" * 40,): "has no finite value",
    # Large and deep ones.
    ("+".join(["x"] * 10_000),): "nested too deeply, or too long a chain",
    ("*".join(["x"] * 10_000),): "nested too deeply, or too long a chain",
    ("x**" * 9_999 + "x",): "nested too deeply",
    ("x**" * 200 + "x",): "more than 60 levels deep",
    ("/".join(["x"] * 300),): "more than 60 levels deep",
    ("exp(" * 5000 + "x" + ")" * 5000,): "5000 brackets inside each other",
    ("(" * 500 + "x" + ")" * 500,): "500 brackets inside each other",
    ("x if x > 0 else " * 200 + "1",): "more than 60 levels deep",
    ("max(" + ",".join(["x"] * 500) + ")",): "parts; up to 400",
    ("max(" + ",".join(["x"] * 300) + ")",): "300 parts inside each other; up to 150",
    ("logit(sigmoid(" * 15 + "x" + "))" * 15,): "parts when all is written out",
    ("softplus(" * 20 + "x" + ")" * 20,): "parts when all is written out",
    ("9" * 5000 + "*x",): "a number of 5000 digits",
    ("(x + 1)**1000000",): "too large",
    ("2**2**2**2**2**2*x",): "too large",
    # Text that is none.
    ("",): "the formula is empty",
    ("x + 'x'",): "a text in quotes",
    ("f'{f\"{x}\"}'",): "a text in quotes",
    ("'''x' + \"x\"'''",): "a text in quotes",
    ("__import__('os').system('true')",): "an attribute",
    ("(x := 1)",): "an assignment",
    ("ехр(x)",): "CYRILLIC SMALL LETTER IE",
    ("x＋1",): "write +",
    ("x‑1",): "U+2011",
    ("e\u200bxp(x)",): "ZERO WIDTH SPACE",
    ("\u202ex",): "RIGHT-TO-LEFT OVERRIDE",
    ("∞*x",): "U+221E INFINITY",
    ("\\frac{1}{x}",): "REVERSE SOLIDUS",
    ("2x",): "cannot be read",
    ("exp(x",): "was never closed",
    ("where(x > 0, 1)",): "`where` takes a condition and two values, got 2 arguments",
    ("where(x, 1, 2)",): "`x` is no comparison",
    ("x > 1",): "a condition stands where a number is needed",
    # What is asked of it.
    ("x", "x=real", "--wrt", "y"): "`y` is no variable",
    ("x", "x=count", "--wrt", "x"): "no derivative by `x` exists",
}


def command(formula: str, domain: str = "x=real", *options: str) -> list[str]:
    return ["derive", "--var", domain, *options, "--", formula]


def shortened(given: tuple[str, ...]) -> str:
    return ascii(" ".join(part[:24] for part in given))


@pytest.mark.parametrize("given", BAD, ids=shortened)
def test_a_fault_is_one_clear_line(given: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    start = time.process_time()
    assert cli.main(command(*given)) == 1
    assert time.process_time() - start < SECONDS - START_UP
    shown = capsys.readouterr()
    assert shown.out == ""
    line = shown.err.removesuffix("\n")
    assert line.startswith("error: ")
    assert line.isprintable()  # one line, and nothing that turns a terminal around
    assert len(line) < 300
    assert BAD[given] in line


def test_start_up_leaves_time_for_the_work() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = "import sys; from symloss.codegen.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run([sys.executable, "-c", run, *command("x + y")], capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 1
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < START_UP


def test_many_variables_are_refused_before_points_are_drawn() -> None:
    names = [f"v{n}" for n in range(api.MOST_VARIABLES + 1)]
    with pytest.raises(DeriveError, match="17 variables are too many; up to 16 can be derived"):
        derive("+".join(names), variables=dict.fromkeys(names, "real"))
    assert derive("+".join(names[1:]), variables=dict.fromkeys(names[1:], "real")).given
