"""How generated code is run to be measured: for each backend and mode, elementwise values and derivatives.

The array libraries are imported by the runners only: the rest of the toolkit needs none of them.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from symloss.codegen.errors import SymlossError

__all__ = ["RUNNERS", "Runner", "package"]

Arrays = Mapping[str, npt.NDArray[np.floating]]
Runner = Callable[[Path, str, str, Sequence[str], Sequence[str], Sequence[str], Arrays], list[npt.NDArray[np.float64]]]
"""Takes the output folder, family and loss, the user's names in order, which of them are hyper-parameters and which
to differentiate by, and arrays by the user's names; gives the values, then each derivative."""


@cache
def package(out: Path) -> str:
    """The name under which the generated package in `out` is imported."""
    name = f"measured_{abs(hash(out))}"
    spec = importlib.util.spec_from_file_location(name, out / "__init__.py", submodule_search_locations=[str(out)])
    if spec is None or spec.loader is None:
        raise SymlossError(f"{out}: holds no generated package; run symloss codegen")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return name


def _module(out: Path, backend: str, family: str) -> ModuleType:
    return importlib.import_module(f"{package(out)}.{backend}.{family}")


def _arguments(names: Sequence[str], hypers: Sequence[str], given: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    return [given[n] for n in names if n not in hypers], {n: given[n] for n in hypers}


def _numpy(
    out: Path, family: str, loss: str, names: Sequence[str], hypers: Sequence[str], wrt: Sequence[str], arrays: Arrays
) -> list[npt.NDArray[np.float64]]:
    module = _module(out, "numpy", family)
    arrays_, keywords = _arguments(names, hypers, arrays)
    values = [getattr(module, loss)(*arrays_, **keywords, reduction="none")]
    values += [getattr(module, f"{loss}_grad")(*arrays_, **keywords, reduction="none", wrt=name) for name in wrt]
    return [np.asarray(v, float) for v in values]


def _torch(*, compiled: bool) -> Runner:
    def run(
        out: Path, family: str, loss: str, names: Sequence[str], hypers: Sequence[str], wrt: Sequence[str], arrays: Arrays
    ) -> list[npt.NDArray[np.float64]]:
        import torch  # noqa: PLC0415 - see the module's text

        function = getattr(_module(out, "torch", family), loss)

        def call(*positional: Any, **keywords: Any) -> Any:  # noqa: ANN401 - tensors
            return function(*positional, **keywords, reduction="none")

        if compiled:
            torch._dynamo.reset()  # noqa: SLF001 - the documented way to drop compiled code
            call = torch.compile(call, fullgraph=True)
        tensors = {n: torch.tensor(a).requires_grad_(n in wrt) for n, a in arrays.items()}
        positional, keywords = _arguments(names, hypers, tensors)
        value = call(*positional, **keywords)
        slopes = torch.autograd.grad(value.sum(), [tensors[n] for n in wrt], allow_unused=True) if wrt else ()
        return [np.asarray(t.detach().numpy(), float) for t in (value, *slopes)]

    return run


def _tf(*, xla: bool) -> Runner:
    def run(
        out: Path, family: str, loss: str, names: Sequence[str], hypers: Sequence[str], wrt: Sequence[str], arrays: Arrays
    ) -> list[npt.NDArray[np.float64]]:
        import tensorflow as tf  # noqa: PLC0415 - see the module's text

        function = getattr(_module(out, "tf", family), loss)

        def call(tensors: Mapping[str, Any]) -> list[Any]:
            with tf.GradientTape() as tape:
                tape.watch([tensors[n] for n in wrt])
                positional, keywords = _arguments(names, hypers, tensors)
                value = function(*positional, **keywords, reduction="none")
            return [value, *tape.gradient(value, [tensors[n] for n in wrt])]

        compute = tf.function(call, jit_compile=True) if xla else call
        return [np.asarray(t.numpy(), float) for t in compute({n: tf.constant(a) for n, a in arrays.items()})]

    return run


RUNNERS: Mapping[tuple[str, str], Runner] = {
    ("numpy", "eager"): _numpy,
    ("torch", "eager"): _torch(compiled=False),
    ("torch", "compiled"): _torch(compiled=True),
    ("tf", "eager"): _tf(xla=False),
    ("tf", "xla"): _tf(xla=True),
}
