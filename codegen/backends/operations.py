"""What a target offers: which of its operations spells which kernel, and how well."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Backend", "Operation"]

CALL = re.compile(r"\b_support\.(\w+)")


@dataclass(frozen=True)
class Operation:
    """How one kernel is written in a target.

    `code` is a template over the arguments, or `formula` is text over the kernel's parameters in other kernels.
    `with_number` is the template where the second argument is a constant, if that differs; with `arrays` constants are
    passed as arrays, since its helper needs their dtype.
    `ulps` is the largest error measured over the float range, in float32 and float64, on any processor so far:
    with AVX-512 libraries take other vector functions.
    """

    code: str = ""
    formula: str = ""
    with_number: str = ""
    arrays: bool = False
    ulps: float = 0.5


@dataclass(frozen=True)
class Backend:
    """One target language.

    `operations` has a row for each kernel it can spell, besides arithmetic, which all targets write alike.
    `truth` is the template that makes a number of a comparison, `{0}`, in the dtype of the argument `{1}`;
    `constant` the one that gives the number `{0}` that dtype where the target would not by itself, `array` the one that
    makes an array of it.
    `helpers` are functions of the package's `_support` module: their text by the name that operations call.
    One calls another as operations do, ``_support.name(...)``.
    """

    name: str
    operations: Mapping[str, Operation]
    truth: str
    constant: str
    array: str
    helpers: Mapping[str, str] = field(default_factory=dict)

    def helpers_of(self, code: str) -> Mapping[str, str]:
        """The helpers that `code` calls as ``_support.name``, and those that these call."""
        found: dict[str, str] = {}
        waiting = [code]
        while waiting:
            called = set(CALL.findall(waiting.pop())) - found.keys()
            found |= {name: self.helpers[name] for name in called if name in self.helpers}
            waiting += [self.helpers[name] for name in called if name in self.helpers]
        return dict(sorted(found.items()))
