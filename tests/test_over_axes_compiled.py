"""Derivatives of losses over axes in PyTorch and TensorFlow, and their compilers."""

from __future__ import annotations

from collections.abc import Callable

import array_cases as cases
import numpy as np
import pytest
import tensorflow as tf
import torch
from torch.autograd import gradcheck, gradgradcheck

BATCH = 2
FEW = -(-len(cases.NAMES) // 3)
# A compiler takes seconds for each graph: a few losses share one.
each_few = pytest.mark.parametrize("names", [cases.NAMES[start::FEW] for start in range(FEW)], ids="-".join)


def function_of(name: str) -> tuple[Callable[..., torch.Tensor], tuple[torch.Tensor, ...]]:
    """The loss as a function of the arguments by which it has derivatives, and numbers for them."""
    arrays = {key: torch.tensor(each) for key, each in cases.moderate(name, (BATCH,)).items()}

    def function(*wanted: torch.Tensor) -> torch.Tensor:
        value = cases.called(name, "torch", {**arrays, **dict(zip(cases.real(name), wanted, strict=True))})
        assert isinstance(value, torch.Tensor)
        return value

    return function, tuple(arrays[key].requires_grad_() for key in cases.real(name))


@cases.each_loss
def test_first_and_second_derivatives_in_torch(name: str) -> None:
    function, wanted = function_of(name)
    assert gradcheck(function, wanted, check_forward_ad=True)
    assert gradgradcheck(function, wanted)


@cases.each_loss
def test_transforms_of_torch(name: str) -> None:
    function, wanted = function_of(name)
    plain = tuple(each.detach() for each in wanted)
    expected = torch.autograd.grad(function(*wanted).sum(), wanted[0])[0]
    found = torch.func.grad(lambda x: function(x, *plain[1:]).sum())(plain[0])
    torch.testing.assert_close(found, expected)
    many = torch.stack([plain[0], 0.5 * plain[0]])
    mapped = torch.func.vmap(lambda x: function(x, *plain[1:]))(many)
    torch.testing.assert_close(mapped, torch.stack([function(each, *plain[1:]) for each in many]))


@each_few
def test_torch_compiles_whole_graphs(names: tuple[str, ...]) -> None:
    arrays = {name: {k: torch.tensor(v) for k, v in cases.moderate(name, (BATCH,)).items()} for name in names}

    functions = {name: cases.function(name, "torch") for name in names}

    def everything(given: dict[str, dict[str, torch.Tensor]]) -> list[object]:
        return [functions[name](given[name]) for name in names]

    torch._dynamo.reset()  # what was compiled before counts against a limit of eight
    compiled = torch.compile(everything, fullgraph=True, backend="aot_eager")
    for found, expected in zip(compiled(arrays), everything(arrays), strict=True):
        torch.testing.assert_close(found, expected)


@each_few
def test_tensorflow_compiles_by_xla(names: tuple[str, ...]) -> None:
    arrays = {name: {k: tf.constant(v) for k, v in cases.moderate(name, (BATCH,)).items()} for name in names}

    def everything() -> list[tf.Tensor]:
        found = []
        for name in names:
            wanted = arrays[name][cases.real(name)[0]]
            with tf.GradientTape() as tape:
                tape.watch(wanted)
                value = cases.called(name, "tf", arrays[name])
            found += [value, tape.gradient(value, wanted)]
        return found

    compiled = tf.function(everything, autograph=False, jit_compile=True)
    for found, expected in zip(compiled(), everything(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
