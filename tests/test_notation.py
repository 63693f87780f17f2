"""Formulas as text: what is printed reads back as the same term, and nothing but arithmetic is read."""

from __future__ import annotations

from fractions import Fraction

import pytest
from grammar import disagreement, points, terms
from hypothesis import given

from symloss.codegen.kernels import KERNELS
from symloss.codegen.notation import parse, show
from symloss.codegen.term import Term, apply, number, variable, walk

x, y = variable("x"), variable("y")


def plain(term: Term) -> bool:
    """Without the constants that text spells differently: negative ones, fractions, and 2 or 1/2 as an exponent."""
    return all(not n.is_number or Fraction(n.value or 0) in range(10) for n in walk(term))


@given(terms())
def test_what_is_printed_reads_back(term: Term) -> None:
    again = parse(show(term))
    assert again is term or not plain(term)
    assert parse(show(again)) is again


@given(terms(), points)
def test_what_is_printed_means_the_same(term: Term, point: dict[str, float]) -> None:
    assert disagreement(term, parse(show(term)), point) is None


@pytest.mark.parametrize("column", ["meaning", "exact", "stable", "wide"])
@pytest.mark.parametrize("name", KERNELS)
def test_the_formulas_of_the_tables_read_back(name: str, column: str) -> None:
    if text := getattr(KERNELS[name], column):
        assert parse(show(parse(text))) is parse(text)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("x**2", apply("square", x)),
        ("x**0.5", apply("sqrt", x)),
        ("x**(1/2)", apply("pow", x, number(1) / number(2))),
        ("2**60", number(2**60)),
        ("x**3", apply("pow", x, number(3))),
        ("x**y", apply("pow", x, y)),
        ("0.1", number(Fraction(1, 10))),
        ("1e-3", number(Fraction(1, 1000))),
        ("-x + y", -x + y),
        ("x - y - y", apply("add", x, -y, -y)),
        ("x > y", apply("lt", y, x)),
        ("x >= y", apply("le", y, x)),
        ("x if x == 0 else y", apply("select", apply("eq", x, number(0)), x, y)),
        ("max(x, y)", apply("max", x, y)),
    ],
)
def test_text_is_read_as_written(text: str, term: Term) -> None:
    assert parse(text) is term


@pytest.mark.parametrize(
    "text",
    [
        "x.real",
        "__import__('os')",
        "f(x)(y)",
        "f(x=1)",
        "[x]",
        "x[0]",
        "lambda x: x",
        "x < y < 1",
        "'x'",
        "True",
        "1j",
        "+x",
        "~x",
        "not x",
        "x and y",
        "x != y",
        "x // y",
        "x % y",
        "x @ y",
        "x if y",
        "f(*x)",
        "(x := 1)",
        "x; y",
        "",
    ],
)
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises((ValueError, SyntaxError)):
        parse(text)
