"""The largest summand of the sum that changes sign in a term: what an error there is counted in ulps of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

import numpy as np
import numpy.typing as npt

from symloss.codegen.model import Model
from symloss.codegen.term import Term

__all__ = ["largest_summand"]

Array = npt.NDArray[np.float64]
Largest = Callable[[Term], Array]
VANISHING = 2.0**-10  # of its largest summand


def largest_summand(model: Model, term: Term, *, nested: bool = False) -> Array:
    """|the largest summand of the sum that changes sign in `term`|, times the factors around it.

    Sums of arrays are `nested`: where a summand itself nearly vanishes it is as large as what it is made of.
    """
    rules = {**_SUMMANDS, "add": _of_nested_sum} if nested else _SUMMANDS

    def largest(part: Term) -> Array:
        rule = rules.get(part.operation)
        return rule(model, largest, *part.arguments) if rule else _size(model, part)

    return largest(term)


def _size(model: Model, term: Term) -> Array:
    size: Array = np.abs(model(term).astype(float))
    return size


def _of_sum(model: Model, _: Largest, *parts: Term) -> Array:
    return reduce(np.maximum, [_size(model, p) for p in parts])


def _of_nested_sum(model: Model, largest: Largest, *parts: Term) -> Array:
    sizes = [(_size(model, p), largest(p)) for p in parts]
    return reduce(np.maximum, [np.where(size < VANISHING * made_of, made_of, size) for size, made_of in sizes])


def _of_product(model: Model, largest: Largest, *parts: Term) -> Array:
    scaled = [
        reduce(np.multiply, [_size(model, o) for j, o in enumerate(parts) if j != i], largest(p))
        for i, p in enumerate(parts)
    ]
    return reduce(np.fmax, scaled)


def _of_quotient(model: Model, largest: Largest, above: Term, below: Term) -> Array:
    return largest(above) / _size(model, below)


def _of_branches(_: Model, largest: Largest, *branches: Term) -> Array:
    return reduce(np.fmax, [largest(b) for b in branches])


_SUMMANDS: Mapping[str, Callable[..., Array]] = {
    "add": _of_sum,
    "neg": lambda _, largest, part: largest(part),
    "mul": _of_product,
    "div": _of_quotient,
    "xdivy": _of_quotient,
    # branches meet where they change
    "select": lambda model, largest, _, *branches: _of_branches(model, largest, *branches),
    "max": _of_branches,
    "min": _of_branches,
}
