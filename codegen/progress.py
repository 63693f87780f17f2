"""How far a long command has come: a live bar in a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

__all__ = ["Report", "shown"]

Report = Callable[[int, int, str], None]
"""Called with the steps done, their total, and the name of what is being worked on."""

PAUSE = 10.0  # seconds between plain lines: a log shows that the work goes on and is not filled by it


@contextmanager
def shown(title: str) -> Iterator[Report]:
    """A `Report` that shows itself on standard error while it lasts."""
    if sys.stderr.isatty():
        with _bar(title) as report:
            yield report
    else:
        yield _lines(title)


@contextmanager
def _bar(title: str) -> Iterator[Report]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[current]}", style="dim", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None, current="")

        def report(done: int, total: int, current: str) -> None:
            progress.update(task, completed=done, total=total, current=current)

        yield report


def _lines(title: str) -> Report:
    last = time.monotonic()

    def report(done: int, total: int, current: str) -> None:
        nonlocal last
        if time.monotonic() - last >= PAUSE:
            last = time.monotonic()
            print(f"{title} {done}/{total} {current}", file=sys.stderr, flush=True)

    return report
