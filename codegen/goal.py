"""What a form is to reach, and where that is looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from symloss.codegen.derivation import Error

__all__ = ["EXACT", "FINITE", "OVER_AXES", "STABLE", "Goal"]


@dataclass(frozen=True)
class Goal:
    """The average error and the worst one that a form may have in each of `dtypes`, of float64 and float32.

    Of the `sizes`, so many random points bound the error, besides special ones and those next to sign changes; so
    many over the whole range only find NaN and infinity, which does not count where it need not be `complete`.
    A `strict` one counts what is excused otherwise: the rounding of an exponential's argument, digits at a sign change.
    Where a good form is 0 after an overflow it is mended, unless it is a `part` of another, which may need that 0.
    A `nested` one excuses them in sums within sums, too: those of arrays, some of whose entries nearly cancel.
    """

    average_bits: float
    worst_ulps: float
    complete: bool
    dtypes: tuple[str, ...]
    sizes: tuple[int, int]
    strict: bool = False
    nested: bool = False
    part: bool = False

    def met(self, errors: Sequence[Error]) -> bool:
        """Whether a form with these errors needs nothing more."""
        return all(self.near(e) and not (self.complete and e.broken) for e in errors)

    def near(self, error: Error) -> bool:
        """Whether digits are what they should be, whatever has no value."""
        return error.average_bits <= self.average_bits and error.worst_ulps <= self.worst_ulps


# Less than what a certificate may state, 0.8 and 8: libraries add their own error.
STABLE = Goal(0.75, 5.0, complete=True, dtypes=("float32", "float64"), sizes=(120, 128))
EXACT = replace(STABLE, strict=True)
OVER_AXES = replace(STABLE, nested=True)
# Three digits of float32, and then twelve of float64, at ordinary arguments.
FINITE = Goal(math.inf, 2.0**14, complete=False, dtypes=("float32",), sizes=(30, 60))
