"""What a row of the kernel table says: what a function means, its derivative, its exact value, how it is printed.

The table is closed under differentiation: every derivative is again spelled in kernels, and in stable ones.
A row's formulas are text over its parameters, read once by `notation.parse`.

`latex`      a template over the parameters; empty for operators, which the printer knows
`derivative` by each parameter; empty where none exists
`meaning`    the textbook formula; empty for a primitive, which means itself
`self_explaining`  whether its `latex` reads like its `meaning`: the book does not say then what it stands for
`exponential`  whether sums of it become one fraction by its `meaning`, which is a rational function of exponentials, or
             the logarithm of one, at all arguments
`exact`      the formula by which exact arithmetic evaluates it, where the textbook one would need too many bits
`ball`       the method of `flint.arb` that evaluates a primitive, where that needs no convention of ours
`stable`     how it is computed in primitives; empty where the backends' own operation is good
`wide`       the same for arguments over the whole float range, where that costs more
`cost`       of the operation in additions (of `add` and `mul`: for each argument after the first), rounded from
             timings of the three libraries on a million float32 elements; none where `stable` is written out before
`image`      the set in which its values lie; none where `intervals` has a rule for it
`monotone`   "+" where it grows strictly with a parameter, "-" where it falls, one for each; empty where it does neither
`at`         values of its one argument at which it is a rational number: ``0: 1``
`limits`     at minus infinity and at infinity, NaN where there is none; not needed of what is written out or bounded
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from symloss.codegen.domain import Domain
from symloss.codegen.notation import parse
from symloss.codegen.term import Term

__all__ = ["Kernel", "named"]


@dataclass(frozen=True)
class Kernel:
    """One row of the table; see the module's text for the columns.

    ``parameters`` is empty for n-ary kernels and constants.
    """

    name: str
    parameters: str
    latex: str
    derivative: tuple[str, ...] = ()
    meaning: str = ""
    self_explaining: bool = False
    exponential: bool = False
    exact: str = ""
    ball: str = ""
    stable: str = ""
    wide: str = ""
    cost: float = 0
    image: Domain | None = None
    monotone: str = ""
    at: str = ""
    limits: tuple[float, float] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.parameters.split())

    @cached_property
    def values(self) -> Mapping[Term, Term]:
        """`at`, read."""
        pairs = (pair.split(":") for pair in self.at.split(",") if pair)
        return {parse(argument): parse(value) for argument, value in pairs}

    @property
    def writing_out(self) -> str:
        """What a step is called that puts the stable formula in the kernel's place."""
        return f"stable {self.name.replace('_', ' ')}"


def named(name: str) -> str:
    """The template of a function of one parameter that is printed by its name."""
    return rf"\operatorname{{{{{name}}}}}\left({{x}}\right)"
