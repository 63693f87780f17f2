"""Losses for real targets that grow with the error at a fixed rate."""

from sympy import Abs, Max, Piecewise, log

from symloss.codegen.language import Interval, Real, loss

AboveMinusOne = Interval(-1, None, closed="neither")
Level = Interval(0, 1, closed="neither")


@loss(reference="legendre-1805")
def squared_error(prediction: Real, target: Real):
    """The square of the error."""
    return (prediction - target) ** 2


@loss(reference="bloomfield-steiger-1983")
def absolute_error(prediction: Real, target: Real):
    """The absolute error, whose expectation the median minimises."""
    return Abs(prediction - target)


@loss(reference="hyndman-koehler-2006")
def absolute_percentage_error(prediction: Real, target: Real):
    """The absolute error in percent of the target's absolute value."""
    return 100 * Abs(prediction - target) / Abs(target)


@loss(reference="tofallis-2015")
def squared_logarithmic_error(prediction: AboveMinusOne, target: AboveMinusOne):
    """The squared difference of the logarithms of one plus prediction and one plus target."""
    return (log(1 + prediction) - log(1 + target)) ** 2


@loss(reference="koenker-bassett-1978")
def quantile(prediction: Real, target: Real, *, tau: Level = 0.5):
    """The pinball loss, whose expectation the quantile of level `tau` minimises."""
    e = target - prediction
    return Max(tau * e, (tau - 1) * e)


@loss(reference="newey-powell-1987")
def expectile(prediction: Real, target: Real, *, tau: Level = 0.5):
    """The squared error, weighed `tau` below the target and `1 - tau` above; the expectile minimises it."""
    e = target - prediction
    return Piecewise((tau * e**2, e >= 0), ((1 - tau) * e**2, True))
