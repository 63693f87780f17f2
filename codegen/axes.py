"""Named axes of terms: bound ones by the names that they have everywhere, sums and entries at a given place.

A bound axis may be called by any name, so that two equal sums could be two terms.  The names of axes of one size are
``K``, ``K'``, ``K''``, and a bound one gets the first of these that its body does not use otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from symloss.codegen.term import ALONG, BINDING, ONE, Term, apply, factors, index, product

__all__ = ["NOWHERE", "placed", "primed", "renamed", "size_name", "summed", "summed_over"]

NOWHERE: Mapping[str, str] = {}


def primed(axis: str) -> str:
    """The next name for a place on the same axis."""
    return f"{axis}'"


def size_name(axis: str) -> str:
    """The name of the axis without primes: axes of one name have one size."""
    return axis.rstrip("'")


def renamed(term: Term, names: Mapping[str, str]) -> Term:
    """`term` with its free axes called by other `names`, and the bound ones by the first that are not taken."""
    done: dict[tuple[Term, frozenset[tuple[str, str]]], Term] = {}

    def build(node: Term, chosen: Mapping[str, str]) -> Term:
        if not node.axes and node.operation not in BINDING and not node.arguments:
            return node
        used = {axis: chosen.get(axis, axis) for axis in node.axes}
        key = (node, frozenset(used.items()))
        if key not in done:
            done[key] = _bound(node, used) if node.operation in BINDING else _rebuilt(node, used)
        return done[key]

    def _bound(node: Term, used: Mapping[str, str]) -> Term:
        body, bound, *others = node.arguments
        taken = {used[axis] for axis in body.axes - bound.axes}
        name = size_name(bound.name)
        while name in taken:
            name = primed(name)
        inside = build(body, {**used, bound.name: name})
        return apply(node.operation, inside, index(name), *(build(other, used) for other in others))

    def _rebuilt(node: Term, used: Mapping[str, str]) -> Term:
        if node.operation == "index":
            return index(used[node.name])
        arguments = tuple(build(a, used) for a in node.arguments)
        return node if arguments == node.arguments else apply(node.operation, *arguments)

    return build(term, names)


def summed(body: Term, axis: str) -> Term:
    """The sum of `body` over `axis`, what does not depend on it in front; a choice of one place is the value."""
    place = index(axis)
    if axis not in body.axes:
        size = apply("sum", ONE, place)
        return size if body is ONE else body * size
    if body.operation == "neg":
        return -summed(body.arguments[0], axis)
    if body.operation == "div" and axis not in body.arguments[1].axes:
        return summed(body.arguments[0], axis) / body.arguments[1]
    if body.operation == "mul" or _chosen_place(body, axis):
        parts = factors(body)
        chosen = next((part for part in parts if _chosen_place(part, axis)), None)
        if chosen is not None:
            rest = list(parts)
            rest.remove(chosen)
            return placed(product(rest), axis, _chosen_place(chosen, axis) or place)
        outside = [part for part in parts if axis not in part.axes]
        if outside:
            inside = product([part for part in parts if axis in part.axes])
            return product([*outside, summed(inside, axis)])
    return renamed(apply("sum", body, place), NOWHERE)


def _chosen_place(term: Term, axis: str) -> Term | None:
    """The place on `axis` at which `term` is 1, if it is 0 everywhere else."""
    if term.operation == "eq":
        for here, there in (term.arguments, term.arguments[::-1]):
            if here is index(axis) and axis not in there.axes:
                return there
    return None


def placed(body: Term, axis: str, place: Term) -> Term:
    """The value of `body` at `place` of `axis`; what has none by itself is read off: ``at(x[K], K, t)``."""
    if axis not in body.axes or place is index(axis):
        return body
    if body is index(axis):
        return place
    if place.operation == "index" and (place.name not in body.axes or body.operation == "entry"):
        return renamed(body, {axis: place.name})
    bound = body.arguments[1].name if body.operation in BINDING else ""
    if body.operation == "entry" or body.operation in ALONG or bound in place.axes:
        return apply("at", body, index(axis), place)
    return apply(body.operation, *(a if a is index(bound) else placed(a, axis, place) for a in body.arguments))


def summed_over(body: Term, axes: frozenset[str]) -> Term:
    """The sum over several axes, the last one by its name innermost."""
    return reduce(summed, sorted(axes, reverse=True), body)
