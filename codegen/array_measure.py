"""The error of a form over axes: that of the same form written out on axes of a few places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symloss.codegen.array_space import entries
from symloss.codegen.derivation import Error
from symloss.codegen.domain import PLACES, Domain
from symloss.codegen.goal import OVER_AXES, Goal
from symloss.codegen.measure import Measurement
from symloss.codegen.term import Term
from symloss.codegen.unroll import Sizes, unrolled

__all__ = ["ArrayMeasurement", "worse"]


class ArrayMeasurement:
    """Points, truth and models for forms of one naive term, at the first and the last place on its free `axes`."""

    def __init__(
        self,
        naive: Term,
        axes: Sequence[str],
        domains: Mapping[str, Domain],
        *,
        closed: Sequence[Term] = (),
        goal: Goal = OVER_AXES,
    ) -> None:
        self.axes, self.goal = tuple(axes), goal
        self.sizes: Sizes = {
            axis.name: PLACES for domain in domains.values() for axis in (*domain.axes, *domain.places)
        }
        self._places = dict.fromkeys((0, PLACES - 1)) if axes else (0,)
        space = entries(domains)
        written, others = self._written(naive), [self._written(term) for term in closed]
        self._benches = [
            Measurement(term, space, closed=tuple(other[i] for other in others), goal=goal)
            for i, term in enumerate(written)
        ]
        self._known: dict[Term, tuple[Error, ...]] = {}

    def _written(self, term: Term) -> list[Term]:
        every = unrolled(term, self.axes, self.sizes)
        return [every[(place,) * len(self.axes)] for place in self._places]

    def errors(self, form: Term) -> tuple[Error, ...]:
        """The error of `form`, one `Error` a dtype, the worse one of the places."""
        if form not in self._known:
            found = [bench.errors(term) for bench, term in zip(self._benches, self._written(form), strict=True)]
            self._known[form] = tuple(map(worse, zip(*found, strict=True)))
        return self._known[form]


def worse(errors: Sequence[Error]) -> Error:
    """The worst of the errors at several places."""
    return max(errors, key=lambda error: (error.broken, error.average_bits, error.worst_ulps))
