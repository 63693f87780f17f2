"""The stages in their order: a folder of definitions becomes the text of every generated file.

load        definition.py      folder                 -> Loss
            paper.py           folder                 -> Paper (what only the book needs to know)
analyse     analysis.py        Loss                   -> Derived (stabilise, differentiate)
lower       lower.py           Derived, Backend       -> Bodies
render      render.py          Loss, Bodies, Frame    -> source text
book        backends/latex.py  Loss, Derived, Paper   -> LaTeX
warn        breaks.py          Loss                   -> what its author should know of the formula
            misses.py          Loss, Derived          -> and of its accuracy
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

from sympy import srepr

from symloss.codegen import cache, certificate, render
from symloss.codegen.analysis import analyse
from symloss.codegen.backends import latex
from symloss.codegen.backends.operations import Backend
from symloss.codegen.backends.registry import BACKENDS
from symloss.codegen.breaks import breaks_of
from symloss.codegen.certificate import CertificateRow, Certificates
from symloss.codegen.definition import DefinitionError, Loss, load
from symloss.codegen.derivation import Derived
from symloss.codegen.errors import SymlossError
from symloss.codegen.face import FRAMES
from symloss.codegen.layout import Layout
from symloss.codegen.lower import MissingOperationError, lowered
from symloss.codegen.misses import misses_of
from symloss.codegen.notation import show
from symloss.codegen.paper import Paper, read_paper
from symloss.codegen.program import Bodies, Body
from symloss.codegen.progress import Report
from symloss.codegen.term import Term
from symloss.codegen.workers import worked

__all__ = ["Generated", "Result", "generate", "packages", "results"]

TARGETS = (*BACKENDS, "latex")


@dataclass(frozen=True)
class Result:
    """One loss through analysis and lowering: its derivations, its code for each backend, where it breaks."""

    loss: Loss
    derived: Derived
    bodies: Mapping[str, Bodies]
    breaks: tuple[str, ...]


@dataclass(frozen=True)
class Generated:
    """The text of every file, by its path in the output folder, and a line for everything the author should know."""

    files: Mapping[str, str]
    warnings: tuple[str, ...]


def generate(defs: Path, out: Path, backends: Sequence[str], jobs: int, progress: Report) -> Generated:
    """What belongs into `out`, from the definitions in `defs`.

    `backends` are names of `TARGETS`, all of them if empty.  Raises `SymlossError` where a name is unknown and
    `DefinitionError` at the first fault of a definition; nothing is written.
    """
    unknown = [name for name in backends if name not in TARGETS]
    if unknown:
        raise SymlossError(f"unknown backend {unknown[0]!r}; there are {', '.join(TARGETS)}")
    chosen = tuple(backends) or TARGETS
    paper = read_paper(defs)
    done = results(defs, out, jobs, progress)
    book = _book(done, out, paper, jobs, progress) if "latex" in chosen else {}
    return Generated({**packages(done, out, chosen), **book}, _warnings(done))


def packages(done: Sequence[Result], out: Path, chosen: Sequence[str]) -> Mapping[str, str]:
    """The text of every file of code for the `chosen` of the backends, with the certificates that are in `out`."""
    certificates = certificate.load(out)
    families = _families(done)
    files: dict[str, str] = {}
    for name in (name for name in BACKENDS if name in chosen):
        files |= _package(BACKENDS[name], families, certificates)
    present = tuple(n for n in BACKENDS if n in chosen or (out / n / "__init__.py").is_file())
    if present:  # a book alone is none
        files["py.typed"] = ""
        docstring = "Losses for machine learning, derived from their definitions."
        files["__init__.py"] = render.render_root(present, docstring)
    return files


def _warnings(done: Sequence[Result]) -> tuple[str, ...]:
    """What holds for a formula itself, then what misses the target of accuracy, the worst first."""
    broken = [f"{r.loss.location}: loss `{r.loss.name}`: {said}" for r in done for said in r.breaks]
    inexact = sorted((miss for r in done for miss in misses_of(r.loss, r.derived)), key=lambda miss: -miss[0])
    return (*broken, *(said for _, said in inexact))


def results(defs: Path, out: Path, jobs: int, progress: Report) -> tuple[Result, ...]:
    """Every loss of `defs` analysed and lowered, in the order of the definitions."""
    losses = load(defs)
    longest_first = sorted(losses, key=lambda each: -len(each.arguments))
    named = [(loss.name, cache.digest(cache.toolkit(), *_content(loss)), loss) for loss in longest_first]
    found = dict(zip(longest_first, worked(_work, named, cache.beside(out), jobs, progress), strict=True))
    return tuple(Result(loss, *found[loss]) for loss in losses)


def _content(loss: Loss) -> Iterator[str]:
    """What the analysis of a loss depends on, as text: not where it stands, nor its words."""
    yield from (loss.name, srepr(loss.expression), *map(repr, loss.arguments))


Worked = tuple[Derived, Mapping[str, Bodies], tuple[str, ...]]


def _work(loss: Loss) -> Worked:
    derived = analyse(loss)
    try:
        bodies = {name: _bodies(loss, derived, backend) for name, backend in BACKENDS.items()}
    except MissingOperationError as error:
        raise DefinitionError(loss.location, loss.name, str(error)) from error
    return derived, bodies, breaks_of(loss)


def _bodies(loss: Loss, derived: Derived, backend: Backend) -> Bodies:
    domains = {a.name: a.domain for a in loss.arguments}
    value = derived.value.stable
    slopes = {name: each.stable for name, each in derived.gradients.items()}
    layout = Layout.of((value, *slopes.values()), domains)

    def code(*outputs: Term) -> Body:
        return lowered(outputs, domains, backend, layout)

    return Bodies(
        code(value),
        {name: code(slope) for name, slope in slopes.items()},
        {a.name: code(value, slopes[a.name]) for a in loss.predictions if a.name in slopes},
        {pair: code(bend.stable) for pair, bend in derived.second.items()},
        layout,
    )


def _families(done: Sequence[Result]) -> dict[str, tuple[Result, ...]]:
    return {family: tuple(group) for family, group in groupby(done, key=lambda r: r.loss.family)}


def _package(
    backend: Backend, families: Mapping[str, tuple[Result, ...]], certificates: Certificates
) -> dict[str, str]:
    """The files of one backend's package."""
    frame = FRAMES[backend.name]
    modules = tuple(_module(backend, family, group, certificates) for family, group in families.items())
    everything = repr([result.bodies[backend.name] for group in families.values() for result in group])
    helpers = tuple(text.strip().replace("_support.", "") for text in backend.helpers_of(everything).values())
    files = {f"{m.family}.py": render.render_module(m, frame) for m in modules}
    files["_support.py"] = render.render_support(frame, helpers)
    files["__init__.py"] = render.render_package(modules, frame)
    return {f"{backend.name}/{name}": text for name, text in files.items()}


def _module(backend: Backend, family: str, group: Sequence[Result], certificates: Certificates) -> render.Module:
    file = Path(group[0].loss.location.rpartition(":")[0])
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or f"Losses of the family {family}."
    functions = tuple(_function(backend, result, certificates) for result in group)
    return render.Module(family, f"{file.parent.name}/{file.name}", docstring, functions)


def _function(backend: Backend, result: Result, certificates: Certificates) -> render.Function:
    bodies = result.bodies[backend.name]
    lines = certificate.summary(_rows(backend, result, certificates)) or render.NOT_CERTIFIED
    return render.Function(result.loss, bodies, show(result.derived.value.naive), lines)


def _rows(backend: Backend, result: Result, certificates: Certificates) -> tuple[CertificateRow, ...]:
    """What was measured of a loss's code as it is now; nothing if it has changed since."""
    code, rows = certificates.get((result.loss.name, backend.name), ("", ()))
    return rows if code == fingerprint(backend, result.bodies[backend.name]) else ()


def fingerprint(backend: Backend, bodies: Bodies) -> str:
    """A hash of everything elementwise that a loss runs in a backend."""
    return render.fingerprint(bodies, tuple(backend.helpers_of(repr(bodies)).values()))


def _book(done: Sequence[Result], out: Path, paper: Paper, jobs: int, progress: Report) -> dict[str, str]:
    certificates = certificate.load(out)
    named = [_entry(result, certificates, paper) for result in done]
    sections = worked(partial(latex.section, paper=paper), named, cache.beside(out), jobs, progress)
    printed = {result.loss: section for result, section in zip(done, sections, strict=True)}
    families = _families(done)
    files = {
        f"latex/{family}.tex": latex.chapter(family, [printed[r.loss] for r in group], paper)
        for family, group in families.items()
    }
    cited = any(r.loss.reference for group in families.values() for r in group)
    bibliography = "references" if cited else None
    files["latex/book.tex"] = latex.book(families, bibliography=bibliography, appendix=paper.appendix)
    return files


def _entry(result: Result, certificates: Certificates, paper: Paper) -> tuple[str, str, latex.Entry]:
    """What is printed of a loss, with all that its section depends on."""
    loss, rows = result.loss, tuple(row for b in BACKENDS.values() for row in _rows(b, result, certificates))
    words = (loss.docstring, repr(loss.reference), repr(rows), repr(replace(paper, appendix="")))
    key = cache.digest(cache.toolkit(), "section", *_content(loss), *words)
    return loss.name, key, latex.Entry(loss, result.derived, rows)
