"""Ranges of terms over domains."""

from __future__ import annotations

import pytest

from symloss.codegen.bounds import Ranges
from symloss.codegen.domain import Interval, Positive, Real
from symloss.codegen.kernels import KERNELS
from symloss.codegen.notation import parse
from symloss.codegen.term import apply, variable


@pytest.mark.parametrize("name", [name for name, kernel in KERNELS.items() if kernel.names])
@pytest.mark.parametrize("domain", [Positive, Interval("0.25", "0.75")], ids=["positive", "interval"])
def test_every_kernel_has_a_range_whatever_its_arguments(name: str, domain: object) -> None:
    names = KERNELS[name].names
    found = Ranges(dict.fromkeys(names, domain))(apply(name, *map(variable, names)))  # type: ignore[arg-type]
    assert found.lower <= found.upper


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("1 + x + x**2", 0.75, float("inf")),
        ("x**2 - 3*x", -2.25, float("inf")),
        ("4*exp(x)**2 - 4*exp(x) + 1", 0, float("inf")),
        ("5 + 2*x - x**2", -float("inf"), 6),
        ("1 + x + y**2", -float("inf"), float("inf")),
    ],
)
def test_the_square_is_completed(text: str, lower: float, upper: float) -> None:
    span = Ranges({"x": Real, "y": Real})(parse(text))
    assert (span.lower, span.upper) == (lower, upper)


def test_a_reciprocal_has_no_value_at_0() -> None:
    """So it is positive above, where the domain has its end there."""
    ranges = Ranges({"a": Interval(-8, 2), "x": Real})
    assert ranges(parse("1/(2 - a)")).positive
    assert ranges(parse("x**2/(2 - a)")).nonnegative
    assert ranges(parse("1/(a - 2)")).negative
    assert not ranges(parse("1/(a - 1)")).positive
