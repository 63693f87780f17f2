"""What a user of each array library calls: names, order, reductions and dtype rules, as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from symloss.codegen.definition import Argument, DefinitionError, Loss, Role
from symloss.codegen.domain import Axis, Domain

__all__ = ["FRAMES", "Face", "Frame", "Parameter", "face_of"]

CLOSED = {(True, True): "both", (True, False): "left", (False, True): "right", (False, False): "neither"}


@dataclass(frozen=True)
class Frame:
    """The habits of one backend, the same for all its losses.

    `template` is the folder of its templates, `library` the import line of the array library,
    `annotation` the type of its arrays and `array` what documentation calls one.
    `order` and `names` say, for a loss with a target, how roles are ordered and what they are called;
    where they are empty, and for a loss without a target, the definition's order and names stay.
    `reductions` maps each reduction to its meaning, the default first; `axis` is what the argument is called that says
    where a named axis stands, `ignored` the one of the label whose samples do not count.
    """

    backend: str
    template: str
    library: str
    annotation: str
    array: str
    order: tuple[Role, ...]
    names: Mapping[Role, str]
    reductions: Mapping[str, str]
    dtypes: str
    empty: str
    reserved: frozenset[str]
    axis: str = "axis"
    default_axis: int = -1
    ignored: str = "ignore_index"
    default_ignored: int | None = None

    @property
    def default_reduction(self) -> str:
        return next(iter(self.reductions))


@dataclass(frozen=True)
class Parameter:
    """One argument as a user sees it; `source` is its name in the definition."""

    name: str
    source: str
    role: Role
    domain: Domain
    default: float | None

    @property
    def range(self) -> str:
        """The domain for documentation: ``real``, ``0 < delta``, ``labels in {0, 1}``."""
        return self.domain.describe(self.name) if self.bounded else "real"

    @property
    def shape(self) -> str:
        """The named axes for documentation: ``of shape (..., N, D)``."""
        return f" of shape (..., {', '.join(axis.name for axis in self.domain.axes)})" if self.domain.axes else ""

    @property
    def condition(self) -> str:
        """What stands after "must" in an error message: ``satisfy 0 < delta``."""
        return f"satisfy {self.domain.describe(self.name)}" if self.bounded else "be finite"

    @property
    def closed(self) -> str:
        """Which ends belong to the domain: both, left, right or neither."""
        return CLOSED[self.domain.lower_closed, self.domain.upper_closed]

    @property
    def bounded(self) -> bool:
        return bool(self.domain.values) or self.domain.lower is not None or self.domain.upper is not None

    @property
    def whole(self) -> bool:
        return self.domain.exact and not self.domain.values and not self.domain.places


@dataclass(frozen=True)
class Option:
    """An argument of a loss over axes that its definition does not name; `meaning` is for documentation."""

    name: str
    annotation: str
    default: int | None
    meaning: str


@dataclass(frozen=True)
class Face:
    """One loss as one backend shows it: `parameters` in the user's order, arrays before hyper-parameters."""

    frame: Frame
    function: str
    class_name: str
    parameters: tuple[Parameter, ...]
    definition_order: tuple[str, ...]

    @property
    def arrays(self) -> tuple[Parameter, ...]:
        return tuple(p for p in self.parameters if p.role != "hyper")

    @property
    def hypers(self) -> tuple[Parameter, ...]:
        return tuple(p for p in self.parameters if p.role == "hyper")

    @property
    def axis(self) -> Axis | None:
        """The one named axis, of which users may say where it stands; nothing where there is none, or more."""
        axes = {axis.name: axis for p in self.parameters for axis in (*p.domain.axes, *p.domain.places)}
        return next(iter(axes.values())) if len(axes) == 1 else None

    @property
    def over_axes(self) -> bool:
        """Whether a loss is one of samples, which named axes make up, and not of elements."""
        return any(p.domain.axes or p.domain.place_on for p in self.parameters)

    @property
    def reductions(self) -> Mapping[str, str]:
        """Each reduction and what it means for this loss, the default first."""
        if not self.over_axes:
            return self.frame.reductions
        return {name: OF_SAMPLES[name] for name in self.frame.reductions}

    @property
    def options(self) -> tuple[Option, ...]:
        """What users may say beside the definition's arguments: where an axis stands, which label does not count."""
        frame, axis = self.frame, self.axis
        options = []
        if axis:
            meaning = f"which axis is {axis.name}, that of the {axis.meaning}"
            options.append(Option(frame.axis, "int", frame.default_axis, meaning))
        if any(p.domain.place_on for p in self.parameters):
            options.append(Option(frame.ignored, "int | None", frame.default_ignored, IGNORED))
        return tuple(options)

    @property
    def target(self) -> Parameter | None:
        return next((p for p in self.parameters if p.role == "target"), None)

    @property
    def by_definition(self) -> tuple[Parameter, ...]:
        """The parameters in the definition's order."""
        return tuple(sorted(self.parameters, key=lambda p: self.definition_order.index(p.source)))

    @property
    def observed(self) -> tuple[Parameter, ...]:
        """What comes with a sample: the target, and what no model could learn, in the definition's order."""
        exact = (p for p in self.by_definition if p.role == "other" and not p.domain.differentiable)
        return tuple(filter(None, (self.target, *exact)))

    @property
    def outputs(self) -> tuple[Parameter, ...]:
        """What a model puts out: every other array, in the definition's order."""
        return tuple(p for p in self.by_definition if p.role != "hyper" and p not in self.observed)


MEAN = "the mean over all elements"
SUM = "the sum over all elements"
NONE = "the losses of the elements"
OF_SAMPLES: Mapping[str, str] = {
    "mean": "the mean over all samples",
    "sum": "the sum over all samples",
    "per_sample": "the losses of the samples",
    "none": "the losses of the samples",
}
IGNORED = (
    "a label of samples that do not count, whatever else they hold: their loss and gradient are 0, and a mean is that "
    "of the others, or 0 if there are none"
)
ROLES: tuple[Role, ...] = ("prediction", "target", "other")
CALL_NAMES = frozenset({"reduction", "validate", "wrt", "self"})

FRAMES: Mapping[str, Frame] = {
    frame.backend: frame
    for frame in (
        Frame(
            backend="numpy",
            template="numpy",
            library="import numpy as np",
            annotation="np.ndarray",
            array="array",
            order=(),
            names={},
            reductions={"mean": MEAN, "sum": SUM, "none": NONE},
            dtypes="Dtypes promote as in NumPy; lists and integers become float64, integer targets take the dtype of "
            "the others. float16 is computed in float32. Sums accumulate in float64.",
            empty="NaN",
            reserved=CALL_NAMES | {"np", "_support", "ArrayLike"},
        ),
        Frame(
            backend="torch",
            template="torch",
            axis="dim",
            default_axis=1,
            default_ignored=-100,
            library="import torch",
            annotation="torch.Tensor",
            array="tensor",
            order=ROLES,
            names={"prediction": "input", "target": "target"},
            reductions={"mean": MEAN, "sum": SUM, "none": NONE},
            dtypes="Dtypes promote as in PyTorch; predictions must be floating, targets may be integers. "
            "float16 and bfloat16 are computed in float32, and under autocast the result is float32. "
            "As in PyTorch's own losses, a mean is infinite where the sum overflows the dtype computed in.",
            empty="NaN",
            reserved=CALL_NAMES | {"torch", "_support"},
        ),
        Frame(
            backend="tf",
            template="tf",
            library="import tensorflow as tf",
            annotation="tf.Tensor",
            array="tensor",
            order=("target", "prediction", "other"),
            names={"prediction": "y_pred", "target": "y_true"},
            ignored="ignore_class",
            reductions={"per_sample": "the mean over the last axis", "mean": MEAN, "sum": SUM, "none": NONE},
            dtypes="Everything is cast to the dtype of the first prediction, which must be floating; "
            "float16 and bfloat16 are computed in float32. Sums accumulate in float64. "
            "TensorFlow flushes subnormal numbers to 0.",
            empty="0",
            reserved=CALL_NAMES | {"tf", "keras", "_support", "name", "dtype"},
        ),
    )
}


def face_of(loss: Loss, frame: Frame) -> Face:
    """How `frame` shows `loss`; DefinitionError where two arguments would share a name, or one hides something."""
    arrays = [a for a in loss.arguments if a.role != "hyper"]
    renamed = any(a.role == "target" for a in arrays) and bool(frame.order)
    if renamed:
        arrays.sort(key=lambda a: frame.order.index(a.role))
    names = shown_names(arrays, frame.names if renamed else {})
    hypers = [a for a in loss.arguments if a.role == "hyper"]
    names |= {a.name: a.name for a in hypers}
    for name, count in Counter(names.values()).items():
        if count > 1 or name in frame.reserved:
            message = (
                f"an argument would be called `{name}` in {frame.backend}, where the name is taken; choose another"
            )
            raise DefinitionError(loss.location, loss.name, message)
    return Face(
        frame=frame,
        function=loss.name,
        class_name=loss.class_name,
        parameters=tuple(Parameter(names[a.name], a.name, a.role, a.domain, a.default) for a in (*arrays, *hypers)),
        definition_order=tuple(a.name for a in loss.arguments),
    )


def shown_names(arrays: list[Argument], names: Mapping[Role, str]) -> dict[str, str]:
    """The user's name of each array: its role's, numbered where several share the role, else its own."""
    shares = Counter(a.role for a in arrays)
    seen: Counter[Role] = Counter()
    shown = {}
    for argument in arrays:
        seen[argument.role] += 1
        number = seen[argument.role] if shares[argument.role] > 1 else ""
        shown[argument.name] = f"{names[argument.role]}{number}" if argument.role in names else argument.name
    return shown
