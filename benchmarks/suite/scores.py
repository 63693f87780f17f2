"""The error of computed values against exact truth, in the words of the project.

Bits are log2(1 + ulps), averaged over the ordinary points whose truth is normal in the dtype, or 0.
Beside the plain figure stands the forgiven one: at a sign change, and only there, an error counts in ulps of what
a rounding of the arguments alone would do.  A hard label is exact, so nothing is forgiven for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import sympy
from flint import arb, ctx

from suite.balls import Point, exact, signs
from suite.corpus import Row
from suite.floats import Array
from suite.points import Points

__all__ = ["Score", "Truth"]

Wide = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

LOST = {"float32": 2.0**32, "float64": 2.0**64}  # ulps of a NaN or an infinity, and the most that is counted
SUSPICIOUS = 1.0  # ulps beyond which a point is looked at for forgiveness
STEPS = (1.5, 4.0, 16.0)  # times Newton's step to the zero: a simple zero is crossed, a minimum is not
SUBNORMAL = 2.0**-1074


@dataclass(frozen=True)
class Score:
    """The error of one form of one output in one dtype.

    `conditioned_ulps` is the worst error in ulps of what a rounding of the arguments would do, wherever it is.
    `nans` and `infs` count ordinary points with a finite truth, `extreme` both over the whole float range.
    """

    points: int
    average_bits: float
    worst_ulps: float
    forgiven_bits: float
    forgiven_ulps: float
    conditioned_ulps: float
    worst_point: Mapping[str, float]
    nans: int
    infs: int
    extreme: int


def _split(values: Iterable[arb]) -> tuple[Wide, Wide]:
    """Each value as the unevaluated sum of two float64."""
    high, low = [], []
    before, ctx.prec = ctx.prec, 200
    try:
        for value in values:
            near = float(value.mid())
            if near == 0 and not value.is_zero():
                near = SUBNORMAL
            high.append(near)
            low.append(float((value - near).mid()) if np.isfinite(near) else 0.0)
    finally:
        ctx.prec = before
    return np.array(high), np.array(low)


def _ulp(values: Wide, dtype: str) -> Wide:
    _, exponent = np.frexp(np.abs(values))
    spacing: Wide = np.ldexp(1.0, exponent - np.finfo(dtype).nmant - 1)
    return spacing


class Truth:
    """The exact values of one output of a row at its points, and what is forgiven there."""

    def __init__(self, row: Row, expression: sympy.Expr, points: Points) -> None:
        self._row, self._expression, self._points = row, expression, points
        self.high, self.low = _split(exact(expression, points.points))
        information = np.finfo(points.dtype)
        size = np.abs(self.high)
        self.finite: Mask = size <= float(information.max)
        self.typical: Mask = np.arange(len(size)) < points.typical
        self.counted: Mask = self.finite & self.typical & ((size >= float(information.tiny)) | (size == 0))
        self._slack: dict[int, tuple[float, bool]] = {}

    @cached_property
    def _slopes(self) -> Mapping[str, sympy.Expr]:
        movable = [n for n, d in self._row.domains.items() if not d.exact]
        return {n: sympy.diff(self._expression, self._row.symbols[n]) for n in movable}

    def score(self, values: Array) -> Score:
        """The error of `values`, computed at the points in their dtype."""
        dtype = self._points.dtype
        computed = values.astype(float)
        with np.errstate(all="ignore"):
            distance = np.abs((computed - self.high) - self.low)
            plain = np.where(self.high == 0, np.where(computed == 0, 0.0, np.inf), distance / _ulp(self.high, dtype))
        plain = self._capped(plain)
        self._look([int(i) for i in np.flatnonzero((plain > SUSPICIOUS) & self.counted)])
        slack = [self._slack.get(i, (0.0, False)) for i in range(len(plain))]
        size = np.array([s for s, _ in slack])
        changes = np.array([c for _, c in slack], bool)
        with np.errstate(all="ignore"):
            relaxed = self._capped(np.fmin(distance / _ulp(size, dtype), plain))
        relaxed = np.where(size > 0, relaxed, plain)
        forgiven = np.where(changes, relaxed, plain)
        broken = self.finite & ~np.isfinite(computed)
        counted = self.counted
        worst = int(np.argmax(np.where(counted, forgiven, -1.0))) if counted.any() else 0
        return Score(
            int(counted.sum()),
            _mean_bits(plain[counted]),
            _largest(plain[counted]),
            _mean_bits(forgiven[counted]),
            _largest(forgiven[counted]),
            _largest(relaxed[counted]),
            dict(self._points.points[worst]) if counted.any() else {},
            int((broken & self.typical & np.isnan(computed)).sum()),
            int((broken & self.typical & np.isinf(computed)).sum()),
            int((broken & ~self.typical).sum()),
        )

    def _capped(self, ulps: Wide) -> Wide:
        lost = LOST[self._points.dtype]
        return np.where(np.isfinite(ulps), np.minimum(ulps, lost), lost)

    def _look(self, indices: Sequence[int]) -> None:
        """Find what a rounding of the arguments does at these points, and whether the truth changes sign there."""
        new = [i for i in indices if i not in self._slack]
        if not new:
            return
        points = [self._points.points[i] for i in new]
        slopes = {n: _rough(slope, points) for n, slope in self._slopes.items()}
        with np.errstate(all="ignore"):
            self._judge(new, points, slopes)

    def _judge(self, new: Sequence[int], points: Sequence[Point], slopes: Mapping[str, Wide]) -> None:
        for place, index in enumerate(new):
            free = {n: column[place] for n, column in slopes.items() if self._moves(n, points[place][n])}
            size = sum(abs(points[place][n] * slope) for n, slope in free.items())
            size = size if np.isfinite(size) else 0.0
            near_zero = abs(self.high[index]) < size / 2 or self.high[index] == 0
            self._slack[index] = (size, near_zero and self._crosses(index, free))

    def _moves(self, name: str, value: float) -> bool:
        """Whether a rounding may have moved the argument: a label at a closed end is taken as exact."""
        domain = self._row.domains[name]
        return not (value in (domain.lower, domain.upper) and domain.contains(value))

    def _crosses(self, index: int, slopes: Mapping[str, float]) -> bool:
        point, value = self._points.points[index], self.high[index]
        moved: list[Point] = []
        for name, slope in slopes.items():
            if value == 0:
                around = (point[name] * 2.0**-10 or 2.0**-10) * np.array((-1.0, 1.0))
            elif slope:
                around = -value / slope * np.array(STEPS)
            else:
                continue
            ends = [float(point[name] + step) for step in around]
            moved += [{**point, name: end} for end in ends if self._row.domains[name].contains(end)]
        found = set(signs(self._expression, moved)) if moved else set()
        return {-1, 1} <= found if value == 0 else -int(np.sign(value)) in found


def _rough(expression: sympy.Expr, points: Sequence[Point]) -> Wide:
    return np.array([float(v.mid()) for v in exact(expression, points, digits=12)])


def _mean_bits(ulps: Wide) -> float:
    return float(np.log2(1 + ulps).mean()) if len(ulps) else 0.0


def _largest(ulps: Wide) -> float:
    return float(ulps.max()) if len(ulps) else 0.0
