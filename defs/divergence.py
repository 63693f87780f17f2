"""Divergences between a target and a predicted distribution or measure, term by term or over all classes."""

from sympy import Rational, exp, log, sqrt

from symloss.codegen.language import Axis, NonNegative, Positive, Real, Simplex, Unit, loss, total

half = Rational(1, 2)
D, K = Axis("D", "coordinates"), Axis("K", "classes")


@loss(reference="kullback-leibler-1951")
def bernoulli_kl(prediction: Unit, target: Unit):
    """Kullback-Leibler divergence of the Bernoulli distribution `target` from the Bernoulli distribution `prediction`.

    Both are given by their probability of 1.
    """
    return target * log(target / prediction) + (1 - target) * log((1 - target) / (1 - prediction))


@loss(reference="lee-seung-2001")
def generalized_kl(prediction: NonNegative, target: NonNegative):
    """Kullback-Leibler divergence between measures that need not sum to one, also called I-divergence."""
    return target * log(target / prediction) - target + prediction


@loss(reference="lin-1991")
def bernoulli_jensen_shannon(prediction: Unit, target: Unit):
    """Jensen-Shannon divergence of two Bernoulli distributions: how far both are from their mean, on average.

    Both are given by their probability of 1. It is symmetric, and at most log 2.
    """
    mean = (prediction + target) / 2
    of_target = target * log(target / mean) + (1 - target) * log((1 - target) / (1 - mean))
    of_prediction = prediction * log(prediction / mean) + (1 - prediction) * log((1 - prediction) / (1 - mean))
    return half * of_target + half * of_prediction


@loss(reference="hellinger-1909")
def bernoulli_squared_hellinger(prediction: Unit, target: Unit):
    """The square of the Hellinger distance of two Bernoulli distributions, given by their probability of 1."""
    of_one, of_zero = sqrt(prediction) - sqrt(target), sqrt(1 - prediction) - sqrt(1 - target)
    return half * (of_one**2 + of_zero**2)


@loss(reference="itakura-saito-1968")
def itakura_saito(prediction: Positive, target: Positive):
    """How far a predicted power spectrum is from the target's, as a matter of their ratio alone."""
    return target / prediction - log(target / prediction) - 1


@loss(reference="kullback-leibler-1951")
def kl_divergence(prediction: Simplex[K], target: Simplex[K]):
    """Kullback-Leibler divergence of the distribution `target` from the distribution `prediction`."""
    return total(lambda k: target[k] * log(target[k] / prediction[k]), K)


@loss(reference="lin-1991")
def jensen_shannon(prediction: Simplex[K], target: Simplex[K]):
    """Jensen-Shannon divergence of two distributions: the mean of their divergences from their mean."""

    def part(p, q, k):
        return p[k] * log(2 * p[k] / (p[k] + q[k]))

    return half * total(lambda k: part(prediction, target, k) + part(target, prediction, k), K)


@loss(reference="hinton-vinyals-dean-2015")
def distillation(logits: Real[K], target: Real[K], *, temperature: Positive = 1):
    """Squared temperature times the divergence of a teacher's distribution from a student's, both given by logits."""

    def softmax(logits, k):
        return exp(logits[k] / temperature) / total(lambda j: exp(logits[j] / temperature), K)

    def gap(k):
        p, q = softmax(target, k), softmax(logits, k)
        return p * (log(p) - log(q))

    return temperature**2 * total(gap, K)


@loss(reference="kullback-leibler-1951")
def kl_divergence_of_logs(prediction: Real[K], target: Real[K]):
    """Kullback-Leibler divergence of two distributions, both given by the logarithms of their probabilities."""
    return total(lambda k: exp(target[k]) * (target[k] - prediction[k]), K)


@loss(reference="kingma-welling-2014")
def gaussian_kl(mean: Real[D], log_variance: Real[D]):
    """Kullback-Leibler divergence of independent normal distributions from standard ones, as of an autoencoder."""
    return half * total(lambda d: mean[d] ** 2 + exp(log_variance[d]) - 1 - log_variance[d], D)
