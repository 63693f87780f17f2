"""The truth about likelihoods, deviances and divergences of predicted distributions."""

from __future__ import annotations

from jets import Jet, exp, expm1, lgamma, log, log1p, log_ndtr, magnitude, softplus, sqrt, squared, to_the_power
from mpmath import mp


def poisson_nll(rate: Jet, target: Jet) -> Jet:
    return rate - target * log(rate)


def poisson_nll_log_rate(log_rate: Jet, target: Jet) -> Jet:
    return exp(log_rate) - target * log_rate


def gaussian_nll(prediction: Jet, target: Jet, variance: Jet) -> Jet:
    return (log(variance) + squared(prediction - target) / variance) / 2


def gaussian_nll_log_variance(prediction: Jet, target: Jet, log_variance: Jet) -> Jet:
    return (log_variance + squared(prediction - target) * exp(-log_variance)) / 2


def laplace_nll(prediction: Jet, target: Jet, scale: Jet) -> Jet:
    return log(2 * scale) + magnitude(prediction - target) / scale


def student_t_nll(prediction: Jet, target: Jet, scale: Jet, degrees_of_freedom: Jet) -> Jet:
    half = degrees_of_freedom / 2
    of_distance = (half + 0.5) * log1p(squared((target - prediction) / scale) / degrees_of_freedom)
    return of_distance + lgamma(half) - lgamma(half + 0.5) + log(degrees_of_freedom * mp.pi) / 2 + log(scale)


def gumbel_nll(prediction: Jet, target: Jet, scale: Jet) -> Jet:
    z = (target - prediction) / scale
    return z + exp(-z) + log(scale)


def evidential_nll(prediction: Jet, evidence: Jet, concentration: Jet, rate: Jet, target: Jet, penalty: Jet) -> Jet:
    gap, scale = target - prediction, 2 * rate * (1 + evidence)
    spread = (concentration + 0.5) * log(evidence * squared(gap) + scale) - concentration * log(scale)
    normalizer = (mp.log(mp.pi) - log(evidence)) / 2 + lgamma(concentration) - lgamma(concentration + 0.5)
    return spread + normalizer + penalty * magnitude(gap) * (2 * evidence + concentration)


def discretized_logistic_nll(prediction: Jet, target: Jet, scale: Jet, bin_width: Jet) -> Jet:
    upper = (target - prediction + bin_width / 2) / scale
    lower = (target - prediction - bin_width / 2) / scale
    return softplus(-upper) + softplus(lower) - log(-expm1(-bin_width / scale))


def beta_nll(concentration1: Jet, concentration0: Jet, target: Jet) -> Jet:
    likelihood = (concentration1 - 1) * log(target) + (concentration0 - 1) * log1p(-target)
    return lgamma(concentration1) + lgamma(concentration0) - lgamma(concentration1 + concentration0) - likelihood


def gamma_deviance(prediction: Jet, target: Jet) -> Jet:
    return 2 * itakura_saito(prediction, target)


def tweedie_deviance(prediction: Jet, target: Jet, power: Jet) -> Jet:
    near_poisson, near_gamma = 1 - power, 2 - power
    raised = exp(near_poisson * log(prediction))
    of_target = to_the_power(target, near_gamma) / (near_poisson * near_gamma)
    return 2 * (of_target - target * raised / near_poisson + prediction * raised / near_gamma)


def negative_binomial_nll(log_mean: Jet, target: Jet, total_count: Jet) -> Jet:
    logits = log_mean - log(total_count)
    normalizer = lgamma(total_count) - lgamma(total_count + target)
    return normalizer + target * softplus(-logits) + total_count * softplus(logits)


def zero_inflated_poisson_nll(log_rate: Jet, gate_logits: Jet, target: Jet) -> Jet:
    rate = exp(log_rate)
    if target.at == 0:
        return softplus(gate_logits) - gate_logits - softplus(-rate - gate_logits)
    return softplus(gate_logits) + rate - target * log_rate


def weibull_censored_nll(scale: Jet, concentration: Jet, target: Jet, event: Jet) -> Jet:
    log_ratio = log(target) - log(scale)
    log_hazard = log(concentration) - log(scale) + (concentration - 1) * log_ratio
    return exp(concentration * log_ratio) - event * log_hazard


def log_normal_censored_nll(prediction: Jet, target: Jet, scale: Jet, event: Jet) -> Jet:
    z = (log(target) - prediction) / scale
    if event.at == 0:
        return -log_ndtr(-z)
    return squared(z) / 2 + log(target) + log(scale) + mp.log(2 * mp.pi) / 2


def bernoulli_kl(prediction: Jet, target: Jet) -> Jet:
    one = target * log(target) - target * log(prediction)
    return one + (1 - target) * log1p(-target) - (1 - target) * log1p(-prediction)


def generalized_kl(prediction: Jet, target: Jet) -> Jet:
    return target * log(target) - target * log(prediction) - target + prediction


def bernoulli_jensen_shannon(prediction: Jet, target: Jet) -> Jet:
    mean = (prediction + target) / 2

    def entropy(p: Jet) -> Jet:
        return -(p * log(p)) - (1 - p) * log1p(-p)

    return entropy(mean) - (entropy(prediction) + entropy(target)) / 2


def bernoulli_squared_hellinger(prediction: Jet, target: Jet) -> Jet:
    return 1 - sqrt(prediction) * sqrt(target) - sqrt(1 - prediction) * sqrt(1 - target)


def itakura_saito(prediction: Jet, target: Jet) -> Jet:
    return (target - prediction) / prediction - log(target) + log(prediction)
