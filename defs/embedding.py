"""Losses of vectors: their distances, their angles, and their likeness among those of a batch."""

from sympy import And, Eq, Max, Min, Ne, Piecewise, acos, cos, exp, log, sqrt

from symloss.codegen.language import (
    Axis,
    Binary,
    Count,
    Interval,
    Label,
    NonNegative,
    Positive,
    Real,
    Sign,
    loss,
    total,
)

D, K, N = Axis("D", "coordinates"), Axis("K", "classes"), Axis("N", "samples")
Cosine = Interval(-1, 1)


def dot(x, y):
    return total(lambda d: x[d] * y[d], D)


def cosine(x, y):
    return dot(x, y) / sqrt(dot(x, x) * dot(y, y))


def mean(body):
    return total(body, N) / total(lambda _: 1, N)


def distance(x, y):
    return sqrt(total(lambda d: (x[d] - y[d]) ** 2, D))


@loss(reference="salton-wong-yang-1975")
def cosine_distance(prediction: Real[D], target: Real[D]):
    """One less the cosine of the angle between two vectors."""
    return 1 - cosine(prediction, target)


@loss(reference="hadsell-chopra-lecun-2006")
def cosine_embedding(first: Real[D], second: Real[D], labels: Sign, *, margin: Interval(-1, 1) = 0):
    """Vectors of label 1 are to point the same way; the cosine of others is to be at most `margin`."""
    return Piecewise((1 - cosine(first, second), Eq(labels, 1)), (Max(0, cosine(first, second) - margin), True))


@loss(reference="balntas-et-al-2016")
def triplet_margin(anchor: Real[D], positive: Real[D], negative: Real[D], *, margin: NonNegative = 1):
    """An anchor is to be nearer to the positive than to the negative, by `margin`."""
    return Max(0, distance(anchor, positive) - distance(anchor, negative) + margin)


@loss(reference="balntas-et-al-2016")
def triplet_margin_swap(anchor: Real[D], positive: Real[D], negative: Real[D], *, margin: NonNegative = 1):
    """An anchor and a positive are to be nearer to each other than either is to the negative, by `margin`."""
    nearer = Min(distance(anchor, negative), distance(positive, negative))
    return Max(0, distance(anchor, positive) - nearer + margin)


@loss(reference="hadsell-chopra-lecun-2006")
def contrastive_embedding(first: Real[D], second: Real[D], labels: Binary, *, margin: Positive = 1):
    """The squared distance of a similar pair of vectors, and the square by which another falls short of `margin`.

    `labels` are 1 for similar and 0 for other pairs.
    """
    apart = distance(first, second)
    return Piecewise((apart**2, Eq(labels, 1)), (Max(0, margin - apart) ** 2, True))


@loss(reference="van-den-oord-et-al-2018")
def info_nce(queries: Real[N, D], keys: Real[N, D], *, temperature: Positive = 0.1):
    """Each query is to be most like the key of its own row: the mean cross-entropy of that."""

    def similarity(i, j):
        return total(lambda d: queries[i, d] * keys[j, d], D) / temperature

    def share(i):
        return exp(similarity(i, i)) / total(lambda j: exp(similarity(i, j)), N)

    return -mean(lambda i: log(share(i)))


@loss(reference="radford-et-al-2021")
def clip_contrastive(first: Real[N, D], second: Real[N, D], *, temperature: Positive = 0.07):
    """Each row of the one is to be most like the same row of the other, and the other way round: the mean of both."""

    def similarity(i, j):
        return total(lambda d: first[i, d] * second[j, d], D) / temperature

    def share(i, others):
        return exp(similarity(i, i)) / total(lambda j: exp(others(i, j)), N)

    def both(i):
        return log(share(i, similarity)) + log(share(i, lambda i, j: similarity(j, i)))

    return -mean(both) / 2


@loss(reference="sohn-2016")
def n_pair(queries: Real[N, D], keys: Real[N, D]):
    """How much more each query is like the keys of other rows than like that of its own."""

    def similarity(i, j):
        return total(lambda d: queries[i, d] * keys[j, d], D)

    def others(i):
        return total(lambda j: Piecewise((0, Eq(i, j)), (exp(similarity(i, j) - similarity(i, i)), True)), N)

    return mean(lambda i: log(1 + others(i)))


@loss(reference="khosla-et-al-2020")
def supervised_contrastive(embeddings: Real[N, D], labels: Count[N], *, temperature: Positive = 0.1):
    """Each sample is to be most like those with its own label: the mean cross-entropy of that, 0 without any other."""

    def similarity(i, j):
        return total(lambda d: embeddings[i, d] * embeddings[j, d], D) / temperature

    def alike(i, j):
        return Piecewise((1, And(Eq(labels[i], labels[j]), Ne(i, j))), (0, True))

    def share(i, j):
        return exp(similarity(i, j)) / total(lambda k: Piecewise((0, Eq(i, k)), (exp(similarity(i, k)), True)), N)

    def sample(i):
        return total(lambda j: alike(i, j) * log(share(i, j)), N) / Max(1, total(lambda j: alike(i, j), N))

    return -mean(sample)


@loss(reference="wang-et-al-2019")
def multi_similarity(
    prediction: Cosine[N], labels: Binary[N], *, alpha: Positive = 2, beta: Positive = 50, base: Real = 0.5
):
    """The similarities of a sample to those with its label are to be above `base`, to others below it."""
    short = total(lambda j: labels[j] * exp(-alpha * (prediction[j] - base)), N)
    excess = total(lambda j: (1 - labels[j]) * exp(beta * (prediction[j] - base)), N)
    return log(1 + short) / alpha + log(1 + excess) / beta


@loss(reference="sun-et-al-2020")
def circle(prediction: Cosine[N], labels: Binary[N], *, margin: Interval(0, 1) = 0.25, scale: Positive = 256):
    """The similarities of a sample to those with its label are to be above those to others, each by its own pace.

    A similarity counts the more the farther it is from its optimum: 1 + `margin` with its label, -`margin` else.
    """
    short = total(
        lambda j: labels[j] * exp(-scale * Max(0, 1 + margin - prediction[j]) * (prediction[j] - 1 + margin)), N
    )
    excess = total(
        lambda j: (1 - labels[j]) * exp(scale * Max(0, prediction[j] + margin) * (prediction[j] - margin)), N
    )
    return log(1 + short * excess)


def with_margin(right, prediction, labels, scale):
    """Cross-entropy of a class under softmax(scale * prediction), where the similarity of that class is `right`."""
    others = total(lambda k: Piecewise((0, Eq(k, labels)), (exp(scale * prediction[k]), True)), K)
    return -log(exp(scale * right) / (exp(scale * right) + others))


@loss(reference="deng-et-al-2019")
def arcface(prediction: Cosine[K], labels: Label[K], *, margin: NonNegative = 0.5, scale: Positive = 64):
    """Cross-entropy of a class by the cosines to all of them, the angle to the right one made `margin` larger."""
    return with_margin(cos(acos(prediction[labels]) + margin), prediction, labels, scale)


@loss(reference="wang-et-al-2018")
def cosface(prediction: Cosine[K], labels: Label[K], *, margin: NonNegative = 0.35, scale: Positive = 64):
    """Cross-entropy of a class by the cosines to all of them, that to the right one made `margin` smaller."""
    return with_margin(prediction[labels] - margin, prediction, labels, scale)
