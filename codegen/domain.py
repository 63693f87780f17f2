"""What an argument of a loss may be: its range, which ends are closed, and whether its values are exact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite

__all__ = [
    "PLACES",
    "Axis",
    "Binary",
    "Count",
    "Domain",
    "Interval",
    "Label",
    "NonNegative",
    "Positive",
    "Real",
    "Sign",
    "Simplex",
    "Unit",
]

# Points inside a domain at which a definition is tried: no ends, where textbook formulas have poles,
# and nothing beyond 19, where 1 - 1/(1 + exp(-x)) still has 11 of 20 digits.
_LINE = tuple(Fraction(n, 10) for n in (-190, -37, -12, -3, 2, 8, 26, 170))
_RAY = tuple(Fraction(n, 100) for n in (2, 30, 140, 650, 1900))
_SEGMENT = tuple(Fraction(n, 100) for n in (3, 30, 55, 90))
PLACES = 3  # of an axis on which a formula is tried
_COUNTS = tuple(Fraction(n) for n in (0, 1, 2, 5, 11))


@dataclass(frozen=True)
class Axis:
    """An axis of arrays: `name` is a capital letter, and `meaning` says in a word or two what stands along it."""

    name: str
    meaning: str = "entries"


@dataclass(frozen=True)
class Domain:
    """A set of real numbers: an interval, or the finite set `values`.

    `lower` and `upper` are exact rationals, None where the interval is unbounded on that side.
    `exact` marks values that carry no rounding of their own (a hard label): no error is forgiven for them,
    and no derivative by them exists.  `typical` is the largest magnitude at which accuracy is promised,
    None for the general 1e4.  An array has `axes`, ``Real[K]``, and each of its entries lies in the set; those of a
    `simplex` add up to 1 along its last axis.  A label is a place on the axis `place_on`.
    """

    name: str
    lower: Fraction | None = None
    upper: Fraction | None = None
    lower_closed: bool = False
    upper_closed: bool = False
    values: tuple[int, ...] = ()
    exact: bool = False
    typical: float | None = None
    axes: tuple[Axis, ...] = ()
    simplex: bool = False
    place_on: Axis | None = None

    def __getitem__(self, axes: Axis | tuple[Axis, ...]) -> Domain:
        """Arrays over `axes` with entries in this set; of a label the first axis is the one that it is a place on."""
        if self.name == "label" and self.place_on is None and isinstance(axes, Axis):
            return replace(self, place_on=axes)
        return replace(self, axes=axes if isinstance(axes, tuple) else (axes,))

    @property
    def places(self) -> tuple[Axis, ...]:
        """The axis on which a label is a place."""
        return (self.place_on,) if self.place_on else ()

    @property
    def differentiable(self) -> bool:
        return not self.exact

    @property
    def positive(self) -> bool:
        """Whether every number in it is."""
        return self.lower is not None and (self.lower > 0 or (self.lower == 0 and not self.lower_closed))

    def typically(self, limit: float) -> Domain:
        """The same set, with accuracy promised up to the magnitude `limit` only."""
        return replace(self, typical=limit)

    def contains(self, value: float | Fraction) -> bool:
        """Whether the number `value` lies in the set; NaN never does, nor does an infinity."""
        if not isfinite(value):
            return False
        if self.values:
            return value in self.values
        if self.exact and value != int(value):
            return False
        above = self.lower is None or value > self.lower or (self.lower_closed and value == self.lower)
        below = self.upper is None or value < self.upper or (self.upper_closed and value == self.upper)
        return above and below

    def limited(self, end: Fraction, *, upper: bool, closed: bool) -> Domain | None:
        """The part below `end`, or above it if that is no `upper` end; None where that is empty or a single point."""
        if self.values:
            kept = tuple(v for v in self.values if (closed and v == end) or (v != end and (v < end) == upper))
            return replace(self, lower=Fraction(kept[0]), upper=Fraction(kept[-1]), values=kept) if kept else None
        own, own_closed = (self.upper, self.upper_closed) if upper else (self.lower, self.lower_closed)
        if own is not None and (own == end or (own < end) == upper):
            end, closed = own, own_closed and (closed or own != end)
        part = replace(self, upper=end, upper_closed=closed) if upper else replace(self, lower=end, lower_closed=closed)
        return part.recognised if part.lower is None or part.upper is None or part.lower < part.upper else None

    @property
    def recognised(self) -> Domain:
        """The same set by the name that it has."""
        known = (d for d in (Real, Positive, NonNegative, Unit, Count) if replace(self, name=d.name, typical=None) == d)
        return replace(self, name=next(known, Domain("interval")).name)

    def describe(self, name: str) -> str:
        """The set as a condition on `name`, in plain text: ``0 < delta``, ``labels in {0, 1}``."""
        if self.values:
            return f"{name} in {{{', '.join(map(str, self.values))}}}"
        if self == Count:
            return f"{name} in {{0, 1, 2, ...}}"
        if self.place_on is not None:
            return f"{name} in {{0, ..., {self.place_on.name} - 1}}"
        left = "" if self.lower is None else f"{_decimal(self.lower)} {'<=' if self.lower_closed else '<'} "
        right = "" if self.upper is None else f" {'<=' if self.upper_closed else '<'} {_decimal(self.upper)}"
        if self.exact:
            return f"{left}{name}{right}, a whole number"
        return f"{left}{name}{right}" if left or right else f"{name} is a real number"

    @property
    def assumptions(self) -> dict[str, bool]:
        """What SymPy may assume of a symbol of this domain, as keywords of `sympy.Symbol`."""
        known = {"integer" if self.exact else "real": True}
        if self.lower is not None and self.lower >= 0:
            known["nonnegative" if self.lower == 0 and self.lower_closed else "positive"] = True
        elif self.upper is not None and self.upper <= 0:
            known["nonpositive" if self.upper == 0 and self.upper_closed else "negative"] = True
        elif self.values and 0 not in self.values:
            known["nonzero"] = True
        return known

    @property
    def samples(self) -> tuple[Fraction, ...]:
        """A few points of the set, for trying a formula on it: inner ones, and every value of a finite set."""
        if self.values:
            return tuple(map(Fraction, self.values))
        if self.place_on is not None:
            return _COUNTS[:PLACES]
        if self.exact:
            return _COUNTS
        if self.lower is not None and self.upper is not None:
            return tuple(self.lower + (self.upper - self.lower) * t for t in _SEGMENT)
        if self.lower is not None:
            return tuple(self.lower + t for t in _RAY)
        return _LINE if self.upper is None else tuple(self.upper - t for t in _RAY)


def _decimal(number: Fraction) -> str:
    return str(number) if number.denominator == 1 else repr(float(number))


def Interval(  # noqa: N802 - a domain reads like a type in an annotation
    lower: float | str | None, upper: float | str | None, *, closed: str = "both"
) -> Domain:
    """The numbers from `lower` to `upper` (None or infinite: unbounded); `closed` is both, neither, left or right."""
    if closed not in ("both", "neither", "left", "right"):
        raise ValueError(f"closed must be 'both', 'neither', 'left' or 'right', got {closed!r}")
    low, high = (None if end is None or not isfinite(float(end)) else Fraction(end) for end in (lower, upper))
    if low is not None and high is not None and low >= high:
        raise ValueError(f"an interval needs lower < upper, got [{lower}, {upper}]")
    domain = Domain("interval", low, high)
    return replace(
        domain,
        lower_closed=low is not None and closed in ("both", "left"),
        upper_closed=high is not None and closed in ("both", "right"),
    )


Real = Domain("real")
Positive = Domain("positive", lower=Fraction(0))
NonNegative = Domain("nonnegative", lower=Fraction(0), lower_closed=True)
Unit = Domain("unit", Fraction(0), Fraction(1), lower_closed=True, upper_closed=True)
Binary = Domain("binary", Fraction(0), Fraction(1), True, True, values=(0, 1), exact=True)
Sign = Domain("sign", Fraction(-1), Fraction(1), True, True, values=(-1, 1), exact=True)
Count = Domain("count", lower=Fraction(0), lower_closed=True, exact=True)
Simplex = Domain("simplex", Fraction(0), Fraction(1), True, True, simplex=True)
Label = Domain("label", lower=Fraction(0), lower_closed=True, exact=True)
