"""To SymPy and back: values are kept, sums stay in the author's order, and what has no kernel is named."""

from __future__ import annotations

import pytest
import sympy
from grammar import DOMAINS, disagreement, points, terms
from hypothesis import given, settings

from symloss.codegen.notation import parse, show
from symloss.codegen.sympy_form import UnknownFunctionError, from_sympy, to_sympy
from symloss.codegen.term import Term

SYMBOLS = {name: sympy.Symbol(name, **domain.assumptions) for name, domain in DOMAINS.items()}
x, y, p = SYMBOLS.values()


@settings(max_examples=100)
@given(terms(), points)
def test_there_and_back_keeps_the_value(term: Term, point: dict[str, float]) -> None:
    there = to_sympy(term, SYMBOLS)
    if there.has(sympy.zoo, sympy.nan, sympy.oo, sympy.I):
        return  # SymPy saw a pole or a negative logarithm in the constants
    assert disagreement(term, from_sympy(there), point) is None


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (x - y, "x - y"),
        (1 - y * x, "1 - x*y"),
        (x / y, "x/y"),
        (-x / (2 * y), "-(1/2*x/y)"),
        (x / 3, "x/3"),
        (sympy.sqrt(x), "sqrt(x)"),
        (x**2, "x**2"),
        (x ** sympy.Rational(1, 2), "sqrt(x)"),
        (1 / x, "1/x"),
        (x**-3, "1/x**3"),
        (x ** (-y), "1/x**y"),
        (x ** (1 - y), "x**(1 - y)"),
        (sympy.exp(-x), "exp(-x)"),
        (sympy.Float("0.1") * x, "1/10*x"),
        (sympy.Max(x, 0), "max(0, x)"),
        (sympy.Piecewise((x, x > y), (y, True)), "x if y < x else y"),
        (sympy.Piecewise((x, sympy.Ne(x, y)), (1, True)), "1 if x == y else x"),
        (sympy.Piecewise((x, (x > 0) & (y > 1)), (1, True)), None),
        (sympy.Heaviside(x), "step(x)"),
        (sympy.sign(x), "sign(x)"),
        (sympy.log(x, 10), "log(x)/log(10)"),
        (sympy.E, "exp(1)"),
        (sympy.pi * x, "pi*x"),
        (sympy.log(2 * sympy.pi * y) / 2, "1/2*log(2*pi*y)"),
        (sympy.asin(x), "asin(x)"),
        (sympy.loggamma(y), "lgamma(y)"),
        (sympy.log(sympy.gamma(y)), "lgamma(y)"),
        (sympy.gamma(y), "exp(lgamma(y))"),
        (sympy.log(sympy.factorial(y)), "lgamma(1 + y)"),
        (sympy.log(sympy.beta(x, y)), "lgamma(x) - lgamma(x + y) + lgamma(y)"),
        (sympy.binomial(x, y), "exp(lgamma(1 + x) - lgamma(1 + x - y) - lgamma(1 + y))"),
        (sympy.digamma(y), "digamma(y)"),
        (sympy.polygamma(1, y), "trigamma(y)"),
        (sympy.trigamma(y).diff(y), "tetragamma(y)"),
        (sympy.Rational(2, 3), "2/3"),
    ],
)
def test_what_an_expression_becomes(expression: sympy.Expr, text: str | None) -> None:
    term = from_sympy(expression, ("x", "y"))
    if text is not None:
        assert term is parse(text) or show(term) == text


def test_sums_stand_in_the_order_of_the_arguments() -> None:
    prediction, target, a = sympy.symbols("prediction target a", real=True)
    assert show(from_sympy(target - prediction + a, ("prediction", "target", "a"))) == "-prediction + target + a"
    assert show(from_sympy(a + prediction - 1, ("prediction", "a"))) == "-1 + prediction + a"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ((x > 0) & (y > 1), {(1.0, 2.0): 1, (1.0, 0.5): 0, (-1.0, 2.0): 0}),
        ((x > 0) | (y > 1), {(1.0, 0.5): 1, (-1.0, 2.0): 1, (-1.0, 0.5): 0}),
        (sympy.Not(x > 0), {(1.0, 2.0): 0, (-1.0, 2.0): 1, (0.0, 2.0): 1}),
        (sympy.Ne(x, 1), {(1.0, 2.0): 0, (-1.0, 2.0): 1}),
    ],
)
def test_conditions_may_be_joined(condition: sympy.Basic, holds: dict[tuple[float, float], int]) -> None:
    term = from_sympy(sympy.Piecewise((1, condition), (0, True)))
    for (at_x, at_y), value in holds.items():
        assert disagreement(parse(str(value)), term, {"x": at_x, "y": at_y}) is None


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        (sympy.zeta(x), "zeta"),
        (sympy.polygamma(3, x), "polygamma"),
        (sympy.Function("f")(x), "f"),
        (sympy.besselj(0, x), "besselj"),
        (sympy.Integral(x, x), "Integral"),
        (sympy.Piecewise((x, x > 0)), "Piecewise"),
        (x + sympy.I, "ImaginaryUnit"),
        (x + sympy.oo, "Infinity"),
    ],
)
def test_what_no_kernel_stands_for_is_named(expression: sympy.Expr, name: str) -> None:
    with pytest.raises(UnknownFunctionError, match=name):
        from_sympy(expression)


def test_kernels_go_out_by_their_meaning() -> None:
    assert to_sympy(parse("softplus(x)"), SYMBOLS) == sympy.log(1 + sympy.exp(x))
    assert to_sympy(parse("kl_div(y, p)"), SYMBOLS) == y * sympy.log(y / p) - y + p
