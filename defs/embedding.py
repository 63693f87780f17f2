"""Losses of vectors: their distances, their angles, and their likeness among those of a batch."""

from sympy import Eq, Max, Piecewise, exp, log, sqrt

from symloss.codegen.language import Axis, Interval, NonNegative, Positive, Real, Sign, loss, total

D, N = Axis("D", "coordinates"), Axis("N", "samples")


def dot(x, y):
    return total(lambda d: x[d] * y[d], D)


def cosine(x, y):
    return dot(x, y) / sqrt(dot(x, x) * dot(y, y))


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


@loss(reference="van-den-oord-et-al-2018")
def info_nce(queries: Real[N, D], keys: Real[N, D], *, temperature: Positive = 0.1):
    """Each query is to be most like the key of its own row: the mean cross-entropy of that."""

    def similarity(i, j):
        return total(lambda d: queries[i, d] * keys[j, d], D) / temperature

    def share(i):
        return exp(similarity(i, i)) / total(lambda j: exp(similarity(i, j)), N)

    return -total(lambda i: log(share(i)), N) / total(lambda _: 1, N)
