"""Random formulas under the engine, and what tries them: the generator, the second reader, the verdicts."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import mpmath
import pytest
from suite import trials
from suite.referee import FUNCTIONS as KNOWN
from suite.referee import read
from suite.trials import FAILURES, tried
from suite.wild import DOMAINS, Wild, _Drawing, draw

from symloss.codegen import api
from symloss.codegen.kernels import KERNELS
from symloss.codegen.notation import PRECEDENCE
from symloss.codegen.term import CONSTANTS, number, variable
from symloss.codegen.vocabulary import FUNCTIONS

SEED, FORMULAS, LARGEST = 5, 60, 3
SOFTPLUS = Wild(0, "log(1 + exp(x))", {"x": "real"}, (), "x")


def test_small_formulas_are_derived_or_refused() -> None:
    outcomes = [o for n in range(FORMULAS) for o in tried(draw(SEED, n, largest=LARGEST), 60)]
    failed = [f"{o.number} {o.verdict}: {o.formula}: {o.detail}" for o in outcomes if o.verdict in FAILURES]
    assert not failed
    assert sum(o.compared for o in outcomes) > 4 * FORMULAS


def test_a_formula_is_drawn_again_and_has_values() -> None:
    for n in range(40):
        wild = draw(3, n)
        assert draw(3, n) == wild
        assert wild.points(4) == wild.points(4)
        assert {node.id for node in ast.walk(ast.parse(wild.text)) if isinstance(node, ast.Name)} >= set(wild.domains)


def test_the_whole_grammar_is_drawn() -> None:
    wilds = [_Drawing(random.Random(n)).wild(n, 14) for n in range(1500)]  # also those that have no values
    nodes = [node for wild in wilds for node in ast.walk(ast.parse(wild.text, mode="eval"))]
    assert set(FUNCTIONS) <= {node.id for node in nodes if isinstance(node, ast.Name)}
    assert {"Add", "Sub", "Mult", "Div", "Pow", "USub", "Lt", "LtE", "Gt", "GtE", "And", "Or", "IfExp"} <= {
        type(node).__name__ for node in nodes
    }
    assert {domain for wild in wilds for domain in wild.domains.values()} == set(DOMAINS)
    assert {len(wild.domains) for wild in wilds} == {1, 2, 3}
    assert sum(bool(wild.assume) for wild in wilds) > 50


def test_the_second_reader_knows_all_that_is_read_or_shown() -> None:
    assert set(FUNCTIONS) <= set(KNOWN)
    assert set(KERNELS) - CONSTANTS - {"add", "mul", *PRECEDENCE} <= set(KNOWN)


@pytest.mark.parametrize(
    ("text", "x", "value"),
    [
        ("log(1 + exp(x))", -40.5, lambda x: mpmath.log1p(mpmath.exp(x))),
        ("-x**2 + 2**-x/3", 1.5, lambda x: -(x**2) + mpmath.mpf(2) ** -x / 3),
        ("x if 0 < x <= 2 and not x == 1 else pi", 2.5, lambda x: mpmath.pi),
        ("x if 0 < x <= 2 and not x == 1 else pi", 1.5, lambda x: x),
        ("Piecewise((x, x > 2 or x < 1), (log2(8), True))", 1.5, lambda x: mpmath.mpf(3)),
        ("kl_div(x, 2) + log_ndtr(-x)", 0.75, lambda x: x * mpmath.log(x / 2) - x + 2 + mpmath.log(mpmath.ncdf(-x))),
        ("erfcx(x)*trigamma(x)", 2.5, lambda x: mpmath.exp(x * x) * mpmath.erfc(x) * mpmath.polygamma(1, x)),
        ("0*log(x)", 0.0, lambda x: mpmath.mpf(0)),
    ],
)
def test_the_second_reader_agrees_with_another_arithmetic(text: str, x: float, value: Any) -> None:
    program = read(text, ["x"])
    with mpmath.workdps(30):
        exact = value(mpmath.mpf(x))
        assert abs(mpmath.mpf(program.value({"x": x}).str(40, radius=False)) - exact) <= 1e-28 * abs(exact)
        if x:
            slope = mpmath.mpf(program.slope({"x": x}, "x").str(40, radius=False))
            assert slope == pytest.approx(mpmath.diff(value, x), rel=1e-12)


@pytest.mark.parametrize(
    ("stable", "verdict"),
    [
        (variable("x"), "different"),
        (variable("x") / (variable("x") - variable("x")), "different"),
        (None, "good"),
    ],
)
def test_a_changed_value_is_seen(stable: Any, verdict: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = api.stabilised

    def changed(naive: Any, domains: Any, **goal: Any) -> Any:
        derivation = found(naive, domains, **goal)
        return replace(derivation, stable=stable or derivation.stable)

    monkeypatch.setattr(api, "stabilised", changed)
    assert next(tried(SOFTPLUS, 60)).verdict == verdict


def test_a_difference_in_the_last_of_25_digits_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    found = api.stabilised
    off = number(1) + number("1e-24")

    def changed(naive: Any, domains: Any, **goal: Any) -> Any:
        return replace(found(naive, domains, **goal), stable=variable("x") * off)

    monkeypatch.setattr(api, "stabilised", changed)
    assert next(tried(Wild(0, "x*1", {"x": "real"}, (), None), 60)).verdict == "different"


def test_a_worse_form_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    found = api.stabilised

    def turned(naive: Any, domains: Any, **goal: Any) -> Any:
        derivation = found(naive, domains, **goal)
        return replace(derivation, before=derivation.after, after=derivation.before)

    monkeypatch.setattr(api, "stabilised", turned)
    assert next(tried(SOFTPLUS, 60)).verdict == "worse"


def test_a_crash_and_a_hang_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [o.verdict for o in tried(SOFTPLUS, 60)] == ["good", "good"]
    (outcome,) = tried(SOFTPLUS, 1e-4)
    assert (outcome.verdict, outcome.output) == ("slow", "value")
    (outcome,) = tried(Wild(0, "log(x)", {"x": "real"}, (), "x"), 60)
    assert outcome.verdict == "refused"
    monkeypatch.setattr(trials, "derive", lambda *_, **__: {}["key"])
    (outcome,) = tried(SOFTPLUS, 60)
    assert (outcome.verdict, outcome.detail) == ("crash", "KeyError: 'key' (outside the toolkit)")


def test_a_run_goes_on_where_it_was_stopped(root: Path, tmp_path: Path) -> None:
    script = [sys.executable, root / "benchmarks" / "random_expressions.py"]
    options = ["--seed", "1", "--largest", "2", "--jobs", "1", "--json", tmp_path / "out.jsonl"]

    def run(count: int) -> str:
        command = [*script, *options, "--count", str(count)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert "2 formulas, 2 of them new" in run(2)
    with (tmp_path / "out.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"toolkit": "cut sho')
    assert "3 formulas, 1 of them new" in run(3)
    shown = subprocess.run([*script, "--seed", "1", "--largest", "2", "--only", "0"], check=True, capture_output=True)
    assert draw(1, 0, largest=2).text in shown.stdout.decode()
