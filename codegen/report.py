"""A derived formula for the terminal: as lines of plain text, as a table in colour, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from symloss.codegen.api import Formula
from symloss.codegen.derivation import Error
from symloss.codegen.measure import LOST
from symloss.codegen.notation import show
from symloss.codegen.trial import shown

__all__ = ["as_data", "as_table", "as_text"]

VERSION = 1  # of the JSON: a number or a name in it changes its meaning only with this
AS_GIVEN, PASSED = "as given", "NaN passes through"
COLUMNS = ("rule", "holds", "condition")

Row = tuple[str, str, str, str, Mapping[str, Error]]


def as_data(formula: Formula) -> Mapping[str, Any]:
    """All that is known of `formula`, as what JSON can hold."""
    space = formula.space
    return {
        "version": VERSION,
        "formula": formula.given,
        "variables": {name: domain.describe(name) for name, domain in space.items()},
        "conditions": list(dict.fromkeys(condition.text for condition in space.conditions)),
        "wrt": list(formula.path),
        "stable": formula.stable,
        "good": formula.good,
        "steps": [
            {
                "rule": stage.rule,
                "condition": stage.condition,
                "formula": stage.formula,
                "holds": stage.ground.status,
                "because": stage.ground.detail,
                "error": _errors(stage.error),
            }
            for stage in formula.steps
        ],
        "error": {"before": _errors(formula.error.before), "after": _errors(formula.error.after)},
    }


def _errors(errors: Mapping[str, Error]) -> Mapping[str, Any]:
    return {
        dtype: {
            "points": e.points,
            "average_bits": e.average_bits,
            "worst_ulps": e.worst_ulps,
            "worst_point": dict(e.worst_point),
            "nans": e.nans,
            "infs": e.infs,
            "zeros": e.zeros,
        }
        for dtype, e in errors.items()
    }


def as_text(formula: Formula) -> str:
    """The report as plain lines, for a pipe or a file."""
    rows = list(_rows(formula))
    dtypes = list(formula.error.before)
    table = [
        ("", *COLUMNS, *dtypes),
        *((str(i), *r[1:4], *(_cell(r[4][d]) for d in dtypes)) for i, r in enumerate(rows)),
    ]
    widths = [max(map(len, column)) if any(column[1:]) else 0 for column in zip(*table, strict=True)]
    lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True) if w).rstrip() for row in table]
    forms = [f"   {row[0]}" for row in rows]
    steps = [lines[0], *(line for pair in zip(lines[1:], forms, strict=True) for line in pair)]
    head = [f"{name}{text}" for name, text in _head(formula)]
    return "\n".join([*head, "", *steps, "", *_verdict(formula)]) + "\n"


def as_table(formula: Formula) -> RenderableType:
    """The report as rich prints it in a terminal."""
    dtypes = list(formula.error.before)
    table = Table(box=None, pad_edge=False, show_edge=False)
    for title, style in (("rule", "cyan"), ("form", ""), ("holds", "dim"), *((d, "magenta") for d in dtypes)):
        table.add_column(title, style=style, overflow="fold", ratio=3 if title == "form" else None)
    for form, rule, holds, condition, errors in _rows(formula):
        name = f"{rule}\nfor {condition}" if condition else rule
        table.add_row(*map(Text, (name, form, holds, *(_cell(errors[d]).replace(", ", "\n") for d in dtypes))))
    head = [Text(name, style="bold").append(text, style="not bold") for name, text in _head(formula)]
    return Group(*head, Text(), table, Text(), *(Text(line) for line in _verdict(formula)))


def _head(formula: Formula) -> tuple[tuple[str, str], ...]:
    return (
        ("formula  ", formula.given),
        ("where    ", ", ".join(formula.space.describe())),
        ("stable   ", formula.stable),
    )


def _rows(formula: Formula) -> Iterator[Row]:
    yield show(formula.derivation.naive), AS_GIVEN, "", "", formula.error.before
    for stage in formula.steps:
        yield stage.formula, stage.rule, stage.ground.status, stage.condition, stage.error


def _cell(error: Error) -> str:
    """An error in a few words: ``0.29 bits, 0.9 ulp``, or where there is no value."""
    lost = [f"{n} {what}" for n, what in ((error.nans, "NaN"), (error.infs, "inf"), (error.zeros, "false 0")) if n]
    worst = "" if error.worst_ulps >= LOST else f"{_ulps(error.worst_ulps)} ulp"
    return ", ".join(filter(None, (f"{error.average_bits:.2f} bits", worst, *lost)))


def _ulps(value: float) -> str:
    return f"{value:.1f}" if value < 1000 else f"{value:.1e}"


def _verdict(formula: Formula) -> Iterator[str]:
    """What came of it, and where the form fails if it does."""
    same = all(stage.rule == PASSED for stage in formula.steps)
    if formula.good:
        yield "The formula is good as it stands." if same else "The stable form is good wherever it was measured."
        if zeros := max(error.zeros for error in formula.error.after.values()):
            yield f"At {zeros} points of the whole range it is 0 and the truth is not: a part is out of range there."
        return
    yield "Nothing better was found, and the formula fails:" if same else "The best form that was found still fails:"
    for dtype, error in formula.error.after.items():
        yield f"  {dtype}: {_cell(error)}; worst at {shown(error.worst_point)}"
