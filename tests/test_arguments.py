"""What every loss of every backend says of arguments that it cannot take, and which odd ones it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import generated_cases as cases
import numpy as np
import pytest
import tensorflow as tf
import torch
from generated_cases import each_backend, each_loss

import symloss.numpy

ARRAYS: Mapping[str, Callable[[Any, str], Any]] = {
    "numpy": np.array,
    "torch": lambda value, dtype: torch.tensor(value, dtype=getattr(torch, dtype)),
    "tf": tf.cast,
}
CLASSES = ("torch", "tf")  # the backends with classes
ONLY_NORMAL = {"tf": 1e-300}  # TensorFlow flushes what is subnormal to 0


def given_to(backend: str, name: str, dtype: str = "float64") -> dict[str, Any]:
    return {key: ARRAYS[backend](array, dtype) for key, array in cases.moderate(name, 3).items()}


def makers(backend: str, name: str) -> list[Callable[..., Any]]:
    """Everything that takes the arguments of a loss, by the definition's names."""
    if backend == "numpy":
        return [getattr(symloss.numpy, name + end) for end in ("", "_grad", "_value_and_grad")]
    call = cases.torch_call if backend == "torch" else cases.tf_call
    return [lambda **given: call(name, given)]


def class_of(backend: str, name: str) -> Callable[..., Any]:
    made: Callable[..., Any] = getattr(cases.PACKAGES[backend], cases.LOSSES[name].class_name)
    return made


def hypers(name: str) -> list[Any]:
    return [a for a in cases.LOSSES[name].arguments if a.role == "hyper"]


@each_backend
@each_loss
def test_a_number_that_its_dtype_takes_out_of_the_domain_is_refused(name: str, backend: str) -> None:
    for hyper in hypers(name):
        message = f"{name}: {hyper.name} must .*, got .*, which is .* in float32"
        for number, dtype in product(cases.narrowly_inside(hyper.domain), ("float32", "float16")):
            given = {**given_to(backend, name, dtype), hyper.name: number}
            for make in makers(backend, name):
                with pytest.raises(ValueError, match=message):
                    make(**given)
            if abs(number) > ONLY_NORMAL.get(backend, 0):
                makers(backend, name)[0](**{**given_to(backend, name), hyper.name: number})
        for make in makers(backend, name):
            with pytest.raises(ValueError, match=f"{name}: {hyper.name} must .*, got a number too large for float64"):
                make(**{**given_to(backend, name), hyper.name: 10**400})


@each_loss
def test_classes_check_numbers_when_they_are_made(name: str) -> None:
    for hyper, backend in product(hypers(name), CLASSES):
        for number in (10**400, float("nan")):
            with pytest.raises(ValueError, match=f"{name}: {hyper.name} must .*, got"):
                class_of(backend, name)(**{hyper.name: number})
        for odd in (True, np.True_, "1", None, 1j):
            with pytest.raises(TypeError, match=f"{name}: {hyper.name} must be (real|a number or a tensor), got"):
                class_of(backend, name)(**{hyper.name: odd})
    for hyper in hypers(name):
        for number in cases.narrowly_inside(hyper.domain):
            with pytest.raises(ValueError, match=f"{name}: {hyper.name} must .*, got .*, which is .* in float32"):
                class_of("tf", name)(**{hyper.name: number})
            if abs(number) > ONLY_NORMAL["tf"]:
                class_of("tf", name)(**{hyper.name: number}, dtype="float64")
            class_of("torch", name)(**{hyper.name: number})  # the dtype comes with the arrays


@each_loss
def test_what_tensorflow_flushes_is_refused(name: str) -> None:
    for hyper in hypers(name):
        if hyper.domain.lower == 0 and not hyper.domain.lower_closed:
            for number, dtype in ((1e-40, "float32"), (1e-310, "float64")):
                with pytest.raises(ValueError, match=f"{name}: {hyper.name} must .*, got {number}, which is 0.0 in"):
                    cases.tf_call(name, {**given_to("tf", name, dtype), hyper.name: number})


@each_backend
@each_loss
def test_what_holds_no_real_numbers_is_refused(name: str, backend: str) -> None:
    for argument, odd in product(cases.LOSSES[name].arguments, cases.ODD):
        shown = cases.shown(name, backend)[argument.name]
        for make in makers(backend, name):
            with pytest.raises(TypeError, match=f"{name}: {shown} must (be|hold) (a|real|floating)"):
                make(**{**given_to(backend, name), argument.name: odd})


@each_backend
@each_loss
def test_numbers_of_other_kinds_are_numbers(name: str, backend: str) -> None:
    call = makers(backend, name)[0]
    for hyper in hypers(name):
        given = given_to(backend, name, "float32")
        half = 0.5 if hyper.domain.contains(0.5) else 1.5
        expected = np.asarray(call(**{**given, hyper.name: half}))
        assert expected.dtype == np.float32
        for other in (Fraction(half), np.float32(half), np.float64(half), ARRAYS[backend](half, "float32")):
            np.testing.assert_allclose(call(**{**given, hyper.name: other}), expected, rtol=1e-6)


@pytest.mark.parametrize("backend", ["numpy", "tf"])
@each_loss
def test_labels_may_be_booleans(name: str, backend: str) -> None:
    call = makers(backend, name)[0]
    for target in (a for a in cases.LOSSES[name].arguments if a.role == "target" and a.domain.contains(1)):
        given = given_to(backend, name, "float32")
        expected = call(**{**given, target.name: ARRAYS[backend](1, "float32")})
        for label in (True, np.True_, [True] * 3, np.array(True), ARRAYS[backend](True, "bool")):
            np.testing.assert_array_equal(call(**{**given, target.name: label}), expected)


@pytest.mark.parametrize("backend", CLASSES)
@each_loss
def test_swapped_arguments_are_asked_about(name: str, backend: str) -> None:
    targets = [a.name for a in cases.LOSSES[name].arguments if a.role == "target"]
    for prediction, whole in product(cases.LOSSES[name].predictions, ("int64", "bool")):
        for target, asked in (("float32", True), ("bfloat16", True), ("int64", False)):
            given = given_to(backend, name) | {key: ARRAYS[backend](1, target) for key in targets}
            with pytest.raises(TypeError, match=rf"{name}: .* must be floating, got dtype (torch\.)?{whole}") as caught:
                makers(backend, name)[0](**{**given, prediction.name: ARRAYS[backend]([1] * 3, whole)})
            assert str(caught.value).endswith("; are the arguments swapped?") == (asked and bool(targets))
