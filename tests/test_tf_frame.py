"""What a user of a generated TensorFlow module meets around the formulas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import handmade
import numpy as np
import pytest
import tensorflow as tf

Loss = Callable[..., tf.Tensor]
RANDOM = np.random.default_rng(0)
X, T, V = RANDOM.normal(size=(2, 3)), RANDOM.normal(size=3), np.exp(RANDOM.normal(size=(2, 1)))


@pytest.fixture(scope="module")
def losses(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return handmade.package("tf", tmp_path_factory.mktemp("frame"))


CASES: dict[str, tuple[Callable[[ModuleType], Loss], tuple[Any, ...]]] = {
    "huber": (lambda made: lambda x, t, d: made.huber(t, x, delta=d, reduction="sum"), (X, T, np.float64(0.7))),
    "gaussian_nll": (lambda made: lambda x, t, v: made.gaussian_nll(t, x, v), (X, T, V)),
    "weighted": (
        lambda made: lambda x, z, q: made.weighted_sigmoid_cross_entropy(z, x, pos_weight=q, reduction="none"),
        (X, 1 / (1 + np.exp(T)), np.float64(2.0)),
    ),
    "gan_real": (lambda made: lambda x: made.gan_real(x, reduction="mean"), (X,)),
    "critic": (lambda made: lambda x: made.critic(x * x * x), (X,)),
}


def derivatives(loss: Loss, arguments: Sequence[tf.Tensor]) -> tuple[tf.Tensor, ...]:
    """The value; its gradient by each argument; the gradient of a sum over all of that by each argument."""
    with tf.GradientTape() as outer:
        outer.watch(arguments)
        with tf.GradientTape() as inner:
            inner.watch(arguments)
            value = tf.reduce_sum(tf.sin(loss(*arguments)))
        first = inner.gradient(value, arguments)
        total = tf.add_n([tf.reduce_sum(tf.sin(slope)) for slope in first])
    return value, *first, *outer.gradient(total, arguments)


def numeric(function: Loss, arguments: Sequence[tf.Tensor]) -> list[np.ndarray]:
    slopes = []
    for number, argument in enumerate(arguments):
        slope = np.zeros(argument.shape)
        for index in np.ndindex(slope.shape):
            step = np.zeros(slope.shape)
            step[index] = 1e-6
            up, down = (
                function(*arguments[:number], argument + sign * step, *arguments[number + 1 :]) for sign in (1, -1)
            )
            slope[index] = (up - down) / 2e-6
        slopes.append(slope)
    return slopes


@pytest.mark.parametrize("case", CASES)
def test_derivatives_by_every_argument_in_every_mode(losses: ModuleType, case: str) -> None:
    made, arrays = CASES[case]
    loss, arguments = made(losses), [tf.constant(array) for array in arrays]
    count = len(arguments)

    def total(*moved: tf.Tensor) -> tf.Tensor:
        return tf.add_n([tf.reduce_sum(tf.sin(slope)) for slope in derivatives(loss, moved)[1 : count + 1]])

    eager = derivatives(loss, arguments)
    truth = numeric(lambda *moved: derivatives(loss, moved)[0], arguments) + numeric(total, arguments)
    for found, expected in zip(eager[1:], truth, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-7)
    unknown = [tf.TensorSpec([None] * array.ndim, tf.float64) for array in arguments]
    ranks = [tf.TensorSpec(None, tf.float64)] * count
    modes: tuple[dict[str, Any], ...] = (
        {},
        {"jit_compile": True},
        {"input_signature": unknown},
        {"input_signature": ranks},
    )
    for mode in modes:
        graph = tf.function(lambda *given: derivatives(loss, given), **mode)
        for found, expected in zip(graph(*arguments), eager, strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_gradients_of_variables_and_none_of_constants(losses: ModuleType) -> None:
    x, y = tf.Variable(X), tf.Variable(np.ones(3))
    with tf.GradientTape() as tape:
        loss = losses.soft_margin(y, x)
    slope, none = tape.gradient(loss, [x, y])
    assert slope.shape == X.shape
    assert none is None


def test_only_what_can_be_asked_for_is_computed(losses: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    formula = losses.handmade._HUBER.value  # the private record: nothing public shows what was not computed
    for name, derivative in formula.derivatives.items():
        monkeypatch.setattr(derivative, "function", counted(derivative.function, calls, name))
    x = tf.Variable(X)
    with tf.GradientTape() as tape:
        loss = losses.huber(T, x, delta=0.5)
    tape.gradient(loss, x)
    assert calls == ["prediction"]


def counted(function: Callable[..., Any], calls: list[str], name: str) -> Callable[..., Any]:
    def wrapped(**arguments: tf.Tensor) -> Any:
        calls.append(name)
        return function(**arguments)

    return wrapped


def test_reductions(losses: ModuleType) -> None:
    each = losses.huber(T, X, reduction="none")
    assert each.shape == (2, 3)
    np.testing.assert_allclose(losses.huber(T, X), tf.reduce_mean(each, -1))
    np.testing.assert_allclose(losses.huber(T, X, reduction="mean"), tf.reduce_mean(each))
    np.testing.assert_allclose(losses.huber(T, X, reduction="sum"), tf.reduce_sum(each))
    assert losses.huber(0.0, 3.0).shape == ()


def test_nothing_at_all_is_zero(losses: ModuleType) -> None:
    assert losses.huber(tf.zeros(0), tf.zeros(0), reduction="mean") == 0
    assert losses.huber(tf.zeros((0, 3)), tf.zeros((0, 3))).shape == (0,)
    np.testing.assert_array_equal(losses.huber(tf.zeros((2, 0)), tf.zeros((2, 0))), [0, 0])


def test_sums_lose_nothing(losses: ModuleType) -> None:
    x = RANDOM.random((100_000, 10)).astype(np.float32)
    for function in (losses.critic, tf.function(losses.critic, jit_compile=True)):
        assert function(x, reduction="sum") == np.float32(x.astype(float).sum())
        assert function(x, reduction="mean") == np.float32(x.astype(float).mean())
    target = tf.zeros(10)
    with tf.GradientTape() as tape:
        tape.watch(target)
        loss = losses.gaussian_nll(target, x, 1.0, reduction="sum")
    np.testing.assert_array_equal(tape.gradient(loss, target), -x.astype(float).sum(axis=0).astype(np.float32))


DTYPES = [
    ([1.0, 2.0], [0, 1], tf.float32),
    (np.float64([1, 2]), [0, 1], tf.float64),
    (np.float32([1, 2]), np.float64([0, 1]), tf.float32),
    (tf.constant([1, 2], tf.bfloat16), np.array([True, False]), tf.bfloat16),
    (tf.constant([1, 2], tf.float16), np.int64([0, 1]), tf.float16),
]


@pytest.mark.parametrize(("prediction", "target", "dtype"), DTYPES)
def test_dtypes(losses: ModuleType, prediction: Any, target: Any, dtype: tf.DType) -> None:
    for reduction in ("per_sample", "mean", "sum", "none"):
        assert losses.huber(target, prediction, delta=0.5, reduction=reduction).dtype == dtype


def test_lists_keep_the_digits_of_double(losses: ModuleType) -> None:
    assert losses.huber([0.1], tf.constant([0.3], tf.float64), reduction="mean") == (0.3 - 0.1) * (0.5 * (0.3 - 0.1))


@pytest.mark.parametrize("dtype", [tf.float16, tf.bfloat16])
def test_half_precision_is_computed_in_single(losses: ModuleType, dtype: tf.DType) -> None:
    x = tf.constant([100.0, 0.3], dtype)
    exact = losses.gaussian_nll([0, 0], tf.cast(x, tf.float64), [1, 1], reduction="none")
    np.testing.assert_array_equal(losses.gaussian_nll([0, 0], x, [1, 1], reduction="none"), tf.cast(exact, dtype))


ERRORS: list[tuple[dict[str, Any], type, str]] = [
    ({"delta": -1.0}, ValueError, "huber: delta must satisfy 0 < delta, got -1.0"),
    ({"delta": float("nan")}, ValueError, "huber: delta must satisfy 0 < delta, got nan"),
    ({"delta": True}, TypeError, "huber: delta must be real, got dtype bool"),
    ({"delta": "1"}, TypeError, "huber: delta must be real, got dtype string"),
    ({"reduction": "average"}, ValueError, "huber: reduction must be 'per_sample', 'mean', 'sum' or 'none', got"),
    ({"delta": None}, TypeError, "huber: delta must be a number or a tensor, got NoneType: "),
    ({"delta": 1e-50}, ValueError, "huber: delta must satisfy 0 < delta, got 1e-50, which is 0.0 in float32"),
    ({"delta": 10**5000}, ValueError, "huber: delta must satisfy 0 < delta, got a number too large for float64"),
    ({"y_pred": [[1.0], [1.0, 2.0]]}, TypeError, "huber: y_pred must be a number or a tensor, got list: "),
    (
        {"y_pred": [1, 2, 3]},
        TypeError,
        r"huber: y_pred must be floating, got dtype int32; are the arguments swapped\?",
    ),
    ({"y_true": tf.zeros(3, tf.complex64)}, TypeError, "huber: y_true must be real, got dtype complex64"),
    ({"y_true": tf.zeros(5)}, ValueError, r"huber: shapes do not broadcast: y_pred \(3,\), y_true \(5,\), delta \(\)"),
    ({"validate": True, "y_pred": [0, np.nan]}, ValueError, "huber: y_pred must be finite, got nan"),
    ({"validate": True, "delta": [1, -2.5, 3]}, ValueError, "huber: delta must satisfy 0 < delta, got -2.5"),
]


@pytest.mark.parametrize(("given", "error", "message"), ERRORS)
def test_bad_arguments_are_refused(losses: ModuleType, given: dict[str, Any], error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        losses.huber(**{"y_true": tf.zeros((2, 1)), "y_pred": tf.zeros(3)} | given)


def test_a_graph_can_assert(losses: ModuleType) -> None:
    graph = tf.function(lambda x: losses.huber(0.0, x, validate=True))
    graph(tf.ones(3))
    with pytest.raises(tf.errors.InvalidArgumentError, match="huber: y_pred must be finite"):
        graph(tf.constant([1.0, np.inf]))


def test_a_mean_is_finite_where_its_sum_is_not(losses: ModuleType) -> None:
    for reduction in ("mean", "per_sample"):
        assert losses.critic(tf.fill(2, 3e38), reduction=reduction) == np.float32(3e38)
        assert losses.critic(np.full(100_000, 60_000, np.float16), reduction=reduction) == np.float16(60_000)


@pytest.mark.parametrize("dtype", [tf.float32, tf.float64])
def test_the_least_normal_number_of_a_dtype_is_taken(losses: ModuleType, dtype: tf.DType) -> None:
    x = tf.constant([1, 0], dtype)
    least, largest = (float(getattr(np.finfo(dtype.as_numpy_dtype), end)) for end in ("tiny", "max"))
    assert tf.math.is_finite(losses.huber(x, 0 * x, delta=least))
    assert losses.huber(0 * x, x, delta=largest) == 0.25
    with pytest.raises(ValueError, match=f"huber: delta must .*, which is 0.0 in {dtype.name}"):
        losses.huber(x, 0 * x, delta=least / 2)
