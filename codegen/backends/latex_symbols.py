"""How the arguments of a loss are called on paper: one short symbol each, and the words that explain it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from symloss.codegen.definition import Argument
from symloss.codegen.domain import Domain
from symloss.codegen.paper import PLAIN, Paper

__all__ = ["GREEK", "describe", "indexed", "legend", "letter", "membership", "plain", "symbols", "title"]

GREEK = re.compile(
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|upsilon|phi|chi|psi"
    "|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega"
)

# A longer word is no symbol: it takes a letter with a number, and the legend says what it is.
LONGEST_WORD = 14

SPACE = r"\ "
BOUNDS = {(">", False): ">", (">", True): r"\ge", ("<", False): "<", ("<", True): r"\le"}


def plain(name: str, paper: Paper = PLAIN) -> str:
    """The words that the code name `name` is made of, in their usual spelling."""
    words = re.sub(r"[_\W]+", " ", name).strip()
    if not paper.spellings:
        return words
    longest_first = "|".join(sorted(paper.spellings, key=len, reverse=True))
    return re.sub(rf"\b({longest_first})\b", lambda found: paper.spellings[found[0]], words)


def title(name: str, paper: Paper = PLAIN) -> str:
    """`plain`, as a heading."""
    words = plain(name, paper)
    return words[:1].upper() + words[1:]


def symbols(names: Iterable[str], paper: Paper = PLAIN) -> dict[str, str]:
    """A symbol for each name, no two alike: the first to ask for one gets it."""
    chosen: dict[str, str] = {}
    for name in names:
        taken = set(chosen.values())
        chosen[name] = next(symbol for symbol in _candidates(name, paper) if symbol not in taken)
    return chosen


def _candidates(name: str, paper: Paper) -> Iterator[str]:
    """Symbols for `name`, best first, without end."""
    if name in paper.symbols:
        yield paper.symbols[name]
    if GREEK.fullmatch(name):
        yield rf"\{name}"
    if len(name) == 1 and name.isascii() and name.isalpha():
        yield name
    stem, _, suffix = name.rpartition("_")
    numbered = re.fullmatch(r"([A-Za-z]+)(\d+)", name)
    if numbered:
        stem, suffix = numbered.groups()
    if stem in paper.symbols or GREEK.fullmatch(stem) or len(stem) == 1:
        symbol = next(_candidates(stem, paper))
        index = suffix if len(suffix) == 1 or suffix.isdigit() else rf"\mathrm{{{suffix}}}"
        if re.fullmatch(r"[\w\\{}]+", index, re.ASCII):
            yield rf"({symbol})_{{{index}}}" if re.search("[_^]", symbol) else rf"{symbol}_{{{index}}}"
    words = plain(name, paper)
    if len(words) <= LONGEST_WORD and re.fullmatch(r"[A-Za-z0-9 ]{2,}", words):
        yield rf"\mathrm{{{SPACE.join(words.split())}}}"
    initial = next((c for c in name if c.isascii() and c.isalpha()), "x").lower()
    number = 0
    while True:
        number += 1
        yield f"{initial}_{{{number}}}"


def describe(name: str, paper: Paper = PLAIN) -> str:
    """What the argument `name` is, in words; of a mere letter nothing can be said."""
    letter = re.fullmatch(r"[A-Za-z]_?\d*", name) or GREEK.fullmatch(name)
    known = "a parameter" if letter else f"the {plain(name, paper)}"
    return paper.words.get(name, known)


def membership(symbol: str, domain: Domain) -> str:
    """`symbol` in its domain, as mathematics; an array by its entries."""
    for axis in domain.places:
        return rf"{symbol} \in \{{0, \ldots, {axis.name} - 1\}}"
    if domain.axes:
        where = " ".join(letter(axis.name) for axis in domain.axes)
        each = membership(indexed(symbol, where), replace(domain, axes=(), simplex=False))
        last = letter(domain.axes[-1].name)
        return rf"{each},\; \sum_{{{last}}} {indexed(symbol, where)} = 1" if domain.simplex else each
    return _of_number(symbol, domain)


def letter(axis: str) -> str:
    """What a place on an axis is called: k on K."""
    return axis.lower()


def indexed(symbol: str, where: str) -> str:
    """An entry of an array."""
    return f"{{{symbol}}}_{{{where}}}" if "_" in symbol else f"{symbol}_{{{where}}}"


def _of_number(symbol: str, domain: Domain) -> str:
    if domain.values:
        return rf"{symbol} \in \{{{', '.join(map(str, domain.values))}\}}"
    if domain.exact:
        return rf"{symbol} \in \{{{domain.lower}, {Fraction(domain.lower or 0) + 1}, \ldots\}}"
    if domain.lower is None and domain.upper is None:
        return rf"{symbol} \in \mathbb{{R}}"
    if domain.upper is None:
        return f"{symbol} {BOUNDS['>', domain.lower_closed]} {domain.lower}"
    if domain.lower is None:
        return f"{symbol} {BOUNDS['<', domain.upper_closed]} {domain.upper}"
    left, right = "[" if domain.lower_closed else "(", "]" if domain.upper_closed else ")"
    return rf"{symbol} \in {left}{domain.lower}, {domain.upper}{right}"


def legend(arguments: Iterable[Argument], names: Mapping[str, str], paper: Paper = PLAIN) -> list[tuple[str, str]]:
    """For each argument: where its symbol lies, and what it is."""
    return [(membership(names[a.name], a.domain), _words(a, paper)) for a in arguments]


def _words(argument: Argument, paper: Paper) -> str:
    default = "" if argument.default is None else f" (default {argument.default:g})"
    return describe(argument.name, paper) + default
