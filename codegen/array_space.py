"""The entries of arrays as variables of their own, by which a term with axes is measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

from symloss.codegen.domain import PLACES, Axis, Domain
from symloss.codegen.space import Space
from symloss.codegen.unroll import entry_name

__all__ = ["entries", "single"]


def single(domain: Domain) -> Domain:
    """Where one entry of an array lies, or a label on an axis of `PLACES` places."""
    entry = replace(domain, axes=(), simplex=False)
    return replace(entry, values=tuple(range(PLACES))) if domain.place_on else entry


def entries(domains: Mapping[str, Domain]) -> Space:
    """The domains of all entries on axes of `PLACES` places, and which of them add up to 1."""
    chosen = {name: single(domain) for key, domain in domains.items() for name in _names(key, domain.axes)}
    simplexes = tuple(s for key, domain in domains.items() if domain.simplex for s in _rows(key, domain.axes))
    return Space(chosen, simplexes=simplexes)


def _names(key: str, axes: tuple[Axis, ...]) -> Iterator[str]:
    if not axes:
        yield key
        return
    for places in product(range(PLACES), repeat=len(axes)):
        yield entry_name(key, *places)


def _rows(key: str, axes: tuple[Axis, ...]) -> Iterator[tuple[str, ...]]:
    """The entries along the last axis, for each place on the others."""
    for places in product(range(PLACES), repeat=len(axes) - 1):
        yield tuple(entry_name(key, *places, last) for last in range(PLACES))
