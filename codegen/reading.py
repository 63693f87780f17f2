"""Formulas that people type, as terms: Python's grammar is borrowed to read them, nothing is ever evaluated.

`notation.parse` reads what the toolkit's own tables say and trusts it; here everything is checked, and each fault
is one line that says what would be right.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import reduce

from symloss.codegen.constants import MOST_BITS, bits, fraction_of, too_large
from symloss.codegen.errors import DeriveError
from symloss.codegen.notation import power
from symloss.codegen.parsing import OTHER_OPERATORS, REFUSED, chain, quoted, written
from symloss.codegen.term import CONSTANTS, ONE, Term, apply, number, variable
from symloss.codegen.vocabulary import FUNCTIONS, call, nearest, takes

__all__ = ["read_comparisons", "read_formula"]

TOO_LARGE = "its powers and constants work out to numbers that are too large"
LONGEST_NUMBER = 60  # characters
_NUMBER = re.compile(r"(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_LARGEST, _LEAST = Fraction(2) ** 1024, Fraction(1, 2**1074)


def read_formula(text: str) -> Term:
    """The term that `text` spells, decimals as exact rationals; `DeriveError` says what is no part of a formula."""
    reader = _Reader(text)
    return reader.checked(reader.value(reader.tree))


def read_comparisons(text: str) -> tuple[tuple[str, Term, Term], ...]:
    """The comparisons that `text` joins by ``and`` or chains, each as its sign and its two sides."""
    if not text.strip():
        raise DeriveError("a condition is empty; write one such as a > b")
    reader = _Reader(text)
    return tuple(reader.comparisons(reader.tree))


class _Reader:
    """Reads one text."""

    def __init__(self, text: str) -> None:
        read = written(text)
        self.tree, self._fault, self._source = read.tree, read.fault, read.source

    def checked(self, term: Term) -> Term:
        if too_large(term):
            raise self._fault(TOO_LARGE)
        return term

    def value(self, node: ast.expr) -> Term:
        reader = _READERS.get(type(node))
        if reader is not None:
            return reader(self, node)
        if isinstance(node, ast.Attribute) and node.attr in FUNCTIONS:
            raise self._fault(f"`{self._source(node)}` has a dot; write the function alone, {node.attr}(...)")
        what = REFUSED.get(type(node), "that")
        raise self._fault(f"{what} is no part of a formula: {quoted(self._source(node))}")

    def constant(self, node: ast.Constant) -> Term:
        text = self._source(node)
        if isinstance(node.value, str | bytes):
            raise self._fault(f"a text in quotes is no part of a formula: {quoted(text)}")
        if not _NUMBER.fullmatch(text) or len(text) > LONGEST_NUMBER:
            raise self._fault(f"{quoted(text)} is no number such as 2, 0.5 or 1e-3")
        value = Fraction(text)
        if value and not _LEAST <= value < _LARGEST:
            raise self._fault(f"{quoted(text)} lies beyond what float64 can hold")
        return number(value)

    def name(self, node: ast.Name) -> Term:
        if node.id in CONSTANTS:
            return apply(node.id)
        return variable(node.id)

    def binary(self, node: ast.BinOp) -> Term:
        if type(node.op) in OTHER_OPERATORS:
            raise self._fault(OTHER_OPERATORS[type(node.op)])
        kind = chain(node)
        if kind:
            first, *others = _links(node, kind)
            parts = [self.value(first[1]), *(self.link(operator, part) for operator, part in others)]
            return apply(kind, *parts)
        left, right = self.value(node.left), self.value(node.right)
        return left / right if isinstance(node.op, ast.Div) else self.power(left, right)

    def link(self, operator: ast.operator, part: ast.expr) -> Term:
        value = self.value(part)
        return -value if isinstance(operator, ast.Sub) else value

    def power(self, base: Term, exponent: Term) -> Term:
        known = fraction_of(self.checked(exponent))
        if known is None:
            return power(base, exponent)
        if base.is_number and abs(known) * bits(base, []) > MOST_BITS:
            raise self._fault(TOO_LARGE)
        raised = power(base, number(abs(known)))
        return ONE / raised if known < 0 else raised

    def unary(self, node: ast.UnaryOp) -> Term:
        if type(node.op) in OTHER_OPERATORS:
            raise self._fault(OTHER_OPERATORS[type(node.op)])
        value = self.value(node.operand)
        return value if isinstance(node.op, ast.UAdd) else -value

    def call(self, node: ast.Call) -> Term:
        if not isinstance(node.func, ast.Name):
            self.value(node.func)
            raise self._fault(f"`{self._source(node.func)}` is no function; write * for a product")
        name = node.func.id
        if node.keywords:
            raise self._fault(f"`{name}` takes its arguments by position, not by keyword")
        if name == "Piecewise":
            return self.piecewise(node.args)
        if name == "where":
            return self.where(node.args)
        if name not in FUNCTIONS:
            known = dict.fromkeys([*FUNCTIONS, "Piecewise", "where"])
            raise self._fault(f"`{name}` is no function that is known{nearest(name, known) or _product_meant(name)}")
        arguments = tuple(map(self.value, node.args))
        if name == "log" and len(arguments) == 2:
            return call(name, arguments[:1]) / call(name, arguments[1:])
        if name == "pow" and len(arguments) == 2:
            return self.power(*arguments)
        if wanted := takes(name, len(arguments)):
            raise self._fault(f"`{name}` takes {wanted}, got {len(arguments)}")
        return call(name, arguments)

    def where(self, parts: list[ast.expr]) -> Term:
        if len(parts) != 3:
            raise self._fault(f"`where` takes a condition and two values, got {len(parts)} arguments")
        condition, then, otherwise = parts
        return self.choice(condition, self.value(then), self.value(otherwise))

    def piecewise(self, branches: list[ast.expr]) -> Term:
        pairs = [b.elts for b in branches if isinstance(b, ast.Tuple) and len(b.elts) == 2]
        last = pairs[-1][1] if pairs else None
        if len(pairs) < len(branches) or not isinstance(last, ast.Constant) or last.value is not True:
            raise self._fault("a Piecewise is made of pairs (value, condition), the last condition being True")
        result = self.value(pairs[-1][0])
        for value, condition in reversed(pairs[:-1]):
            result = self.choice(condition, self.value(value), result)
        return result

    def choice(self, condition: ast.expr, then: Term, otherwise: Term) -> Term:
        """`then` where `condition` holds: a conjunction is a nested choice, so that kernels need no logic."""
        if isinstance(condition, ast.BoolOp):
            inner = condition.values[::-1]
            if isinstance(condition.op, ast.And):
                return reduce(lambda chosen, part: self.choice(part, chosen, otherwise), inner, then)
            return reduce(lambda chosen, part: self.choice(part, then, chosen), inner, otherwise)
        if isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not):
            return self.choice(condition.operand, otherwise, then)
        for sign, left, right in reversed(list(self.compared(condition))):
            name, swap, negate = _COMPARISONS[sign]
            truth = apply(name, right, left) if swap else apply(name, left, right)
            then = apply("select", truth, *((otherwise, then) if negate else (then, otherwise)))
        return then

    def comparisons(self, node: ast.expr) -> Iterator[tuple[str, Term, Term]]:
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            for part in node.values:
                yield from self.comparisons(part)
        elif isinstance(node, ast.BoolOp) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
            raise self._fault("conditions hold together; `or` and `not` are no part of them")
        else:
            yield from self.compared(node)

    def compared(self, node: ast.expr) -> Iterator[tuple[str, Term, Term]]:
        if not isinstance(node, ast.Compare):
            raise self._fault(f"{quoted(self._source(node))} is no comparison; write one such as x > 0")
        for operator in node.ops:
            if type(operator) in OTHER_OPERATORS:
                raise self._fault(OTHER_OPERATORS[type(operator)])
        sides = [self.checked(self.value(side)) for side in (node.left, *node.comparators)]
        yield from zip([_SIGNS[type(o)] for o in node.ops], sides[:-1], sides[1:], strict=True)

    def condition_alone(self, _: ast.Compare | ast.BoolOp) -> Term:
        raise self._fault("a condition stands where a number is needed; write `a if c else b`")


def _product_meant(name: str) -> str:
    return f"; write {name}*(...) for a product" if len(name) == 1 else ""


def _links(node: ast.expr, kind: str) -> list[tuple[ast.operator, ast.expr]]:
    """The parts of a chain from left to right, each behind its operator."""
    found: list[tuple[ast.operator, ast.expr]] = []
    while isinstance(node, ast.BinOp) and chain(node) == kind:
        found.append((node.op, node.right))
        node = node.left
    return [(ast.Add(), node), *reversed(found)]


_SIGNS: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
# kernel, sides swapped, branches swapped
_COMPARISONS: Mapping[str, tuple[str, bool, bool]] = {
    "<": ("lt", False, False),
    "<=": ("le", False, False),
    ">": ("lt", True, False),
    ">=": ("le", True, False),
    "==": ("eq", False, False),
    "!=": ("eq", False, True),
}
_READERS: Mapping[type[ast.expr], Callable[..., Term]] = {
    ast.BinOp: _Reader.binary,
    ast.UnaryOp: _Reader.unary,
    ast.Constant: _Reader.constant,
    ast.Name: _Reader.name,
    ast.Call: _Reader.call,
    ast.IfExp: lambda reader, node: reader.choice(node.test, reader.value(node.body), reader.value(node.orelse)),
    ast.Compare: _Reader.condition_alone,
    ast.BoolOp: _Reader.condition_alone,
}
