"""Where axes are in the arrays of code: all of them last in one order, of size 1 where an array does not vary.

So arrays meet place by place as terms do, and what is taken over an axis keeps it with size 1.
In positioned terms ``sum(x, -1)`` is the sum over the last axis, ``turned(x, -2, -1)`` has these two exchanged, and
``places(x, -1, -2)`` counts along the last axis of x, and stands on the last but one; ``size`` is how many there are.
``contracted(x, y, -1, -3, -2)`` is the sum over the last axis of products of x and y, of which each has one more axis.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from symloss.codegen.array_kernels import ARRAY_KERNELS
from symloss.codegen.axes import size_name
from symloss.codegen.domain import Domain
from symloss.codegen.term import ONE, Term, apply, number, variable, walk

__all__ = ["POSITIONED", "Layout"]

POSITIONED = frozenset({"turned", "places", "size", "contracted"})  # operations of positioned terms alone


@dataclass(frozen=True)
class Layout:
    """The `axes` of a loss in their order, and those of each of its arguments."""

    axes: tuple[str, ...] = ()
    arguments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @staticmethod
    def of(outputs: Iterable[Term], domains: Mapping[str, Domain]) -> Layout:
        """Axes stand in the order in which arguments have them, further places on one behind the first."""
        arguments = {name: tuple(axis.name for axis in domain.axes) for name, domain in domains.items()}
        order = list(dict.fromkeys(axis for axes in arguments.values() for axis in axes))
        used = {node.name for node in walk(*outputs) if node.operation == "index"}.union(*arguments.values())
        return Layout(tuple(sorted(used, key=lambda axis: (order.index(size_name(axis)), axis))), arguments)

    def position(self, axis: str) -> int:
        """Where an axis stands, counted from the end."""
        return self.axes.index(axis) - len(self.axes)

    def positions(self, name: str) -> tuple[int, ...]:
        """Where the axes of an argument stand."""
        return tuple(map(self.position, self.arguments[name]))

    def positioned(self, term: Term) -> Term:
        """`term` in arrays: arguments for entries, the places of axes in shapes, from the end, for axes."""
        done: dict[Term, Term] = {}
        for node in walk(term):
            if node.operation == "entry":
                done[node] = self._turned(node.arguments[0], node.arguments[1:])
            elif node.operation == "sum" and node.arguments[0] is ONE:
                done[node] = self._of_argument("size", node.arguments[1])
            elif node.operation == "sum" and (axes := _matrices(node)):
                done[node] = apply(
                    "contracted", *(done[a] for a in node.arguments[0].arguments), *map(self._place, axes)
                )
            elif node.operation in ARRAY_KERNELS:
                body, axis, *others = node.arguments
                done[node] = apply(node.operation, done[body], self._place(axis.name), *(done[o] for o in others))
            elif node.operation == "index":
                done[node] = self._of_argument("places", node)
            else:
                done[node] = apply(node.operation, *(done[a] for a in node.arguments)) if node.arguments else node
        return done[term]

    def _place(self, axis: str) -> Term:
        return number(self.position(axis))

    def _of_argument(self, operation: str, axis: Term) -> Term:
        """What is read off an argument that has the axis."""
        known = next(name for name, axes in self.arguments.items() if size_name(axis.name) in axes)
        return apply(operation, variable(known), self._place(size_name(axis.name)), self._place(axis.name))

    def _turned(self, array: Term, places: Sequence[Term]) -> Term:
        """The argument with the axes exchanged that an entry has in another place: ``x[N', D]`` if x has N and D."""
        own = list(self.arguments[array.name])
        for here, place in enumerate(places):
            if own[here] != place.name:
                array = apply("turned", array, self._place(own[here]), self._place(place.name))
                own = [{own[here]: place.name, place.name: own[here]}.get(axis, axis) for axis in own]
        return array


def _matrices(node: Term) -> tuple[str, str, str] | None:
    """The axes of a sum of products of matrices: the one summed over, and those that only one of the factors has."""
    body, axis = node.arguments
    if body.operation != "mul" or len(body.arguments) != 2:
        return None
    left, right = (factor.axes for factor in body.arguments)
    if left & right != {axis.name} or not len(left) == len(right) == 2:
        return None
    (row,), (column,) = left - right, right - left
    return axis.name, row, column
