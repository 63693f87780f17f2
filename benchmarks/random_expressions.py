"""Random formulas under the engine: does it crash, hang, change a value, or make a form worse?

    python benchmarks/random_expressions.py --count 300         the first 300 of seed 0
    python benchmarks/random_expressions.py --count 10000       goes on from there
    python benchmarks/random_expressions.py --only 51           one of them alone, with all that is known of it

What is known stands in build/benchmarks/random-<seed>.jsonl, a line for each output, and is used again until the
toolkit changes.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table
from suite.trials import FAILURES, VERDICTS, Outcome, tried
from suite.wild import SIZES, draw

from symloss.codegen.cache import toolkit

OUT = Path(__file__).resolve().parent.parent / "build" / "benchmarks"
QUANTILES = (50, 90, 99, 100)
LISTED = 40  # failures of a kind that are printed
BATCH = 100  # formulas that a process meets: terms are kept as long as it lives


def main() -> None:
    """Try the formulas that are not known yet, and print what came of all of them."""
    arguments = _arguments()
    console = Console()
    if arguments.only is not None:
        for outcome in tried(draw(arguments.seed, arguments.only, largest=arguments.largest), arguments.limit):
            console.print_json(json.dumps(asdict(outcome)))
        return
    file = arguments.json or OUT / f"random-{arguments.seed}-{arguments.largest}.jsonl"
    known = _known(file, arguments.count)
    missing = [number for number in range(arguments.count) if number not in {outcome.number for outcome in known}]
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as out:
        for outcomes in _tried(missing, arguments, console):
            lines = [json.dumps({"toolkit": toolkit(), **asdict(outcome)}) for outcome in outcomes]
            out.write("".join(f"{line}\n" for line in lines))
            out.flush()
            known.extend(outcomes)
    _show(sorted(known, key=lambda outcome: outcome.number), console)
    console.print(f"{arguments.count} formulas, {len(missing)} of them new; {file}")
    raise SystemExit(any(outcome.verdict in FAILURES for outcome in known))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="formulas (10000)")
    parser.add_argument("--seed", type=int, default=0, help="of the generator (0)")
    parser.add_argument("--largest", type=int, default=max(SIZES), metavar="N", help="most operations of a formula")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="this formula alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--limit", type=float, default=120.0, metavar="SECONDS", help="for one form")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write (default: build/benchmarks/)")
    return parser.parse_args()


def _known(file: Path, count: int) -> list[Outcome]:
    """What this very toolkit has been found to do; a line that a kill has cut short is none."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue
        if entry.pop("toolkit") == toolkit() and entry["number"] < count:
            found.append(Outcome(**entry))
    return found


def _tried(numbers: Sequence[int], arguments: argparse.Namespace, console: Console) -> Iterator[Sequence[Outcome]]:
    """The outcomes of each formula, as they come."""
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("trying", total=len(numbers))
        for start in range(0, len(numbers), BATCH):
            batch = numbers[start : start + BATCH]
            with ProcessPoolExecutor(max(1, min(arguments.jobs, len(batch)))) as pool:
                waiting = [pool.submit(_try, arguments.seed, n, arguments.largest, arguments.limit) for n in batch]
                for future in as_completed(waiting):
                    progress.advance(task)
                    yield future.result()


def _try(seed: int, number: int, largest: int, limit: float) -> tuple[Outcome, ...]:
    return tuple(tried(draw(seed, number, largest=largest), limit))


def _show(outcomes: Sequence[Outcome], console: Console) -> None:
    """Totals, times, the reasons of refusals, and every failure."""
    kinds = {"values": [o for o in outcomes if o.output == "value"]}
    kinds["derivatives"] = [o for o in outcomes if o.output != "value"]
    table = Table("", *kinds)
    for verdict in VERDICTS:
        table.add_row(verdict, *(str(sum(o.verdict == verdict for o in kind)) for kind in kinds.values()))
    table.add_row("near enough, no identity", *(str(sum(o.rounded for o in kind)) for kind in kinds.values()))
    table.add_row("compared nowhere", *(str(sum(bool(o.stable) > o.compared for o in kind)) for kind in kinds.values()))
    for quantile in QUANTILES:
        seconds = [np.percentile([o.seconds for o in kind] or [0.0], quantile) for kind in kinds.values()]
        table.add_row(f"seconds, {quantile} %", *(f"{s:.2f}" for s in seconds))
    console.print(table)
    for reason, count in Counter(_reason(o.detail) for o in outcomes if o.verdict == "refused").most_common():
        console.print(f"refused: {escape(reason)} ({count})")
    failed = sorted((o for o in outcomes if o.verdict in FAILURES), key=lambda o: FAILURES.index(o.verdict))
    for verdict, group in groupby(failed, key=lambda o: o.verdict):
        for outcome in list(group)[:LISTED]:
            console.print(f"[bold]{verdict}[/] {outcome.number} {outcome.output}: {escape(outcome.formula)}")
            console.print(f"    {escape(outcome.detail)}\n    {escape(outcome.stable)}", highlight=False)


def _reason(detail: str) -> str:
    """A refusal without the formula that it quotes."""
    return detail.rpartition("`")[2].split(" at ")[0].split(";")[0].strip()


if __name__ == "__main__":
    main()
