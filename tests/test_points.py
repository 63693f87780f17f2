"""Points lie inside their domains, are floats of their dtype, and next to every sign change."""

from __future__ import annotations

import math

import numpy as np
import pytest

from symloss.codegen.domain import Binary, Count, Domain, Interval, NonNegative, Positive, Real, Sign, Unit
from symloss.codegen.exact import balls
from symloss.codegen.notation import parse
from symloss.codegen.points import _crossing as bisected
from symloss.codegen.points import crossings, sample

DTYPES = ("float32", "float64")
ALL = {
    "real": Real,
    "positive": Positive,
    "nonnegative": NonNegative,
    "unit": Unit,
    "open": Interval(0, 1, closed="neither"),
    "above": Interval(-1, None, closed="neither"),
    "below": Interval(None, 3),
    "narrow": Interval(0.001, 0.002),
    "binary": Binary,
    "sign": Sign,
    "count": Count,
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("domain", ALL.values(), ids=ALL)
def test_points_are_floats_inside_their_domain(domain: Domain, dtype: str) -> None:
    points = sample({"x": domain, "y": Real}, dtype)
    assert len(points.typical) >= 120
    assert len(points.extreme) >= 90
    for point in (*points.typical, *points.extreme):
        assert domain.contains(point["x"])
        assert all(float(np.dtype(dtype).type(v)) == v for v in point.values())
    values = {p["x"] for p in points.typical}
    assert len(values) > 50 or values == set(map(float, domain.values)) or domain.exact


@pytest.mark.parametrize("domain", ["real", "positive", "nonnegative", "unit", "binary", "sign"])
def test_special_values_are_among_them(domain: str) -> None:
    values = {p["x"] for p in sample({"x": ALL[domain]}, "float64").typical}
    wanted = {-1.0, 0.0, 0.5, 1.0, 2.0, 20.0}
    assert {v for v in wanted if ALL[domain].contains(v)} <= values


def test_typical_points_keep_to_the_promised_size() -> None:
    points = sample({"x": Real, "g": NonNegative.typically(5)}, "float64")
    assert max(abs(p["x"]) for p in points.typical) <= 1e4
    assert max(p["g"] for p in (*points.typical, *points.extreme)) <= 5


@pytest.mark.parametrize("domain", [Interval(-2, 3), Interval(-50, 50), Interval("-0.5", 1, closed="neither")])
def test_an_interval_around_0_has_points_close_to_it(domain: Domain) -> None:
    """A power's exponent, say, at which nothing happens but that the formula is 0/0."""
    sizes = [abs(p["a"]) for p in sample({"a": domain, "x": Real}, "float64").typical if p["a"]]
    assert sum(1e-18 < size < 1e-7 for size in sizes) >= 5


def test_small_arguments_are_typical_too() -> None:
    """log(1 + x) keeps half its digits at x = 1e-4, and none at 1e-9."""
    for domain in (Real, Positive, NonNegative):
        sizes = [abs(p["x"]) for p in sample({"x": domain}, "float64").typical if p["x"]]
        assert min(sizes) < 1e-9
        assert sum(size < 1e-5 for size in sizes) >= 5


def test_extreme_points_cover_the_range_of_exponents() -> None:
    for dtype, (least, most) in {"float32": (-100, 120), "float64": (-900, 1000)}.items():
        exponents = [math.frexp(p["x"])[1] for p in sample({"x": Real}, dtype).extreme if p["x"]]
        assert min(exponents) < least
        assert max(exponents) > most


def test_arguments_nearly_agree_now_and_then() -> None:
    points = sample({"x": Real, "y": Real}, "float64").typical
    near = [p for p in points if p["x"] and 0 < abs(p["y"] / p["x"] - 1) < 2**-10]
    assert len(near) >= 5


@pytest.mark.parametrize("dtype", DTYPES)
def test_points_are_the_same_in_every_run_and_order(dtype: str) -> None:
    first = sample({"x": Real, "y": Positive}, dtype)
    again = sample({"x": Real, "y": Positive}, dtype)
    assert first == again


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("text", "domains"),
    [
        ("x - 3", {"x": Real}),
        ("x - y", {"x": Real, "y": Real}),
        ("exp(x) - 2", {"x": Real}),
        ("log(v) + 1", {"v": Positive}),
        ("(p - t)**2 - s", {"p": Real, "t": Real, "s": Positive}),
        ("x*log(x) + x/4", {"x": Positive}),
        ("p - 2/3", {"p": Unit}),
        ("1 - y*x", {"x": Real, "y": Sign}),
    ],
)
def test_every_sign_change_has_points_on_both_sides(text: str, domains: dict[str, Domain], dtype: str) -> None:
    term = parse(text)
    near = crossings((term,), domains, dtype, sample(domains, dtype).typical)
    signs = []
    for point in near:
        assert all(domains[n].contains(v) for n, v in point.items())
        (value,) = balls((term,), point, 300)
        signs.append((1 if value > 0 else -1 if value < 0 else 0, abs(float(value.mid()))))
    assert {1, -1} <= {s for s, _ in signs}
    assert min(size for _, size in signs) <= 2.0 ** (-18 if dtype == "float32" else -40)


def test_a_sum_without_a_sign_change_gives_no_points() -> None:
    assert crossings((parse("exp(x) + 1"),), {"x": Real}, "float64", sample({"x": Real}, "float64").typical) == ()


def test_a_sum_is_bisected_once_for_all_that_it_is_a_part_of() -> None:
    domains = {"x": Real, "y": Real}
    points = sample(domains, "float64").typical
    near = crossings((parse("exp(x - y)"),), domains, "float64", points)
    before = bisected.cache_info().misses
    assert crossings((parse("(x - y)**2*sigmoid(x)"),), domains, "float64", points) == near
    assert bisected.cache_info().misses == before


def test_counts_are_often_0() -> None:
    """Where formulas of counts have a branch of their own."""
    points = sample({"x": Real, "k": Count}, "float64").typical
    assert 0.15 < sum(point["k"] == 0 for point in points) / len(points) < 0.5
