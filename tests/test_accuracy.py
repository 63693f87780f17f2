"""Every loss and each of its derivatives is as exact as its certificate says, in every backend, against exact truth."""

from __future__ import annotations

import accuracy_words as words
import generated_cases as cases
import numpy as np
import pytest

import symloss.numpy

CASES = [
    (name, output, dtype, backend)
    for name, output in cases.OUTPUTS
    for dtype in cases.DTYPES
    for backend in cases.BACKENDS
]
each_case = pytest.mark.parametrize(("name", "output", "dtype", "backend"), CASES)


def measured(name: str, output: str | None, dtype: str, backend: str) -> np.ndarray:
    """The error in ulps at each typical point, of the worse of two where NumPy gives values and slopes in one pass."""
    points = words.typical_truth(name, dtype, output).points
    attempts = [cases.computed(backend, name, points, dtype, output)]
    if backend == "numpy":
        both = getattr(symloss.numpy, f"{name}_value_and_grad")
        passes = [both(**cases.columns(points, dtype), reduction="none", wrt=output or wrt) for wrt in cases.real(name)]
        attempts += [each[output is not None] for each in passes]
    assert {attempt.dtype for attempt in attempts} == {np.dtype(dtype)}
    return np.fmax.reduce([words.errors(name, dtype, output, attempt) for attempt in attempts])


def excess(name: str, output: str | None, dtype: str, backend: str, ulps: np.ndarray) -> list[str]:
    """What is beyond the bounds: the worst error by the certificate, the average by the project's, or its known miss.

    An average depends on the points, and those of the certificate are others.
    """
    points = words.typical_truth(name, dtype, output).points
    average, worst = (
        words.stated_average(name, output, dtype, backend),
        words.stated_worst(name, output, dtype, (backend, "eager"), points),
    )
    found = []
    if (bits := words.average_bits(ulps[: cases.POINTS])) > average:
        found.append(f"on average {bits:.2f} bits, stated {average:.2f}")
    over = np.nan_to_num(ulps / worst)
    if over.max() > 1:
        index = int(over.argmax())
        found.append(f"{ulps[index]:.4g} ulp, stated {worst[index]:g}, at {points[index]}; {(over > 1).sum()} points")
    return found


@each_case
def test_values_and_derivatives_are_as_exact_as_stated(name: str, output: str | None, dtype: str, backend: str) -> None:
    ulps = measured(name, output, dtype, backend)
    assert (~np.isnan(ulps)).sum() >= 30
    found = excess(name, output, dtype, backend, ulps)
    assert not found


@each_case
def test_no_nan_or_infinity_where_the_truth_is_finite(name: str, output: str | None, dtype: str, backend: str) -> None:
    true = words.extreme_truth(name, dtype, output)
    got = cases.computed(backend, name, true.points, dtype, output)
    broken = true.finite & ~np.isfinite(got)
    listed = [(true.points[i], float(got[i]), float(true.high[i])) for i in np.flatnonzero(broken)]
    assert not listed
