"""Model arithmetic evaluates each part once, for all forms and all choices of points."""

from __future__ import annotations

import numpy as np

from symloss.codegen.domain import Real
from symloss.codegen.model import Model
from symloss.codegen.model import _nearest as nearest
from symloss.codegen.notation import parse
from symloss.codegen.points import sample

POINTS = sample({"x": Real, "y": Real}, "float64").typical


def test_a_kernel_of_the_same_numbers_is_asked_once() -> None:
    Model(POINTS, "float64")(parse("exp(x - y)"))
    before = nearest.cache_info().misses
    Model(POINTS, "float64")(parse("1 + exp(x + -y)"))
    assert nearest.cache_info().misses == before


def test_the_model_at_some_points_gives_the_same_numbers_there() -> None:
    model = Model(POINTS, "float64")
    known, new = parse("exp(x*y)"), parse("log1p(exp(x*y)) - y + pi")
    model(known)
    chosen = np.arange(model.count) % 3 == 0
    part = model.at(chosen)
    assert part(known).tobytes() == model(known)[chosen].tobytes()
    assert part(new).tobytes() == model(new)[chosen].tobytes()
