"""The words that a definition file imports: domains for arguments, and `loss`, which reads a formula.

Everything that a definition can get wrong is found here, where it is written, as one clear line.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any, get_args, overload

from symloss.codegen.definition import LIBRARIES, Argument, DefinitionError, Loss, Role, collected, name_fault
from symloss.codegen.domain import Binary, Count, Domain, Interval, NonNegative, Positive, Real, Sign, Unit

if TYPE_CHECKING:  # a definition file brings SymPy with it
    import sympy

__all__ = ["Binary", "Count", "Interval", "NonNegative", "Positive", "Real", "Sign", "Unit", "loss"]

TARGETS = ("target", "labels")
TRIES = 12  # points at which a formula is evaluated: one that is wrong on half of them slips through once in 4096

# What generated functions take beside the definition's own arguments, what the frameworks call theirs,
# and attributes of nn.Module and of Keras' Loss that a hyper-parameter of that name would overwrite.
# fmt: off
_NOT_AN_ARGUMENT = LIBRARIES | {
    "reduction", "wrt", "validate", "dtype", "name", "self", "cls", "ctx", "y_true", "y_pred", "out", "upstream",
    "sample_weight", "mask", "axis", "training", "forward", "backward", "call", "apply", "train", "to", "cpu", "cuda",
    "half", "double", "parameters", "buffers", "modules", "children", "state_dict", "get_config", "from_config",
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
    except _Fault as fault:
        line = fault.line or function.__code__.co_firstlineno
        place = f"{function.__code__.co_filename}:{line}"
        raise DefinitionError(place, function.__name__, fault.message) from fault.__cause__
    if (losses := collected.get()) is not None:
        losses.append(result)
    return result


class _Fault(Exception):  # noqa: N818 - never seen outside: `loss` adds place and name
    """What is wrong with a definition, and what would be right; `line` where that is not the definition's first."""

    def __init__(self, message: str, line: int | None = None) -> None:
        self.message, self.line = message, line


def _read(function: Callable[..., Any], reference: str | None) -> Loss:
    name, docstring = function.__name__, inspect.getdoc(function)
    if (fault := name_fault(name)) is not None:
        raise _Fault(f"the loss {fault}")
    if name[0].isupper():
        raise _Fault(f"the loss name `{name}` is what its class would be called; start it with a small letter")
    if not docstring:
        raise _Fault("has no docstring; say in a sentence what the loss measures")
    if any(character < " " for character in docstring.replace("\n", " ")):
        raise _Fault("has a docstring with a control character, which no source file may hold; take it out")
    arguments = _read_arguments(function)
    expression = _read_formula(function, arguments)
    _try_formula(expression, arguments)
    filename, line = function.__code__.co_filename, function.__code__.co_firstlineno
    return Loss(name, Path(filename).stem, arguments, expression, docstring, reference, f"{filename}:{line}")


def _read_arguments(function: Callable[..., Any]) -> tuple[Argument, ...]:
    try:
        annotations = inspect.get_annotations(function, eval_str=True)
    except Exception as error:  # text annotations are run here, and may raise anything
        raise _Fault(f"an annotation cannot be read: {type(error).__name__}: {error}") from error
    parameters = inspect.signature(function).parameters.values()
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            written = str(parameter).split(":")[0]
            raise _Fault(f"`{written}` takes any number of arguments; name each one and give it a domain")
    roles = _roles([p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)])
    return tuple(_read_argument(p, roles.get(p.name, "hyper"), annotations.get(p.name)) for p in parameters)


def _roles(positional: list[str]) -> dict[str, Role]:
    """Predictions stand before the target, others behind it."""
    targets = [name for name in positional if name in TARGETS]
    if len(targets) > 1:
        raise _Fault("has both `target` and `labels`; keep the one that is the target and rename the other")
    split = positional.index(targets[0]) if targets else len(positional)
    if split == 0:
        raise _Fault("has no prediction; make it the first positional argument")
    before, target, behind = positional[:split], positional[split : split + 1], positional[split + 1 :]
    return {**dict.fromkeys(before, "prediction"), **dict.fromkeys(target, "target"), **dict.fromkeys(behind, "other")}


def _read_argument(parameter: inspect.Parameter, role: Role, annotation: object) -> Argument:
    name, default = parameter.name, parameter.default
    if (fault := name_fault(name, _NOT_AN_ARGUMENT)) is not None:
        raise _Fault(f"the argument {fault}")
    domain = _domain_of(annotation)
    if domain is None:
        raise _Fault(f"argument `{name}` has no domain; annotate it, for example `{name}: Real`")
    if role == "hyper":
        return Argument(name, domain, role, _read_default(name, domain, default))
    if default is not parameter.empty:
        raise _Fault(f"positional argument `{name}` has a default; put hyper-parameters behind a `*`")
    if role == "prediction" and not domain.differentiable:
        where = domain.describe(name)
        raise _Fault(f"no derivative by prediction `{name}` exists on its domain {where}; give it an interval")
    return Argument(name, domain, role)


def _domain_of(annotation: object) -> Domain | None:
    """The domain in either spelling: ``Real``, or ``Annotated[Any, Real]`` for type checkers."""
    return next((part for part in (annotation, *get_args(annotation)) if isinstance(part, Domain)), None)


def _read_default(name: str, domain: Domain, default: object) -> float:
    if default is inspect.Parameter.empty:
        raise _Fault(f"hyper-parameter `{name}` has no default; give it one")
    if isinstance(default, bool) or not isinstance(default, int | float):
        raise _Fault(f"the default of `{name}` is {default!r}; a default is a Python number")
    if not domain.contains(default):
        raise _Fault(f"the default of `{name}` is {default!r}, outside its domain {domain.describe(name)}")
    return float(default)


def _read_formula(function: Callable[..., Any], arguments: tuple[Argument, ...]) -> sympy.Expr:
    """What the function's body makes of symbols, if that is one value made of nothing else."""
    from sympy import Expr  # noqa: PLC0415 - see above

    positional = [a.symbol for a in arguments if a.role != "hyper"]
    try:
        value = function(*positional, **{a.name: a.symbol for a in arguments if a.role == "hyper"})
    except Exception as error:  # the formula is its author's, and may raise anything
        here = function.__code__.co_filename
        lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == here]
        raise _Fault(f"raises {type(error).__name__}: {error}", lines[-1] if lines else None) from error
    if value is None:
        raise _Fault("returns nothing; `return` the formula")
    if not isinstance(value, Expr):
        raise _Fault(f"returns a value of type {type(value).__name__}; return a SymPy expression of its arguments")
    symbols = {a.symbol for a in arguments}
    stranger = min(value.free_symbols - symbols, key=str, default=None)
    if stranger is not None and str(stranger) in {a.name for a in arguments}:
        raise _Fault(f"`{stranger}` is a symbol of the file's own; use the argument of that name")
    if stranger is not None:
        raise _Fault(f"free symbol `{stranger}` is no argument; add it to the signature with a domain")
    if value.free_symbols.isdisjoint(a.symbol for a in arguments if a.role == "prediction"):
        raise _Fault(f"the value `{value}` does not depend on a prediction; a loss has a derivative by one")
    return value


def _try_formula(expression: sympy.Expr, arguments: tuple[Argument, ...]) -> None:
    """A loss is a real number on its domain: evaluate it at points inside."""
    from sympy import Rational, nan  # noqa: PLC0415 - see above
    from sympy.core.function import AppliedUndef  # noqa: PLC0415

    if expression.has(AppliedUndef):
        return  # `Function("f")(x)` has no values to look at: the table of kernels does not know it, and says so
    poles = 0
    generator = random.Random(0)  # the same points in every run
    for _ in range(TRIES):
        point = {a.symbol: Rational(generator.choice(a.domain.samples)) for a in arguments}
        where = ", ".join(f"{symbol} = {float(number):g}" for symbol, number in point.items())
        try:
            value = expression.xreplace(point).evalf(20)
        except (TypeError, ValueError) as error:  # SymPy does not order complex numbers: Max(0, log(-1))
            raise _Fault(f"is complex in a comparison at {where}; narrow the domains of its arguments") from error
        imaginary = value.as_real_imag()[1]
        if imaginary.is_Float and abs(imaginary) > abs(value) * 1e-12:
            raise _Fault(f"is complex, not real, at {where}; narrow the domains of its arguments")
        if value is nan and 0 not in point.values():  # 0 log 0 is 0 in a definition, and NaN in SymPy
            raise _Fault(f"has no value at {where}; cover the whole domain of its arguments")
        poles += bool(value.is_infinite)
    if poles == TRIES:
        raise _Fault("is infinite wherever it was tried; a loss is a finite number inside its domain")
