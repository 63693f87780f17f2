"""Every kernel means what the textbook says, has its derivative, and its formulas keep their digits."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
import textbook
from flint import arb
from kernel_points import KINDS, LAST, STABLE_KINDS, domains_of, kernel_term, letters, points
from mpmath import mp, mpf

from symloss.codegen.backends.registry import BACKENDS
from symloss.codegen.differentiate import NoDerivativeError, derivative
from symloss.codegen.domain import Real
from symloss.codegen.exact import evaluate
from symloss.codegen.kernels import KERNELS, expand
from symloss.codegen.lower import lowered
from symloss.codegen.model import Model
from symloss.codegen.notation import parse
from symloss.codegen.term import Term, apply, transform, variable, walk

DTYPES = ("float32", "float64")
NAMES = [name for name in KERNELS if name in KINDS]

# The largest error of each formula in model arithmetic, in ulps: arguments from 2**-30 to 2**9 for `stable`,
# over the whole float range for `wide`.
ULPS = {
    ("log_cosh", "stable"): 4.0,
    ("softplus", "stable"): 1.5,
    ("sigmoid_power", "stable"): 5.0,
    ("sigmoid_power", "wide"): 400.0,  # the rounding of an exponential's argument, up to 700
    ("logaddexp", "stable"): 4.5,  # beside its zero, where an argument is -log(1 - exp(other))
    ("log1mexp", "stable"): 1.5,
    ("log1mexp_exp", "stable"): 400.0,  # the rounding of an exponential's argument, up to 700
    ("log1mexp_exp", "wide"): 400.0,
    ("xlogy", "stable"): 1.5,
    ("xlog1py", "stable"): 1.5,
    ("xdivy", "stable"): 1.0,
    ("xexpy", "stable"): 1.5,
    ("xexpy", "wide"): 3.0,
    ("exp_expm1", "stable"): 3.0,
    ("exp_expm1", "wide"): 800.0,  # the rounding of an exponential's argument, up to 700 twice
    ("exp_expm1_remainder", "stable"): 6.0,
    ("exp_expm1_remainder", "wide"): 800.0,
    ("log_ratio", "stable"): 2.0,
    ("log_ratio", "wide"): 4.0,
    ("xlog_ratio", "stable"): 3.0,
    ("kl_div", "stable"): 6.0,
    ("kl_div", "wide"): 6.0,
    ("log1p_square", "stable"): 3.0,
    ("lgamma_difference", "stable"): 5.0,
    ("lgamma_difference", "wide"): 5.0,
    ("digamma_difference", "stable"): 4.0,
    ("digamma_difference", "wide"): 4.0,
    ("trigamma_difference", "stable"): 4.0,
    ("lbeta", "stable"): 4.0,
    ("lbeta", "wide"): 6.0,
    ("log1p_remainder", "stable"): 4.0,
    ("expm1_remainder", "stable"): 4.0,
    ("log1p_square", "wide"): 24.0,  # two logarithms of up to 710 differ by less than 60
}
FORMULAS = [
    (row.name, column) for row in (KERNELS[n] for n in NAMES) for column in ("stable", "wide") if getattr(row, column)
]

# How far a formula may be from the meaning before any rounding, as a part of it.
APPROXIMATE = {
    "log_cosh": 2.0**-61,
    "log_ratio": 2.0**-58,
    "log1p_square": 2.0**-57,
    "lgamma_difference": 2.0**-58,
    "lbeta": 2.0**-58,
    "digamma_difference": 2.0**-58,
}


def flint_to_mpmath(ball: object) -> mpf:
    """A narrow ball as the number in its middle."""
    exact = ball.mid().man_exp()  # type: ignore[attr-defined]
    with mp.workprec(400):
        return mpf(int(exact[0])) * mpf(2) ** int(exact[1])


def truth(term: Term, point: dict[str, float]) -> mpf:
    value = evaluate(term, point)
    if value == arb.neg_inf():
        return mpf("-inf")
    assert value.is_finite(), f"{term} at {point}"
    return flint_to_mpmath(value)


def formula(name: str, column: str) -> Term:
    return expand(kernel_term(name), getattr(KERNELS[name], column))


def test_the_digits_of_every_formula_are_stated() -> None:
    assert set(ULPS) == set(FORMULAS), "tests/test_kernels.py: ULPS, for each `stable` and `wide` formula"


@pytest.mark.parametrize("name", KERNELS)
def test_the_table_is_closed(name: str) -> None:
    row = KERNELS[name]
    for text in (row.meaning, row.exact, row.stable, row.wide, *row.derivative):
        for node in walk(parse(text)) if text else ():
            if node.operation == "variable":
                assert node.value in row.names
            elif not node.is_number:
                arity = len(KERNELS[node.operation].names)
                assert arity == len(node.arguments) or (arity == 0 and len(node.arguments) > 1)


@pytest.mark.parametrize("name", NAMES)
def test_the_exact_value_is_the_textbooks(name: str) -> None:
    term = kernel_term(name)
    meaning = expand(term, KERNELS[name].meaning) if KERNELS[name].meaning else term
    for point in points(name, "float64", 60, exponents=(-30, 10)):
        expected = textbook.evaluate(term, point)
        assert textbook.alike(truth(term, point), expected, 35), point
        if mp.isfinite(written := textbook.evaluate(meaning, point)):  # 0*(x/0) is 0 only in kernels made for it
            assert textbook.alike(written, expected, 49), point


@pytest.mark.parametrize(
    ("name", "place"), [(n, i) for n in NAMES for i in range(len(KINDS[n].split())) if n not in LAST]
)
def test_the_derivative_is_that_of_the_meaning(name: str, place: int) -> None:
    term, letter = kernel_term(name), letters(name)[place]
    if KINDS[name].split()[place] == "condition":
        return
    try:
        slope = derivative(term, letter)
    except NoDerivativeError:
        pytest.fail(f"{name} has no derivative by {letter}")
    tried = 0
    for point in points(name, "float64", 40, exponents=(-8, 5)):
        values = list(point.values())
        if 0 in values[KINDS[name].startswith("condition") :] or (_has_kink(name) and len(set(values)) < len(values)):
            continue
        with mp.workdps(60):
            expected = mp.diff(lambda x, p=point: textbook.at(term, {**p, letter: x}), mpf(point[letter]))
            found = textbook.at(slope, point)
            assert abs(found - expected) <= (abs(expected) + mpf(10) ** -20) * mpf(10) ** -12, point
        tried += 1
    assert tried >= 15


def _has_kink(name: str) -> bool:
    return name in ("abs", "sign", "step", "max", "min", "lt", "le", "eq", "is_zero", "select")


@pytest.mark.parametrize(("name", "place"), [("abs", "sign(0)"), ("max", "step(0)"), ("min", "step(0)")])
def test_at_a_kink_the_derivative_is_the_mean_of_both_sides(name: str, place: str) -> None:
    expected = {"sign(0)": 0, "step(0)": Fraction(1, 2)}[place]
    letter = letters(name)[0]
    value = evaluate(derivative(kernel_term(name), letter), dict.fromkeys(letters(name), 0.0))
    assert float(value) == expected


@pytest.mark.parametrize(("name", "column"), FORMULAS)
def test_a_formula_means_its_kernel(name: str, column: str) -> None:
    """Before any rounding; a range beyond which a formula is an approximation is proved here."""
    term, written = kernel_term(name), formula(name, column)
    exponents = (-60, 64) if column == "wide" and name != "xexpy" else (-30, 9)
    for point in points(name, "float64", 300, exponents=exponents):
        expected = truth(term, point)
        if abs(expected) < mpf(10) ** -350:  # of numbers below the least float64 the toolkit wants no digits
            continue
        with mp.workdps(40):
            error = abs(truth(written, point) - expected)
            assert error <= abs(expected) * max(mpf(APPROXIMATE.get(name, 0)), mpf(10) ** -33), point


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "column"), FORMULAS)
def test_a_formula_keeps_its_digits(name: str, column: str, dtype: str) -> None:
    measured, worst, broken = in_ulps(name, formula(name, column), dtype, whole=column == "wide")
    assert not broken
    assert measured <= ULPS[name, column], worst


def in_ulps(
    name: str, form: Term, dtype: str, *, whole: bool
) -> tuple[float, dict[str, float], list[dict[str, float]]]:
    """The largest error of `form` in model arithmetic, where it is met, and the points at which it has no value."""
    information = np.finfo(dtype)
    span = {"float32": (-120, 126), "float64": (-1000, 1020)}[dtype] if whole else (-30, 9)
    kinds = KINDS[name] if whole else STABLE_KINDS.get(name, KINDS[name])
    tried = points(name, dtype, 400, exponents=span, kinds=kinds)
    if whole:
        tried += points(name, dtype, 200)
    computed = Model(tried, dtype)(form).astype(float)
    worst, where, broken = 0.0, {}, []
    for point, value in zip(tried, computed, strict=True):
        exact = evaluate(kernel_term(name), point)
        size = float(abs(exact).mid()) if exact.is_finite() else float("inf")
        if not (exact.is_zero() or float(information.tiny) * 4 <= size <= float(information.max)):
            continue
        if not np.isfinite(value):
            broken.append(point)
        elif size:
            ulp = np.ldexp(1.0, int(np.frexp(size)[1]) - information.nmant - 1)
            error = float(abs(exact - value).mid()) / ulp
            worst, where = max((worst, where), (error, point), key=lambda pair: pair[0])
        else:
            assert value == 0, point
    return worst, where, broken


def test_the_series_of_artanh_leaves_out_what_it_says() -> None:
    """To x**35 for |x| <= 1/3: the helpers of all backends say 2**-57 of it; it grows with |x|."""
    with mp.workdps(150):
        shares = []
        for x in (mpf(1) / 3, mpf(1) / 4, mpf(1) / 100):
            whole = mp.atanh(x) - x
            shares.append((whole - sum(x**k / k for k in range(3, 36, 2))) / whole)
    assert 0 <= shares[2] < shares[1] < shares[0] <= mpf(2) ** -57


def test_log_cosh_is_a_line_beyond_its_switch() -> None:
    term, written = kernel_term("log_cosh"), formula("log_cosh", "stable")
    for x in (19.999, 20.0, 20.001, 25.0, 1e4):
        exact = truth(term, {"a": x})
        with mp.workdps(40):
            assert abs(truth(written, {"a": x}) - exact) <= mpf("4.3e-18"), x


def _written_out(node: Term) -> Term:
    stable = KERNELS[node.operation].stable if node.arguments else ""
    return expand(node, stable) if stable else node


@pytest.mark.parametrize(("name", "backend"), itertools.product(NAMES, BACKENDS))
def test_every_backend_spells_every_kernel(name: str, backend: str) -> None:
    """By an operation, or by the stable formula that the engine writes out before."""
    row, written = KERNELS[name], kernel_term(name)
    if name == "select":  # a condition is a comparison
        written = apply(name, parse("a < b"), *written.arguments[1:])
    if not written.variables:  # code has a constant beside an array, whose dtype it takes
        written = variable("a") + written
    for column in [c for c in ("stable", "wide") if getattr(row, c)] or [""]:
        spelled = formula(name, column) if column else written
        while any(n.arguments and KERNELS[n.operation].stable for n in walk(spelled)):
            spelled = transform(spelled, _written_out)
        body = lowered([spelled], {"a": Real, **domains_of(name)}, BACKENDS[backend])
        assert body.results
