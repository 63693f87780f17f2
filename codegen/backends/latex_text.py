"""Plain text as LaTeX: docstrings, names, conditions and numbers.  Whatever the text holds, it compiles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from math import isfinite

from symloss.codegen.backends.latex_symbols import GREEK, symbols
from symloss.codegen.backends.latex_terms import term_to_latex
from symloss.codegen.notation import parse
from symloss.codegen.paper import PLAIN, Paper
from symloss.codegen.term import walk

__all__ = ["bits", "conditions", "escape", "math_or_code", "number", "prose", "ulps"]

_CHARACTERS: Mapping[str, str] = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": "'",
    "-": "-",
    "\N{NO-BREAK SPACE}": "~",
    "\N{EN DASH}": "--",
    "\N{EM DASH}": "---",
    "\N{MINUS SIGN}": "$-$",
    "\N{LEFT SINGLE QUOTATION MARK}": "`",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": "``",
    "\N{RIGHT DOUBLE QUOTATION MARK}": "''",
    "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}",
    "\N{DEGREE SIGN}": r"\textdegree{}",
    "\N{SECTION SIGN}": r"\S{}",
    "\N{LATIN SMALL LETTER SHARP S}": r"\ss{}",
    "\N{LATIN SMALL LETTER AE}": r"\ae{}",
    "\N{LATIN CAPITAL LETTER AE}": r"\AE{}",
    "\N{LATIN SMALL LETTER O WITH STROKE}": r"\o{}",
    "\N{LATIN CAPITAL LETTER O WITH STROKE}": r"\O{}",
    "\N{LATIN SMALL LETTER L WITH STROKE}": r"\l{}",
    "\N{LATIN CAPITAL LETTER L WITH STROKE}": r"\L{}",
    "\N{LATIN SMALL LETTER DOTLESS I}": r"\i{}",
}
_IN_MATH: Mapping[str, str] = {
    "±": r"\pm",
    "×": r"\times",
    "·": r"\cdot",
    "÷": r"\div",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "≈": r"\approx",
    "∞": r"\infty",
    "∈": r"\in",
    "∂": r"\partial",
    "∑": r"\sum",
    "∏": r"\prod",
    "∫": r"\int",
    "√": r"\surd",
    "→": r"\to",
    "←": r"\gets",
    "⇒": r"\Rightarrow",
    "½": r"\tfrac12",
    "¼": r"\tfrac14",
    "¾": r"\tfrac34",
    "ℝ": r"\mathbb{R}",
    "‖": r"\Vert",
}
_ACCENTS: Mapping[str, str] = {
    "\N{COMBINING GRAVE ACCENT}": r"\`",
    "\N{COMBINING ACUTE ACCENT}": r"\'",
    "\N{COMBINING CIRCUMFLEX ACCENT}": r"\^",
    "\N{COMBINING TILDE}": r"\~",
    "\N{COMBINING MACRON}": r"\=",
    "\N{COMBINING BREVE}": r"\u",
    "\N{COMBINING DOT ABOVE}": r"\.",
    "\N{COMBINING DIAERESIS}": r"\"",
    "\N{COMBINING RING ABOVE}": r"\r",
    "\N{COMBINING DOUBLE ACUTE ACCENT}": r"\H",
    "\N{COMBINING CARON}": r"\v",
    "\N{COMBINING CEDILLA}": r"\c",
    "\N{COMBINING OGONEK}": r"\k",
}
# Greek letters that look like Latin ones have no command of their own.
_GREEK_LOOKS_LATIN = {"Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N"} | {
    "Ο": "O",
    "ο": "o",
    "Ρ": "P",
    "Τ": "T",
    "Υ": "Y",
    "Χ": "X",
}


def escape(text: str) -> str:
    """`text` as it stands, for LaTeX; a character that no font has is printed as its code point."""
    return "".join(_character(c) for c in unicodedata.normalize("NFC", text))


def _character(character: str) -> str:
    if character in _CHARACTERS:
        return _CHARACTERS[character]
    if character.isascii():
        return character if character.isprintable() or character in "\n\t" else ""
    if character in _IN_MATH:
        return f"${_IN_MATH[character]}$"
    kind, _, letter = unicodedata.name(character, "").partition(" LETTER ")
    if character in _GREEK_LOOKS_LATIN:
        return _GREEK_LOOKS_LATIN[character]
    name = letter.replace("LAMDA", "LAMBDA")
    name = name.lower() if kind == "GREEK SMALL" else name.capitalize()
    if kind.startswith("GREEK") and GREEK.fullmatch(name):
        return f"$\\{name}$"
    return _decomposed(character)


def _decomposed(character: str) -> str:
    """An accented letter, a superscript or a ligature by its parts."""
    kind, _, parts = unicodedata.decomposition(character).rpartition("> ")
    pieces = [chr(int(code, 16)) for code in parts.split()]
    if len(pieces) == 2 and not kind and pieces[1] in _ACCENTS:
        return f"{_ACCENTS[pieces[1]]}{{{_character(pieces[0])}}}"
    if kind in ("<super", "<sub"):
        return rf"\text{'super' if kind == '<super' else 'sub'}script{{{''.join(map(_character, pieces))}}}"
    if pieces and character not in pieces:
        return "".join(map(_character, pieces))
    return rf"{{\footnotesize[U+{ord(character):04X}]}}"


CODE = re.compile(r"(`+)((?:(?!\n\s*\n).)+?)\1", re.DOTALL)


def prose(text: str, names: Mapping[str, str], paper: Paper = PLAIN) -> str:
    """A docstring: paragraphs stay, what stands between backticks becomes mathematics where it is some."""
    pieces: list[str] = []
    end = 0
    for found in CODE.finditer(text):
        pieces += [escape(text[end : found.start()]), math_or_code(found[2], names, paper)]
        end = found.end()
    return re.sub(r"[ \t]*\n[ \t]*", "\n", "".join([*pieces, escape(text[end:])])).strip()


def math_or_code(text: str, names: Mapping[str, str], paper: Paper = PLAIN) -> str:
    """A formula over `names` as mathematics, anything else as the code that it is."""
    if text in names:
        return f"${names[text]}$"
    formula = _formula(text, names, paper)
    return f"${formula}$" if formula else rf"\texttt{{{escape(text)}}}"


def conditions(text: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """A rule's conditions, which stand between commas: formulas, and prose that stays prose."""
    parts = [part.strip() for part in _parts(text)]
    shown = ((part, _breakable(_formula(part, names))) for part in parts if part)
    return tuple(f"${formula}$" if formula else escape(part) for part, formula in shown)


def _breakable(formula: str) -> str:
    """A formula of a narrow column: its lines may end behind commas, in parentheses of one size only."""
    return re.sub(r"\\(?:left|right)(?=[()])", "", formula).replace(", ", r",\allowbreak ")


def _parts(text: str) -> list[str]:
    """`text` between the commas that stand in no parentheses."""
    parts, depth = [""], 0
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _formula(text: str, names: Mapping[str, str], paper: Paper = PLAIN) -> str:
    """The LaTeX of the formula `text`, or nothing where it is none; names without a symbol get one."""
    try:
        term = parse(text)
        variables = [str(node.value) for node in walk(term) if node.operation == "variable"]
        return term_to_latex(term, {**symbols(variables, paper), **names})
    except (SyntaxError, ValueError, KeyError):
        return ""


def bits(value: float) -> str:
    """An error in bits."""
    return f"{value:.{2 if value < 10 else 1}f}" if isfinite(value) else f"${number(value)}$"


def ulps(value: float) -> str:
    """A worst error in ulps: two or three figures are enough."""
    return f"{value:.1f}".removesuffix(".0") if value < 1000 else f"${number(value)}$"


def number(value: float) -> str:
    """A number inside mathematics, with three figures."""
    mantissa, _, exponent = f"{value:.3g}".partition("e")
    plain_number = _SPECIAL.get(mantissa, mantissa)
    return rf"{plain_number} \cdot 10^{{{int(exponent)}}}" if exponent else plain_number


_SPECIAL = {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{NaN}"}
