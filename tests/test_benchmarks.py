from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy
from mpmath import mp, mpf
from suite.balls import exact
from suite.corpus import HALVES, SETS, Row, half_of, load
from suite.floats import floats
from suite.formula import FormulaError, read
from suite.measure import measure
from suite.points import ordinary, sample
from suite.report import good
from suite.scores import Truth
from suite.trees import Algebra, evaluate

from symloss.codegen.definition import Loss
from symloss.codegen.definition import load as load_losses

ROWS = tuple(row for half in HALVES for row in load(half))
ENOUGH, TRIED = 20, 60


def row(name: str) -> Row:
    return next(each for each in ROWS if each.name == name)


def exponential(x: mpf) -> mpf:
    """mpmath would take minutes over exp(exp(1e4))."""
    return mp.exp(x) if abs(x) < 1e6 else mp.inf if x > 0 else mpf(0) if x < 0 else mp.nan


def power(x: mpf, y: mpf) -> mpf:
    whole = y == mp.floor(y) and abs(y) < 1e5
    return x ** int(y) if whole else exponential(y * mp.log(x)) if x > 0 else mp.nan if x < 0 else mpf(0)


def mpmath_algebra() -> Algebra[mpf]:
    """Another arithmetic than the balls, so that points and formulas have a referee of their own."""
    plain: Mapping[str, Callable[..., object]] = {
        "add": lambda x, y: x + y,
        "sub": lambda x, y: x - y,
        "mul": lambda x, y: x * y,
        "div": lambda x, y: x / y,
        "neg": lambda x: -x,
        "square": lambda x: x * x,
        "pow": power,
        "exp": exponential,
        "sinh": lambda x: (exponential(x) - exponential(-x)) / 2,
        "cosh": lambda x: (exponential(x) + exponential(-x)) / 2,
        "Abs": abs,
        "Max": max,
        "Min": min,
        "select": lambda condition, x, y: x if condition else y,
        "StrictLessThan": lambda x, y: x < y,
        "LessThan": lambda x, y: x <= y,
        "And": lambda x, y: x and y,
        "true": lambda: True,
        "false": lambda: False,
        "pi": lambda: +mp.pi,
        "polygamma0": mp.digamma,
    }
    names = "log sqrt sin cos tan asin acos atan tanh asinh acosh atanh erf erfc gamma".split()
    return Algebra(
        lambda value: mpf(value.numerator) / value.denominator,
        {**plain, **{name: getattr(mp, name) for name in names}},  # type: ignore[dict-item]
    )


def value_by_mpmath(each: Row, point: Mapping[str, float], digits: int) -> mpf:
    with mp.workdps(digits):
        try:
            return evaluate(each.expression, mpmath_algebra(), {name: mpf(x) for name, x in point.items()})
        except (ZeroDivisionError, ValueError, OverflowError):
            return mp.nan


def is_number(value: object) -> bool:
    return isinstance(value, mpf) and bool(mp.isfinite(value))


@pytest.mark.parametrize("name", SETS)
def test_a_row_has_its_derivatives_and_its_source(name: str) -> None:
    rows = load(name)
    assert rows
    assert not [each.name for each in rows if not each.wrt or not set(each.wrt) <= set(each.variables)]
    assert not [each.name for each in rows if not each.source]


def test_the_practice_set_has_nothing_of_the_halves() -> None:
    known = {each.formula for each in ROWS}
    assert not [each.name for each in load("practice") if each.formula in known]


@pytest.mark.parametrize("half", HALVES)
def test_a_row_stands_in_the_half_of_its_name(half: str) -> None:
    assert [each.name for each in load(half) if half_of(each.name) != half] == []


def test_the_corpus_is_large_and_both_halves_cover_every_family() -> None:
    names = Counter(each.name for each in ROWS)
    assert max(names.values()) == 1
    assert len(ROWS) >= 170
    families = [Counter(each.family for each in load(half)) for half in HALVES]
    assert families[0].keys() == families[1].keys()
    assert all(abs(families[0][family] - families[1][family]) <= 4 for family in families[0])
    assert 5 <= sum(bool(each.assume) for each in ROWS) <= 15


@pytest.mark.parametrize("family", sorted({each.family for each in ROWS}))
def test_every_row_is_a_number_on_its_domain(family: str) -> None:
    for each in (r for r in ROWS if r.family == family):
        assert {s.name for s in each.expression.free_symbols} == set(each.variables), each.name
        assert set(each.wrt) <= {name for name, domain in each.domains.items() if domain.differentiable}, each.name
        points = ordinary(each, TRIED)
        finite = sum(is_number(value_by_mpmath(each, point, 30)) for point in points)
        assert finite >= ENOUGH, (each.name, finite, len(points))


def shapes(loss: Loss) -> Iterator[tuple[sympy.Expr, tuple[str, ...]]]:
    """The loss as it is written, with its hyper-parameters' defaults, and with a target of 0."""
    plain = {a.symbol: sympy.Symbol(a.name, real=True) for a in loss.arguments}
    defaults = {a.symbol: sympy.nsimplify(a.default) for a in loss.arguments if a.default is not None}
    targets = {a.symbol: sympy.Integer(0) for a in loss.arguments if a.name == "target"}
    for given in ({}, defaults, targets, {**defaults, **targets}):
        expression = loss.expression.subs(given).xreplace(plain)
        if isinstance(expression, sympy.Expr) and expression.free_symbols:
            yield expression, tuple(sorted(s.name for s in expression.free_symbols))


def outline(expression: sympy.Expr) -> tuple[object, ...]:
    """What no renaming of the variables changes: how often each operation stands in `expression`."""
    return tuple(sorted(Counter(node.func.__name__ for node in sympy.preorder_traversal(expression)).items()))


def numbered(expression: sympy.Expr, names: Sequence[str]) -> sympy.Expr:
    """`expression` with its variables called v0, v1, … in the order of `names`, without what is known of them."""
    numbers = {name: sympy.Symbol(f"v{i}", real=True) for i, name in enumerate(names)}
    return expression.xreplace({symbol: numbers[symbol.name] for symbol in expression.free_symbols})


def test_no_row_is_a_loss_of_ours(root: Path) -> None:
    losses = [shape for loss in load_losses(root / "defs") for shape in shapes(loss)]
    known = {numbered(*shape) for shape in losses}
    outlines = {outline(expression) for expression in known}
    assert len(known) > 40
    for each in ROWS:
        plain = numbered(each.expression, tuple(each.variables))
        if outline(plain) in outlines:
            names = [f"v{i}" for i in range(len(each.variables))]
            assert known.isdisjoint(numbered(plain, order) for order in permutations(names)), each.name


@pytest.mark.parametrize("name", ["langevin", "latent_normal_kl", "haversine", "quantile_huber", "gamma_shape"])
def test_the_truth_is_that_of_another_arithmetic(name: str) -> None:
    each = row(name)
    points = ordinary(each, 25)
    for point, ball in zip(points, exact(each.expression, points), strict=True):
        other = value_by_mpmath(each, point, 400)
        if is_number(other) and ball.is_finite():
            assert abs(float(ball.mid()) - other) <= abs(other) * mpmath.mpf(2) ** -52


def test_the_truth_of_a_small_difference_needs_many_bits() -> None:
    x = sympy.Symbol("x", real=True)
    (value,) = exact(sympy.log(1 + sympy.exp(-x)), [{"x": 650.0}])
    assert float(value.mid()) == pytest.approx(float(mp.exp(-650)), rel=1e-15)


def test_a_perfect_form_has_no_error_and_a_naive_one_has() -> None:
    each = row("latent_normal_kl")
    points = sample(each, "float64")
    truth = Truth(each, each.expression, points)
    perfect = truth.score(truth.high)
    assert perfect.worst_ulps <= 0.5
    assert perfect.nans == perfect.infs == perfect.extreme == 0
    naive = truth.score(floats(each.expression, points.points, "float64"))
    assert naive.worst_ulps > 1e6
    broken = truth.score(np.full(len(points.points), np.nan))
    assert broken.nans == int((truth.finite & truth.typical).sum())
    assert broken.average_bits == pytest.approx(64)


def test_a_sign_change_is_forgiven_and_a_minimum_is_not() -> None:
    """Of x - y every digit may be lost beside x = y, of its square none."""
    names = {"x": "real", "y": "real"}
    for formula, forgiven in (("x - y", True), ("(x - y)**2", False)):
        each = Row("pair", "test", formula, names, ("x",), "")
        points = sample(each, "float64")
        truth = Truth(each, each.expression, points)
        moved = [{**p, "x": p["x"] * (1 + 2.0**-52)} for p in points.points]
        score = truth.score(floats(each.expression, moved, "float64"))
        assert score.worst_ulps > 1e3
        assert (score.forgiven_ulps <= 4) is forgiven


def test_points_lie_in_the_domains_meet_the_assumptions_and_are_the_same_again() -> None:
    each = row("interval_exponential")
    points = sample(each, "float32")
    assert points == sample(each, "float32")
    assert points.typical >= 100
    assert all(point["a"] < point["b"] for point in points.points)
    assert all(each.domains[n].contains(x) and np.float32(x) == x for p in points.points for n, x in p.items())


def test_the_tools_are_measured_side_by_side() -> None:
    growth = Row("growth", "test", "exp(x) - 1", {"x": "real"}, ("x",), "")
    results = {(r.output, r.tool): r for r in measure(growth, ("naive", "symloss", "sympy"), 60)}
    assert results.keys() == {(o, t) for o in ("value", "by x") for t in ("naive", "symloss", "sympy")}
    ours, naive = results["value", "symloss"], results["value", "naive"]
    assert good(ours)
    assert ours.steps > 0
    assert not good(naive)
    assert good(results["by x", "symloss"])


def test_the_toolkit_is_told_what_is_assumed() -> None:
    found = measure(row("log_difference_exponential"), ("symloss",), 60.0)
    scores = next(result.scores for result in found if result.output == "value")
    assert all(score.forgiven_bits < 1 and score.nans == score.infs == 0 for score in scores.values())


def test_a_form_that_takes_too_long_is_refused() -> None:
    results = measure(row("generalised_cross_entropy"), ("symloss",), 0.001)
    assert {r.refused for r in results} == {"more than 0.001 s", "no form of the value"}


def test_of_the_unseen_half_only_totals_are_kept(root: Path, tmp_path: Path) -> None:
    name = next(each.name for each in load("unseen") if each.name.startswith("difference_of_squares"))
    command = [sys.executable, root / "benchmarks" / "stabilise.py", "--half", "unseen", "--only", f"*.{name}"]
    options = ["--no-peers", "--jobs", "1", "--json", tmp_path / "out.json"]
    printed = subprocess.run([*command, *options], check=True, capture_output=True, text=True).stdout
    record = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert record["rows"] == 1
    assert record["totals"]["values"]["symloss"]["outputs"] == 1
    assert "results" not in record
    assert name not in printed


@pytest.mark.parametrize("text", ["x.real", "open(x)", "x if x else 1", "lambda: x", "z", "x +", "'x'", "exp(x=1)"])
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        read(text, {"x": sympy.Symbol("x")})


def test_numbers_are_exact_and_text_is_read_as_it_stands() -> None:
    x = sympy.Symbol("x", real=True)
    assert read("0.1*x", {"x": x}) == x / 10
    point = {"x": random.Random(0).random()}
    read_back = read("Piecewise((x**2, (x >= 0) & (x < 1)), (-x, True))", {"x": x})
    assert floats(read_back, [point], "float64")[0] == point["x"] ** 2
