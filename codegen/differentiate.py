"""Reverse-mode differentiation of terms: every derivative is again a term in kernels."""

from __future__ import annotations

from symloss.codegen.kernels import KERNELS, partial
from symloss.codegen.term import ONE, ZERO, Term, apply, factors, product, total, variable, walk

__all__ = ["NoDerivativeError", "derivative", "slope"]


class NoDerivativeError(Exception):
    """A kernel without a derivative lies between the value and the argument; the message names both."""


def derivative(term: Term, name: str) -> Term:
    """The derivative of `term` by the variable `name`; `NoDerivativeError` where a kernel has none."""
    return slope(term, variable(name))


def slope(term: Term, target: Term) -> Term:
    """The derivative of `term` by one of its parts, wherever it occurs, as if that were a variable."""
    adjoint: dict[Term, list[Term]] = {target: []}
    for node in walk(term):
        if any(argument in adjoint for argument in node.arguments):
            adjoint[node] = []
    if term not in adjoint:
        return ZERO
    adjoint[term].append(ONE)
    for node in reversed(adjoint):
        if node is target:
            continue
        incoming = total(adjoint[node])
        for position, argument in enumerate(node.arguments):
            if argument in adjoint:
                outgoing = _contribution(node, position, incoming)
                if outgoing is not ZERO:
                    adjoint[argument].append(outgoing)
    return total(adjoint[target])


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
