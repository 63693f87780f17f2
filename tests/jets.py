"""Numbers that carry their first and second derivative along a line, at mpmath's precision.

An exact zero times anything is 0, and at a kink a derivative is the mean of its two sides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from flint import acb, arb, ctx
from mpmath import mp, mpf

Number = float | mpf
ZERO = mpf(0)


@dataclass(frozen=True)
class Jet:
    """A number with its first and second derivative along a line."""

    at: mpf
    slope: mpf = ZERO
    bend: mpf = ZERO

    def __add__(self, other: Jet | Number) -> Jet:
        o = constant(other)
        return Jet(self.at + o.at, self.slope + o.slope, self.bend + o.bend)

    def __mul__(self, other: Jet | Number) -> Jet:
        o = constant(other)
        slope = product(self.slope, o.at) + product(self.at, o.slope)
        bend = product(self.bend, o.at) + 2 * product(self.slope, o.slope) + product(self.at, o.bend)
        return Jet(product(self.at, o.at), slope, bend)

    def __neg__(self) -> Jet:
        return Jet(-self.at, -self.slope, -self.bend)

    def __sub__(self, other: Jet | Number) -> Jet:
        return self + -constant(other)

    def __rsub__(self, other: Number) -> Jet:
        return constant(other) - self

    def __truediv__(self, other: Jet | Number) -> Jet:
        o = constant(other)
        if not o.at:
            return Jet(mp.nan if not self.at else mp.inf, mp.nan, mp.nan)
        inverse = 1 / o.at
        return self * through(o, inverse, lambda: (-(inverse**2), 2 * inverse**3))

    __radd__, __rmul__ = __add__, __mul__


def constant(number: Jet | Number) -> Jet:
    return number if isinstance(number, Jet) else Jet(mpf(number))


def product(a: mpf, b: mpf) -> mpf:
    return a * b if a and b else ZERO


def through(x: Jet, value: mpf, derivatives: Callable[[], tuple[mpf, mpf]]) -> Jet:
    """A function of `x` with the value and the two derivatives given, which are asked for only where `x` moves."""
    if not x.slope and not x.bend:
        return Jet(value)
    first, second = derivatives()
    return Jet(value, product(first, x.slope), product(second, x.slope**2) + product(first, x.bend))


def sides(x: Jet, above: Jet, below: Jet) -> Jet:
    """`above` where x > 0, `below` where x < 0, and at 0 the mean of the two, derivatives too."""
    if x.at == 0:
        return (above + below) * mpf("0.5")
    return above if x.at > 0 else below


def magnitude(x: Jet) -> Jet:
    return sides(x, x, -x)


def positive_part(x: Jet) -> Jet:
    return sides(x, x, constant(0))


def exp(x: Jet) -> Jet:
    e = _exp(x.at)
    return through(x, e, lambda: (e, e))


def _exp(x: mpf) -> mpf:
    """0 or infinity beyond 10**1000: such arguments are exponentials themselves, and no memory holds theirs."""
    return mp.exp(x) if abs(x) < mpf(10) ** 1000 else mp.inf if x > 0 else ZERO


def to_the_power(x: Jet, y: Jet) -> Jet:
    """x to the power y for x > 0, and its limit for x = 0 and y > 0."""
    if x.at > 0:
        return exp(y * log(x))
    along = through(x, ZERO, lambda: (_at_zero(y.at, y.at - 1), _at_zero(y.at * (y.at - 1), y.at - 2)))
    mixed = ZERO if y.at > 1 else -mp.inf  # x**(y - 1)*(1 + y*log(x))
    return Jet(along.at, along.slope, along.bend + 2 * product(mixed, x.slope * y.slope))


def _at_zero(factor: mpf, exponent: mpf) -> mpf:
    """`factor` times 0 to the power `exponent`."""
    if factor == 0 or exponent > 0:
        return ZERO
    return factor if exponent == 0 else factor * mp.inf


def log(x: Jet) -> Jet:
    if x.at == 0:
        return through(x, -mp.inf, lambda: (mp.inf, -mp.inf))
    return through(x, mp.log(x.at), lambda: (1 / x.at, -1 / x.at**2))


def log1p(x: Jet) -> Jet:
    if x.at == -1:
        return through(x, -mp.inf, lambda: (mp.inf, -mp.inf))
    return through(x, mp.log1p(x.at), lambda: (1 / (1 + x.at), -1 / (1 + x.at) ** 2))


def expm1(x: Jet) -> Jet:
    e = _exp(x.at)
    return through(x, mp.expm1(x.at) if abs(x.at) < 1 else e - 1, lambda: (e, e))


def sqrt(x: Jet) -> Jet:
    if x.at == 0:
        return through(x, ZERO, lambda: (mp.inf, -mp.inf))
    r = mp.sqrt(x.at)
    return through(x, r, lambda: (1 / (2 * r), -1 / (4 * r**3)))


def softplus(x: Jet) -> Jet:
    """log(1 + exp(x)); -softplus(-x) is the logarithm of the sigmoid of x, and -softplus(x) that of 1 minus it."""
    small = _exp(-abs(x.at))
    up, down = (1, small) if x.at > 0 else (small, 1)
    whole = 1 + small
    return through(x, max(x.at, ZERO) + mp.log1p(small), lambda: (up / whole, up * down / whole**2))


def cos(x: Jet) -> Jet:
    return through(x, mp.cos(x.at), lambda: (-mp.sin(x.at), -mp.cos(x.at)))


def sin(x: Jet) -> Jet:
    return through(x, mp.sin(x.at), lambda: (mp.cos(x.at), -mp.sin(x.at)))


def squared(x: Jet) -> Jet:
    return x * x


def log_ndtr(x: Jet) -> Jet:
    """The logarithm of the normal distribution function."""
    tail = _by_flint(acb.erfc, abs(x.at) / mp.sqrt(2)) / 2
    value = mp.log(tail) if x.at < 0 else mp.log1p(-tail)

    def derivatives() -> tuple[mpf, mpf]:
        slope = mp.exp(-(x.at**2) / 2 - value) / mp.sqrt(2 * mp.pi)
        return slope, -slope * (x.at + slope)

    return through(x, value, derivatives)


def lgamma(x: Jet) -> Jet:
    return through(x, _by_flint(acb.lgamma, x.at), lambda: (_by_flint(acb.digamma, x.at), _by_flint(_trigamma, x.at)))


def _trigamma(x: acb) -> acb:
    return x.polygamma(1)


def _by_flint(function: Callable[[acb], acb], x: mpf) -> mpf:
    """What takes mpmath seconds, or fails there, at arguments of 1e300 and hundreds of digits."""
    return _by_flint_to(mp.prec, function, x)


@cache
def _by_flint_to(precision: int, function: Callable[[acb], acb], x: mpf) -> mpf:
    """The second derivatives by each pair of arguments ask for the same gamma functions: milliseconds each."""
    with ctx.workprec(precision + 64):
        mantissa, exponent = function(acb(arb(x))).real.mid().man_exp()
    return mpf((int(mantissa), int(exponent)))
