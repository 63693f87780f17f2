"""Bodies and faces become source text, by Jinja alone: no mathematics, no choice, no clock, no path."""

from __future__ import annotations

import hashlib
import re
import subprocess
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import jinja2
import jinja2.meta
import ruff

from symloss.codegen.definition import Loss
from symloss.codegen.errors import SymlossError
from symloss.codegen.face import Face, Frame, face_of
from symloss.codegen.program import Bodies

__all__ = [
    "Function",
    "Module",
    "fingerprint",
    "public_names",
    "render_module",
    "render_package",
    "render_root",
    "render_support",
]

TEMPLATES = Path(__file__).parent / "templates"
LINE_LENGTH = 100
QUOTES = 3  # that open a docstring stand before its first line
NOT_CERTIFIED = ("not certified",)
ENTRY = re.compile(r"\s*\w+: ")


@dataclass(frozen=True)
class Function:
    """One loss in one backend: its elementwise code, and what its docstring prints beside the definition's text.

    `formula` is plain text of one line or several, `certificate` a few short lines.
    """

    loss: Loss
    bodies: Bodies
    formula: str
    certificate: tuple[str, ...] = NOT_CERTIFIED


@dataclass(frozen=True)
class Module:
    """One family in one backend; `source` names the definition file, as a reader of the tree finds it."""

    family: str
    source: str
    docstring: str
    functions: tuple[Function, ...]


@dataclass(frozen=True)
class Shown:
    """A function beside its face: what a template sees of one loss."""

    loss: Loss
    bodies: Bodies
    formula: str
    certificate: tuple[str, ...]
    face: Face


def render_module(module: Module, frame: Frame) -> str:
    """The source of ``<backend>/<family>.py``."""
    shown = tuple(Shown(f.loss, f.bodies, f.formula, f.certificate, face_of(f.loss, frame)) for f in module.functions)
    names = public_names(module, frame)
    context = {"source": module.source, "docstring": module.docstring, "names": names, "functions": shown}
    return rendered(f"{frame.template}/module.py.j2", context | {"library": frame.library})


def render_support(frame: Frame, helpers: tuple[str, ...] = ()) -> str:
    """The source of ``<backend>/_support.py``; `helpers` are whole functions that bodies call by name."""
    return rendered(f"{frame.template}/_support.py.j2", {"helpers": helpers, "reductions": tuple(frame.reductions)})


def render_package(modules: tuple[Module, ...], frame: Frame) -> str:
    """The source of ``<backend>/__init__.py``, which re-exports every public name."""
    families = {m.family: public_names(m, frame) for m in sorted(modules, key=lambda m: m.family)}
    owners: dict[str, str] = dict.fromkeys(families, "the name of a module")
    for family, names in families.items():
        for name in names:
            if name in owners:
                raise SymlossError(f"`{name}` is public in {family} and already {owners[name]}; rename one")
            owners[name] = f"public in {family}"
    everything = sorted(name for members in families.values() for name in members)
    imported = {family: sorted(names, key=_order_of_imports) for family, names in families.items()}
    return rendered("package.py.j2", {"families": imported, "names": everything})


def _order_of_imports(name: str) -> tuple[bool, str]:
    """As linters have them: classes before functions, and large letters as small ones."""
    return name[0].islower(), name.lower()


def render_root(packages: tuple[str, ...], docstring: str) -> str:
    """The source of the output folder's own ``__init__.py``, which imports its packages on first use."""
    return rendered("root.py.j2", {"packages": sorted(packages), "docstring": docstring})


def public_names(module: Module, frame: Frame) -> tuple[str, ...]:
    """What ``<backend>/<family>.py`` exports, sorted; the template of the backend defines the suffixes."""
    faces = [face_of(f.loss, frame) for f in module.functions]
    template = environment().get_template(f"{frame.template}/names.j2")
    return tuple(sorted(name for f in faces for name in template.render(face=f).split()))


def fingerprint(bodies: Bodies, helpers: tuple[str, ...] = ()) -> str:
    """A hash of the elementwise code, its helpers included: what a certificate was measured on."""
    tables = (bodies.partials, bodies.fused, bodies.second)
    parts = [bodies.value, *(sorted(table.items()) for table in tables), helpers]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def rendered(template: str, context: Mapping[str, object]) -> str:
    """The formatted text of `template`; ValueError where `context` and the template's variables differ."""
    wanted = template_variables(template)
    if wanted != set(context):
        missing, unused = sorted(wanted - set(context)), sorted(set(context) - wanted)
        raise ValueError(f"{template}: missing variables {missing}, unused variables {unused}")
    return formatted(environment().get_template(template).render(context))


def formatted(source: str) -> str:
    """`source` in the layout of the pinned formatter, whatever configuration lies about."""
    command = [ruff.find_ruff_bin(), "format", "--isolated", "--line-length", str(LINE_LENGTH), "-"]
    return subprocess.run(command, input=source, capture_output=True, text=True, check=True, encoding="utf-8").stdout


@cache
def template_variables(template: str) -> frozenset[str]:
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    tree = environment().parse(text)
    included = filter(None, jinja2.meta.find_referenced_templates(tree))
    return frozenset(jinja2.meta.find_undeclared_variables(tree)).union(*map(template_variables, included))


@cache
def environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES, encoding="utf-8"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python source, not HTML
    )
    made.filters["docstring"] = docstring
    made.filters["number"] = lambda value: repr(float(value))
    return made


def docstring(text: str, indent: int = 4) -> str:
    """`text` as the inside of a docstring: escaped, indented, paragraphs with a long line filled anew."""
    escaped = re.sub(r"\n\s*\n\s*\n", "\n\n", text.strip()).replace("\\", r"\\").replace('"""', r"\"\"\"")
    lines = [line for paragraph in paragraphs(escaped) for line in filled(paragraph, LINE_LENGTH - indent - QUOTES)]
    margin = " " * indent
    inside = "".join(f"\n{margin}{line}" if line else "\n" for line in lines).lstrip()
    return f"{inside}\n{margin}" if len(lines) > 1 else inside


def paragraphs(text: str) -> Iterator[list[str]]:
    """Runs of lines that may flow together: of one indentation, none after the first an entry like ``name: ...``."""
    for _, run in groupby(text.splitlines(), key=lambda line: len(line) - len(line.lstrip())):
        paragraph: list[str] = []
        for line in run:
            if paragraph and (not line or not paragraph[-1] or ENTRY.match(line)):
                yield paragraph
                paragraph = []
            paragraph.append(line.rstrip())
        yield paragraph


def filled(paragraph: list[str], width: int) -> list[str]:
    """`paragraph` as it is where it fits; else filled to `width`, what follows ``name: `` hanging below it."""
    if all(len(line) <= width for line in paragraph):
        return paragraph
    margin = paragraph[0][: len(paragraph[0]) - len(paragraph[0].lstrip())]
    hanging = margin + "    " * bool(ENTRY.match(paragraph[0]))
    text = " ".join(line.strip() for line in paragraph)
    wrapper = textwrap.TextWrapper(width, margin, hanging, break_long_words=False, break_on_hyphens=False)
    return wrapper.wrap(text)
