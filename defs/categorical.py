"""Losses for one of several classes: on logits, on log-probabilities and on probabilities."""

from sympy import exp, log

from symloss.codegen.language import Axis, Interval, Label, NonNegative, Real, Simplex, Unit, loss, total

K = Axis("K", "classes")
Power = Interval(0, 1, closed="right")


def softmax(logits, k):
    return exp(logits[k]) / total(lambda j: exp(logits[j]), K)


def mean(body):
    return total(body, K) / total(lambda _: 1, K)


@loss(reference="bridle-1990")
def softmax_cross_entropy(logits: Real[K], labels: Simplex[K]):
    """Cross-entropy of the distribution `labels` under softmax(logits)."""
    return -total(lambda k: labels[k] * log(softmax(logits, k)), K)


@loss(reference="bridle-1990")
def sparse_softmax_cross_entropy(logits: Real[K], labels: Label[K]):
    """Cross-entropy of the class `labels` under softmax(logits)."""
    return -log(softmax(logits, labels))


@loss(reference="szegedy-et-al-2016")
def smoothed_sparse_softmax_cross_entropy(logits: Real[K], labels: Label[K], *, label_smoothing: Unit = 0.1):
    """Cross-entropy of a class under softmax(logits), of which `label_smoothing` is shared evenly by all."""
    certain, even = -log(softmax(logits, labels)), -mean(lambda k: log(softmax(logits, k)))
    return (1 - label_smoothing) * certain + label_smoothing * even


@loss(reference="king-zeng-2001")
def weighted_sparse_softmax_cross_entropy(logits: Real[K], labels: Label[K], *, class_weights: NonNegative[K] = 1):
    """Cross-entropy of the class `labels` under softmax(logits), each class with a weight of its own."""
    return -class_weights[labels] * log(softmax(logits, labels))


@loss(reference="good-1952")
def categorical_cross_entropy(prediction: Unit[K], labels: Simplex[K]):
    """Cross-entropy of the distribution `labels` under the probabilities `prediction`."""
    return -total(lambda k: labels[k] * log(prediction[k]), K)


@loss(reference="good-1952")
def sparse_categorical_cross_entropy(prediction: Unit[K], labels: Label[K]):
    """Cross-entropy of the class `labels` under the probabilities `prediction`."""
    return -log(prediction[labels])


@loss(reference="good-1952")
def categorical_nll(log_probabilities: Real[K], labels: Label[K]):
    """Negative log-likelihood of the class `labels` of which the logarithms of the probabilities are given."""
    return -log_probabilities[labels]


@loss(reference="lin-et-al-2017")
def softmax_focal_cross_entropy(logits: Real[K], labels: Label[K], *, gamma: NonNegative.typically(5) = 2):
    """Cross-entropy of a class that counts an example the less, the better it is classified already."""
    p = softmax(logits, labels)
    return -((1 - p) ** gamma) * log(p)


@loss(reference="zhang-sabuncu-2018")
def softmax_generalized_cross_entropy(logits: Real[K], labels: Label[K], *, q: Power = 0.7):
    """Between the cross-entropy of a class (`q` near 0) and its absolute error (`q` of 1)."""
    return (1 - softmax(logits, labels) ** q) / q


@loss(reference="leng-et-al-2022")
def poly1_cross_entropy(logits: Real[K], labels: Label[K], *, epsilon: Real = 1):
    """Cross-entropy of a class with another weight for the first term of its series."""
    p = softmax(logits, labels)
    return -log(p) + epsilon * (1 - p)


@loss(reference="chowdhery-et-al-2022")
def z_loss(logits: Real[K]):
    """The square of the logarithm of what a softmax divides by."""
    return log(total(lambda k: exp(logits[k]), K)) ** 2


@loss(reference="shannon-1948")
def softmax_entropy(logits: Real[K]):
    """The entropy of softmax(logits)."""
    return -total(lambda k: softmax(logits, k) * log(softmax(logits, k)), K)


@loss(reference="friedman-hastie-tibshirani-2000")
def multilabel_soft_margin(logits: Real[K], labels: Unit[K]):
    """The mean over the classes of the cross-entropies of their labels."""

    def p(k):
        return 1 / (1 + exp(-logits[k]))

    return -mean(lambda k: labels[k] * log(p(k)) + (1 - labels[k]) * log(1 - p(k)))
