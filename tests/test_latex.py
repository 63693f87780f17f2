"""LaTeX: how terms are printed, that brackets keep their meaning, that lines fit and that text cannot break it."""

from __future__ import annotations

import cmath
import re
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from itertools import pairwise
from math import isfinite

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symloss.codegen.backends.latex import CertificateRow, Entry, book, chapter
from symloss.codegen.backends.latex_derivation import COLUMN, PAGE, changed, display, rows
from symloss.codegen.backends.latex_layout import lay_out
from symloss.codegen.backends.latex_symbols import legend, membership, symbols, title
from symloss.codegen.backends.latex_terms import term_to_latex
from symloss.codegen.backends.latex_text import condition, escape, prose, ulps
from symloss.codegen.backends.latex_width import width
from symloss.codegen.definition import Argument, Loss
from symloss.codegen.derivation import Aside, Derivation, Derived, Error, Step
from symloss.codegen.domain import Binary, Count, Domain, Interval, Positive, Real, Unit
from symloss.codegen.kernels import KERNELS, Kernel
from symloss.codegen.notation import parse
from symloss.codegen.term import Term, apply, number, variable

LETTERS = {letter: letter for letter in "abcmpqxyz"}

PRINTED = {
    "a - (b - c)": "a - (b - c)",
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
    assert term_to_latex(parse("variance**2*variance"), symbols(["variance"])) == r"(\sigma^2)^2 \sigma^2"


def test_long_names_do_not_run_into_each_other() -> None:
    names = symbols(["prediction", "odd_name", "other"])
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


def test_only_the_changed_part_of_a_step_is_given() -> None:
    rest = " + ".join(f"x**{k}" for k in range(3, 9))
    before, after = parse(f"{rest} + log(1 + exp(y))"), parse(f"{rest} + softplus(y)")
    assert changed(before, after) == ((parse("log(1 + exp(y))"), parse("softplus(y)")),)


@pytest.mark.parametrize(
    ("before", "after"),
    [("abs(-x) + y", "abs(x) + y"), ("(x*y)/(x*z)", "y/z"), ("max(x, y)", "max(y, x)"), ("(x - y)**2", "(y - x)**2")],
)
def test_a_changed_part_is_equal_in_itself(before: str, after: str) -> None:
    (pair,) = changed(parse(before), parse(after))
    assert evaluate_real(pair[0]) == pytest.approx(evaluate_real(pair[1]))


def evaluate_real(term: Term) -> float:
    point = {"x": 1.7, "y": 0.6, "z": 2.9}
    functions = ARITHMETIC | {"max": max}
    if term.operation in ("number", "variable"):
        return point.get(term.value) or float(term.value)
    return functions[term.operation](*map(evaluate_real, term.arguments)).real


def test_a_step_that_paper_does_not_show_is_marked() -> None:
    wide = "x*log(y) + log(1 + exp(x**2 + y**2 + z**2)) + log(1 + exp(a**2 + b**2 + c**2)) + a*b*c*log(a + b + c)"
    (row,) = rows([Step("x log y", parse(wide), parse(wide.replace("x*log(y)", "xlogy(x, y)")))], LETTERS)
    assert row.lines == (r"\asbefore",)


def test_a_term_that_only_a_computer_sees_is_not_printed() -> None:
    (row,) = rows([Step("NaN passes through", parse("x*y"), parse("x*y + nan_of(z)"))], LETTERS)
    assert row.lines == (r"\asbefore",)
    assert display("f", parse("x*y + nan_of(z)"), LETTERS)[0].endswith("{x y}")
    assert term_to_latex(parse("2*(x + nan_of(z))"), LETTERS) == "2 x"


def test_neighbouring_steps_by_one_rule_are_one_row() -> None:
    terms = [parse(text) for text in ("log(x*y*z)", "log(x) + log(y*z)", "log(x) + log(y) + log(z)")]
    (row,) = rows([Step("logarithm of a product", a, b) for a, b in pairwise(terms)], LETTERS)
    assert row.lines == (r"={} \fit{27.5}{\log x + \log y + \log z}",)


def test_arguments_get_the_symbols_of_the_field_and_no_two_the_same() -> None:
    names = symbols(["logits", "labels", "pos_weight", "x", "variance", "delta", "score_1", "very_long_argument_name"])
    assert list(names.values()) == ["x", "z", "q", "x_{1}", r"\sigma^2", r"\delta", "s_{1}", "v_{1}"]
    assert symbols(["prediction", "target"]) == {"prediction": r"\hat y", "target": "y"}


@pytest.mark.parametrize(
    ("domain", "text"),
    [
        (Real, r"x \in \mathbb{R}"),
        (Positive, "x > 0"),
        (Unit, "x \\in [0, 1]"),
        (Binary, r"x \in \{0, 1\}"),
        (Count, r"x \in \{0, 1, \ldots\}"),
        (Interval(-1, None, closed="neither"), "x > -1"),
        (Interval(0, 0.5, closed="left"), "x \\in [0, 1/2)"),
    ],
)
def test_a_domain_is_printed_as_a_set(domain: Domain, text: str) -> None:
    assert membership("x", domain) == text


def test_the_legend_names_every_argument_and_its_default() -> None:
    arguments = (Argument("logits", Real, "prediction"), Argument("delta", Positive, "hyper", 0.5))
    assert legend(arguments, {"logits": "x", "delta": r"\delta"}) == [
        (r"x \in \mathbb{R}", "the logits"),
        (r"\delta > 0", "a parameter (default 0.5)"),
    ]


def test_names_become_titles() -> None:
    assert title("weighted_sigmoid_cross_entropy") == "Weighted sigmoid cross-entropy"
    assert title("poisson_nll_log_rate") == "Poisson NLL log-rate"


NASTY = '100% of a_b, #1 & $2 \\x {y} ~^ <|> "q" é ő ł Δ λ ² ½ ≤ 中 😀 \x00\x1b – …'


def test_text_is_escaped() -> None:
    text = escape(NASTY)
    assert text.isascii()
    assert "\x00" not in text
    assert escape(r"50%_{\a}") == r"50\%\_\{\textbackslash{}a\}"
    assert escape("é ł β ½") == r"\'{e} \l{} $\beta$ $\tfrac12$"
    assert escape("中") == r"{\footnotesize[U+4E2D]}"


def test_text_between_backticks_is_mathematics_where_it_is_some() -> None:
    assert prose("`logits` and `1 - alpha`, `np.log_x`", {"logits": "x", "alpha": r"\alpha"}) == (
        r"$x$ and $1 - \alpha$, \texttt{np.log\_x}"
    )


def test_a_condition_is_mathematics_and_prose_stays_prose() -> None:
    assert condition("x > 0, max(x, y) >= 0, up to 5%", {"x": "x", "y": "y"}) == (
        r"$0 < x$, $0 \le \max(x, y)$, up to 5\%"
    )


def test_large_errors_are_rounded() -> None:
    assert [ulps(v) for v in (0.5, 4.0, 12345.0, float("inf"))] == ["0.5", "4", r"$1.23 \cdot 10^{4}$", r"$\infty$"]


def _entry() -> Entry:
    naive, stable = parse("log(1 + exp(odd_name))"), parse("max(odd_name, 0) + log1p(exp(-abs(odd_name)))")
    closed = parse("softplus(odd_name)")
    bad = Error("float32", 500, 9.0, 1e7, {"odd_name": 90.0}, infs=3)
    good = Error("float32", 500, 0.4, 1.9, {"odd_name": 2.0})
    value = Derivation(
        {"odd_name": Real},
        naive,
        closed,
        stable,
        (Step("softplus", naive, closed), Step("stable softplus", closed, stable)),
        (bad,),
        (good,),
        (Aside(naive, (), (bad,)),),
    )
    slope = parse("sigmoid(odd_name)")
    gradient = Derivation({"odd_name": Real}, slope, slope, slope, (), (bad,), (good,))
    loss = Loss("odd_loss", "oddities", (Argument("odd_name", Real, "prediction"),), None, NASTY, "key", "f.py:1")
    row = CertificateRow(
        "odd_name", "torch", "eager", "float32", "|x| <= 1e4", 900, 0.4, 4, ("50% at odd_name=-2e+30",)
    )
    return Entry(loss, Derived(value, {"odd_name": gradient}), (row,))


def test_a_chapter_shows_every_part_of_a_loss_and_no_code_name() -> None:
    text = chapter("oddities", [_entry()])
    assert text.startswith("% Generated by symloss")
    assert text == chapter("oddities", [_entry()])
    for part in (r"\section{Odd loss}", r"\cite{key}", "Stable form", "Another form", "Derivative by", "Certificate"):
        assert part in text
    for part in (
        r"\step{softplus}",
        r"50\% at $\mathrm{odd\ name} = -2 \cdot 10^{30}$",
        "at 3 of 500 points",
        "23.3 bits",
        "PyTorch, eager",
    ):
        assert part in text
    assert "odd_name" not in text


def test_the_book_takes_in_its_chapters() -> None:
    text = book(["robust", "margin"])
    assert text.index(r"\input{robust}") < text.index(r"\input{margin}")
    assert r"\bibliography{references}" in text
    assert r"\bibliography{" not in book(["robust"], bibliography=None)


def test_a_display_explains_the_names_it_gives() -> None:
    lines = display("f(x)", parse("log((1 + exp(-x))*(2 + 1/(1 + exp(-x))))/sqrt(3 + 1/(1 + exp(-x)))"), LETTERS, 18.0)
    assert lines[0].startswith("f(x) &= ")
    assert lines[1].startswith(r"\where u &= ")
