"""What varies with one subterm alone, wherever that hides in a sum or a product."""

from __future__ import annotations

import random

import pytest
import textbook
from mpmath import mp

from symloss.codegen.notation import parse
from symloss.codegen.takeout import UNKNOWN, collected, gathered, parts_of
from symloss.codegen.term import Term, substitute, walk

# The whole, the subterm, a part that is a function of the subterm alone, and that function.
HIDDEN = [
    ("exp(x - y) - x + y", "x - y", "exp(x - y) - x + y", "exp(u) - u"),
    ("expm1(y - x) + x - y + 1", "y - x", "expm1(y - x) + x - y + 1", "expm1(u) - u + 1"),
    ("a*b*log1p(a*b) - a*b", "a*b", "a*b*log1p(a*b) - a*b", "u*log1p(u) - u"),
    ("c*(x/y - log(x/y))", "x/y", "x/y - log(x/y)", "u - log(u)"),
    ("2*x*y + sin(x*y)", "x*y", "2*x*y + sin(x*y)", "2*u + sin(u)"),
    ("(x*y)**2*z", "x*y", "(x*y)**2", "u**2"),
    ("log(p)*q + p", "log(p)", "log(p)", "u"),
]


def same(left: Term, right: Term) -> bool:
    draw = random.Random(str(left))
    with mp.workdps(40):
        for _ in range(5):
            point = {name: draw.uniform(0.2, 3) for name in left.variables | right.variables}
            if not textbook.alike(textbook.at(left, point), textbook.at(right, point), 30):
                return False
    return True


def test_summands_of_one_kind_are_added_up() -> None:
    term = parse("(1 - y) + (1 - p)")
    found = parts_of(term, parse("y + p"))[term]
    assert same(substitute(found, {UNKNOWN: parse("y + p")}), term)


@pytest.mark.parametrize(("whole", "inner", "part", "function"), HIDDEN)
def test_a_part_is_a_function_of_the_subterm(whole: str, inner: str, part: str, function: str) -> None:
    found = parts_of(parse(whole), parse(inner))
    if part != inner:
        assert parse(part) in found
        wanted = substitute(parse(function), {parse("u"): UNKNOWN})
        assert same(found[parse(part)], wanted)
    for node, by_unknown in found.items():
        assert by_unknown.variables <= {UNKNOWN.name}
        assert same(node, substitute(by_unknown, {UNKNOWN: parse(inner)}))


@pytest.mark.parametrize(
    ("whole", "inner", "together"),
    [
        ("expm1(v) + m**2 - v", "v", "expm1(v) - v"),
        ("h**2*(log1p(v*h) - v*h)/((v*h)**2*k)", "v*h", "(log1p(v*h) - v*h)/(v*h)**2"),
        ("z + x - y - sinh(x - y)", "x - y", "x - y - sinh(x - y)"),
    ],
)
def test_what_belongs_together_is_put_together(whole: str, inner: str, together: str) -> None:
    term = parse(whole)
    after = gathered(term, parse(inner))
    assert same(term, after)
    assert any(same(node, parse(together)) for node in walk(after) if node.variables == parse(inner).variables)


def test_a_sum_that_holds_nothing_of_it_stays_as_it_is() -> None:
    term = parse("(1 - y) + (1 - p) + z")
    assert gathered(term, parse("z*p")) is term


def test_what_does_not_hold_it_is_left_alone() -> None:
    term = parse("exp(2*y/3) + x - sinh(x)")
    assert parse("exp(2*y/3)") in set(walk(gathered(term, parse("x"))))


@pytest.mark.parametrize(
    ("whole", "inner", "functions"),
    [
        (
            "(a*expm1(v) + b*exp(v)*v - a*v)/expm1(v)**2",
            "v",
            ["(expm1(v) - v)/expm1(v)**2", "exp(v)*v/expm1(v)**2"],
        ),
        ("cos(y)*(x - y) - sin(y) + sin(y)*cos(x - y) - cos(y)*sin(x - y)", "x - y", ["x - y - sin(x - y)"]),
        ("a*expm1(k*t)/(k*t) + k*t*b*exp(k*t) - a", "k*t", ["expm1(k*t)/(k*t) - 1", "k*t*exp(k*t)"]),
    ],
)
def test_the_coefficients_are_functions_of_the_subterm(whole: str, inner: str, functions: list[str]) -> None:
    term = parse(whole)
    after = collected(term, parse(inner))
    assert same(term, after)
    for function in functions:
        assert any(same(node, parse(function)) for node in parts_of(after, parse(inner))), function
