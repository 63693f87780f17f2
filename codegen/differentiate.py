"""Reverse-mode differentiation of terms: every derivative is again a term in kernels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symloss.codegen.array_kernels import ARRAY_KERNELS, pulled_back
from symloss.codegen.axes import renamed, summed_over
from symloss.codegen.kernels import KERNELS, partial
from symloss.codegen.term import ONE, ZERO, Term, apply, factors, index, product, total, variable, walk

__all__ = ["NoDerivativeError", "array_slope", "derivative", "slope"]


class NoDerivativeError(Exception):
    """A kernel without a derivative lies between the value and the argument; the message names both."""


def derivative(term: Term, name: str) -> Term:
    """The derivative of `term` by the variable `name`; `NoDerivativeError` where a kernel has none."""
    return slope(term, variable(name))


def slope(term: Term, target: Term) -> Term:
    """The derivative of `term` by one of its parts, wherever it occurs, as if that were a variable."""
    return _slopes(term, (target,))[target]


def array_slope(term: Term, name: str, axes: Sequence[str]) -> Term:
    """The derivative of `term`, which has no free axis, by the entry of the array `name` at a place on `axes`."""
    if not axes:
        return derivative(term, name)
    entries = [n for n in walk(term) if n.operation == "entry" and n.arguments[0].name == name]
    found = _slopes(term, entries)
    return total([_at_place(found[each], each, axes) for each in entries if found[each] is not ZERO])


def _at_place(slope_: Term, entry: Term, axes: Sequence[str]) -> Term:
    """A derivative by one entry as a function of its place: each of its axes by the name that the array's has.

    That by x[N, N] is 0 but on the diagonal.
    """
    names: dict[str, str] = {}
    diagonal: list[Term] = []
    for place, axis in zip(entry.arguments[1:], axes, strict=True):
        if names.setdefault(place.name, axis) != axis:
            diagonal.append(apply("eq", index(names[place.name]), index(axis)))
    return product([renamed(slope_, names), *diagonal])


def _slopes(term: Term, targets: Sequence[Term]) -> Mapping[Term, Term]:
    """The derivative of `term` by each of `targets`."""
    adjoint: dict[Term, list[Term]] = {target: [] for target in targets}
    for node in walk(term):
        if node not in adjoint and any(argument in adjoint for argument in node.arguments):
            adjoint[node] = []
    if term not in adjoint:
        return dict.fromkeys(targets, ZERO)
    adjoint[term].append(ONE)
    for node in reversed(adjoint):
        if node in targets:
            continue
        incoming = total(adjoint[node])
        for position, argument in enumerate(node.arguments):
            if argument in adjoint:
                outgoing = _contribution(node, position, incoming)
                if outgoing is not ZERO:
                    adjoint[argument].append(summed_over(outgoing, outgoing.axes - argument.axes))
    return {target: total(adjoint[target]) for target in targets}


def _contribution(node: Term, position: int, incoming: Term) -> Term:
    if incoming is ZERO:
        return ZERO
    if node.operation == "add":
        return incoming
    if node.operation == "mul":
        return _times(incoming, product([a for i, a in enumerate(node.arguments) if i != position]))
    if node.operation == "select" and position > 0:
        chosen = (incoming, ZERO) if position == 1 else (ZERO, incoming)
        return apply("select", node.arguments[0], *chosen)
    if node.operation in ARRAY_KERNELS:
        return pulled_back(node, incoming)
    if not KERNELS[node.operation].derivative:
        raise NoDerivativeError(f"{node.operation} has no derivative by {node.arguments[position]}")
    return _times(incoming, partial(node, position))


def _times(incoming: Term, local: Term) -> Term:
    """The product; sign(x) twice is 1 also at 0, where sign(x)*abs(x) has the slope 1 on both sides."""
    if local is ZERO:
        return ZERO
    if local.operation == "sign" and local in factors(incoming):
        others = list(factors(incoming))
        others.remove(local)
        return product(others) if others else ONE
    return local if incoming is ONE else incoming if local is ONE else incoming * local
