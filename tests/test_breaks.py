"""Jumps and poles inside a domain are told; what is continuous, or has its pole at an end, is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from definition_files import definition, written
from definitions import ALL

from symloss.codegen.breaks import breaks_of
from symloss.codegen.definition import load

ONE, TWO = "prediction: Real", "prediction: Real, target: Real"
HUBER = "e = Abs(prediction - target); return Piecewise(({}, e <= delta), (delta*e - delta**2/2, True))"

BROKEN = {
    "a step": (ONE, "return Piecewise((0, prediction < 3), (1, True))", "jumps from 0 to 1 at prediction = 3"),
    "a sign": (ONE, "return sign(prediction)", "jumps from -1 to 1 at prediction = 0"),
    "a ramp from a height": (ONE, "return prediction*Heaviside(prediction - 2)", "jumps from 0 to 2 at prediction = 2"),
    "a window": (
        ONE,
        "return Piecewise((0, (prediction > -1) & (prediction < 1)), (prediction**2, True))",
        "jumps from 1 to 0 at prediction = -1",
    ),
    "a Huber whose pieces do not meet": (
        f"{TWO}, *, delta: Positive = 1",
        HUBER.format("e**2"),
        "jumps from ",
    ),
    "a reciprocal": (ONE, "return 1/prediction", "is infinite at prediction = 0, inside"),
    "a reciprocal square": (TWO, "return target/(prediction - 1)**2", "is infinite at prediction = 1, target = "),
    "a logarithm": (TWO, "return log((prediction - target)**2)", "is infinite at prediction = "),
    "a logarithm of a distance": (TWO, "return log(Abs(prediction - target))", "is infinite at prediction = "),
}

WHOLE = {
    "a kink": (TWO, "return Abs(prediction - target)"),
    "a maximum": (TWO, "return Max(0, 1 - prediction*target)"),
    "a Huber": (f"{TWO}, *, delta: Positive = 1", HUBER.format("e**2/2")),
    "a removable pole": (ONE, "return (exp(prediction) - 1)/prediction"),
    "a pole at the end": ("prediction: Unit, labels: Unit", "return -labels*log(prediction)"),
    "a steep line": (ONE, "return 10000*Piecewise((-prediction, prediction < 0), (0, True))"),
    "a slope of ten millions": (ONE, "return 10**7*Piecewise((-prediction, prediction < 0), (0, True))"),
    "a root": (ONE, "return sqrt(Abs(prediction))"),
    "a choice by a label": ("prediction: Real, labels: Sign", "return Piecewise((prediction, labels > 0), (1, True))"),
    "growth": (ONE, "return exp(prediction**2/10)"),
}


def found(arguments: str, body: str, folder: Path) -> tuple[str, ...]:
    [loss] = load(written(folder, definition(arguments, body)))
    return breaks_of(loss)


@pytest.mark.parametrize("case", BROKEN)
def test_a_break_is_told_with_its_place(case: str, tmp_path: Path) -> None:
    arguments, body, message = BROKEN[case]
    [said] = found(arguments, body, tmp_path)
    assert said.startswith(message)


@pytest.mark.parametrize("case", WHOLE)
def test_what_is_whole_is_not_told(case: str, tmp_path: Path) -> None:
    assert found(*WHOLE[case], tmp_path) == ()


def test_a_jump_and_a_pole_are_a_line_each(tmp_path: Path) -> None:
    said = found(ONE, "return sign(prediction) + 1/(prediction - 2)", tmp_path)
    assert len(said) == 2
    assert {each.split()[0] for each in said} == {"jumps", "is"}


def test_of_ours_only_the_percentage_has_a_pole() -> None:
    told = {loss.name: breaks_of(loss) for loss in ALL}
    assert {name for name, said in told.items() if said} == {"absolute_percentage_error"}
