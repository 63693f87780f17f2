"""SymPy expressions evaluated in any arithmetic: balls, floats, the nodes of another tool's graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, Generic, TypeVar

import sympy

__all__ = ["Algebra", "UnspelledError", "evaluate"]

T = TypeVar("T")


class UnspelledError(Exception):
    """A function that an arithmetic has not; the message names it."""


@dataclass(frozen=True)
class Algebra(Generic[T]):
    """An arithmetic: what numbers are in it, and its functions by SymPy's names and those of `evaluate`."""

    number: Callable[[Fraction], T]
    functions: Mapping[str, Callable[..., T]]

    def apply(self, name: str, *arguments: T) -> T:
        """The function `name` of `arguments`; `UnspelledError` if the arithmetic has none."""
        if name not in self.functions:
            raise UnspelledError(f"no {name}")
        return self.functions[name](*arguments)


def evaluate(expression: sympy.Basic, algebra: Algebra[T], values: Mapping[str, T]) -> T:
    """`expression` at `values`, every distinct node once, with differences and quotients where they are written."""
    return _Evaluation(algebra, values).visit(expression)


class _Evaluation(Generic[T]):
    def __init__(self, algebra: Algebra[T], values: Mapping[str, T]) -> None:
        self._algebra, self._values = algebra, values
        self._done: dict[sympy.Basic, T] = {}

    def visit(self, node: sympy.Basic) -> T:
        if node not in self._done:
            self._done[node] = self._compute(node)
        return self._done[node]

    def _compute(self, node: sympy.Basic) -> T:
        if node.is_Symbol:
            return self._values[node.name]
        if node.is_Rational:
            return self._number(node.p, node.q)
        if node.func in _READERS:
            result: T = _READERS[node.func](self, node)
            return result
        return self._apply(node.func.__name__, *node.args)

    def _number(self, above: int, below: int = 1) -> T:
        return self._algebra.number(Fraction(int(above), int(below)))

    def _apply(self, name: str, *nodes: sympy.Basic) -> T:
        return self._algebra.apply(name, *map(self.visit, nodes))

    def sum(self, node: sympy.Add) -> T:
        """A difference starts with what it is taken from."""
        negative = [term for term in node.args if term.could_extract_minus_sign()]
        first, *others = [term for term in node.args if term not in negative] or [negative.pop(0)]
        total = reduce(lambda t, term: self._algebra.apply("add", t, self.visit(term)), others, self.visit(first))
        return reduce(lambda t, term: self._algebra.apply("sub", t, self.visit(-term)), negative, total)

    def product(self, node: sympy.Mul) -> T:
        """One quotient, of what stands above by what stands below."""
        coefficient, factors = node.as_coeff_mul()
        if not coefficient.is_Rational:
            coefficient, factors = sympy.Integer(1), node.args
        below = [f for f in factors if f.is_Pow and f.exp.could_extract_minus_sign()]
        above = [self.visit(f) for f in factors if f not in below]
        under = [self.visit(1 / f) for f in below]
        if abs(coefficient.p) != 1 or not above:
            above.insert(0, self._number(abs(coefficient.p)))
        if coefficient.q != 1:
            under.insert(0, self._number(coefficient.q))
        result = self._all("mul", above)
        if under:
            result = self._algebra.apply("div", result, self._all("mul", under))
        return self._algebra.apply("neg", result) if coefficient.p < 0 else result

    def _all(self, name: str, parts: Sequence[T]) -> T:
        return reduce(lambda a, b: self._algebra.apply(name, a, b), parts)

    def power(self, node: sympy.Pow) -> T:
        base, exponent = node.args
        if exponent.could_extract_minus_sign():
            return self._algebra.apply("div", self._number(1), self.visit(base**-exponent))
        if exponent in _POWERS:
            return self._apply(_POWERS[exponent], base)
        return self._apply("pow", base, exponent)

    def piecewise(self, node: sympy.Piecewise) -> T:
        *branches, (last, _) = node.args
        result = self.visit(last)
        for value, condition in reversed(branches):
            result = self._algebra.apply("select", self.visit(condition), self.visit(value), result)
        return result

    def swapped(self, name: str, node: sympy.Basic) -> T:
        return self._apply(name, *node.args[::-1])

    def folded(self, node: sympy.Basic) -> T:
        return self._all(node.func.__name__, [self.visit(part) for part in node.args])

    def call(self, name: str, *nodes: sympy.Basic) -> T:
        return self._apply(name, *nodes)

    def zero(self, _: sympy.Basic) -> T:
        return self._number(0)


_POWERS = {sympy.Rational(1, 2): "sqrt", sympy.Integer(2): "square"}
_READERS: Mapping[type, Callable[..., Any]] = {
    sympy.Add: _Evaluation.sum,
    sympy.Mul: _Evaluation.product,
    sympy.Pow: _Evaluation.power,
    sympy.Piecewise: _Evaluation.piecewise,
    sympy.StrictGreaterThan: lambda e, node: e.swapped("StrictLessThan", node),
    sympy.GreaterThan: lambda e, node: e.swapped("LessThan", node),
    sympy.Max: _Evaluation.folded,
    sympy.Min: _Evaluation.folded,
    sympy.And: _Evaluation.folded,
    sympy.Or: _Evaluation.folded,
    sympy.Heaviside: lambda e, node: e.call("step", node.args[0]),
    sympy.DiracDelta: _Evaluation.zero,  # of a derivative at a kink, what is beside it
    sympy.polygamma: lambda e, node: e.call(f"polygamma{node.args[0]}", node.args[1]),
    type(sympy.E): lambda e, node: e.call("exp", sympy.Integer(1)),
    type(sympy.pi): lambda e, node: e.call("pi"),
    type(sympy.true): lambda e, node: e.call("true"),
    type(sympy.false): lambda e, node: e.call("false"),
}
