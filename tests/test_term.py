"""Terms are exactly what was written, and equal ones are one object."""

from __future__ import annotations

import pickle
import subprocess
import sys
from fractions import Fraction

import pytest
from grammar import disagreement, points, terms
from hypothesis import given

from symloss.codegen.exact import balls
from symloss.codegen.notation import parse, show
from symloss.codegen.term import (
    ONE,
    ZERO,
    Term,
    apply,
    factors,
    negative,
    number,
    product,
    substitute,
    summands,
    total,
    transform,
    variable,
    walk,
)

x, y, z = map(variable, "xyz")


def test_equal_terms_are_one_object() -> None:
    assert parse("x + exp(y)*2") is x + apply("exp", y) * number(2)
    assert number(2) is number("2") is number(Fraction(4, 2))


@pytest.mark.parametrize("text", "x - (x - y);2*(x + 1);(x/y)**2;-(x - y);x - x;0*x;log(exp(x));y + x".split(";"))
def test_nothing_is_evaluated(text: str) -> None:
    assert show(parse(text)) == text


def test_sums_are_evaluated_from_left_to_right() -> None:
    assert (x + y) + z is apply("add", x, y, z)
    assert x + (y + z) is not apply("add", x, y, z)
    assert (x * y) * z is apply("mul", x, y, z)
    assert x * (y * z) is not apply("mul", x, y, z)


def test_a_term_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="operation"):
        x.operation = "number"  # type: ignore[misc]


def test_a_term_knows_its_variables() -> None:
    assert parse("x + exp(y)*2").variables == {"x", "y"}
    assert not number(3).variables


@given(terms())
def test_pickling_keeps_identity(term: Term) -> None:
    assert pickle.loads(pickle.dumps(term)) is term  # noqa: S301 - our own bytes


def test_another_process_reads_a_pickle_as_the_same_term() -> None:
    code = (
        "import pickle, sys; from symloss.codegen.notation import parse;"
        f"assert pickle.loads(bytes.fromhex(sys.argv[1])) is parse({'x*exp(-x**2)/2'!r})"
    )
    content = pickle.dumps(parse("x*exp(-x**2)/2")).hex()
    subprocess.run([sys.executable, "-c", code, content], check=True, timeout=60)


@given(terms())
def test_walking_meets_every_node_once_and_arguments_first(term: Term) -> None:
    nodes = list(walk(term))
    assert len(nodes) == len(set(nodes))
    assert nodes[-1] is term
    for place, node in enumerate(nodes):
        assert set(node.arguments) <= set(nodes[:place])


def test_walking_is_not_deep() -> None:
    term = x
    for _ in range(10_000):
        term = apply("exp", term)
    assert sum(1 for _ in walk(term)) == 10_001


def test_a_term_is_printed_as_it_was_applied() -> None:
    assert repr(parse("x - exp(y)/2")) == "add(x, neg(div(exp(y), 2)))"
    assert repr(parse("exp(x) + exp(x)")) == "add(exp(x), exp(x))"
    assert repr(number("-1/2")) == "-1/2"


def test_what_is_shared_is_printed_once() -> None:
    assert repr(parse("sqrt(x + y*z + 1)*exp(x + y*z + 1)")) == "mul(sqrt(#1), exp(#1)); #1 = add(x, mul(y, z), 1)"
    term = x
    for _ in range(200):
        term = apply("hypot", term, term)
    assert len(repr(term)) < 5000


def test_a_deep_term_can_be_printed() -> None:
    term = x
    for _ in range(5000):
        term = apply("exp", term)
    assert repr(term).startswith("exp(exp(")


@given(terms())
def test_transforming_by_nothing_is_nothing(term: Term) -> None:
    assert transform(term, lambda node: node) is term


@given(terms(), points)
def test_substitution_puts_values_in_place_of_variables(term: Term, point: dict[str, float]) -> None:
    swapped = substitute(term, {x: y, y: x})
    assert substitute(swapped, {x: y, y: x}) is term
    back = {**point, "x": point["y"], "y": point["x"]}
    (left,), (right,) = balls((swapped,), back, 200), balls((term,), point, 200)
    assert left.overlaps(right) or left.is_nan() == right.is_nan()


def test_substitution_is_outermost_and_simultaneous() -> None:
    assert substitute(parse("exp(x) + x"), {parse("exp(x)"): y, x: z}) is parse("y + z")
    assert substitute(parse("x*y"), {x: y, y: x}) is parse("y*x")


@given(terms(), points)
def test_parts_add_up_to_the_whole(term: Term, point: dict[str, float]) -> None:
    assert disagreement(term, total(summands(term)), point) is None
    assert disagreement(term, product(factors(term)), point) is None
    assert disagreement(-term, negative(term), point) is None


def test_parts_are_found_through_groups_and_signs() -> None:
    assert summands(parse("x - (y - z)")) == (x, -y, z)
    assert factors(parse("x*(y*z)")) == (x, y, z)
    assert total([]) is ZERO
    assert product([]) is ONE
