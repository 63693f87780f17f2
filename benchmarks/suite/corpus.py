"""The corpus: naive expressions with the domains of their variables, read from tables of text.

A row stands in the half that a hash of its name says, so that a new row moves no other.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import sympy

from suite.formula import FormulaError, read
from symloss.codegen.domain import Binary, Count, Domain, Interval, NonNegative, Positive, Real, Sign, Unit
from symloss.codegen.regions import read_conditions
from symloss.codegen.space import Space

__all__ = ["HALVES", "SETS", "Row", "half_of", "load"]

HALVES = ("development", "unseen")
SETS = (*HALVES, "practice")  # the last was learned from as a whole
SALT = 662  # the number below 20 000 with which the hash divides every family into halves of nearly one size
FOLDER = Path(__file__).resolve().parent.parent

DOMAINS: Mapping[str, Domain] = {
    "real": Real,
    "positive": Positive,
    "nonnegative": NonNegative,
    "unit": Unit,
    "binary": Binary,
    "sign": Sign,
    "count": Count,
}
INTERVAL = re.compile(r"(?P<left>[\[(])\s*(?P<lower>-oo|-?[\d.]+)\s*,\s*(?P<upper>oo|-?[\d.]+)\s*(?P<right>[\])])")
CLOSED = {"[]": "both", "()": "neither", "[)": "left", "(]": "right"}


@dataclass(frozen=True)
class Row:
    """A naive expression; `wrt` are the variables by which its derivatives are asked for, `source` is whose it is."""

    name: str
    family: str
    formula: str
    variables: Mapping[str, str]
    wrt: tuple[str, ...]
    source: str
    assume: tuple[str, ...] = ()

    @cached_property
    def domains(self) -> Mapping[str, Domain]:
        return {name: domain(text) for name, text in self.variables.items()}

    @cached_property
    def space(self) -> Space:
        """The domains, and what is assumed of the variables together."""
        return Space(self.domains).given(*read_conditions(self.assume, self.domains))

    @cached_property
    def symbols(self) -> Mapping[str, sympy.Symbol]:
        return {name: sympy.Symbol(name, **each.assumptions) for name, each in self.domains.items()}

    @cached_property
    def expression(self) -> sympy.Expr:
        return read(self.formula, self.symbols)

    @cached_property
    def conditions(self) -> tuple[sympy.Basic, ...]:
        return tuple(read(text, self.symbols) for text in self.assume)

    @property
    def outputs(self) -> Mapping[str, str | None]:
        """The value and each derivative, with the variable that it is by."""
        return {"value": None, **{f"by {name}": name for name in self.wrt}}


def domain(text: str) -> Domain:
    """The domain that `text` names: a word of the toolkit's, or an interval such as ``(0, 1]`` or ``[1, oo)``."""
    if text in DOMAINS:
        return DOMAINS[text]
    if not (match := INTERVAL.fullmatch(text)):
        raise FormulaError(f"{text!r} is neither an interval nor one of {', '.join(DOMAINS)}")
    lower, upper = (None if match[end].endswith("oo") else match[end] for end in ("lower", "upper"))
    return Interval(lower, upper, closed=CLOSED[match["left"] + match["right"]])


def half_of(name: str) -> str:
    """The half in which the row `name` stands."""
    return HALVES[hashlib.sha256(f"{SALT} {name}".encode()).digest()[0] & 1]


def load(name: str) -> tuple[Row, ...]:
    """The rows of one of the `SETS`, a half of the corpus, say, family by family."""
    with (FOLDER / f"{name}.toml").open("rb") as file:
        families = tomllib.load(file)
    return tuple(
        Row(
            name,
            family,
            entry["formula"],
            entry["variables"],
            tuple(entry["wrt"]),
            entry["source"],
            tuple(entry.get("assume", ())),
        )
        for family, entries in families.items()
        for name, entry in entries.items()
    )
