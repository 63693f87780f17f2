"""A form by one of its ratios or differences."""

from __future__ import annotations

import pytest

from symloss.codegen.domain import Domain, Positive, Real
from symloss.codegen.exact import evaluate
from symloss.codegen.notation import parse, show
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.similarity import by_likeness
from symloss.codegen.takeout import parts_of
from symloss.codegen.term import walk

# A form, where its variables live, the ratio or difference, and the function of it alone that must come to light.
ALIKE: list[tuple[str, dict[str, Domain], str, str]] = [
    (
        "-((v*h*log1p(v*h) + log1p(v*h) - v*h)/((v*h + 1)*v**2))",
        {"v": Positive, "h": Positive},
        "v*h",
        "(v*h*log1p(v*h) + log1p(v*h) - v*h)/((v*h + 1)*(v*h)**2)",
    ),
    (
        "exp(x)/(x - y) - (exp(x) - exp(y))/(x - y)/(x - y)",
        {"x": Real, "y": Real},
        "x - y",
        "(exp(x - y)*(x - y) + 1 - exp(x - y))/(x - y)**2",
    ),
    (
        "1/((x - y)*x) - log_ratio(x, y)/(x - y)/(x - y)",
        {"x": Positive, "y": Positive},
        "(x - y)/y",
        "log1p((x - y)/y)",
    ),
    # the square is put away, and not its root, by which nothing may be divided where it is 0
    (
        "(x/s)**2*exp(-(a*(x/s)**2))/a + expm1(-(a*(x/s)**2))/a**2",
        {"a": Positive, "s": Positive, "x": Real},
        "a*(x/s)**2",
        "a*(x/s)**2*exp(-(a*(x/s)**2)) + expm1(-(a*(x/s)**2))",
    ),
    (
        "c*atan((x/c)**2) - (x/c)**2/(1 + ((x/c)**2)**2)*c",
        {"c": Positive, "x": Real},
        "x/c",
        "(atan((x/c)**2)*(x/c)**4 + atan((x/c)**2) - (x/c)**2)/((x/c)**4 + 1)",
    ),
]


@pytest.mark.parametrize(("text", "domains", "inner", "function"), ALIKE)
def test_the_function_of_the_ratio_comes_to_light(
    text: str, domains: dict[str, Domain], inner: str, function: str
) -> None:
    rewriter = Rewriter(domains)
    term = rewriter.tidy(parse(text))
    found = [after for after in by_likeness(term, rewriter) if rewriter.same(term, after)]
    assert found
    wanted = rewriter.tidy(parse(function))
    parts = [node for after in found for node in parts_of(after, rewriter.tidy(parse(inner)))]
    assert any(node is wanted or rewriter.same(wanted, node) for node in parts), [str(p) for p in parts]


def test_the_sine_of_a_sum_is_taken_apart() -> None:
    rewriter = Rewriter({"x": Real, "y": Real})
    found = by_likeness(rewriter.tidy(parse("cos(x)/(x - y) - (sin(x) - sin(y))/(x - y)**2")), rewriter)
    assert any({parse("sin(x - y)"), parse("cos(x - y)")} <= set(walk(after)) for after in found)


@pytest.mark.parametrize("text", ["s*expm1(2*log1p((x/s)**2)) - s", "s**2*log1p(((x - y)/s)**2) - s"])
def test_nothing_is_divided_by_what_may_vanish(text: str) -> None:
    """With s written as x/(x/s) the form would be 0/0 at x = 0, which random points may miss, as they do x = y."""
    rewriter = Rewriter({"x": Real, "y": Real, "s": Positive})
    for after in by_likeness(rewriter.tidy(parse(text)), rewriter):
        assert evaluate(after, {"x": 0.0, "y": 0.0, "s": 2.0}).is_finite(), show(after)


def test_a_form_with_guards_is_left_alone() -> None:
    rewriter = Rewriter({"x": Positive, "y": Positive})
    assert list(by_likeness(parse("x*y*log1p(x*y) - x"), rewriter))
    assert not list(by_likeness(parse("x*y*log1p(x*y) - x/(y + is_zero(y))"), rewriter))


def test_what_has_neither_is_left_alone() -> None:
    rewriter = Rewriter({"x": Real})
    assert not list(by_likeness(parse("exp(x) - 1 - x"), rewriter))


def test_nothing_unknown_is_left() -> None:
    rewriter = Rewriter({"x": Real, "c": Positive})
    for after in by_likeness(rewriter.tidy(parse("c**2*(abs(x)/c - log1p(abs(x)/c))")), rewriter):
        assert {node.name for node in walk(after) if node.operation == "variable"} <= {"x", "c"}


def test_conditions_are_left_alone() -> None:
    rewriter = Rewriter({"a": Real, "x": Real, "y": Real})
    term = rewriter.tidy(parse("a*min(2, exp(x - y)) if 0 <= a else a*max(1/2, exp(x - y))"))
    for after in by_likeness(term, rewriter):
        assert [show(n) for n in walk(after) if n.operation == "le"] == ["0 <= a"]
