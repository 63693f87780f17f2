"""Terms from SymPy expressions and back: SymPy is the language of definitions and the prover of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce

import sympy
from sympy.core.function import Application
from sympy.functions.elementary.piecewise import ExprCondPair

from symloss.codegen.axes import NOWHERE, placed, renamed
from symloss.codegen.index_notation import Choice, Entry, Greatest, Place, Total
from symloss.codegen.kernel_errors import ERRORS
from symloss.codegen.kernels import KERNELS, expand
from symloss.codegen.notation import parse, power
from symloss.codegen.term import ONE, Term, apply, entry, index, number, substitute, total, transform, variable, walk

__all__ = ["UnknownFunctionError", "from_sympy", "to_sympy"]


UNUSED = "'" * 9  # primes of an axis in which no body is


class UnknownFunctionError(Exception):
    """A SymPy function that no kernel stands for; the message names it."""


def from_sympy(expression: sympy.Basic, order: Sequence[str] = ()) -> Term:
    """The term of a SymPy expression; `UnknownFunctionError` names what has no kernel.

    SymPy sorts sums by names; here constants come first, then the summands in the `order` of the arguments
    that they begin with, as the author of a definition would write them.
    """
    term = transform(_from_sympy(expression), lambda node: _in_order(node, order))
    return renamed(term, NOWHERE) if any(node.operation == "index" for node in walk(term)) else term


def _in_order(node: Term, order: Sequence[str]) -> Term:
    if node.operation != "add":
        return node

    def first(part: Term) -> int:
        return min((order.index(n) for n in part.variables if n in order), default=-1)

    return apply("add", *sorted(node.arguments, key=first))


def _from_sympy(expression: sympy.Basic) -> Term:
    reader = _READERS.get(expression.func)
    if reader is not None:
        return reader(expression)
    if expression.is_Rational:
        return number(Fraction(expression.p, expression.q))
    if expression.is_Float:
        return number(Fraction(str(expression)))
    known = sorted(each.__name__ for each in _READERS if issubclass(each, Application))
    raise UnknownFunctionError(f"no kernel stands for {expression.func.__name__}; there are sqrt, {', '.join(known)}")


def _from_product(expression: sympy.Mul) -> Term:
    coefficient, factors = expression.as_coeff_mul()
    if not coefficient.is_Rational:
        coefficient, factors = sympy.Integer(1), expression.args
    above: list[Term] = []
    below: list[Term] = []
    for factor in factors:
        base, exponent = factor.as_base_exp() if factor.is_Pow else (factor, sympy.Integer(1))
        if base != sympy.E and _is_negative(exponent):
            below.append(_from_power(base, -exponent))
        else:
            above.append(_from_sympy(factor))
    top, bottom = abs(coefficient.p), coefficient.q
    if bottom & (bottom - 1) == 0:  # dividing by a power of two is exact, so the constant is one number
        above = [number(Fraction(top, bottom)), *above] if (top, bottom) != (1, 1) else above
    else:
        above = [number(top), *above] if top != 1 else above
        below = [number(bottom), *below]
    product = _product(above)
    quotient = product / _product(below) if below else product
    return -quotient if coefficient.is_negative else quotient


def _product(factors: list[Term]) -> Term:
    return reduce(Term.__mul__, factors) if factors else ONE


def _is_negative(exponent: sympy.Expr) -> bool:
    """Whether it is written with a minus sign: -1, -2*q, but not 1 - q, in which SymPy may see -(q - 1)."""
    return all(part.could_extract_minus_sign() for part in sympy.Add.make_args(exponent))


def _from_power(base: sympy.Expr, exponent: sympy.Expr) -> Term:
    if base == sympy.E:
        return apply("exp", _from_sympy(exponent))
    if _is_negative(exponent):
        return ONE / _from_power(base, -exponent)
    return power(_from_sympy(base), _from_sympy(exponent))


def _from_branches(given: Sequence[tuple[sympy.Expr, sympy.Basic]]) -> Term:
    *branches, (last, otherwise) = given
    if otherwise != sympy.true:
        raise UnknownFunctionError("a Piecewise needs a last branch for every other case: (value, True)")
    result = _from_sympy(last)
    for value, condition in reversed(branches):
        result = _choose(condition, _from_sympy(value), result)
    return result


def _choose(condition: sympy.Basic, then: Term, otherwise: Term) -> Term:
    """`then` where `condition` holds: a conjunction is a nested choice, so that kernels need no logic of their own."""
    if isinstance(condition, sympy.And):
        return reduce(lambda inner, part: _choose(part, inner, otherwise), condition.args, then)
    if isinstance(condition, sympy.Or):
        return reduce(lambda inner, part: _choose(part, then, inner), condition.args, otherwise)
    if isinstance(condition, sympy.Not):
        return _choose(condition.args[0], otherwise, then)
    if isinstance(condition, sympy.Ne):
        return _choose(sympy.Eq(*condition.args), otherwise, then)
    if condition in (sympy.true, sympy.false):
        return then if condition == sympy.true else otherwise
    return apply("select", _from_sympy(condition), then, otherwise)


def _from_heaviside(expression: sympy.Heaviside) -> Term:
    argument, at_zero = expression.args
    if at_zero != sympy.Rational(1, 2):
        raise UnknownFunctionError(f"{expression} is {at_zero} at 0, and a step is 1/2 there; write a Piecewise")
    return apply("step", _from_sympy(argument))


def _from_entry(expression: Entry) -> Term:
    """The entry at places of a body's own axes, or read off where a label says at which."""
    array, *pairs = expression.args
    given = list(zip(map(_from_sympy, pairs[::2]), (axis.name for axis in pairs[1::2]), strict=True))
    unused = [f"{axis}{UNUSED}" for _, axis in given]
    whole = entry(array.name, *unused)
    return reduce(lambda term, step: placed(term, step[1], step[0][0]), zip(given, unused, strict=True), whole)


def _pairwise(name: str) -> Callable[[sympy.Basic], Term]:
    return lambda e: reduce(
        lambda a, b: apply(name, a, b), map(_from_sympy, sorted(e.args, key=sympy.default_sort_key))
    )


def _call(name: str, *, swap: bool = False) -> Callable[[sympy.Basic], Term]:
    return lambda e: apply(name, *map(_from_sympy, e.args[::-1] if swap else e.args))


# Kernels that are functions of SymPy's, by the same arguments: one row reads and writes.
_FUNCTIONS: Mapping[str, type[sympy.Basic]] = {
    "abs": sympy.Abs,
    "sign": sympy.sign,
    "exp": sympy.exp,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "asin": sympy.asin,
    "acos": sympy.acos,
    "atan": sympy.atan,
    "asinh": sympy.asinh,
    "acosh": sympy.acosh,
    "atanh": sympy.atanh,
    "erf": sympy.erf,
    "erfc": sympy.erfc,
    "lgamma": sympy.loggamma,
    "lt": sympy.StrictLessThan,
    "le": sympy.LessThan,
    "eq": sympy.Eq,
}

# Positive functions that overflow early, by their logarithms.
_LOGARITHMS: Mapping[type[sympy.Basic], str] = {
    sympy.gamma: "lgamma(a)",
    sympy.factorial: "lgamma(a + 1)",
    sympy.beta: "lgamma(a) + lgamma(b) - lgamma(a + b)",
    sympy.binomial: "lgamma(a + 1) - lgamma(b + 1) - lgamma(a - b + 1)",
}
_POLYGAMMAS = ("digamma", "trigamma", "tetragamma")


def _logarithm_of(function: sympy.Basic) -> Term:
    arguments = map(_from_sympy, function.args)
    return substitute(parse(_LOGARITHMS[function.func]), dict(zip(map(variable, "ab"), arguments, strict=False)))


def _from_logarithm(argument: sympy.Basic) -> Term:
    return _logarithm_of(argument) if argument.func in _LOGARITHMS else apply("log", _from_sympy(argument))


def _from_polygamma(expression: sympy.polygamma) -> Term:
    order, argument = expression.args
    if order not in range(len(_POLYGAMMAS)):
        raise UnknownFunctionError(f"no kernel stands for {expression}; polygamma is known to the order 2")
    return apply(_POLYGAMMAS[int(order)], _from_sympy(argument))


_READERS: Mapping[type, Callable[..., Term]] = {
    **{function: _call(name) for name, function in _FUNCTIONS.items()},
    sympy.Symbol: lambda e: variable(e.name),
    Place: lambda e: index(e.name),
    Entry: _from_entry,
    Total: _call("sum"),
    Greatest: _call("greatest"),
    sympy.Dummy: lambda e: variable(e.name),
    sympy.Add: lambda e: total([_from_sympy(part) for part in e.args]),
    sympy.Mul: _from_product,
    sympy.Pow: lambda e: _from_power(*e.args),
    **dict.fromkeys(_LOGARITHMS, lambda e: apply("exp", _logarithm_of(e))),
    sympy.log: lambda e: reduce(Term.__truediv__, map(_from_logarithm, e.args)),
    sympy.polygamma: _from_polygamma,
    sympy.Max: _pairwise("max"),
    sympy.Min: _pairwise("min"),
    sympy.Heaviside: _from_heaviside,
    sympy.Piecewise: lambda e: _from_branches(e.args),
    Choice: lambda e: _from_branches(e.branches),
    sympy.StrictGreaterThan: _call("lt", swap=True),
    sympy.GreaterThan: _call("le", swap=True),
    type(sympy.E): lambda _: apply("exp", ONE),
    type(sympy.pi): lambda _: apply("pi"),
}

WRITERS: Mapping[str, Callable[..., sympy.Basic]] = {
    **_FUNCTIONS,
    "add": sympy.Add,
    "mul": sympy.Mul,
    "neg": lambda x: -x,
    "div": lambda x, y: x / y,
    "square": lambda x: x**2,
    "sqrt": sympy.sqrt,
    "pow": lambda x, y: x**y,
    "step": lambda x: (1 + sympy.sign(x)) / 2,
    "max": sympy.Max,
    "min": sympy.Min,
    "select": lambda c, x, y: sympy.Piecewise(ExprCondPair(x, c), ExprCondPair(y, sympy.true)),
    "masked": lambda x, c: sympy.Piecewise(ExprCondPair(x, c), ExprCondPair(-sympy.oo, sympy.true)),
    "is_zero": lambda x: sympy.Piecewise((1, sympy.Eq(x, 0)), (0, True)),
    "log": sympy.log,
    "pi": lambda: sympy.pi,
    "digamma": sympy.digamma,
    "trigamma": sympy.trigamma,
    "tetragamma": lambda x: sympy.polygamma(2, x),
    "nan_of": lambda _: sympy.Integer(0),
    **dict.fromkeys((row.name for row in ERRORS), lambda *_: sympy.Integer(0)),
}


def to_sympy(term: Term, symbols: Mapping[str, sympy.Symbol]) -> sympy.Expr:
    """The SymPy expression that `term` means, kernels by their textbook meaning, over `symbols`."""
    done: dict[Term, sympy.Expr] = {}
    for node in walk(term):
        if node.operation == "variable":
            done[node] = symbols[node.name]
        elif node.is_number:
            value = node.rational
            done[node] = sympy.Rational(value.numerator, value.denominator)
        elif node.operation in WRITERS:
            done[node] = WRITERS[node.operation](*(done[a] for a in node.arguments))
        else:
            done[node] = to_sympy(expand(node, KERNELS[node.operation].meaning), symbols)
    return done[term]
