"""The code of one derived formula by itself: it needs its array library and nothing else."""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from types import ModuleType
from typing import Any

from symloss.codegen.backends.registry import BACKENDS
from symloss.codegen.errors import DeriveError
from symloss.codegen.face import FRAMES
from symloss.codegen.lower import MissingOperationError, lowered
from symloss.codegen.notation import show
from symloss.codegen.render import rendered, template_variables
from symloss.codegen.space import Space
from symloss.codegen.term import Term

__all__ = ["Snippet", "loaded"]

_NUMBERS = count(1)


@dataclass(frozen=True)
class Snippet:
    """A function `name` that computes `form`.

    `slopes` are its derivatives by variables and `bends` those of the slopes, each pair in the variables' order, for
    libraries that differentiate what they run.
    """

    name: str
    title: str
    form: Term
    space: Space
    slopes: Mapping[str, Term]
    bends: Mapping[tuple[str, str], Term]

    def source(self, target: str) -> str:
        """The module that holds the function, in the backend `target`."""
        backend, frame = BACKENDS[target], FRAMES[target]
        try:
            value = lowered([self.form], self.space, backend)
            slopes = {variable: lowered([slope], self.space, backend) for variable, slope in self.slopes.items()}
            bends = {pair: lowered([bend], self.space, backend) for pair, bend in self.bends.items()}
        except MissingOperationError as error:
            raise DeriveError(str(error)) from error
        context = {
            "library": frame.library,
            "annotation": frame.annotation,
            "title": self.title,
            "documentation": f"{show(self.form)}\n\nwhere {', '.join(self.space.describe())}.",
            "name": self.name,
            "arguments": tuple(self.space),
            "value": value,
            "slopes": slopes,
            "bends": bends,
            "helpers": tuple(text.strip() for text in backend.helpers_of(repr((value, slopes, bends))).values()),
        }
        template = f"{frame.template}/snippet.py.j2"
        wanted = template_variables(template)
        return _private(rendered(template, {key: each for key, each in context.items() if key in wanted}))


def loaded(source: str, name: str) -> Callable[..., Any]:
    """The function `name` of `source`, which a traceback can show; `DeriveError` if its library is missing."""
    file = f"<derived {next(_NUMBERS)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    module = ModuleType("derived")
    try:
        exec(compile(source, file, "exec"), module.__dict__)  # noqa: S102 - our own rendered code, no one's text
    except ModuleNotFoundError as error:
        raise DeriveError(f"this needs {error.name}, which is not installed") from error
    function: Callable[..., Any] = getattr(module, name)
    return function


def _private(source: str) -> str:
    """`source` with the names of its helpers, which a `_support` module would hold, behind an underscore."""
    names = set(re.findall(r"\b_support\.(\w+)", source))
    for name in sorted(names):
        source = re.sub(rf"\bdef {name}\(", f"def _{name}(", source)
    return re.sub(r"(?<![\w.])Tensor\b", "torch.Tensor", source.replace("_support.", "_"))
