"""Which forms of a loss miss the target of accuracy, in words for the person who wrote it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from symloss.codegen.definition import Loss
from symloss.codegen.derivation import PROMISED_BITS, PROMISED_ULPS, Derived, Error
from symloss.codegen.measure import LOST

__all__ = ["misses_of"]


def misses_of(loss: Loss, derived: Derived) -> Iterator[tuple[float, str]]:
    """How bad it is and what to say, for the value and each first derivative that misses the target."""
    outputs = {"the value": derived.value}
    outputs.update({f"the derivative by {name}": each for name, each in derived.gradients.items()})
    for what, derivation in outputs.items():
        if said := "; ".join(_said(derivation.after)):
            broken = sum(e.broken for e in derivation.after)
            badness = 1e6 * broken + max(e.worst_ulps for e in derivation.after)
            yield badness, f"{loss.location}: loss `{loss.name}`: {what} misses the accuracy target: {said}"


def _said(errors: tuple[Error, ...]) -> Iterator[str]:
    """Each figure that misses its target, over both dtypes."""
    worst = max(errors, key=lambda e: e.worst_ulps)
    bits = max(e.average_bits for e in errors)
    for count, word in ((sum(e.nans for e in errors), "NaN"), (sum(e.infs for e in errors), "infinite")):
        if count:
            yield f"{word} at {count} point{'s' if count > 1 else ''}"
    if worst.worst_ulps > PROMISED_ULPS:
        where = ", ".join(f"{name} = {value:.6g}" for name, value in sorted(worst.worst_point.items()))
        size = f"{worst.worst_ulps:.2g} ulp" if worst.worst_ulps < LOST else "no number"
        yield f"{size} at {where} in {worst.dtype} (target {PROMISED_ULPS:g})"
    if bits > PROMISED_BITS:
        yield f"{math.ceil(100 * bits) / 100:.2f} bits on average (target {PROMISED_BITS:g})"
