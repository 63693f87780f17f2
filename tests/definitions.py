"""The project's definitions, read once for all tests: SymPy takes seconds over them."""

from __future__ import annotations

from pathlib import Path

from symloss.codegen.definition import load

DEFS = Path(__file__).resolve().parents[1] / "defs"
ALL = load(DEFS)
OVER_AXES = tuple(loss for loss in ALL if any(a.domain.axes or a.domain.places for a in loss.arguments))
LOSSES = tuple(loss for loss in ALL if loss not in OVER_AXES)  # of single numbers
