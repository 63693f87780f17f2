"""Factors taken into a sum: v*(log(y) + max(g*(t/v), 0)) is v*log(y) + max(g*t, 0), and t/v need not be in range.

Rules do the same one factor and one sum at a time, and most of the forms on the way are out of range as before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from symloss.codegen.bounds import Ranges
from symloss.codegen.products import ratio
from symloss.codegen.term import Term, apply, total

__all__ = ["distributed"]

CHOICES = frozenset({"max", "min", "abs"})  # into which a factor goes that is not negative

Powers = Mapping[Term, int]


def distributed(node: Term, lost: Collection[Term], ranges: Ranges) -> Term:
    """A product or quotient with its factors taken into those sums and choices among them that are `lost`."""
    return _times({}, node, lost, ranges) if node.operation in ("mul", "div") and _open(node, lost) else node


def _open(node: Term, lost: Collection[Term]) -> bool:
    """Whether there is a sum or a choice above the line into which factors are to be taken."""
    if node not in lost:
        return False
    if node.operation == "mul":
        return any(_open(part, lost) for part in node.arguments)
    if node.operation in ("div", "neg"):
        return _open(node.arguments[0], lost)
    return node.operation in CHOICES or node.operation in ("add", "select")


def _times(factors: Powers, node: Term, lost: Collection[Term], ranges: Ranges) -> Term:
    """The product of both, the factors as deep in the node as they go."""
    if node.operation == "neg":
        return -_times(factors, node.arguments[0], lost, ranges)
    if not _open(node, lost) or (node.operation in CHOICES and not ranges(_written(factors)).nonnegative):
        return _written(_with(factors, node))
    if node.operation == "mul":
        whole = next(part for part in node.arguments if _open(part, lost))
        rest = list(node.arguments)
        rest.remove(whole)
        return _times(_with(factors, *rest), whole, lost, ranges)
    if node.operation == "div":
        return _times(_with(factors, node.arguments[1], power=-1), node.arguments[0], lost, ranges)
    if node.operation == "select":
        condition, *branches = node.arguments
        return apply("select", condition, *(_times(factors, branch, lost, ranges) for branch in branches))
    parts = [_times(factors, part, lost, ranges) for part in node.arguments]
    return total(parts) if node.operation == "add" else apply(node.operation, *parts)


def _with(factors: Powers, *parts: Term, power: int = 1) -> Powers:
    """The product of `factors` and a power of each of `parts`; what is on both sides of the line is gone."""
    found = dict(factors)
    for part in parts:
        if part.operation == "mul":
            found = dict(_with(found, *part.arguments, power=power))
        elif part.operation == "div":
            above, below = part.arguments
            found = dict(_with(_with(found, above, power=power), below, power=-power))
        else:
            found[part] = found.get(part, 0) + power
    return found


def _written(factors: Powers) -> Term:
    above, below = ([f for f, n in factors.items() for _ in range(side * n)] for side in (1, -1))
    return ratio(above, below)
