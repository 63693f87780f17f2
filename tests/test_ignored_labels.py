"""Labels of samples that do not count: what is left is what the others alone would give, in every backend."""

from __future__ import annotations

from collections.abc import Mapping

import array_cases as cases
import keras
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
import torch
from torch.nn import functional

import symloss.numpy
import symloss.tf
import symloss.torch

Array = npt.NDArray[np.generic]
IGNORED = -7
WORDS = {"numpy": "ignore_index", "torch": "ignore_index", "tf": "ignore_class"}
COUNTED = np.array([[True, False, True], [False, True, True]])
NAMES = [name for name in cases.NAMES if any(a.domain.places for a in cases.arguments(name))]

each_loss = pytest.mark.parametrize("name", NAMES)


OUTSIDE = (ValueError, RuntimeError, tf.errors.InvalidArgumentError)  # RuntimeError: what torch.gather raises


@each_loss
@pytest.mark.parametrize("backend", cases.BACKENDS)
@pytest.mark.parametrize("wrong", [-1, 10**6])
def test_a_label_that_is_no_class_is_an_error(name: str, backend: str, wrong: int) -> None:
    given = cases.moderate(name, (2, 3))
    given[labels_of(name)][1, 2] = wrong
    with pytest.raises(OUTSIDE):
        cases.CALLS[backend](name, given, None)


def labels_of(name: str) -> str:
    (found,) = (a.name for a in cases.arguments(name) if a.domain.places)
    return found


def partly_ignored(name: str, counted: Array = COUNTED) -> dict[str, Array]:
    given = cases.moderate(name, counted.shape)
    return {**given, labels_of(name): np.where(counted, given[labels_of(name)], IGNORED)}


def others_alone(name: str) -> dict[str, Array]:
    """The samples that count, in one axis."""
    hypers = {a.name for a in cases.arguments(name) if a.role == "hyper"}
    given = cases.moderate(name, COUNTED.shape)
    return {key: each if key in hypers else each[COUNTED] for key, each in given.items()}


def loss(name: str, backend: str, given: Mapping[str, object], **options: object) -> Array:
    return np.asarray(cases.called(name, backend, {k: TENSORS[backend](v) for k, v in given.items()}, **options))


TENSORS = {"numpy": np.asarray, "torch": torch.as_tensor, "tf": tf.constant}


@cases.each_backend
@each_loss
def test_a_mean_is_that_of_the_samples_that_count(name: str, backend: str) -> None:
    ignoring = {WORDS[backend]: IGNORED}
    for reduction in ("mean", "sum"):
        found = loss(name, backend, partly_ignored(name), reduction=reduction, **ignoring)
        wanted = loss(name, backend, others_alone(name), reduction=reduction)
        assert found == pytest.approx(wanted, rel=1e-12)
    found = loss(name, backend, partly_ignored(name), **ignoring)
    assert (found[~COUNTED] == 0).all()
    np.testing.assert_allclose(found[COUNTED], loss(name, backend, others_alone(name)), rtol=1e-13)


@cases.each_backend
@each_loss
def test_where_no_sample_counts_the_loss_is_0(name: str, backend: str) -> None:
    given = partly_ignored(name, np.zeros((2, 3), bool))
    for reduction in ("mean", "sum"):
        assert loss(name, backend, given, reduction=reduction, **{WORDS[backend]: IGNORED}) == 0


@each_loss
def test_gradients_are_those_of_the_samples_that_count(name: str) -> None:
    given, alone = partly_ignored(name), others_alone(name)
    for wrt in cases.real(name):
        found = getattr(symloss.numpy, f"{name}_grad")(**given, wrt=wrt, ignore_index=IGNORED)
        wanted = getattr(symloss.numpy, f"{name}_grad")(**alone, wrt=wrt)
        both = getattr(symloss.numpy, f"{name}_value_and_grad")(**given, wrt=wrt, ignore_index=IGNORED)[1]
        tensors = {key: torch.tensor(each) for key, each in given.items()}
        tensors[wrt].requires_grad_()
        cases_loss = cases.called(name, "torch", tensors, reduction="mean", ignore_index=IGNORED)
        (of_torch,) = torch.autograd.grad(cases_loss, tensors[wrt])
        variables = {key: tf.constant(each) for key, each in given.items()}
        with tf.GradientTape() as tape:
            tape.watch(variables[wrt])
            of_samples = cases.called(name, "tf", variables, reduction="mean", ignore_class=IGNORED)
        of_tensorflow = tape.gradient(of_samples, variables[wrt])
        for gradient in (found, both, of_torch.numpy(), of_tensorflow.numpy()):
            if gradient.shape == wanted.shape:
                np.testing.assert_allclose(gradient, wanted, rtol=1e-11, atol=1e-15)
            else:
                np.testing.assert_allclose(gradient[COUNTED], wanted, rtol=1e-11, atol=1e-15)
                assert (gradient[~COUNTED] == 0).all()


def test_they_are_left_out_as_the_frameworks_leave_them_out() -> None:
    given = partly_ignored("sparse_softmax_cross_entropy")
    logits, labels = given["logits"], np.where(COUNTED, given["labels"], -100)
    x, y = torch.tensor(logits).movedim(-1, 1), torch.tensor(labels)
    assert symloss.torch.sparse_softmax_cross_entropy(x, y).item() == pytest.approx(
        functional.cross_entropy(x, y).item(), rel=1e-12
    )
    assert symloss.torch.SparseSoftmaxCrossEntropy(ignore_index=3)(x, y.clamp(min=3)).item() == pytest.approx(
        functional.cross_entropy(x, y.clamp(min=3), ignore_index=3).item(), rel=1e-12
    )
    ours = symloss.tf.SparseSoftmaxCrossEntropy(ignore_class=-100, dtype="float64")
    native = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-100, dtype="float64")
    assert float(ours(labels, logits)) == pytest.approx(float(native(labels, logits)), rel=1e-9)
    assert ours.get_config()["ignore_class"] == -100
    compiled = tf.function(ours, jit_compile=True)
    assert float(compiled(labels, logits)) == pytest.approx(float(native(labels, logits)), rel=1e-9)


def test_an_ignored_label_is_no_fault_and_another_one_is() -> None:
    logits = np.zeros((2, 3))
    symloss.numpy.sparse_softmax_cross_entropy(logits, [1, -1], ignore_index=-1, validate=True)
    symloss.torch.sparse_softmax_cross_entropy(torch.zeros(2, 3), torch.tensor([1, -100]), validate=True)
    symloss.tf.sparse_softmax_cross_entropy([1, -1], tf.zeros((2, 3)), ignore_class=-1, validate=True)
    with pytest.raises(ValueError, match=r"labels .* got -1"):
        symloss.numpy.sparse_softmax_cross_entropy(logits, [1, -1], ignore_index=-2, validate=True)
    with pytest.raises(ValueError, match=r"target .* got -1"):
        symloss.torch.sparse_softmax_cross_entropy(torch.zeros(2, 3), torch.tensor([1, -1]), validate=True)
    with pytest.raises(ValueError, match=r"y_true .* got -1"):
        symloss.tf.sparse_softmax_cross_entropy([1, -1], tf.zeros((2, 3)), validate=True)


def test_a_label_stands_for_all_samples_that_it_is_broadcast_to() -> None:
    logits = np.arange(6.0).reshape(2, 3)
    assert symloss.numpy.sparse_softmax_cross_entropy(logits, -1, ignore_index=-1) == 0
    assert symloss.torch.sparse_softmax_cross_entropy(torch.tensor(logits), torch.tensor(-100)) == 0
