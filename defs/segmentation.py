"""Losses of masks: how far two of them cover each other."""

from symloss.codegen.language import Axis, NonNegative, Positive, Unit, loss, total

K, P = Axis("K", "classes"), Axis("P", "pixels")


def common(x, y):
    return total(lambda p: x[p] * y[p], P)


def area(x):
    return total(lambda p: x[p], P)


@loss(reference="dice-1945")
def dice(prediction: Unit[P], target: Unit[P], *, smooth: Positive = 1):
    """One less twice what two masks share over what they cover together."""
    return 1 - (2 * common(prediction, target) + smooth) / (area(prediction) + area(target) + smooth)


@loss(reference="jaccard-1912")
def jaccard(prediction: Unit[P], target: Unit[P], *, smooth: Positive = 1):
    """One less what two masks share over what either covers."""
    shared = common(prediction, target)
    return 1 - (shared + smooth) / (area(prediction) + area(target) - shared + smooth)


@loss(reference="salehi-et-al-2017")
def tversky(
    prediction: Unit[P], target: Unit[P], *, alpha: NonNegative = 0.5, beta: NonNegative = 0.5, smooth: Positive = 1
):
    """One less what two masks share over that, `alpha` of the false positives and `beta` of the false negatives."""
    shared = common(prediction, target)
    false = alpha * (area(prediction) - shared) + beta * (area(target) - shared)
    return 1 - (shared + smooth) / (shared + false + smooth)


@loss(reference="sudre-et-al-2017")
def generalized_dice(prediction: Unit[K, P], target: Unit[K, P], *, smooth: Positive = 1e-6):
    """One less twice what the masks of all classes share over what they cover, small classes weighing more.

    A class weighs the inverse square of the area of its target.
    """

    def weight(k):
        return 1 / (total(lambda p: target[k, p], P) ** 2 + smooth)

    def weighted(of_pixel):
        return total(lambda k: weight(k) * total(lambda p: of_pixel(prediction[k, p], target[k, p]), P), K)

    return 1 - (2 * weighted(lambda x, y: x * y) + smooth) / (weighted(lambda x, y: x + y) + smooth)
