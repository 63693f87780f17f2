"""Every loss and each of its derivatives is as exact as its certificate says, in every backend, against exact truth."""

from __future__ import annotations

import accuracy_words as words
import generated_cases as cases
import numpy as np
import pytest

import symloss.numpy
from symloss.codegen.measure import LOST

CASES = [(name, output, dtype) for name, output in cases.OUTPUTS for dtype in cases.DTYPES]
FEWEST = 30  # points that must count
# The logistic of most drawn arguments is subnormal in float32: as many points count as these.
FEWER = {("kto", "policy", "float32"): 26}
each_case = pytest.mark.parametrize(("name", "output", "dtype"), CASES)


def measured(name: str, output: str | None, dtype: str, backend: str) -> list[np.ndarray]:
    """The error in ulps at each typical point; NumPy gives values and slopes alone, and both in one pass."""
    points = words.typical_truth(name, dtype, output).points
    attempts = [cases.computed(backend, name, points, dtype, output)]
    if backend == "numpy":
        both, given = getattr(symloss.numpy, f"{name}_value_and_grad"), cases.columns(points, dtype)
        if output is None:
            attempts += [both(**given, reduction="none", wrt=wrt)[0] for wrt in cases.real(name)]
        else:
            attempts += [both(**given, reduction="none", wrt=output)[1]]
    assert {attempt.dtype for attempt in attempts} == {np.dtype(dtype)}
    return [words.errors(name, dtype, output, attempt) for attempt in attempts]


def excess(name: str, output: str | None, dtype: str, backend: str, ulps: np.ndarray) -> list[str]:
    """What is beyond the bounds: the worst error by the certificate, the average by the project's, or by a stated miss.

    A sample's average is beyond a bound when it is so by three of its standard errors.
    """
    points = words.typical_truth(name, dtype, output).points
    worst = words.stated_worst(name, output, dtype, (backend, "eager"), points)
    ulps = np.where(np.isinf(worst), np.nan, np.minimum(ulps, LOST))  # what is no number has lost as much as there is
    rows = words.certified(name, output, dtype, backend)
    average = max([words.average_bound(name, dtype, output), *(row.average_bits for row in rows)])
    bits, deviation = words.average_bits(ulps[: cases.POINTS])
    found = []
    if bits - 3 * deviation > average:
        found.append(f"on average {bits:.2f} bits, give or take {deviation:.2f}, stated {average:.2f}")
    over = np.nan_to_num(ulps / worst)
    if over.max() > 1:
        index = int(over.argmax())
        found.append(f"{ulps[index]:.4g} ulp, stated {worst[index]:g}, at {points[index]}; {(over > 1).sum()} points")
    return found


@each_case
def test_values_and_derivatives_are_as_exact_as_stated(name: str, output: str | None, dtype: str) -> None:
    found = []
    for backend in cases.BACKENDS:
        for ulps in measured(name, output, dtype, backend):
            assert (~np.isnan(ulps)).sum() >= FEWER.get((name, output, dtype), FEWEST)
            found += [(backend, fault) for fault in excess(name, output, dtype, backend, ulps)]
    assert not found


@each_case
def test_no_nan_or_infinity_where_the_truth_is_finite(name: str, output: str | None, dtype: str) -> None:
    true = words.extreme_truth(name, dtype, output)
    ends = np.array([words.at_a_missed_end(name, output, point) for point in true.points])
    listed = []
    for backend in cases.BACKENDS:
        got = cases.computed(backend, name, true.points, dtype, output)
        rows = words.certified(name, output, dtype, backend)
        if any("whole range not finite" in exception for row in rows for exception in row.exceptions):
            continue  # what the certificate names as missed is known
        broken = true.finite & ~ends & ~np.isfinite(got)
        listed += [(backend, true.points[i], float(got[i]), float(true.high[i])) for i in np.flatnonzero(broken)]
    assert not listed
