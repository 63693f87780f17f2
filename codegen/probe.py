"""What is measured of the code of a loss: its value and each derivative, of arrays at a few of their places.

Arrays are measured on axes of a few places, where exact arithmetic can write everything out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from symloss.codegen.array_space import entries
from symloss.codegen.derivation import Derivation, Derived
from symloss.codegen.domain import PLACES, Domain
from symloss.codegen.points import Point
from symloss.codegen.term import Term
from symloss.codegen.unroll import entry_name, unrolled

__all__ = ["Probe", "column", "probes", "variables"]


@dataclass(frozen=True)
class Probe:
    """One number that code gives for a point: the value, or the derivative by an argument at a `place` of it.

    `naive`, `closed` and `stable` are terms in the entries of arrays.
    """

    argument: str | None
    place: tuple[int, ...]
    naive: Term
    closed: tuple[Term, ...]
    stable: Term


def variables(domains: Mapping[str, Domain]) -> Mapping[str, Domain]:
    """The domains of all numbers that a point holds."""
    return entries(domains) if any(d.axes or d.places for d in domains.values()) else domains


def probes(derived: Derived, domains: Mapping[str, Domain]) -> Iterator[Probe]:
    """Of a derivative by an array those at its first and its last place."""
    sizes = {axis.name: PLACES for domain in domains.values() for axis in (*domain.axes, *domain.places)}
    outputs: dict[str | None, Derivation] = {None: derived.value}
    outputs.update(derived.gradients)
    for name, found in outputs.items():
        axes = tuple(axis.name for axis in domains[name].axes) if name else ()
        terms = (found.naive, found.stable, *found.closed)
        if not sizes:
            yield Probe(name, (), found.naive, found.closed, found.stable)
            continue
        written = [unrolled(term, axes, sizes) for term in terms]
        for place in dict.fromkeys(((0,) * len(axes), (PLACES - 1,) * len(axes))):
            naive, stable, *closed = (each[place] for each in written)
            yield Probe(name, place, naive, tuple(closed), stable)


def column(name: str, domain: Domain, points: Sequence[Point], dtype: str) -> npt.NDArray[Any]:
    """What an argument is at each of `points`: numbers, labels, or arrays behind the first axis."""
    if domain.places:
        dtype = "int64"
    if not domain.axes:
        return np.array([point[name] for point in points], dtype)
    shape = (PLACES,) * len(domain.axes)
    names = [entry_name(name, *place) for place in product(range(PLACES), repeat=len(shape))]
    return np.array([[point[each] for each in names] for point in points], dtype).reshape(-1, *shape)
