"""A term with axes as terms without: one for each place, sums written out.

That is what its exact value is taken from, and its meaning in tests: axes of three places or four stand for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import product as places_of

from symloss.codegen.array_kernels import ARRAY_KERNELS, written_out
from symloss.codegen.axes import size_name
from symloss.codegen.term import ZERO, Term, apply, number, product, total, variable

__all__ = ["Sizes", "entry_name", "unrolled"]

Places = Mapping[str, int]
Sizes = Mapping[str, int]


def entry_name(name: str, *places: int) -> str:
    """What the entry of an array is called as a variable: ``x[0, 2]``."""
    return f"{name}[{', '.join(map(str, places))}]"


def unrolled(term: Term, axes: Sequence[str], sizes: Sizes) -> Mapping[tuple[int, ...], Term]:
    """The value of `term` at each place on its free `axes`; `sizes` are those of all axes by their names."""
    builder = _Builder(sizes)
    every = places_of(*(range(sizes[size_name(axis)]) for axis in axes))
    return {places: builder(term, dict(zip(axes, places, strict=True))) for places in every}


class _Builder:
    """Writes terms out at places; the same part at the same places once."""

    def __init__(self, sizes: Sizes) -> None:
        self._sizes = sizes
        self._done: dict[tuple[Term, frozenset[tuple[str, int]]], Term] = {}

    def __call__(self, node: Term, places: Places) -> Term:
        key = (node, frozenset((axis, places[axis]) for axis in node.axes))
        if key not in self._done:
            way = self._WAYS.get(node.operation)
            self._done[key] = way(self, node, places) if way else self._by_parts(node, places)
        return self._done[key]

    def _by_parts(self, node: Term, places: Places) -> Term:
        return apply(node.operation, *(self(a, places) for a in node.arguments)) if node.arguments else node

    def _index(self, node: Term, places: Places) -> Term:
        return number(places[node.name])

    def _entry(self, node: Term, places: Places) -> Term:
        array, *where = node.arguments
        return variable(entry_name(array.name, *(places[w.name] for w in where)))

    def _along(self, node: Term, places: Places) -> list[Term]:
        """The first argument at every place of the axis that is the second."""
        body, bound, *_ = node.arguments
        return [self(body, {**places, bound.name: place}) for place in range(self._sizes[size_name(bound.name)])]

    def _sum(self, node: Term, places: Places) -> Term:
        return total(self._along(node, places))

    def _greatest(self, node: Term, places: Places) -> Term:
        return reduce(lambda a, b: apply("max", a, b), self._along(node, places))

    def _rest(self, node: Term, places: Places) -> Term:
        """The sum without the first of the largest: not found by equality, which computed balls leave undecided."""
        values = self._along(node, places)
        parts = []
        for there, value in enumerate(values):
            first = [apply("lt", other, value) for other in values[:there]]
            first += [apply("le", other, value) for other in values[there + 1 :]]
            parts.append(apply("select", product(first), ZERO, value))
        return total(parts)

    def _at(self, node: Term, places: Places) -> Term:
        return _picked(self(node.arguments[2], places), self._along(node, places))

    def _meaning(self, node: Term, places: Places) -> Term:
        return self(written_out(node, ARRAY_KERNELS[node.operation].meaning), places)

    _WAYS: Mapping[str, Callable[[_Builder, Term, Places], Term]] = {
        "index": _index,
        "entry": _entry,
        "sum": _sum,
        "greatest": _greatest,
        **dict.fromkeys((name for name, row in ARRAY_KERNELS.items() if row.meaning), _meaning),
        "rest": _rest,
        "at": _at,
    }


def _picked(place: Term, values: list[Term]) -> Term:
    """The value at `place`, the last one where it is none of the others."""
    if place.is_number:
        return values[int(place.rational)]
    *others, result = values
    for there, value in reversed(list(enumerate(others))):
        result = apply("select", apply("eq", place, number(there)), value, result)
    return result
