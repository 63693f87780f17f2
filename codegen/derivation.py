"""The path from a naive expression to its stable form: what the engine did, in the order in which it did it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from symloss.codegen.domain import Domain
from symloss.codegen.term import Term

__all__ = ["PROMISED_BITS", "PROMISED_ULPS", "Aside", "Derivation", "Derived", "Error", "Kind", "Step"]

# Rewritten by a rule, a kernel written out by its stable formula, or a guard added that a reader need not see.
Kind = Literal["rule", "kernel", "series", "guard"]

PROMISED_BITS, PROMISED_ULPS = 0.8, 8.0  # the average and the worst error that a form may have without a word


@dataclass(frozen=True)
class Error:
    """The measured error of a form in one dtype, against exact truth.

    `average_bits` is the mean of log2(1 + u) over the points, u in ulps; `worst_ulps` the largest u,
    met at `worst_point`.  `nans` and `infs` count the points with a finite truth where the form has none, `zeros`
    those where it is 0 and the truth is a normal number.
    What the roundings of exponentials' arguments explain is not in these; `stated_ulps` is the worst with it.
    `flushed` points are left out because a part of the form is subnormal there and a library may take it for 0.
    """

    dtype: str
    points: int
    average_bits: float
    worst_ulps: float
    worst_point: Mapping[str, float]
    nans: int = 0
    infs: int = 0
    stated_ulps: float = 0.0
    flushed: int = 0
    zeros: int = 0

    @property
    def broken(self) -> int:
        """How many points have no finite value though the truth has one."""
        return self.nans + self.infs

    def within(self, bits: float, ulps: float) -> bool:
        """Whether it is finite everywhere and neither error is larger."""
        return not self.broken and self.average_bits <= bits and self.worst_ulps <= ulps


@dataclass(frozen=True)
class Step:
    """One rewrite of the whole expression by the rule `rule`, sound where `condition` holds (empty: everywhere)."""

    rule: str
    before: Term
    after: Term
    condition: str = ""
    kind: Kind = "rule"


@dataclass(frozen=True)
class Aside:
    """A well-known or cheap equivalent that the engine met, measured and did not take, and why."""

    term: Term
    steps: tuple[Step, ...]
    errors: tuple[Error, ...]


@dataclass(frozen=True)
class Derivation:
    """`naive` rewritten into `stable`, with every step between.

    `closed` are equal forms in kernels from which derivatives start, first the one that led to `stable`,
    which is what is generated; `repaired` are more of them, where none of those is good.
    `before` and `after` hold one `Error` a dtype, float32 then float64.
    """

    variables: Mapping[str, Domain]
    naive: Term
    closed: tuple[Term, ...]
    stable: Term
    steps: tuple[Step, ...]
    before: tuple[Error, ...]
    after: tuple[Error, ...]
    asides: tuple[Aside, ...] = ()
    repaired: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Derived:
    """A loss with its derivatives: by each differentiable argument, and by each pair of them (upper triangle)."""

    value: Derivation
    gradients: Mapping[str, Derivation]
    second: Mapping[tuple[str, str], Derivation] = field(default_factory=dict)
