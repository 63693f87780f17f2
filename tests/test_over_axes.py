"""What code over axes gives: the frameworks' values and gradients, the digits they lose, axes and shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import array_cases as cases
import numpy as np
import pytest
import tensorflow as tf
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from natives_over_axes import FIRST, LABELS, LOGITS, NATIVE, SECOND, SHARES, Array

import symloss.numpy
import symloss.tf
import symloss.torch


@pytest.mark.parametrize(("name", "arrays", "native"), NATIVE, ids=[row[0] for row in NATIVE])
def test_values_and_gradients_are_those_of_the_framework(
    name: str, arrays: tuple[Array, ...], native: Callable[..., torch.Tensor]
) -> None:
    tensors = [torch.tensor(array) for array in arrays]
    tensors[0].requires_grad_()
    expected = native(*tensors)
    expected.backward()
    slope = tensors[0].grad
    assert slope is not None
    named = dict(zip((a.name for a in cases.arguments(name)), arrays, strict=False))
    wanted = cases.arguments(name)[0].name
    value, gradient = getattr(symloss.numpy, f"{name}_value_and_grad")(**named)
    np.testing.assert_allclose(value, expected.detach(), rtol=1e-12)  # torch adds 1e-12 to squared norms
    np.testing.assert_allclose(gradient, slope, rtol=1e-11, atol=1e-15)
    losses = np.size(cases.CALLS["numpy"](name, named, None))
    for backend in ("torch", "tf"):
        np.testing.assert_allclose(np.mean(cases.CALLS[backend](name, named, None)), expected.detach(), rtol=1e-12)
        found = cases.CALLS[backend](name, named, wanted)
        np.testing.assert_allclose(found / losses, slope, rtol=1e-11, atol=1e-15)


@cases.each_loss
def test_all_backends_give_the_same(name: str) -> None:
    arrays = cases.moderate(name, (4,))
    for output in (None, *cases.real(name)):
        expected = cases.CALLS["numpy"](name, arrays, output)
        for backend in ("torch", "tf"):
            found = cases.CALLS[backend](name, arrays, output)
            assert found.shape == expected.shape
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_a_confident_class_keeps_its_digits() -> None:
    """torch and TensorFlow give 0."""
    logits = np.array([[20, 0]], np.float32)
    value, gradient = symloss.numpy.sparse_softmax_cross_entropy_value_and_grad(logits, np.array([0]))
    assert value == pytest.approx(2.0611536181902037e-09, rel=1e-6)
    np.testing.assert_allclose(gradient, [[-2.0611536e-09, 2.0611536e-09]], rtol=1e-6)
    assert symloss.tf.sparse_softmax_cross_entropy([0], tf.constant(logits))[0].numpy() == value
    assert symloss.torch.sparse_softmax_cross_entropy(torch.tensor(logits), torch.tensor([0])).item() == value


@pytest.mark.parametrize("gap", [1.0, 17.0, 40.0, 87.0, 700.0])
def test_every_confidence_keeps_its_digits(gap: float) -> None:
    """Until the truth itself is subnormal."""
    value = symloss.numpy.sparse_softmax_cross_entropy(np.array([[gap, 0.0, 0.0]]), np.array([0]))
    assert value == pytest.approx(np.log1p(2 * np.exp(-gap)), rel=4e-16)


def test_masked_classes_count_for_nothing() -> None:
    logits = np.array([[-np.inf, 0.0, 1.0]])
    value, gradient = symloss.numpy.sparse_softmax_cross_entropy_value_and_grad(logits, np.array([2]))
    assert value == pytest.approx(np.log1p(np.exp(-1.0)))
    np.testing.assert_allclose(gradient, [[0, 1 / (1 + np.e), -1 / (1 + np.e)]])
    value, gradient = symloss.numpy.softmax_cross_entropy_value_and_grad(logits, np.array([[0.0, 0.5, 0.5]]))
    assert value == pytest.approx(np.log(1 + np.e) - 0.5)
    np.testing.assert_allclose(gradient, [[0, 1 / (1 + np.e) - 0.5, 0.5 - 1 / (1 + np.e)]])


@settings(max_examples=25, deadline=None)
@given(batch=st.lists(st.integers(0, 3), max_size=3), classes=st.integers(1, 4), data=st.data())
def test_any_axis_of_any_batch(batch: list[int], classes: int, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([n for n in cases.NAMES if cases.one_axis(n)]))
    axis = data.draw(st.integers(-len(batch) - 1, len(batch)))
    arrays = cases.moderate(name, tuple(batch), dict.fromkeys(cases.SIZES, classes))
    axes = {a.name for a in cases.arguments(name) if a.domain.axes and a.role != "hyper"}
    moved = {key: np.moveaxis(each, -1, axis) if key in axes else each for key, each in arrays.items()}
    expected = cases.called(name, "numpy", arrays)
    assert np.shape(expected) == tuple(batch)
    found = cases.called(name, "numpy", moved, axis=axis)
    np.testing.assert_array_equal(found, np.asarray(expected))
    wanted = cases.arguments(name)[0].name
    gradient = getattr(symloss.numpy, f"{name}_grad")(**moved, axis=axis, reduction="none")
    assert gradient.shape == moved[wanted].shape
    tensors = {key: torch.tensor(each) for key, each in moved.items()}
    np.testing.assert_allclose(cases.called(name, "torch", tensors, dim=axis), found, rtol=1e-12, atol=1e-14)
    constants = {key: tf.constant(each) for key, each in moved.items()}
    np.testing.assert_allclose(cases.called(name, "tf", constants, axis=axis), found, rtol=1e-12, atol=1e-14)


@cases.each_loss
def test_rows_are_worked_on_in_blocks(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function = getattr(symloss.numpy, f"{name}_value_and_grad")
    arrays = cases.moderate(name, (7, 3))
    whole = [function(**arrays, wrt=wrt) for wrt in cases.real(name)]
    monkeypatch.setattr(function.__globals__["_support"], "BLOCK", 16)
    for wrt, (value, gradient) in zip(cases.real(name), whole, strict=True):
        again, slope = function(**arrays, wrt=wrt)
        np.testing.assert_array_equal(again, value)
        np.testing.assert_allclose(slope, gradient, rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: symloss.numpy.sparse_softmax_cross_entropy(LOGITS, LABELS + 3, validate=True),
            ValueError,
            r"labels must .*got 7",
        ),
        (lambda: symloss.numpy.softmax_cross_entropy(LOGITS, LOGITS, validate=True), ValueError, "labels must"),
        (
            lambda: symloss.numpy.softmax_cross_entropy(LOGITS, SHARES / 2, validate=True),
            ValueError,
            "labels must .* 1.*, got",
        ),
        (
            lambda: symloss.numpy.weighted_sparse_softmax_cross_entropy(
                LOGITS, LABELS, class_weights=-SHARES[0, 0], validate=True
            ),
            ValueError,
            "class_weights must",
        ),
        (
            lambda: symloss.numpy.sparse_softmax_cross_entropy(LOGITS, LABELS, axis=4),
            ValueError,
            "logits has no axis 4",
        ),
        (lambda: symloss.numpy.sparse_softmax_cross_entropy(1.0, 0), ValueError, "at least 1 ax"),
        (
            lambda: symloss.numpy.sparse_softmax_cross_entropy(LOGITS, LABELS * 1.0),
            TypeError,
            "labels must hold integers",
        ),
        (
            lambda: symloss.numpy.softmax_cross_entropy(LOGITS, SHARES[..., :3]),
            ValueError,
            "one length along K, logits has 5, labels has 3",
        ),
        (
            lambda: symloss.numpy.cosine_distance(FIRST, SECOND[:, :1]),
            ValueError,
            "one length along D, prediction has 3, target has 1",
        ),
        (
            lambda: symloss.torch.cosine_distance(torch.tensor(FIRST), torch.tensor(SECOND[:, :1])),
            ValueError,
            "one length along D, input has 3, target has 1",
        ),
        (
            lambda: symloss.tf.cosine_distance(SECOND[:, :1], tf.constant(FIRST)),
            ValueError,
            "one length along D, y_pred has 3, y_true has 1",
        ),
        (
            lambda: symloss.numpy.info_nce(FIRST, SECOND[:1]),
            ValueError,
            "one length along N, queries has 7, keys has 1",
        ),
        (lambda: symloss.numpy.z_loss(LOGITS[..., :0]), ValueError, "logits must have at least one entry along K"),
        (lambda: symloss.torch.z_loss(torch.zeros(2, 0)), ValueError, "logits must have at least one entry along K"),
        (lambda: symloss.tf.z_loss(tf.zeros((2, 0))), ValueError, "logits must have at least one entry along K"),
        (
            lambda: symloss.numpy.sparse_softmax_cross_entropy(LOGITS, LABELS[..., None]),
            ValueError,
            "labels must have at most 2 axes, one for each of the batch, got 3",
        ),
        (
            lambda: symloss.torch.sparse_softmax_cross_entropy(
                torch.zeros(2, 5), torch.zeros((2, 1), dtype=torch.long)
            ),
            ValueError,
            "target must have at most 1 axes, .* got 2",
        ),
        (
            lambda: symloss.numpy.sparse_softmax_cross_entropy(LOGITS[0], np.ma.array(LABELS[0], mask=LABELS[0] == 1)),
            TypeError,
            "labels is a masked array",
        ),
        (
            lambda: tf.function(
                symloss.tf.softmax_cross_entropy, input_signature=[tf.TensorSpec(None, tf.float64)] * 2
            ).get_concrete_function(),
            ValueError,
            "must have a known number of axes",
        ),
        (
            lambda: symloss.torch.sparse_softmax_cross_entropy(torch.tensor(LOGITS), torch.tensor(LABELS), dim=4),
            ValueError,
            "input has no axis 4",
        ),
        (
            lambda: symloss.torch.sparse_softmax_cross_entropy(
                torch.tensor(LOGITS), torch.tensor(LABELS) * 1.0, dim=-1
            ),
            TypeError,
            "target must hold integers",
        ),
        (
            lambda: symloss.tf.sparse_softmax_cross_entropy(LABELS, tf.constant(LOGITS), axis=4),
            ValueError,
            "y_pred has no axis 4",
        ),
    ],
)
def test_wrong_arguments_are_named(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
