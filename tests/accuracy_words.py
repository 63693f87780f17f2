"""The error of generated code as the project's words define it, against the hand-written truth.

Errors are in ulps of the exact truth; points whose truth is infinite or subnormal in the dtype are left out.
Where the truth is below half of T, the largest summand, and changes sign nearby, they are in ulps of T.
What the roundings of an exponential's argument amount to is taken off.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import generated_cases as cases
import numpy as np
import oracle
import shadow
from generated_cases import Point
from mpmath import mp, mpf
from shadow import Excuses

from symloss.codegen import certificate
from symloss.codegen.certificate import CertificateRow

CERTIFICATES = certificate.load(cases.ROOT / "generated")

# The project's own bounds, in bits on average and in ulps: at a hyper-parameter's 0, and more for each unit of it.
PLAIN = ((0.8, 0.0), (8.0, 0.0), None)
BY_HYPER = {"sigmoid_focal_cross_entropy": ((0.6, 0.25), (8.0, 3.0), "gamma")}

oracle.ENOUGH = 5_000  # what is noise at so many digits is 0: at points of floats no loss needs a tenth of the default

# Where the formula multiplies 0 by infinity or divides 0 by 0 at an end of the domain, and is NaN.
# A row of these tables that is no longer missed fails its test.
MISSED_ENDS = {
    ("generalized_cross_entropy", "prediction"),
    ("bernoulli_squared_hellinger", "prediction"),
    ("bernoulli_squared_hellinger", "target"),
}


@dataclass(frozen=True, eq=False)
class Truth:
    """The exact values at some points as unevaluated sums of two floats, and which of them count in the dtype."""

    points: tuple[Point, ...]
    high: np.ndarray
    low: np.ndarray
    dtype: str

    @property
    def finite(self) -> np.ndarray:
        return np.abs(self.high) <= float(np.finfo(self.dtype).max)

    @property
    def counted(self) -> np.ndarray:
        normal = np.abs(self.high) >= float(np.finfo(self.dtype).tiny)
        return self.finite & (normal | (self.high == 0))


def exact(name: str, point: Point, output: str | None) -> mpf:
    return oracle.value(name, point) if output is None else oracle.derivative(name, point, output)


def truth(name: str, points: Sequence[Point], dtype: str, output: str | None) -> Truth:
    high, low = [], []
    with mp.workdps(oracle.DIGITS):
        for point in points:
            value = exact(name, point, output)
            high.append(float(value))
            low.append(float(value - high[-1]) if math.isfinite(high[-1]) else 0.0)
            if value != 0 and high[-1] == 0:  # below the smallest float64
                high[-1] = math.copysign(5e-324, value)
    return Truth(tuple(points), np.array(high), np.array(low), dtype)


@cache
def typical_truth(name: str, dtype: str, output: str | None) -> Truth:
    points = cases.typical(name, dtype, output) + cases.crossings(name, dtype, output)
    return truth(name, points, dtype, output)


@cache
def extreme_truth(name: str, dtype: str, output: str | None) -> Truth:
    return truth(name, cases.extreme(name, dtype, output), dtype, output)


def excuses(name: str, dtype: str, output: str | None, points: Sequence[Point]) -> Excuses:
    """What the form of the NumPy code excuses at some points."""
    return _excuses(name, dtype, output, tuple(tuple(point.items()) for point in points))


@cache
def _excuses(name: str, dtype: str, output: str | None, items: tuple[tuple[tuple[str, float], ...], ...]) -> Excuses:
    """Backends, modes and the bound that a certificate states ask for the same points again."""
    family = getattr(cases.PACKAGES["numpy"], cases.LOSSES[name].family)
    function = getattr(family, f"_{name}" if output is None else f"_{name}_by_{output}")
    return shadow.excuses(function, cases.columns([dict(point) for point in items], dtype), dtype)


def ulp(values: np.ndarray, dtype: str) -> np.ndarray:
    """The distance of neighbouring floats of the dtype at each value."""
    information = np.finfo(dtype)
    exponent = np.maximum(np.frexp(np.abs(values))[1], information.minexp + 1)
    return np.ldexp(1.0, exponent - information.nmant - 1)


def errors(name: str, dtype: str, output: str | None, got: np.ndarray) -> np.ndarray:
    """The error of `got` at each of the typical points in ulps; NaN where the point does not count."""
    true = typical_truth(name, dtype, output)
    excused = excuses(name, dtype, output, true.points)
    with np.errstate(all="ignore"):
        distance = np.abs((got.astype(np.float64) - true.high) - true.low)
        distance = np.where(np.isfinite(got), np.fmax(distance - excused.allowance, 0), np.inf)
        ulps = distance / ulp(true.high, dtype)
        relaxed = distance / ulp(excused.largest, dtype)
        near_zero = np.abs(true.high) < excused.largest / 2
    far = (ulps > 1000) | (true.high == 0)  # a 0 has no ulp to count in
    for index in np.flatnonzero((ulps > 1) & true.counted):
        point = true.points[index]
        if near_zero[index] and crosses_zero(name, output, point):
            ulps[index] = relaxed[index]
        if ulps[index] > 8 and far[index] and jumps(name, dtype, output, point, float(got[index])):
            ulps[index] = 0
    ends = np.array([at_a_missed_end(name, output, point) for point in true.points])
    return np.where(true.counted & ~ends, ulps, np.nan)


def at_a_missed_end(name: str, output: str | None, point: Point) -> bool:
    """Whether a point is at an end of a domain where the formula is known to be NaN."""
    ends = ((a.name, (a.domain.lower, a.domain.upper)) for a in cases.LOSSES[name].arguments)
    return (name, output) in MISSED_ENDS and any(point[argument] in end for argument, end in ends)


def crosses_zero(name: str, output: str | None, point: Point) -> bool:
    """Whether the truth takes the other sign near a point, or is 0 from somewhere near on."""
    return _crosses_zero(name, output, tuple(point.items()))


@cache
def _crosses_zero(name: str, output: str | None, items: tuple[tuple[str, float], ...]) -> bool:
    """The NumPy code says where to look."""
    point = dict(items)
    sign = int(np.sign(float(exact(name, point, output))))
    moved = list(_neighbours(name, point))
    found = np.sign(cases.computed("numpy", name, moved, "float64", output)) if moved else np.zeros(0)
    for there in (near for near, other in zip(moved, found, strict=True) if other == -sign or sign == 0):
        if exact(name, there, output) * sign < 0 or sign == 0:
            return True
    for there in (near for near, other in zip(moved, found, strict=True) if other == 0):
        if all(exact(name, again, output) == 0 for again in (there, *_nudged(name, there))):
            return True
    return False


def _neighbours(name: str, point: Point) -> Iterator[Point]:
    for argument in cases.LOSSES[name].arguments:
        x, domain = point[argument.name], argument.domain
        if domain.values or (x in (domain.lower, domain.upper)):
            continue  # a hard label is exact: it does not move
        others = [value for key, value in point.items() if key != argument.name]
        towards = [x + share * (other - x) for other in others for share in (0.01, 0.1, 0.25, 0.5, 0.75, 0.99, 2)]
        nearby = [x * (1 + side * 2.0**-power) for side in (-1, 1) for power in (2, 4, 8)]
        for value in (x / 2, x * 2, x / 4, x * 4, x + 1, x - 1, (1 + x) / 2, *nearby, *towards):
            if domain.contains(value):
                yield {**point, argument.name: value}


def _nudged(name: str, point: Point) -> Iterator[Point]:
    for argument in cases.LOSSES[name].arguments:
        for value in (point[argument.name] * (1 + side * 2.0**-20) for side in (-1, 1)):
            if argument.domain.contains(value) and not argument.domain.values:
                yield {**point, argument.name: value}


def jumps(name: str, dtype: str, output: str | None, point: Point, got: float) -> bool:
    """Whether the truth jumps over `got` within an ulp of an argument: rounding may reach or pass over a kink."""
    seen = [float(exact(name, point, output))]
    for argument in cases.LOSSES[name].arguments:
        for end in (-np.inf, np.inf):
            value = float(np.nextafter(np.dtype(dtype).type(point[argument.name]), np.dtype(dtype).type(end)))
            if argument.domain.contains(value):
                seen.append(float(exact(name, {**point, argument.name: value}, output)))
    slack = 1e-5 * abs(got)
    return min(seen) - slack <= got <= max(seen) + slack


def average_bits(ulps: np.ndarray) -> tuple[float, float]:
    """The mean of log2(1 + ulps), and its standard error for so few points."""
    bits = np.log2(1 + np.minimum(ulps[~np.isnan(ulps)], 2.0**64))
    return float(bits.mean()), float(bits.std() / math.sqrt(len(bits)))


def bounds(name: str, points: Sequence[cases.Point]) -> tuple[np.ndarray, np.ndarray]:
    """The project's bounds of the average and of the worst error at each point."""
    (average, more), (bound, slope), hyper = BY_HYPER.get(name, PLAIN)
    values = np.array([0.0 if hyper is None else point[hyper] for point in points])
    return average + more * values, bound + slope * values


def certified(name: str, output: str | None, dtype: str, backend: str, mode: str = "eager") -> list[CertificateRow]:
    """The certificate's row, if there is one."""
    rows = CERTIFICATES.get((name, backend), ("", ()))[1]
    return [row for row in rows if (row.argument, row.mode, row.dtype) == (output, mode, dtype)]


def stated_worst(
    name: str, output: str | None, dtype: str, where: tuple[str, str], points: Sequence[Point]
) -> np.ndarray:
    """How many ulps the error may have in a backend and mode: by the certificate, or else by the project's bound.

    Any where a part of the formula is subnormal, if the certificate states that.
    """
    for row in certified(name, output, dtype, *where):
        worst = np.full(len(points), row.worst_ulps)
        if any("subnormal part" in exception for exception in row.exceptions):
            worst[excuses(name, dtype, output, points).subnormal] = np.inf
        return worst
    return bounds(name, points)[1]


def average_bound(name: str, dtype: str, output: str | None) -> float:
    """The project's bound of the average over the random points."""
    return float(bounds(name, cases.typical(name, dtype, output))[0].mean())


@dataclass(frozen=True, eq=False)
class Given:
    """What a backend in a mode computed at some points of a loss, or its derivative by `output`."""

    name: str
    output: str | None
    dtype: str
    points: tuple[Point, ...]
    values: np.ndarray
    backend: str
    mode: str = "eager"

    @property
    def worst(self) -> np.ndarray:
        return stated_worst(self.name, self.output, self.dtype, (self.backend, self.mode), self.points)


def disagreements(one: Given, other: Given) -> list[str]:
    """Where two backends or modes differ by more than the sum of the errors that each may have."""
    name, output, dtype, points = one.name, one.output, one.dtype, one.points
    first, second = one.values.astype(np.float64), other.values.astype(np.float64)
    excused = excuses(name, dtype, output, points)
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.fmax(np.abs(first - second) - 2 * excused.allowance, 0)
    size, allowed = np.fmax(np.abs(first), np.abs(second)), one.worst + other.worst
    found = []
    for index in np.flatnonzero((gap > allowed * ulp(size, dtype)) & (size >= np.finfo(dtype).tiny)):
        largest = excused.largest[index]
        relaxed = size[index] < largest / 2 and gap[index] <= allowed[index] * ulp(largest, dtype)
        if not (relaxed and crosses_zero(name, output, points[index])):
            where = f"{name} by {output}" if output else name
            found.append(f"{where}: {first[index]!r} and {second[index]!r} at {points[index]}")
    differ = np.flatnonzero(np.isnan(first) != np.isnan(second))
    return [*found, *(f"{name} {output}: NaN on one side at {points[index]}" for index in differ)]
