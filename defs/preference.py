"""Losses of answers or scores, one of which is preferred to another, or wanted where another is not."""

from sympy import exp, log

from symloss.codegen.language import Binary, Interval, NonNegative, Positive, Real, loss

LogProbability = Interval(None, 0, closed="neither")


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


@loss(reference="azar-et-al-2024")
def ipo(
    policy_chosen: Real,
    policy_rejected: Real,
    reference_chosen: Real,
    reference_rejected: Real,
    *,
    beta: Positive = 0.1,
):
    """Identity preference optimisation: the chosen answer should gain `1 / (2 * beta)` more than the rejected one.

    The arguments are log-probabilities of the two answers under the policy and under the fixed reference.
    """
    gain_chosen = policy_chosen - reference_chosen
    gain_rejected = policy_rejected - reference_rejected
    return (gain_chosen - gain_rejected - 1 / (2 * beta)) ** 2


@loss(reference="meng-xia-chen-2024")
def simpo(policy_chosen: Real, policy_rejected: Real, *, beta: Positive = 2, gamma: NonNegative = 0.5):
    """Simple preference optimisation: the chosen answer should be more probable, by the margin `gamma`.

    The arguments are log-probabilities of the two answers under the policy, each divided by the answer's length;
    `beta` scales them.
    """
    return -log(1 / (1 + exp(-(beta * policy_chosen - beta * policy_rejected - gamma))))


@loss(reference="hong-lee-thorne-2024")
def orpo(policy_chosen: LogProbability, policy_rejected: LogProbability, *, beta: Positive = 0.1):
    """Odds ratio preference optimisation: the chosen answer should be probable, and its odds above the rejected one's.

    The arguments are log-probabilities of the two answers under the policy, each divided by the answer's length;
    `beta` weighs the odds ratio against the likelihood of the chosen answer.
    """
    odds_chosen = exp(policy_chosen) / (1 - exp(policy_chosen))
    odds_rejected = exp(policy_rejected) / (1 - exp(policy_rejected))
    return -policy_chosen - beta * log(1 / (1 + exp(-log(odds_chosen / odds_rejected))))


@loss(reference="ethayarajh-et-al-2024")
def kto(
    policy: Real,
    reference: Real,
    labels: Binary,
    reference_point: NonNegative,
    *,
    beta: Positive = 0.1,
    desirable_weight: Positive = 1,
    undesirable_weight: Positive = 1,
):
    """Kahneman-Tversky optimisation: an answer should gain log-probability if it is desirable, and else lose it.

    `policy` and `reference` are log-probabilities of the answer, `labels` are 1 for desirable and 0 for undesirable
    ones, and `reference_point` is how far the policy has departed from the reference, as a Kullback-Leibler divergence.
    """
    gain = policy - reference
    desirable = desirable_weight * (1 - 1 / (1 + exp(-beta * (gain - reference_point))))
    undesirable = undesirable_weight * (1 - 1 / (1 + exp(-beta * (reference_point - gain))))
    return labels * desirable + (1 - labels) * undesirable
