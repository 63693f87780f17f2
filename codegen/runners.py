"""How generated code is run to be measured: for each backend and mode, elementwise values and derivatives.

The array libraries are imported by the runners only: the rest of the toolkit needs none of them.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from symloss.codegen.errors import SymlossError

__all__ = ["RUNNERS", "Call", "Runner", "package"]

Array = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Call:
    """One loss called elementwise, in the user's names: positional `arrays`, then `hypers` by keyword, in order.

    `wrt` are the arguments to differentiate by; with an `axis` the losses are along the last one.
    """

    out: Path
    backend: str
    family: str
    loss: str
    arrays: Mapping[str, Array]
    hypers: Mapping[str, Array]
    wrt: tuple[str, ...]
    axis: bool = False

    @property
    def module(self) -> ModuleType:
        """The generated module that has the loss."""
        return importlib.import_module(f"{package(self.out)}.{self.backend}.{self.family}")

    def converted(self, convert: Callable[[str, Array], Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The arrays and the hyper-parameters as tensors of a library."""
        return {n: convert(n, a) for n, a in self.arrays.items()}, {n: convert(n, a) for n, a in self.hypers.items()}


Runner = Callable[[Call], list[npt.NDArray[np.float64]]]
"""Gives the values, then the derivative by each of `wrt`."""


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


def _numpy(call: Call) -> list[npt.NDArray[np.float64]]:
    function, gradient = getattr(call.module, call.loss), getattr(call.module, f"{call.loss}_grad")
    given = call.arrays.values()
    values = [function(*given, **call.hypers, reduction="none")]
    values += [gradient(*given, **call.hypers, reduction="none", wrt=name) for name in call.wrt]
    return [np.asarray(v, float) for v in values]


def _torch(*, compiled: bool) -> Runner:
    def run(call: Call) -> list[npt.NDArray[np.float64]]:
        import torch  # noqa: PLC0415 - see the module's text

        function = getattr(call.module, call.loss)
        arrays, hypers = call.converted(lambda n, a: torch.tensor(a).requires_grad_(n in call.wrt))

        def elementwise(*given: Any, **settings: Any) -> Any:  # noqa: ANN401 - tensors
            return function(*given, **settings, **along, reduction="none")

        along = {"dim": -1} if call.axis else {}
        torch._dynamo.reset()  # noqa: SLF001 - the documented way to drop code compiled for another loss
        evaluate = torch.compile(elementwise, fullgraph=True) if compiled else elementwise
        value = evaluate(*arrays.values(), **hypers)
        sources = [{**arrays, **hypers}[n] for n in call.wrt]
        slopes = torch.autograd.grad(value.sum(), sources) if sources else ()
        return [np.asarray(t.detach().numpy(), float) for t in (value, *slopes)]

    return run


def _tf(*, xla: bool) -> Runner:
    def run(call: Call) -> list[npt.NDArray[np.float64]]:
        import tensorflow as tf  # noqa: PLC0415 - see the module's text

        tf.get_logger().setLevel("ERROR")  # each loss is traced anew, which TensorFlow warns of
        function = getattr(call.module, call.loss)

        def evaluate(arrays: Mapping[str, Any], hypers: Mapping[str, Any]) -> list[Any]:
            sources = [{**arrays, **hypers}[n] for n in call.wrt]
            with tf.GradientTape() as tape:
                tape.watch(sources)
                value = function(*arrays.values(), **hypers, reduction="none")
            return [value, *tape.gradient(value, sources)]

        compute = tf.function(evaluate, jit_compile=True) if xla else evaluate
        return [np.asarray(t.numpy(), float) for t in compute(*call.converted(lambda _, a: tf.constant(a)))]

    return run


RUNNERS: Mapping[tuple[str, str], Runner] = {
    ("numpy", "eager"): _numpy,
    ("torch", "eager"): _torch(compiled=False),
    ("torch", "compiled"): _torch(compiled=True),
    ("tf", "eager"): _tf(xla=False),
    ("tf", "xla"): _tf(xla=True),
}
