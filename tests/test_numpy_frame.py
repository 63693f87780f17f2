"""What a user of a generated NumPy module meets around the formulas."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import handmade
import numpy as np
import pytest

REDUCTIONS = ("mean", "sum", "none")
RANDOM = np.random.default_rng(0)
X, T, V = RANDOM.normal(size=(3, 4)), RANDOM.normal(size=4), np.exp(RANDOM.normal(size=(3, 1)))


@pytest.fixture(scope="module")
def losses(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return handmade.package("numpy", tmp_path_factory.mktemp("frame"))


CASES: list[tuple[str, dict[str, Any]]] = [
    ("huber", {"prediction": X, "target": T, "delta": 0.7}),
    ("huber", {"prediction": X, "target": 0.0, "delta": V}),
    ("gaussian_nll", {"prediction": X, "target": T, "variance": V}),
    ("weighted_sigmoid_cross_entropy", {"logits": X, "labels": 1 / (1 + np.exp(T)), "pos_weight": np.arange(1.0, 5)}),
    ("margin_ranking", {"first": X, "second": T, "target": 1, "margin": 0.5}),
    ("gan_real", {"score": X}),
    ("critic", {"score": X}),
]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("name", "given"), CASES, ids=[name for name, _ in CASES])
def test_gradients_are_those_of_the_reduced_value(
    losses: ModuleType, name: str, given: dict[str, Any], reduction: str
) -> None:
    function, gradient = getattr(losses, name), getattr(losses, f"{name}_grad")
    both = getattr(losses, f"{name}_value_and_grad")
    summed = "sum" if reduction == "none" else reduction
    made = next(each for each in handmade.ALL if each.loss.name == name)
    for wrt in made.partials:
        point = np.asarray(given[wrt], dtype=float)
        found = gradient(**given, reduction=reduction, wrt=wrt)
        assert np.shape(found) == point.shape
        for index in np.ndindex(point.shape):
            step = np.zeros(point.shape)
            step[index] = 1e-6
            up, down = (function(**given | {wrt: moved}, reduction=summed) for moved in (point + step, point - step))
            np.testing.assert_allclose(found[index] if point.shape else found, (up - down) / 2e-6, atol=1e-8)
        value, fused = both(**given, reduction=reduction, wrt=wrt)
        np.testing.assert_array_equal(value, function(**given, reduction=reduction))
        np.testing.assert_array_equal(fused, found)


def test_the_gradient_is_by_the_first_prediction(losses: ModuleType) -> None:
    np.testing.assert_array_equal(losses.huber_grad(X, T), losses.huber_grad(X, T, wrt="prediction"))
    assert losses.margin_ranking_grad(X, T, 1).shape == X.shape


def test_reductions(losses: ModuleType) -> None:
    each = losses.huber(X, T, reduction="none")
    assert each.shape == (3, 4)
    assert losses.huber(X, T) == pytest.approx(each.mean())
    assert losses.huber(X, T, reduction="sum") == pytest.approx(each.sum())


DTYPES = [
    ([1.0, 2.0], [0, 1], np.float64),
    (3, 0, np.float64),
    (np.float32([1, 2]), [0, 1], np.float32),
    (np.float32([1, 2]), 0.5, np.float32),
    (np.float32([1, 2]), np.array([True, False]), np.float32),
    (np.float32([1, 2]), np.float64([0, 1]), np.float64),
    (np.int32([1, 2]), np.float32([0, 1]), np.float64),
    (np.float16([1, 2]), np.float16([0, 1]), np.float16),
    (np.float16([1, 2]), np.float32([0, 1]), np.float32),
    (np.longdouble([1, 2]), 0, np.longdouble),
]


@pytest.mark.parametrize(("prediction", "target", "dtype"), DTYPES)
def test_dtypes(losses: ModuleType, prediction: Any, target: Any, dtype: type) -> None:
    for reduction in REDUCTIONS:
        for result in losses.huber_value_and_grad(prediction, target, delta=0.5, reduction=reduction):
            assert result.dtype == dtype
            assert isinstance(result, np.ndarray) == (result.ndim > 0)


def test_half_precision_is_computed_in_single(losses: ModuleType) -> None:
    x, t = np.float16([300.0, 0.3]), np.float16([0.0, 0.0])
    exact = losses.gaussian_nll(x.astype(float), t.astype(float), 1.0, reduction="none")
    np.testing.assert_array_equal(losses.gaussian_nll(x / 2, t, 1.0, reduction="none").dtype, np.float16)
    np.testing.assert_array_equal(losses.gaussian_nll(x, t, 1.0, reduction="none"), exact.astype(np.float16))


def test_sums_lose_nothing(losses: ModuleType) -> None:
    x = RANDOM.random((100_000, 10)).astype(np.float32)
    exact = x.astype(float)
    assert losses.critic(x, reduction="sum") == np.float32(exact.sum())
    assert losses.critic(x) == np.float32(exact.mean())
    slopes = losses.gaussian_nll_grad(x, np.zeros(10, np.float32), np.float32(1), wrt="target", reduction="sum")
    np.testing.assert_array_equal(slopes, -exact.sum(axis=0).astype(np.float32))
    slopes = losses.gaussian_nll_grad(exact, np.zeros(10), 1.0, wrt="target", reduction="sum")
    np.testing.assert_allclose(slopes, -exact.astype(np.longdouble).sum(axis=0), rtol=4 * 2.0**-52)


def test_nothing_at_all(losses: ModuleType) -> None:
    assert np.isnan(losses.huber([], []))
    assert losses.huber([], [], reduction="sum") == 0
    assert losses.huber(np.zeros((0, 3)), 0, reduction="none").shape == (0, 3)
    assert losses.huber_grad([], []).shape == (0,)


def test_nan_and_infinity_come_through_in_silence(losses: ModuleType) -> None:
    x = np.array([np.nan, np.inf, -np.inf, 1e308])
    value, slope = losses.huber_value_and_grad(x, 0.0, reduction="none")
    np.testing.assert_array_equal(value, [np.nan, np.inf, np.inf, 1e308])
    np.testing.assert_array_equal(slope, [np.nan, 1, -1, 1])
    assert np.isnan(losses.huber(x, 0.0))


def test_results_share_no_memory_with_arguments(losses: ModuleType) -> None:
    x = np.ones(3)
    for result in losses.critic_value_and_grad(x, reduction="none"):
        assert result.flags.writeable
        assert not np.shares_memory(result, x)


def test_arguments_may_be_read_only_strided_and_subclasses(losses: ModuleType) -> None:
    x = np.broadcast_to(np.float32([1, 2]), (3, 2))[:, ::-1]
    assert losses.huber_grad(x, 0).shape == (3, 2)
    assert type(losses.huber(X.view(np.recarray), 0, reduction="none")) is np.ndarray
    with pytest.raises(TypeError, match="huber: prediction is a masked array; select its valid elements first"):
        losses.huber(np.ma.masked_array(X, X > 0), 0)


ERRORS = [
    ({"delta": -1.0}, ValueError, "huber: delta must satisfy 0 < delta, got -1.0"),
    ({"delta": 0}, ValueError, "huber: delta must satisfy 0 < delta, got 0"),
    ({"delta": float("nan")}, ValueError, "huber: delta must satisfy 0 < delta, got nan"),
    ({"delta": np.float32(-1)}, ValueError, "huber: delta must satisfy 0 < delta, got -1.0"),
    ({"delta": True}, TypeError, "huber: delta must hold real numbers, got dtype bool"),
    ({"delta": "1"}, TypeError, "huber: delta must hold real numbers, got dtype <U1"),
    ({"delta": None}, TypeError, "huber: delta must hold real numbers, got dtype object; convert it to a floating one"),
    ({"delta": 10**5000}, ValueError, "huber: delta must satisfy 0 < delta, got a number too large for float64"),
    (
        {"prediction": np.float32([1, 2, 3]), "target": np.float32(0), "delta": 1e-50},
        ValueError,
        "huber: delta must satisfy 0 < delta, got 1e-50, which is 0.0 in float32",
    ),
    ({"prediction": [[1], [1, 2]]}, TypeError, "huber: prediction must hold real numbers: setting an array element"),
    ({"prediction": [1j]}, TypeError, "huber: prediction must hold real numbers, got dtype complex128"),
    ({"reduction": "average"}, ValueError, "huber: reduction must be 'mean', 'sum' or 'none', got 'average'"),
    (
        {"target": np.zeros(5)},
        ValueError,
        r"huber: shapes do not broadcast: prediction \(3,\), target \(5,\), delta \(\)",
    ),
    ({"validate": True, "prediction": [0, np.nan]}, ValueError, "huber: prediction must be finite, got nan"),
    ({"validate": True, "delta": np.array([1, -2.5, 3])}, ValueError, "huber: delta must satisfy 0 < delta, got -2.5"),
]


@pytest.mark.parametrize(("given", "error", "message"), ERRORS)
def test_bad_arguments_are_refused(losses: ModuleType, given: dict[str, Any], error: type, message: str) -> None:
    for function in (losses.huber, losses.huber_grad, losses.huber_value_and_grad):
        with pytest.raises(error, match=message):
            function(**{"prediction": np.zeros(3), "target": np.zeros((2, 1))} | given)


def test_arrays_are_checked_on_request_alone(losses: ModuleType) -> None:
    losses.huber(X, T, delta=-V)
    losses.soft_margin(X, 0.5)
    with pytest.raises(ValueError, match=r"soft_margin: target must satisfy target in \{-1, 1\}, got 0.5"):
        losses.soft_margin(X, 0.5, validate=True)
    losses.soft_margin(X, [1, -1, 1, 1], validate=True)


def test_a_gradient_that_does_not_exist_is_refused(losses: ModuleType) -> None:
    with pytest.raises(ValueError, match="soft_margin: wrt must be 'prediction', got 'target'"):
        losses.soft_margin_grad(X, 1, wrt="target")
    with pytest.raises(ValueError, match="huber: wrt must be 'prediction', 'target' or 'delta', got 'x'"):
        losses.huber_value_and_grad(X, 1, wrt="x")


def test_a_mean_is_finite_where_its_sum_is_not(losses: ModuleType) -> None:
    assert losses.critic(np.full(2, 3e38, np.float32)) == np.float32(3e38)
    assert losses.critic(np.full(100_000, 60_000, np.float16)) == np.float16(60_000)


@pytest.mark.parametrize(("dtype", "least"), [(np.float32, 2.0**-149), (np.float64, 2.0**-1074)])
def test_the_least_number_of_a_dtype_is_taken(losses: ModuleType, dtype: type, least: float) -> None:
    x = np.array([1, 0], dtype)
    assert np.isfinite(losses.huber(x, 0 * x, delta=least))
    assert losses.huber(x, 0 * x, delta=float(np.finfo(dtype).max)) == 0.25
