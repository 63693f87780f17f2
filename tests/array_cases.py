"""What the tests of losses over axes share: arrays of ordinary size, and how each backend is called.

An output is None, the value, or the argument of a derivative; arguments go by the definition's names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType

import definitions
import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
import torch

import symloss.numpy
import symloss.tf
import symloss.torch
from symloss.codegen.definition import Argument
from symloss.codegen.domain import Domain
from symloss.codegen.face import FRAMES, face_of

Array = npt.NDArray[np.generic]
Arrays = Mapping[str, Array]

LOSSES = {loss.name: loss for loss in definitions.OVER_AXES}
NAMES = tuple(LOSSES)
BACKENDS = ("numpy", "torch", "tf")
PACKAGES: Mapping[str, ModuleType] = {"numpy": symloss.numpy, "torch": symloss.torch, "tf": symloss.tf}
SIZES = {"K": 5, "D": 3, "L": 5, "N": 4, "P": 6}

each_loss = pytest.mark.parametrize("name", NAMES)
each_backend = pytest.mark.parametrize("backend", BACKENDS)


def arguments(name: str) -> tuple[Argument, ...]:
    return LOSSES[name].arguments


def real(name: str) -> tuple[str, ...]:
    """The arguments by which a loss has derivatives."""
    return tuple(a.name for a in arguments(name) if a.domain.differentiable)


OUTPUTS = tuple((name, output) for name in NAMES for output in (None, *real(name)))


def one_axis(name: str) -> bool:
    """Whether a loss is over a single named axis, which users may put anywhere."""
    return len({axis.name for a in arguments(name) for axis in (*a.domain.axes, *a.domain.places)}) == 1


def moderate(
    name: str, batch: tuple[int, ...] = (), sizes: Mapping[str, int] = SIZES, dtype: str = "float64"
) -> dict[str, Array]:
    """An array of numbers of ordinary size for every argument; hyper-parameters are single numbers."""
    generator = np.random.default_rng(sum(map(ord, name)))
    found = {}
    for argument in arguments(name):
        domain = argument.domain
        own = tuple(sizes[axis.name] for axis in domain.axes)
        shape = own if argument.role == "hyper" else (*batch, *own)
        kind = "int64" if domain.places else dtype
        found[argument.name] = np.asarray(_drawn(domain, shape, sizes, generator), dtype=kind)
    return found


def _drawn(domain: Domain, shape: tuple[int, ...], sizes: Mapping[str, int], generator: np.random.Generator) -> Array:
    if domain.place_on is not None:
        return generator.integers(0, sizes[domain.place_on.name], shape)
    if domain.simplex:
        return generator.dirichlet(np.ones(shape[-1]), shape[:-1])
    if domain.values:
        return generator.choice(domain.values, shape)
    if domain.exact:
        return generator.integers(0, 3, shape)
    if domain.lower is None and domain.upper is None:
        return generator.uniform(-2, 2, shape)
    lower = float(domain.upper or 0) - 3 if domain.lower is None else float(domain.lower)
    upper = lower + 3 if domain.upper is None else float(domain.upper)
    return generator.uniform(lower + 0.1, upper - 0.1, shape)


@cache
def shown(name: str, backend: str) -> dict[str, str]:
    """What a backend's users call each argument, by the definition's name."""
    return {p.source: p.name for p in face_of(LOSSES[name], FRAMES[backend]).parameters}


def function(name: str, backend: str, **options: object) -> Callable[[Mapping[str, object]], object]:
    """The loss of arguments by the definition's names, without a reduction unless `options` say otherwise."""
    names, called = shown(name, backend), getattr(PACKAGES[backend], name)
    along = {"dim" if backend == "torch" else "axis": -1} if one_axis(name) else {}
    settings = {"reduction": "none", **along, **options}
    return lambda given: called(**{names[key]: each for key, each in given.items()}, **settings)


def called(name: str, backend: str, given: Mapping[str, object], **options: object) -> object:
    """`function` at once."""
    return function(name, backend, **options)(given)


def _numpy(name: str, given: Arrays, output: str | None) -> Array:
    if output is None:
        return np.asarray(called(name, "numpy", given))
    return np.asarray(getattr(symloss.numpy, f"{name}_grad")(**given, reduction="none", wrt=output))


def _torch(name: str, given: Arrays, output: str | None) -> Array:
    tensors = {key: torch.tensor(each) for key, each in given.items()}
    if output is None:
        return np.asarray(called(name, "torch", tensors))
    tensors[output].requires_grad_()
    value = called(name, "torch", tensors)
    assert isinstance(value, torch.Tensor)
    return np.asarray(torch.autograd.grad(value.sum(), tensors[output])[0])


def _tf(name: str, given: Arrays, output: str | None) -> Array:
    tensors = {key: tf.constant(each) for key, each in given.items()}
    if output is None:
        return np.asarray(called(name, "tf", tensors))
    with tf.GradientTape() as tape:
        tape.watch(tensors[output])
        value = called(name, "tf", tensors)
    return np.asarray(tape.gradient(value, tensors[output]))


CALLS: Mapping[str, Callable[[str, Arrays, str | None], Array]] = {"numpy": _numpy, "torch": _torch, "tf": _tf}


def of_samples(name: str, backend: str, given: Arrays, output: str | None) -> Array:
    """A value, or a derivative by each entry of an argument, for every row of arrays."""
    rows = range(len(next(iter(given.values()))))
    return np.stack([CALLS[backend](name, {key: each[row] for key, each in given.items()}, output) for row in rows])
