"""Losses of policies that learn from rewards, by the log-probabilities of the actions taken."""

from sympy import Max, Min, Piecewise, exp, log

from symloss.codegen.language import Interval, Real, loss

Clip = Interval(0, 1, closed="neither")


@loss(reference="schulman-et-al-2017")
def ppo_clip(policy: Real, old_policy: Real, advantage: Real, *, epsilon: Clip = 0.2):
    """Proximal policy optimisation: minus the advantage, weighed by how much more probable the action became.

    `policy` and `old_policy` are log-probabilities of the action. A good one earns nothing by becoming more than
    `1 + epsilon` times as probable, a bad one nothing by becoming less than `1 - epsilon` times.
    """
    ratio = exp(policy - old_policy)
    good, bad = Min(ratio, 1 + epsilon) * advantage, Max(ratio, 1 - epsilon) * advantage
    return -Piecewise((good, advantage >= 0), (bad, True))


@loss(reference="schulman-2020")
def k3_kl(policy: Real, reference: Real):
    """An estimate of the Kullback-Leibler divergence from a reference, by one action drawn from the policy.

    `policy` and `reference` are log-probabilities of the action. It is unbiased and never negative.
    """
    ratio = exp(reference - policy)
    return ratio - 1 - log(ratio)
