"""How well naive expressions are stabilised: by nobody, by symloss, and by what else promises it.

    python benchmarks/stabilise.py                      the development half
    python benchmarks/stabilise.py --half unseen        totals only, of the half that nothing is tuned on
    python benchmarks/stabilise.py --half practice      what the toolkit was taught by besides
    python benchmarks/stabilise.py --only 'robust.*'    some rows, by family and name

PyTensor takes part where it is installed: pip install --group benchmarks.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from fnmatch import fnmatch
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console
from rich.progress import track
from suite.corpus import SETS, Row, load
from suite.measure import Result, measure
from suite.report import by_kind, show
from suite.tools import available

OUT = Path(__file__).resolve().parent.parent / "build" / "benchmarks"
LIBRARIES = ("symloss", "numpy", "sympy", "python-flint", "pytensor")


def main() -> None:
    """Measure the chosen rows, print the tables and write everything as JSON."""
    arguments = _arguments()
    os.environ.setdefault("PYTENSOR_FLAGS", "cxx=")  # nodes are run by Python: no compiler is looked for
    tools = available() if arguments.peers else ("naive", "symloss")
    rows = [row for row in load(arguments.half) if fnmatch(f"{row.family}.{row.name}", arguments.only)]
    if not rows:
        raise SystemExit(f"no row of the {arguments.half} half matches {arguments.only!r}")
    console = Console()
    results = list(_measured(rows, tools, arguments.limit, arguments.jobs, console))
    open_half = arguments.half != "unseen"  # of the unseen half nothing but totals is shown or kept
    show(results, console, rows=open_half)
    file = arguments.json or OUT / f"stabilise-{arguments.half}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(_record(arguments.half, rows, results, details=open_half), indent=1) + "\n")
    console.print(f"{len(rows)} rows; {file}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--half", choices=SETS, default="development", help="which half of the corpus, or the practice set"
    )
    parser.add_argument("--only", default="*", metavar="PATTERN", help="rows whose family.name matches, with * and ?")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--limit", type=float, default=60.0, metavar="SECONDS", help="for one form by one tool")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="only the naive form and symloss")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write (default: build/benchmarks/)")
    return parser.parse_args()


def _measured(rows: Sequence[Row], tools: Sequence[str], limit: float, jobs: int, console: Console) -> Iterator[Result]:
    """The results of every row, in the order of the corpus."""
    with ProcessPoolExecutor(max(1, min(jobs, len(rows)))) as pool:
        waiting = {pool.submit(measure, row, tools, limit): row.name for row in rows}
        finished = track(
            as_completed(waiting), "measuring", len(rows), console=console, disable=not console.is_terminal
        )
        done = {waiting[future]: future.result() for future in finished}
    for row in rows:
        yield from done[row.name]


def _record(half: str, rows: Sequence[Row], results: Sequence[Result], *, details: bool) -> dict[str, object]:
    totals = {kind: {tool: asdict(t) for tool, t in tools.items()} for kind, tools in by_kind(results).items()}
    record = {"half": half, "rows": len(rows), "versions": _versions(), "totals": totals}
    return {**record, "results": [asdict(result) for result in results]} if details else record


def _versions() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    main()
