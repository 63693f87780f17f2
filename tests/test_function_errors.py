"""What functions lose to their roundings, as every library computes it, against ball arithmetic."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from flint import arb, ctx
from kernel_points import KINDS, domains_of, kernel_term, points
from test_operations import DTYPES, library

from symloss.codegen.analysis import stabilised
from symloss.codegen.backends.registry import BACKENDS
from symloss.codegen.bounds import Ranges
from symloss.codegen.compensation import PUTTING_BACK
from symloss.codegen.domain import Real
from symloss.codegen.exact import balls, operation
from symloss.codegen.goal import EXACT
from symloss.codegen.kernel_errors import FUNCTION_ERRORS
from symloss.codegen.lower import lowered
from symloss.codegen.measure import Bench
from symloss.codegen.notation import parse
from symloss.codegen.term import apply

# Binary digits that value and loss have together: the numbers at which functions are tried go to 700, where those of
# exp(x) cost ten; sines, which are doubled 22 times, are tried to 2**7.
DIGITS = {"float32": 45, "float64": 84}
SPANS = {"float32": (-20, 6), "float64": (-30, 7)}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("backend", "kernel"), itertools.product(BACKENDS, FUNCTION_ERRORS))
def test_a_function_and_what_it_loses_have_twice_the_digits(backend: str, kernel: str, dtype: str) -> None:
    name = kernel.removesuffix("_error")
    assert KINDS[kernel] == KINDS[name]
    used, known = library(backend), points(name, dtype, 250, exponents=SPANS[dtype])
    terms = [kernel_term(name), apply(kernel, *kernel_term(name).arguments)]
    columns = [used.array([p[v] for p in known], dtype) for v in domains_of(name)]
    with np.errstate(all="ignore"):
        whole, lost = (
            np.asarray(used.function(lowered([term], domains_of(name), BACKENDS[backend]))(*columns)).astype(float)
            for term in terms
        )
    least, most = float(np.finfo(dtype).tiny) * 2.0 ** DIGITS[dtype], float(np.finfo(dtype).max) * 2.0**-30
    with ctx.workprec(400):
        exact = [operation(name)(*map(arb, point.values())) for point in known]
        worst = {
            float(abs((w + arb(part) - e) / e)): point
            for w, part, e, point in zip(map(arb, whole), lost, exact, known, strict=True)
            if e.is_finite() and least < abs(float(e)) < most
        }
    assert len(worst) > 60
    assert max(worst) <= 2.0 ** -DIGITS[dtype], worst[max(worst)]


CORRECTED = [
    "sin(a)*tanh(b) - cos(b)",
    "log(2 + cos(a)) - atan(b)",
    "(exp(a) if a < b else exp(b)) - exp(a/3 + b*2/3)",
    "sqrt(1 + a**2) - hypot(a, b)*sigmoid(a)",
    "(1 + a**2)**b - log1p(b**2)/7",
    "exp(a*b/10) - sqrt(2)*cos(b)",
    "a**3 + a**-2 - cosh(b)/3",
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("backend", "formula"), itertools.product(BACKENDS, CORRECTED))
def test_a_corrected_form_has_its_digits(backend: str, formula: str, dtype: str) -> None:
    """Each loses hundreds of ulps at some of these points, as it stands."""
    domains = {"a": Real, "b": Real}
    form = PUTTING_BACK[-1](parse(formula), Ranges(domains))
    draw = np.random.default_rng(0)
    a, b = ((draw.normal(size=2000) * 2).astype(dtype) for _ in "ab")
    b[:1000] = a[:1000] * (1 + draw.normal(size=1000) * 1e-3).astype(dtype)
    used = library(backend)
    errors = []
    for term in (form, parse(formula)):
        function = used.function(lowered([term], domains, BACKENDS[backend]))
        found = np.asarray(function(used.array(a.tolist(), dtype), used.array(b.tolist(), dtype))).astype(float)
        with ctx.workprec(300):
            true = [balls((term,), {"a": x, "b": y}, 300)[0] for x, y in zip(a.tolist(), b.tolist(), strict=True)]
            errors.append(
                max(
                    float(abs(t - f)) / float(np.spacing(np.dtype(dtype).type(abs(float(t)))))
                    for t, f in zip(true, found.tolist(), strict=True)
                )
            )
    corrected, plain = errors
    assert corrected <= 0.55  # a rounding, and what is of second order beside the nearest of these points
    assert plain > 5


@pytest.mark.parametrize("backend", BACKENDS)
def test_where_nothing_is_known_nothing_is_added(backend: str) -> None:
    """Beyond the range, and where a sine's argument is too large for its series."""
    used = library(backend)
    for text, values in {"exp": (800.0, -800.0, float("inf"), float("nan")), "sin": (1e5, float("inf"))}.items():
        term = apply("if_finite", apply(f"{text}_error", *kernel_term(text).arguments))
        with np.errstate(all="ignore"):
            found = used.function(lowered([term], domains_of(text), BACKENDS[backend]))(
                used.array(list(values), "float64")
            )
        assert np.asarray(found).tolist() == [0.0] * len(values), text


# Each as given and by its first variable: constants that are rounded, powers of negative numbers, far sines.
DERIVED = [
    "exp(x*y/10)",
    "(x**3 - y)**2",
    "(sin(x) - y)**2",
    "(cos(x)/3 - y)**2",
    "(exp(x) - y)**2",
    "(atan(x) - y)**2",
    "(sqrt(x**2 + 1) - y)**2",
    "log(cosh(x)) - y",
    "(sqrt(2)*x - y)**2",
    "(x - pi*y)**2",
    "(tanh(x) - y/7)**2",
]


LACKING = 2.0**6  # ulps of what is left where a rounding is all that is: of 106 digits a hundred are right


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("formula", DERIVED)
def test_the_code_computes_what_was_measured(formula: str, dtype: str) -> None:
    """The library's functions are off by up to 2.5 ulp where the model's round correctly, but not by digits."""
    domains = {"x": Real, "y": Real}
    derived = stabilised(parse(formula), domains, goal=EXACT)
    bench = Bench(derived.naive, domains, dtype, derived.closed)
    arrays = {name: np.array([point[name] for point in bench.points], dtype) for name in domains}
    with np.errstate(all="ignore"):
        body = lowered([derived.stable], domains, BACKENDS["numpy"])
        found = np.asarray(library("numpy").function(body)(*(arrays[name] for name in body.parameters))).astype(float)
    modelled, computed = bench.error(derived.stable), bench.error(derived.stable, found)
    assert computed.broken <= modelled.broken
    assert computed.average_bits <= modelled.average_bits + 0.3
    assert computed.worst_ulps <= modelled.worst_ulps + LACKING
