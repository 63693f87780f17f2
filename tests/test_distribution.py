"""Factors go into the sums and choices that are out of range, and cancel there."""

from __future__ import annotations

import pytest

from symloss.codegen.bounds import Ranges
from symloss.codegen.distribution import distributed
from symloss.codegen.domain import Positive, Real
from symloss.codegen.notation import parse, show
from symloss.codegen.term import walk
from symloss.codegen.tidy import tidied

RANGES = Ranges({"x": Real, "y": Real, "v": Positive, "w": Positive})


@pytest.mark.parametrize(
    ("given", "lost", "expected"),
    [
        ("v*(log(y) + x/v)", "x/v", "v*log(y) + x"),
        ("v*max(x/v, y)", "x/v", "max(x, v*y)"),
        ("max(w*x, 0)/w", "w*x", "max(x, 0)"),
        ("abs(w*x)/w", "w*x", "abs(x)"),
        ("x*max(v*x, 0)", "v*x", "x*max(v*x, 0)"),  # x may be negative
        ("v*(v*(x/v + 1) + y)", "x/v", "v*x + v**2 + v*y"),
        ("v*(x/v if y <= 1 else w)", "x/v", "x if y <= 1 else v*w"),
        ("v*(y - 1)*(x/v)", "x/v", "v*(y - 1)*(x/v)"),  # a sum in range is one factor
    ],
)
def test_factors_go_into_what_is_out_of_range(given: str, lost: str, expected: str) -> None:
    term, source = parse(given), parse(lost)
    above = frozenset(node for node in walk(term) if source in set(walk(node)))
    assert show(tidied(distributed(term, above, RANGES), RANGES, {})) == expected
