"""Measures the rendered code of every loss against exact truth: the one stage that runs the array libraries."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from symloss.codegen import certificate
from symloss.codegen.array_measure import worse
from symloss.codegen.backends.registry import BACKENDS
from symloss.codegen.certificate import CertificateRow
from symloss.codegen.derivation import PROMISED_BITS, PROMISED_ULPS, Error
from symloss.codegen.domain import Domain
from symloss.codegen.errors import SymlossError
from symloss.codegen.face import FRAMES, Parameter, face_of
from symloss.codegen.goal import OVER_AXES, STABLE
from symloss.codegen.measure import LOST, Bench
from symloss.codegen.pipeline import Result, fingerprint, packages, results
from symloss.codegen.points import Point
from symloss.codegen.probe import column, probes, variables
from symloss.codegen.progress import Report
from symloss.codegen.runners import RUNNERS, Call

__all__ = ["certificates"]

POINTS, EXTREMES = 500, 200
LIBRARIES = {"numpy": "numpy", "torch": "torch", "tf": "tensorflow"}
MODES = tuple(dict.fromkeys(mode for _, mode in RUNNERS))
HEADROOM = 2.0  # other points meet errors up to twice the worst of these


def certificates(defs: Path, out: Path, names: tuple[str, ...], jobs: int, progress: Report) -> Mapping[str, str]:
    """The text of certificates.toml for the code in `out`: what is unchanged and measured keeps its rows.

    `names` choose backends and modes (eager, compiled, xla), all modes of what is in `out` if empty.  Raises
    `SymlossError` where a name is neither, or where the code is not what the definitions give.
    """
    unknown = [name for name in names if name not in (*BACKENDS, *MODES)]
    if unknown:
        raise SymlossError(f"unknown {unknown[0]!r}; there are {', '.join((*BACKENDS, *MODES))}")
    backends = [name for name in BACKENDS if name in names] or [n for n in BACKENDS if (out / n).is_dir()]
    _require_libraries(backends)
    modes = [name for name in MODES if name in names] or list(MODES)
    chosen = tuple((backend, mode) for backend, mode in RUNNERS if backend in backends and mode in modes)
    done = results(defs, out, jobs, progress)
    _require_code(out, packages(done, out, backends or tuple(BACKENDS)))
    codes = {(r.loss.name, b): fingerprint(BACKENDS[b], r.bodies[b]) for r in done for b in BACKENDS}
    known = certificate.load(out)
    rows = {key: list(known[key][1]) if known.get(key, ("",))[0] == code else [] for key, code in codes.items()}
    work = []
    for result in done:
        measured = {(row.backend, row.mode) for b in BACKENDS for row in rows[result.loss.name, b]}
        if wanted := tuple(key for key in chosen if key not in measured):
            work.append((out, result, wanted))
    for count, (name, found) in enumerate(_measured(work, jobs), start=1):
        for row in found:
            rows[name, row.backend].append(row)
        progress(count, len(work), name)
    complete = {key: (codes[key], tuple(sorted(own, key=_order))) for key, own in rows.items() if own}
    return {certificate.FILE: certificate.dump(complete)}


def _require_libraries(backends: Sequence[str]) -> None:
    """Fail before the work, not in the middle of it."""
    for library in (LIBRARIES[name] for name in backends):
        if find_spec(library) is None:
            raise ModuleNotFoundError(f"No module named {library!r}", name=library)


def _require_code(out: Path, files: Mapping[str, str]) -> None:
    """A certificate is kept under the code that the definitions give: nothing else may be measured for it."""
    for path in (path for path in files if "/" in path):
        file = out / path
        if not file.is_file() or _code(file.read_text(encoding="utf-8")) != _code(files[path]):
            raise SymlossError(f"{file}: not what the definitions give; run symloss codegen first")


def _code(text: str) -> str:
    """What runs of a module: its docstrings hold certificates."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            del node.body[0]
    return ast.dump(tree)


def _order(row: CertificateRow) -> tuple[object, ...]:
    return (MODES.index(row.mode), row.dtype, row.argument is not None)


Key = tuple[str, str]
Work = tuple[Path, Result, tuple[Key, ...]]


def _measured(work: list[Work], jobs: int) -> Iterator[tuple[str, tuple[CertificateRow, ...]]]:
    if jobs == 1 or len(work) <= 1:
        yield from ((each[1].loss.name, _rows(*each)) for each in work)
        return
    with ProcessPoolExecutor(min(jobs, len(work))) as pool:
        waiting = {pool.submit(_rows, *each): each[1].loss.name for each in work}
        for future in as_completed(waiting):
            yield waiting[future], future.result()


def _rows(out: Path, result: Result, keys: tuple[Key, ...]) -> tuple[CertificateRow, ...]:
    """The rows of one loss for some backends and modes: each dtype and output."""
    domains = {a.name: a.domain for a in result.loss.arguments}
    wanted = tuple(probes(result.derived, domains))
    rows, region = [], _region(domains)
    numbers = variables(domains)
    goal = replace(STABLE if numbers is domains else OVER_AXES, sizes=(POINTS, EXTREMES))
    for dtype in STABLE.dtypes:
        benches = [Bench(p.naive, numbers, dtype, p.closed, goal) for p in wanted]
        ends = list(accumulate(len(bench.points) for bench in benches))
        points = [point for bench in benches for point in bench.points]
        for key in keys:
            computed = dict(
                zip((None, *result.derived.gradients), _computed(out, result, key, points, dtype), strict=True)
            )
            errors: dict[str | None, list[Error]] = {}
            for probe, bench, end in zip(wanted, benches, ends, strict=True):
                values = computed[probe.argument][end - len(bench.points) : end]
                for at in probe.place:
                    values = values[:, at]
                errors.setdefault(probe.argument, []).append(bench.error(probe.stable, values))
            rows += [_row(name, key, region, worse(found)) for name, found in errors.items()]
    return tuple(rows)


def _region(domains: Mapping[str, Domain]) -> str:
    """What bounds the arguments at which digits were counted: a domain may be narrower than the general bound."""
    narrower = (f"{name} <= {domain.typical:g}" for name, domain in domains.items() if domain.typical is not None)
    return ", ".join(("|x| <= 1e4", *narrower))


def _computed(
    out: Path, result: Result, key: Key, points: Sequence[Point], dtype: str
) -> list[npt.NDArray[np.float64]]:
    """What the generated code gives at `points`: the values, then each derivative."""
    backend, _ = key
    face = face_of(result.loss, FRAMES[backend])

    def columns(parameters: Sequence[Parameter]) -> dict[str, npt.NDArray[Any]]:
        return {p.name: column(p.source, p.domain, points, dtype) for p in parameters}

    shown = {p.source: p.name for p in face.parameters}
    wrt = tuple(shown[name] for name in result.derived.gradients)
    call = Call(
        out,
        backend,
        result.loss.family,
        result.loss.name,
        columns(face.arrays),
        columns(face.hypers),
        wrt,
        bool(face.axis),
    )
    return RUNNERS[key](call)


def _row(name: str | None, key: Key, region: str, error: Error) -> CertificateRow:
    stated = []
    if error.stated_ulps > 2 * max(error.worst_ulps, 1.0):
        stated.append(f"to {_octave(error.stated_ulps):g} ulp with the rounding of the exponential's argument")
    if error.broken:
        stated.append(f"{error.broken} of {EXTREMES} points over the whole range not finite")
    if error.zeros:
        stated.append(f"{error.zeros} of {EXTREMES} points over the whole range 0 where the truth is not")
    if error.flushed:
        stated.append(f"digits lost at {error.flushed} of {error.points + error.flushed} points with a subnormal part")
    if error.average_bits > PROMISED_BITS:
        stated.append(f"misses {PROMISED_BITS:g} bits on average")
    if error.worst_ulps > PROMISED_ULPS:
        where = ", ".join(f"{n}={v:.6g}" for n, v in sorted(error.worst_point.items()))
        met = "no number" if error.worst_ulps >= LOST else f"{_octave(error.worst_ulps):g} ulp"
        stated.append(f"misses {PROMISED_ULPS:g} ulp: {met} at {where}")
    average = math.ceil(error.average_bits * 100) / 100
    # where digits are lost other points lose more: what was met there is no bound
    worst = LOST if error.worst_ulps > PROMISED_ULPS else _octave(HEADROOM * error.worst_ulps)
    return CertificateRow(name, *key, error.dtype, region, error.points, average, worst, tuple(stated))


def _octave(ulps: float) -> float:
    """`ulps` rounded up to a power of two, at least 1."""
    return float(2 ** max(0, math.ceil(math.log2(ulps)))) if ulps > 0 else 1.0
