"""Measured errors as the cells of tables: what a form lost, what a stable one loses, what the code was certified to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from symloss.codegen.backends.latex_text import bits, escape, number, ulps
from symloss.codegen.certificate import CertificateRow
from symloss.codegen.derivation import Aside, Derivation, Error

__all__ = ["CertificateTable", "ErrorRow", "certificate_table", "error_rows", "verdict"]

NOTHING = "--"
# What backends and modes are called on paper; one without a row has its own name.
SPELLINGS = {"numpy": "NumPy", "tf": "TensorFlow", "torch": "PyTorch", "xla": "XLA"}
COORDINATE = re.compile(r"\b(\w+)=([-+]?\d[\d.]*(?:e[-+]?\d+)?)")


@dataclass(frozen=True)
class ErrorRow:
    """A form's errors: for each dtype the average, the worst and how many points gave no finite result."""

    symbol: str
    form: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class CertificateTable:
    """The certificate of one loss, the dtypes side by side."""

    dtypes: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    exceptions: tuple[tuple[str, str], ...]


def error_rows(symbol: str, derivation: Derivation) -> tuple[ErrorRow, ErrorRow]:
    """The textbook's form, and the stable one."""
    return (
        ErrorRow(f"${symbol}$", "as defined", _cells(derivation.before)),
        ErrorRow("", "stable", _cells(derivation.after)),
    )


def _cells(errors: Iterable[Error]) -> tuple[str, ...]:
    return tuple(
        cell
        for error in errors
        for cell in (bits(error.average_bits), ulps(error.worst_ulps), str(error.broken + error.zeros or NOTHING))
    )


def verdict(aside: Aside, taken: Sequence[Error], names: Mapping[str, str]) -> str:
    """Why an aside was not taken: the dtype in which it does worst beside the form that was taken."""
    error, stable = max(zip(aside.errors, taken, strict=True), key=lambda pair: _lost(pair[0]) - _lost(pair[1]))
    point = ", ".join(f"${names[name]} = {number(value)}$" for name, value in error.worst_point.items())
    unfinished = f" and has no value at {error.broken} of {error.points} points" if error.broken else ""
    return (
        f"In {error.dtype} it loses up to {bits(_lost(error))} bits{f', at {point}' if point else ''}{unfinished}; "
        f"the form above loses at most {bits(_lost(stable))}, so this one is not taken."
    )


def _lost(error: Error) -> float:
    return log2(1 + error.worst_ulps)


def certificate_table(
    rows: Sequence[CertificateRow], derivatives: Mapping[str, str], names: Mapping[str, str]
) -> CertificateTable:
    """`rows` with the dtypes of one measurement side by side, in the order in which they come."""
    dtypes = tuple(dict.fromkeys(row.dtype for row in rows))
    measured: dict[tuple[str, ...], dict[str, CertificateRow]] = {}
    for row in rows:
        symbol = r"\ell" if row.argument is None else derivatives[row.argument]
        where = (f"${symbol}$", escape(f"{_spelled(row.backend)}, {_spelled(row.mode)}"), escape(row.region))
        measured.setdefault(where, {})[row.dtype] = row
    return CertificateTable(
        dtypes,
        tuple((*where, *_certified(found, dtypes)) for where, found in measured.items()),
        _exceptions(rows, names),
    )


def _spelled(name: str) -> str:
    return SPELLINGS.get(name, name.replace("_", " "))


def _certified(found: Mapping[str, CertificateRow], dtypes: Sequence[str]) -> Iterable[str]:
    points = str(max(row.points for row in found.values()))
    cells = [(bits(r.average_bits), ulps(r.worst_ulps)) if (r := found.get(d)) else (NOTHING,) * 2 for d in dtypes]
    return (points, *(cell for pair in cells for cell in pair))


def _exceptions(rows: Iterable[CertificateRow], names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Each exception once, with the backends and dtypes that it concerns."""
    concerned: dict[str, dict[str, None]] = {}
    for row in rows:
        for exception in row.exceptions:
            concerned.setdefault(exception, {}).update(dict.fromkeys((_spelled(row.backend), row.dtype)))
    return tuple((_at_a_point(text, names), escape(", ".join(sorted(where)))) for text, where in concerned.items())


def _at_a_point(text: str, names: Mapping[str, str]) -> str:
    """`text`, in which ``name=number`` is mathematics."""
    pieces, end = [], 0
    for found in COORDINATE.finditer(text):
        if found[1] in names:
            pieces += [escape(text[end : found.start()]), f"${names[found[1]]} = {number(float(found[2]))}$"]
            end = found.end()
    return "".join([*pieces, escape(text[end:])])
