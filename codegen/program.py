"""Straight-line code in the words of one array library: what lowering gives and templates print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symloss.codegen.layout import Layout

__all__ = ["Bodies", "Body"]


@dataclass(frozen=True)
class Body:
    """One elementwise function: `lines` are statements, `results` the expressions it returns.

    `parameters` are the definition's own argument names, those that the code uses, in their order.
    """

    parameters: tuple[str, ...]
    lines: tuple[str, ...]
    results: tuple[str, ...]


@dataclass(frozen=True)
class Bodies:
    """Every elementwise function of one loss in one backend, and the `layout` of its arrays if it has axes.

    `partials` maps a differentiable argument to the derivative by it, `fused` maps a prediction to value and derivative
    in one pass, `second` maps a pair (in the arguments' order, upper triangle) to the second derivative.
    """

    value: Body
    partials: Mapping[str, Body]
    fused: Mapping[str, Body]
    second: Mapping[tuple[str, str], Body]
    layout: Layout = field(default_factory=Layout)
