"""Negative log-likelihoods of times until an event, some of which were only observed up to a time before it."""

from sympy import Piecewise, Rational, erf, exp, log, pi, sqrt

from symloss.codegen.language import Axis, Binary, Positive, Real, loss, total

half = Rational(1, 2)
N = Axis("N", "subjects")


# A concentration above 5 is not in use: the error of a power grows with its exponent.
@loss(reference="kalbfleisch-prentice-2002")
def weibull_censored_nll(scale: Positive, concentration: Positive.typically(5), target: Positive, event: Binary):
    """Negative log-likelihood of a time under a Weibull distribution, censored on the right.

    `event` is 1 where the event happened at the time `target`, and 0 where it had not happened until then.
    """
    log_hazard = log(concentration / scale) + (concentration - 1) * log(target / scale)
    return (target / scale) ** concentration - event * log_hazard


@loss(reference="kalbfleisch-prentice-2002")
def log_normal_censored_nll(prediction: Real, target: Positive, scale: Positive, event: Binary):
    """Negative log-likelihood of a time whose logarithm is normal, censored on the right.

    `prediction` is the mean of the logarithm and `scale` its standard deviation; `event` is 1 where the event
    happened at the time `target`, and 0 where it had not happened until then.
    """
    z = (log(target) - prediction) / scale
    log_density = -half * z**2 - log(target * scale * sqrt(2 * pi))
    survival = 1 - (1 + erf(z / sqrt(2))) / 2
    return -(event * log_density + (1 - event) * log(survival))


@loss(reference="breslow-1974")
def cox(prediction: Real[N], target: Positive[N], event: Binary[N]):
    """Negative partial log-likelihood of the order of events under proportional hazards, ties as Breslow takes them.

    `prediction` is the logarithm of each subject's hazard relative to the others'; `event` is 1 where the event
    happened at the time `target`, and 0 where it had not happened until then.
    """

    def at_risk(i):
        return total(lambda j: Piecewise((exp(prediction[j]), target[j] >= target[i]), (0, True)), N)

    return -total(lambda i: event[i] * log(exp(prediction[i]) / at_risk(i)), N)
