"""The derivations that tests look at, each computed once: those of the losses, and of textbook expressions."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from expressions import Expression
from filelock import FileLock

from symloss.codegen import cache as stores
from symloss.codegen.analysis import gradient
from symloss.codegen.derivation import Derivation
from symloss.codegen.notation import parse
from symloss.codegen.pipeline import Result, results
from symloss.codegen.stabilise import stable_form

ROOT = Path(__file__).resolve().parent.parent


@cache
def losses() -> tuple[Result, ...]:
    """Every loss of `defs/`, analysed and lowered; by the cache of `make codegen` where that is fresh."""
    with FileLock(Path(tempfile.gettempdir(), f"symloss-{stores.toolkit()[:16]}.lock")):  # one process derives for all
        return results(ROOT / "defs", ROOT / "generated", 2, lambda *_: None)


@cache
def of_loss(name: str) -> Result:
    return next(result for result in losses() if result.loss.name == name)


def every(result: Result) -> Iterator[tuple[str, Derivation]]:
    """The derivations of a loss: its value, and each derivative by what."""
    derived = result.derived
    yield "value", derived.value
    yield from derived.gradients.items()
    yield from ((f"{a}, {b}", d) for (a, b), d in derived.second.items())


@cache
def of_expression(expression: Expression) -> Mapping[str, Derivation]:
    """The derivations of the value and of each first derivative of an expression."""
    store = stores.beside(ROOT / "generated")
    key = stores.digest(stores.toolkit(), "expression", expression.text, repr(expression.domains))
    if (found := store.get(key)) is None:
        store.put(key, found := _derive(expression))
    return found


def _derive(expression: Expression) -> Mapping[str, Derivation]:
    naive, domains = parse(expression.text), expression.domains
    value = stable_form(naive, domains)
    slopes = {name: gradient(value, name, domains) for name in domains if expression.slopes}
    return {"value": value, **slopes}
