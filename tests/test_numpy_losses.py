"""What users of `symloss.numpy` get from every loss: gradients, shapes, dtypes and reductions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import generated_cases as cases
import numpy as np
import pytest
from generated_cases import each_loss, moderate
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes
from seed_rows import SEED_ROWS, SeedRow

import symloss.numpy

REDUCTIONS = ("mean", "sum", "none")


def functions(name: str) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    return tuple(getattr(symloss.numpy, name + end) for end in ("", "_grad", "_value_and_grad"))


def numbers(name: str) -> dict[str, float]:
    """A number for every argument."""
    return {key: float(array) for key, array in moderate(name, ()).items()}


def targets(name: str) -> set[str]:
    return {a.name for a in cases.LOSSES[name].arguments if a.role == "target"}


@pytest.mark.parametrize("row", SEED_ROWS, ids=lambda row: row.name)
def test_worked_examples(row: SeedRow) -> None:
    arrays = {key: np.array(array, float) for key, array in row.arrays.items()}
    reduction = "mean" if row.reduction == "mean" else "none"
    found = getattr(symloss.numpy, row.loss)(**arrays, **row.hyper, reduction=reduction)
    if row.reduction == "per_sample":
        found = found.mean(-1) * (1 if row.weights is None else row.weights)
    np.testing.assert_allclose(found, row.expected, rtol=row.tolerance)


@each_loss
@settings(max_examples=15)
@given(data=st.data())
def test_arguments_broadcast(name: str, data: st.DataObject) -> None:
    keys = [a.name for a in cases.LOSSES[name].arguments]
    drawn = data.draw(mutually_broadcastable_shapes(num_shapes=len(keys), max_dims=3, min_side=0, max_side=3))
    shapes = dict(zip(keys, drawn.input_shapes, strict=True))
    arrays = moderate(name, shapes)
    full = {key: np.broadcast_to(array, drawn.result_shape) for key, array in arrays.items()}
    value, gradient, both = functions(name)
    each = value(**full, reduction="none")
    assert each.shape == drawn.result_shape
    np.testing.assert_array_equal(value(**arrays, reduction="none"), each)
    np.testing.assert_allclose(value(**arrays, reduction="sum"), each.sum(), rtol=1e-12, atol=1e-12)
    if each.size:
        np.testing.assert_allclose(value(**arrays), each.mean(), rtol=1e-12, atol=1e-12)
    wrt, reduction = data.draw(st.sampled_from(cases.real(name))), data.draw(st.sampled_from(REDUCTIONS))
    found = gradient(**arrays, reduction=reduction, wrt=wrt)
    assert np.shape(found) == shapes[wrt]
    slopes = gradient(**full, reduction="none", wrt=wrt)
    with np.errstate(invalid="ignore"):  # the mean of nothing is NaN, and so is its slope
        expected = summed(slopes, shapes[wrt]) / np.float64(each.size if reduction == "mean" else 1)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    fused = both(**arrays, reduction=reduction, wrt=wrt)
    np.testing.assert_allclose(fused[0], value(**arrays, reduction=reduction), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(fused[1], found, rtol=1e-12, atol=1e-12)


def summed(slopes: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """`slopes` summed over the axes along which an argument of `shape` was broadcast."""
    slopes = slopes.sum(axis=tuple(range(slopes.ndim - len(shape))))
    axes = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return slopes.sum(axis=axes, keepdims=True) if axes else slopes


@each_loss
def test_the_gradient_is_by_the_first_prediction(name: str) -> None:
    arrays = moderate(name, (2, 3))
    first = cases.LOSSES[name].arguments[0].name
    for index, function in ((0, functions(name)[1]), (1, functions(name)[2])):
        found, named = function(**arrays), function(**arrays, wrt=first)
        np.testing.assert_array_equal(found if index == 0 else found[1], named if index == 0 else named[1])


@each_loss
def test_defaults_are_those_of_the_definition(name: str) -> None:
    arrays = {key: array for key, array in moderate(name, 5).items() if key not in cases.hypers(name)}
    value = functions(name)[0]
    np.testing.assert_array_equal(value(**arrays), value(**arrays, **cases.hypers(name), reduction="mean"))
    np.testing.assert_array_equal(value(*arrays.values()), value(**arrays))


@each_loss
def test_empty_arrays(name: str) -> None:
    value, gradient, both = functions(name)
    empty = moderate(name, (0, 3))
    assert np.isnan(value(**empty))
    assert value(**empty, reduction="sum") == 0
    assert value(**empty, reduction="none").shape == (0, 3)
    for reduction, wrt in product(REDUCTIONS, cases.real(name)):
        assert gradient(**empty, reduction=reduction, wrt=wrt).shape == (0, 3)
        assert both(**empty, reduction=reduction, wrt=wrt)[1].shape == (0, 3)


@each_loss
def test_numbers_lists_and_arrays_without_axes(name: str) -> None:
    value, gradient, _ = functions(name)
    point = numbers(name)
    plain = value(**point, reduction="none")
    assert isinstance(plain, np.float64)
    assert value(**{key: np.array(x) for key, x in point.items()}, reduction="none") == plain
    assert value(**{key: [x] for key, x in point.items()}, reduction="none")[0] == plain
    assert value(**{key: ((x, x),) for key, x in point.items()}, reduction="none").shape == (1, 2)
    assert value(**point) == value(**point, reduction="sum") == plain
    for wrt in cases.real(name):
        assert isinstance(gradient(**point, wrt=wrt), np.float64)


@each_loss
def test_integers_become_float64_or_the_dtype_of_the_others(name: str) -> None:
    arrays = {
        a.name: next(x for x in (1, 0.5, 1.5, -0.5) if a.domain.contains(x)) for a in cases.LOSSES[name].arguments
    }
    value, gradient, _ = functions(name)
    floats = {key: np.array([float(x)] * 3) for key, x in arrays.items()}
    whole = {key: np.array([x] * 3, np.int32) if isinstance(x, int) else x for key, x in arrays.items()}
    found = value(**whole, reduction="none")
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, value(**floats, reduction="none"))
    narrow = {
        key: np.array([x] * 3, np.int64 if key in targets(name) and x == 1 else np.float32) for key, x in arrays.items()
    }
    assert value(**narrow, reduction="none").dtype == np.float32
    for wrt in cases.real(name):
        assert gradient(**narrow, wrt=wrt).dtype == np.float32


@each_loss
def test_every_result_has_the_promoted_dtype(name: str) -> None:
    value, gradient, both = functions(name)
    arrays = moderate(name, 4)
    for dtype in (np.float16, np.float32, np.float64, np.longdouble):
        narrow = {key: array.astype(dtype) for key, array in arrays.items()}
        for reduction in REDUCTIONS:
            assert value(**narrow, reduction=reduction).dtype == dtype
            for wrt in cases.real(name):
                assert gradient(**narrow, reduction=reduction, wrt=wrt).dtype == dtype
                assert [each.dtype for each in both(**narrow, reduction=reduction, wrt=wrt)] == [dtype, dtype]
    mixed = {key: array.astype(np.float32) for key, array in arrays.items()}
    mixed[next(iter(mixed))] = arrays[next(iter(mixed))]
    assert value(**mixed).dtype == np.float64


@each_loss
def test_half_precision_is_computed_in_single(name: str) -> None:
    arrays = {key: array.astype(np.float16) for key, array in moderate(name, 16).items()}
    single = {key: array.astype(np.float32) for key, array in arrays.items()}
    value, gradient, _ = functions(name)
    with np.errstate(over="ignore"):  # float16 ends at 65504
        expected = value(**single, reduction="none").astype(np.float16)
        slopes = {wrt: gradient(**single, reduction="none", wrt=wrt).astype(np.float16) for wrt in cases.real(name)}
    np.testing.assert_array_equal(value(**arrays, reduction="none"), expected)
    for wrt, slope in slopes.items():
        np.testing.assert_array_equal(gradient(**arrays, reduction="none", wrt=wrt), slope)


LAYOUTS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "transposed": lambda array: np.ascontiguousarray(array.T).T,
    "reversed": lambda array: np.ascontiguousarray(array[::-1, ::-1])[::-1, ::-1],
    "with gaps": lambda array: np.repeat(np.repeat(array, 2, 0), 3, 1)[::2, ::3],
    "foreign byte order": lambda array: array.astype(array.dtype.newbyteorder()),
    "unaligned": lambda array: (
        np.frombuffer(b"?" + array.tobytes(), np.uint8)[1:].view(array.dtype).reshape(array.shape)
    ),
}


@each_loss
@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_memory_layout(name: str, layout: str) -> None:
    arrays = moderate(name, (4, 5))
    laid_out = {key: LAYOUTS[layout](array) for key, array in arrays.items()}
    value, gradient, both = functions(name)
    for reduction in REDUCTIONS:
        expected = value(**arrays, reduction=reduction)
        np.testing.assert_allclose(value(**laid_out, reduction=reduction), expected, rtol=1e-14)
        for wrt in cases.real(name):
            slopes = gradient(**arrays, reduction=reduction, wrt=wrt)
            np.testing.assert_allclose(gradient(**laid_out, reduction=reduction, wrt=wrt), slopes, rtol=1e-13)
            np.testing.assert_allclose(both(**laid_out, reduction=reduction, wrt=wrt)[1], slopes, rtol=1e-13)


@each_loss
def test_arguments_are_never_changed_nor_shared(name: str) -> None:
    for shape in ((3, 4), ()):
        arrays = moderate(name, shape)
        before = {key: array.copy() for key, array in arrays.items()}
        for array in arrays.values():
            array.flags.writeable = False
        value, gradient, both = functions(name)
        for reduction in REDUCTIONS:
            results = [value(**arrays, reduction=reduction)]
            for wrt in cases.real(name):
                results += [gradient(**arrays, reduction=reduction, wrt=wrt)]
                results += both(**arrays, reduction=reduction, wrt=wrt)
            for result, array in product(results, arrays.values()):
                assert not np.shares_memory(result, array)
                assert result.ndim == 0 or result.flags.writeable
        for key, array in arrays.items():
            np.testing.assert_array_equal(array, before[key])


@each_loss
def test_what_is_wrong_with_an_argument_is_said(name: str) -> None:
    arrays = moderate(name, 3)
    for function in functions(name):
        with pytest.raises(ValueError, match=f"{name}: reduction must be 'mean', 'sum' or 'none', got 'average'"):
            function(**arrays, reduction="average")
        if len(arrays) > 1:
            key = next(iter(arrays))
            with pytest.raises(ValueError, match=rf"{name}: shapes do not broadcast: .*{key} \(4,\)"):
                function(**{**arrays, key: np.ones(4)})
        for argument in cases.LOSSES[name].arguments:
            with pytest.raises(TypeError, match=f"{name}: {argument.name} must hold real numbers"):
                function(**{**arrays, argument.name: np.array([1j])})
            outside = cases.outside(argument.domain)
            if outside is not None:
                message = f"{name}: {argument.name} must satisfy .*, got {outside}"
                with pytest.raises(ValueError, match=message):
                    function(**{**arrays, argument.name: np.array([outside])}, validate=True)
            if argument.role == "hyper":
                for number in (float("nan"), float("inf"), outside or float("-inf")):
                    with pytest.raises(ValueError, match=f"{name}: {argument.name} must .*, got {number}"):
                        function(**{**arrays, argument.name: number})
    for function in functions(name)[1:]:
        for wrt in ({a.name for a in cases.LOSSES[name].arguments} - set(cases.real(name))) | {"x"}:
            with pytest.raises(ValueError, match=f"{name}: wrt must be .*, got '{wrt}'"):
                function(**arrays, wrt=wrt)
