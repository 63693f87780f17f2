"""Terms of adversarial training: what a discriminator pays for its scores of real and of fake samples.

The two batches may differ in size, so that each has a loss of its own.
"""

from sympy import Max, Rational, exp, log

from symloss.codegen.language import Real, loss

half = Rational(1, 2)


@loss(reference="goodfellow-et-al-2014")
def non_saturating_gan_real(scores: Real):
    """Negative log-probability that samples with these logits are real.

    A generator minimises it too, on the scores of its own samples.
    """
    return -log(1 / (1 + exp(-scores)))


@loss(reference="goodfellow-et-al-2014")
def non_saturating_gan_fake(scores: Real):
    """Negative log-probability that samples with these logits are fake."""
    return -log(1 - 1 / (1 + exp(-scores)))


@loss(reference="lim-ye-2017")
def hinge_gan_real(scores: Real):
    """How far the scores of real samples fall short of 1."""
    return Max(0, 1 - scores)


@loss(reference="lim-ye-2017")
def hinge_gan_fake(scores: Real):
    """How far the scores of fake samples exceed -1."""
    return Max(0, 1 + scores)


@loss(reference="mao-et-al-2017")
def least_squares_gan_real(scores: Real):
    """Half the squared distance of the scores of real samples from 1.

    A generator minimises it too, on the scores of its own samples.
    """
    return half * (scores - 1) ** 2


@loss(reference="mao-et-al-2017")
def least_squares_gan_fake(scores: Real):
    """Half the squared distance of the scores of fake samples from 0."""
    return half * scores**2
