"""The words that a definition file imports: domains for arguments, and `loss`, which reads a formula.

Everything that a definition can get wrong is found here, where it is written, as one clear line.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, overload

from symloss.codegen.definition import LIBRARIES, Argument, DefinitionError, Loss, Role, collected, name_fault
from symloss.codegen.domain import (
    Axis,
    Binary,
    Count,
    Domain,
    Interval,
    Label,
    NonNegative,
    Positive,
    Real,
    Sign,
    Simplex,
    Unit,
)
from symloss.codegen.formula import Fault, read_formula, try_formula
from symloss.codegen.index_notation import greatest, total

__all__ = [
    "Axis",
    "Binary",
    "Count",
    "Interval",
    "Label",
    "NonNegative",
    "Positive",
    "Real",
    "Sign",
    "Simplex",
    "Unit",
    "greatest",
    "loss",
    "total",
]

TARGETS = ("target", "labels")

# What generated functions take beside the definition's own arguments, what the frameworks call theirs,
# and attributes of nn.Module and of Keras' Loss that a hyper-parameter of that name would overwrite.
# fmt: off
_NOT_AN_ARGUMENT = LIBRARIES | {
    "reduction", "wrt", "validate", "dtype", "name", "self", "cls", "ctx", "y_true", "y_pred", "out", "upstream",
    "sample_weight", "mask", "axis", "dim", "backward", "ignore_index", "ignore_class",
    # what torch.nn.Module and keras.losses.Loss have of that name
    "t_destination", "add_module", "apply", "bfloat16", "buffers", "call", "call_super_init", "children", "compile",
    "cpu", "cuda", "double", "dump_patches", "eval", "extra_repr", "float", "forward", "from_config", "get_buffer",
    "get_config", "get_extra_state", "get_parameter", "get_submodule", "half", "ipu", "load_state_dict", "modules",
    "mtia", "named_buffers", "named_children", "named_modules", "named_parameters", "parameters",
    "register_backward_hook", "register_buffer", "register_forward_hook", "register_forward_pre_hook",
    "register_full_backward_hook", "register_full_backward_pre_hook", "register_load_state_dict_post_hook",
    "register_load_state_dict_pre_hook", "register_module", "register_parameter", "register_state_dict_post_hook",
    "register_state_dict_pre_hook", "requires_grad_", "set_extra_state", "set_submodule", "share_memory",
    "state_dict", "to", "to_empty", "train", "training", "type", "xpu", "zero_grad",
}
# fmt: on


@overload
def loss(function: Callable[..., Any], /) -> Loss: ...
@overload
def loss(*, reference: str | None = None) -> Callable[[Callable[..., Any]], Loss]: ...
def loss(
    function: Callable[..., Any] | None = None, /, *, reference: str | None = None
) -> Loss | Callable[[Callable[..., Any]], Loss]:
    """Make a `Loss` of a textbook formula: a function over SymPy symbols whose arguments carry domains.

    Positional arguments are arrays, in the order prediction(s), target (called `target` or `labels`), others;
    without a target all of them are predictions.  Keyword-only ones with a default are hyper-parameters.
    `reference` is a key of the folder's references.bib.
    """
    if function is None:
        return lambda decorated: _make(decorated, reference)
    return _make(function, reference)


def _make(function: Callable[..., Any], reference: str | None) -> Loss:
    if not inspect.isfunction(function):
        raise TypeError("@loss stands above a function; a reference is given by name, @loss(reference=...)")
    try:
        result = _read(function, reference)
    except Fault as fault:
        line = fault.line or function.__code__.co_firstlineno
        place = f"{function.__code__.co_filename}:{line}"
        raise DefinitionError(place, function.__name__, fault.message) from fault.__cause__
    if (losses := collected.get()) is not None:
        losses.append(result)
    return result


def _read(function: Callable[..., Any], reference: str | None) -> Loss:
    name, docstring = function.__name__, inspect.getdoc(function)
    if (fault := name_fault(name)) is not None:
        raise Fault(f"the loss {fault}")
    if name[0].isupper():
        raise Fault(f"the loss name `{name}` is what its class would be called; start it with a small letter")
    if not docstring:
        raise Fault("has no docstring; say in a sentence what the loss measures")
    if any(character < " " for character in docstring.replace("\n", " ")):
        raise Fault("has a docstring with a control character, which no source file may hold; take it out")
    arguments = _read_arguments(function)
    expression = read_formula(function, arguments)
    try_formula(expression, arguments)
    filename, line = function.__code__.co_filename, function.__code__.co_firstlineno
    return Loss(name, Path(filename).stem, arguments, expression, docstring, reference, f"{filename}:{line}")


def _read_arguments(function: Callable[..., Any]) -> tuple[Argument, ...]:
    try:
        annotations = inspect.get_annotations(function, eval_str=True)
    except Exception as error:  # text annotations are run here, and may raise anything
        raise Fault(f"an annotation cannot be read: {type(error).__name__}: {error}") from error
    parameters = inspect.signature(function).parameters.values()
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            written = str(parameter).split(":")[0]
            raise Fault(f"`{written}` takes any number of arguments; name each one and give it a domain")
    roles = _roles([p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)])
    return tuple(_read_argument(p, roles.get(p.name, "hyper"), annotations.get(p.name)) for p in parameters)


def _roles(positional: list[str]) -> dict[str, Role]:
    """Predictions stand before the target, others behind it."""
    targets = [name for name in positional if name in TARGETS]
    if len(targets) > 1:
        raise Fault("has both `target` and `labels`; keep the one that is the target and rename the other")
    split = positional.index(targets[0]) if targets else len(positional)
    if split == 0:
        before = f" before `{targets[0]}`" if targets else ""
        raise Fault(f"has no prediction{before}; make it the first positional argument")
    ahead, target, behind = positional[:split], positional[split : split + 1], positional[split + 1 :]
    return {**dict.fromkeys(ahead, "prediction"), **dict.fromkeys(target, "target"), **dict.fromkeys(behind, "other")}


def _read_argument(parameter: inspect.Parameter, role: Role, annotation: object) -> Argument:
    name, default = parameter.name, parameter.default
    if (fault := name_fault(name, _NOT_AN_ARGUMENT)) is not None:
        raise Fault(f"the argument {fault}")
    domain = _domain_of(annotation)
    if domain is None:
        raise Fault(f"argument `{name}` has no domain; annotate it, for example `{name}: Real`")
    if (fault := _axes_fault(domain)) is not None:
        raise Fault(f"argument `{name}` {fault}")
    if role == "hyper":
        return Argument(name, domain, role, _read_default(name, domain, default))
    if default is not parameter.empty:
        raise Fault(f"positional argument `{name}` has a default; put hyper-parameters behind a `*`")
    if role == "prediction" and not domain.differentiable:
        where = domain.describe(name)
        raise Fault(f"no derivative by prediction `{name}` exists on its domain {where}; give it an interval")
    return Argument(name, domain, role)


def _axes_fault(domain: Domain) -> str | None:
    axes = [axis.name for axis in (*domain.axes, *domain.places)]
    if (domain.simplex or domain.name == "label") and not axes:
        return f"has no axis; write {'Simplex' if domain.simplex else 'Label'}[K] with an axis K"
    if domain.name == "label" and domain.axes:
        return f"is a label over {' and '.join(axes)}; a label is one place on one axis, such as Label[K]"
    if odd := next((name for name in axes if not re.fullmatch("[A-Z]", name)), None):
        return f"has an axis called {odd!r}; its name is a capital letter"
    twice = len({axis.name for axis in domain.axes}) < len(domain.axes)
    return "has an axis twice; give each one a letter of its own" if twice else None


def _domain_of(annotation: object) -> Domain | None:
    """The domain in either spelling: ``Real``, or ``Annotated[Any, Real]`` for type checkers."""
    return next((part for part in (annotation, *get_args(annotation)) if isinstance(part, Domain)), None)


def _read_default(name: str, domain: Domain, default: object) -> float:
    if default is inspect.Parameter.empty:
        raise Fault(f"hyper-parameter `{name}` has no default; give it one")
    if isinstance(default, bool) or not isinstance(default, int | float):
        raise Fault(f"the default of `{name}` is {default!r}; a default is a Python number")
    if not domain.contains(default):
        raise Fault(f"the default of `{name}` is {default!r}, outside its domain {domain.describe(name)}")
    return float(default)
