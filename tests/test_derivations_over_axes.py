"""Each step of a derivation over axes keeps the value, and the code is as exact as its certificate says.

Terms are written out on axes of three places; code is given the same points as arrays, and the truth of the oracle.
"""

from __future__ import annotations

import itertools

import array_cases as cases
import derivations
import numpy as np
import oracle
import pytest
import textbook
from mpmath import mp, mpf
from test_truths_over_axes import places, point_of

from symloss.codegen import certificate
from symloss.codegen.derivation import PROMISED_BITS
from symloss.codegen.domain import PLACES
from symloss.codegen.probe import column
from symloss.codegen.unroll import unrolled

CERTIFICATES = certificate.load(derivations.ROOT / "generated")
POINTS = 40
DIGITS = {"kernel": 13, "series": 13}  # as for single numbers: what is written out may be right to 2**-57 only


def differing(before: object, after: object, point: dict[str, mpf], digits: int) -> str | None:
    left, right = (textbook.evaluate(term, point, digits + 5) for term in (before, after))
    with mp.workdps(digits + 10):
        same = mp.isnan(left) or textbook.alike(left, right, digits)
    return None if same else f"{mp.nstr(left, 20)} and {mp.nstr(right, 20)} at {point}"


@cases.each_loss
def test_every_step_keeps_the_value(name: str) -> None:
    result = derivations.of_loss(name)
    domains = {a.name: a.domain for a in result.loss.arguments}
    sizes = {axis.name: PLACES for domain in domains.values() for axis in (*domain.axes, *domain.places)}
    points = [{k: mpf(x) for k, x in point_of(result.loss, seed, (1.0,)).items()} for seed in range(3)]
    for what, found in derivations.every(result):
        axes = tuple(axis.name for axis in domains[what].axes) if what in domains else ()
        end = (PLACES - 1,) * len(axes)
        kinds = [*((step.rule, step.kind) for step in found.steps), ("signs and constants", "rule")]
        path = [found.naive, *(step.after for step in found.steps), found.stable]
        for (rule, kind), terms in zip(kinds, itertools.pairwise(path), strict=True):
            written = [unrolled(term, axes, sizes)[end] for term in terms]
            for point in points:
                assert differing(*written, point, DIGITS.get(kind, 40)) is None, (what, rule)


@cases.each_loss
def test_no_form_is_worse_than_the_definition(name: str) -> None:
    """But for the last digits beside a sign change, where there was no value at many points."""
    derived = derivations.of_loss(name).derived
    for what, found in {"value": derived.value, **derived.gradients}.items():
        for before, after in zip(found.before, found.after, strict=True):
            assert after.broken <= before.broken, what
            assert after.average_bits <= before.average_bits + (0.25 if after.broken < before.broken else 0.1), what
            assert after.broken < before.broken or after.worst_ulps <= max(before.worst_ulps, 8), what


def ulps(found: np.ndarray, truth: list[mpf], dtype: str) -> np.ndarray:
    """The error at each point; NaN where the truth is 0, or no normal number of the dtype."""
    information = np.finfo(dtype)
    errors = []
    for value, exact in zip(found.astype(float), truth, strict=True):
        size = abs(float(exact))
        if not float(information.tiny) <= size <= float(information.max):
            errors.append(np.nan)
            continue
        unit = np.ldexp(1.0, np.frexp(size)[1] - information.nmant - 1)
        errors.append(float(abs(mpf(float(value)) - exact) / mpf(unit)))
    return np.array(errors)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", cases.NAMES)
def test_values_are_as_exact_as_stated(name: str, dtype: str) -> None:
    points, arrays = sampled(name, dtype)
    with mp.workdps(oracle.DIGITS):
        truth = [oracle.value(name, point) for point in points]
    for backend in cases.BACKENDS:
        _, rows = CERTIFICATES[name, backend]
        stated = max(r.average_bits for r in rows if r.argument is None and r.dtype == dtype and r.mode == "eager")
        bits = np.log2(1 + ulps(cases.of_samples(name, backend, arrays, None), truth, dtype))
        bits = bits[~np.isnan(bits)]
        deviation = bits.std() / np.sqrt(max(1, len(bits)))
        assert bits.mean() - 3 * deviation <= max(stated, PROMISED_BITS), backend


# Derivatives that lose more digits than that: the loss, by which argument, and in which dtype these points show it.
MISSED = {
    ("softmax_entropy", "logits"): "float32",  # next to equal logits, where it is flat
    ("distillation", "target"): "float32",  # at low temperatures: logarithms of shares that nearly agree
    ("distillation", "temperature"): "float32",
    ("cosine_embedding", "first"): "float32",  # next to parallel vectors, what is along the vector
    ("info_nce", "temperature"): "float32",  # at low ones a weighted mean of similarities less one of them
    ("tversky", "prediction"): "float32",  # a difference of two quotients
    ("gaussian_mixture_nll", "log_scales"): "float32",  # a share and a scale in one exponential, whose argument rounds
    ("listnet", "labels"): "float32",  # a weighted mean of logarithms less one of them
    ("ranking_softmax", "scores"): "float32",  # the share of all labels less one of them
    ("supervised_contrastive", "embeddings"): "float64",  # the share that is alike less the share that is near
    ("supervised_contrastive", "temperature"): "float32",  # as of info_nce
    ("multi_similarity", "alpha"): "float32",  # a weighted mean of similarities less a logarithm of their sum
    ("multi_similarity", "beta"): "float32",
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "output"), [(n, output) for n, output in cases.OUTPUTS if output is not None])
def test_derivatives_are_right(name: str, output: str, dtype: str) -> None:
    """To some digits of their largest entry: what roundings of exponents cost is certified apart."""
    points, arrays = sampled(name, dtype)
    keys = [f"{output}{at}" for at in places(cases.LOSSES[name].arguments[order(name).index(output)].domain)]
    with mp.workdps(oracle.DIGITS):
        truth = np.array([[float(oracle.derivative(name, point, key)) for key in keys] for point in points])
    share = 1e-4 if dtype == "float32" else 1e-12
    for backend in cases.BACKENDS:
        found = cases.of_samples(name, backend, arrays, output).reshape(truth.shape)
        scale = np.abs(truth).max(axis=1, keepdims=True)
        wrong = (np.abs(found - truth) > share * scale + float(np.finfo(dtype).tiny)).any(axis=1)
        if (name, output) in MISSED:
            assert wrong.mean() <= 0.25, backend
            assert wrong.any() or dtype != MISSED[name, output] or backend != "numpy"
        else:
            assert not wrong.any(), (backend, points[int(np.flatnonzero(wrong)[0])])


def order(name: str) -> list[str]:
    return [a.name for a in cases.arguments(name)]


def sampled(name: str, dtype: str) -> tuple[list[dict[str, float]], dict[str, np.ndarray]]:
    """Random points, and the same as arrays of rows."""
    loss = cases.LOSSES[name]
    drawn = [point_of(loss, seed) for seed in range(POINTS)]
    points = [{k: float(np.dtype(dtype).type(x)) for k, x in point.items()} for point in drawn]
    return points, {a.name: column(a.name, a.domain, points, dtype) for a in loss.arguments}
