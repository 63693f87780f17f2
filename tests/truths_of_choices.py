"""The truth about losses of labels, samples, answers and actions."""

from __future__ import annotations

from jets import Jet, constant, exp, expm1, log, log1p, log_ndtr, positive_part, sides, softplus, squared, to_the_power


def sigmoid_cross_entropy(logits: Jet, labels: Jet) -> Jet:
    return labels * softplus(-logits) + (1 - labels) * softplus(logits)


def weighted_sigmoid_cross_entropy(logits: Jet, labels: Jet, pos_weight: Jet) -> Jet:
    return pos_weight * labels * softplus(-logits) + (1 - labels) * softplus(logits)


def binary_cross_entropy(prediction: Jet, labels: Jet) -> Jet:
    return -(labels * log(prediction)) - (1 - labels) * log1p(-prediction)


def sigmoid_focal_cross_entropy(logits: Jet, labels: Jet, gamma: Jet, alpha: Jet) -> Jet:
    miss_positive, miss_negative = softplus(-logits), softplus(logits)
    positive = labels * alpha * exp(-(gamma * miss_negative)) * miss_positive
    negative = (1 - labels) * (1 - alpha) * exp(-(gamma * miss_positive)) * miss_negative
    return positive + negative


def soft_margin(logits: Jet, labels: Jet) -> Jet:
    return softplus(-(labels * logits))


def generalized_cross_entropy(prediction: Jet, labels: Jet, q: Jet) -> Jet:
    return (labels * (1 - to_the_power(prediction, q)) + (1 - labels) * (1 - to_the_power(1 - prediction, q))) / q


def probit_nll(linear_predictor: Jet, labels: Jet) -> Jet:
    return -(labels * log_ndtr(linear_predictor)) - (1 - labels) * log_ndtr(-linear_predictor)


def complementary_log_log_nll(linear_predictor: Jet, labels: Jet) -> Jet:
    rate = exp(linear_predictor)
    return (1 - labels) * rate - labels * log(-expm1(-rate))


def non_saturating_gan_real(scores: Jet) -> Jet:
    return softplus(-scores)


def non_saturating_gan_fake(scores: Jet) -> Jet:
    return softplus(scores)


def hinge_gan_real(scores: Jet) -> Jet:
    return positive_part(1 - scores)


def hinge_gan_fake(scores: Jet) -> Jet:
    return positive_part(1 + scores)


def least_squares_gan_real(scores: Jet) -> Jet:
    return squared(scores - 1) / 2


def least_squares_gan_fake(scores: Jet) -> Jet:
    return squared(scores) / 2


def ranknet(preferred: Jet, rejected: Jet) -> Jet:
    return softplus(rejected - preferred)


def dpo(policy_chosen: Jet, policy_rejected: Jet, reference_chosen: Jet, reference_rejected: Jet, beta: Jet) -> Jet:
    return softplus(beta * (policy_rejected - reference_rejected - policy_chosen + reference_chosen))


def ipo(policy_chosen: Jet, policy_rejected: Jet, reference_chosen: Jet, reference_rejected: Jet, beta: Jet) -> Jet:
    gain = policy_chosen - policy_rejected - reference_chosen + reference_rejected
    return squared(gain - constant(1) / (2 * beta))


def simpo(policy_chosen: Jet, policy_rejected: Jet, beta: Jet, gamma: Jet) -> Jet:
    return softplus(gamma - beta * (policy_chosen - policy_rejected))


def orpo(policy_chosen: Jet, policy_rejected: Jet, beta: Jet) -> Jet:
    log_odds_chosen = policy_chosen - log(-expm1(policy_chosen))
    log_odds_rejected = policy_rejected - log(-expm1(policy_rejected))
    return beta * softplus(log_odds_rejected - log_odds_chosen) - policy_chosen


def kto(
    policy: Jet,
    reference: Jet,
    labels: Jet,
    reference_point: Jet,
    beta: Jet,
    desirable_weight: Jet,
    undesirable_weight: Jet,
) -> Jet:
    ahead = beta * (policy - reference - reference_point)
    if labels.at == 1:
        return desirable_weight * exp(-softplus(ahead))
    return undesirable_weight * exp(-softplus(-ahead))


def ppo_clip(policy: Jet, old_policy: Jet, advantage: Jet, epsilon: Jet) -> Jet:
    ratio = exp(policy - old_policy)
    if advantage.at >= 0:
        return -(advantage * sides(1 + epsilon - ratio, ratio, 1 + epsilon))
    return -(advantage * sides(ratio - 1 + epsilon, ratio, 1 - epsilon))


def k3_kl(policy: Jet, reference: Jet) -> Jet:
    return expm1(reference - policy) - (reference - policy)
