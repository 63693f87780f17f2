r"""How wide a formula will be on paper, in quads, without running TeX.

The estimate is on the wide side by a few percent (checked against TeX for Palatino at 11 pt); a line that is still
too wide is set a little smaller by the preamble's \fit, which warns when that shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

__all__ = ["width"]

TOKEN = re.compile(r"\\begin\{\w+\}|\\end\{\w+\}|\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
SCRIPT = 0.72
LETTER, DIGIT, SYMBOL, RELATION, BINARY = 0.6, 0.5, 0.65, 1.35, 1.25

FIXED: Mapping[str, float] = {
    **dict.fromkeys(("(", ")", "[", "]", r"\{", r"\}"), 0.36),
    **dict.fromkeys((r"\lvert", r"\rvert", r"\Vert", r"\langle", r"\rangle"), 0.3),
    **dict.fromkeys((r"\left", r"\right", r"\middle", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr", "&", r"\hat"), 0.1),
    **dict.fromkeys(("=", "<", ">", r"\le", r"\ge", r"\in", r"\rightsquigarrow"), RELATION),
    **dict.fromkeys(("+", "-", r"\cdot", r"\times"), BINARY),
    **dict.fromkeys((r"\log", r"\exp", r"\max", r"\min", r"\sin", r"\cos", r"\tan"), 1.75),
    **dict.fromkeys((r"\arcsin", r"\arccos", r"\arctan"), 3.0),
    **dict.fromkeys((r"\sinh", r"\cosh", r"\tanh"), 2.3),
    **dict.fromkeys(("m", "w", "M", "W", r"\pi", r"\omega"), 0.9),
    ",": 0.45,
    "/": 0.55,
    r"\,": 0.2,
    r"\ ": 0.3,
    r"\quad": 1.0,
    r"\where": 3.7,
    r"\also": 3.7,
    r"\partial": 0.6,
    r"\varepsilon": 0.5,
}


def width(latex: str) -> float:
    """The estimated width of a formula in display style."""
    return _sequence(_tokens(latex))


def _tokens(latex: str) -> Iterator[str]:
    return (token for token in TOKEN.findall(latex) if not token.isspace())


def _sequence(tokens: Iterator[str], end: str = "") -> float:
    """The width of what comes before the token `end`."""
    total = 0.0
    for token in tokens:
        if token == end:
            break
        total += _one(token, tokens)
    return total


def _one(token: str, tokens: Iterator[str]) -> float:
    structure = STRUCTURES.get(token)
    if structure:
        return structure(tokens)
    if token in FIXED:
        return FIXED[token]
    return DIGIT if token.isdigit() else LETTER if token.isalpha() else SYMBOL


def _argument(tokens: Iterator[str]) -> float:
    return _one(next(tokens, ""), tokens)  # a folder's own symbol may lack it, which TeX will say


def _fraction(tokens: Iterator[str]) -> float:
    return max(_argument(tokens), _argument(tokens)) + 0.35


def _cases(tokens: Iterator[str]) -> float:
    """A brace, the widest entry of each column and the space between them."""
    widest: dict[int, float] = {}
    column, entry = 0, 0.0
    for token in tokens:
        if token not in ENDS_OF_ENTRIES:
            entry += _one(token, tokens)
            continue
        widest[column] = max(entry, widest.get(column, 0.0))
        column, entry = column + 1 if token == "&" else 0, 0.0
        if token == r"\end{cases}":
            break
    return sum(widest.values()) + 2.2


ENDS_OF_ENTRIES = frozenset({"&", r"\\", r"\end{cases}"})
STRUCTURES: Mapping[str, Callable[[Iterator[str]], float]] = {
    "{": lambda tokens: _sequence(tokens, "}"),
    "^": lambda tokens: SCRIPT * _argument(tokens),
    "_": lambda tokens: SCRIPT * _argument(tokens),
    r"\frac": _fraction,
    r"\tfrac": lambda tokens: SCRIPT * _fraction(tokens),
    r"\sqrt": lambda tokens: _argument(tokens) + 0.95,
    r"\operatorname": lambda tokens: 0.95 * _argument(tokens) + 0.2,
    r"\mathrm": _argument,
    r"\text": _argument,
    r"\mathbb": _argument,
    r"\begin{cases}": _cases,
}
