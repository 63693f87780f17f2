"""Formulas, domains and conditions as text: what is read, and how each fault is one line."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from grammar import PARTIAL, SMOOTH, terms
from hypothesis import given
from hypothesis import strategies as st

from symloss.codegen.domain import Binary, Domain, NonNegative, Positive, Real, Unit
from symloss.codegen.errors import DeriveError
from symloss.codegen.kernels import KERNELS
from symloss.codegen.notation import parse, show
from symloss.codegen.points import sample
from symloss.codegen.reading import read_formula
from symloss.codegen.regions import read_conditions, read_domain
from symloss.codegen.space import Space
from symloss.codegen.term import Term
from symloss.codegen.vocabulary import FUNCTIONS

READ = {
    "log(1 + exp(x))": "log(1 + exp(x))",
    "  x\n + y ": "x + y",
    "0.1*x": "1/10*x",
    "0.12345678901234567890123*x": "12345678901234567890123/100000000000000000000000*x",
    "1e-3 + .5 + 2.": "1/1000 + 1/2 + 2",
    "a - (b - c)": "a - (b - c)",
    "(a + b) + c": "a + b + c",
    "a*b/c*d": "a*b/c*d",
    "+x": "x",
    "-x**2": "-x**2",
    "x**(1/2)": "sqrt(x)",
    "x**-1": "1/x",
    "x**-0.5": "1/sqrt(x)",
    "x**y": "x**y",
    "pow(x, 2)": "x**2",
    "ln(x) + log(x, 2)": "log(x) + log(x)/log(2)",
    "max(x, y, z)": "max(max(x, y), z)",
    "Max(x, 0) + relu(x)": "max(x, 0) + max(x, 0)",
    "logit(p)": "log(p/(1 - p))",
    "x if x > 0 else y": "x if 0 < x else y",
    "where(x >= 0, x, y)": "x if 0 <= x else y",
    "x if 0 < x < 1 else y": "(x if x < 1 else y) if 0 < x else y",
    "x if x < 0 or x > 1 else y": "x if x < 0 else x if 1 < x else y",
    "x if not x != 0 else y": "x if x == 0 else y",
    "Piecewise((x, x > 0), (y, True))": "x if 0 < x else y",
}


@pytest.mark.parametrize("text", READ)
def test_what_is_read(text: str) -> None:
    assert show(read_formula(text)) == READ[text]


def test_decimals_are_exact() -> None:
    assert read_formula("0.1").rational == Fraction(1, 10)


def test_every_kernel_with_a_meaning_of_its_own_can_be_called() -> None:
    hidden = KERNELS.keys() - FUNCTIONS.keys()
    assert {"exp", "log1p", "softplus", "hypot", "log_cosh", "xlogy", "kl_div"} <= FUNCTIONS.keys()
    assert {"add", "select", "nan_of"} <= hidden
    for name, parameters in FUNCTIONS.items():
        assert read_formula(f"{name}({', '.join(parameters)})").variables <= set(parameters)


REFUSED = {
    "": "the formula is empty",
    " \n ": "the formula is empty",
    "x^2": "write **",
    "2x": "cannot be read at column 1",
    "log(x": "was never closed",
    "x y": "cannot be read",
    "import os": "cannot be read",
    "np.log(x)": "write the function alone, log(...)",
    "x.real": "an attribute",
    "x[0]": "a subscript",
    "lambda x: x": "a lambda",
    "[x for x in y]": "a comprehension",
    "(x := 3)": "an assignment",
    "[x]": "a list",
    "(x, y)": "a tuple",
    "{x}": "a set",
    "'x'": "a text in quotes",
    "f'{x}'": "a text in quotes",
    "max(*x)": "a starred argument",
    "max(x, y, key=z)": "by position, not by keyword",
    "lgg(x)": "did you mean `log`?",
    "Softplus(x)": "did you mean `softplus`?",
    "__import__('os')": "`__import__` is no function",
    "x(1 + y)": "write x*(...) for a product",
    "2(x)": "write * for a product",
    "exp(x, y)": "`exp` takes 1 argument, got 2",
    "max(x)": "`max` takes 2 arguments or more, got 1",
    "x > 0": "a condition stands where a number is needed",
    "not x": "a condition stands where a number is needed",
    "x and y": "a condition stands where a number is needed",
    "x if y else z": "`y` is no comparison",
    "x if y is z else z": "write ==",
    "x % y": "`%` is no part",
    "x // y": "write / for a quotient",
    "x | y": "abs(x) for |x|",
    "Piecewise((x, x > 0))": "the last condition being True",
    "True": "is no number",
    "1j": "is no number",
    "0x10": "is no number",
    "1_000": "is no number",
    "1e400": "beyond what float64 can hold",
    "1e99999999": "is no number",
    "х + 1": "`х` (U+0445 CYRILLIC SMALL LETTER HA) is no part of a formula; names are of ASCII letters",
    "ｘ + １": "FULLWIDTH LATIN SMALL LETTER X) is no part of a formula; write x",
    "x − 1": "MINUS SIGN) is no part of a formula; write -",
    "x²": "write **2",
    "x\x00": "U+0000",
    "x # y": "NUMBER SIGN",
    "\ud800": "U+D800",
    "(" * 90 + "x" + ")" * 90: "90 brackets inside each othe",
    "-" * 30_000 + "x": "nested too deeply",
    "-" * 100 + "x": "more than 60 levels deep",
    "x**" * 10_000 + "x": "nested too deeply",
    "+".join("x" * 12_000): "nested too deeply",
    ",".join("x" * 10_001).join(("max(", ")")): "more than 10000 parts",
    "x" * 50_000: "characters are too many",
    "9**9**9**9": "too large",
    "((((10**128)**128)**128)**128)*x": "too large",
    "((((((1e300 + 1)**128)**128)**128)**128)**128)*x": "too large",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text[:24]))
def test_what_is_refused(text: str) -> None:
    start = time.monotonic()
    with pytest.raises(DeriveError) as caught:
        read_formula(text)
    assert REFUSED[text] in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
    assert time.monotonic() - start < 5


@given(terms(unary=(*SMOOTH, *PARTIAL, "abs", "sign")))
def test_what_the_toolkit_shows_is_read_as_its_own_parser_does(term: Term) -> None:
    assert show(read_formula(show(term))) == show(parse(show(term)))


@given(st.text(max_size=60) | st.text("xyz019.+-*/()<>=,[] if else log", max_size=60))
def test_any_text_is_read_or_refused_in_a_line(text: str) -> None:
    fault = ""
    try:
        read_formula(text)
    except DeriveError as error:
        fault = str(error)
    assert len(fault.splitlines()) <= 1


DOMAINS: dict[str, Domain] = {
    "real": Real,
    " Positive ": Positive,
    "binary": Binary,
    "(-oo, oo)": Real,
    "(0, oo)": Positive,
    "[0,inf)": NonNegative,
    "[0, 1]": Unit,
}


@pytest.mark.parametrize("text", DOMAINS)
def test_domains(text: str) -> None:
    assert read_domain("x", text) == DOMAINS[text]
    assert read_domain("x", DOMAINS[text]) is DOMAINS[text]


def test_an_interval_is_exact() -> None:
    domain = read_domain("x", "(-0.1, 1/3]")
    assert (domain.lower, domain.upper) == (Fraction(-1, 10), Fraction(1, 3))
    assert (domain.lower_closed, domain.upper_closed) == (False, True)


@pytest.mark.parametrize(
    ("given_domain", "message"),
    [
        ("rael", r"did you mean `real`\?"),
        ("complex", "is no domain; it is one of real, positive"),
        ("", "is no domain"),
        ("[0, 1", "is no domain"),
        ("[1, 0]", "reversed"),
        ("[1, 1]", "empty"),
        ("(0, 0)", "empty"),
        ("[0, oo]", "the bracket beside it is a round one"),
        ("(oo, 0)", "starts at infinity"),
        ("(0, -oo)", "ends at minus infinity"),
        ("(0, 1/0)", "divides by zero"),
        ("(0, 1e400)", "beyond what float64 can hold"),
        (3, "got int"),
        (None, "got NoneType"),
    ],
)
def test_domains_that_are_refused(given_domain: object, message: str) -> None:
    with pytest.raises(DeriveError, match=message):
        read_domain("x", given_domain)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("a == b", "put one side in the place of the other"),
        ("a != b", "takes no region away"),
        ("a > c", "`c` has no domain"),
        ("1 > 0", "names no variable"),
        ("a", "is no comparison"),
        ("a > b or b > 1", "conditions hold together"),
        ("", "empty"),
        (3, "got int"),
        (["a > b", 3], "got int"),
    ],
)
def test_conditions_that_are_refused(condition: object, message: str) -> None:
    with pytest.raises(DeriveError, match=message):
        read_conditions(condition, ("a", "b"))  # type: ignore[arg-type]


def test_chains_and_conjunctions_are_several_conditions() -> None:
    found = read_conditions("a > b >= 0 and 2*b < 1", ("a", "b"))
    assert [(show(c.lower), show(c.upper), c.strict) for c in found] == [
        ("b", "a", True),
        ("0", "b", False),
        ("2*b", "1", True),
    ]


@pytest.mark.parametrize(
    "assumed", ["a > b", "a >= 2*b", "a > b > -1", "a > b and a < b + 1/1000", "a > exp(b)", "a*a > b + 1"]
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_points_satisfy_the_conditions(assumed: str, dtype: str) -> None:
    space = Space({"a": Positive, "b": Real}, read_conditions(assumed, ("a", "b")))
    points = sample(space, dtype)
    assert min(len(points.typical), len(points.extreme)) > 60
    assert all(c.holds(p) for c in space.conditions for p in (*points.typical, *points.extreme))


def test_without_conditions_the_points_are_those_of_the_domains() -> None:
    domains = {"a": Positive, "b": Real}
    assert sample(Space(domains), "float32") == sample(domains, "float32")
