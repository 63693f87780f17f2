"""The polynomials of codegen/backends/special.py: interpolated at Chebyshev nodes, with how far each is off.

python benchmarks/special_functions.py
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mpmath import mp, mpf

DIGITS = 60
A_LINE = 4  # coefficients
FAR = 60  # from here on 29 terms of Stirling's series have all the digits


@dataclass(frozen=True)
class Fit:
    """A polynomial with `count` coefficients in ``x - middle`` for `function`, from `lower` to `upper`."""

    function: Callable[[mpf], mpf]
    lower: str
    upper: str
    count: int

    @property
    def middle(self) -> mpf:
        return (mpf(self.lower) + mpf(self.upper)) / 2

    def coefficients(self) -> tuple[mpf, ...]:
        """From the highest power to the constant."""
        half = (mpf(self.upper) - mpf(self.lower)) / 2
        angles = [mp.pi * (2 * j + 1) / (2 * self.count) for j in range(self.count)]
        values = [self.function(self.middle + half * mp.cos(angle)) for angle in angles]
        powers = [mpf(0)] * self.count
        before, now = [mpf(0)] * self.count, [mpf(1)] + [mpf(0)] * (self.count - 1)
        for k in range(self.count):
            weight = (
                mp.fsum(v * mp.cos(k * a) for v, a in zip(values, angles, strict=True)) * (2 if k else 1) / self.count
            )
            powers = [p + weight * t for p, t in zip(powers, now, strict=True)]
            following = [(2 if k else 1) * t - b for t, b in zip([mpf(0), *now[:-1]], before, strict=True)]
            before, now = now, following
        return tuple(p / half**i for i, p in enumerate(powers))[::-1]

    def share(self, coefficients: tuple[float, ...], tried: int = 300) -> mpf:
        """The largest relative error of the polynomial with `coefficients`, rounded ones as they are."""
        width = mpf(self.upper) - mpf(self.lower)
        places = [mpf(self.lower) + width * (j + mpf("0.37")) / tried for j in range(tried)]
        return max(abs(mp.polyval(coefficients, x - self.middle) / self.function(x) - 1) for x in places)


def scaled_complement(t: mpf) -> mpf:
    """(1 + 2 x) exp(x**2) erfc(x) with t = 1 - 8/(x + 4); its series at infinity where erfc is below any number."""
    x = 8 / (1 - t) - 4
    if x < 1000:
        return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)
    terms = [mpf(-1) ** k * mp.fac2(2 * k - 1) / (2 * x * x) ** k for k in range(10)]
    return (1 + 2 * x) / (x * mp.sqrt(mp.pi)) * mp.fsum(terms)


def tail_series(x: mpf, derivative: int) -> mpf:
    """sqrt(pi) exp(x**2) erfc(x) for large x by its asymptotic series, or one of its derivatives."""
    terms = [
        mpf(-1) ** k * mp.fac2(2 * k - 1) / mpf(2) ** k * mp.rf(2 * k + 1, derivative) / x ** (2 * k + 1 + derivative)
        for k in range(14)
    ]
    return (-1) ** derivative * mp.fsum(terms)


def decay(x: mpf) -> mpf:
    """The slope of -log(exp(x**2) erfc(x))."""
    if x > 1000:
        return -tail_series(x, 1) / tail_series(x, 0)
    return 2 / (mp.sqrt(mp.pi) * mp.exp(x * x) * mp.erfc(x)) - 2 * x


def decay_share(t: mpf) -> mpf:
    """(1 + x) times the decay with t = 1 - 5/(x + 5/2)."""
    x = 5 / (1 - t) - mpf(5) / 2
    with mp.workdps(2 * DIGITS):
        return (1 + x) * decay(x)


def bend_share(t: mpf) -> mpf:
    """(1 + x)**2 times the slope of the decay, without its sign."""
    x = 5 / (1 - t) - mpf(5) / 2
    with mp.workdps(2 * DIGITS):
        if x > 1000:
            return (1 + x) ** 2 * (tail_series(x, 2) / tail_series(x, 0) - decay(x) ** 2)
        return (1 + x) ** 2 * (2 - decay(x) * (decay(x) + 2 * x))


def error_share(square: mpf) -> mpf:
    """erf(x)/x by the square of x."""
    return mp.erf(mp.sqrt(square)) / mp.sqrt(square)


def gamma_share(x: mpf) -> mpf:
    """log(gamma(x)) over (x - 1) (x - 2)."""
    return mp.loggamma(x) / ((x - 1) * (x - 2))


def digamma_share(x: mpf) -> mpf:
    """digamma(x)/(x - x0), x0 being its zero."""
    return mp.digamma(x) / (x - zero())


def remainder(x: mpf, order: int) -> mpf:
    """What Stirling's formula leaves of log(gamma(x)), or its derivative of an order up to 3 without its sign."""
    if x > FAR:
        terms = [
            mp.bernoulli(2 * k) / (2 * k * (2 * k - 1)) * mp.rf(2 * k - 1, order) / x ** (2 * k - 1 + order)
            for k in range(1, 30)
        ]
        return mp.fsum(terms)
    if order == 0:
        return mp.loggamma(x) - (x - mpf(1) / 2) * mp.log(x) + x - mp.log(2 * mp.pi) / 2
    if order == 1:
        return mp.log(x) - 1 / (2 * x) - mp.digamma(x)
    powers = mp.factorial(order - 2) / x ** (order - 1) + mp.factorial(order - 1) / (2 * x**order)
    return (-1) ** order * mp.psi(order - 1, x) - powers


def remainder_share(order: int, scale: str, shift: str) -> Callable[[mpf], mpf]:
    """The remainder times x**order (x + 1/4) with t = 1 - scale/(x + shift): nearly constant."""

    def share(t: mpf) -> mpf:
        x = mpf(scale) / (1 - t) - mpf(shift)
        return remainder(x, order) * x**order * (x + mpf(1) / 4)

    return share


def zero() -> mpf:
    """Where digamma is 0."""
    return mp.findroot(mp.digamma, mpf("1.46"))


def zero_in_parts() -> tuple[float, ...]:
    """Three floats whose sum is the zero: what lies near it less the first, and less the second, is exact."""
    high = mp.floor(zero() * 2**23) / 2**23
    middle = mp.floor((zero() - high) * 2**56) / 2**56
    return float(high), float(middle), float(zero() - high - middle)


FITS = {
    "ERFCX": Fit(scaled_complement, "-1", "1", 24),
    "ERF": Fit(error_share, "0", "1", 12),
    "LGAMMA": Fit(gamma_share, "0.75", "2.5", 31),
    "DIGAMMA": Fit(digamma_share, "1", "2", 22),
    # from x = 1/4 on, 1/4, 1 and 1
    "STIRLING_REMAINDER": Fit(remainder_share(0, "1.5", "0.5"), "-1", "1", 29),
    "DIGAMMA_REMAINDER": Fit(remainder_share(1, "1.5", "0.5"), "-1", "1", 32),
    "TRIGAMMA_REMAINDER": Fit(remainder_share(2, "4", "1"), "-1", "1", 22),
    "TETRAGAMMA_REMAINDER": Fit(remainder_share(3, "4", "1"), "-1", "1", 23),
    "ERFCX_DECAY": Fit(decay_share, "-1", "1", 30),
    "ERFCX_BEND": Fit(bend_share, "-1", "1", 30),
}


def main() -> None:
    """Print every table."""
    with mp.workdps(DIGITS):
        print(f"# the zero of digamma: {' + '.join(map(repr, zero_in_parts()))}")
        for name, fit in FITS.items():
            rounded = tuple(map(float, fit.coefficients()))
            print(f"\n# off by at most 2**{float(mp.log(fit.share(rounded), 2)):.1f} of the value")
            print(f"{name} = (")
            for start in range(0, len(rounded), A_LINE):
                print("    " + " ".join(f"{c!r}," for c in rounded[start : start + A_LINE]))
            print(")")


if __name__ == "__main__":
    main()
