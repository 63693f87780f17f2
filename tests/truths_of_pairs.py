"""The truth about losses over axes that compare samples, items or classes with one another."""

from __future__ import annotations

from collections.abc import Iterator

from jets import Jet, constant, cos, exp, expm1, lgamma, log, log1p, positive_part, sin, softplus, sqrt, squared
from jets_over_axes import Matrix, Vector, dot, greatest, mean, miss, total
from mpmath import mp


def multilabel_margin(scores: Vector, labels: Vector) -> Jet:
    classes = range(len(scores))
    pairs = ((right, wrong) for right in classes if labels[right].at for wrong in classes if not labels[wrong].at)
    return total(positive_part(1 - scores[right] + scores[wrong]) for right, wrong in pairs) / len(scores)


def kl_divergence_of_logs(prediction: Vector, target: Vector) -> Jet:
    return total(exp(y) * (y - p) for p, y in zip(prediction, target, strict=True))


def gaussian_kl(mean: Vector, log_variance: Vector) -> Jet:
    return total(squared(m) + expm1(v) - v for m, v in zip(mean, log_variance, strict=True)) / 2


def gaussian_mixture_nll(logits: Vector, means: Vector, log_scales: Vector, target: Jet) -> Jet:
    logs = [
        -miss(logits, k) - squared((target - means[k]) * exp(-log_scales[k])) / 2 - log_scales[k]
        for k in range(len(logits))
    ]
    ahead = greatest(logs)
    return constant(mp.log(2 * mp.pi) / 2) - ahead - log(total(exp(x - ahead) for x in logs))


def dirichlet_nll(concentration: Vector, target: Vector) -> Jet:
    normalizer = total(map(lgamma, concentration)) - lgamma(total(concentration))
    return normalizer - total((a - 1) * log(y) for a, y in zip(concentration, target, strict=True))


def cox(prediction: Vector, target: Vector, event: Vector) -> Jet:
    def of_subject(i: int) -> Jet:
        return _miss_among(prediction, i, [j for j, time in enumerate(target) if time.at >= target[i].at])

    return total(event[i] * of_subject(i) for i in range(len(prediction)))


def listnet(scores: Vector, labels: Vector) -> Jet:
    return total(exp(-miss(labels, i)) * miss(scores, i) for i in range(len(scores)))


def ranking_softmax(scores: Vector, labels: Vector, valid: Vector) -> Jet:
    counted = [i for i, counts in enumerate(valid) if counts.at]
    return total(labels[i] * _miss_among(scores, i, counted) for i in counted)


def pairwise_logistic(scores: Vector, labels: Vector, valid: Vector) -> Jet:
    return total(softplus(-ahead) for ahead in _leads(scores, labels, valid))


def pairwise_hinge(scores: Vector, labels: Vector, valid: Vector) -> Jet:
    return total(positive_part(1 - ahead) for ahead in _leads(scores, labels, valid))


def generalized_dice(prediction: Matrix, target: Matrix, smooth: Jet) -> Jet:
    weights = [constant(1) / (squared(total(mask)) + smooth) for mask in target]
    covered = [total(row) + total(mask) for row, mask in zip(prediction, target, strict=True)]
    shared = [2 * dot(row, mask) for row, mask in zip(prediction, target, strict=True)]
    missed = total(w * (c - s) for w, c, s in zip(weights, covered, shared, strict=True))
    return missed / (dot(weights, covered) + smooth)


def clip_contrastive(first: Matrix, second: Matrix, temperature: Jet) -> Jet:
    rows = [[dot(x, y) / temperature for y in second] for x in first]
    columns = list(zip(*rows, strict=True))
    return mean((miss(rows[i], i) + miss(columns[i], i)) / 2 for i in range(len(rows)))


def n_pair(queries: Matrix, keys: Matrix) -> Jet:
    return mean(miss([dot(query, key) for key in keys], i) for i, query in enumerate(queries))


def supervised_contrastive(embeddings: Matrix, labels: Vector, temperature: Jet) -> Jet:
    def of_sample(i: int) -> Jet:
        row = [dot(embeddings[i], other) / temperature for other in embeddings]
        others = [j for j in range(len(row)) if j != i]
        alike = [j for j in others if labels[j].at == labels[i].at]
        return mean(_miss_among(row, j, others) for j in alike) if alike else constant(0)

    return mean(of_sample(i) for i in range(len(embeddings)))


def multi_similarity(prediction: Vector, labels: Vector, alpha: Jet, beta: Jet, base: Jet) -> Jet:
    above = [(x - base, z) for x, z in zip(prediction, labels, strict=True)]
    short = total(exp(-(alpha * x)) for x, z in above if z.at)
    excess = total(exp(beta * x) for x, z in above if not z.at)
    return log1p(short) / alpha + log1p(excess) / beta


def circle(prediction: Vector, labels: Vector, margin: Jet, scale: Jet) -> Jet:
    pairs = list(zip(prediction, labels, strict=True))
    short = total(exp(-(scale * positive_part(1 + margin - x) * (x - 1 + margin))) for x, z in pairs if z.at)
    excess = total(exp(scale * positive_part(x + margin) * (x - margin)) for x, z in pairs if not z.at)
    return log1p(short * excess)


def arcface(prediction: Vector, labels: int, margin: Jet, scale: Jet) -> Jet:
    cosine = prediction[labels]
    turned = cosine * cos(margin) - sqrt(1 - squared(cosine)) * sin(margin)
    return miss([scale * (turned if k == labels else x) for k, x in enumerate(prediction)], labels)


def cosface(prediction: Vector, labels: int, margin: Jet, scale: Jet) -> Jet:
    return miss([scale * (x - margin if k == labels else x) for k, x in enumerate(prediction)], labels)


def _miss_among(logits: Vector, label: int, counted: list[int]) -> Jet:
    """What the logarithm of a class's share lacks where only the classes `counted` share."""
    return miss([logits[k] for k in counted], counted.index(label))


def _leads(scores: Vector, labels: Vector, valid: Vector) -> Iterator[Jet]:
    """The lead of each valid item over each with a smaller label."""
    counted = [i for i, counts in enumerate(valid) if counts.at]
    return (scores[i] - scores[j] for i in counted for j in counted if labels[i].at > labels[j].at)
