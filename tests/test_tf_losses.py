"""What users of `symloss.tf` get from every loss: two orders of derivatives in three modes, dtypes, Keras classes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import accuracy_words as words
import generated_cases as cases
import keras
import numpy as np
import pytest
import tensorflow as tf
from generated_cases import each_few, each_loss, moderate
from seed_rows import SEED_ROWS, SeedRow

import symloss.tf

REDUCTIONS = ("per_sample", "mean", "sum", "none")
Tensors = dict[str, dict[str, tf.Tensor]]


def tensors(name: str, shape: tuple[int, ...] = (2, 3), dtype: str = "float64") -> dict[str, tf.Tensor]:
    """A moderate tensor for every argument."""
    return {key: tf.constant(array, dtype) for key, array in moderate(name, shape).items()}


def everything(given: Tensors) -> dict[tuple[str, ...], tf.Tensor]:
    """Every loss and each of its first derivatives."""
    found: dict[tuple[str, ...], tf.Tensor] = {}
    for name, arrays in given.items():
        keys = cases.real(name)
        with tf.GradientTape() as tape:
            tape.watch([arrays[key] for key in keys])
            value = cases.tf_call(name, arrays)
        slopes = tape.gradient(value, [arrays[key] for key in keys])
        found[name,] = value
        found.update({(name, key): slope for key, slope in zip(keys, slopes, strict=True)})
    return found


def both_orders(given: Tensors) -> dict[tuple[str, ...], tf.Tensor]:
    """Every second derivative that a tape finds."""
    found: dict[tuple[str, ...], tf.Tensor] = {}
    for name, arrays in given.items():
        keys = cases.real(name)
        with tf.GradientTape(persistent=True) as outer:
            outer.watch([arrays[key] for key in keys])
            slopes = everything({name: arrays})
        for key in keys:
            bends = outer.gradient(slopes[name, key], [arrays[other] for other in keys])
            found.update({(name, key, k): bend for k, bend in zip(keys, bends, strict=True) if bend is not None})
    return found


def in_modes(function: Callable[[], list[tf.Tensor]]) -> Iterator[tuple[str, list[tf.Tensor]]]:
    """What a function gives as a graph, and compiled by XLA: the same graph, for tracing is half of the time."""
    graph = tf.function(function, autograph=False)
    yield "graph", graph()
    traced = graph.get_concrete_function()
    yield "xla", tf.function(lambda: traced(), autograph=False, jit_compile=True)()  # noqa: PLW0108 - a function to compile


@each_few
def test_losses_and_gradients_in_one_graph(names: tuple[str, ...]) -> None:
    points = {name: cases.typical(name, "float32", None) for name in names}
    given = {n: {key: tf.constant(c) for key, c in cases.columns(points[n], "float32").items()} for n in names}
    outputs = [(name, output) for name in names for output in (None, *cases.real(name))]
    eager = [cases.computed("tf", name, points[name], "float32", output) for name, output in outputs]
    faults = []
    for mode, found in in_modes(lambda: list(everything(given).values())):
        for (name, output), values, result in zip(outputs, eager, found, strict=True):
            pair = ((values, "eager"), (result.numpy(), mode))
            compared = (words.Given(name, output, "float32", points[name], got, "tf", ran) for got, ran in pair)
            faults += words.disagreements(*compared)
    assert not faults


@each_few
def test_second_derivatives_are_the_same_in_every_mode(names: tuple[str, ...]) -> None:
    given = {name: tensors(name, (4,)) for name in names}
    eager = both_orders(given)
    for name in names:
        check_second(name, given[name], eager)
    for mode, found in in_modes(lambda: list(both_orders(given).values())):
        for path, bend in zip(eager, found, strict=True):
            np.testing.assert_allclose(bend, eager[path], rtol=1e-9, atol=1e-12, err_msg=f"{path} {mode}")


def check_second(name: str, given: dict[str, tf.Tensor], bends: dict[tuple[str, ...], tf.Tensor]) -> None:
    """By difference quotients of the first derivatives."""
    keys = cases.real(name)
    for other in keys:
        up, down = (everything({name: {**given, other: given[other] + side * 1e-6}}) for side in (1, -1))
        for key in keys:
            expected = (up[name, key] - down[name, key]) / 2e-6
            found = bends.get((name, key, other), tf.zeros_like(expected))
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6, err_msg=f"{name} {key} {other}")


@pytest.mark.parametrize("row", SEED_ROWS, ids=lambda row: row.name)
def test_worked_examples(row: SeedRow) -> None:
    arrays = {key: tf.constant(array, tf.float64) for key, array in row.arrays.items()}
    found = cases.tf_call(row.loss, {**arrays, **row.hyper}, row.reduction).numpy()
    np.testing.assert_allclose(found * (1 if row.weights is None else row.weights), row.expected, rtol=row.tolerance)


# A scalar's function may be off from a vector's by an ulp.  These take the difference of two logarithms of one number,
# which should be 0 and then is that ulp, thousands of a small result: a miss of the forms, not of the comparison.
MISSED_ALIKE = {"general_robust": 1e-12}


@each_loss
def test_reductions_and_broadcasting(name: str) -> None:
    shapes = dict(zip(tensors(name), cases.SHAPES, strict=False))
    given = {key: tf.constant(array) for key, array in moderate(name, shapes).items()}
    each = cases.tf_call(name, given)
    full = {key: tf.broadcast_to(tensor, (2, 3)) for key, tensor in given.items()}
    assert each.shape == (2, 3)
    np.testing.assert_allclose(each, cases.tf_call(name, full), rtol=MISSED_ALIKE.get(name, 1e-15))
    np.testing.assert_allclose(cases.tf_call(name, given, "per_sample"), tf.reduce_mean(each, -1), rtol=1e-14)
    np.testing.assert_allclose(cases.tf_call(name, given, "mean"), tf.reduce_mean(each), rtol=1e-14)
    np.testing.assert_allclose(cases.tf_call(name, given, "sum"), tf.reduce_sum(each), rtol=1e-14)
    keys = cases.real(name)
    with tf.GradientTape() as tape:
        tape.watch([given[key] for key in keys])
        mean = cases.tf_call(name, given, "mean")
    for key, slope in zip(keys, tape.gradient(mean, [given[key] for key in keys]), strict=True):
        columns = {other: tensor.numpy() for other, tensor in full.items()}
        expected = cases.CALLS["tf"](name, columns, key) / 6
        shape = given[key].shape
        axes = tuple(a for a in range(2) if a < 2 - len(shape) or shape[a - 2 + len(shape)] == 1)
        np.testing.assert_allclose(slope, expected.sum(axis=axes).reshape(shape), rtol=1e-12, atol=1e-14)


@each_loss
def test_the_defaults_and_the_order_of_arguments(name: str) -> None:
    given = {key: tensor for key, tensor in tensors(name).items() if key not in cases.hypers(name)}
    expected = cases.tf_call(name, {**given, **cases.hypers(name)}, "per_sample")
    order = [key for key in cases.shown(name, "tf") if key in given]
    np.testing.assert_array_equal(getattr(symloss.tf, name)(*(given[key] for key in order)), expected)


@each_loss
def test_dtypes(name: str) -> None:
    for dtype in (tf.float16, tf.bfloat16):
        given = {key: tf.cast(tensor, dtype) for key, tensor in tensors(name).items()}
        single = {key: tf.cast(tensor, tf.float32) for key, tensor in given.items()}
        for reduction in REDUCTIONS:
            found = cases.tf_call(name, given, reduction)
            assert found.dtype == dtype
            expected = tf.cast(cases.tf_call(name, single, reduction), dtype)
            assert tf.reduce_all(found == expected)
    given = tensors(name, dtype="float32")
    for argument in cases.LOSSES[name].arguments:
        if argument.role == "target" and argument.domain.contains(1):
            ones = cases.tf_call(name, {**given, argument.name: tf.ones((2, 3))})
            whole = cases.tf_call(name, {**given, argument.name: tf.ones((2, 3), tf.int64)})
            np.testing.assert_array_equal(whole, ones)
    first = cases.LOSSES[name].arguments[0].name
    with pytest.raises(TypeError, match=f"{name}: .* must be floating, got dtype int64"):
        cases.tf_call(name, {**given, first: tf.ones((2, 3), tf.int64)})


@each_loss
def test_what_is_wrong_with_an_argument_is_said(name: str) -> None:
    given = tensors(name)
    with pytest.raises(ValueError, match=f"{name}: reduction must be 'per_sample', .* got 'average'"):
        cases.tf_call(name, given, "average")
    if len(given) > 1:
        key = next(iter(given))
        with pytest.raises(ValueError, match=rf"{name}: shapes do not broadcast: .*\(2, 4\)"):
            cases.tf_call(name, {**given, key: tf.ones((2, 4), tf.float64)})
    for hyper in (a for a in cases.LOSSES[name].arguments if a.role == "hyper"):
        with pytest.raises(ValueError, match=f"{name}: {hyper.name} must .*, got nan"):
            cases.tf_call(name, {**given, hyper.name: float("nan")})
        if (outside := cases.outside(hyper.domain)) is not None:
            bad = cases.renamed(name, "tf", {**given, hyper.name: tf.constant(outside, tf.float64)})
            with pytest.raises(ValueError, match=f"{name}: {hyper.name} must satisfy .*, got"):
                getattr(symloss.tf, name)(**bad, validate=True)


def keras_class(name: str) -> type[keras.losses.Loss]:
    return getattr(symloss.tf, cases.LOSSES[name].class_name)


def parts(name: str) -> tuple[list[str], list[str]]:
    """What is observed and what a model puts out."""
    observed = [a.name for a in cases.arrays(name) if a.role == "target" or not a.domain.differentiable]
    return observed, [a.name for a in cases.arrays(name) if a.name not in observed]


def as_keras(name: str, given: Mapping[str, Any]) -> tuple[Any, Any]:
    """Both as a Keras loss takes them."""
    held = [tuple(given[key] for key in each) for each in parts(name)]
    y_true, y_pred = (each[0] if len(each) == 1 else each for each in held)
    return (y_true if held[0] else tf.zeros((2, 1))), y_pred


@each_loss
def test_keras_classes_weigh_reduce_and_survive_their_configuration(name: str) -> None:
    given = tensors(name, dtype="float32")
    hypers = {key: float(given.pop(key)[0, 0]) for key in cases.hypers(name)}
    y_true, y_pred = as_keras(name, given)
    each = cases.tf_call(name, {**given, **hypers}, "per_sample").numpy()
    weights = np.float32([1, 3])
    expected: Mapping[str | None, Callable[[np.ndarray], np.ndarray]] = {
        None: lambda losses: losses,
        "sum": np.sum,
        "sum_over_batch_size": np.mean,
    }
    for reduction, reduce in expected.items():
        loss = keras_class(name)(**hypers, reduction=reduction, name="mine")
        np.testing.assert_allclose(loss(y_true, y_pred), reduce(each), rtol=1e-6)
        np.testing.assert_allclose(loss(y_true, y_pred, sample_weight=weights), reduce(each * weights), rtol=1e-6)
        assert loss.get_config() == {**loss.get_config(), **hypers, "name": "mine", "reduction": reduction}
        for twin in (
            keras_class(name).from_config(loss.get_config()),
            keras.losses.deserialize(keras.losses.serialize(loss)),
            keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss)),
        ):
            assert type(twin) is keras_class(name)
            assert twin.get_config() == loss.get_config()
            np.testing.assert_array_equal(twin(y_true, y_pred), loss(y_true, y_pred))
    assert keras_class(name)().name == name
    assert keras_class(name)().get_config() == {**keras_class(name)().get_config(), **cases.hypers(name)}
    for key in hypers:
        with pytest.raises(ValueError, match=f"{name}: {key} must"):
            keras_class(name)(**{key: float("nan")})


@each_loss
def test_keras_classes_validate_on_request(name: str) -> None:
    given = tensors(name, dtype="float32")
    hypers = {key: float(given.pop(key)[0, 0]) for key in cases.hypers(name)}
    y_true, y_pred = as_keras(name, given)
    loss = keras_class(name)(**hypers, validate=True, dtype="float64")
    plain = keras_class(name)(**hypers, dtype="float64")
    assert loss.get_config() == {**plain.get_config(), "validate": True, "dtype": "float64"}
    assert not plain.get_config()["validate"]
    for twin in (
        loss,
        keras_class(name).from_config(loss.get_config()),
        keras.losses.deserialize(keras.losses.serialize(loss)),
    ):
        assert twin(y_true, y_pred) == plain(y_true, y_pred)
        assert twin(y_true, y_pred).dtype == tf.float64
        for key in given:
            with pytest.raises(ValueError, match=f"{name}: {cases.shown(name, 'tf')[key]} must .*, got nan"):
                twin(*as_keras(name, {**given, key: given[key] * np.nan}))
    plain(*as_keras(name, {key: tensor * np.nan for key, tensor in given.items()}))


@each_loss
def test_the_class_documents_what_the_function_does(name: str) -> None:
    function, made = (inspect.getdoc(each) or "" for each in (getattr(symloss.tf, name), keras_class(name)))
    for part in cases.shared_parts(function):
        assert part in made
    for key, default in cases.hypers(name).items():
        assert f"    {key}: number or tensor" in made
        assert f"default {default!r}." in made
    call = made.partition("\nCall:\n")[2]
    assert re.match(r"    y_true: .*\n(     .*\n)*    y_pred: ", call)
    for argument in cases.arrays(name):
        assert f"`{argument.name}`" in call


@each_loss
def test_a_model_takes_a_step(name: str) -> None:
    """A model whose weights are the outputs themselves, so that its step is the loss's own gradient."""
    given = moderate(name, (4, 1))
    hypers = {key: float(given.pop(key)[0, 0]) for key in cases.hypers(name)}
    observed, outputs = parts(name)

    class Direct(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.out = self.add_weight(name="out", shape=(4, 1, len(outputs)), initializer="zeros")

        def call(self, inputs: tf.Tensor) -> tf.Tensor:
            rows = tf.gather(self.out, tf.cast(inputs[:, 0], tf.int32))
            return rows if len(outputs) > 1 else rows[..., 0]

    model = Direct()
    model.build((4, 1))
    start = np.stack([given[key] for key in outputs], -1).astype(np.float32)
    model.out.assign(start)
    model.compile(loss=keras_class(name)(**hypers), optimizer=keras.optimizers.SGD(1.0), run_eagerly=True)
    y_true = np.stack([given[key] for key in observed] or [np.zeros((4, 1))], -1)
    y_true = y_true if len(observed) > 1 else y_true[..., 0]
    history = model.fit(np.arange(4.0)[:, None], y_true, verbose=0, batch_size=4)
    columns = {**{key: array.astype(np.float32) for key, array in given.items()}, **hypers}
    columns = {key: np.broadcast_to(np.float32(column), (4, 1)) for key, column in columns.items()}
    np.testing.assert_allclose(history.history["loss"][0], cases.CALLS["tf"](name, columns, None).mean(), rtol=1e-5)
    for index, key in enumerate(outputs):
        step = cases.CALLS["tf"](name, columns, key) / 4 if key in cases.real(name) else 0 * start[..., index]
        np.testing.assert_allclose(start[..., index] - model.out.numpy()[..., index], step, rtol=1e-4, atol=1e-5)
