"""The exact truth about every loss, written by hand and independent of the toolkit: the referee of its tests.

`value`, `derivative` and `second` take a loss's name and a point (every argument's value, hyper-parameters too)
and return an `mpmath.mpf` that is right to 40 digits: compare with it under `mp.workdps(40)`, or its digits go.
A loss is written once, for jets, without cancellation where that is easy; the conventions are those of the
definitions: 0 log 0 = 0, and at a kink the mean of the two sides' derivatives.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from jets import ZERO, Jet, constant, exp, expm1, log, log1p, magnitude, positive_part, sides, softplus, sqrt, squared
from mpmath import mp, mpf

DIGITS, ENOUGH = 40, 50_000

TRUTHS: dict[str, Callable[..., Jet]] = {}


def truth(function: Callable[..., Jet]) -> Callable[..., Jet]:
    TRUTHS[function.__name__] = function
    return function


@truth
def sigmoid_cross_entropy(logits: Jet, labels: Jet) -> Jet:
    return labels * softplus(-logits) + (1 - labels) * softplus(logits)


@truth
def weighted_sigmoid_cross_entropy(logits: Jet, labels: Jet, pos_weight: Jet) -> Jet:
    return pos_weight * labels * softplus(-logits) + (1 - labels) * softplus(logits)


@truth
def binary_cross_entropy(prediction: Jet, labels: Jet) -> Jet:
    return -(labels * log(prediction)) - (1 - labels) * log1p(-prediction)


@truth
def sigmoid_focal_cross_entropy(logits: Jet, labels: Jet, gamma: Jet, alpha: Jet) -> Jet:
    miss_positive, miss_negative = softplus(-logits), softplus(logits)
    positive = labels * alpha * exp(-(gamma * miss_negative)) * miss_positive
    negative = (1 - labels) * (1 - alpha) * exp(-(gamma * miss_positive)) * miss_negative
    return positive + negative


@truth
def soft_margin(logits: Jet, labels: Jet) -> Jet:
    return softplus(-(labels * logits))


@truth
def hinge(prediction: Jet, labels: Jet) -> Jet:
    return positive_part(1 - labels * prediction)


@truth
def squared_hinge(prediction: Jet, labels: Jet) -> Jet:
    short = 1 - labels * prediction
    return sides(short, squared(short), constant(0))


@truth
def hinge_embedding(prediction: Jet, labels: Jet, margin: Jet) -> Jet:
    return prediction if labels.at == 1 else positive_part(margin - prediction)


@truth
def margin_ranking(first: Jet, second: Jet, target: Jet, margin: Jet) -> Jet:
    return positive_part(margin - target * (first - second))


@truth
def contrastive(distance: Jet, labels: Jet, margin: Jet) -> Jet:
    short = margin - distance
    return squared(distance) if labels.at == 1 else sides(short, squared(short), constant(0))


@truth
def squared_error(prediction: Jet, target: Jet) -> Jet:
    return squared(prediction - target)


@truth
def absolute_error(prediction: Jet, target: Jet) -> Jet:
    return magnitude(prediction - target)


@truth
def absolute_percentage_error(prediction: Jet, target: Jet) -> Jet:
    return 100 * magnitude(prediction - target) / magnitude(target)


@truth
def squared_logarithmic_error(prediction: Jet, target: Jet) -> Jet:
    return squared(log1p((prediction - target) / (1 + target)))


@truth
def quantile(prediction: Jet, target: Jet, tau: Jet) -> Jet:
    e = target - prediction
    return sides(e, tau * e, (tau - 1) * e)


@truth
def expectile(prediction: Jet, target: Jet, tau: Jet) -> Jet:
    e = target - prediction
    return sides(e, tau * squared(e), (1 - tau) * squared(e))


@truth
def huber(prediction: Jet, target: Jet, delta: Jet) -> Jet:
    e = magnitude(prediction - target)
    return sides(delta - e, squared(prediction - target) / 2, delta * e - squared(delta) / 2)


@truth
def smooth_l1(prediction: Jet, target: Jet, beta: Jet) -> Jet:
    e = magnitude(prediction - target)
    return sides(beta - e, squared(prediction - target) / (2 * beta), e - beta / 2)


@truth
def log_cosh(prediction: Jet, target: Jet) -> Jet:
    e = (prediction - target) / 2
    sinh = (expm1(e) - expm1(-e)) / 2
    return log1p(2 * squared(sinh))


@truth
def pseudo_huber(prediction: Jet, target: Jet, delta: Jet) -> Jet:
    e = prediction - target
    return squared(e) / (sqrt(1 + squared(e / delta)) + 1)


@truth
def welsch(prediction: Jet, target: Jet, scale: Jet) -> Jet:
    return -expm1(-squared((prediction - target) / scale) / 2)


@truth
def geman_mcclure(prediction: Jet, target: Jet, scale: Jet) -> Jet:
    e = squared(prediction - target)
    return 2 * e / (e + 4 * squared(scale))


@truth
def cauchy(prediction: Jet, target: Jet, scale: Jet) -> Jet:
    return log1p(squared((prediction - target) / scale) / 2)


@truth
def poisson_nll(rate: Jet, target: Jet) -> Jet:
    return rate - target * log(rate)


@truth
def poisson_nll_log_rate(log_rate: Jet, target: Jet) -> Jet:
    return exp(log_rate) - target * log_rate


@truth
def gaussian_nll(prediction: Jet, target: Jet, variance: Jet) -> Jet:
    return (log(variance) + squared(prediction - target) / variance) / 2


@truth
def gaussian_nll_log_variance(prediction: Jet, target: Jet, log_variance: Jet) -> Jet:
    return (log_variance + squared(prediction - target) * exp(-log_variance)) / 2


@truth
def laplace_nll(prediction: Jet, target: Jet, scale: Jet) -> Jet:
    return log(2 * scale) + magnitude(prediction - target) / scale


@truth
def bernoulli_kl(prediction: Jet, target: Jet) -> Jet:
    one = target * log(target) - target * log(prediction)
    return one + (1 - target) * log1p(-target) - (1 - target) * log1p(-prediction)


@truth
def generalized_kl(prediction: Jet, target: Jet) -> Jet:
    return target * log(target) - target * log(prediction) - target + prediction


@truth
def ranknet(preferred: Jet, rejected: Jet) -> Jet:
    return softplus(rejected - preferred)


@truth
def dpo(policy_chosen: Jet, policy_rejected: Jet, reference_chosen: Jet, reference_rejected: Jet, beta: Jet) -> Jet:
    return softplus(beta * (policy_rejected - reference_rejected - policy_chosen + reference_chosen))


@truth
def non_saturating_gan_real(scores: Jet) -> Jet:
    return softplus(-scores)


@truth
def non_saturating_gan_fake(scores: Jet) -> Jet:
    return softplus(scores)


@truth
def hinge_gan_real(scores: Jet) -> Jet:
    return positive_part(1 - scores)


@truth
def hinge_gan_fake(scores: Jet) -> Jet:
    return positive_part(1 + scores)


@truth
def least_squares_gan_real(scores: Jet) -> Jet:
    return squared(scores - 1) / 2


@truth
def least_squares_gan_fake(scores: Jet) -> Jet:
    return squared(scores) / 2


def value(loss: str, point: Mapping[str, float]) -> mpf:
    """The loss at `point`."""
    return _settled(point, lambda: _along(loss, point, {}).at)


def derivative(loss: str, point: Mapping[str, float], wrt: str) -> mpf:
    """The derivative of the loss by the argument `wrt` at `point`."""
    return _settled(point, lambda: _along(loss, point, {wrt: 1}).slope)


def second(loss: str, point: Mapping[str, float], first: str, other: str) -> mpf:
    """The second derivative of the loss by two arguments, or twice by the same, at `point`."""
    if first == other:
        return _settled(point, lambda: _along(loss, point, {first: 1}).bend)

    def mixed() -> mpf:
        return (_along(loss, point, {first: 1, other: 1}).bend - _along(loss, point, {first: 1, other: -1}).bend) / 4

    return _settled(point, mixed)


def _along(loss: str, point: Mapping[str, float], direction: Mapping[str, int]) -> Jet:
    return TRUTHS[loss](**{name: Jet(mpf(x), mpf(direction.get(name, 0))) for name, x in point.items()})


def _settled(point: Mapping[str, float], compute: Callable[[], mpf]) -> mpf:
    """What `compute` gives at a precision whose double gives the same 40 digits.

    The first precision holds the square of every argument beside 1: at 50 and at 100 digits
    1e300 + 1 - 1e300 is 0 alike.  What stays noise at the highest precision is 0.
    """
    scale = max((abs(math.frexp(x)[1]) for x in map(float, point.values()) if x and math.isfinite(x)), default=0)
    digits, before = 60 + scale, None  # 2 * log10(2**scale) < scale
    while digits <= ENOUGH:
        with mp.workdps(digits):
            now = compute()
            same = before is not None and (
                mp.isnan(now) or now == before or abs(now - before) <= abs(now) * mpf(10) ** -DIGITS
            )
        if same:
            return now
        digits, before = 2 * digits, now
    if abs(now) < mpf(10) ** (-digits // 4):
        return ZERO
    raise ArithmeticError(f"no 40 digits at {point}")
