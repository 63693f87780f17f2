"""Templates of kernels: which brackets an argument needs in them, and which the whole needs, read off the template.

An argument between brackets needs none of its own, one that is raised to a power needs them most.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cache
from string import Formatter

__all__ = [
    "FUNCTIONS",
    "SYMBOL",
    "TALL",
    "Level",
    "fields",
    "level",
    "place",
    "without_brackets",
    "without_ones",
    "without_stretch",
]


class Level(IntEnum):
    """How tightly a printed term holds together; an operand below the level its place asks for is bracketed."""

    CHOICE = 0
    RELATION = 1
    SUM = 2
    SIGNED = 3
    QUOTIENT = 4  # a/b on the line: must not stand beside another factor
    PRODUCT = 5
    APPLICATION = 6  # log x without brackets: swallows what follows, so it stands last in a product
    FACTOR = 7  # holds together in a product, but not under an exponent
    ATOM = 8


TALL = re.compile(r"\\(t?frac|begin)\b")
STRETCH = re.compile(r"\\(left|right|middle)(?![A-Za-z])")
SYMBOL = re.compile(r"\d+|[A-Za-z]|\\[A-Za-z]+|\\hat [A-Za-z]")
# An elementary function of a lone symbol needs no brackets.
FUNCTIONS = ("log", "sinh", "cosh", "tanh", "sin", "cos", "tan", "arcsin", "arccos", "arctan")
ELEMENTARY = rf"\\(?:{'|'.join(FUNCTIONS)})(?![A-Za-z])"
BARE = re.compile(rf"((?:{ELEMENTARY})+)\\left\(({SYMBOL.pattern}|\\lvert [^()\\]+\\rvert)\\right\)")
ONES = re.compile(r"(?<![\w.}])1(?:(\^2)|(?=\\left\())")
OPENED = re.compile(r"([(\[{,]|\\lvert|\\lVert|\\Vert|\\vert)(\\,|\s)*$")
CLOSED = re.compile(r"(\\,|\s)*([)\]},=<>]|\\right|\\middle|\\rvert|\\rVert|\\le\b)")

# What a template looks like decides its level; the first pattern that fits counts.
_TEMPLATE_LEVELS = (
    (re.compile(r"^\\left"), Level.ATOM),
    (re.compile(r"^\{"), Level.PRODUCT),
    (re.compile(r"^\\[A-Za-z]+$"), Level.ATOM),
    (re.compile(r"^\\(frac|sqrt)"), Level.FACTOR),
    (re.compile(rf"^(?!{ELEMENTARY})(\\[A-Za-z]+|[A-Z])\\left\(.*\)$"), Level.ATOM),
    (re.compile(r"\\right[)\]]$"), Level.FACTOR),
    (re.compile(""), Level.APPLICATION),
)


@cache
def fields(template: str) -> tuple[tuple[str, str, str], ...]:
    """The fields of a template, each with the text before and after it; a last one without a name for the rest."""
    marked = "".join(text + (f"\0{field}\0" if field else "") for text, field, _, _ in Formatter().parse(template))
    texts, names = marked.split("\0")[::2], marked.split("\0")[1::2]
    return tuple(zip(texts, [*names, ""], [*texts[1:], ""], strict=True))


def place(before: str, after: str) -> Level:
    """The level that a template asks of an argument, by what stands on its two sides."""
    if after.startswith("^"):
        return Level.ATOM
    return Level.CHOICE if OPENED.search(before) and CLOSED.match(after) else Level.FACTOR


def level(template: str) -> Level:
    """The level of what a template prints."""
    return next(found for pattern, found in _TEMPLATE_LEVELS if pattern.search(template))


def without_brackets(text: str) -> str:
    """`text` without the brackets round what needs none: log x."""
    return BARE.sub(r"\1 \2", text)


def without_ones(text: str) -> str:
    """`text` without the square of 1 and without 1 as a coefficient, which templates give to an argument that is 1."""
    return ONES.sub(lambda found: "1" if found[1] else "", text)


def without_stretch(text: str) -> str:
    """`text` with brackets of the common height."""
    return STRETCH.sub("", text)
