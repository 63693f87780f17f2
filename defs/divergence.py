"""Divergences between a target and a predicted distribution or measure, term by term."""

from sympy import log

from symloss.codegen.language import NonNegative, Unit, loss


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
