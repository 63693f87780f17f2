"""Where a form has no value, or is 0 where it may not be, because its parts leave the range of the dtype."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from symloss.codegen.measure import Array, Measurement
from symloss.codegen.term import Term, walk

__all__ = ["Faults", "Mask"]

Mask = npt.NDArray[np.bool_]


class Faults:
    """The points of a measurement, of all dtypes in one row, and what of terms is out of range there.

    `counted` says where the truth is a number of the dtype, `least` and `most` are the exponents of its normal numbers.
    """

    def __init__(self, measurement: Measurement) -> None:
        benches = measurement.benches
        spans = [(np.finfo(b.dtype).minexp, np.finfo(b.dtype).maxexp, len(b.points)) for b in benches]
        self.measurement = measurement
        self.counted: Mask = np.concatenate([bench.counted for bench in benches])
        self.least = np.concatenate([np.full(count, float(least)) for least, _, count in spans])
        self.most = np.concatenate([np.full(count, float(most)) for _, most, count in spans])
        self._typical: Mask = np.concatenate([bench.typical for bench in benches])
        self._nonzero = self.counted & np.concatenate([bench.truth.high != 0 for bench in benches])
        self._values: dict[Term, Array] = {}

    def values(self, term: Term) -> Array:
        """What `term` is at each point."""
        if term not in self._values:
            self._values[term] = self.measurement.values(term)
        return self._values[term]

    def missing(self, form: Term) -> Mask:
        """Where `form` has no value though the truth has one."""
        missing: Mask = self.counted & ~np.isfinite(self.values(form))
        return missing

    def vanished(self, form: Term) -> Mask:
        """Where `form` is 0 though the truth is not: at typical points, if a part of it is too small for the dtype."""
        vanished: Mask = self._nonzero & (self.values(form) == 0)
        if (vanished & self._typical).any():
            small = [self._starts(node) & (self.values(node) == 0) for node in walk(form) if node.arguments]
            vanished &= ~self._typical | np.logical_or.reduce(small)
        return vanished

    def out_of_range(self, term: Term, points: Mask) -> bool:
        """Whether `term` is 0 or no number at one of `points`."""
        values = self.values(term)[points]
        return bool((~np.isfinite(values) | (values == 0)).any())

    def at_fault(self, form: Term) -> Mask:
        """Where `form` has no value, or is 0, though the truth has one."""
        return self.missing(form) | self.vanished(form)

    def sources(self, form: Term) -> Mapping[Term, Mask]:
        """Where `form` is at fault, by the nodes that are out of range there and all that they are made of is not.

        Those that most points are lost by come first.
        """
        live = self.live(form, self.at_fault(form))
        starts = {node: live[node] & self._starts(node) for node in walk(form) if node.arguments}
        return dict(sorted(((n, m) for n, m in starts.items() if m.any()), key=lambda found: -int(found[1].sum())))

    def _starts(self, node: Term) -> Mask:
        own, *arguments = map(self.values, (node, *node.arguments))
        if node.operation == "add":  # a sum that is 0 has lost nothing to the range
            within = np.logical_and.reduce([np.isfinite(a) for a in arguments])
            lost: Mask = within & ~np.isfinite(own)
        else:
            within = np.logical_and.reduce([np.isfinite(a) & (a != 0) for a in arguments])
            lost = within & (~np.isfinite(own) | (own == 0))
        return lost

    def live(self, term: Term, points: Mask) -> Mapping[Term, Mask]:
        """At which of `points` the value of each node of `term` matters.

        That of a branch does where it is taken, and that of a summand where it is not 0 or the sum is.
        """
        used = dict.fromkeys(walk(term), self.counted & False)
        used[term] = points
        for node in reversed(tuple(walk(term))):
            taken = [used[node]] * len(node.arguments)
            if node.operation == "select":
                holds = self.values(node.arguments[0]) != 0
                taken = [used[node], used[node] & holds, used[node] & ~holds]
            elif node.operation == "add":
                lost = self.values(node) == 0
                taken = [used[node] & (lost | (self.values(a) != 0)) for a in node.arguments]
            for argument, mask in zip(node.arguments, taken, strict=True):
                used[argument] = used[argument] | mask
        return used
