"""The truth about losses over axes: an argument over one axis is a sequence, over two a sequence of such.

A class is an `int`, which is how the oracle knows that it is one.
"""

from __future__ import annotations

from jets import Jet, constant, exp, expm1, log, positive_part, softplus, squared, to_the_power
from jets_over_axes import Matrix, Vector, cosine, distance, dot, greatest, mean, miss, one_less_cosine, total


def softmax_cross_entropy(logits: Vector, labels: Vector) -> Jet:
    return total(labels[k] * miss(logits, k) for k in range(len(logits)))


def sparse_softmax_cross_entropy(logits: Vector, labels: int) -> Jet:
    return miss(logits, labels)


def smoothed_sparse_softmax_cross_entropy(logits: Vector, labels: int, label_smoothing: Jet) -> Jet:
    even = mean(miss(logits, k) for k in range(len(logits)))
    return (1 - label_smoothing) * miss(logits, labels) + label_smoothing * even


def weighted_sparse_softmax_cross_entropy(logits: Vector, labels: int, class_weights: Vector) -> Jet:
    return class_weights[labels] * miss(logits, labels)


def categorical_cross_entropy(prediction: Vector, labels: Vector) -> Jet:
    return -total(labels[k] * log(prediction[k]) for k in range(len(prediction)))


def sparse_categorical_cross_entropy(prediction: Vector, labels: int) -> Jet:
    return -log(prediction[labels])


def categorical_nll(log_probabilities: Vector, labels: int) -> Jet:
    return -log_probabilities[labels]


def softmax_focal_cross_entropy(logits: Vector, labels: int, gamma: Jet) -> Jet:
    short = miss(logits, labels)
    return to_the_power(-expm1(-short), gamma) * short


def softmax_generalized_cross_entropy(logits: Vector, labels: int, q: Jet) -> Jet:
    return -expm1(-(q * miss(logits, labels))) / q


def poly1_cross_entropy(logits: Vector, labels: int, epsilon: Jet) -> Jet:
    short = miss(logits, labels)
    return short - epsilon * expm1(-short)


def z_loss(logits: Vector) -> Jet:
    return squared(logits[0] + miss(logits, 0))


def softmax_entropy(logits: Vector) -> Jet:
    misses = [miss(logits, k) for k in range(len(logits))]
    return total(exp(-each) * each for each in misses)


def multilabel_soft_margin(logits: Vector, labels: Vector) -> Jet:
    return mean(z * softplus(-x) + (1 - z) * softplus(x) for x, z in zip(logits, labels, strict=True))


def kl_divergence(prediction: Vector, target: Vector) -> Jet:
    return total(y * log(y / p) for p, y in zip(prediction, target, strict=True))


def jensen_shannon(prediction: Vector, target: Vector) -> Jet:
    means = [(p + y) * constant(0.5) for p, y in zip(prediction, target, strict=True)]
    return (kl_divergence(means, prediction) + kl_divergence(means, target)) * constant(0.5)


def distillation(logits: Vector, target: Vector, temperature: Jet) -> Jet:
    student, teacher = ([x / temperature for x in each] for each in (logits, target))
    return squared(temperature) * total(
        exp(-miss(teacher, k)) * (miss(student, k) - miss(teacher, k)) for k in range(len(logits))
    )


def crammer_singer(scores: Vector, labels: int) -> Jet:
    others = [x - scores[labels] + 1 for k, x in enumerate(scores) if k != labels]
    return greatest([constant(0), *others])


def multi_margin(scores: Vector, labels: int, margin: Jet) -> Jet:
    others = [positive_part(margin - scores[labels] + x) for k, x in enumerate(scores) if k != labels]
    return total(others) / len(scores)


def categorical_hinge(prediction: Vector, labels: Vector) -> Jet:
    wrong = greatest([(1 - z) * x for x, z in zip(prediction, labels, strict=True)])
    return positive_part(wrong - dot(prediction, labels) + 1)


def cosine_distance(prediction: Vector, target: Vector) -> Jet:
    return one_less_cosine(prediction, target)


def cosine_embedding(first: Vector, second: Vector, labels: Jet, margin: Jet) -> Jet:
    return one_less_cosine(first, second) if labels.at == 1 else positive_part(cosine(first, second) - margin)


def triplet_margin(anchor: Vector, positive: Vector, negative: Vector, margin: Jet) -> Jet:
    return positive_part(distance(anchor, positive) - distance(anchor, negative) + margin)


def triplet_margin_swap(anchor: Vector, positive: Vector, negative: Vector, margin: Jet) -> Jet:
    first, second = distance(anchor, negative), distance(positive, negative)
    return positive_part(distance(anchor, positive) - first + positive_part(first - second) + margin)


def contrastive_embedding(first: Vector, second: Vector, labels: Jet, margin: Jet) -> Jet:
    if labels.at == 1:
        return total(squared(x - y) for x, y in zip(first, second, strict=True))
    return squared(positive_part(margin - distance(first, second)))


def classification_error(scores: Vector, labels: int) -> Jet:
    return constant(0 if scores[labels].at == max(x.at for x in scores) else 1)


def info_nce(queries: Matrix, keys: Matrix, temperature: Jet) -> Jet:
    rows = [[dot(query, key) / temperature for key in keys] for query in queries]
    return mean(miss(row, place) for place, row in enumerate(rows))


def dice(prediction: Vector, target: Vector, smooth: Jet) -> Jet:
    both = total(prediction) + total(target)
    return (both - 2 * dot(prediction, target)) / (both + smooth)


def jaccard(prediction: Vector, target: Vector, smooth: Jet) -> Jet:
    shared = dot(prediction, target)
    either = total(prediction) + total(target) - shared
    return (either - shared) / (either + smooth)


def tversky(prediction: Vector, target: Vector, alpha: Jet, beta: Jet, smooth: Jet) -> Jet:
    shared = dot(prediction, target)
    false = alpha * (total(prediction) - shared) + beta * (total(target) - shared)
    return false / (shared + false + smooth)
