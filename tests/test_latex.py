"""The derivation book: steps, symbols, text that cannot break it, chapters and the frame."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from symloss.codegen.backends.latex import CertificateRow, Entry, book, chapter, section
from symloss.codegen.backends.latex_derivation import changed, display, rows
from symloss.codegen.backends.latex_symbols import legend, membership, symbols, title
from symloss.codegen.backends.latex_terms import term_to_latex
from symloss.codegen.backends.latex_text import conditions, escape, prose, ulps
from symloss.codegen.definition import Argument, Loss
from symloss.codegen.derivation import Aside, Derivation, Derived, Error, Step
from symloss.codegen.domain import Binary, Count, Domain, Interval, Positive, Real, Unit
from symloss.codegen.notation import parse
from symloss.codegen.paper import Paper
from symloss.codegen.term import Term

PAPER = Paper(
    symbols={
        "concentration": "k",
        "labels": "z",
        "logits": "x",
        "pos_weight": "q",
        "prediction": r"\hat y",
        "score": "s",
        "target": "y",
        "variance": r"\sigma^2",
    },
    words={"variance": "the spread"},
    spellings={"cross entropy": "cross-entropy", "log rate": "log-rate", "nll": "NLL", "poisson": "Poisson"},
)
LETTERS = {letter: letter for letter in "abcmpqxyz"}


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


REAL = {
    "abs": abs,
    "add": lambda *values: sum(values),
    "div": lambda x, y: x / y,
    "max": max,
    "mul": lambda x, y: x * y,
    "neg": lambda x: -x,
    "square": lambda x: x * x,
}


def evaluate_real(term: Term) -> float:
    point = {"x": 1.7, "y": 0.6, "z": 2.9}
    functions = REAL
    if term.operation in ("number", "variable"):
        return point.get(term.value) or float(term.value)
    return functions[term.operation](*map(evaluate_real, term.arguments))


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


def test_a_condition_too_wide_to_stand_beside_the_formula_stands_below_it() -> None:
    wide = "0 <= (-expm1(sigmoid(x) + softplus(y) + softplus(x)))**z"
    (row,) = rows([Step("x log y", parse("x*y"), parse("y*x*1"), condition=f"0 <= z, {wide}")], LETTERS)
    assert row.condition == r"$0 \le z$"
    assert row.lines[-1].startswith(r"\text{for}\quad")
    assert "expm1" in row.lines[-1]


def test_a_step_that_writes_a_kernel_out_names_it_as_it_is_printed() -> None:
    terms = parse("softplus(x)"), parse("max(x, 0) + log1p(exp(-abs(x)))")
    (row,) = rows([Step("stable softplus", *terms, kind="kernel")], LETTERS)
    assert row.rule == r"stable $\operatorname{softplus}(x)$"
    (row,) = rows([Step("stable softplus", *terms)], LETTERS)
    assert row.rule == "stable softplus"


def test_arguments_get_the_symbols_of_the_field_and_no_two_the_same() -> None:
    names = ["logits", "labels", "pos_weight", "x", "variance", "delta", "score_1", "very_long_argument_name"]
    written = ["x", "z", "q", "x_{1}", r"\sigma^2", r"\delta", "s_{1}", "v_{1}"]
    assert list(symbols(names, PAPER).values()) == written
    assert symbols(["concentration1", "concentration0"], PAPER) == {
        "concentration1": "k_{1}",
        "concentration0": "k_{0}",
    }
    assert symbols(["prediction", "target"], PAPER) == {"prediction": r"\hat y", "target": "y"}


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
    variance = (Argument("variance", Positive, "other"),)
    assert legend(variance, {"variance": "v"}, PAPER) == [("v > 0", "the spread")]


def test_names_become_titles() -> None:
    assert title("weighted_sigmoid_cross_entropy", PAPER) == "Weighted sigmoid cross-entropy"
    assert title("poisson_nll_log_rate", PAPER) == "Poisson NLL log-rate"


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
    names = {"x": "x", "y": "y"}
    assert conditions("x > 0, max(x, y) >= 0, up to 5%", names) == (
        "$0 < x$",
        r"$0 \le \max(x,\allowbreak y)$",
        r"up to 5\%",
    )
    nested = r"$0 < \max(\frac{x}{2^{60}},\allowbreak \min(x,\allowbreak y))$"
    assert conditions("0 < max(x/2**60, min(x, y))", names) == (nested,)
    assert conditions("x > 1/2**60*y", names) == (r"$\tfrac{1}{2^{60}} y < x$",)
    assert conditions("", names) == ()


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
        (closed,),
        stable,
        (Step("softplus", naive, closed), Step("stable softplus", closed, stable, kind="kernel")),
        (bad,),
        (good,),
        (Aside(naive, (), (bad,)),),
    )
    slope = parse("sigmoid(odd_name)")
    gradient = Derivation({"odd_name": Real}, slope, (slope,), slope, (), (bad,), (good,))
    loss = Loss("odd_loss", "oddities", (Argument("odd_name", Real, "prediction"),), None, NASTY, "key", "f.py:1")
    row = CertificateRow(
        "odd_name", "torch", "eager", "float32", "|x| <= 1e4", 900, 0.4, 4, ("50% at odd_name=-2e+30",)
    )
    return Entry(loss, Derived(value, {"odd_name": gradient}), (row,))


def test_a_chapter_shows_every_part_of_a_loss_and_no_code_name() -> None:
    text = chapter("oddities", [section(_entry())])
    assert text.startswith("% Generated by symloss")
    assert text == chapter("oddities", [section(_entry())])
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


def test_the_lines_of_a_display_share_a_column_of_heads() -> None:
    lines = display("f", parse("log((1 + exp(-x))*(2 + 1/(1 + exp(-x))))/sqrt(3 + 1/(1 + exp(-x)))"), LETTERS, 16.0)
    rooms = [float(re.search(r"&= \\fit\{([\d.]+)\}", line)[1]) for line in lines[:2]]
    assert rooms[0] == rooms[1] < 16.0 - 2.0
