"""Sums of numbers and arguments over their denominator."""

from __future__ import annotations

import numpy as np
import pytest

from symloss.codegen import derive
from symloss.codegen.denominators import over_one_denominator
from symloss.codegen.domain import Domain, Interval, Positive, Real
from symloss.codegen.notation import parse, show
from symloss.codegen.rewrite import Rewriter

DOMAINS: dict[str, Domain] = {"v": Real, "w": Interval(-200, 200), "p": Positive}


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("1 - v/10", "(10 - v)/10"),
        ("expm1(1/2 - w/3)", "expm1((3 - 2*w)/6)"),
        ("v/3 - w/7 - 1", "(7*v - 3*w - 21)/21"),
        # a power of two divides without a rounding, a product has one of its own, and what is positive does not cancel
        ("1 - v/8", "1 - 1/8*v"),
        ("1 - v*w/10", "1 - v*w/10"),
        ("1 + p/10", "1 + p/10"),
    ],
)
def test_what_may_vanish_stands_over_its_denominator(text: str, together: str) -> None:
    rewriter = Rewriter(DOMAINS)
    assert show(over_one_denominator(rewriter.tidy(parse(text)), rewriter.ranges)) == together


def test_a_rate_keeps_its_digits_beside_its_removable_singularity() -> None:
    rate = derive("(1 - v/10)/(exp(1 - v/10) - 1)", v="[-200, 200]")
    v = np.float64(10) * (1 + np.ldexp(1.0, -np.arange(8, 48)))
    u = (10 - v) / 10
    truth = 1 - u / 2 + u**2 / 12 - u**4 / 720
    assert np.all(np.abs(rate.compile("numpy")(v) - truth) <= 2 * np.spacing(truth))
