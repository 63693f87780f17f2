"""What the coefficients of a power series may be: exact ones, or balls that hold them at every point of a box."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Protocol, TypeVar

from flint import acb, arb, ctx, fmpq

from symloss.codegen.bounds import Ranges
from symloss.codegen.domain import Real
from symloss.codegen.exact import balls, evaluate
from symloss.codegen.kernels import KERNELS
from symloss.codegen.products import coefficient, scaled
from symloss.codegen.rational import FIELD, one_fraction
from symloss.codegen.term import ONE, Term, apply, number, total, walk
from symloss.codegen.tidy import tidied

__all__ = ["Balls", "Exact", "NotAnalyticError", "Ring", "Value", "as_ball", "as_term"]

MOST_ATOMS = 20  # constants and functions in it: the fraction of one of 409 parts by 24 of these takes seconds
LARGEST = 500  # parts of a coefficient before it is one fraction; the sixth ones of kernels have 400
POSITIVE = frozenset({"log", "sqrt"})  # kernels without a real series where their argument is 0 or less

Coefficient = TypeVar("Coefficient")
Value = fmpq | Term  # a coefficient of an exact series; a term is no rational number


class NotAnalyticError(Exception):
    """The term has no power series here that the recursion can find; the message says at which kernel."""


class Ring(Protocol[Coefficient]):
    """What the recursion needs of coefficients; `argument` is the variable itself, `offset` its distance from c."""

    argument: Coefficient
    offset: Coefficient

    def constant(self, term: Term) -> Coefficient:
        """A term without the variable."""

    def dot(self, products: Iterable[tuple[int, Coefficient, Coefficient]], divisor: int = 1) -> Coefficient:
        """The sum of the products, by the divisor."""

    def quotient(self, above: Coefficient, below: Coefficient) -> Coefficient:
        """`above` by `below`, which is not 0."""

    def kernel(self, name: str, values: Sequence[Coefficient]) -> Coefficient:
        """The kernel of constants, where it has a series."""

    def side(self, value: Coefficient) -> int:
        """The sign, 1 or -1; `NotAnalyticError` where it is 0 or open."""


class Exact:
    """Rational numbers, and terms in the other variables in the normal form of one fraction."""

    def __init__(self, center: Fraction) -> None:
        self.argument: Value = _rational(center)
        self.offset: Value = fmpq(0)
        self._ranges = Ranges(defaultdict(lambda: Real))
        self._tidied: dict[Term, Term] = {}

    def constant(self, term: Term) -> Value:
        return _value(self._tidy(term))

    def dot(self, products: Iterable[tuple[int, Value, Value]], divisor: int = 1) -> Value:
        rational, parts = fmpq(0), []
        for weight, a, b in products:
            if isinstance(a, fmpq) and isinstance(b, fmpq):
                rational += weight * a * b
            elif weight and a != 0 and b != 0:
                parts.append(number(weight) * as_term(a) * as_term(b))
        if not parts:
            return rational / divisor
        return self._normal(scaled(Fraction(1, divisor), total([as_term(rational), *parts])))

    def quotient(self, above: Value, below: Value) -> Value:
        if isinstance(above, fmpq) and isinstance(below, fmpq):
            return above / below
        if isinstance(below, Term) and not below.variables:
            _side(evaluate(below, {}))  # log(4) - 2 log(2) is 0, though not in this normal form
        return self._normal(as_term(above) / as_term(below))

    def kernel(self, name: str, values: Sequence[Value]) -> Value:
        if name in POSITIVE and isinstance(values[0], fmpq) and values[0] <= 0:
            raise NotAnalyticError(f"{name} at {values[0]}")
        term = apply(name, *map(as_term, values))
        if not term.variables and not evaluate(term, {}).is_finite():
            raise NotAnalyticError(f"{name} at {values}")
        return self.constant(term)

    def side(self, value: Value) -> int:
        term = as_term(value)
        return _side(arb.nan() if term.variables else evaluate(term, {}))

    def _tidy(self, term: Term) -> Term:
        """`term` tidied; the coefficients of one expansion are made of one another."""
        return tidied(term, self._ranges, self._tidied)

    def _normal(self, term: Term) -> Value:
        """The term as one fraction, by which 0 is known for 0 and a rational number for one.

        `NotAnalyticError` of coefficients that grow without end, as those by many irrational constants do.
        """
        nodes = tuple(walk(term))
        atoms = sum(node.operation not in FIELD for node in nodes)
        if len(nodes) > LARGEST or atoms > MOST_ATOMS:
            raise NotAnalyticError(f"a coefficient has {len(nodes)} parts, made of {atoms} functions")
        return _value(self._tidy(one_fraction(self._tidy(term), keep_differences=False, keep_roots=False)))


class Balls:
    """Complex balls that hold the coefficients at every point of `box`."""

    def __init__(self, center: Fraction, box: acb) -> None:
        self.argument, self.offset = box, box - as_ball(center)

    def constant(self, term: Term) -> acb:
        (value,) = balls((term,), {}, ctx.prec)
        return acb(value)

    def dot(self, products: Iterable[tuple[int, acb, acb]], divisor: int = 1) -> acb:
        whole = acb(0)
        for weight, a, b in products:
            whole += weight * (a * b)
        return whole / divisor

    def quotient(self, above: acb, below: acb) -> acb:
        return above / below

    def kernel(self, name: str, values: Sequence[acb]) -> acb:
        """Not finite where the values touch a branch cut."""
        if name in _CUT:
            return _CUT[name](*values)
        if not KERNELS[name].ball:
            raise NotAnalyticError(f"{name} is not known on complex balls")
        primitive: Callable[[acb], acb] = getattr(acb, KERNELS[name].ball)
        return primitive(*values)

    def side(self, value: acb) -> int:
        """The sign of the real part: a choice that it decides all over a disc is the same analytic function there."""
        return _side(value.real)


_CUT: Mapping[str, Callable[..., acb]] = {
    "log": lambda x: x.log(analytic=True),
    "sqrt": lambda x: x.sqrt(analytic=True),
    "pow": lambda x, y: (y * x.log(analytic=True)).exp(),
}


def as_ball(value: Fraction) -> arb:
    """A ball around a rational number, as small as the precision of the moment allows."""
    return arb(value.numerator) / value.denominator


def as_term(value: Value) -> Term:
    """An exact coefficient as a term, its sign outside."""
    return scaled(Fraction(int(value.p), int(value.q)), ONE) if isinstance(value, fmpq) else value


def _value(term: Term) -> Value:
    factor, rest = coefficient(term)
    return _rational(factor) if rest is ONE else term


def _rational(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _side(ball: arb) -> int:
    if ball > 0:
        return 1
    if ball < 0:
        return -1
    raise NotAnalyticError(f"a choice that {ball} does not decide")
