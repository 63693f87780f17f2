"""One row under every tool: what was made of each output, and how wrong it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from suite.corpus import Row
from suite.points import sample
from suite.scores import Score, Truth
from suite.tools import TOOLS, Refused, slope

__all__ = ["DTYPES", "Result", "measure"]

DTYPES = ("float32", "float64")


@dataclass(frozen=True)
class Result:
    """What one tool made of one output of a row: a score for each dtype, or the reason of its refusal."""

    row: str
    family: str
    output: str
    tool: str
    seconds: float
    steps: int = 0
    text: str = ""
    refused: str = ""
    scores: Mapping[str, Score] = field(default_factory=dict)


def measure(row: Row, tools: Sequence[str], limit: float) -> tuple[Result, ...]:
    """The results of all outputs of `row` under `tools`, each of which may take `limit` seconds for a form."""
    points = {dtype: sample(row, dtype) for dtype in DTYPES}
    forms = {tool: TOOLS[tool](row, limit) for tool in tools}
    results = []
    for output, by in row.outputs.items():
        truths = {dtype: Truth(row, slope(row, by), points[dtype]) for dtype in DTYPES}
        for tool in tools:
            form = forms[tool][output]
            head = (row.name, row.family, output, tool, form.seconds)
            if isinstance(form, Refused):
                results.append(Result(*head, refused=form.reason))
                continue
            try:
                scores = {dtype: truths[dtype].score(form.compute(points[dtype])) for dtype in DTYPES}
            except Exception as error:  # noqa: BLE001 - a form that cannot be run is its tool's result, not ours
                results.append(Result(*head, refused=f"{type(error).__name__}: {error}"[:200]))
                continue
            results.append(Result(*head, form.steps, form.text, "", scores))
    return tuple(results)
