"""What a folder of definitions says for its book alone: how names are written on paper, and what stands at the end."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from symloss.codegen.definition import DefinitionError, text_of

__all__ = ["PLAIN", "Paper", "read_paper"]

NAMES, APPENDIX = "names.toml", "appendix.tex"

# What may stand in a symbol: anything else (`$`, `%`, `&`, a line's end) would end the formula that it stands in.
_TOKEN = re.compile(r"\\(?:[A-Za-z]+|[,:;! {}|])|[A-Za-z0-9 ^_'()\[\]{}|,+*-]")
_CLOSED_BY = {"{": "}", r"\left": r"\right", r"\begin": r"\end"}


@dataclass(frozen=True)
class Paper:
    """How the book writes the names of one folder's definitions; a name without a row is spelled as it is.

    `symbols` has LaTeX and `words` an explanation for names of arguments, `spellings` what is written for words, or
    several in a row, in names of any kind.  `appendix` is LaTeX for the end of the book.
    """

    symbols: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    spellings: Mapping[str, str] = field(default_factory=dict)
    appendix: str = ""


PLAIN = Paper()


def read_paper(folder: Path) -> Paper:
    """What `folder` has in names.toml and appendix.tex, both of which it may lack; `DefinitionError` at a fault."""
    names, appendix = folder / NAMES, folder / APPENDIX
    tables = _tables(names) if names.exists() else {}
    return Paper(**tables, appendix=text_of(appendix).strip() if appendix.exists() else "")


def _tables(file: Path) -> Mapping[str, Mapping[str, str]]:
    try:
        tables = tomllib.loads(text_of(file))
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(str(file), None, f"is not TOML: {error}") from error
    for table, rows in tables.items():
        if table not in _FAULTS or not isinstance(rows, dict):
            there = ", ".join(f"[{name}]" for name in _FAULTS)
            raise DefinitionError(str(file), None, f"`{table}` is none of its tables; there are {there}")
        for name, text in rows.items():
            if fault := _FAULTS[table](name, text):
                raise DefinitionError(str(file), None, f"[{table}] {fault}")
    return tables


def _argument_fault(name: str) -> str:
    return "" if name.isidentifier() else f"`{name}` is no name of an argument; write it as in the definition"


def _text_fault(name: str, text: Any) -> str:  # noqa: ANN401 - whatever TOML can hold
    good = isinstance(text, str) and text.strip() and text.isprintable()
    return "" if good else f"`{name}` is {text!r}; write text between quotes, on one line"


def _symbol_fault(name: str, text: Any) -> str:  # noqa: ANN401 - whatever TOML can hold
    if fault := _argument_fault(name) or _text_fault(name, text):
        return fault
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text:
        return f"`{name}` is `{text}`, which leaves its formula; write a symbol, as between two dollar signs"
    waiting: list[str] = []
    for token in tokens:
        if token in _CLOSED_BY:
            waiting.append(_CLOSED_BY[token])
        elif token in _CLOSED_BY.values() and (not waiting or waiting.pop() != token):
            waiting.append(token)
            break
    if waiting:
        return f"`{name}` is `{text}`, where `{waiting[-1]}` has no partner; close what is opened, and nothing else"
    bare = re.search(r"[_^] *($|\})", text)
    return f"`{name}` is `{text}`, which has nothing behind `{bare[0][0]}`; write the index" if bare else ""


def _word_fault(name: str, text: Any) -> str:  # noqa: ANN401 - whatever TOML can hold
    return _argument_fault(name) or _text_fault(name, text)


def _spelling_fault(name: str, text: Any) -> str:  # noqa: ANN401 - whatever TOML can hold
    words = re.fullmatch("[A-Za-z0-9]+( [A-Za-z0-9]+)*", name)
    return _text_fault(name, text) if words else f"`{name}` is in no name; write its words with one space between them"


# What is wrong with a row of each table, if anything.
_FAULTS: Mapping[str, Callable[[str, Any], str]] = {
    "symbols": _symbol_fault,
    "words": _word_fault,
    "spellings": _spelling_fault,
}
