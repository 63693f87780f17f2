"""What the tests of the generated packages share: every loss, points to try it at, and how each backend is called.

A `Point` gives every argument of a loss, hyper-parameters too, by the definition's names;
`columns` turns points into arrays, one an argument.  An output is None, the value, or the argument of a derivative.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import islice
from types import ModuleType

import definitions
import numpy as np
import pytest
import tensorflow as tf
import torch

import symloss.numpy
import symloss.tf
import symloss.torch
from symloss.codegen.definition import Argument
from symloss.codegen.domain import Domain
from symloss.codegen.face import FRAMES, face_of

ROOT = definitions.DEFS.parent
LOSSES = {loss.name: loss for loss in definitions.LOSSES}
NAMES = tuple(LOSSES)
BACKENDS = ("numpy", "torch", "tf")
DTYPES = ("float32", "float64")
PACKAGES: Mapping[str, ModuleType] = {"numpy": symloss.numpy, "torch": symloss.torch, "tf": symloss.tf}

Point = Mapping[str, float]
Columns = Mapping[str, np.ndarray]
Shape = int | tuple[int, ...]

each_loss = pytest.mark.parametrize("name", NAMES)
each_backend = pytest.mark.parametrize("backend", BACKENDS)
# A compiler takes seconds for each graph, and minutes for one of all losses: a few share one, of different families,
# since the distributions with gamma functions take a minute each.
FEW = -(-len(NAMES) // 4)
each_few = pytest.mark.parametrize("names", [NAMES[first::FEW] for first in range(FEW)], ids="-".join)

TYPICAL = 1e4  # "typical" arguments are at most this large
SMALLEST = 1e-8  # and log-uniform from here on
WRITTEN = (0.0, 1.0, -1.0, 0.5, 2.0, -20.0, 20.0, 100.0, -100.0)
POINTS, EXTREMES = 60, 16
SHAPES = ((2, 3), (3,), (2, 1), (), (1, 3), (2, 3), (1,))  # of arguments that broadcast to (2, 3)


def real(name: str) -> tuple[str, ...]:
    """The arguments by which a loss has derivatives."""
    return tuple(a.name for a in LOSSES[name].arguments if a.domain.differentiable)


def hypers(name: str) -> dict[str, float]:
    """The hyper-parameters with their defaults."""
    return {a.name: float(a.default or 0) for a in LOSSES[name].arguments if a.role == "hyper"}


OUTPUTS = tuple((name, output) for name in NAMES for output in (None, *real(name)))


def arrays(name: str) -> tuple[Argument, ...]:
    return tuple(a for a in LOSSES[name].arguments if a.role != "hyper")


def columns(points: Sequence[Point], dtype: str) -> Columns:
    return {key: np.array([point[key] for point in points], dtype) for key in points[0]}


def moderate(name: str, shapes: Mapping[str, Shape] | Shape) -> dict[str, np.ndarray]:
    """An array of numbers of ordinary size for every argument, hyper-parameters too, where no loss is infinite."""
    generator = random.Random(name)
    found = {}
    for argument in LOSSES[name].arguments:
        shape = shapes[argument.name] if isinstance(shapes, Mapping) else shapes
        found[argument.name] = np.array([_moderate(argument.domain, generator) for _ in range(int(np.prod(shape)))])
        found[argument.name] = found[argument.name].reshape(shape)
    return found


def _moderate(domain: Domain, generator: random.Random) -> float:
    if domain.values:
        return float(generator.choice(domain.values))
    if domain.exact:
        return float(generator.randrange(6))
    if domain.lower is None and domain.upper is None:
        return generator.uniform(-5, 5)
    lower = float(domain.upper or 0) - 5 if domain.lower is None else float(domain.lower)
    upper = lower + 5 if domain.upper is None else float(domain.upper)
    return generator.uniform(lower + 0.01, upper - 0.01)


def outside(domain: Domain) -> float | None:
    """A number outside a domain, if there is one."""
    return next((x for x in (-3.0, 3.0, 0.5) if not domain.contains(x)), None)


def narrowly_inside(domain: Domain) -> tuple[float, ...]:
    """Numbers of a domain that float32 takes out of it: beside its open ends, and too large."""
    ends = ((domain.lower, domain.lower_closed, math.inf), (domain.upper, domain.upper_closed, -math.inf))
    beside = [math.nextafter(float(end), inner) for end, closed, inner in ends if end is not None and not closed]
    return tuple(x for x in (*beside, 1e300, -1e300) if domain.contains(x))


def shared_parts(documentation: str) -> list[str]:
    """The first paragraph, the formula and the reference."""
    sections = re.split(r"\n\n(?=\S)", documentation)
    wanted = [section for section in sections if section.startswith(("Formula:", "Reference:"))]
    assert 1 <= len(wanted) <= 2
    return [sections[0], *wanted]


# Values that are no real numbers, in words of each library's own or of none.
ODD = ("1", None, 1j, {}, Decimal(1), [[1.0], [1.0, 2.0]], [10**400], np.array([1, None]))


# How each backend is called: argument names of its own, elementwise results.


@cache
def shown(name: str, backend: str) -> dict[str, str]:
    """What a backend's users call each argument, by the definition's name."""
    return {p.source: p.name for p in face_of(LOSSES[name], FRAMES[backend]).parameters}


def renamed(name: str, backend: str, given: Mapping[str, object]) -> dict[str, object]:
    return {shown(name, backend)[key]: each for key, each in given.items()}


def torch_call(name: str, given: Mapping[str, object], reduction: str = "none") -> torch.Tensor:
    return getattr(symloss.torch, name)(**renamed(name, "torch", given), reduction=reduction)


def tf_call(name: str, given: Mapping[str, object], reduction: str = "none") -> tf.Tensor:
    return getattr(symloss.tf, name)(**renamed(name, "tf", given), reduction=reduction)


def _numpy(name: str, given: Columns, output: str | None) -> np.ndarray:
    if output is None:
        return getattr(symloss.numpy, name)(**given, reduction="none")
    return getattr(symloss.numpy, f"{name}_grad")(**given, reduction="none", wrt=output)


def _torch(name: str, given: Columns, output: str | None) -> np.ndarray:
    tensors = {key: torch.from_numpy(column.copy()) for key, column in given.items()}
    if output is None:
        return torch_call(name, tensors).numpy()
    tensors[output].requires_grad_()
    return torch.autograd.grad(torch_call(name, tensors).sum(), tensors[output])[0].numpy()


def _tf(name: str, given: Columns, output: str | None) -> np.ndarray:
    tensors = {key: tf.constant(column) for key, column in given.items()}
    if output is None:
        return tf_call(name, tensors).numpy()
    with tf.GradientTape() as tape:
        tape.watch(tensors[output])
        value = tf_call(name, tensors)
    return tape.gradient(value, tensors[output]).numpy()


CALLS: Mapping[str, Callable[[str, Columns, str | None], np.ndarray]] = {"numpy": _numpy, "torch": _torch, "tf": _tf}


def computed(backend: str, name: str, points: Sequence[Point], dtype: str, output: str | None = None) -> np.ndarray:
    """What a backend gives for a loss, or its derivative by `output`, element by element."""
    return CALLS[backend](name, columns(points, dtype), output)


# Points.


def inside(domain: Domain, value: float, dtype: str) -> float | None:
    """`value` in the dtype, None where that lies outside the domain."""
    rounded = float(np.dtype(dtype).type(round(value) if domain.exact and not domain.values else value))
    return rounded if domain.contains(rounded) else None


def _segment(domain: Domain, generator: random.Random) -> float:
    low, high = float(domain.lower or 0), float(domain.upper or 0)
    near = (high - low) * 2.0 ** -generator.uniform(1, 30)
    middle = generator.uniform(low, high)
    return generator.choice((low, high, low + near, high - near, middle, middle, middle))


def _line(domain: Domain, magnitude: float, generator: random.Random) -> float:
    if domain.lower is not None:
        return float(domain.lower) + magnitude
    return float(domain.upper) - magnitude if domain.upper is not None else magnitude * generator.choice((-1, 1))


def _draw(domain: Domain, generator: random.Random) -> float:
    """A typical value of many magnitudes, a moderate one, or one that people write."""
    if domain.values:
        return float(generator.choice(domain.values))
    if domain.lower is not None and domain.upper is not None:
        return _segment(domain, generator)
    limit = TYPICAL if domain.typical is None else domain.typical
    kind = generator.random()
    if kind < 0.25:
        return generator.choice([x for x in WRITTEN if domain.contains(x) and abs(x) <= limit])
    wide = math.exp(generator.uniform(math.log(SMALLEST), math.log(limit)))
    return _line(domain, wide if kind < 0.5 else generator.uniform(0, min(limit, 20)), generator)


def _related(name: str, point: dict[str, float], generator: random.Random) -> dict[str, float]:
    """`point` with pairs of its arrays that nearly agree."""
    keys = [a.name for a in arrays(name) if not a.domain.values]
    generator.shuffle(keys)
    for one, other in zip(keys[::2], keys[1::2], strict=False):
        gap = generator.choice((0, -1, 1, -1, 1, -1, 1)) * 2.0 ** -generator.uniform(2, 24)
        point[other] = point[one] * (1 + gap)
    return point


def _stream(name: str, generator: random.Random, draw: Callable[[Domain], float]) -> Iterator[dict[str, float]]:
    while True:
        point = {a.name: draw(a.domain) for a in LOSSES[name].arguments}
        yield _related(name, point, generator) if generator.random() < 0.3 else point


def _rounded(name: str, stream: Iterator[Point], dtype: str) -> Iterator[Point]:
    domains = {a.name: a.domain for a in LOSSES[name].arguments}
    for point in stream:
        fitted = {key: inside(domains[key], value, dtype) for key, value in point.items()}
        if None not in fitted.values():
            yield {key: float(value or 0) for key, value in fitted.items()}


@cache
def typical(name: str, dtype: str, output: str | None) -> tuple[Point, ...]:
    """Random points of |x| <= 1e4, special values and pairs that nearly agree among them."""
    generator = random.Random(f"{name} {dtype} {output}")
    stream = _stream(name, generator, lambda domain: _draw(domain, generator))
    return tuple(islice(_rounded(name, stream, dtype), POINTS))


@cache
def extreme(name: str, dtype: str, output: str | None) -> tuple[Point, ...]:
    """Points over the float range, whose differences are floats too: every size alone, beside 1, and all alike."""
    generator = random.Random(f"{name} {dtype} {output} extremes")
    top = 125 if dtype == "float32" else 1021

    def draw(domain: Domain) -> float:
        if domain.values or domain.typical or (domain.lower is not None and domain.upper is not None):
            return _draw(domain, generator)
        power = generator.choice((generator.uniform(-top, top), generator.uniform(-30, 30), size + generator.random()))
        return _line(domain, 2.0**power, generator)

    found: list[Point] = []
    while len(found) < EXTREMES:
        size = generator.uniform(-top, top)
        found.extend(islice(_rounded(name, islice(_stream(name, generator, draw), 20), dtype), 1))
    return tuple(found)


@cache
def crossings(name: str, dtype: str, output: str | None) -> tuple[Point, ...]:
    """Points beside sign changes of an output along one argument, found by bisection of the NumPy code."""
    found: dict[tuple[float, ...], Point] = {}
    bases = typical(name, dtype, output)[:12]
    for argument in LOSSES[name].arguments:
        if argument.domain.values:
            continue
        for base, low in zip(bases, _changes(name, output, argument, bases), strict=True):
            beside = (low + (abs(low) + 2.0**-60) * side * 2.0**-power for side in (-1, 1) for power in (8, 22))
            fitted = [inside(argument.domain, value, dtype) for value in (low, *beside) if not math.isnan(low)]
            for near in ({**base, argument.name: value} for value in fitted if value is not None):
                found.setdefault(tuple(near.values()), near)
    generator = random.Random(name)
    return tuple(generator.sample(list(found.values()), min(len(found), 24)))


def _changes(name: str, output: str | None, argument: Argument, bases: Sequence[Point]) -> np.ndarray:
    """The value of the argument at which the output changes its sign, for each point; NaN where it does not."""
    given, domain = columns(bases, "float64"), argument.domain
    limit = TYPICAL if domain.typical is None else domain.typical

    def positive(values: np.ndarray) -> np.ndarray:
        return CALLS["numpy"](name, {**given, argument.name: values}, output) > 0

    low = given[argument.name]
    high, start = np.full_like(low, np.nan), positive(low)
    for end in (0 * low, 0 * low + 1, -low, low / 16, low * 16, low + 1, low - 1, *given.values()):
        allowed = np.array([domain.contains(value) and abs(value) <= limit for value in end])
        tried = np.where(allowed, end, low)
        high = np.where(np.isnan(high) & (positive(tried) != start), tried, high)
    low = np.where(np.isnan(high), np.nan, low)
    for _ in range(70):
        middle = (low + high) / 2
        same = positive(np.where(np.isnan(middle), given[argument.name], middle)) == start
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return low
