"""Series branches: near a removable cancellation, ``polynomial if abs(t - c) <= r else direct form``.

No identity helps exp(x) - 1 - x at 1e-9, of which every direct form has lost all digits.  Here the parts of a form that
depend on one argument t alone, a variable or a subterm such as x - y, are looked at around a few rational points c.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor, log2

import numpy as np

from symloss.codegen.cancellations import losses, zeros_of_sums
from symloss.codegen.differentiate import NoDerivativeError, derivative
from symloss.codegen.exact import balls, evaluate
from symloss.codegen.model import Model
from symloss.codegen.notation import show
from symloss.codegen.products import scaled
from symloss.codegen.rational import FIELD
from symloss.codegen.remainder import Approximation, Lengths, Neighbourhood
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.takeout import UNKNOWN, collected, gathered, parts_of
from symloss.codegen.term import ONE, ZERO, Term, apply, number, product, substitute, walk

__all__ = ["Branch", "series_branches"]

CENTERS = tuple(Fraction(n, 2) for n in (0, 2, -2, 1, -1, 4, -4))  # besides the zeros of linear sums
RADII = tuple(Fraction(2) ** n for n in range(-5, 3))
HIDING = frozenset({"add", "mul", "div"})
LONGEST = 26  # coefficients that are not 0
WIDEST = 60  # nodes of a part that is expanded; of those that helped none had more than 20, and each takes its time
ENOUGH = 4.0  # ulps that the direct form may have lost at the radius
AROUND = 12  # points beyond the radius, on either side, at which that is measured


@dataclass(frozen=True)
class Branch:
    """A whole term in which parts have a series branch, and how near to an identity that is."""

    term: Term
    condition: str


@dataclass(frozen=True)
class _Place:
    """The point `center` of the subterm `argument`; `parts` are the nodes that vary with it alone, in the unknown."""

    argument: Term
    center: Fraction
    parts: Mapping[Term, Term]


def series_branches(term: Term, rewriter: Rewriter) -> Iterator[Branch]:
    """`term` with series branches at one point of one argument, in every way that is worth a measurement.

    Those are at most four: the largest parts that can be replaced or the smallest, up to the least radius at which
    the direct form is good or the radius after it.
    """
    done: set[Term] = set()
    for argument in _arguments(term):
        if argument.operation == "variable" and rewriter.domains[argument.name].exact:
            continue
        for together in dict.fromkeys(rewriter.tidy(way(term, argument)) for way in (gathered, collected)):
            parts = {node: part for node, part in parts_of(together, argument).items() if _narrow(part)}
            new = [node for node in parts if node not in done]
            for center in _centers(parts.values(), argument, rewriter) if new else ():
                place = _Place(argument, center, parts)
                largest = _outermost([node for node in new if losses(parts[node], center)])
                ways = dict.fromkeys(way for way in (largest, _losing(place, largest)) if way)
                done.update(below for way in ways for node in way for below in walk(node))
                for way in ways:
                    yield from _branches(together, place, way, rewriter)


def _narrow(part: Term) -> bool:
    return sum(1 for _ in walk(part)) <= WIDEST


def _arguments(term: Term) -> list[Term]:
    """The variables, and what functions have for arguments or in them, if it may be in the term more than once.

    A sum or a product may hide in a longer one; of anything else two nodes must have it as an argument.
    """
    uses = Counter(argument for node in walk(term) for argument in dict.fromkeys(node.arguments))
    found: dict[Term, None] = {}
    for node in walk(term):
        if node.operation == "variable":
            found[node] = None
        elif node.operation not in FIELD and node.operation != "select":
            inner = dict.fromkeys(inner for argument in node.arguments for inner in walk(argument))
            found.update(dict.fromkeys(n for n in inner if n.operation in HIDING or uses[n] > 1))
    return [n for n in found if n.variables and not any(inner.operation == "select" for inner in walk(n))]


def _centers(parts: Iterable[Term], argument: Term, rewriter: Rewriter) -> list[Fraction]:
    """The points to look at, within the range of the argument."""
    span = rewriter.ranges(argument)
    sums = (zero for part in parts for zero in zeros_of_sums(part))
    return [c for c in dict.fromkeys((*CENTERS, *sums)) if span.lower <= c <= span.upper]


def _losing(place: _Place, largest: Iterable[Term]) -> tuple[Term, ...]:
    """The nodes of the largest parts that lose digits themselves and have a series."""
    nodes = {part: node for node, part in place.parts.items()}
    lost = [loss for node in largest for loss in losses(place.parts[node], place.center)]
    return _outermost([nodes[loss] for loss in dict.fromkeys(lost) if losses(loss, place.center)])


def _outermost(nodes: list[Term]) -> tuple[Term, ...]:
    inner = {below for node in nodes for below in walk(node) if below is not node}
    return tuple(node for node in nodes if node not in inner)


def _branches(term: Term, place: _Place, nodes: tuple[Term, ...], rewriter: Rewriter) -> Iterator[Branch]:
    if any(_inside(place, radius, rewriter) in set(walk(term)) for radius in RADII):
        return  # it has its branch here
    choices = {node: _worthwhile(place.parts[node], place.center, rewriter.lengths) for node in nodes}
    for choice in range(max(map(len, choices.values()))):
        chosen = {node: found[min(choice, len(found) - 1)] for node, found in choices.items() if found}
        replaced = {node: _branch(node, place, near, rewriter) for node, near in chosen.items()}
        where = show(_inside(place, max(near.radius for near in chosen.values()), rewriter))
        bits = floor(-log2(max(near.error for near in chosen.values())))
        yield Branch(rewriter.tidy(substitute(term, replaced)), f"relative remainder below 2**-{bits} where {where}")


def _worthwhile(part: Term, center: Fraction, known: Lengths) -> tuple[Approximation, ...]:
    """The polynomials up to the least radius at which the direct form is good, and up to the radius after it."""
    neighbourhood = Neighbourhood(part, UNKNOWN.name, center)
    enough = next((n for n, radius in enumerate(RADII) if _ulps_beyond(part, center, radius) <= ENOUGH), len(RADII))
    found = [
        near for radius in RADII[enough : enough + 2] if (near := neighbourhood.approximation(radius, LONGEST, known))
    ]
    if found:
        return tuple(found)
    tried = {radius: neighbourhood.approximation(radius, LONGEST, known) for radius in RADII[:1]}
    low, high = 0, enough
    while tried[RADII[0]] and high - low > 1:
        middle = (low + high) // 2
        tried[RADII[middle]] = neighbourhood.approximation(RADII[middle], LONGEST, known)
        low, high = (middle, high) if tried[RADII[middle]] else (low, middle)
    nearer = [neighbourhood.approximation(RADII[low - 1], LONGEST, known)] if low else []
    return tuple(near for near in (tried[RADII[low]], *nearer) if near)


def _ulps_beyond(part: Term, center: Fraction, radius: Fraction) -> float:
    """How many ulps the direct form has lost just beyond the radius, where it has a value."""
    steps = [float(radius * (1 + Fraction(n, 8 * AROUND))) for n in range(1, AROUND + 1)]
    points = [{UNKNOWN.name: float(center) + sign * step} for step in steps for sign in (1, -1)]
    computed = Model(points, "float64")(part)
    lost = [0.0]
    for point, value in zip(points, computed, strict=True):
        truth = evaluate(part, point)
        if truth.is_finite() and not truth.is_zero():
            size = float(np.spacing(abs(float(truth.mid()))))
            lost.append(float(abs(truth - float(value)).upper()) / size if np.isfinite(value) else float("inf"))
    return max(lost)


def _offset(place: _Place) -> Term:
    return place.argument if not place.center else place.argument - scaled(place.center, ONE)


def _inside(place: _Place, radius: Fraction, rewriter: Rewriter) -> Term:
    return rewriter.tidy(apply("le", apply("abs", _offset(place)), number(radius)))


def _branch(node: Term, place: _Place, near: Approximation, rewriter: Rewriter) -> Term:
    inside = _inside(place, near.radius, rewriter)
    direct = node
    if not _regular(place.parts[node], place.center):
        # evaluated everywhere, taken outside alone: inside its argument is one at which nothing is 0/0
        span = rewriter.ranges(place.argument)
        beyond = near.center + (near.radius if near.center + near.radius <= span.upper else -near.radius)
        direct = substitute(node, {place.argument: apply("select", inside, scaled(beyond, ONE), place.argument)})
    return apply("select", inside, _polynomial(_offset(place), near), direct)


def _regular(part: Term, center: Fraction) -> bool:
    """Whether the direct form and its derivative have a value at the center itself."""
    try:
        forms = (part, derivative(part, UNKNOWN.name))
    except NoDerivativeError:
        return False
    return all(value.is_finite() for value in balls(forms, {UNKNOWN.name: float(center)}, 160))


def _polynomial(offset: Term, near: Approximation) -> Term:
    """The leading power of `offset` times the polynomial by Horner's rule, in its square if that is even."""
    coefficients, step = near.coefficients, offset
    if all(c is ZERO for c in coefficients[1::2]):
        coefficients, step = coefficients[::2], apply("square", offset)
    value = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        value = step * value if c is ZERO else c + step * value
    powers, power, order = [], offset, near.order
    while order:
        if order % 2:
            powers.append(power)
        order, power = order // 2, apply("square", power)
    return product([*powers, value])
