"""What a term lacks as it is computed: the roundings of its parts, carried on to first order.

What a sum, a product or a quotient loses is a float that is found by a few operations more (Dekker 1971, Knuth 1969).
What a function loses takes hundreds; with it a form is as good as with twice the digits (Langlois 2001).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from symloss.codegen.exact import evaluate, residue
from symloss.codegen.kernel_errors import FUNCTION_ERRORS
from symloss.codegen.kernels import KERNELS, partial
from symloss.codegen.term import ONE, ZERO, Term, apply, number, total

__all__ = ["Lost"]

TWO = number(2)


class Lost:
    """What terms lack, each found once; unless it is of `functions`, too, these and choices are taken as exact."""

    def __init__(self, *, functions: bool) -> None:
        self.functions = functions
        self.rules = _OF_ALL if functions else _OF_ARITHMETIC
        self._of_others = _of_function if functions else _nothing
        self._known: dict[Term, Term] = {}

    def __call__(self, term: Term) -> Term:
        if term not in self._known:
            constant = self.functions and not term.variables
            rule = _of_constant if constant else self.rules.get(term.operation, self._of_others)
            self._known[term] = rule(term, self)
        return self._known[term]


def _nothing(_: Term, __: Lost) -> Term:
    return ZERO


def _plus(*terms: Term) -> Term:
    return total([term for term in terms if term is not ZERO])


def _minus(lost: Term) -> Term:
    return ZERO if lost is ZERO else -lost


def _times(factor: Term, lost: Term) -> Term:
    return ZERO if ZERO in (factor, lost) else factor * lost


def _of_sum(term: Term, of: Lost) -> Term:
    whole, *parts = term.arguments
    lost = of(whole)
    for part in parts:
        lost = _plus(lost, apply("sum_error", whole, part), of(part))
        whole = whole + part
    return lost


def _of_product(term: Term, of: Lost) -> Term:
    whole, *factors = term.arguments
    lost = of(whole)
    for factor in factors:
        exact = _power_of_two(whole) or _power_of_two(factor)
        rounding = ZERO if exact else apply("product_error", whole, factor)
        lost = _plus(rounding, _times(factor, lost), _times(whole, of(factor)))
        whole = whole * factor
    return lost


def _of_quotient(term: Term, of: Lost) -> Term:
    above, below = term.arguments
    rounding = ZERO if _power_of_two(below) else apply("quotient_error", above, below)
    return _plus(rounding, _times(ONE / below, of(above)), _minus(_times(above / below / below, of(below))))


def _over_a_root(term: Term, of: Lost) -> Term:
    """A quotient by a root and the root lose what is found by a few operations, too."""
    above, below = term.arguments
    if below.operation != "sqrt":
        return _of_quotient(term, of)
    (inner,) = below.arguments
    rounding = apply("root_quotient_error", above, inner)
    return _plus(rounding, _times(ONE / below, of(above)), _minus(_times(above / below / inner / TWO, of(inner))))


def _of_square(term: Term, of: Lost) -> Term:
    (inner,) = term.arguments
    return _plus(apply("product_error", inner, inner), _times(TWO * inner, of(inner)))


def _of_larger(term: Term, of: Lost) -> Term:
    x, y = term.arguments
    least, most = (y, x) if term.operation == "max" else (x, y)
    return _of_branches(apply("lt", least, most), of(x), of(y))


def _of_choice(term: Term, of: Lost) -> Term:
    condition, then, otherwise = term.arguments
    return _of_branches(condition, of(then), of(otherwise))


def _of_branches(condition: Term, then: Term, otherwise: Term) -> Term:
    return ZERO if then is otherwise is ZERO else apply("select", condition, then, otherwise)


def _of_constant(term: Term, _: Lost) -> Term:
    """Nothing where it is a float of either kind, as whole numbers are."""
    held = float(evaluate(term, {}).mid())
    significand, _exponent = math.frexp(held)
    exact = significand == float(np.float32(significand)) and not residue(term, held)
    return ZERO if exact else apply("constant_error", term)


def _of_function(term: Term, of: Lost) -> Term:
    """What a function loses itself, where that is known, and what its arguments lack times its slopes."""
    own = f"{term.operation}_error"
    parts = [apply(own, *term.arguments)] if own in FUNCTION_ERRORS else []
    for place, argument in enumerate(term.arguments if term.operation in _SLOPES else ()):
        if of(argument) is not ZERO:
            parts.append(_times(partial(term, place), of(argument)))
    return _plus(*parts)


def _power_of_two(term: Term) -> bool:
    value = term.rational if term.is_number else None
    return value is not None and value.numerator.bit_count() == value.denominator.bit_count() == 1


_SLOPES = frozenset(row.name for row in KERNELS.values() if row.derivative)

_OF_ARITHMETIC: Mapping[str, Callable[[Term, Lost], Term]] = {
    "add": _of_sum,
    "mul": _of_product,
    "div": _over_a_root,
    "square": _of_square,
    "neg": lambda term, of: _times(-ONE, of(*term.arguments)),
    "abs": lambda term, of: _times(apply("sign", *term.arguments), of(*term.arguments)),
    "max": _of_larger,
    "min": _of_larger,
}
_OF_ALL: Mapping[str, Callable[[Term, Lost], Term]] = {
    **_OF_ARITHMETIC,
    "div": _of_quotient,
    "select": _of_choice,
}
