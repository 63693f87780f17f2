"""The project's definitions, read once for all tests: SymPy takes seconds over them."""

from __future__ import annotations

from pathlib import Path

from symloss.codegen.definition import load

DEFS = Path(__file__).resolve().parents[1] / "defs"
LOSSES = load(DEFS)
