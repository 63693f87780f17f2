"""Definition files for tests of bad and good input: text, and where it is put."""

from __future__ import annotations

from pathlib import Path

REAL = "prediction: Real, target: Real"
SQUARE = "return (prediction - target)**2"
HEAD = "import sympy\nfrom sympy import *\nfrom symloss.codegen.language import *\n\n\n"
GOOD = '@loss\ndef good(prediction: Real, target: Real):\n    """A loss."""\n    return (prediction - target)**2\n'


def written(folder: Path, text: str, name: str = "mine.py") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(HEAD + text)
    return folder


def definition(arguments: str, body: str, *, name: str = "broken", docstring: str = '"""A loss."""') -> str:
    return f"@loss\ndef {name}({arguments}):\n    {docstring}\n    {body}\n"
