"""Negative log-likelihoods of a target under a distribution whose parameters are predicted."""

from sympy import Abs, Rational, exp, log

from symloss.codegen.language import NonNegative, Positive, Real, loss

half = Rational(1, 2)


@loss(reference="nelder-wedderburn-1972")
def poisson_nll(rate: NonNegative, target: NonNegative):
    """Negative log-likelihood of a count under a Poisson distribution, up to the logarithm of its factorial."""
    return rate - target * log(rate)


@loss(reference="nelder-wedderburn-1972")
def poisson_nll_log_rate(log_rate: Real, target: NonNegative):
    """Negative log-likelihood of a count under a Poisson distribution whose rate is given by its logarithm.

    The logarithm of the count's factorial is left out.
    """
    return exp(log_rate) - target * log_rate


@loss(reference="nix-weigend-1994")
def gaussian_nll(prediction: Real, target: Real, variance: Positive):
    """Negative log-likelihood of a target under a normal distribution, without its constant half log of two pi.

    `variance` is predicted beside the mean.
    """
    return half * (log(variance) + (prediction - target) ** 2 / variance)


@loss(reference="kendall-gal-2017")
def gaussian_nll_log_variance(prediction: Real, target: Real, log_variance: Real):
    """Negative log-likelihood of a target under a normal distribution whose variance is given by its logarithm.

    The constant half log of two pi is left out.
    """
    return half * (log_variance + (prediction - target) ** 2 / exp(log_variance))


@loss(reference="kotz-kozubowski-podgorski-2001")
def laplace_nll(prediction: Real, target: Real, scale: Positive):
    """Negative log-likelihood of a target under a Laplace distribution with location `prediction` and that scale."""
    return log(2 * scale) + Abs(prediction - target) / scale
