"""What a definition of a loss is, and how a folder of them is read; `language` says how one is written."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from pathlib import Path
from traceback import extract_tb
from types import CodeType
from typing import TYPE_CHECKING, Literal

from symloss.codegen.domain import Domain
from symloss.codegen.errors import SymlossError

if TYPE_CHECKING:  # SymPy takes up to a second to import, and only a definition file needs it
    import sympy

    from symloss.codegen.index_notation import Array

__all__ = ["LIBRARIES", "Argument", "DefinitionError", "Loss", "Role", "collected", "load", "name_fault", "text_of"]

Role = Literal["prediction", "target", "other", "hyper"]


class DefinitionError(SymlossError):
    """A fault in a definition, as one line: ``file:line: loss `name`: what is wrong, and what would be right``."""

    def __init__(self, location: str, loss_name: str | None, message: str) -> None:
        self.location, self.loss_name, self.message = location, loss_name, " ".join(message.split())
        whose = "" if loss_name is None else f"loss `{loss_name}`: "
        super().__init__(f"{location}: {whose}{self.message}")

    def __reduce__(self) -> tuple[type[DefinitionError], tuple[str, str | None, str]]:
        return type(self), (self.location, self.loss_name, self.message)


@dataclass(frozen=True)
class Argument:
    """One argument of a loss.  Positional ones are arrays; `hyper` ones are keyword-only and have a default."""

    name: str
    domain: Domain
    role: Role
    default: float | None = None

    @property
    def symbol(self) -> sympy.Symbol:
        """The SymPy symbol that stands for the argument in the loss's expression."""
        from sympy import Symbol  # noqa: PLC0415 - see above

        return Symbol(self.name, **self.domain.assumptions)

    @property
    def written(self) -> sympy.Symbol | Array:
        """What the definition's body is given: the symbol, or the array whose entries it stands for."""
        from symloss.codegen.index_notation import Array  # noqa: PLC0415 - see above

        return Array(self.symbol, self.domain.axes) if self.domain.axes else self.symbol


@dataclass(frozen=True)
class Loss:
    """A definition as its author wrote it; `family` is the name of the file, `location` is ``file:line``.

    `reference` is a key of the folder's references.bib, `citation` that entry in words.
    """

    name: str
    family: str
    arguments: tuple[Argument, ...]
    expression: sympy.Expr
    docstring: str
    reference: str | None
    location: str
    citation: str | None = None

    @property
    def predictions(self) -> tuple[Argument, ...]:
        return tuple(a for a in self.arguments if a.role == "prediction")

    @property
    def class_name(self) -> str:
        """The name of the classes made from this loss: `Huber`, `LogCosh`."""
        return "".join(word[:1].upper() + word[1:] for word in self.name.split("_"))


# Words that mean something else wherever a loss is generated; Python's keywords and builtins come on top.
LIBRARIES = frozenset(
    {"np", "numpy", "torch", "tf", "tensorflow", "keras", "jax", "jnp", "nn", "math", "sympy", "symloss"}
)
# A loss `tensor` would be a class `Tensor` beside torch's; `get` and `serialize` belong to the package itself.
_NOT_A_LOSS = LIBRARIES | {"loss", "module", "tensor", "function", "get", "serialize", "deserialize"}


BOOK = frozenset({"book"})  # what holds the derivations of all families


def name_fault(name: str, reserved: frozenset[str] = _NOT_A_LOSS) -> str | None:
    """Why `name` cannot be the name of a loss or a family (or of what else `reserved` is for); None if it can."""
    if keyword.iskeyword(name) or hasattr(builtins, name):
        return f"name `{name}` is a word of Python; choose another"
    if name.lower() in reserved:
        return f"name `{name}` already means something else in the generated code; choose another"
    if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_]*", name):
        return f"name `{name}` must start with a letter and hold only ASCII letters, digits and underscores"
    return None


FEW = 3  # authors that a citation names, all of them; of more only the first


# The losses of the file that is being run; None where no `load` is under way (a notebook, a test).
collected: ContextVar[list[Loss] | None] = ContextVar("collected", default=None)


def load(folder: Path) -> tuple[Loss, ...]:
    """Every loss of a folder's definition files, in the order of file names and of the files' lines.

    Files whose names start with an underscore are passed over.  Raises `DefinitionError` at the first fault.
    """
    if not folder.is_dir():
        raise DefinitionError(str(folder), None, "there is no such folder; name the one that holds the definitions")
    losses = tuple(each for path in sorted(folder.glob("[!_]*.py")) for each in _load_file(path))
    if not losses:
        raise DefinitionError(str(folder), None, "holds no definitions; write a function with `@loss` in a .py file")
    _check_names(losses)
    bibliography = folder / "references.bib"
    citations = _citations(bibliography, text_of(bibliography)) if bibliography.exists() else {}
    for each in losses:
        if each.reference is not None and each.reference not in citations:
            message = f"its reference `{each.reference}` is not in {bibliography}; add the entry there"
            raise DefinitionError(each.location, each.name, message)
    return tuple(replace(each, citation=citations.get(each.reference or "")) for each in losses)


def _check_names(losses: tuple[Loss, ...]) -> None:
    """No two losses may give the same name to a function or class, whichever files they are in."""
    owners: dict[str, Loss] = {}
    for each in losses:
        for name in (each.name, f"{each.name}_grad", f"{each.name}_value_and_grad", each.class_name):
            first = owners.setdefault(name, each)
            if first is not each:
                message = f"`{name}` is taken by loss `{first.name}` in {first.location}; rename one"
                raise DefinitionError(each.location, each.name, message)


class _Source(SourceFileLoader):
    """Runs a file as it is now: Python's own cache misses a change within a second that keeps the file's size."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the signature of importlib
        return self.source_to_code(self.get_data(self.path), self.path)


def _load_file(path: Path) -> tuple[Loss, ...]:
    if (fault := name_fault(path.stem, _NOT_A_LOSS | BOOK)) is not None:
        raise DefinitionError(f"{path}:1", None, f"the family {fault}")
    text = text_of(path)
    loader = _Source(f"symloss_definitions.{path.stem}", str(path))
    found: list[Loss] = []
    token = collected.set(found)
    try:
        loader.exec_module(module_from_spec(ModuleSpec(loader.name, loader, origin=loader.path)))
    except DefinitionError:
        raise
    except SyntaxError as error:
        raise _file_error(path, error.lineno or 1, f"syntax error: {error.msg}") from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == str(path)]
        raise _file_error(path, (lines or [1])[-1] or 1, f"raises {type(error).__name__}: {error}") from error
    finally:
        collected.reset(token)
    own = tuple(each for each in found if each.location.startswith(f"{path}:"))  # not those a file imports
    if not own and (function := re.search(r"^def \w+", text, re.MULTILINE)):
        right = "write `@loss` above each loss, or begin the name of the file with an underscore to have it passed over"
        raise DefinitionError(f"{path}:{text.count(chr(10), 0, function.start()) + 1}", None, f"holds no loss; {right}")
    return own


def text_of(path: Path) -> str:
    """What a file of a folder of definitions holds; `DefinitionError` where it cannot be read as text."""
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{path}:1", None, "is not UTF-8; save it in that encoding") from error
    except OSError as error:
        raise DefinitionError(str(path), None, f"cannot be read: {error.strerror}") from error
    if text.startswith("\ufeff"):
        raise DefinitionError(f"{path}:1", None, "begins with a byte order mark; save it as UTF-8 without one")
    return text


def _file_error(path: Path, line: int, message: str) -> DefinitionError:
    """An error at a line of a file that did not run to its end, with the loss in whose lines it stands."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    while line < len(lines) and lines[line - 1].startswith("@"):
        line += 1
    inside = None
    for text in lines[:line]:
        if match := re.match(r"(async\s+)?def\s+(\w+)", text):
            inside = match[2]
        elif re.match(r"[^\s@#)]", text):
            inside = None
    return DefinitionError(f"{path}:{line}", inside, message)


def _citations(path: Path, bibliography: str) -> Mapping[str, str]:
    """Each entry of a BibTeX file in words, by its key; fields stand one on a line, in braces."""
    result = {}
    for key, body in re.findall(r"^@\w+\{([^,\s]+),\n(.*?)^\}", bibliography, re.MULTILINE | re.DOTALL):
        field = {name: value.replace("{", "").replace("}", "") for name, value in
                 re.findall(r"^\s*(\w+)\s*=\s*\{(.*)\},?\s*$", body, re.MULTILINE)}  # fmt: skip
        for needed in ("author", "year", "title"):
            if needed not in field:
                raise DefinitionError(str(path), None, f"the entry `{key}` has no {needed}; add the field on its line")
        if key in result:
            raise DefinitionError(str(path), None, f"the entry `{key}` stands there twice; keep one")
        surnames = [author.split(",")[0] for author in field["author"].split(" and ")]
        few = " and ".join(filter(None, [", ".join(surnames[:-1]), surnames[-1]]))
        authors = few if len(surnames) <= FEW else f"{surnames[0]} et al."
        venue = next(filter(None, map(field.get, ("journal", "booktitle", "publisher", "institution", "note"))), "")
        result[key] = f"{authors} ({field['year']}), {field['title']}" + (f", {venue}" if venue else "")
    return result
