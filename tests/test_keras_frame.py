"""What a user of a generated Keras class meets: reductions, weights, masks, configurations, models."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import handmade
import keras
import numpy as np
import pytest
import tensorflow as tf

RANDOM = np.random.default_rng(0)
X, T, V = RANDOM.normal(size=(2, 3)), RANDOM.normal(size=3), np.exp(RANDOM.normal(size=(2, 1)))


@pytest.fixture(scope="module")
def losses(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return handmade.package("tf", tmp_path_factory.mktemp("keras"))


def test_keras_classes_reduce_and_weigh_as_keras_does(losses: ModuleType) -> None:
    y, x, w = np.zeros((2, 3)), np.float32(X), np.float32([1, 2])
    for reduction in ("sum_over_batch_size", "sum", "mean_with_sample_weight", None):
        ours, theirs = losses.Huber(delta=0.7, reduction=reduction), keras.losses.Huber(delta=0.7, reduction=reduction)
        np.testing.assert_allclose(ours(y, x), theirs(y, x), rtol=1e-6)
        np.testing.assert_allclose(ours(y, x, sample_weight=w), theirs(y, x, sample_weight=w), rtol=1e-6)
    assert losses.Huber(dtype="float64")(y, X).dtype == tf.float64
    with pytest.raises(ValueError, match="huber: delta must satisfy 0 < delta, got -1"):
        losses.Huber(delta=-1)


@pytest.mark.parametrize(("true", "pred"), [((5,), (5, 1)), ((5, 1), (5,)), ((5, 3), (5, 3, 1)), ((5, 3, 1), (5, 3))])
def test_keras_classes_align_ranks_as_keras_does(
    losses: ModuleType, true: tuple[int, ...], pred: tuple[int, ...]
) -> None:
    y, x = RANDOM.normal(size=true), RANDOM.normal(size=pred)
    ours, theirs = losses.Huber(reduction=None)(y, x), keras.losses.Huber(reduction=None)(y, x)
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


def test_keras_classes_obey_masks(losses: ModuleType) -> None:
    x = tf.constant([[1.0], [100.0]])
    x._keras_mask = tf.constant([True, False])
    assert losses.Huber()(tf.zeros((2, 1)), x) == 0.5


def test_keras_classes_take_several_outputs(losses: ModuleType) -> None:
    mean, variance, y = np.float32(X), np.float32(np.broadcast_to(V, X.shape)), np.float32(T)
    expected = losses.gaussian_nll(y, mean, variance)
    np.testing.assert_allclose(losses.GaussianNll(reduction=None)(y, (mean, variance)), expected)
    np.testing.assert_allclose(losses.GaussianNll(reduction=None)(y, np.stack([mean, variance], -1)), expected)
    with pytest.raises(ValueError, match="gaussian_nll: y_pred must hold prediction, variance, got 3 parts"):
        losses.GaussianNll()(y, (mean, variance, mean))


def test_what_no_model_learns_comes_with_the_target(losses: ModuleType) -> None:
    rate, time, event = np.float32(np.exp(X)), np.float32(np.exp(T)), np.float32([[0, 1, 1], [1, 0, 1]])
    expected = losses.exponential_nll(time, rate, event)
    time = np.broadcast_to(time, rate.shape)
    loss = losses.ExponentialNll(reduction=None)
    np.testing.assert_allclose(loss((time, event), rate), expected)
    np.testing.assert_allclose(loss(np.stack([time, event], -1), rate), expected)
    with pytest.raises(ValueError, match="exponential_nll: y_true must hold target, event, got 3 parts"):
        loss(rate, rate)


def test_rows_that_hold_parts_are_samples(losses: ModuleType) -> None:
    """As a layer of two units puts them out: no axis is left to average over, and every row has its weight."""
    rows, y, weights = np.float32([[0, 2], [1, 3], [3, 5]]), np.float32([1, 0, 1]), np.float32([1, 2, 4])
    each = losses.gaussian_nll(y, *rows.T, reduction="none")
    for target in (y, y[:, None]):
        weighted = losses.GaussianNll(reduction="sum")(target, rows, sample_weight=weights)
        np.testing.assert_allclose(weighted, np.sum(each * weights), rtol=1e-6)
    times = np.float32([[1, 0], [2, 1], [3, 1]])
    each = losses.exponential_nll(times[:, 0], y + 1, times[:, 1], reduction="none")
    for rate in (y + 1, y[:, None] + 1):
        weighted = losses.ExponentialNll(reduction="sum")(times, rate, sample_weight=weights)
        np.testing.assert_allclose(weighted, np.sum(each * weights), rtol=1e-6)


def test_keras_classes_without_target_ignore_it(losses: ModuleType) -> None:
    x = np.float32(X)
    np.testing.assert_allclose(losses.GanReal(reduction=None)(np.nan, x), losses.gan_real(x))


@pytest.mark.parametrize("delta", [0.5, [0.5, 1.0, 1.5], np.float32(0.5), np.array([[1.0]]), tf.constant(2.0)])
def test_keras_classes_survive_their_configuration(losses: ModuleType, delta: Any) -> None:
    loss = losses.Huber(delta=delta, reduction="sum", name="mine")
    for copy in (
        losses.Huber.from_config(loss.get_config()),
        keras.losses.deserialize(keras.losses.serialize(loss)),
        keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss)),
    ):
        assert type(copy) is losses.Huber
        assert copy.get_config() == loss.get_config()
        assert copy(T, X) == loss(T, X)


def test_models_are_trained_saved_and_loaded(losses: ModuleType, tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    x = RANDOM.normal(size=(64, 3))
    y = np.sign(x[:, 0])
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "softplus"), keras.layers.Reshape((1, 2))])
    for loss, jit in ((losses.GaussianNll(), False), (losses.GaussianNll(), True)):
        model.compile(loss=loss, optimizer="sgd", jit_compile=jit)
        history = model.fit(x, y, epochs=3, verbose=0, sample_weight=np.ones(64)).history["loss"]
        assert history[-1] < history[0]
    model.save(tmp_path / "model.keras")
    assert type(keras.models.load_model(tmp_path / "model.keras").loss) is losses.GaussianNll


def test_arrays_of_one_axis_are_one_sample(losses: ModuleType) -> None:
    y, x = np.zeros(3, np.float32), np.float32([1, 2, 3])
    mean = losses.huber(y, x, reduction="mean")
    assert losses.huber(y, x) == mean
    for reduction in (None, "sum", "sum_over_batch_size"):
        ours, theirs = losses.Huber(reduction=reduction)(y, x), keras.losses.Huber(reduction=reduction)(y, x)
        assert ours.shape == theirs.shape == ()
        np.testing.assert_allclose([ours, theirs], mean, rtol=1e-6)


def test_keras_classes_of_nothing(losses: ModuleType) -> None:
    for reduction in ("sum", "sum_over_batch_size", None):
        ours, theirs = losses.Huber(reduction=reduction), keras.losses.Huber(reduction=reduction)
        assert (
            ours(np.zeros((0, 3)), np.zeros((0, 3))).shape == theirs(np.zeros((0, 3)), np.zeros((0, 3))).shape == (0,)
        )
        np.testing.assert_array_equal(ours(np.zeros((2, 0)), np.zeros((2, 0))), 0)


def test_keras_classes_cast_as_keras_does(losses: ModuleType) -> None:
    """To what they are told, else to Keras' default; the dtype then comes with the configuration."""
    narrow, double = losses.Huber(), losses.Huber(dtype="float64", validate=True)
    assert narrow(T, X).dtype == keras.losses.Huber()(T, X).dtype == tf.float32
    for loss in (double, losses.Huber.from_config(double.get_config())):
        assert loss(T, X).dtype == tf.float64
        np.testing.assert_allclose(loss(T, X), losses.huber(T, X, reduction="mean"), rtol=1e-15)
        with pytest.raises(ValueError, match="huber: y_pred must be finite, got nan"):
            loss(T, X * np.nan)
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    try:
        assert losses.Huber()(T, X).dtype == tf.float64
    finally:
        keras.config.set_floatx(before)
