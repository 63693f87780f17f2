"""The derivation book: a chapter for each family of losses, and the frame that holds the chapters.

LaTeX is one more target, but a derivation goes in and no code comes out, so lowering is skipped.
Every value that a template prints is LaTeX already; text that people wrote is escaped on the way here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2

from symloss.codegen.backends.latex_derivation import Row, display, off_the_path, rows, rule_name, rule_row, start
from symloss.codegen.backends.latex_symbols import legend, symbols, title
from symloss.codegen.backends.latex_tables import (
    CertificateTable,
    ErrorRow,
    certificate_table,
    error_rows,
    verdict,
)
from symloss.codegen.backends.latex_terms import on_paper, term_to_latex
from symloss.codegen.backends.latex_text import escape, prose
from symloss.codegen.certificate import CertificateRow
from symloss.codegen.definition import Loss
from symloss.codegen.derivation import Aside, Derivation, Derived, Step
from symloss.codegen.kernels import KERNELS, Kernel, expand
from symloss.codegen.paper import PLAIN, Paper
from symloss.codegen.rules.tables import RULES
from symloss.codegen.term import Term, apply, variable

__all__ = ["Entry", "Section", "book", "chapter", "section"]

TEMPLATES = Path(__file__).parents[1] / "templates" / "latex"
VALUE = r"\ell"


@dataclass(frozen=True)
class Entry:
    """A loss as the book shows it; its reference is a key of the bibliography."""

    loss: Loss
    derived: Derived
    certificate: tuple[CertificateRow, ...] = ()


@dataclass(frozen=True)
class Remark:
    """A form that was met and not taken: it leaves the path after the step `after`, or sets out on its own."""

    lines: tuple[str, ...]
    after: str
    rows: tuple[Row, ...]
    verdict: str


@dataclass(frozen=True)
class Output:
    """The value or a derivative: its first form, the way to its stable form, and what was not taken."""

    argument: str
    first: tuple[str, ...]
    rows: tuple[Row, ...]
    stable: tuple[str, ...]
    remarks: tuple[Remark, ...]
    errors: tuple[ErrorRow, ...]


@dataclass(frozen=True)
class _Subject:
    """The left side of a derivation's first display and of later ones, its symbol inside a line, its argument."""

    head: str
    short: str
    inline: str
    argument: str


@dataclass(frozen=True)
class Section:
    """All that is printed of one loss."""

    title: str
    label: str
    text: str
    reference: str | None
    legend: tuple[tuple[str, str], ...]
    value: Output
    kernels: tuple[str, ...]
    gradients: tuple[Output, ...]
    dtypes: tuple[str, ...]
    certificate: CertificateTable


def chapter(family: str, sections: Sequence[Section], paper: Paper = PLAIN) -> str:
    """The source of ``latex/<family>.tex``: `sections` in their order."""
    return _render("chapter.tex.j2", family=family, title=escape(title(family, paper)), sections=sections)


def book(families: Iterable[str], *, bibliography: str | None = "references", appendix: str = "") -> str:
    """The source of ``latex/book.tex``, which takes in the chapters.

    `bibliography` names the .bib file, for which BibTeX searches BIBINPUTS; None where nothing is cited.
    `appendix` is LaTeX of the definitions' own, chapters behind that of the rules.
    """
    named = (row for row in KERNELS.values() if row.meaning and row.latex and not row.self_explaining)
    rules = {title(group): [rule_row(rule) for rule in table] for group, table in RULES.items()}
    values = {"families": list(families), "bibliography": bibliography, "appendix": appendix}
    return _render("book.tex.j2", **values, kernels=list(map(_meaning, named)), rules=rules)


def _meaning(kernel: Kernel) -> str:
    """A kernel and what it stands for, as a line of `align*`."""
    letters = {name: name for name in kernel.names}
    term = apply(kernel.name, *map(variable, letters))
    (line,) = display(term_to_latex(term, letters), expand(term, kernel.meaning), letters)
    return line


def section(entry: Entry, paper: Paper = PLAIN) -> Section:
    """All that is printed of a loss: most of the time that a book takes."""
    loss, derived = entry.loss, entry.derived
    names = symbols((argument.name for argument in loss.arguments), paper)
    gradients = {name: _gradient(names[name]) for name in derived.gradients}
    return Section(
        title=escape(title(loss.name, paper)),
        label=loss.name,
        text=prose(loss.docstring, names, paper),
        reference=loss.reference,
        legend=tuple((place, escape(words)) for place, words in legend(loss.arguments, names, paper)),
        value=_output(_Subject(_head(loss, names), VALUE, VALUE, ""), derived.value, derived.value.naive, names),
        kernels=() if _shown(derived.value) else display(VALUE, derived.value.closed[0], names),
        gradients=tuple(
            _output(gradients[name], derivation, start(derivation), names)
            for name, derivation in derived.gradients.items()
        ),
        dtypes=tuple(error.dtype for error in derived.value.before),
        certificate=certificate_table(entry.certificate, {n: g.inline for n, g in gradients.items()}, names),
    )


def _shown(value: Derivation) -> bool:
    """Whether the form in kernels is the first or the last one, which are printed anyway."""
    return on_paper(value.closed[0]) in map(on_paper, (value.naive, value.stable))


def _gradient(symbol: str) -> _Subject:
    below = f"({symbol})" if "^" in symbol else symbol
    partial = rf"\frac{{\partial\ell}}{{\partial {below}}}"
    inline = rf"\partial\ell/\partial {below}"
    return _Subject(partial, partial, inline, f"${symbol}$")


def _head(loss: Loss, names: Mapping[str, str]) -> str:
    """The loss as a function of its arguments, the hyper-parameters behind a semicolon."""
    arrays = ", ".join(names[a.name] for a in loss.arguments if a.role != "hyper")
    hyper = ", ".join(names[a.name] for a in loss.arguments if a.role == "hyper")
    return rf"\ell({arrays}{'; ' if hyper else ''}{hyper})"


def _output(subject: _Subject, derivation: Derivation, first: Term, names: Mapping[str, str]) -> Output:
    tidied = [Step("simplified", first, start(derivation))] if first is not start(derivation) else []
    steps = [*tidied, *derivation.steps]
    return Output(
        argument=subject.argument,
        first=display(subject.head, first, names),
        rows=tuple(rows(steps, names)),
        stable=display(subject.short, derivation.stable, names),
        remarks=tuple(_remark(aside, subject, derivation, names) for aside in derivation.asides),
        errors=error_rows(subject.inline, derivation),
    )


def _remark(aside: Aside, subject: _Subject, derivation: Derivation, names: Mapping[str, str]) -> Remark:
    apart = off_the_path(aside.steps, derivation.steps)
    shared = len(aside.steps) - len(apart)
    return Remark(
        lines=display(subject.short, aside.term, names),
        after=rule_name(aside.steps[shared - 1]) if shared else "",
        rows=tuple(rows(apart, names)),
        verdict=verdict(aside, derivation.after, names),
    )


def _render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(values)


@cache
def _environment() -> jinja2.Environment:
    """Jinja with brackets that mean nothing to LaTeX."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES, encoding="utf-8"),
        undefined=jinja2.StrictUndefined,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - LaTeX, not HTML
    )
