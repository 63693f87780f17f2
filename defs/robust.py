"""Losses for real targets on which a large error counts for less than its square."""

from sympy import Abs, Piecewise, Rational, cosh, exp, log, sqrt

from symloss.codegen.language import Interval, Positive, Real, loss

Shape = Interval(0, 2, closed="neither")

half = Rational(1, 2)


@loss(reference="huber-1964")
def huber(prediction: Real, target: Real, *, delta: Positive = 1):
    """Half the squared error up to `delta`, and beyond it the line that continues it smoothly."""
    e = Abs(prediction - target)
    return Piecewise((half * e**2, e <= delta), (delta * e - half * delta**2, True))


@loss(reference="girshick-2015")
def smooth_l1(prediction: Real, target: Real, *, beta: Positive = 1):
    """The absolute error less `beta / 2`, rounded off to a parabola where the error is below `beta`."""
    e = Abs(prediction - target)
    return Piecewise((half * e**2 / beta, e < beta), (e - half * beta, True))


@loss(reference="green-1990")
def log_cosh(prediction: Real, target: Real):
    """The logarithm of the error's hyperbolic cosine: half its square when small, its absolute value when large."""
    return log(cosh(prediction - target))


@loss(reference="charbonnier-et-al-1997")
def pseudo_huber(prediction: Real, target: Real, *, delta: Positive = 1):
    """Half the squared error when small, a line of slope `delta` when large, smooth of every order between."""
    e = prediction - target
    return delta**2 * (sqrt(1 + (e / delta) ** 2) - 1)


@loss(reference="barron-2019")
def welsch(prediction: Real, target: Real, *, scale: Positive = 1):
    """A loss that levels off at 1 as a Gaussian of standard deviation `scale` falls off."""
    e = prediction - target
    return 1 - exp(-half * (e / scale) ** 2)


@loss(reference="barron-2019")
def geman_mcclure(prediction: Real, target: Real, *, scale: Positive = 1):
    """A rational loss that levels off at 2 once the error is many times `scale`."""
    e = prediction - target
    return 2 * (e / scale) ** 2 / ((e / scale) ** 2 + 4)


@loss(reference="black-anandan-1996")
def cauchy(prediction: Real, target: Real, *, scale: Positive = 1):
    """A loss that grows with the logarithm of the error, also called Lorentzian."""
    e = prediction - target
    return log(1 + half * (e / scale) ** 2)


@loss(reference="barron-2019")
def general_robust(prediction: Real, target: Real, *, alpha: Shape = 1, scale: Positive = 1):
    """Half the squared error when small, and grows like its power `alpha` when large, in units of `scale`.

    Near an `alpha` of 2 it is half the squared error throughout, at 1 a pseudo-Huber, near 0 a Cauchy loss.
    """
    e = prediction - target
    b = 2 - alpha
    return b / alpha * (((e / scale) ** 2 / b + 1) ** (alpha / 2) - 1)


@loss(reference="beaton-tukey-1974")
def tukey_biweight(prediction: Real, target: Real, *, cutoff: Positive = 4.685):
    """A loss that is constant from `cutoff` on, so that what lies beyond has no weight at all."""
    e = Abs(prediction - target)
    most = cutoff**2 / 6
    return Piecewise((most, e > cutoff), (most * (1 - (1 - (e / cutoff) ** 2) ** 3), True))
