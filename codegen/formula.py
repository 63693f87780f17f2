"""A definition's body becomes a formula: one real number over the domains of its arguments, or a clear fault."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from itertools import product
from traceback import extract_tb
from typing import Any

from sympy import Derivative, Expr, Float, Integral, Limit, Pow, Product, Rational, Sum, Symbol, nan, oo, zoo
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import Boolean

from symloss.codegen.definition import Argument
from symloss.codegen.domain import PLACES
from symloss.codegen.index_notation import Greatest, Place, Total, entries_written

__all__ = ["Fault", "read_formula", "try_formula"]

HIGHEST = 1000  # an exact power of a number may have millions of digits
NOTHING = 1e-20  # that is left of a 0 under a root
TRIES = 12  # points at which a formula is evaluated: one that is wrong on half of them slips through once in 4096

# What is right instead, by a part of the message of an exception that a body raises.
SYMPY = "take the function from sympy, for example `from sympy import log`: the arguments are symbols"
HINTS: Mapping[str, str] = {
    "truth value of Relational": "a condition on the arguments has no truth value yet; where the body has `if`, `and` "
    "or `max()`, write Piecewise((value, condition), (other, True)), And(...) or Max(...)",
    "Cannot convert expression to float": SYMPY,  # math
    "loop of ufunc does not support": SYMPY,  # numpy
    "must be Tensor, not": SYMPY,  # torch
    "with an unsupported type (<class 'sympy.": SYMPY,  # tensorflow
    "Array'": "an argument with axes is an array; write its entries, for example total(lambda k: logits[k], K)",
}


class Fault(Exception):  # noqa: N818 - never seen outside: `loss` adds place and name
    """What is wrong with a definition, and what would be right; `line` where that is not the definition's first."""

    def __init__(self, message: str, line: int | None = None) -> None:
        self.message, self.line = message, line


def read_formula(function: Callable[..., Any], arguments: tuple[Argument, ...]) -> Expr:
    """What the function's body makes of symbols, if that is one value made of nothing else."""
    positional = [a.written for a in arguments if a.role != "hyper"]
    try:
        value = function(*positional, **{a.name: a.written for a in arguments if a.role == "hyper"})
    except Exception as error:  # the formula is its author's, and may raise anything
        here = function.__code__.co_filename
        lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == here]
        hint = "".join(f"; {hint}" for pattern, hint in HINTS.items() if pattern in str(error))
        raise Fault(f"raises {type(error).__name__}: {error}{hint}", lines[-1] if lines else None) from error
    _require_number(value)
    symbols = {a.symbol for a in arguments}
    stranger = min((s for s in value.free_symbols - symbols if not isinstance(s, Place)), key=str, default=None)
    if stranger is not None and str(stranger) in {a.name for a in arguments}:
        raise Fault(f"`{stranger}` is a symbol of the file's own; use the argument of that name")
    if stranger is not None:
        raise Fault(f"free symbol `{stranger}` is no argument; add it to the signature with a domain")
    axes = {axis.name for a in arguments for axis in (*a.domain.axes, *a.domain.places)}
    over = {str(part.args[1]).rstrip("'") for part in value.atoms(Total, Greatest)}
    if odd := min(over - axes, default=None):
        raise Fault(f"is over the axis {odd}, which no argument has; sum over the axis of an argument")
    if value.free_symbols.isdisjoint(a.symbol for a in arguments if a.role == "prediction"):
        raise Fault(f"the value `{value}` does not depend on a prediction; a loss has a derivative by one")
    for exponent in sorted({abs(p.exp) for p in value.atoms(Pow) if p.exp.is_Rational}):
        if exponent > HIGHEST:
            raise Fault(f"holds a power with the exponent {exponent}; {HIGHEST} is the highest that can be worked with")
    return value


def _require_number(value: Any) -> None:  # noqa: ANN401 - whatever the author's function returns
    """A body gives one SymPy expression, and every part of it has a value."""
    if value is None:
        raise Fault("returns nothing; `return` the formula")
    if getattr(value, "is_Matrix", False):
        raise Fault("returns a matrix; return one number, the loss of one element: arguments stand for single numbers")
    if isinstance(value, Boolean):
        right = "return a number, for example Piecewise((1, condition), (0, True))"
        raise Fault(f"returns the condition `{value}`; {right}")
    if not isinstance(value, Expr):
        raise Fault(f"returns a value of type {type(value).__name__}; return a SymPy expression of its arguments")
    for part in (nan, zoo, oo, -oo):
        if value.has(part):
            raise Fault(f"holds `{part}`, which is no number: a division by 0, or an infinity written down")
    for part in sorted(value.atoms(Derivative, Integral, Sum, Product, Limit), key=str):
        raise Fault(f"holds `{part}` unevaluated; write the formula that it stands for, which `.doit()` may find")
    for part in sorted(value.atoms(AppliedUndef), key=str):
        raise Fault(f"holds `{part}`, a function without a formula; write the formula")


def try_formula(expression: Expr, arguments: tuple[Argument, ...]) -> None:
    """A loss is a real number on its domain: evaluate it at points inside."""
    poles = 0
    generator = random.Random(0)  # the same points in every run
    for _ in range(TRIES):
        # 50 digits, since SymPy writes exp(10*log(3/7)/3) as a root of exact numbers, which may be gigabytes
        numbers = {symbol: Rational(generator.choice(a.domain.samples)) for a in arguments for symbol in _numbers(a)}
        point = {symbol: number if number.is_Integer else Float(number, 50) for symbol, number in numbers.items()}
        where = ", ".join(f"{symbol} = {float(number):g}" for symbol, number in point.items())
        try:
            value = entries_written(expression, PLACES, point).evalf(20)
        except (TypeError, ValueError) as error:  # SymPy does not order complex numbers: Max(0, log(-1))
            raise Fault(f"is complex in a comparison at {where}; narrow the domains of its arguments") from error
        imaginary = value.as_real_imag()[1]
        if imaginary.is_Float and abs(imaginary) > abs(value) * 1e-12 + NOTHING:
            raise Fault(f"is complex, not real, at {where}; narrow the domains of its arguments")
        if value is nan and 0 not in point.values():  # 0 log 0 is 0 in a definition, and NaN in SymPy
            raise Fault(f"has no value at {where}; cover the whole domain of its arguments")
        poles += bool(value.is_infinite)
    if poles == TRIES:
        raise Fault("is infinite wherever it was tried; a loss is a finite number inside its domain")


def _numbers(argument: Argument) -> list[Symbol]:
    """The symbols that stand for numbers: the argument's own, or one for each entry."""
    if not argument.domain.axes:
        return [argument.symbol]
    places = product(*(range(PLACES) for _ in argument.domain.axes))
    return [Symbol(f"{argument.name}[{', '.join(map(str, there))}]", real=True) for there in places]
