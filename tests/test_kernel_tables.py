"""Every kernel has its row in every table that needs one; a message says which file to edit."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from string import Formatter

import pytest
import textbook
from flint import arb
from kernel_points import BOUNDED, KINDS, LAST, kernel_term, letters, points

from symloss.codegen import ball_functions, intervals, lower, model, sympy_form
from symloss.codegen.array_kernels import ARRAY_KERNELS
from symloss.codegen.backends import latex_templates, latex_terms, latex_width
from symloss.codegen.backends.latex_symbols import GREEK
from symloss.codegen.backends.latex_terms import term_to_latex
from symloss.codegen.backends.registry import BACKENDS
from symloss.codegen.bounds import Ranges
from symloss.codegen.domain import Domain, Interval
from symloss.codegen.exact import evaluate
from symloss.codegen.kernel_errors import ERRORS
from symloss.codegen.kernels import KERNELS, Kernel
from symloss.codegen.layout import POSITIONED
from symloss.codegen.model import Model
from symloss.codegen.notation import parse
from symloss.codegen.rational import FIELD
from symloss.codegen.rules.matching import COMMUTATIVE
from symloss.codegen.term import CONSTANTS, N_ARY, apply, number, walk

ROW = "codegen/kernel_*.py"
HYPERBOLIC = frozenset({"sinh", "cosh", "tanh"})
NOTHING = frozenset(row.name for row in ERRORS)  # in exact arithmetic, at every argument
SUBNORMAL = 2.0**-1074  # an end of a range is a float
MACRO = re.compile(r"\\([A-Za-z]+)")


def _is_rounded(row: Kernel) -> bool:
    """What model arithmetic gives at an infinity is stated, or none can come: a formula is written out before."""
    if (
        row.name in {*model.IEEE, *NOTHING}
        or row.name in CONSTANTS
        or row.stable
        or any(k in KINDS.get(row.name, "") for k in BOUNDED)
    ):
        return True
    return row.name in model.LIMITS if len(row.names) > 1 else row.limits is not None


def _is_measured(row: Kernel) -> bool:
    """Whether the width of every command in the template is known; a Greek letter is as wide as any."""
    known = {token.removeprefix("\\") for token in (*latex_width.FIXED, *latex_width.STRUCTURES)}
    text = "".join(part for part, *_ in Formatter().parse(row.latex))
    return all(command in known or GREEK.fullmatch(command) for command in MACRO.findall(text))


def _is_named(row: Kernel) -> bool:
    written = any((o := b.operations.get(row.name)) is not None and o.code for b in BACKENDS.values())
    return not written or row.name in lower.NAMES or row.name in CONSTANTS


def _reads_alike(row: Kernel) -> bool:
    """Whether the template and the printed meaning are the same but for brackets and spaces."""
    letters = {name: name for name in row.names}
    whole = term_to_latex(parse(row.meaning), letters)
    printed = row.latex.format(**letters)
    seen, told = (re.sub(r"\\(left|right|,)|\s|[(){}]", "", text) for text in (printed, whole))
    return seen == told


def _is_of_exponentials(row: Kernel) -> bool:
    """Whether the meaning is a rational function of exponentials or the logarithm of one, without a convention."""
    meaning = parse(row.meaning)
    inside = meaning.arguments[0] if meaning.operation == "log" else meaning
    exponents = {a for node in walk(inside) if node.operation in HYPERBOLIC | {"exp"} for a in node.arguments}
    nested = any(part.operation in HYPERBOLIC | {"exp"} for exponent in exponents for part in walk(exponent))
    rational = all(n.operation in FIELD | HYPERBOLIC | {"exp", "variable"} for n in walk(inside))
    return bool(exponents) and rational and not nested and " if " not in row.exact


# The table, what makes a kernel be in it, and where to put it otherwise.
TABLES: Mapping[str, tuple[Callable[[Kernel], object], str]] = {
    "exact": (
        lambda row: row.name in ball_functions.FUNCTIONS or row.ball or row.exact or row.meaning,
        f"{ROW}: `ball`, `exact` or `meaning`; with a convention at an end codegen/ball_functions.py: FUNCTIONS",
    ),
    "model": (_is_rounded, f"{ROW}: `limits`; of several arguments codegen/model.py: LIMITS"),
    "range": (lambda row: row.image or row.name in intervals.RULES, f"{ROW}: `image`, or codegen/intervals.py: RULES"),
    "cost": (
        lambda row: row.cost or row.stable or row.name in CONSTANTS,
        f"{ROW}: `cost`, or `stable` if it is to be written out",
    ),
    "derivative": (
        lambda row: row.name in N_ARY | CONSTANTS | LAST or row.derivative,
        f"{ROW}: `derivative`, by each parameter and in kernels",
    ),
    "sympy": (
        lambda row: row.meaning or row.name in sympy_form.WRITERS,
        f"{ROW}: `meaning`, or codegen/sympy_form.py: _FUNCTIONS for a function of SymPy's",
    ),
    "latex": (
        lambda row: row.latex or row.name in latex_terms.OPERATIONS | latex_terms.UNSEEN,
        f"{ROW}: `latex`; an operator goes into codegen/backends/latex_terms.py",
    ),
    "width": (_is_measured, "codegen/backends/latex_width.py: FIXED, for each command of the template"),
    "book": (
        lambda row: row.self_explaining or not row.meaning or not _reads_alike(row),
        f"{ROW}: `self_explaining`, or the book says that it is what it is",
    ),
    "exponentials": (
        lambda row: row.exponential or not row.meaning or not _is_of_exponentials(row),
        f"{ROW}: `exponential`, or codegen/powers_of_e.py passes it by",
    ),
    "names": (_is_named, "codegen/lower.py: NAMES, what a reader would call its value"),
    "points": (lambda row: row.name in KINDS, "tests/kernel_points.py: KINDS, where its parameters may lie"),
    "textbook": (lambda row: row.name in textbook.MEANINGS, "tests/textbook.py: MEANINGS, what it is in mpmath"),
    **{
        backend.name: (
            lambda row, backend=backend: row.stable or row.name in lower.ARITHMETIC or row.name in backend.operations,
            f"codegen/backends/{backend.name}.py: operations, or {ROW}: `stable` if none is good",
        )
        for backend in BACKENDS.values()
    },
}


ASKING = ("width", "book", "exponentials", "names")  # an empty row lacks nothing of these


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_its_row(table: str) -> None:
    has_row, place = TABLES[table]
    missing = [name for name, row in KERNELS.items() if not has_row(row)]
    assert not missing, f"{', '.join(missing)} missing: {place}"


@pytest.mark.parametrize("table", [t for t in TABLES if t not in ASKING])
def test_an_empty_row_is_found_out(table: str) -> None:
    has_row, _ = TABLES[table]
    assert not has_row(Kernel("hollow", "x", ""))


def test_a_row_that_asks_for_more_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not _is_measured(Kernel("hollow", "x", r"\arccot\left({x}\right)"))
    for name, table in (
        ("logaddexp", "exponentials"),
        ("sigmoid", "exponentials"),
        ("hypot", "book"),
        ("xexpy", "book"),
    ):
        has_row, _ = TABLES[table]
        assert has_row(KERNELS[name])
        assert not has_row(replace(KERNELS[name], exponential=False, self_explaining=False)), name
    monkeypatch.delitem(lower.NAMES, "tanh")  # type: ignore[arg-type]
    assert not _is_named(KERNELS["tanh"])


def test_no_table_has_a_row_for_what_is_no_kernel() -> None:
    named = {
        "codegen/ball_functions.py": ball_functions.FUNCTIONS,
        "codegen/model.py": {**model.IEEE, **model.LIMITS},
        "codegen/intervals.py": intervals.RULES,
        "codegen/sympy_form.py": sympy_form.WRITERS,
        "codegen/lower.py": lower.NAMES,
        "codegen/rules/matching.py": dict.fromkeys(COMMUTATIVE),
        "tests/kernel_points.py": KINDS,
        "tests/textbook.py": textbook.MEANINGS,
        **{f"codegen/backends/{b.name}.py": b.operations for b in BACKENDS.values()},
    }
    over_axes = {*ARRAY_KERNELS, *POSITIONED}
    assert not {file: found for file, table in named.items() if (found := set(table) - set(KERNELS) - over_axes)}


def test_every_function_that_needs_no_brackets_has_a_width() -> None:
    assert not [name for name in latex_templates.FUNCTIONS if rf"\{name}" not in latex_width.FIXED]


PAIRS = [n for n, kinds in KINDS.items() if len(kinds.split()) == 2 and n not in {*N_ARY, *NOTHING}]


@pytest.mark.parametrize("name", PAIRS)
def test_a_kernel_is_matched_in_both_orders_if_it_has_none(name: str) -> None:
    first, second = letters(name)
    kinds = KINDS[name].split()
    alike = kinds[0] == kinds[1] and all(
        evaluate(kernel_term(name), p).overlaps(evaluate(kernel_term(name), {first: p[second], second: p[first]}))
        for p in points(name, "float64", 30)
    )
    assert alike == (name in COMMUTATIVE), f"{name}: codegen/rules/matching.py: COMMUTATIVE"


# What the columns say is true.


@pytest.mark.parametrize("name", [n for n, row in KERNELS.items() if row.exponential])
def test_what_is_called_exponential_has_such_a_meaning(name: str) -> None:
    meaning = parse(KERNELS[name].meaning)
    inside = meaning.arguments[0] if meaning.operation == "log" else meaning
    assert {node.operation for node in walk(inside)} <= FIELD | HYPERBOLIC | {"exp", "variable"}


@pytest.mark.parametrize("name", [n for n, kinds in KINDS.items() if not kinds.startswith("condition")])
def test_a_value_lies_in_its_range(name: str) -> None:
    tried = 0
    for low, high in itertools.pairwise(points(name, "float64", 60, exponents=(-8, 5))):
        ends = {n: sorted((low[n], high[n])) for n in low}
        if any(lower == upper for lower, upper in ends.values()):
            continue
        domains: dict[str, Domain] = {n: Interval(*pair) for n, pair in ends.items()}
        span = Ranges(domains)(kernel_term(name))
        for corner in itertools.product(*ends.values()):
            point = dict(zip(ends, corner, strict=True))
            value = evaluate(kernel_term(name), point)
            if value.is_finite():
                assert value >= span.lower - max(abs(span.lower) * 2.0**-50, SUBNORMAL), point
                assert value <= span.upper + max(abs(span.upper) * 2.0**-50, SUBNORMAL), point
                assert not (span.nonzero and value.is_zero()), point
                tried += 1
    assert tried >= 20


@pytest.mark.parametrize("name", [n for n in KINDS if KERNELS[n].monotone])
def test_a_monotone_kernel_grows_or_falls(name: str) -> None:
    directions = KERNELS[name].monotone.split()
    assert len(directions) == len(letters(name))
    for point, other in itertools.pairwise(points(name, "float64", 60, exponents=(-8, 5))):
        for letter, direction in zip(letters(name), directions, strict=True):
            before, after = (evaluate(kernel_term(name), p) for p in (point, {**point, letter: other[letter]}))
            larger = (other[letter] > point[letter]) == (direction == "+")
            assert point[letter] == other[letter] or (after > before if larger else after < before), (point, letter)


@pytest.mark.parametrize("name", [n for n, row in KERNELS.items() if row.at])
def test_a_value_that_is_known_is_exact(name: str) -> None:
    for argument, value in KERNELS[name].values.items():
        assert argument.is_number
        assert value.is_number
        assert evaluate(apply(name, argument), {}) == evaluate(value, {})


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(
    "name", [n for n, kinds in KINDS.items() if kinds in ("real", "positive", "above") and n not in NOTHING]
)
def test_a_limit_is_what_the_values_tend_to(name: str, sign: int) -> None:
    if name not in model.IEEE and KERNELS[name].limits is None:
        assert KERNELS[name].stable
        return
    (found,) = Model([{"a": sign * math.inf}], "float64")(kernel_term(name)).tolist()
    near, far, beside = (evaluate(apply(name, number(sign * at)), {}) for at in (2**20, 2**60, 2**60 + 1))
    if not far.is_finite() or (abs(far) < 2 and abs(far - beside) > 1e-9):  # outside the domain, or a wave
        assert math.isnan(found)
    elif abs(far) > 2 * abs(near) and abs(far) > 1:
        assert found == math.copysign(math.inf, float(far))
    else:
        assert abs(far - arb(found)) < 1e-9
