"""Formulas as text in SymPy's syntax, read into SymPy expressions; the text is data, and nothing is evaluated."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction

import sympy

__all__ = ["FormulaError", "read"]


class FormulaError(ValueError):
    """A text that is no formula; the message says which part of it."""


FUNCTIONS: Mapping[str, Callable[..., sympy.Basic]] = {
    name: getattr(sympy, name)
    for name in (
        *("exp", "log", "sqrt", "Abs", "Max", "Min", "Piecewise"),
        *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
        *("erf", "erfc", "gamma", "digamma"),
    )
}
CONSTANTS: Mapping[str, sympy.Basic] = {"pi": sympy.pi}
BINARY: Mapping[type[ast.operator], Callable[[sympy.Basic, sympy.Basic], sympy.Basic]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
    ast.BitAnd: sympy.And,
}
COMPARISONS: Mapping[type[ast.cmpop], Callable[[sympy.Basic, sympy.Basic], sympy.Basic]] = {
    ast.Lt: sympy.StrictLessThan,
    ast.LtE: sympy.LessThan,
    ast.Gt: sympy.StrictGreaterThan,
    ast.GtE: sympy.GreaterThan,
}


def read(text: str, symbols: Mapping[str, sympy.Symbol]) -> sympy.Basic:
    """The expression (or the condition) that `text` spells over `symbols`; `FormulaError` for anything else."""
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise FormulaError(f"{text!r} is not a formula: {error.msg}") from error
    return _read(tree.body, symbols)


def _read(node: ast.expr, symbols: Mapping[str, sympy.Symbol]) -> sympy.Basic:
    result: sympy.Basic
    match node:
        case ast.Name(id=name) if name in symbols:
            result = symbols[name]
        case ast.Name(id=name) if name in CONSTANTS:
            result = CONSTANTS[name]
        case ast.Constant(value=bool(value)):
            result = sympy.true if value else sympy.false
        case ast.Constant(value=int() | float() as value):
            exact = Fraction(repr(value))
            result = sympy.Rational(exact.numerator, exact.denominator)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            result = -_read(operand, symbols)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in BINARY:
            result = BINARY[type(sign)](_read(left, symbols), _read(right, symbols))
        case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in COMPARISONS:
            result = COMPARISONS[type(sign)](_read(left, symbols), _read(right, symbols))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            result = FUNCTIONS[name](*(_read(a, symbols) for a in arguments))
        case ast.Tuple(elts=parts):
            result = sympy.Tuple(*(_read(part, symbols) for part in parts))
        case _:
            raise FormulaError(f"{ast.unparse(node)!r} is not part of a formula")
    return result
