"""Special functions in code: their polynomials, their edges, and their digits where those are lost most easily."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

import numpy as np
import pytest
from mpmath import mp
from special_functions import FITS, zero_in_parts
from test_operations import DTYPES, error_in_ulps, library

from symloss.codegen import derive
from symloss.codegen.backends.operations import Backend
from symloss.codegen.backends.registry import BACKENDS
from symloss.codegen.domain import Positive, Real
from symloss.codegen.exact import evaluate
from symloss.codegen.kernel_special import SPECIAL
from symloss.codegen.lower import lowered
from symloss.codegen.notation import parse
from symloss.codegen.term import apply, number, variable

INFINITY, NAN = float("inf"), float("nan")
PLACES = (0.0, INFINITY, -INFINITY)
EDGES: Mapping[str, tuple[float, ...]] = {
    "erf": (0.0, 1.0, -1.0),
    "erfc": (1.0, 0.0, 2.0),
    "erfcx": (1.0, 0.0, INFINITY),
    "erfcx_decay": (1.1283791670955126, 0.0, INFINITY),
    "erfcx_bend": (0.7267604552648373, 0.0, 2.0),
    "log_ndtr": (-0.6931471805599453, 0.0, -INFINITY),
    "lgamma": (INFINITY, INFINITY, NAN),
    "digamma": (-INFINITY, INFINITY, NAN),
    "trigamma": (INFINITY, 0.0, NAN),
    "tetragamma": (-INFINITY, 0.0, NAN),
}
NATIVE = {("torch", "lgamma"), ("tf", "lgamma")}  # of negative numbers too: the logarithm of the size of gamma
# Where each fitted polynomial stands, in the order of the fits.
HELPERS = (
    *((name, 0) for name in ("erfcx_positive", "erf_near", "lgamma", "digamma")),
    *(("remainder_shares", order) for order in range(4)),
    ("erfcx_decay", 0),
    ("erfcx_bend", 0),
)
GAMMAS = ("lgamma", "digamma", "trigamma", "tetragamma")


def tables(name: str) -> tuple[tuple[float, ...], ...]:
    """The tuples of numbers that stand in a helper."""
    tree = ast.parse(BACKENDS["numpy"].helpers[name])
    found = [n.value for n in ast.walk(tree) if isinstance(n, ast.Assign) and isinstance(n.value, ast.Tuple)]
    written = [ast.literal_eval(t) for t in found if not any(isinstance(n, ast.BinOp) for n in ast.walk(t))]
    return tuple(table for group in written for table in (group if isinstance(group[0], tuple) else (group,)))


@pytest.mark.parametrize(("fit", "helper", "place"), zip(FITS, *zip(*HELPERS, strict=True), strict=True))
def test_a_polynomial_is_the_fit_and_leaves_out_less_than_a_rounding(fit: str, helper: str, place: int) -> None:
    written = tables(helper)[place]
    with mp.workdps(60):
        assert written == tuple(map(float, FITS[fit].coefficients()))
        assert FITS[fit].share(written) <= mp.mpf(2) ** -53


def test_the_zero_of_digamma_is_where_the_code_has_it() -> None:
    [texts] = re.findall(r"\(\(rest - (\S+)\) - (\S+)\) - (\S+)", BACKENDS["numpy"].helpers["digamma"])
    parts = tuple(map(float, texts))
    assert float(np.float32(parts[0])) == parts[0]
    with mp.workdps(60):
        assert parts == zero_in_parts()
        assert abs(mp.digamma(sum(map(mp.mpf, parts)))) < 1e-32


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", EDGES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_edges(backend: str, name: str, dtype: str) -> None:
    outside = (NAN,) if (backend, name) in NATIVE or name not in GAMMAS else (NAN, -1.5)
    places = (*PLACES[: 2 if (backend, name) in NATIVE else None], *outside)
    expected = [*EDGES[name][: len(places) - len(outside)], *(NAN for _ in outside)]
    body = lowered([apply(name, variable("x"))], {"x": Real}, BACKENDS[backend])
    with np.errstate(all="ignore"):
        result = np.asarray(library(backend).function(body)(library(backend).array(list(places), dtype)))
    assert result.dtype == dtype
    np.testing.assert_allclose(result, expected, rtol=4 * np.finfo(dtype).eps)


def hard(name: str, dtype: str) -> Iterator[float]:
    """Beside the zeros, along the tails, and at the joints of the formulas."""
    rounding = np.dtype(dtype).type
    if name in GAMMAS:
        zeros = [z * (1 + s * 2.0**-k) for z in (1, 2, 1.4616321449683623) for k in range(3, 50) for s in (-1, 1)]
        return (float(rounding(x)) for x in (*zeros, *np.linspace(0.003, 12.1, 400)))
    last = {"float32": 9.2, "float64": 26.5}[dtype] * (2**0.5 if name == "log_ndtr" else 1)
    return (float(rounding(x)) for x in (*np.linspace(-last, last, 500), *np.linspace(-1.6, 1.6, 200)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", EDGES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_digits_where_they_are_lost_most_easily(backend: str, name: str, dtype: str) -> None:
    body = lowered([apply(name, variable("x"))], {"x": Real}, BACKENDS[backend])
    least = float(np.finfo(dtype).tiny)
    truths = {x: evaluate(apply(name, variable("x")), {"x": x}) for x in hard(name, dtype)}
    truths = {x: y for x, y in truths.items() if y.is_zero() or least <= abs(float(y.mid())) < np.finfo(dtype).max}
    with np.errstate(all="ignore"):
        values = np.asarray(library(backend).function(body)(library(backend).array(list(truths), dtype)))
    errors = {x: error_in_ulps(y, float(v), dtype) for (x, y), v in zip(truths.items(), values, strict=True)}
    worst = max(errors, key=lambda x: errors[x])
    assert errors[worst] <= BACKENDS[backend].operations[name].ulps, (worst, errors[worst])


def test_what_is_tried_here_is_the_whole_group() -> None:
    assert set(EDGES) == {row.name for row in SPECIAL}


def test_a_scaled_tail_is_known_where_its_exponential_is_beyond_any_ball() -> None:
    value = evaluate(apply("erfcx", variable("x")), {"x": 1e200})
    assert value.rel_accuracy_bits() >= 120
    assert float(value.mid()) * 1e200 == pytest.approx(np.pi**-0.5, rel=1e-15)
    assert float(evaluate(apply("log_ndtr", variable("x")), {"x": -1e100}).mid()) == -0.5e200


@pytest.mark.parametrize("place", ["1", "2"])
def test_a_zero_is_exact(place: str) -> None:
    assert evaluate(apply("lgamma", number(place)), {}).is_zero()


def test_a_helper_brings_those_that_it_calls() -> None:
    backend = Backend(
        "toy", {}, "", "", "", {"one": "_support.two()", "two": "_support.three(1)", "three": "", "four": ""}
    )
    assert list(backend.helpers_of("x = _support.one(x)")) == ["one", "three", "two"]
    assert not backend.helpers_of("x = _support.unknown(x)")


@pytest.mark.parametrize("target", BACKENDS)
def test_what_is_derived_runs_with_its_helpers(target: str) -> None:
    formula = derive("log_ndtr(x) + lgamma(v) + pi*v", x="real", v="positive").compile(target)
    value = formula(*(library(target).array([number], "float64") for number in (-1.5, 3.5)))
    with mp.workdps(30):
        exact = mp.log(mp.erfc(1.5 / mp.sqrt(2)) / 2) + mp.loggamma(3.5) + 3.5 * mp.pi
    assert float(np.asarray(value)[0]) == pytest.approx(float(exact), rel=1e-14)


def test_a_form_with_the_last_of_the_gammas_is_measured() -> None:
    """Tetragamma has no derivative, so of the rounding of an exponential inside it nothing is stated."""
    assert "tetragamma" in derive("trigamma(1 + exp(x))", x="real").gradient("x").stable


def test_pi_is_a_number_in_every_target() -> None:
    term = parse("log(2*pi*v)/2 + (pi if v < 1 else log(2)) + max(v, pi)")
    expected = 0.5 * np.log(2 * np.pi * np.array([0.5, 4.0])) + [np.pi, np.log(2)] + [np.pi, 4]
    for name, backend in BACKENDS.items():
        function = library(name).function(lowered([term], {"v": Positive}, backend))
        for dtype in DTYPES:
            result = np.asarray(function(library(name).array([0.5, 4.0], dtype)))
            assert result.dtype == dtype
            np.testing.assert_allclose(result, expected, rtol=4 * np.finfo(dtype).eps)
