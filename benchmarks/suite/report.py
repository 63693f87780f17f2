"""Totals over many results, and the tables that show them."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from suite.measure import Result
from suite.scores import Score

__all__ = ["Totals", "by_kind", "good", "show"]

BITS, ULPS = 1.0, 10.0  # what counts as good: on average, and at every point
NOTICED = 0.1  # bits by which a form must be worse than the naive one to be called so


@dataclass(frozen=True)
class Totals:
    """How many of some outputs one tool has right, in both dtypes."""

    outputs: int
    bits: int
    ulps: int
    conditioned: int
    bits_plain: int
    ulps_plain: int
    finite: int
    finite_everywhere: int
    good: int
    worse: int
    refused: int
    median_seconds: float
    worst_seconds: float


HEADINGS: Mapping[str, str] = {
    "outputs": "outputs",
    "bits": f"within {BITS:g} bit on average",
    "ulps": f"within {ULPS:g} ulp everywhere",
    "finite": "no NaN, no infinity",
    "good": "all three",
    "conditioned": f"within {ULPS:g} times what rounded arguments do",
    "bits_plain": f"within {BITS:g} bit, nothing forgiven",
    "ulps_plain": f"within {ULPS:g} ulp, nothing forgiven",
    "finite_everywhere": "no NaN, no infinity over the whole range",
    "worse": "worse than naive",
    "refused": "refused",
    "median_seconds": "median seconds",
    "worst_seconds": "worst seconds",
}


def _accurate(score: Score) -> bool:
    return score.forgiven_bits <= BITS and score.forgiven_ulps <= ULPS


def _finite(score: Score) -> bool:
    return score.nans + score.infs == 0


def good(result: Result) -> bool:
    """Accurate on average and everywhere, and finite where the truth is."""
    return _every(result, lambda s: _accurate(s) and _finite(s))


def _every(result: Result, condition: Callable[[Score], bool]) -> bool:
    return not result.refused and all(map(condition, result.scores.values()))


def _worse(result: Result, naive: Result) -> bool:
    return any(
        score.forgiven_bits > naive.scores[dtype].forgiven_bits + NOTICED for dtype, score in result.scores.items()
    )


def _totals(results: Sequence[Result], naive: Mapping[tuple[str, str], Result]) -> Totals:
    seconds = [r.seconds for r in results] or [0.0]

    def count(condition: Callable[[Score], bool]) -> int:
        return sum(_every(r, condition) for r in results)

    return Totals(
        len(results),
        count(lambda s: s.forgiven_bits <= BITS),
        count(lambda s: s.forgiven_ulps <= ULPS),
        count(lambda s: s.conditioned_ulps <= ULPS),
        count(lambda s: s.average_bits <= BITS),
        count(lambda s: s.worst_ulps <= ULPS),
        count(_finite),
        count(lambda s: _finite(s) and s.extreme == 0),
        sum(map(good, results)),
        sum(_worse(r, naive[r.row, r.output]) for r in results if r.scores and naive[r.row, r.output].scores),
        sum(bool(r.refused) for r in results),
        round(statistics.median(seconds), 3),
        round(max(seconds), 2),
    )


def by_kind(results: Iterable[Result]) -> Mapping[str, Mapping[str, Totals]]:
    """Totals of values and of derivatives, for each tool."""
    results = tuple(results)
    naive = {(r.row, r.output): r for r in results if r.tool == "naive"}
    tools = dict.fromkeys(r.tool for r in results)
    kinds: Mapping[str, Callable[[Result], bool]] = {
        "values": lambda r: r.output == "value",
        "derivatives": lambda r: r.output != "value",
    }
    return {
        kind: {t: _totals([r for r in results if r.tool == t and belongs(r)], naive) for t in tools}
        for kind, belongs in kinds.items()
    }


def show(results: Sequence[Result], console: Console, *, rows: bool) -> None:
    """Print the totals, and with `rows` what of our own is not good, family by family."""
    for kind, tools in by_kind(results).items():
        table = Table(kind, *tools)
        for name, heading in HEADINGS.items():
            table.add_row(heading, *(_cell(totals, name) for totals in tools.values()))
        console.print(table)
    if rows:
        ours = [r for r in results if r.tool == "symloss"]
        console.print(_families(ours), _failures(ours))
        for reason, count in Counter(r.refused for r in ours if r.refused and r.output == "value").most_common():
            console.print(f"refused: {reason} ({count})")


def _cell(totals: Totals, name: str) -> str:
    value = getattr(totals, name)
    if isinstance(value, float) or name == "outputs" or not totals.outputs:
        return f"{value:g}"
    return f"{value} ({100 * value / totals.outputs:.0f} %)"


def _families(ours: Sequence[Result]) -> Table:
    table = Table("good", "values", "derivatives")
    for family in dict.fromkeys(r.family for r in ours):
        kinds = [[r for r in ours if r.family == family and (r.output == "value") is value] for value in (True, False)]
        table.add_row(family, *(f"{sum(map(good, kind))} of {len(kind)}" for kind in kinds))
    return table


def _failures(ours: Sequence[Result]) -> Table:
    """What is not good; the errors of float32 and of float64 side by side."""
    headings = ("not good", "output", "bits", "worst ulp", "of rounded arguments", "NaN, inf")
    table = Table(*headings)
    for result in ours:
        if good(result):
            continue
        scores = result.scores.values()
        columns = [(s.forgiven_bits, s.forgiven_ulps, s.conditioned_ulps, float(s.nans + s.infs)) for s in scores]
        cells = [" ".join(f"{value:.2g}" for value in column) for column in zip(*columns, strict=True)]
        table.add_row(f"{result.family}.{result.row}", result.output, *(cells or ["refused"]))
    return table
