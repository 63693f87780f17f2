"""The least polynomial that stands for a term near a point, with a proof of its relative error.

With t = x - c the term is t**v (c_v + c_(v+1) t + ...).  Where it is analytic for |t| <= R and at most B there,
|c_k| <= B/R**k (Cauchy), which bounds everything from a degree M on.  M is far beyond the degree that is kept and the
coefficients between are known to hundreds of bits, so that the bound of the whole is sharp however rough B is.

That the term is analytic is shown by covering half the disc (the other half mirrors it) with boxes on each of which
complex ball arithmetic gives a finite value; the box around the center knows which 0/0 are removable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product

from flint import acb, arb, ctx

from symloss.codegen.coefficients import Balls, Exact, NotAnalyticError, as_ball, as_term
from symloss.codegen.exact import evaluate
from symloss.codegen.expansion import Apart, Expansion
from symloss.codegen.term import Term

__all__ = ["Approximation", "Lengths", "Neighbourhood"]

PRECISION = 600  # bits of the balls, of which the 200 steps of a recurrence may lose 300
RATIOS = (Fraction(2), Fraction(3, 2))  # of R to r: with 2 every degree gains a bit; 3/2 stays farther from poles
PROBED = 8  # coefficients beyond the longest polynomial that show, in a 20th of the work of 200, that it is too short
REACH = (80, 110, 150, 200)  # tried for M - v
SHARP = Fraction(1, 2**75)  # what lies beyond M may be this share of the leading term at the ends
ACCURACY = Fraction(1, 2**55)  # relative error of the polynomial where it is worst: an eighth of an ulp of float64
PIECES = 16  # into which each half of the interval is cut to bound the term away from 0
ALIKE, ASIDE = 12, 2.0**-7  # coefficients and points by which two ways to write a function are known for the same
GROWN = Fraction(2**40)  # times that coefficients may be larger at the edge of a disc than they are in it
BOXES = 600  # that cover a disc; a singularity on its edge would take any number


Lengths = dict[tuple[object, ...], tuple[int, float] | None]  # and the errors, by the function and the radius


@dataclass(frozen=True)
class Approximation:
    """t**`order` times the polynomial in t with these `coefficients`, for |t| <= `radius`, t = x - `center`.

    `error` bounds its relative error there, rounding apart.
    """

    center: Fraction
    radius: Fraction
    order: int
    coefficients: tuple[Term, ...]
    error: float


class Neighbourhood:
    """The series of a term in the one variable `name` around a point; `NotAnalyticError` where it has none."""

    def __init__(self, term: Term, name: str, center: Fraction) -> None:
        self.term, self.name, self.center = term, name, center
        self.exact = Expansion(Exact(center), name)
        self._coefficients = self.exact.series(term)
        self.order = self.exact.zeros(term)
        with ctx.workprec(PRECISION):
            self._point = Expansion(Balls(center, acb(as_ball(center))), name, self.exact)
        self._bounds: dict[Fraction, arb] = {}

    def approximation(self, radius: Fraction, longest: int, known: Lengths) -> Approximation | None:
        """The polynomial of least degree that is accurate up to `radius`; at most `longest` coefficients are not 0.

        How long it is depends on the function alone, however that is written, and is kept in `known`.
        """
        try:
            key = (*self._shape, radius, longest)
            if known.get(key) is None:
                with ctx.workprec(PRECISION):
                    known[key] = self._least(radius, longest * self._spacing)
            found = known[key]
            if found is None:
                return None
            length, error = found
            kept = tuple(as_term(self._coefficients[self.order + k]) for k in range(length))
        except NotAnalyticError:  # of a kernel that has few derivatives or no complex balls, or coefficients that grow
            return None
        return Approximation(self.center, radius, self.order, kept, error)

    @cached_property
    def _shape(self) -> tuple[object, ...]:
        """The same for all that are the same function but for a factor, to 50 digits."""
        first = self._coefficients[self.order]
        shares = [self.exact.ring.quotient(self._coefficients[self.order + k], first) for k in range(ALIKE)]
        with ctx.workprec(PRECISION):
            points = [{self.name: float(self.center) + step} for step in (-ASIDE, ASIDE)]
            values = [evaluate(self.term, point) / evaluate(as_term(first), {}) for point in points]
        return (self.center, self.order, *map(str, shares), *(value.str(50, radius=False) for value in values))

    @cached_property
    def _spacing(self) -> int:
        """2 where every other coefficient is 0."""
        return 1 if any(self._coefficients[self.order + k] != 0 for k in (1, 3, 5)) else 2

    def _least(self, radius: Fraction, longest: int) -> tuple[int, float] | None:
        step, series = as_ball(radius), self._point.series(self.term)
        sizes: list[arb] = []
        for reach in (longest + PROBED, REACH[0]):
            sizes += [abs(series[self.order + k].real) * step**k for k in range(len(sizes), reach)]
            if sum(sizes[longest:], arb(0)) > sum(sizes, arb(0)) * as_ball(ACCURACY):
                return None
        tails = ((n, self._beyond(radius, ratio, n)) for ratio in RATIOS if _bounded(sizes, ratio) for n in REACH)
        found = next(((reach, tail) for reach, tail in tails if tail < sizes[0] * as_ball(SHARP)), None)
        if found is None:
            return None
        length, left_out = found
        known = [series[self.order + k].real for k in range(length)]
        sizes = [abs(c) * step**k for k, c in enumerate(known)]
        least = _least_size(known, step, left_out)
        while length and (more := left_out + sizes[length - 1]) < least * as_ball(ACCURACY):
            length, left_out = length - 1, more
        if length > longest or not left_out < least * as_ball(ACCURACY):
            return None
        return length, float((left_out / least).upper())

    def _beyond(self, radius: Fraction, ratio: Fraction, reach: int) -> arb:
        """A bound of the sum of |c_(v+k)| r**k from `reach` on, by Cauchy's on a disc `ratio` times larger."""
        within = self._bound(ratio * radius) / as_ball(ratio * radius) ** self.order
        return within / as_ball(ratio) ** reach / (1 - 1 / as_ball(ratio))

    def _bound(self, radius: Fraction) -> arb:
        """A bound of |the term| on the disc, infinite where the boxes do not show that it is analytic there."""
        if radius not in self._bounds:
            self._bounds[radius] = self._covered(radius)
        return self._bounds[radius]

    def _covered(self, radius: Fraction) -> arb:
        largest, waiting, count = arb(0), [(Fraction(0), Fraction(0), radius)], 0
        while waiting:
            across, up, half = waiting.pop()
            count += 1
            value = self._value(across, up, half)
            if value.is_finite():
                largest = largest.max(value)
            elif count + len(waiting) > BOXES:
                return arb.pos_inf()
            else:
                third = 2 * half / 3
                parts = ((across + i * third, up + j * third, half / 3) for i, j in product((-1, 0, 1), repeat=2))
                waiting += [part for part in parts if _meets_half_disc(*part, radius)]
        return largest

    def _value(self, across: Fraction, up: Fraction, half: Fraction) -> arb:
        """A bound of |the term| on a square around center + across + i up, not finite where there is none."""
        central = max(abs(across), abs(up)) <= half
        side = arb(0, as_ball(half).upper())
        box = acb(as_ball(self.center + across) + side, as_ball(up) + side)
        ring = Balls(self.center, box)
        expansion = Expansion(ring, self.name, self.exact) if central else Apart(ring, self.name)
        try:
            return expansion.series(self.term)[0].abs_upper()
        except NotAnalyticError:
            return arb.nan()


def _bounded(sizes: Sequence[arb], ratio: Fraction) -> bool:
    """Whether coefficients of that size do not show a pole in the disc `ratio` times larger, which no box would."""
    last = max(
        size.mid() * as_ball(ratio) ** (len(sizes) - n) for n, size in zip((4, 3, 2, 1), sizes[-4:], strict=True)
    )
    return bool(last < sum(sizes, arb(0)).mid() * as_ball(GROWN))


def _meets_half_disc(across: Fraction, up: Fraction, half: Fraction, radius: Fraction) -> bool:
    """Whether a square has points in the upper half of the disc around 0."""
    x, y = (max(abs(part) - half, Fraction(0)) for part in (across, up))
    return up + half > 0 and x * x + y * y <= radius * radius


def _least_size(coefficients: Sequence[arb], radius: arb, beyond: arb) -> arb:
    """A lower bound of |the series| on the whole interval; 0 where it may vanish."""
    least = arb.pos_inf()
    for piece in range(-PIECES, PIECES):
        argument = radius * (arb(2 * piece + 1, 1) / (2 * PIECES))
        value = arb(0)
        for c in reversed(coefficients):
            value = value * argument + c
        least = least.min((value + arb(0, beyond.upper())).abs_lower())
    return least
