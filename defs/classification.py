"""Losses for labels of two classes, on logits and on probabilities."""

from sympy import erf, exp, log, sqrt

from symloss.codegen.language import Interval, NonNegative, Positive, Real, Sign, Unit, loss

Power = Interval(0, 1, closed="right")


@loss(reference="cox-1958")
def sigmoid_cross_entropy(logits: Real, labels: Unit):
    """Cross-entropy of a label under a Bernoulli distribution with that logit.

    `labels` are 0 and 1, or the probability of 1.
    """
    p = 1 / (1 + exp(-logits))
    return -(labels * log(p) + (1 - labels) * log(1 - p))


@loss(reference="king-zeng-2001")
def weighted_sigmoid_cross_entropy(logits: Real, labels: Unit, *, pos_weight: Positive = 1):
    """Cross-entropy of a label under a Bernoulli distribution with that logit; positives weigh `pos_weight`."""
    p = 1 / (1 + exp(-logits))
    return -(pos_weight * labels * log(p) + (1 - labels) * log(1 - p))


@loss(reference="good-1952")
def binary_cross_entropy(prediction: Unit, labels: Unit):
    """Cross-entropy of a label under a Bernoulli distribution with the probability `prediction`.

    It is infinite where a certain prediction is wrong.
    """
    return -(labels * log(prediction) + (1 - labels) * log(1 - prediction))


# Gamma above 5 is not in use: the error of a power grows with its exponent.
@loss(reference="lin-et-al-2017")
def sigmoid_focal_cross_entropy(
    logits: Real, labels: Unit, *, gamma: NonNegative.typically(5) = 2, alpha: Interval(0, 1) = 0.25
):
    """Cross-entropy that counts an example the less, the better it is classified already.

    Each class's term is multiplied by its probability of error to the power `gamma`;
    positives weigh `alpha`, negatives `1 - alpha`.
    """
    p = 1 / (1 + exp(-logits))
    positive = labels * alpha * (1 - p) ** gamma * -log(p)
    negative = (1 - labels) * (1 - alpha) * p**gamma * -log(1 - p)
    return positive + negative


@loss(reference="friedman-hastie-tibshirani-2000")
def soft_margin(logits: Real, labels: Sign):
    """Logistic loss of a score whose sign should be that of the label."""
    return log(1 + exp(-labels * logits))


@loss(reference="zhang-sabuncu-2018")
def generalized_cross_entropy(prediction: Unit, labels: Unit, *, q: Power = 0.7):
    """A loss that forgives wrong labels, between the cross-entropy (`q` near 0) and the absolute error (`q` of 1).

    `prediction` is the probability of 1.
    """
    return labels * (1 - prediction**q) / q + (1 - labels) * (1 - (1 - prediction) ** q) / q


@loss(reference="bliss-1934")
def probit_nll(linear_predictor: Real, labels: Unit):
    """Negative log-likelihood of a label whose probability of 1 is the normal distribution function of the predictor.

    `labels` are 0 and 1, or the probability of 1.
    """
    p = (1 + erf(linear_predictor / sqrt(2))) / 2
    return -(labels * log(p) + (1 - labels) * log(1 - p))


@loss(reference="mccullagh-nelder-1989")
def complementary_log_log_nll(linear_predictor: Real, labels: Unit):
    """Negative log-likelihood of a label that is 1 if an event with the logarithmic rate `linear_predictor` happened.

    `labels` are 0 and 1, or the probability of 1.
    """
    p = 1 - exp(-exp(linear_predictor))
    return -(labels * log(p) + (1 - labels) * log(1 - p))
