"""Ranges of terms over domains."""

from __future__ import annotations

import pytest

from symloss.codegen.bounds import Ranges
from symloss.codegen.domain import Interval, Positive
from symloss.codegen.kernels import KERNELS
from symloss.codegen.term import apply, variable


@pytest.mark.parametrize("name", [name for name, kernel in KERNELS.items() if kernel.names])
@pytest.mark.parametrize("domain", [Positive, Interval("0.25", "0.75")], ids=["positive", "interval"])
def test_every_kernel_has_a_range_whatever_its_arguments(name: str, domain: object) -> None:
    names = KERNELS[name].names
    found = Ranges(dict.fromkeys(names, domain))(apply(name, *map(variable, names)))  # type: ignore[arg-type]
    assert found.lower <= found.upper
