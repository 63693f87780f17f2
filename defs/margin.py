"""Losses that are zero once a score, a distance or a difference is beyond a margin."""

from sympy import Eq, Max, Ne, Piecewise

from symloss.codegen.language import (
    Axis,
    Binary,
    Label,
    NonNegative,
    Positive,
    Real,
    Sign,
    Simplex,
    greatest,
    loss,
    total,
)

K = Axis("K", "classes")


@loss(reference="cortes-vapnik-1995")
def hinge(prediction: Real, labels: Sign):
    """How far a score falls short of the margin 1 on its label's side."""
    return Max(0, 1 - labels * prediction)


@loss(reference="lee-mangasarian-2001")
def squared_hinge(prediction: Real, labels: Sign):
    """The square of how far a score falls short of the margin 1 on its label's side."""
    return Max(0, 1 - labels * prediction) ** 2


@loss(reference="weston-ratle-collobert-2008")
def hinge_embedding(prediction: Real, labels: Sign, *, margin: Real = 1):
    """The distance `prediction` of a similar pair, and how far that of a dissimilar pair falls short of `margin`.

    `labels` are 1 for similar and -1 for dissimilar pairs.
    """
    return Piecewise((prediction, Eq(labels, 1)), (Max(0, margin - prediction), True))


@loss(reference="herbrich-graepel-obermayer-2000")
def margin_ranking(first: Real, second: Real, target: Sign, *, margin: Real = 0):
    """How far the difference of two scores falls short of `margin` in the order that `target` asks for.

    `target` is 1 where `first` should be the larger score and -1 where `second` should.
    """
    return Max(0, -target * (first - second) + margin)


@loss(reference="hadsell-chopra-lecun-2006")
def contrastive(distance: NonNegative, labels: Binary, *, margin: Positive = 1):
    """The squared distance of a similar pair, and the square by which a dissimilar pair falls short of `margin`.

    `labels` are 1 for similar and 0 for dissimilar pairs.
    """
    return labels * distance**2 + (1 - labels) * Max(0, margin - distance) ** 2


@loss(reference="crammer-singer-2001")
def crammer_singer(scores: Real[K], labels: Label[K]):
    """By how much the best of the other classes comes closer than 1 to the score of the class `labels`."""

    def rival(k):
        return Piecewise((scores[k] - scores[labels] + 1, Ne(k, labels)), (0, True))

    return greatest(rival, K)


@loss(reference="weston-watkins-1999")
def multi_margin(scores: Real[K], labels: Label[K], *, margin: Positive = 1):
    """By how much the other classes come closer than `margin` to the score of the class `labels`, on average."""

    def excess(k):
        return Piecewise((Max(0, margin - scores[labels] + scores[k]), Ne(k, labels)), (0, True))

    return total(excess, K) / total(lambda _: 1, K)


@loss(reference="crammer-singer-2001")
def categorical_hinge(prediction: Real[K], labels: Simplex[K]):
    """By how much the best of the wrong predictions, or 0, comes closer than 1 to the right one."""
    right = total(lambda k: labels[k] * prediction[k], K)
    wrong = greatest(lambda k: (1 - labels[k]) * prediction[k], K)
    return Max(0, wrong - right + 1)


@loss(reference="zhang-zhou-2006")
def multilabel_margin(scores: Real[K], labels: Binary[K]):
    """By how much each of the other classes comes closer than 1 to each class that applies, over all classes."""

    def excess(i, k):
        return Max(0, 1 - scores[i] + scores[k])

    def short(k):
        return (1 - labels[k]) * total(lambda i: labels[i] * excess(i, k), K)

    return total(short, K) / total(lambda _: 1, K)


@loss(reference="hastie-tibshirani-friedman-2009")
def classification_error(scores: Real[K], labels: Label[K]):
    """1 where another class has a larger score than the class `labels`, else 0: a measure, whose derivatives are 0."""
    return Piecewise((0, Eq(scores[labels], greatest(lambda k: scores[k], K))), (1, True))
