"""The truth about losses of errors and of margins."""

from __future__ import annotations

from jets import Jet, constant, expm1, log1p, magnitude, positive_part, sides, sqrt, squared


def squared_error(prediction: Jet, target: Jet) -> Jet:
    return squared(prediction - target)


def absolute_error(prediction: Jet, target: Jet) -> Jet:
    return magnitude(prediction - target)


def absolute_percentage_error(prediction: Jet, target: Jet) -> Jet:
    return 100 * magnitude(prediction - target) / magnitude(target)


def squared_logarithmic_error(prediction: Jet, target: Jet) -> Jet:
    return squared(log1p((prediction - target) / (1 + target)))


def quantile(prediction: Jet, target: Jet, tau: Jet) -> Jet:
    e = target - prediction
    return sides(e, tau * e, (tau - 1) * e)


def expectile(prediction: Jet, target: Jet, tau: Jet) -> Jet:
    e = target - prediction
    return sides(e, tau * squared(e), (1 - tau) * squared(e))


def huber(prediction: Jet, target: Jet, delta: Jet) -> Jet:
    e = magnitude(prediction - target)
    return sides(delta - e, squared(prediction - target) / 2, delta * e - squared(delta) / 2)


def smooth_l1(prediction: Jet, target: Jet, beta: Jet) -> Jet:
    e = magnitude(prediction - target)
    return sides(beta - e, squared(prediction - target) / (2 * beta), e - beta / 2)


def log_cosh(prediction: Jet, target: Jet) -> Jet:
    e = (prediction - target) / 2
    sinh = (expm1(e) - expm1(-e)) / 2
    return log1p(2 * squared(sinh))


def pseudo_huber(prediction: Jet, target: Jet, delta: Jet) -> Jet:
    e = prediction - target
    return squared(e) / (sqrt(1 + squared(e / delta)) + 1)


def welsch(prediction: Jet, target: Jet, scale: Jet) -> Jet:
    return -expm1(-squared((prediction - target) / scale) / 2)


def geman_mcclure(prediction: Jet, target: Jet, scale: Jet) -> Jet:
    e = squared(prediction - target)
    return 2 * e / (e + 4 * squared(scale))


def cauchy(prediction: Jet, target: Jet, scale: Jet) -> Jet:
    return log1p(squared((prediction - target) / scale) / 2)


def general_robust(prediction: Jet, target: Jet, alpha: Jet, scale: Jet) -> Jet:
    b = 2 - alpha
    return b / alpha * expm1(alpha / 2 * log1p(squared((prediction - target) / scale) / b))


def tukey_biweight(prediction: Jet, target: Jet, cutoff: Jet) -> Jet:
    e = magnitude(prediction - target)
    u = squared((prediction - target) / cutoff)
    most = squared(cutoff) / 6
    return most if e.at > cutoff.at else most * (3 * u - 3 * squared(u) + u * squared(u))


def hinge(prediction: Jet, labels: Jet) -> Jet:
    return positive_part(1 - labels * prediction)


def squared_hinge(prediction: Jet, labels: Jet) -> Jet:
    short = 1 - labels * prediction
    return sides(short, squared(short), constant(0))


def hinge_embedding(prediction: Jet, labels: Jet, margin: Jet) -> Jet:
    return prediction if labels.at == 1 else positive_part(margin - prediction)


def margin_ranking(first: Jet, second: Jet, target: Jet, margin: Jet) -> Jet:
    return positive_part(margin - target * (first - second))


def contrastive(distance: Jet, labels: Jet, margin: Jet) -> Jet:
    short = margin - distance
    return squared(distance) if labels.at == 1 else sides(short, squared(short), constant(0))
