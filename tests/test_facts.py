"""Bounds of sums by facts; what conditions say of terms is in test_space."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from symloss.codegen.facts import Facts
from symloss.codegen.intervals import Range
from symloss.codegen.monomials import UNIT, combined, linear
from symloss.codegen.notation import parse


@pytest.mark.parametrize("sign", [1, -1])
def test_a_factor_beyond_every_float_is_infinite(sign: int) -> None:
    form = combined((sign * Fraction(10) ** 400, UNIT, linear(parse("x"))))
    assert Facts((), lambda _: Range(1.0, 2.0)).bound(form).value == sign * math.inf
