"""Power series of a term around a rational point, by one recursion over the kernel table.

A kernel that has a `meaning` is that; of the others, ``F = f(u, v)`` has ``F' = f_u(u, v) u' + f_v(u, v) v'``, and the
right side needs one coefficient less than the left.  So every row's `derivative` is its recurrence.

The same recursion runs on exact coefficients and on balls, which enclose f^(n)(x)/n! for every x of a box around the
point c.  There a removable 0/0 is no obstacle: where f(c) = 0, the n-th coefficient of f/(x - c) at x is a mean of
(n + 1)-th coefficients of f between c and x, so that dividing by x - c shifts the enclosures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Generic, TypeVar

from symloss.codegen.coefficients import Exact, NotAnalyticError, Ring, Value, as_term
from symloss.codegen.kernels import KERNELS, expand, partial
from symloss.codegen.products import coefficient
from symloss.codegen.term import ONE, ZERO, Term, apply, number, product

__all__ = ["Apart", "Expansion", "Stream", "taylor"]

DEEPEST = 16  # leading zeros of a series; one that has more is taken for 0 itself
LARGEST_POWER = 64  # a larger whole power is a logarithm and an exponential like any other

Coefficient = TypeVar("Coefficient")


def taylor(term: Term, name: str, center: Fraction, degree: int) -> tuple[Term, ...] | None:
    """The coefficients of `term` in powers of `name` - `center` up to `degree`, terms in its other variables.

    None where there are none, at a pole or at a kink, or where they depend on the signs of other variables.
    """
    try:
        series = Expansion(Exact(center), name).series(term)
        return tuple(as_term(series[n]) for n in range(degree + 1))
    except NotAnalyticError:
        return None


class Stream(Generic[Coefficient]):
    """Coefficients in order, each found once from those before it."""

    def __init__(self, rule: Callable[[int], Coefficient]) -> None:
        self._rule, self._known = rule, list[Coefficient]()

    def __getitem__(self, index: int) -> Coefficient:
        while len(self._known) <= index:
            self._known.append(self._rule(len(self._known)))
        return self._known[index]


class Expansion(Generic[Coefficient]):
    """The series of terms in the variable `name`, with coefficients in one ring.

    A term with a pole of order p is that p, and the series of (x - c)**p times the term.
    Which leading coefficients vanish is what the `exact` expansion says, the expansion itself if none is given.
    """

    def __init__(self, ring: Ring[Coefficient], name: str, exact: Expansion[Value] | None = None) -> None:
        self.ring, self.name, self._exact = ring, name, exact
        self.zero, self.one = ring.constant(ZERO), ring.constant(ONE)
        self._known: dict[Term, tuple[int, Stream[Coefficient]]] = {}

    def series(self, term: Term) -> Stream[Coefficient]:
        """The series of `term`; `NotAnalyticError` where it has a pole or no series at all."""
        pole, stream = self.laurent(term)
        if pole:
            raise NotAnalyticError(f"a pole of {term.operation}")
        return stream

    def laurent(self, term: Term) -> tuple[int, Stream[Coefficient]]:
        """The order of the pole of `term`, and the series without it."""
        if term not in self._known:
            self._known[term] = self._of(term)
        return self._known[term]

    def zeros(self, term: Term) -> int:
        """How many coefficients of the series without the pole vanish before the first that does not."""
        if self._exact:
            return self._exact.zeros(term)
        _, stream = self.laurent(term)
        for index in range(DEEPEST):
            if stream[index] != 0:
                return index
        raise NotAnalyticError(f"{term.operation} vanishes")

    def _of(self, term: Term) -> tuple[int, Stream[Coefficient]]:
        if self.name not in term.variables:
            constant = self.ring.constant(term)
            return 0, Stream(lambda n: self.zero if n else constant)
        if term.operation == "variable":
            return 0, Stream(lambda n: self.zero if n > 1 else self.one if n else self.ring.argument)
        if term.operation in _ARITHMETIC:
            return self._settled(term, *_ARITHMETIC[term.operation](self, *term.arguments))
        same = self._otherwise(term)
        return (0, self._composed(term)) if same is None else self.laurent(same)

    def _settled(self, term: Term, pole: int, stream: Stream[Coefficient]) -> tuple[int, Stream[Coefficient]]:
        """The pole without the part that leading zeros cancel."""
        if self._exact:
            cancelled = pole - self._exact.laurent(term)[0]
        else:
            cancelled = next((n for n in range(pole) if stream[n] != 0), pole)
        return pole - cancelled, _shifted(stream, cancelled)

    def _otherwise(self, term: Term) -> Term | None:
        """What the term is near the point, in simpler kernels; None of a kernel with a recurrence of its own."""
        if term.operation in _NEARBY:
            return _NEARBY[term.operation](lambda t: self.ring.side(self.series(t)[0]), *term.arguments)
        meaning = KERNELS[term.operation].meaning
        return expand(term, meaning) if meaning else None

    def _composed(self, term: Term) -> Stream[Coefficient]:
        arguments = [self.series(a) for a in term.arguments]
        if term.operation == "pow":  # (u**v)' = u**v (v log u)': nothing but itself comes back
            base, exponent = term.arguments
            slopes = [(self.series(exponent * apply("log", base)), term)]
        else:
            moving = [i for i, a in enumerate(term.arguments) if self.name in a.variables]
            slopes = [(arguments[i], partial(term, i)) for i in moving if KERNELS[term.operation].derivative]

        def rule(n: int) -> Coefficient:
            if not n:
                return self.ring.kernel(term.operation, [a[0] for a in arguments])
            if not slopes:
                raise NotAnalyticError(f"{term.operation} has no derivative in the table")
            parts = [(inner, self.series(outer)) for inner, outer in slopes]
            return self.ring.dot(((k, u[k], f[n - k]) for u, f in parts for k in range(1, n + 1)), n)

        return Stream(rule)

    def added(self, *terms: Term) -> tuple[int, Stream[Coefficient]]:
        parts = [self.laurent(t) for t in terms]
        pole = max(p for p, _ in parts)
        raised = [self._raised(stream, pole - p) for p, stream in parts]
        return pole, Stream(lambda n: self.ring.dot((1, self.one, s[n]) for s in raised))

    def multiplied(self, *terms: Term) -> tuple[int, Stream[Coefficient]]:
        parts = [self.laurent(t) for t in terms]
        return sum(p for p, _ in parts), reduce(self._product, (s for _, s in parts))

    def divided(self, above: Term, below: Term) -> tuple[int, Stream[Coefficient]]:
        (upper, x), (lower, y) = self.laurent(above), self.laurent(below)
        zeros = self.zeros(below)
        pole, y = upper + zeros - lower, _shifted(y, zeros)

        def rule(n: int) -> Coefficient:
            rest = self.ring.dot([(1, self.one, x[n]), *((-1, y[k], quotient[n - k]) for k in range(1, n + 1))])
            return self.ring.quotient(rest, y[0])

        quotient = Stream(rule)
        return max(pole, 0), self._raised(quotient, max(-pole, 0))

    def _product(self, x: Stream[Coefficient], y: Stream[Coefficient]) -> Stream[Coefficient]:
        return Stream(lambda n: self.ring.dot((1, x[k], y[n - k]) for k in range(n + 1)))

    def _raised(self, stream: Stream[Coefficient], times: int) -> Stream[Coefficient]:
        """The series times a power of x - c."""
        argument = Stream(lambda n: self.zero if n > 1 else self.one if n else self.ring.offset)
        return reduce(self._product, times * [argument], stream)


class Apart(Expansion[Coefficient]):
    """The same at points that are not the center: nothing vanishes there, so that no pole and no zero cancels."""

    def zeros(self, _: Term) -> int:
        return 0


def _shifted(stream: Stream[Coefficient], places: int) -> Stream[Coefficient]:
    """The series divided by x - c so many times; its first coefficients vanish."""
    return Stream(lambda n: stream[n + places]) if places else stream


_ARITHMETIC: Mapping[str, Callable[..., tuple[int, Stream[Coefficient]]]] = {
    "add": Expansion.added,
    "mul": Expansion.multiplied,
    "div": Expansion.divided,
}

Side = Callable[[Term], int]


def _whole_power(_: Side, base: Term, exponent: Term) -> Term | None:
    value, rest = coefficient(exponent)
    if rest is not ONE or value.denominator != 1 or abs(value) > LARGEST_POWER:
        return None
    power = product(abs(value.numerator) * [base])
    return ONE / power if value < 0 else power


# Kinks and choices are what they are on their side of the point, and whole powers are products.
_NEARBY: Mapping[str, Callable[..., Term | None]] = {
    "neg": lambda _, x: number(-1) * x,
    "pow": _whole_power,
    "abs": lambda side, x: number(side(x)) * x,
    "sign": lambda side, x: number(side(x)),
    "max": lambda side, x, y: x if side(x - y) > 0 else y,
    "min": lambda side, x, y: y if side(x - y) > 0 else x,
    "lt": lambda side, x, y: ONE if side(y - x) > 0 else ZERO,
    "le": lambda side, x, y: ONE if side(y - x) > 0 else ZERO,
    "eq": lambda side, x, y: ZERO if side(y - x) else ONE,
    "select": lambda side, condition, then, otherwise: then if side(condition - number("1/2")) > 0 else otherwise,
    "masked": lambda side, x, condition: x if side(condition - number("1/2")) > 0 else None,
}
