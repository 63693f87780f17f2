"""Losses of pairs, one of which is preferred to the other."""

from sympy import exp, log

from symloss.codegen.language import Positive, Real, loss


@loss(reference="burges-et-al-2005")
def ranknet(preferred: Real, rejected: Real):
    """Negative log-probability that the score `preferred` wins over the score `rejected`."""
    p = 1 / (1 + exp(-(preferred - rejected)))
    return -log(p)


@loss(reference="rafailov-et-al-2023")
def dpo(
    policy_chosen: Real,
    policy_rejected: Real,
    reference_chosen: Real,
    reference_rejected: Real,
    *,
    beta: Positive = 0.1,
):
    """Direct preference optimisation: the chosen answer should gain more log-probability than the rejected one.

    The arguments are log-probabilities of the two answers under the policy and under the fixed reference;
    `beta` says how dearly departing from the reference is paid.
    """
    gain_chosen = policy_chosen - reference_chosen
    gain_rejected = policy_rejected - reference_rejected
    return -log(1 / (1 + exp(-beta * (gain_chosen - gain_rejected))))
