"""Formulas as text: ``parse`` reads them into terms, ``show`` prints a term on one line.

The text is data.  Python's grammar is used to read it, nothing is ever evaluated:
any node that is not arithmetic, a comparison, a choice or a call by plain name is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction
from functools import cache

from symloss.codegen.term import (
    ALONG,
    BINDING,
    CONSTANTS,
    LEAVES,
    Term,
    apply,
    entry,
    index,
    number,
    substitute,
    variable,
    walk,
)

__all__ = ["PRECEDENCE", "parse", "power", "show"]

OVER_AN_AXIS = BINDING | ALONG
LARGEST_POWER = 129  # of a constant that is worked out on reading: 2**128 passes the largest float32


@cache
def parse(text: str) -> Term:
    """The term that `text` spells: numbers, names, ``pi``, ``+ - * / **``, comparisons, ``a if c else b``, ``f(x)``.

    Names in brackets and second arguments of ``sum`` and its like are places on axes wherever they stand, as in
    ``sum(x[K]*w[K, D], K)``.
    ``x**2`` is `square`, ``x**0.5`` is `sqrt`; decimals are exact rationals; `ValueError` for anything else.
    """
    term = _read(ast.parse(text.strip(), mode="eval").body)
    places = {variable(node.name): node for node in walk(term) if node.operation == "index"}
    return substitute(term, places) if places else term


def _read(node: ast.expr) -> Term:
    reader = _READERS.get(type(node))
    if reader is None:
        raise ValueError(f"{ast.unparse(node)!r} is not part of a formula")
    return reader(node)


def _read_binary(node: ast.BinOp) -> Term:
    if type(node.op) not in _BINARY:
        raise ValueError(f"{ast.unparse(node)!r} is not part of a formula")
    return _BINARY[type(node.op)](_read(node.left), _read(node.right))


def power(base: Term, exponent: Term) -> Term:
    """`base` to the `exponent`, by the kernels that exist for exponents 2 and 1/2."""
    if base.is_number and exponent.is_number and exponent.value in range(LARGEST_POWER):
        return number(base.rational ** int(exponent.rational))
    special = {Fraction(2): "square", Fraction(1, 2): "sqrt", Fraction(1): None}
    if exponent.is_number and exponent.value in special:
        name = special[Fraction(exponent.value)]
        return apply(name, base) if name else base
    return apply("pow", base, exponent)


def _read_negative(node: ast.UnaryOp) -> Term:
    if type(node.op) is not ast.USub:
        raise ValueError(f"{ast.unparse(node)!r} is not part of a formula")
    return -_read(node.operand)


def _read_constant(node: ast.Constant) -> Term:
    if type(node.value) not in (int, float):
        raise ValueError(f"{node.value!r} is not a number")
    return number(Fraction(repr(node.value)))


def _read_comparison(node: ast.Compare) -> Term:
    if len(node.ops) != 1 or type(node.ops[0]) not in _COMPARISONS:
        raise ValueError(f"{ast.unparse(node)!r} is not one comparison by <, <=, >, >= or ==")
    left, right = _read(node.left), _read(node.comparators[0])
    name, swap = _COMPARISONS[type(node.ops[0])]
    return apply(name, right, left) if swap else apply(name, left, right)


def _read_call(node: ast.Call) -> Term:
    if not isinstance(node.func, ast.Name) or node.keywords:
        raise ValueError(f"{ast.unparse(node)!r} is not a call of a function by its name")
    name, arguments = node.func.id, list(map(_read, node.args))
    if name in OVER_AN_AXIS and len(arguments) > 1:
        arguments[1] = index(_name_of(node.args[1]))
    return apply(name, *arguments)


def _read_entry(node: ast.Subscript) -> Term:
    places = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return entry(_name_of(node.value), *map(_name_of, places))


def _name_of(node: ast.expr) -> str:
    name = ast.unparse(node)
    if not name.isidentifier():
        raise ValueError(f"{name!r} is not the name of an array or an axis")
    return name


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
    ast.Name: lambda node: apply(node.id) if node.id in CONSTANTS else variable(node.id),
    ast.Compare: _read_comparison,
    ast.IfExp: lambda node: apply("select", _read(node.test), _read(node.body), _read(node.orelse)),
    ast.Call: _read_call,
    ast.Subscript: _read_entry,
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


def show(term: Term) -> str:
    """`term` on one line, so that ``parse(show(t)) == t`` for every term without negative fractions."""
    return _show(term, 0)


def _show(term: Term, tightness: int) -> str:
    text, precedence = _spell(term)
    return f"({text})" if precedence < tightness else text


def _spell(term: Term) -> tuple[str, int]:
    name, arguments = term.operation, term.arguments
    if name in LEAVES:
        value = str(term.value)
        return value, 2 if value.startswith("-") else 3 if "/" in value else 6
    if name in CONSTANTS:
        return name, 6
    if name == "entry":
        array, *places = arguments
        return f"{array.name}[{', '.join(place.name for place in places)}]", 6
    if name in _PRINTERS:
        return _PRINTERS[name](*arguments), PRECEDENCE[name]
    return f"{name}({', '.join(_show(a, 0) for a in arguments)})", 6


def _show_sum(*terms: Term) -> str:
    text = _show(terms[0], 2)
    for term in terms[1:]:
        subtract = term.operation == "neg"
        text += f" - {_show(term.arguments[0], 3)}" if subtract else f" + {_show(term, 3)}"
    return text


def _comparison(sign: str) -> Callable[..., str]:
    return lambda x, y: f"{_show(x, 2)} {sign} {_show(y, 2)}"


_PRINTERS: dict[str, Callable[..., str]] = {
    "add": _show_sum,
    "mul": lambda first, *others: "*".join([_show(first, 3), *(_show(a, 4) for a in others)]),
    "div": lambda x, y: f"{_show(x, 3)}/{_show(y, 4)}",
    "neg": lambda x: f"-{_show(x, 4)}",
    "square": lambda x: f"{_show(x, 6)}**2",
    "pow": lambda x, y: f"{_show(x, 6)}**{_show(y, 5)}",
    "select": lambda c, x, y: f"{_show(x, 1)} if {_show(c, 1)} else {_show(y, 0)}",
    "lt": _comparison("<"),
    "le": _comparison("<="),
    "eq": _comparison("=="),
}
