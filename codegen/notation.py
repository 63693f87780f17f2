"""Formulas as text: ``parse`` reads them into terms, ``show`` prints a term on one line.

The text is data.  Python's grammar is used to read it, nothing is ever evaluated:
any node that is not arithmetic, a comparison, a choice or a call by plain name is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction

from symloss.codegen.term import Term, apply, number, variable

__all__ = ["parse", "show"]


def parse(text: str) -> Term:
    """The term that `text` spells: numbers, names, ``+ - * / **``, comparisons, ``a if c else b``, ``f(x)``.

    ``x**2`` is `square`, ``x**0.5`` is `sqrt`; decimals are exact rationals; `ValueError` for anything else.
    """
    return _read(ast.parse(text.strip(), mode="eval").body)


def _read(node: ast.expr) -> Term:
    reader = _READERS.get(type(node))
    if reader is None:
        raise ValueError(f"{ast.unparse(node)!r} is not part of a formula")
    return reader(node)


def _read_binary(node: ast.BinOp) -> Term:
    left, right = _read(node.left), _read(node.right)
    return _BINARY[type(node.op)](left, right)


def power(base: Term, exponent: Term) -> Term:
    """`base` to the `exponent`, by the kernels that exist for exponents 2 and 1/2."""
    if base.is_number and exponent.is_number and Fraction(exponent.value or 0).denominator == 1:
        return number(Fraction(base.value or 0) ** int(Fraction(exponent.value or 0)))
    special = {Fraction(2): "square", Fraction(1, 2): "sqrt", Fraction(1): None}
    if exponent.is_number and exponent.value in special:
        name = special[Fraction(exponent.value)]
        return apply(name, base) if name else base
    return apply("pow", base, exponent)


def _read_negative(node: ast.UnaryOp) -> Term:
    if not isinstance(node.op, ast.USub):
        raise ValueError(f"{ast.unparse(node)!r} is not part of a formula")
    return -_read(node.operand)


def _read_constant(node: ast.Constant) -> Term:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise ValueError(f"{node.value!r} is not a number")
    return number(Fraction(repr(node.value)))


def _read_comparison(node: ast.Compare) -> Term:
    if len(node.ops) != 1:
        raise ValueError(f"{ast.unparse(node)!r} chains comparisons")
    left, right = _read(node.left), _read(node.comparators[0])
    name, swap = _COMPARISONS[type(node.ops[0])]
    return apply(name, right, left) if swap else apply(name, left, right)


def _read_call(node: ast.Call) -> Term:
    if not isinstance(node.func, ast.Name) or node.keywords:
        raise ValueError(f"{ast.unparse(node)!r} is not a call of a function by its name")
    return apply(node.func.id, *map(_read, node.args))


_BINARY: dict[type[ast.operator], Callable[[Term, Term], Term]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: power,
}
_COMPARISONS: dict[type[ast.cmpop], tuple[str, bool]] = {
    ast.Lt: ("lt", False),
    ast.LtE: ("le", False),
    ast.Gt: ("lt", True),
    ast.GtE: ("le", True),
    ast.Eq: ("eq", False),
}
_READERS: dict[type[ast.expr], Callable[..., Term]] = {
    ast.BinOp: _read_binary,
    ast.UnaryOp: _read_negative,
    ast.Constant: _read_constant,
    ast.Name: lambda node: variable(node.id),
    ast.Compare: _read_comparison,
    ast.IfExp: lambda node: apply("select", _read(node.test), _read(node.body), _read(node.orelse)),
    ast.Call: _read_call,
}

# Precedence of what each operation prints: choice 0, comparison 1, sum 2, product 3, sign 4, power 5, the rest 6.
PRECEDENCE = {
    "select": 0,
    "lt": 1,
    "le": 1,
    "eq": 1,
    "add": 2,
    "mul": 3,
    "div": 3,
    "neg": 4,
    "pow": 5,
    "square": 5,
}
_INFIX = {"lt": "<", "le": "<=", "eq": "=="}


def show(term: Term) -> str:
    """`term` on one line, so that ``parse(show(t)) == t`` for every term without negative fractions."""
    return _show(term, 0)


def _show(term: Term, tightness: int) -> str:
    text, precedence = _spell(term)
    return f"({text})" if precedence < tightness else text


def _spell(term: Term) -> tuple[str, int]:
    name, arguments = term.operation, term.arguments
    if name in ("number", "variable"):
        value = str(term.value)
        return value, 2 if value.startswith("-") else 3 if "/" in value else 6
    precedence = PRECEDENCE.get(name, 6)
    if name == "add":
        return _show_sum(arguments), precedence
    if name == "mul":
        return "*".join([_show(arguments[0], 3), *(_show(a, 4) for a in arguments[1:])]), precedence
    if name == "div":
        return f"{_show(arguments[0], 3)}/{_show(arguments[1], 4)}", precedence
    if name == "neg":
        return f"-{_show(arguments[0], 4)}", precedence
    if name == "square":
        return f"{_show(arguments[0], 6)}**2", precedence
    if name == "pow":
        return f"{_show(arguments[0], 6)}**{_show(arguments[1], 5)}", precedence
    if name == "select":
        condition, then, otherwise = arguments
        return f"{_show(then, 1)} if {_show(condition, 1)} else {_show(otherwise, 0)}", precedence
    if name in _INFIX:
        return f"{_show(arguments[0], 2)} {_INFIX[name]} {_show(arguments[1], 2)}", precedence
    return f"{name}({', '.join(_show(a, 0) for a in arguments)})", precedence


def _show_sum(terms: tuple[Term, ...]) -> str:
    text = _show(terms[0], 2)
    for term in terms[1:]:
        subtract = term.operation == "neg"
        text += f" - {_show(term.arguments[0], 3)}" if subtract else f" + {_show(term, 3)}"
    return text
