"""The exact values of a term at some points, and how they change beside those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from flint import arb

from symloss.codegen.domain import Domain
from symloss.codegen.exact import Line, balls, evaluate
from symloss.codegen.points import Point
from symloss.codegen.space import Space, inside
from symloss.codegen.term import Term

__all__ = ["Truth"]

SHARE = 2.0**-20  # of an argument, by which it is moved


class Truth:
    """The exact values of a term at some points, as an unevaluated sum of two float64 numbers each.

    Where the naive term stays undetermined at 6000 bits, `fallback` (a form proved equal) is asked.
    """

    def __init__(
        self, term: Term, domains: Mapping[str, Domain], points: Sequence[Point], fallback: Term | None = None
    ) -> None:
        # beside a point shares need not add up to 1: formulas of them are good for any numbers
        self.domains = replace(domains, simplexes=()) if isinstance(domains, Space) else domains
        self.term, self.points = fallback or term, points
        values = [evaluate(term, p) for p in points]
        if fallback is not None:
            values = [evaluate(fallback, p) if v.is_nan() else v for v, p in zip(values, points, strict=True)]
        self.high = np.array([float(v.mid()) for v in values])
        finite = np.isfinite(self.high)
        self.low = np.array(
            [float((v - arb(h)).mid()) if f else 0.0 for v, h, f in zip(values, self.high, finite, strict=True)]
        )
        self._changes: dict[int, bool] = {}
        self._moved: dict[int, float] = {}

    def changes_sign(self, index: int) -> bool:
        """Whether the truth takes the other sign near point `index`.

        Near is: some argument halved, doubled, moved by 1 or towards another argument.
        """
        if index not in self._changes:
            self._changes[index] = self._look_around(self.points[index], self.high[index])
        return self._changes[index]

    def moved(self, index: int) -> float:
        """By how much the truth moves at point `index` where its arguments do, each by a share of itself, per share."""
        if index not in self._moved:
            point = self.points[index]
            moves = [max(self._differences(point, name, self.high[index]), default=0.0) for name in point]
            self._moved[index] = sum(moves)
        return self._moved[index]

    def _differences(self, point: Point, name: str, value: float) -> Iterator[float]:
        for share in (SHARE, -SHARE):
            there = {**point, name: point[name] * (1 + share)}
            if there[name] != point[name] and self.domains[name].contains(there[name]) and inside(self.domains, there):
                (ball,) = balls((self.term,), there, 256)
                difference = abs(float((ball - arb(value)).mid())) / SHARE
                yield difference if np.isfinite(difference) else np.inf

    def _look_around(self, point: Point, value: float) -> bool:
        for name, x in point.items():
            domain = self.domains[name]
            if domain.values or (x in (domain.lower, domain.upper) and domain.contains(x)):
                continue  # a hard label is exact: it does not move
            along = Line(self.term, point, name, 128)
            towards = [part for n, y in point.items() if n != name for part in ((x + y) / 2, y, 2 * x - y)]
            for moved in (x / 2, x * 2, x + 1, x - 1, (1 + x) / 2, x / 4, x * 4, *towards):
                sign = self._sign(along, point, name, moved)
                if sign == -np.sign(value) != 0:
                    return True
                # 0 with 0 beside it is the flat side of a hinge; a lone 0 is a minimum, which is forgiven nothing
                if sign == 0 and value and self._sign(along, point, name, _beside(moved)) == 0:
                    return True
            if value == 0 and 0 in (self._sign(along, point, name, there) for there in (_beside(x), -_beside(-x))):
                return True
        return False

    def _sign(self, along: Line, point: Point, name: str, moved: float) -> float:
        """The sign of the truth with one argument moved; NaN outside the domain or where it is unknown."""
        there = {**point, name: moved}
        if not self.domains[name].contains(moved) or not inside(self.domains, there):
            return float("nan")
        ball = along(moved)
        return 1.0 if ball > 0 else -1.0 if ball < 0 else 0.0 if ball.is_zero() else float("nan")


def _beside(value: float) -> float:
    return value + (abs(value) + 1) * 2.0**-20
