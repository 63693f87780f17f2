"""LaTeX of terms: brackets keep their meaning, and every line of every formula fits."""

from __future__ import annotations

import cmath
import re
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from math import isfinite

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symloss.codegen.backends.latex_derivation import COLUMN, PAGE
from symloss.codegen.backends.latex_layout import lay_out
from symloss.codegen.backends.latex_symbols import symbols
from symloss.codegen.backends.latex_terms import term_to_latex
from symloss.codegen.backends.latex_width import width
from symloss.codegen.kernels import KERNELS, Kernel
from symloss.codegen.notation import parse
from symloss.codegen.term import Term, apply, number, variable

LETTERS = {letter: letter for letter in "abcmpqxyz"}

PRINTED = {
    "a - (b - c)": "a - (b - c)",
    "log(2*pi*x)": r"\log(2 \pi x)",
    "pi**2": r"\pi^2",
    "asin(x)": r"\arcsin x",
    "trigamma(x + 1)": r"\psi'(x + 1)",
    "a - b*(-c)": r"a - b\, (-c)",
    "(-x)*y": "-x y",
    "-(-x)": "-(-x)",
    "x + (-2)*y": "x - 2 y",
    "x*2": "2 x",
    "2*3*x": r"2 \cdot 3 x",
    "2*10**4*x": r"2 \cdot 10^{4} x",
    "1/2*x**2": r"\tfrac{1}{2} x^2",
    "x/(y/z)": r"\frac{x}{y/z}",
    "1/(x*y)/z": r"\frac{1/(x y)}{z}",
    "(x/y)**2": r"\left(\frac{x}{y}\right)^2",
    "(x**y)**z": "(x^{y})^{z}",
    "x**y**z": "x^{y^{z}}",
    "exp(x)**2": "(e^{x})^2",
    "exp(-x/2)": "e^{-x/2}",
    "exp(exp(x))": r"\exp(e^{x})",
    "y*log(x)": r"y \log x",
    "log(x)*y": r"\log(x)\, y",
    "log(x)**2": r"(\log x)^2",
    "log(abs(x))": r"\log \lvert x\rvert",
    "log(1 + exp(x))": r"\log(1 + e^{x})",
    "log(1/x)": r"\log\left(\frac{1}{x}\right)",
    "max(-x, 0)": r"\max(-x, 0)",
    "sigmoid(x)**2": r"\sigma(x)^2",
    "abs(x - y)": r"\lvert x - y\rvert",
    "sqrt(x + 1)": r"\sqrt{x + 1}",
    "xlogy(x - 1, y)": r"(x - 1)\log y",
    "log_ratio(x - 1, y)*z": r"\left(\log\frac{x - 1}{y}\right)\, z",
    "hypot(x + 1, y)": r"\sqrt{(x + 1)^2 + y^2}",
    "hypot(1, x)": r"\sqrt{1 + x^2}",
    "log1p_square(1, x, y)": r"\log\left(1 + \left(\frac{x}{y}\right)^2\right)",
    "xdivy(x, y)": r"\frac{x}{y}",
    "1 if x < 0 else 2 if x <= y else y": (
        r"\begin{cases} 1 & \text{if } x < 0 \\ 2 & \text{if } x \le y \\ y & \text{otherwise} \end{cases}"
    ),
    "min(x, 1073741824)": r"\min(x, 2^{30})",
    "0.05*x": "0.05 x",
    "1e-7*x": "10^{-7} x",
    "x/3 + 1/3": r"\frac{x}{3} + \tfrac{1}{3}",
    "-(q*z*log(p) + (1 - z)*log(1 - p))": r"-(q z \log p + (1 - z) \log(1 - p))",
}


@pytest.mark.parametrize("text", PRINTED)
def test_a_term_is_printed_with_the_brackets_it_needs(text: str) -> None:
    assert term_to_latex(parse(text), LETTERS) == PRINTED[text]


def test_a_symbol_that_is_a_power_is_bracketed_when_raised() -> None:
    assert term_to_latex(parse("variance**2*variance"), {"variance": r"\sigma^2"}) == r"(\sigma^2)^2 \sigma^2"


def test_long_names_do_not_run_into_each_other() -> None:
    names = {"prediction": r"\hat y"} | symbols(["odd_name", "other"])
    assert term_to_latex(parse("prediction*odd_name*other"), names) == r"\hat y\, \mathrm{odd\ name}\, \mathrm{other}"


@pytest.mark.parametrize("kernel", [k for k in KERNELS.values() if k.latex], ids=lambda k: k.name)
def test_every_kernel_prints_each_of_its_arguments(kernel: Kernel) -> None:
    text = term_to_latex(apply(kernel.name, *map(variable, kernel.names)), {n: f"<{n}>" for n in kernel.names})
    assert all(f"<{name}>" in text for name in kernel.names)
    assert text.count("{") == text.count("}")


# What is printed, read back: a small reader of our own LaTeX, and the same function of numbers on both sides.

TOKEN = re.compile(r"\\operatorname\{\w+\}|\\[a-zA-Z]+|\\.|[0-9.]+|\S")


def above(value: complex) -> complex:
    """Just above the branch cut, whichever zero the imaginary part has."""
    return value + 1e-10j if value.real < 0 else value


FUNCTIONS: Mapping[str, Callable[..., complex]] = {
    "log": lambda x: cmath.log(above(x)),
    "tanh": cmath.tanh,
    "sigma": lambda x: 1 / (1 + cmath.exp(-x)),
    "max": lambda x, y: max(x, y, key=lambda v: (v.real, v.imag)),
    "softplus": lambda x: cmath.log(above(3 + cmath.exp(x))),
    "exp": cmath.exp,
}
KERNEL_OF = {"sigmoid": "sigma"}
VALUES = {"a": 1.3 + 0.2j, "b": -0.7 + 0.1j, "x": 0.4 - 0.3j}


class Reader:
    """Evaluates the LaTeX of a term."""

    def __init__(self, text: str) -> None:
        flat = re.sub(r"\\(left|right)(?![A-Za-z])|\\[ ,]", "", text)
        self.tokens = [*TOKEN.findall(flat), "end"]

    def take(self, *expected: str) -> str:
        token = self.tokens.pop(0)
        assert not expected or token in expected, (token, expected, self.tokens)
        return token

    def sum(self) -> complex:
        total = self.term()
        while self.tokens[0] in ("+", "-"):
            sign = 1 if self.take() == "+" else -1
            total += sign * self.term()
        return total

    def term(self) -> complex:
        if self.tokens[0] == "-":
            self.take()
            return -self.term()
        product = self.factor()
        while self.tokens[0] not in ("+", "-", ")", "}", ",", "end", r"\rvert"):
            if self.tokens[0] == "/":
                self.take()
                return product / self.factor()
            if self.tokens[0] == r"\cdot":
                self.take()
            product *= self.factor()
        return product

    def factor(self) -> complex:
        base = self.atom()
        if self.tokens[0] == "^":
            self.take()
            return above(base) ** (self.group() if self.tokens[0] == "{" else complex(self.take()))
        return base

    def group(self) -> complex:
        self.take("{")
        value = self.sum()
        self.take("}")
        return value

    def atom(self) -> complex:
        token = self.take()
        name = re.sub(r"\\operatorname\{(\w+)\}|\\", r"\1", token)
        if token in ("(", "{", r"\lvert"):
            value = self.sum()
            closing = self.take(")", "}", r"\rvert")
            return complex(abs(value)) if closing == r"\rvert" else value
        if name in ("frac", "tfrac"):
            return self.group() / self.group()
        if name == "sqrt":
            return ARITHMETIC["sqrt"](self.group())
        if name in FUNCTIONS:
            return FUNCTIONS[name](*self.arguments())
        return VALUES[token] if token in VALUES else cmath.e if token == "e" else complex(token)

    def arguments(self) -> Iterator[complex]:
        if self.tokens[0] != "(":
            yield self.atom()
            return
        self.take("(")
        yield self.sum()
        while self.take(",", ")") == ",":
            yield self.sum()


ARITHMETIC: Mapping[str, Callable[..., complex]] = {
    "add": lambda *values: sum(values),
    "mul": lambda *values: reduce(lambda x, y: x * y, values),
    "neg": lambda x: -x,
    "div": lambda x, y: x / y,
    "pow": lambda x, y: above(x) ** y,
    "square": lambda x: x**2,
    "sqrt": lambda x: cmath.sqrt(above(x)),
    "abs": lambda x: complex(abs(x)),
    "xlogy": lambda x, y: x * cmath.log(above(y)),
    "log_ratio": lambda x, y: cmath.log(above(x / y)),
    "hypot": lambda x, y: cmath.sqrt(above(x**2 + y**2)),
}


def evaluate(term: Term) -> complex:
    if term.operation == "number":
        return complex(term.value)
    if term.operation == "variable":
        return VALUES[term.value]
    function = ARITHMETIC.get(term.operation) or FUNCTIONS[KERNEL_OF.get(term.operation, term.operation)]
    return function(*map(evaluate, term.arguments))


def _terms(depth: int) -> st.SearchStrategy[Term]:
    leaves = st.sampled_from([*map(variable, VALUES), *map(number, (0, 1, 2, -1, "1/2", "-3/7", "0.05", 10000))])
    if not depth:
        return leaves
    inner = _terms(depth - 1)
    unary = st.sampled_from(["neg", "neg", "square", "sqrt", "exp", "log", "tanh", "sigmoid", "softplus", "abs"])
    binary = st.sampled_from(["add", "mul", "div", "div", "pow", "max", "xlogy", "log_ratio", "hypot"])
    flat = st.sampled_from(["add", "mul"])
    return st.one_of(
        leaves,
        st.builds(apply, unary, inner),
        st.builds(apply, binary, inner, inner),
        st.builds(apply, flat, inner, inner, inner),
    )


@settings(max_examples=600, deadline=None, derandomize=True)
@given(_terms(4))
def test_what_is_printed_means_what_the_term_means(term: Term) -> None:
    try:
        value = evaluate(term)
    except (OverflowError, ZeroDivisionError, ValueError):
        assume(False)
    assume(isfinite(abs(value)) and 1e-6 < abs(value) < 1e9)
    read = Reader(term_to_latex(term, VALUES | {letter: letter for letter in VALUES}))
    assert read.sum() == pytest.approx(value, rel=1e-6)
    assert read.tokens == ["end"]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(_terms(6), st.sampled_from([18.0, COLUMN, PAGE]))
def test_every_line_of_any_term_fits(term: Term, room: float) -> None:
    shown = lay_out((term,), LETTERS, room)
    lines = [line for formula in (*shown.formulas, *(part.lines for part in shown.where)) for line in formula]
    assert max(map(width, lines)) <= room


def test_a_shared_part_is_named_and_the_lines_fit() -> None:
    part = "(1 + exp(-x))"
    shown = lay_out((parse(f"log({part})/{part} - {part}*y*sqrt({part})"),), LETTERS, 14.0)
    assert shown.formulas == ((r"\frac{\log u}{u} - u y \sqrt{u}",),)
    assert [(p.symbol, p.lines) for p in shown.where] == [("u", ("1 + e^{-x}",))]


def test_a_sum_is_broken_before_its_signs() -> None:
    (lines,) = lay_out((parse(" + ".join(f"x**{k}" for k in range(3, 23))),), LETTERS, 20.0).formulas
    assert len(lines) > 2
    assert all(line.startswith(" + ") for line in lines[1:])


def test_a_term_whose_parts_share_exponentially_is_laid_out() -> None:
    term = variable("x")
    for _ in range(60):
        term = apply("log", term + term * variable("y"))
    assert len(lay_out((term,), LETTERS, PAGE).where) > 1
