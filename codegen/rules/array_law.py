"""What a law over axes is, and at which place of an axis a term is a given other one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from symloss.codegen.axes import placed, size_name
from symloss.codegen.domain import Domain
from symloss.codegen.term import Term, index, transform, walk

__all__ = ["ArrayLaw", "Domains", "at_a_place", "unmasked"]

Domains = Mapping[str, Domain]


@dataclass(frozen=True, eq=False)
class ArrayLaw:
    """What `after` makes of a node of one of `operations`, given the domains of all arguments."""

    name: str
    operations: tuple[str, ...]
    after: Callable[[Term, Domains], Term | None]


def at_a_place(body: Term, axis: str, found: Term) -> Term | None:
    """The place on `axis` at which `body` is `found`, the axis itself if it is there everywhere."""
    if found is body:
        return index(axis)
    for place in _places_in(found, axis):
        if transform(placed(body, axis, place), unmasked) is found:
            return place
    return None


def unmasked(node: Term) -> Term:
    """What is masked by a condition that holds whatever the numbers are."""
    if node.operation == "masked":
        value, condition = node.arguments
        if condition.operation in ("le", "eq") and condition.arguments[0] is condition.arguments[1]:
            return value
    return node


def _places_in(term: Term, axis: str) -> Iterator[Term]:
    """Every place on an axis of that size at which a part of `term` is read."""
    for node in walk(term):
        if node.operation == "at" and size_name(node.arguments[1].name) == size_name(axis):
            yield node.arguments[2]
        elif node.operation == "index" and size_name(node.name) == size_name(axis):
            yield node
