"""What the rounding of an exponential's argument costs: stated beside an error, since no form of f(a) can undo it.

exp turns an absolute error of its argument into a relative one of its value: the half ulp of a = 74, rounded in
float32, is 32 ulps of exp(-a).  A bare argument is exact and costs nothing; a difference or product is not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from functools import reduce

import numpy as np
import numpy.typing as npt

from symloss.codegen.kernels import KERNELS, partial
from symloss.codegen.model import Model
from symloss.codegen.term import Term, apply, walk

__all__ = ["argument_ulps"]

EXPONENTIALS = frozenset({"exp", "expm1", "sigmoid", "sinh", "cosh", "erfc", "erfcx"})
EXACT = frozenset({"neg", "abs", "min", "max"})
Array = npt.NDArray[np.float64]


def argument_ulps(form: Term, model: Model) -> Array:
    """A bound, in ulps of `form` at each point of `model`, of what the roundings of exponentials' arguments add.

    To first order, |da| |f'(a)/f(a)| summed over the arguments a that are computed, da by running error analysis.
    """
    total = np.zeros(model.count)
    whole = np.abs(model(form).astype(float))
    cores = dict.fromkeys(_core(n.arguments[0]) for n in walk(form) if n.operation in EXPONENTIALS)
    errors = {core: error for core in cores if (error := _error(core, model)).any()}
    for core, slope in _slopes(form, errors, model).items():
        with np.errstate(all="ignore"):
            # divided first: beside the largest float the product with the slope is infinite
            total += np.nan_to_num(errors[core] * (np.abs(slope) / whole), posinf=0.0)
    return total


def _slopes(form: Term, parts: Collection[Term], model: Model) -> Mapping[Term, Array]:
    """The derivative of `form` by each of its `parts` at every point, all in one pass from the whole to the parts.

    NaN where it is that of a kernel without a derivative: nothing is stated then, and nothing forgiven.
    """
    above = set(parts)
    for node in walk(form):
        if not above.isdisjoint(node.arguments):
            above.add(node)
    found = {form: np.ones(model.count)} if form in above else {}
    for node in reversed(tuple(walk(form))):
        for position, argument in enumerate(node.arguments if node in found else ()):
            if argument in above:
                with np.errstate(all="ignore"):
                    share = np.where(found[node] == 0, 0.0, found[node] * _partial(node, position, model))
                    found[argument] = found.get(argument, 0.0) + share
    return {part: found[part] for part in parts if part in found}


def _partial(node: Term, position: int, model: Model) -> Array:
    """The derivative of a kernel by one of its arguments, at every point."""
    if node.operation == "add":
        return np.ones(model.count)
    if node.operation == "mul":
        others = (model(a).astype(float) for i, a in enumerate(node.arguments) if i != position)
        return reduce(np.multiply, others)
    if node.operation == "select" and position:
        holds = model(node.arguments[0]) != 0
        return np.where(holds if position == 1 else ~holds, 1.0, 0.0)
    if not KERNELS[node.operation].derivative:
        return np.full(model.count, np.nan)
    return model(partial(node, position)).astype(float)


def _core(argument: Term) -> Term:
    """What an argument is computed from before signs and clamps, which are exact: the d of exp(-|d|)."""
    while argument.operation in EXACT:
        argument = next((a for a in argument.arguments if not a.is_number), argument.arguments[0])
    return argument


def _error(term: Term, model: Model) -> Array:
    """The absolute error of `term` as it is computed, in units of the rounding unit 2**-24 or 2**-53."""

    def size(node: Term) -> Array:
        whole: Array = np.abs(model(node).astype(float))
        return whole

    rule = _RULES.get(term.operation)
    if rule is None or not term.arguments:
        return np.zeros(model.count)
    with np.errstate(all="ignore"):
        return rule(term, size, [_error(a, model) for a in term.arguments])


Size = Callable[[Term], Array]


def _sum(term: Term, size: Size, errors: list[Array]) -> Array:
    partials = [apply("add", *term.arguments[:count]) for count in range(2, len(term.arguments) + 1)]
    return reduce(np.add, [*errors, *map(size, partials)])


def _product(term: Term, size: Size, errors: list[Array]) -> Array:
    sizes = [size(a) for a in term.arguments]
    carried = [
        error * reduce(np.multiply, [other for j, other in enumerate(sizes) if j != i])
        for i, error in enumerate(errors)
    ]
    rounded = sum(not _exact_factor(a) for a in term.arguments) - 1
    return reduce(np.add, carried) + size(term) * max(rounded, 0)


def _exact_factor(term: Term) -> bool:
    """A power of two scales without rounding."""
    value = term.rational if term.is_number else Fraction(3)
    return value.numerator.bit_count() == 1 and value.denominator.bit_count() == 1


def _quotient(term: Term, size: Size, errors: list[Array]) -> Array:
    above, below = errors
    return (above + size(term) * below) / size(term.arguments[1]) + size(term)


def _square(term: Term, size: Size, errors: list[Array]) -> Array:
    return 2 * size(term.arguments[0]) * errors[0] + size(term)


def _passed(_: Term, __: Size, errors: list[Array]) -> Array:
    return reduce(np.maximum, errors)


_RULES: Mapping[str, Callable[[Term, Size, list[Array]], Array]] = {
    "add": _sum,
    "mul": _product,
    "div": _quotient,
    "square": _square,
    "neg": _passed,
    "abs": _passed,
    "min": _passed,
    "max": _passed,
}
