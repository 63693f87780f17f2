"""Negative log-likelihoods and deviances of a target under a distribution whose parameters are predicted."""

from sympy import Abs, Eq, Piecewise, Rational, beta, exp, log, loggamma, pi, sqrt

from symloss.codegen.language import Axis, Count, Interval, NonNegative, Positive, Real, Simplex, loss, total

Fraction = Interval(0, 1, closed="neither")
Compound = Interval(1, 2, closed="neither")
AboveOne = Interval(1, None, closed="neither")

half = Rational(1, 2)
K = Axis("K", "components")


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


@loss(reference="lange-little-taylor-1989")
def student_t_nll(prediction: Real, target: Real, scale: Positive, *, degrees_of_freedom: Positive = 4):
    """Negative log-likelihood of a target under Student's t distribution with location `prediction` and that scale.

    The fewer the degrees of freedom, the less a wild target counts; with many it is the normal distribution.
    """
    nu = degrees_of_freedom
    z = (target - prediction) / scale
    normalizer = loggamma(nu / 2) - loggamma((nu + 1) / 2) + log(pi * nu) / 2 + log(scale)
    return normalizer + (nu + 1) / 2 * log(1 + z**2 / nu)


@loss(reference="gumbel-1958")
def gumbel_nll(prediction: Real, target: Real, scale: Positive):
    """Negative log-likelihood of a maximum under a Gumbel distribution with mode `prediction` and that scale."""
    z = (target - prediction) / scale
    return z + exp(-z) + log(scale)


@loss(reference="salimans-et-al-2017")
def discretized_logistic_nll(prediction: Real, target: Real, scale: Positive, *, bin_width: Positive = 1):
    """Negative log-probability that a logistic variable falls into the bin around the target.

    The variable has mean `prediction` and that scale; the bin is `bin_width` wide.
    """
    upper = 1 / (1 + exp(-(target + bin_width / 2 - prediction) / scale))
    lower = 1 / (1 + exp(-(target - bin_width / 2 - prediction) / scale))
    return -log(upper - lower)


@loss(reference="ferrari-cribari-neto-2004")
def beta_nll(concentration1: Positive, concentration0: Positive, target: Fraction):
    """Negative log-likelihood of a fraction under a beta distribution.

    It has the density `target**(concentration1 - 1) * (1 - target)**(concentration0 - 1)`, divided by its integral.
    """
    likelihood = (concentration1 - 1) * log(target) + (concentration0 - 1) * log(1 - target)
    return log(beta(concentration1, concentration0)) - likelihood


@loss(reference="mccullagh-nelder-1989")
def gamma_deviance(prediction: Positive, target: Positive):
    """Deviance of a positive target under a gamma distribution with mean `prediction`."""
    return 2 * (log(prediction / target) + target / prediction - 1)


@loss(reference="jorgensen-1987")
def tweedie_deviance(prediction: Positive, target: NonNegative, *, power: Compound = 1.5):
    """Deviance of a target that may be exactly 0 under a Tweedie distribution with mean `prediction`.

    Its variance grows with the mean to that power: near 1 it is like a Poisson, near 2 like a gamma distribution.
    """
    of_target = target ** (2 - power) / ((1 - power) * (2 - power))
    return 2 * (of_target - target * prediction ** (1 - power) / (1 - power) + prediction ** (2 - power) / (2 - power))


@loss(reference="lawless-1987")
def negative_binomial_nll(log_mean: Real, target: Count, total_count: Positive):
    """Negative log-likelihood of a count under a negative binomial distribution, up to the logarithm of its factorial.

    With the mean m, given by its logarithm, the variance is `m + m**2 / total_count`: a large `total_count`, which
    need not be whole, makes it a Poisson distribution.
    """
    mean = exp(log_mean)
    normalizer = loggamma(total_count) - loggamma(total_count + target)
    of_target = target * log(mean / (total_count + mean))
    return normalizer - of_target - total_count * log(total_count / (total_count + mean))


@loss(reference="lambert-1992")
def zero_inflated_poisson_nll(log_rate: Real, gate_logits: Real, target: Count):
    """Negative log-likelihood of a count that is 0 for a reason of its own, or else drawn from a Poisson distribution.

    The gate's logit is that of the first case. The logarithm of the count's factorial is left out.
    """
    gate, rate = 1 / (1 + exp(-gate_logits)), exp(log_rate)
    none = -log(gate + (1 - gate) * exp(-rate))
    some = -log(1 - gate) + rate - target * log_rate
    return Piecewise((none, Eq(target, 0)), (some, True))


@loss(reference="amini-et-al-2020")
def evidential_nll(
    prediction: Real,
    evidence: Positive,
    concentration: AboveOne,
    rate: Positive,
    target: Real,
    *,
    penalty: NonNegative = 0.01,
):
    """Negative log-likelihood under a normal distribution whose mean and variance are uncertain themselves.

    They have a normal-inverse-gamma distribution with these parameters; `penalty` weighs evidence for what is wrong.
    """
    scale = 2 * rate * (1 + evidence)
    spread = (concentration + half) * log(evidence * (target - prediction) ** 2 + scale) - concentration * log(scale)
    normalizer = log(pi / evidence) / 2 + loggamma(concentration) - loggamma(concentration + half)
    return spread + normalizer + penalty * Abs(target - prediction) * (2 * evidence + concentration)


@loss(reference="bishop-1994")
def gaussian_mixture_nll(logits: Real[K], means: Real[K], log_scales: Real[K], target: Real):
    """Negative log-likelihood of a target under a mixture of normal distributions with the weights softmax(logits)."""

    def weight(k):
        return exp(logits[k]) / total(lambda j: exp(logits[j]), K)

    def density(k):
        scale = exp(log_scales[k])
        return exp(-((target - means[k]) ** 2) / (2 * scale**2)) / (scale * sqrt(2 * pi))

    return -log(total(lambda k: weight(k) * density(k), K))


@loss(reference="minka-2000")
def dirichlet_nll(concentration: Positive[K], target: Simplex[K]):
    """Negative log-likelihood of shares under a Dirichlet distribution."""
    normalizer = total(lambda k: loggamma(concentration[k]), K) - loggamma(total(lambda k: concentration[k], K))
    return normalizer - total(lambda k: (concentration[k] - 1) * log(target[k]), K)
