"""The truth about losses over axes: an argument over one axis is a sequence, over two a sequence of such.

A class is an `int`, which is how the oracle knows that it is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from jets import Jet, constant, exp, expm1, log, log1p, positive_part, softplus, sqrt, squared, to_the_power

Vector = Sequence[Jet]
Matrix = Sequence[Vector]


def softmax_cross_entropy(logits: Vector, labels: Vector) -> Jet:
    return _sum(labels[k] * _miss(logits, k) for k in range(len(logits)))


def sparse_softmax_cross_entropy(logits: Vector, labels: int) -> Jet:
    return _miss(logits, labels)


def smoothed_sparse_softmax_cross_entropy(logits: Vector, labels: int, label_smoothing: Jet) -> Jet:
    even = _mean(_miss(logits, k) for k in range(len(logits)))
    return (1 - label_smoothing) * _miss(logits, labels) + label_smoothing * even


def weighted_sparse_softmax_cross_entropy(logits: Vector, labels: int, class_weights: Vector) -> Jet:
    return class_weights[labels] * _miss(logits, labels)


def categorical_cross_entropy(prediction: Vector, labels: Vector) -> Jet:
    return -_sum(labels[k] * log(prediction[k]) for k in range(len(prediction)))


def sparse_categorical_cross_entropy(prediction: Vector, labels: int) -> Jet:
    return -log(prediction[labels])


def categorical_nll(log_probabilities: Vector, labels: int) -> Jet:
    return -log_probabilities[labels]


def softmax_focal_cross_entropy(logits: Vector, labels: int, gamma: Jet) -> Jet:
    miss = _miss(logits, labels)
    return to_the_power(-expm1(-miss), gamma) * miss


def softmax_generalized_cross_entropy(logits: Vector, labels: int, q: Jet) -> Jet:
    return -expm1(-(q * _miss(logits, labels))) / q


def poly1_cross_entropy(logits: Vector, labels: int, epsilon: Jet) -> Jet:
    miss = _miss(logits, labels)
    return miss - epsilon * expm1(-miss)


def z_loss(logits: Vector) -> Jet:
    return squared(logits[0] + _miss(logits, 0))


def softmax_entropy(logits: Vector) -> Jet:
    misses = [_miss(logits, k) for k in range(len(logits))]
    return _sum(exp(-miss) * miss for miss in misses)


def multilabel_soft_margin(logits: Vector, labels: Vector) -> Jet:
    return _mean(z * softplus(-x) + (1 - z) * softplus(x) for x, z in zip(logits, labels, strict=True))


def kl_divergence(prediction: Vector, target: Vector) -> Jet:
    return _sum(y * log(y / p) for p, y in zip(prediction, target, strict=True))


def jensen_shannon(prediction: Vector, target: Vector) -> Jet:
    means = [(p + y) * constant(0.5) for p, y in zip(prediction, target, strict=True)]
    return (kl_divergence(means, prediction) + kl_divergence(means, target)) * constant(0.5)


def distillation(logits: Vector, target: Vector, temperature: Jet) -> Jet:
    student, teacher = ([x / temperature for x in each] for each in (logits, target))
    return squared(temperature) * _sum(
        exp(-_miss(teacher, k)) * (_miss(student, k) - _miss(teacher, k)) for k in range(len(logits))
    )


def crammer_singer(scores: Vector, labels: int) -> Jet:
    others = [x - scores[labels] + 1 for k, x in enumerate(scores) if k != labels]
    return _greatest([constant(0), *others])


def multi_margin(scores: Vector, labels: int, margin: Jet) -> Jet:
    others = [positive_part(margin - scores[labels] + x) for k, x in enumerate(scores) if k != labels]
    return _sum(others) / len(scores)


def categorical_hinge(prediction: Vector, labels: Vector) -> Jet:
    wrong = _greatest([(1 - z) * x for x, z in zip(prediction, labels, strict=True)])
    return positive_part(wrong - _dot(prediction, labels) + 1)


def cosine_distance(prediction: Vector, target: Vector) -> Jet:
    return _one_less_cosine(prediction, target)


def cosine_embedding(first: Vector, second: Vector, labels: Jet, margin: Jet) -> Jet:
    return _one_less_cosine(first, second) if labels.at == 1 else positive_part(_cosine(first, second) - margin)


def triplet_margin(anchor: Vector, positive: Vector, negative: Vector, margin: Jet) -> Jet:
    return positive_part(_distance(anchor, positive) - _distance(anchor, negative) + margin)


def info_nce(queries: Matrix, keys: Matrix, temperature: Jet) -> Jet:
    rows = [[_dot(query, key) / temperature for key in keys] for query in queries]
    return _mean(_miss(row, place) for place, row in enumerate(rows))


def dice(prediction: Vector, target: Vector, smooth: Jet) -> Jet:
    both = _sum(prediction) + _sum(target)
    return (both - 2 * _dot(prediction, target)) / (both + smooth)


def jaccard(prediction: Vector, target: Vector, smooth: Jet) -> Jet:
    shared = _dot(prediction, target)
    either = _sum(prediction) + _sum(target) - shared
    return (either - shared) / (either + smooth)


def tversky(prediction: Vector, target: Vector, alpha: Jet, beta: Jet, smooth: Jet) -> Jet:
    shared = _dot(prediction, target)
    false = alpha * (_sum(prediction) - shared) + beta * (_sum(target) - shared)
    return false / (shared + false + smooth)


def _sum(parts: Iterable[Jet]) -> Jet:
    return sum(parts, constant(0))


def _mean(parts: Iterable[Jet]) -> Jet:
    every = list(parts)
    return _sum(every) / len(every)


def _greatest(parts: Sequence[Jet]) -> Jet:
    """At a tie the mean of the largest, derivatives too."""
    height = max(part.at for part in parts)
    return _mean(part for part in parts if part.at == height)


def _miss(logits: Vector, label: int) -> Jet:
    """What the logarithm of a class's share lacks: log of 1 and the others' exponentials beside its own."""
    gaps = [x - logits[label] for k, x in enumerate(logits) if k != label]
    if not gaps or max(gap.at for gap in gaps) <= 0:
        return log1p(_sum(map(exp, gaps)))
    ahead = max(gaps, key=lambda gap: gap.at)
    return ahead + log(_sum([exp(-ahead), *(exp(gap - ahead) for gap in gaps)]))


def _dot(x: Vector, y: Vector) -> Jet:
    return _sum(a * b for a, b in zip(x, y, strict=True))


def _lengths(x: Vector, y: Vector) -> Jet:
    """The product of the lengths of two vectors."""
    return sqrt(_dot(x, x) * _dot(y, y))


def _cosine(x: Vector, y: Vector) -> Jet:
    """A vector of zeros has no direction: its cosine counts as 0 everywhere."""
    lengths = _lengths(x, y)
    return _dot(x, y) / lengths if lengths.at else constant(0)


def _one_less_cosine(x: Vector, y: Vector) -> Jet:
    """Of vectors that nearly point the same way from the areas between them: Lagrange's identity."""
    lengths, common = _lengths(x, y), _dot(x, y)
    if not lengths.at or common.at <= 0:
        return 1 - _cosine(x, y)
    areas = _sum(squared(x[i] * y[j] - x[j] * y[i]) for i, j in combinations(range(len(x)), 2))
    return areas / (lengths * (lengths + common))


def _distance(x: Vector, y: Vector) -> Jet:
    """Of a point from itself it has derivative 0: the squares stand still, and an exact 0 times anything is 0."""
    return sqrt(_sum(squared(a - b) for a, b in zip(x, y, strict=True)))
