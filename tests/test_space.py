"""What conditions between variables say of terms, in a whole space and in the branches of a choice."""

from __future__ import annotations

import random

import pytest
from grammar import NAMES, terms
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symloss.codegen.bounds import Ranges
from symloss.codegen.branches import settled
from symloss.codegen.domain import Binary, Count, Domain, Interval, NonNegative, Positive, Real, Sign, Unit
from symloss.codegen.exact import balls
from symloss.codegen.monomials import linear
from symloss.codegen.notation import parse, show
from symloss.codegen.points import sample
from symloss.codegen.regions import read_conditions
from symloss.codegen.repair import repaired
from symloss.codegen.space import Condition, Space, spanned
from symloss.codegen.term import Term, apply
from symloss.codegen.tidy import tidied


def space(assumed: str, **domains: Domain) -> Space:
    """Variables a, b, x, y, of which those without a domain are real, where `assumed` holds."""
    names = {name: domains.get(name, Real) for name in (*"abxy", *domains)}
    return Space(names).given(*read_conditions(assumed, names))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2*(a - b)", "-2*b + a*2"),
        ("(a - b)/x", "a/x - b/x"),
        ("a*b*a/b", "a**2"),
        ("abs(x)*abs(x)", "x**2"),
        ("1 - (1 - x)", "x"),
        ("-(a - 3/2*b)", "3*b/2 - a"),
        ("x/(2*y)", "x*(1/y)/2"),
    ],
)
def test_sums_of_monomials_have_no_order(first: str, second: str) -> None:
    assert dict(linear(parse(first))) == dict(linear(parse(second)))


def test_a_high_power_is_not_worked_out() -> None:
    assert len(linear(parse("2**1000000000"))) == 1


KNOWN = [
    ("a > b", "a - b", "positive"),
    ("a > b", "b - a", "negative"),
    ("a > b", "2*a - b*2", "positive"),
    ("a >= b", "a/3 - b/3", "nonnegative"),
    ("a > b", "exp(a) - exp(b)", "positive"),
    ("a > b", "exp(-a) - exp(-b)", "negative"),
    ("a > b > 0", "log(b) - log(a)", "negative"),
    ("a > b > 0", "sqrt(a) - sqrt(b)", "positive"),
    ("a > b", "logaddexp(a, x) - logaddexp(b, x)", "positive"),
    ("a > b > 0", "a", "positive"),
    ("a > b > 0", "a**2 - b**2", "positive"),
    ("a > b > 0", "a/b - 1", "positive"),
    ("a > b > 0", "1 - b/a", "positive"),
    ("a > b > 0", "log(a/b)", "positive"),
    ("a > b > 0", "log1p(-b/a)", "negative"),
    ("a > 2*b and b > 0", "a/b - 2", "positive"),
    ("a > b and b > x", "a - x", "positive"),
    ("a > b and x >= 0", "a - b + x", "positive"),
    ("a - b > 1", "a - b - 1", "positive"),
    ("a - b > 1", "log(a - b)", "positive"),
    ("a*b < 1", "1 - b*a", "positive"),
    ("abs(x) < y", "y", "positive"),
    ("abs(x) < y", "x + y", "positive"),
    ("abs(x) < y", "y**2 - x**2", "positive"),
    ("x**2 + y**2 < 1", "1 - x**2", "positive"),
    ("x**2 + y**2 < 1", "1 + x", "positive"),
    ("x**2 + y**2 <= 1", "1 - y", "nonnegative"),
    ("x**2 < 2", "3/2 - x", "positive"),
    ("max(a, b) < x", "x - b", "positive"),
    ("min(a, b) > x", "b - x", "positive"),
    ("x < 1", "1 - x", "positive"),
    ("a > b", "a*x - b*x", ""),
    ("a > b", "a + b", ""),
    ("a > b", "a/b - 1", ""),
    ("a >= b", "a - b", "nonnegative"),
    ("a > b", "sin(a) - sin(b)", ""),
    ("a > exp(a - b) and b > exp(b - a)", "a + b", "positive"),
]


@pytest.mark.parametrize(("assumed", "text", "sign"), KNOWN)
def test_what_follows_from_conditions(assumed: str, text: str, sign: str) -> None:
    ranges = Ranges(space(assumed))
    span = ranges(tidied(parse(text), ranges))
    strongest = next((s for s in ("positive", "negative", "nonnegative", "nonpositive") if getattr(span, s)), "")
    assert strongest == sign


@pytest.mark.parametrize(
    ("assumed", "smaller", "larger", "sign"),
    [
        ("a > b", "b", "a", "positive"),
        ("a > b", "a", "b", "negative"),
        ("a > b", "exp(b)", "exp(a) + 1", "positive"),
        ("a > b", "b", "a + exp(x)", "positive"),
        ("a > b", "max(b, 0)", "a", ""),
        ("a > b > 0", "b**2", "a*b", "positive"),
        ("0 < a", "0", "a", "positive"),
    ],
)
def test_the_order_of_two_terms(assumed: str, smaller: str, larger: str, sign: str) -> None:
    span = Ranges(space(assumed)).gap(parse(smaller), parse(larger))
    assert [s for s in ("positive", "negative") if getattr(span, s)] == [sign] * bool(sign)


@pytest.mark.parametrize(
    ("assumed", "text", "simple"),
    [
        ("a > b", "abs(a - b)", "a - b"),
        ("a > b", "abs(b - a)", "a - b"),
        ("a > b", "max(a, b) - min(a, b)", "a - b"),
        ("a >= b", "max(b, a)", "a"),
        ("a > b", "sign(exp(b) - exp(a))", "-1"),
        ("a > b", "x if b < a else y", "x"),
        ("a > b", "x if a <= b else y", "y"),
        ("a > b", "x if a == b else y", "y"),
        ("a >= b", "x if b <= a else y", "x"),
        ("a >= b", "x if a < b else y", "y"),
        ("a >= b", "x if b < a else y", "x if b < a else y"),
        ("a > b > 0", "sqrt((a - b)**2)", "a - b"),
        ("a > b > 0", "max(a/b, 1)", "a/b"),
    ],
)
def test_what_conditions_decide(assumed: str, text: str, simple: str) -> None:
    ranges = Ranges(space(assumed))
    assert show(tidied(parse(text), ranges)) == simple


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("abs(x) if x < 0 else y", "-x if x < 0 else y"),
        ("y if x < 0 else abs(x)", "y if x < 0 else x"),
        ("(a if x < 1 else b) if x < 1 else y", "a if x < 1 else y"),
        ("(a if x < 2 else b) if x < 1 else y", "a if x < 1 else y"),
        ("y if x < 1 else (a if x < 1/2 else b)", "y if x < 1 else b"),
        ("max(x, y) if x <= y else abs(x - y)", "y if x <= y else x - y"),
        ("1 + exp(abs(x) if x < 0 else y)", "1 + exp(-x if x < 0 else y)"),
        ("abs(x) if a == 1 else x", "abs(x) if a == 1 else x"),
        ("(abs(y) if y < x else 1) if x < 0 else 2", "(-y if y < x else 1) if x < 0 else 2"),
        ("abs(x)*(abs(x) if x < 0 else y)", "abs(x)*(-x if x < 0 else y)"),
    ],
)
def test_a_branch_is_simplified_where_it_is_taken(text: str, simple: str) -> None:
    assert show(settled(parse(text), Ranges(dict.fromkeys("abxy", Real)))) == simple


def test_a_long_chain_of_choices_is_settled_in_one_pass() -> None:
    text = "0"
    for bound in range(60):
        text = f"({bound}*abs(x) if x < {-bound - 1} else {text})"
    assert "abs" not in show(settled(parse(text), Ranges({"x": Real})))


BOUNDED = [
    (Real, "x > 0", Positive),
    (Real, "x >= 0", NonNegative),
    (Positive, "2*x <= 3", Interval(0, 1.5, closed="right")),
    (NonNegative, "1 >= x", Unit),
    (Unit, "x < 1", Interval(0, 1, closed="left")),
    (Unit, "x <= 2", Unit),
    (Interval(0, 1, closed="left"), "x <= 1", Interval(0, 1, closed="left")),
    (Positive.typically(5), "x > 1", Interval(1, None, closed="neither").typically(5)),
]


@pytest.mark.parametrize(("domain", "condition", "narrowed"), BOUNDED)
def test_a_bound_of_one_variable_narrows_its_domain(domain: Domain, condition: str, narrowed: Domain) -> None:
    found = Space({"x": domain}).given(*read_conditions(condition, ("x",)))
    assert (found["x"], found.conditions) == (narrowed, ())


@pytest.mark.parametrize(
    ("domain", "condition", "values"),
    [
        (Binary, "x > 1/2", (1,)),
        (Sign, "x < 1", (-1,)),
        (Sign, "x <= 1", (-1, 1)),
    ],
)
def test_a_bound_takes_values_away(domain: Domain, condition: str, values: tuple[int, ...]) -> None:
    found = Space({"x": domain}).given(*read_conditions(condition, ("x",)))
    assert found["x"].values == values
    assert all(found["x"].contains(v) for v in values)


def test_a_narrowed_count_says_what_it_is() -> None:
    found = Space({"n": Count}).given(*read_conditions("n > 2", ("n",)))
    assert found.describe() == ("2 < n, a whole number",)
    assert {p["n"] for p in sample(found, "float64").typical} <= set(map(float, range(3, 20000)))


@pytest.mark.parametrize("condition", ["x < 0", "x <= 0", "x < y", "x*x < 1", "x > 1e300*1e300*2"])
def test_other_conditions_are_kept(condition: str) -> None:
    found = Space({"x": Unit, "y": Real}).given(*read_conditions(condition, ("x", "y")))
    assert (found["x"], len(found.conditions)) == (Unit, 1)


def test_a_part_of_a_space_keeps_what_is_tied_to_it() -> None:
    whole = space("a > b and b > x")
    assert list(spanned(whole, ["x"])) == ["x", "a", "b"]
    assert list(spanned(whole, ["y"])) == ["y"]
    assert list(spanned(dict.fromkeys("abc", Real), "ca")) == ["c", "a"]


def test_a_condition_and_what_holds_where_it_does_not() -> None:
    condition = Condition.of(parse("x < y"))
    assert condition.holds({"x": 0.0, "y": 1.0})
    assert not condition.negated.holds({"x": 0.0, "y": 1.0})
    assert (condition.text, condition.negated.text) == ("x < y", "y <= x")
    assert condition.negated.negated == condition


REGIONS = {
    "a*b < 1": {},
    "x**2 + y**2 < 1": {},
    "a > b > 0": {},
    "abs(x) < y": {},
    "a - b > 1": {},
    "a > b and b > x and x > y": {},
    "exp(a) < log(b)": {"b": Positive},
    "(x - 100)**2 + (y + 50)**2 < 1": {},
    "a > b and a < b + 1/1000": {},
    "a*b*x > 1 and a + b + x < 4": dict.fromkeys("abx", Positive),
    "a**2 < b": {"b": Unit},
    "a > b**2": {"a": Count},
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("assumed", REGIONS)
def test_points_are_found_where_conditions_hold(assumed: str, dtype: str) -> None:
    whole = space(assumed, **REGIONS[assumed])
    part = spanned(whole, sorted(set().union(*(c.variables for c in whole.conditions))))
    points = sample(part, dtype)
    assert len(points.typical) >= 100, len(points.typical)
    assert len(points.extreme) >= 30, len(points.extreme)
    for point in (*points.typical, *points.extreme):
        assert all(c.holds(point) for c in whole.conditions)
        assert all(whole[name].contains(value) for name, value in point.items())


@pytest.mark.parametrize("assumed", ["x**2 + y**2 < 1", "a*b < 1", "abs(x) < y"])
def test_some_points_lie_near_the_edge_and_some_do_not(assumed: str) -> None:
    (condition,) = space(assumed).conditions
    part = spanned(space(assumed), sorted(condition.variables))
    slacks = [condition.slack(p) for p in sample(part, "float64").typical]
    assert min(slacks) < 1e-3
    assert max(slacks) > 0.3


FACTS = ["x < y", "x + y <= p", "abs(x) < p", "x*y < 1", "x**2 + y**2 < 4", "p < y and x < p", "x > y > p"]


@settings(max_examples=60)
@given(terms(), st.sampled_from(FACTS), st.integers(0, 200))
def test_ranges_hold_at_every_point_of_a_space(term: Term, assumed: str, place: int) -> None:
    domains = dict(zip(NAMES, (Real, Positive, Interval(0, 1)), strict=True))
    whole = Space(domains).given(*read_conditions(assumed, NAMES))
    points = SAMPLES.setdefault(assumed, sample(whole, "float64", extreme=0).typical)
    ranges = RANGES.setdefault(assumed, Ranges(whole))
    point = points[place % len(points)]
    span, after = ranges(term), tidied(term, ranges)
    value, simple = balls((term, after), point, 2000)
    assume(value.is_finite())
    middle = float(value.mid())
    slack = 1e-12 * (1 + abs(middle))
    assert span.lower - slack <= middle <= span.upper + slack
    assert not (span.positive and value <= 0), span
    assert not (span.negative and value >= 0), span
    assert not (span.nonzero and value.is_zero()), span
    assert value.overlaps(simple), show(after)
    branch = settled(apply("select", apply("lt", apply("square", term), term), term, apply("abs", term)), ranges)
    (chosen,) = balls((branch,), point, 2000)
    assert chosen.is_nan() or chosen.overlaps(abs(value)), show(branch)


SAMPLES: dict[str, tuple[object, ...]] = {}
RANGES: dict[str, Ranges] = {}


@pytest.mark.parametrize(("domain", "value"), [(Unit, 0.5), (Real, 3.0)])
def test_a_point_inside_stays_where_it_is(domain: Domain, value: float) -> None:
    whole = Space({"x": domain, "y": Real}).given(*read_conditions("x < y", "xy"))
    point = {"x": value, "y": 4.0}
    assert repaired(whole, point, random.Random(0)) == point
