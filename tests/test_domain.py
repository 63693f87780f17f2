"""Domains say what they hold, to people, to SymPy and to tests."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

from symloss.codegen.domain import Binary, Count, Domain, Interval, NonNegative, Positive, Real, Sign, Unit


@pytest.mark.parametrize(
    ("domain", "assumed"),
    [
        (Real, {"real": True, "positive": None, "integer": None}),
        (Positive, {"positive": True}),
        (NonNegative, {"nonnegative": True, "positive": None}),
        (Unit, {"nonnegative": True, "positive": None}),
        (Binary, {"integer": True, "nonnegative": True}),
        (Sign, {"integer": True, "zero": False, "positive": None}),
        (Count, {"integer": True, "nonnegative": True}),
        (Interval(-1, None, closed="neither"), {"real": True, "positive": None}),
        (Interval(1, 2), {"positive": True}),
        (Interval(None, 0), {"nonpositive": True}),
        (Interval(None, -1), {"negative": True}),
    ],
    ids=str,
)
def test_symbols_know_their_domain(domain: Domain, assumed: dict[str, bool | None]) -> None:
    symbol = sympy.Symbol("x", **domain.assumptions)
    assert {fact: getattr(symbol, f"is_{fact}") for fact in assumed} == assumed


@pytest.mark.parametrize(
    ("domain", "text", "inside", "outside"),
    [
        (Real, "x is a real number", (0, -1e308), (float("inf"), float("nan"))),
        (Positive, "0 < x", (5e-324, 1), (0, -1)),
        (NonNegative, "0 <= x", (0,), (-5e-324, float("inf"))),
        (Unit, "0 <= x <= 1", (0, 0.5, 1), (-0.1, 1.1)),
        (Binary, "x in {0, 1}", (0, 1), (0.5, -1)),
        (Sign, "x in {-1, 1}", (-1, 1), (0,)),
        (Count, "x in {0, 1, 2, ...}", (0, 7), (0.5, -1)),
        (Interval(0, 0.1), "0 <= x <= 0.1", (0, 0.1), (0.11,)),
        (Interval(0, 1, closed="neither"), "0 < x < 1", (0.5,), (0, 1)),
        (Interval(-1, None, closed="left"), "-1 <= x", (-1,), (-2,)),
        (Interval("-inf", 0), "x <= 0", (-9, 0), (1,)),
    ],
    ids=str,
)
def test_domains_say_what_they_hold(domain: Domain, text: str, inside: tuple, outside: tuple) -> None:
    assert domain.describe("x") == text
    assert all(map(domain.contains, (*inside, *domain.samples)))
    assert not any(map(domain.contains, outside))


def test_samples_are_inside_and_differ() -> None:
    for domain in (Real, Positive, Unit, Interval(-1, None, closed="neither"), Interval(None, 3, closed="neither")):
        assert len(set(domain.samples)) >= 4
        assert all(isinstance(x, Fraction) for x in domain.samples)


@pytest.mark.parametrize("ends", [(1, 1), (2, 1)])
def test_an_empty_interval_is_refused(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="lower < upper"):
        Interval(*ends)
