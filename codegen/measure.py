"""The error of a form: model arithmetic against exact truth, in ulps and bits.

At a sign change of the truth, and only there, the error is counted in ulps of the largest summand of the sum
that changes sign in the form measured (`forgiveness`), but of no more than the truth moves by where its arguments do:
the summands 1/a of a form that is 0/0 at a = 0 excuse nothing.  A zero that is a minimum is forgiven nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

import numpy as np
import numpy.typing as npt

from symloss.codegen.derivation import Error
from symloss.codegen.domain import Domain
from symloss.codegen.exact import balls
from symloss.codegen.forgiveness import largest_summand
from symloss.codegen.goal import STABLE, Goal
from symloss.codegen.model import Model
from symloss.codegen.points import Points, crossings, sample
from symloss.codegen.roundings import argument_ulps
from symloss.codegen.space import spanned
from symloss.codegen.term import Term, walk
from symloss.codegen.truth import Truth

__all__ = ["LOST", "Array", "Bench", "Measurement", "ulp"]

FLOOR = 2.0  # ulps from which an error beside a subnormal part is put down to its flushing
JUMP = 100.0  # ulps from which a jump is looked for
TURNED = 2.0**-10  # of its largest summand, at most which a sum is small enough for roundings to turn its sign
BROKEN = 16.0  # bits that a NaN or infinity counts as where forms are set against each other
EXCUSED = 0.25  # bits on average, more than which arguments' roundings may not add to what the formula has as given
EXPLAINED = 2.0**12  # ulps, at most that roundings of arguments explain: of an exponential in range these are 745
LOST = 2.0**64  # the error, in ulps, of a NaN or an infinity where the truth is a number
Array = npt.NDArray[np.float64]


def _used(forms: Iterable[Term], domains: Mapping[str, Domain]) -> Mapping[str, Domain]:
    """The domains of all that `forms` depend on: the slope of z + c is 1, that of a closed form may hold z yet."""
    return spanned(domains, sorted(frozenset[str]().union(*(form.variables for form in forms))))


def ulp(values: Array, dtype: str) -> Array:
    """The distance between neighbouring floats of the dtype at each value."""
    information = np.finfo(dtype)
    _, exponent = np.frexp(np.abs(values))
    spacing: Array = np.ldexp(1.0, exponent - information.nmant - 1)
    return spacing


class Measurement:
    """Everything needed to measure forms of one naive term: points, truth and a model for each dtype of a goal."""

    def __init__(
        self, naive: Term, domains: Mapping[str, Domain], *, closed: Sequence[Term] = (), goal: Goal = STABLE
    ) -> None:
        used = _used((naive, *closed), domains)
        self.goal = goal
        self.benches = tuple(Bench(naive, used, dtype, closed, goal) for dtype in goal.dtypes)

    def signature(self, form: Term) -> bytes:
        """The very numbers that `form` computes: forms that differ only in name have the same."""
        return b"".join(bench.model(form).tobytes() for bench in self.benches)

    def errors(self, form: Term) -> tuple[Error, ...]:
        """The error of `form`, one `Error` a dtype."""
        return tuple(bench.error(form) for bench in self.benches)

    def unforgiven(self, form: Term) -> float:
        """The bits that `form` loses on average where a sign change is forgiven nothing, in the worse dtype."""
        return max(bench.unforgiven(form) for bench in self.benches)

    def strict(self, form: Term) -> float:
        """The bits that `form` loses on average where nothing is forgiven, in the worse dtype."""
        return max(bench.strict(form) for bench in self.benches)

    def farthest(self, form: Term) -> float:
        """The ulps that `form` is off by at its worst point, whatever explains them and wherever it changes sign."""
        return max(bench.farthest(form) for bench in self.benches)

    def losses(self, form: Term) -> Array:
        """The bits that `form`, measured before, has lost at each point of each dtype."""
        return np.concatenate([bench.losses[form] for bench in self.benches])

    def values(self, term: Term) -> Array:
        """What `term` is at each point of each dtype."""
        return np.concatenate([bench.model(term).astype(float) for bench in self.benches])


class Bench:
    """One dtype of a measurement: the points of a goal, the truth there, and the model arithmetic."""

    def __init__(
        self,
        naive: Term,
        domains: Mapping[str, Domain],
        dtype: str,
        closed: Sequence[Term],
        goal: Goal = STABLE,
    ) -> None:
        typical, extreme = goal.sizes
        points: Points = sample(domains, dtype, typical=typical, extreme=extreme)
        near = crossings(closed or (naive,), domains, dtype, points.typical, most=2 * typical)
        self.dtype, self.points = dtype, (*points.typical, *near, *points.extreme)
        self.drawn = np.arange(len(self.points)) < len(points.typical)
        self.typical = np.arange(len(self.points)) < len(points.typical) + len(near)
        self.truth = Truth(naive, domains, self.points, closed[0] if closed else None)
        self.model = Model(self.points, dtype)
        with np.errstate(all="ignore"):  # no form is forgiven more than the closed one
            found = [largest_summand(self.model, form, nested=goal.nested) for form in closed or (naive,)]
        self.nested, self.largest = goal.nested, reduce(np.fmin, found)
        self.counted = _representable(self.truth.high, dtype)
        self.losses: dict[Term, Array] = {}
        self._strict: dict[Term, float] = {}
        self._sides: dict[tuple[Term, int], int] = {}
        self.excused = EXCUSED + _bits(self._ulps(naive, self.model(naive).astype(float))[self.counted & self.typical])

    def error(self, form: Term, computed: Array | None = None) -> Error:
        """The error of `form` in model arithmetic, or of the values that some code `computed` for it.

        Libraries may flush subnormal numbers to 0: what `computed` values lose to that is counted apart.
        """
        subnormal = self._subnormal(form) if computed is not None else np.zeros(len(self.points), bool)
        values = self.model(form).astype(float) if computed is None else computed
        raw = self._ulps(form, values)
        ulps = raw.copy()
        flushed = subnormal & (raw > FLOOR)
        suspects = (raw > 1) & self.typical
        if suspects.any() and _bits(raw[self.counted & self.typical]) <= self.excused:
            explained = self._explained(form, suspects)
            ulps[suspects] = np.maximum(raw[suspects] - explained, np.fmin(raw[suspects], 1.0))
        broken = self.counted & ~np.isfinite(values)
        vanished = self.counted & (values == 0) & (self.truth.high != 0)
        kept = self.counted & self.typical & ~flushed
        if computed is None:
            self.losses[form] = np.where(kept, np.log2(1 + ulps), 0.0) + np.where(broken | vanished, BROKEN, 0.0)
        if vanished.any():
            vanished &= (raw > JUMP) & ~flushed & ~self._cancelled(form)
        worst = int(np.argmax(np.where(kept, ulps, -1.0))) if len(ulps) else 0
        return Error(
            self.dtype,
            int(kept.sum()),
            _bits(ulps[kept]),
            float(ulps[worst]) if kept.any() else 0.0,
            self.points[worst] if self.points else {},
            int((broken & np.isnan(values)).sum()),
            int((broken & np.isinf(values)).sum()),
            float(raw[kept].max()) if kept.any() else 0.0,
            int((flushed & self.counted & self.typical).sum()),
            int(vanished.sum()),
        )

    def unforgiven(self, form: Term) -> float:
        """The bits that `form` loses on average at the points that were drawn, its sign changes like any other."""
        ulps, kept = self._distances(form, self.drawn)
        suspects = kept & (ulps > 1)
        if suspects.any():
            explained = self._explained(form, suspects)
            ulps[suspects] = np.maximum(ulps[suspects] - explained, 1.0)
        return _bits(ulps[kept])

    def strict(self, form: Term) -> float:
        """The bits that `form` loses on average, whatever explains them; at random points sign changes count, too."""
        if form not in self._strict:
            ulps, kept = self._distances(form, self.drawn)
            relaxed = self._ulps(form, self.model(form).astype(float))
            self._strict[form] = max(_bits(relaxed[self.counted & self.typical]), _bits(ulps[kept]))
        return self._strict[form]

    def farthest(self, form: Term) -> float:
        """The largest distance from the truth in its own ulps, at typical points and those next to sign changes."""
        ulps, kept = self._distances(form, self.typical)
        return float(ulps[kept].max(initial=0.0))

    def _explained(self, form: Term, suspects: npt.NDArray[np.bool_]) -> Array:
        """The ulps at some points that the roundings of exponentials' arguments explain."""
        found: Array = np.minimum(argument_ulps(form, self.model.at(suspects)), EXPLAINED)
        return found

    def _distances(self, form: Term, points: npt.NDArray[np.bool_]) -> tuple[Array, npt.NDArray[np.bool_]]:
        """The distance from the truth in its own ulps, and at which of the `points` it counts.

        Not where the truth is 0, nor where a rounding put a point on the other side of a jump.
        """
        values = self.model(form).astype(float)
        with np.errstate(all="ignore"):
            distance = np.abs((values - self.truth.high) - self.truth.low)
            ulps = distance / ulp(self.truth.high, self.dtype)
        jumped = (ulps > JUMP) & (self._ulps(form, values) == 0)
        return ulps, self.counted & points & (self.truth.high != 0) & np.isfinite(ulps) & ~jumped

    def _cancelled(self, form: Term) -> npt.NDArray[np.bool_]:
        """Where the truth is so small beside what it is the difference of that roundings may make it 0."""
        with np.errstate(all="ignore"):
            largest = np.fmin(largest_summand(self.model, form, nested=self.nested), self.largest)
            found: npt.NDArray[np.bool_] = np.isfinite(largest) & (np.abs(self.truth.high) < TURNED * largest)
        return found

    def _subnormal(self, form: Term) -> npt.NDArray[np.bool_]:
        """Where some part of `form` is a subnormal number."""
        tiny = float(np.finfo(self.dtype).tiny)
        self.model(form)
        found = np.zeros(len(self.points), bool)
        for node in walk(form):
            size = np.abs(self.model(node).astype(float))
            found |= (size < tiny) & (size > 0)
        return found

    def _ulps(self, form: Term, values: Array) -> Array:
        """The distance of each value from the truth, in ulps as the field counts them (see the module)."""
        with np.errstate(all="ignore"):
            distance = np.abs((values - self.truth.high) - self.truth.low)
            ulps = distance / ulp(self.truth.high, self.dtype)
            largest = np.fmin(largest_summand(self.model, form, nested=self.nested), self.largest)
            near_zero = (np.abs(self.truth.high) < largest / 2) & np.isfinite(largest)
        for index in np.flatnonzero(near_zero & (ulps > 1) & self.typical).tolist():
            if self.truth.changes_sign(index):
                forgiven = max(min(largest[index], self.truth.moved(index)), abs(self.truth.high[index]))
                with np.errstate(all="ignore"):
                    ulps[index] = distance[index] / ulp(forgiven, self.dtype)
        suspects = (ulps > JUMP) & self.typical
        for gap in _switches(form) if suspects.any() else ():
            for index in np.flatnonzero(suspects & self._near_zero(gap)).tolist():
                if self._side(gap, index) != np.sign(self.model(gap)[index]):  # rounding put it on the other side
                    ulps[index] = 0.0  # there the value is that of a neighbour
        return np.where(np.isfinite(ulps), ulps, LOST)

    def _near_zero(self, gap: Term) -> npt.NDArray[np.bool_]:
        """Where a gap is so small that roundings may have turned its sign."""
        with np.errstate(all="ignore"):
            size = np.abs(self.model(gap).astype(float))
            near: npt.NDArray[np.bool_] = size <= TURNED * largest_summand(self.model, gap)
        return near

    def _side(self, gap: Term, index: int) -> int:
        """The sign of a gap at a point, which many forms ask for."""
        if (gap, index) not in self._sides:
            (ball,) = balls((gap,), self.points[index], 256)
            self._sides[gap, index] = 1 if ball > 0 else -1 if ball < 0 else 0
        return self._sides[gap, index]


def _switches(form: Term) -> list[Term]:
    """What a jump of `form` depends on: the arguments of its steps and signs, the gaps of its comparisons."""
    gaps: dict[Term, None] = {}
    for node in walk(form):
        if node.operation in ("step", "sign"):
            gaps[node.arguments[0]] = None
        elif node.operation in ("lt", "le", "eq"):
            gaps[node.arguments[1] - node.arguments[0]] = None
    return list(gaps)


def _bits(ulps: Array) -> float:
    """The average number of bits lost."""
    return float(np.log2(1 + ulps).mean()) if ulps.size else 0.0


def _representable(values: Array, dtype: str) -> npt.NDArray[np.bool_]:
    """Where the truth rounds to a finite number of the dtype that is 0 or not subnormal."""
    information = np.finfo(dtype)
    size = np.abs(values)
    inside: npt.NDArray[np.bool_] = (size <= float(information.max)) & (
        (size >= float(information.tiny)) | (values == 0)
    )
    return inside
