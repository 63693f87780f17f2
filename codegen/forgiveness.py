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


def largest_summand(model: Model, term: Term) -> Array:
    """|the largest summand of the sum that changes sign in `term`|, times the factors around it."""
    rule = _SUMMANDS.get(term.operation)
    return rule(model, *term.arguments) if rule else _size(model, term)


def _size(model: Model, term: Term) -> Array:
    size: Array = np.abs(model(term).astype(float))
    return size


def _of_sum(model: Model, *parts: Term) -> Array:
    return reduce(np.maximum, [_size(model, p) for p in parts])


def _of_product(model: Model, *parts: Term) -> Array:
    scaled = [
        reduce(np.multiply, [_size(model, o) for j, o in enumerate(parts) if j != i], largest_summand(model, p))
        for i, p in enumerate(parts)
    ]
    return reduce(np.fmax, scaled)


def _of_quotient(model: Model, above: Term, below: Term) -> Array:
    return largest_summand(model, above) / _size(model, below)


def _of_branches(model: Model, *branches: Term) -> Array:
    return reduce(np.fmax, [largest_summand(model, b) for b in branches])


_SUMMANDS: Mapping[str, Callable[..., Array]] = {
    "add": _of_sum,
    "neg": largest_summand,
    "mul": _of_product,
    "div": _of_quotient,
    "xdivy": _of_quotient,
    "select": lambda model, _, *branches: _of_branches(model, *branches),  # branches meet where they change
    "max": _of_branches,
    "min": _of_branches,
}
