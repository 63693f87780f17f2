"""Sums, means, lengths and shares of classes over sequences of jets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from jets import Jet, constant, exp, log, log1p, sqrt, squared

Vector = Sequence[Jet]
Matrix = Sequence[Vector]


def total(parts: Iterable[Jet]) -> Jet:
    return sum(parts, constant(0))


def mean(parts: Iterable[Jet]) -> Jet:
    every = list(parts)
    return total(every) / len(every)


def greatest(parts: Sequence[Jet]) -> Jet:
    """At a tie the mean of the largest, derivatives too."""
    height = max(part.at for part in parts)
    return mean(part for part in parts if part.at == height)


def miss(logits: Vector, label: int) -> Jet:
    """What the logarithm of a class's share lacks: log of 1 and the others' exponentials beside its own."""
    gaps = [x - logits[label] for k, x in enumerate(logits) if k != label]
    if not gaps or max(gap.at for gap in gaps) <= 0:
        return log1p(total(map(exp, gaps)))
    ahead = max(gaps, key=lambda gap: gap.at)
    return ahead + log(total([exp(-ahead), *(exp(gap - ahead) for gap in gaps)]))


def dot(x: Vector, y: Vector) -> Jet:
    return total(a * b for a, b in zip(x, y, strict=True))


def lengths(x: Vector, y: Vector) -> Jet:
    """The product of the lengths of two vectors."""
    return sqrt(dot(x, x) * dot(y, y))


def cosine(x: Vector, y: Vector) -> Jet:
    """A vector of zeros has no direction: its cosine counts as 0 everywhere."""
    product = lengths(x, y)
    return dot(x, y) / product if product.at else constant(0)


def one_less_cosine(x: Vector, y: Vector) -> Jet:
    """Of vectors that nearly point the same way from the areas between them: Lagrange's identity."""
    product, common = lengths(x, y), dot(x, y)
    if not product.at or common.at <= 0:
        return 1 - cosine(x, y)
    areas = total(squared(x[i] * y[j] - x[j] * y[i]) for i, j in combinations(range(len(x)), 2))
    return areas / (product * (product + common))


def distance(x: Vector, y: Vector) -> Jet:
    """Of a point from itself it has derivative 0: the squares stand still, and an exact 0 times anything is 0."""
    return sqrt(total(squared(a - b) for a, b in zip(x, y, strict=True)))
