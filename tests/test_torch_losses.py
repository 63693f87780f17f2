"""What users of `symloss.torch` get from every loss: two orders of derivatives, transforms, dtypes, modules, graphs."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Callable
from typing import Any

import accuracy_words as words
import generated_cases as cases
import numpy as np
import pytest
import torch
from generated_cases import each_few, each_loss, moderate
from seed_rows import SEED_ROWS, SeedRow
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.func import functional_call, grad, hessian, jacfwd, jacrev, jvp, vmap

import symloss.torch

REDUCTIONS = ("mean", "sum", "none")


def tensors(name: str, shape: tuple[int, ...] | str = (3,), dtype: torch.dtype = torch.float64) -> dict[str, Tensor]:
    """A moderate tensor for every argument; of shapes that broadcast if asked for."""
    keys = [a.name for a in cases.LOSSES[name].arguments]
    chosen = dict(zip(keys, cases.SHAPES, strict=False)) if shape == "broadcast" else shape
    return {key: torch.tensor(array, dtype=dtype) for key, array in moderate(name, chosen).items()}


def by_real(name: str, given: dict[str, Tensor], reduction: str) -> tuple[Callable[..., Tensor], tuple[Tensor, ...]]:
    """The loss as a function of the arguments that it has derivatives by."""
    keys = cases.real(name)

    def function(*moved: Tensor) -> Tensor:
        return cases.torch_call(name, {**given, **dict(zip(keys, moved, strict=True))}, reduction)

    return function, tuple(given[key] for key in keys)


@pytest.mark.parametrize(("shape", "reduction"), [((3,), "none"), ("broadcast", "mean")])
@each_loss
def test_gradients_of_both_orders_are_those_of_the_function(name: str, shape: Any, reduction: str) -> None:
    function, arguments = by_real(name, tensors(name, shape), reduction)
    wanted = tuple(argument.clone().requires_grad_() for argument in arguments)
    assert gradcheck(function, wanted, check_forward_ad=True, check_batched_grad=True)
    assert gradgradcheck(function, wanted, check_fwd_over_rev=True)


@each_loss
def test_function_transforms_agree_with_backward(name: str) -> None:
    given = tensors(name, (4,))
    function, arguments = by_real(name, given, "sum")
    wanted = tuple(argument.clone().requires_grad_() for argument in arguments)
    slopes = torch.autograd.grad(function(*wanted), wanted)
    bends = torch.autograd.functional.hessian(function, arguments)
    for number, slope in enumerate(slopes):
        torch.testing.assert_close(grad(function, number)(*arguments), slope)
        torch.testing.assert_close(jacrev(function, number)(*arguments), slope)
        torch.testing.assert_close(jacfwd(function, number)(*arguments), slope)
        for second in (hessian(function, number), jacrev(jacrev(function, number), number)):
            torch.testing.assert_close(second(*arguments), bends[number][number])
        directions = tuple(torch.ones_like(a) * (index == number) for index, a in enumerate(arguments))
        torch.testing.assert_close(jvp(function, arguments, directions)[1], slope.sum())
    by_sample = vmap(grad(lambda moved: cases.torch_call(name, moved, "sum")))(given)
    for key, slope in zip(cases.real(name), slopes, strict=True):
        torch.testing.assert_close(by_sample[key], slope)


@pytest.mark.parametrize("row", SEED_ROWS, ids=lambda row: row.name)
def test_worked_examples(row: SeedRow) -> None:
    arrays = {key: torch.tensor(array, dtype=torch.float64) for key, array in row.arrays.items()}
    found = cases.torch_call(row.loss, {**arrays, **row.hyper}, "mean" if row.reduction == "mean" else "none")
    if row.reduction == "per_sample":
        found = found.mean(-1) * (1 if row.weights is None else torch.tensor(row.weights, dtype=torch.float64))
    np.testing.assert_allclose(found, row.expected, rtol=row.tolerance)


@each_loss
def test_the_defaults_and_the_order_of_arguments(name: str) -> None:
    given = {key: tensor for key, tensor in tensors(name).items() if key not in cases.hypers(name)}
    function = getattr(symloss.torch, name)
    expected = cases.torch_call(name, {**given, **cases.hypers(name)}, "mean")
    assert function(**cases.renamed(name, "torch", given)) == expected
    order = [key for key in cases.shown(name, "torch") if key in given]
    assert function(*(given[key] for key in order)) == expected


@each_loss
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_single(name: str, dtype: torch.dtype) -> None:
    narrow = tensors(name, (8,), dtype)
    single = {key: tensor.float() for key, tensor in narrow.items()}
    for reduction in REDUCTIONS:
        found = cases.torch_call(name, narrow, reduction)
        assert found.dtype == dtype
        assert torch.equal(found, cases.torch_call(name, single, reduction).to(dtype))
    for key in cases.real(name):
        slopes = [
            torch.autograd.grad(cases.torch_call(name, {**given, key: wanted}, "sum"), wanted)[0]
            for given in (narrow, single)
            for wanted in [given[key].clone().requires_grad_()]
        ]
        assert slopes[0].dtype == dtype
        assert torch.equal(slopes[0], slopes[1].to(dtype))


@each_loss
def test_under_autocast_the_result_is_single(name: str) -> None:
    given = {key: tensor.to(torch.bfloat16) for key, tensor in tensors(name, (8,)).items()}
    expected = cases.torch_call(name, {key: tensor.float() for key, tensor in given.items()}, "none")
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = cases.torch_call(name, given, "none")
        doubled = cases.torch_call(name, {key: tensor.double() for key, tensor in given.items()}, "none")
    assert found.dtype == torch.float32
    assert torch.equal(found, expected)
    assert doubled.dtype == torch.float64


@each_loss
def test_integer_targets_and_predictions(name: str) -> None:
    given = tensors(name, (3,), torch.float32)
    for argument in cases.LOSSES[name].arguments:
        if argument.role == "target" and argument.domain.contains(1):
            ones = {**given, argument.name: torch.ones(3)}
            whole = {**given, argument.name: torch.ones(3, dtype=torch.int64)}
            assert torch.equal(cases.torch_call(name, whole), cases.torch_call(name, ones))
        if argument.role == "prediction":
            with pytest.raises(TypeError, match=f"{name}: .* must be floating"):
                cases.torch_call(name, {**given, argument.name: torch.ones(3, dtype=torch.int64)})


@each_loss
def test_what_is_wrong_with_an_argument_is_said(name: str) -> None:
    given = tensors(name)
    with pytest.raises(ValueError, match=f"{name}: reduction must be 'mean', 'sum' or 'none', got 'average'"):
        cases.torch_call(name, given, "average")
    if len(given) > 1:
        key = next(iter(given))
        shown = cases.shown(name, "torch")[key]
        with pytest.raises(ValueError, match=rf"{name}: shapes do not broadcast: .*{shown} \(4,\)"):
            cases.torch_call(name, {**given, key: torch.ones(4)})
    for hyper in cases.LOSSES[name].arguments:
        if hyper.role == "hyper":
            with pytest.raises(ValueError, match=f"{name}: {hyper.name} must .*, got nan"):
                cases.torch_call(name, {**given, hyper.name: float("nan")})
        if (outside := cases.outside(hyper.domain)) is not None:
            shown = cases.shown(name, "torch")[hyper.name]
            bad = {**given, hyper.name: torch.tensor(outside, dtype=torch.float64)}
            with pytest.raises(ValueError, match=f"{name}: {shown} must satisfy .*, got"):
                getattr(symloss.torch, name)(**cases.renamed(name, "torch", bad), validate=True)


def module_class(name: str) -> type[torch.nn.Module]:
    return getattr(symloss.torch, cases.LOSSES[name].class_name)


@each_loss
def test_modules(name: str) -> None:
    given = tensors(name, (4,), torch.float32)
    hypers = {key: given.pop(key) for key in cases.hypers(name)}
    arrays = [given[key] for key in cases.shown(name, "torch") if key in given]
    for reduction in REDUCTIONS:
        plain = module_class(name)(reduction=reduction)
        assert torch.equal(plain(*arrays), cases.torch_call(name, {**given, **cases.hypers(name)}, reduction))
        settings = [f"{key}={value!r}" for key, value in cases.hypers(name).items()]
        assert repr(plain) == f"{module_class(name).__name__}({', '.join([*settings, f'reduction={reduction!r}'])})"
        assert not plain.state_dict()
        assert not list(plain.parameters())
    module = module_class(name)(**hypers)
    assert list(module.state_dict()) == list(hypers)
    assert torch.equal(module(*arrays), cases.torch_call(name, {**given, **hypers}, "mean"))
    other = module_class(name)(**{key: torch.zeros(4) for key in hypers})
    other.load_state_dict(module.state_dict())
    assert torch.equal(other(*arrays), module(*arrays))
    assert torch.equal(copy.deepcopy(module)(*arrays), module(*arrays))
    assert module.double()(*(a.double() for a in arrays)).dtype == torch.float64
    with pytest.raises(ValueError, match=f"{name}: reduction must be"):
        module_class(name)(reduction="average")
    for key in hypers:
        with pytest.raises(ValueError, match=f"{name}: {key} must"):
            module_class(name)(**{key: float("nan")})


@each_loss
def test_the_class_documents_what_the_function_does(name: str) -> None:
    function, made = (inspect.getdoc(each) or "" for each in (getattr(symloss.torch, name), module_class(name)))
    for part in cases.shared_parts(function):
        assert part in made
    for argument in (p for p in cases.face_of(cases.LOSSES[name], cases.FRAMES["torch"]).parameters):
        entry = re.search(rf"^    {argument.name}: .*(\n     .*)*", function, re.MULTILINE)
        assert entry is not None
        assert entry[0] in made
    for key, default in cases.hypers(name).items():
        assert re.search(rf"    {key}: number or tensor, [^:]*default {default!r}\.", made)


@each_loss
def test_hyper_parameters_learn(name: str) -> None:
    given = tensors(name, (4,))
    arrays = [given[key] for key in cases.shown(name, "torch") if key not in cases.hypers(name)]
    for key in cases.hypers(name):
        start = given[key].mean()
        module = module_class(name)(**{key: torch.nn.Parameter(start.clone())})
        module(*arrays).backward()
        wanted = start.clone().requires_grad_()
        rest = {other: value for other, value in cases.hypers(name).items() if other != key}
        loss = cases.torch_call(name, {**given, **rest, key: wanted})
        torch.testing.assert_close(getattr(module, key).grad, torch.autograd.grad(loss.mean(), wanted)[0])
        moved = functional_call(module, {key: start * 0.5}, tuple(arrays))
        assert moved == module_class(name)(**{key: start * 0.5})(*arrays)


@pytest.mark.compiler
@each_few
def test_losses_compile_with_their_gradients_in_one_graph(names: tuple[str, ...]) -> None:
    points = {name: cases.typical(name, "float32", None) for name in names}
    given = {
        name: {
            key: torch.tensor(column, requires_grad=key in cases.real(name))
            for key, column in cases.columns(points[name], "float32").items()
        }
        for name in names
    }
    named = {name: cases.renamed(name, "torch", given[name]) for name in names}

    def everything(columns: dict[str, dict[str, Tensor]]) -> list[Tensor]:
        return [getattr(symloss.torch, name)(**columns[name], reduction="none") for name in names]

    torch._dynamo.reset()  # the documented way to drop what was compiled for others
    losses = torch.compile(everything, fullgraph=True)(named)
    wanted = [(name, key) for name in names for key in cases.real(name)]
    slopes = torch.autograd.grad([loss.sum() for loss in losses], [given[name][key] for name, key in wanted])
    results: dict[tuple[str, str | None], Tensor] = dict(zip(wanted, slopes, strict=True))
    results.update({(name, None): loss.detach() for name, loss in zip(names, losses, strict=True)})
    faults = []
    for (name, output), result in results.items():
        eager = cases.computed("torch", name, points[name], "float32", output)
        compared = (
            words.Given(name, output, "float32", points[name], values, "torch", mode)
            for values, mode in ((eager, "eager"), (result.numpy(), "compiled"))
        )
        faults += words.disagreements(*compared)
    assert not faults
