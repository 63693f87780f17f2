"""Intervals of floats and how kernels map them, sound up to rounding.

Arithmetic has rules here; of any other kernel the range follows from its row, `image` and `monotone`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flint import arb

from symloss.codegen.domain import Domain
from symloss.codegen.exact import operation
from symloss.codegen.kernels import KERNELS, Kernel
from symloss.codegen.term import ZERO

__all__ = ["ANY", "Range", "mapped", "of_domain"]

INFINITY = math.inf


@dataclass(frozen=True)
class Range:
    """Numbers from `lower` to `upper`; `nonzero` says that 0 itself is not among them though an end may be 0."""

    lower: float
    upper: float
    nonzero: bool = False

    @property
    def positive(self) -> bool:
        return self.lower > 0 or (self.lower == 0 and self.nonzero)

    @property
    def nonnegative(self) -> bool:
        return self.lower >= 0

    @property
    def negative(self) -> bool:
        return self.upper < 0 or (self.upper == 0 and self.nonzero)

    @property
    def nonpositive(self) -> bool:
        return self.upper <= 0


ANY = Range(-INFINITY, INFINITY)
UNKNOWN = arb.nan()


def of_domain(domain: Domain) -> Range:
    """The least interval that holds a domain."""
    lower = -INFINITY if domain.lower is None else float(domain.lower)
    upper = INFINITY if domain.upper is None else float(domain.upper)
    open_at_zero = (lower == 0 and not domain.lower_closed) or (upper == 0 and not domain.upper_closed)
    return Range(
        lower, upper, open_at_zero or lower > 0 or upper < 0 or (bool(domain.values) and 0 not in domain.values)
    )


def _times(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b


def _sum(*parts: Range) -> Range:
    lower, upper = sum(p.lower for p in parts), sum(p.upper for p in parts)
    same_side = all(p.nonnegative for p in parts) or all(p.nonpositive for p in parts)
    return Range(lower, upper, lower > 0 or upper < 0 or (same_side and any(p.nonzero for p in parts)))


def _product(*parts: Range) -> Range:
    result = parts[0]
    for part in parts[1:]:
        ends = [_times(a, b) for a in (result.lower, result.upper) for b in (part.lower, part.upper)]
        result = Range(min(ends), max(ends), result.nonzero and part.nonzero)
    return result


def _reciprocal(x: Range) -> Range:
    """Where it has a value: at 0 it has none, so that of numbers down to 0 it is positive."""
    if x.lower < 0 < x.upper or x.lower == x.upper == 0:
        return ANY
    ends = sorted(math.copysign(INFINITY, x.upper + x.lower) if end == 0 else 1 / end for end in (x.lower, x.upper))
    return Range(ends[0], ends[1], True)


def _absolute(x: Range) -> Range:
    lower = 0.0 if x.lower <= 0 <= x.upper else min(abs(x.lower), abs(x.upper))
    return Range(lower, max(abs(x.lower), abs(x.upper)), x.nonzero)


def _of_kernel(kernel: Kernel, *arguments: Range) -> Range:
    """What the row says: the image, and for a monotone kernel what it is at the ends of its arguments."""
    image = ANY if kernel.image is None else of_domain(kernel.image)
    if not kernel.monotone:
        return image
    directions = kernel.monotone.split()
    ends = [
        (x.lower, x.upper) if sign == "+" else (x.upper, x.lower) for x, sign in zip(arguments, directions, strict=True)
    ]
    lower = max(image.lower, float(_at(kernel, [low for low, _ in ends], image.lower).lower()))
    upper = min(image.upper, float(_at(kernel, [high for _, high in ends], image.upper).upper()))
    only_zero = kernel.values.get(ZERO) is ZERO and arguments[0].nonzero
    return Range(lower, upper, image.nonzero or lower > 0 or upper < 0 or only_zero)


def _at(kernel: Kernel, point: Sequence[float], end: float) -> arb:
    """The value at a finite point of the domain; elsewhere the `end` of the image that lies that way."""
    value = operation(kernel.name)(*map(arb, point)) if all(map(math.isfinite, point)) else UNKNOWN
    return arb(end) if value.is_nan() else value


def _sign(value: float) -> float:
    return float((value > 0) - (value < 0))


def _hull(_: Range, x: Range, y: Range) -> Range:
    return Range(min(x.lower, y.lower), max(x.upper, y.upper), x.nonzero and y.nonzero)


def _power(base: Range, exponent: Range) -> Range:
    return (
        Range(0.0, 1.0 if base.upper <= 1 and exponent.nonnegative else INFINITY, base.positive)
        if base.nonnegative
        else ANY
    )


def _drop(_: Range, d: Range) -> Range:
    """Of what falls: a rise where it goes on, a fall where it goes back."""
    return Range(0.0 if d.nonnegative else -INFINITY, 0.0 if d.nonpositive else INFINITY, d.nonzero)


def _rise(x: Range, d: Range) -> Range:
    fall = _drop(x, d)
    return Range(-fall.upper, -fall.lower, fall.nonzero)


RULES: Mapping[str, Callable[..., Range]] = {
    "add": _sum,
    "mul": _product,
    "neg": lambda x: Range(-x.upper, -x.lower, x.nonzero),
    "div": lambda x, y: _product(x, _reciprocal(y)),
    "xdivy": lambda x, y: Range(0.0, INFINITY) if x.nonnegative and y.nonnegative else ANY,
    "square": lambda x: _product(_absolute(x), _absolute(x)),
    "pow": _power,
    "abs": _absolute,
    "sign": lambda x: Range(_sign(x.lower), _sign(x.upper), x.nonzero),
    "max": lambda x, y: Range(max(x.lower, y.lower), max(x.upper, y.upper), x.positive or y.positive),
    "min": lambda x, y: Range(min(x.lower, y.lower), min(x.upper, y.upper), x.positive and y.positive),
    "select": _hull,
    "sigmoid_power": lambda x, y: Range(0.0, 1.0, True) if y.nonnegative else ANY,
    **dict.fromkeys(("stirling_drop", "digamma_drop", "trigamma_drop", "digamma_difference"), _drop),
    "trigamma_difference": _rise,
    "hypot": lambda x, y: Range(max(_absolute(x).lower, _absolute(y).lower), INFINITY, x.nonzero or y.nonzero),
}


def mapped(name: str, *arguments: Range) -> Range:
    """Where the values of the kernel `name` lie for arguments in these ranges."""
    rule = RULES.get(name)
    return rule(*arguments) if rule else _of_kernel(KERNELS[name], *arguments)
