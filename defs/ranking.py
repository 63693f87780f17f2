"""Losses of lists: their items are to be in the order of their labels."""

from sympy import Max, Piecewise, exp, log

from symloss.codegen.language import Axis, Binary, NonNegative, Real, loss, total

L = Axis("L", "items")


def softmax(scores, i, counts=lambda _: 1):
    return exp(scores[i]) / total(lambda j: counts(j) * exp(scores[j]), L)


@loss(reference="cao-et-al-2007")
def listnet(scores: Real[L], labels: Real[L]):
    """Cross-entropy of which item comes first, by the labels, under which one does by the scores."""
    return -total(lambda i: softmax(labels, i) * log(softmax(scores, i)), L)


@loss(reference="bruch-et-al-2019")
def ranking_softmax(scores: Real[L], labels: NonNegative[L], *, valid: Binary[L] = 1):
    """Cross-entropy of the labels under softmax(scores) of the items that are `valid`."""
    return -total(lambda i: valid[i] * labels[i] * log(softmax(scores, i, lambda j: valid[j])), L)


def over_pairs(short, labels, valid):
    """The sum over all pairs of valid items of which the first has the larger label."""

    def of_pair(i, j):
        return Piecewise((valid[i] * valid[j] * short(i, j), labels[i] > labels[j]), (0, True))

    return total(lambda i: total(lambda j: of_pair(i, j), L), L)


@loss(reference="burges-et-al-2005")
def pairwise_logistic(scores: Real[L], labels: Real[L], *, valid: Binary[L] = 1):
    """For each pair of items that are `valid`, how unlikely their order is by the difference of their scores."""
    return over_pairs(lambda i, j: log(1 + exp(scores[j] - scores[i])), labels, valid)


@loss(reference="herbrich-graepel-obermayer-2000")
def pairwise_hinge(scores: Real[L], labels: Real[L], *, valid: Binary[L] = 1):
    """For each pair of items that are `valid`, how far the difference of their scores falls short of 1."""
    return over_pairs(lambda i, j: Max(0, 1 + scores[j] - scores[i]), labels, valid)
