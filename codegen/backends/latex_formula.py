r"""A derivation as one `aligned` display that a notebook shows, under the names that its author gave the variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from symloss.codegen.backends.latex_derivation import start
from symloss.codegen.backends.latex_symbols import GREEK
from symloss.codegen.backends.latex_terms import on_paper, term_to_latex
from symloss.codegen.backends.latex_text import escape
from symloss.codegen.derivation import Derivation
from symloss.codegen.term import Term

__all__ = ["aligned", "letters"]

_LETTER = re.compile(r"([A-Za-z])_?([0-9]+)?")


def letters(names: Iterable[str]) -> dict[str, str]:
    """How each variable is written: a letter, a Greek letter, or the word itself."""
    return {name: _letter(name) for name in names}


def _letter(name: str) -> str:
    if GREEK.fullmatch(name):
        return rf"\{name}"
    found = _LETTER.fullmatch(name)
    if found is None:
        return rf"\mathrm{{{escape(name)}}}"
    return found[1] if found[2] is None else f"{found[1]}_{{{found[2]}}}"


def aligned(first: Term, path: Sequence[str], derivation: Derivation, names: Mapping[str, str]) -> str:
    """The formula `first`, differentiated by the variables of `path`, then each form with its rule beside it."""
    slope = "".join(rf"\frac{{\partial}}{{\partial {names[name]}}}" for name in reversed(path))
    shown = term_to_latex(first, names)
    lines = [rf"{slope}\left[{shown}\right]" if slope else shown]
    seen = on_paper(first)
    for form, rule in [(start(derivation), ""), *((step.after, step.rule) for step in derivation.steps)]:
        after = on_paper(form)
        if after is not seen:  # a step that only a computer sees is no line on paper
            lines.append(f"={term_to_latex(after, names)}" + (rf" &&\text{{{escape(rule)}}}" if rule else ""))
        seen = after
    body = " \\\\\n".join(f"  &{line}" for line in lines)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"
