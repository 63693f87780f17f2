"""A few losses with bodies written by hand for all three backends, as lowering gives them.

The tests of the frames render them into packages and run those.
"""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import dataclass
from itertools import combinations_with_replacement
from pathlib import Path
from types import ModuleType

import sympy

from symloss.codegen.definition import Argument, Loss
from symloss.codegen.domain import Binary, NonNegative, Positive, Real, Sign, Unit
from symloss.codegen.face import FRAMES
from symloss.codegen.program import Bodies, Body
from symloss.codegen.render import Function, Module, render_module, render_package, render_support

SPELLINGS = {
    "numpy": {"LIB": "np", "LOG": "np.log", "SIGMOID": "_support.sigmoid", "SOFTPLUS": "_support.softplus"},
    "torch": {"LIB": "torch", "LOG": "torch.log", "SIGMOID": "torch.sigmoid", "SOFTPLUS": "_support.softplus"},
    "tf": {"LIB": "tf", "LOG": "tf.math.log", "SIGMOID": "tf.sigmoid", "SOFTPLUS": "tf.math.softplus"},
}

HELPERS: dict[str, tuple[str, ...]] = {
    "numpy": (
        '''
def softplus(x: np.ndarray) -> np.ndarray:
    """log(1 + exp(x))."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
''',
        '''
def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x))."""
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))
''',
    ),
    "torch": (
        '''
def softplus(x: Tensor) -> Tensor:
    """log(1 + exp(x))."""
    return -torch.nn.functional.logsigmoid(-x)
''',
    ),
    "tf": (),
}


@dataclass(frozen=True)
class Handmade:
    """A loss and its formulas; `lines` precede every one of them that uses what they define."""

    loss: Loss
    value: str
    partials: dict[str, str]
    second: dict[tuple[str, str], str]
    lines: tuple[str, ...] = ()

    def bodies(self, backend: str) -> Bodies:
        partials = {by: self.body(backend, text) for by, text in self.partials.items()}
        fused = {by: self.body(backend, self.value, text) for by, text in self.partials.items()}
        second = {pair: self.body(backend, text) for pair, text in self.second.items()}
        return Bodies(self.body(backend, self.value), partials, fused, second)

    def body(self, backend: str, *results: str) -> Body:
        lines = tuple(line for line in self.lines if line.split()[0] in words(*results))
        used = words(*results, *lines)
        parameters = tuple(a.name for a in self.loss.arguments if a.name in used)
        return Body(parameters, *(tuple(spelled(text, backend) for text in texts) for texts in (lines, results)))


def words(*texts: str) -> set[str]:
    return set(re.findall(r"\w+", " ".join(texts)))


def spelled(text: str, backend: str) -> str:
    return re.sub("LIB|LOG|SIGMOID|SOFTPLUS", lambda match: SPELLINGS[backend][match[0]], text)


def loss(name: str, docstring: str, *arguments: Argument, citation: str | None = None) -> Loss:
    return Loss(name, "handmade", arguments, sympy.S.Zero, docstring, None, "defs/handmade.py:1", citation)


PREDICTION, TARGET = Argument("prediction", Real, "prediction"), Argument("target", Real, "target")
OUTSIDE = "LIB.sign(LIB.maximum(LIB.abs(residual) - delta, LIB.zeros_like(delta)))"

HUBER = Handmade(
    loss(
        "huber",
        "Quadratic for residuals up to `delta`, linear beyond.",
        PREDICTION,
        TARGET,
        Argument("delta", Positive, "hyper", 1.0),
        citation="Huber (1964), Robust estimation of a location parameter",
    ),
    "clipped * (LIB.abs(residual) - 0.5 * clipped)",
    {
        "prediction": "LIB.sign(residual) * clipped",
        "target": "-LIB.sign(residual) * clipped",
        "delta": "LIB.maximum(LIB.abs(residual) - delta, LIB.zeros_like(delta))",
    },
    {
        ("prediction", "prediction"): f"1 - {OUTSIDE}",
        ("prediction", "target"): f"{OUTSIDE} - 1",
        ("prediction", "delta"): f"LIB.sign(residual) * {OUTSIDE}",
        ("target", "target"): f"1 - {OUTSIDE}",
        ("target", "delta"): f"-LIB.sign(residual) * {OUTSIDE}",
        ("delta", "delta"): f"-{OUTSIDE}",
    },
    ("residual = prediction - target", "clipped = LIB.minimum(LIB.abs(prediction - target), delta)"),
)

GAUSSIAN = Handmade(
    loss(
        "gaussian_nll",
        "Negative log-density of a Gaussian, without its constant.\n\nThe variance is predicted as well.",
        PREDICTION,
        TARGET,
        Argument("variance", Positive, "other"),
    ),
    "0.5 * (LOG(variance) + scaled * residual)",
    {
        "prediction": "residual / variance",
        "target": "-residual / variance",
        "variance": "0.5 * (1 / variance - scaled * scaled)",
    },
    {
        ("prediction", "prediction"): "1 / variance",
        ("prediction", "target"): "-1 / variance",
        ("prediction", "variance"): "-scaled / variance",
        ("target", "target"): "1 / variance",
        ("target", "variance"): "scaled / variance",
        ("variance", "variance"): "scaled * scaled / variance - 0.5 / (variance * variance)",
    },
    ("residual = prediction - target", "scaled = (prediction - target) / variance"),
)

GAN = Handmade(
    loss("gan_real", "The non-saturating term of real samples.", Argument("score", Real, "prediction")),
    "SOFTPLUS(-score)",
    {"score": "-SIGMOID(-score)"},
    {("score", "score"): "SIGMOID(score) * SIGMOID(-score)"},
)

SOFT_MARGIN = Handmade(
    loss("soft_margin", "Logistic loss of a sign.", PREDICTION, Argument("target", Sign, "target")),
    "SOFTPLUS(-target * prediction)",
    {"prediction": "-target * SIGMOID(-target * prediction)"},
    {("prediction", "prediction"): "SIGMOID(prediction) * SIGMOID(-prediction)"},
)

WEIGHTED = Handmade(
    loss(
        "weighted_sigmoid_cross_entropy",
        "Cross-entropy of a label under a Bernoulli with that logit; positives weigh `pos_weight`.",
        Argument("logits", Real, "prediction"),
        Argument("labels", Unit, "target"),
        Argument("pos_weight", Positive, "hyper", 1.0),
    ),
    "pos_weight * labels * SOFTPLUS(-logits) + (1 - labels) * SOFTPLUS(logits)",
    {
        "logits": "(1 - labels) * SIGMOID(logits) - pos_weight * labels * SIGMOID(-logits)",
        "labels": "pos_weight * SOFTPLUS(-logits) - SOFTPLUS(logits)",
        "pos_weight": "labels * SOFTPLUS(-logits)",
    },
    {
        ("logits", "logits"): "(1 - labels + pos_weight * labels) * SIGMOID(logits) * SIGMOID(-logits)",
        ("logits", "labels"): "-SIGMOID(logits) - pos_weight * SIGMOID(-logits)",
        ("logits", "pos_weight"): "-labels * SIGMOID(-logits)",
        ("labels", "labels"): "0.0",
        ("labels", "pos_weight"): "SOFTPLUS(-logits)",
        ("pos_weight", "pos_weight"): "0.0",
    },
)

MARGIN_RANKING = Handmade(
    loss(
        "margin_ranking",
        "How far `first` is from leading `second` by `margin`, or the reverse where `target` is -1.",
        Argument("first", Real, "prediction"),
        Argument("second", Real, "prediction"),
        Argument("target", Sign, "target"),
        Argument("margin", NonNegative, "hyper", 0.0),
    ),
    "LIB.maximum(gap, LIB.zeros_like(gap))",
    {
        "first": "-target * LIB.sign(LIB.maximum(gap, LIB.zeros_like(gap)))",
        "second": "target * LIB.sign(LIB.maximum(gap, LIB.zeros_like(gap)))",
        "margin": "LIB.sign(LIB.maximum(gap, LIB.zeros_like(gap)))",
    },
    dict.fromkeys(combinations_with_replacement(("first", "second", "margin"), 2), "0.0"),
    ("gap = margin - target * (first - second)",),
)

CENSORED = Handmade(
    loss(
        "exponential_nll",
        "Negative log-likelihood of a time, and of a time that none came before where `event` is 0.",
        Argument("rate", Positive, "prediction"),
        Argument("target", Positive, "target"),
        Argument("event", Binary, "other"),
    ),
    "rate * target - event * LOG(rate)",
    {"rate": "target - event / rate", "target": "rate"},
    {("rate", "rate"): "event / (rate * rate)", ("rate", "target"): "1.0", ("target", "target"): "0.0"},
)

# Its value is an argument itself and its derivative a constant: no memory may be shared, no shape lost.
CRITIC = Handmade(
    loss("critic", "The score itself.", Argument("score", Real, "prediction")),
    "score",
    {"score": "1.0"},
    {("score", "score"): "0.0"},
)

ALL = (HUBER, GAUSSIAN, GAN, SOFT_MARGIN, WEIGHTED, MARGIN_RANKING, CENSORED, CRITIC)


def module(backend: str, losses: tuple[Handmade, ...] = ALL) -> Module:
    functions = tuple(Function(each.loss, each.bodies(backend), f"loss = {each.value}") for each in losses)
    return Module("handmade", "defs/handmade.py", "Losses written by hand.", functions)


def package(backend: str, folder: Path) -> ModuleType:
    """The rendered package, imported; its name holds the folder's, so that no two tests share one."""
    frame, name = FRAMES[backend], f"{folder.name}_{backend}"
    (folder / name).mkdir(parents=True)
    files = {
        "__init__.py": render_package((module(backend),), frame),
        "_support.py": render_support(frame, HELPERS[backend]),
        "handmade.py": render_module(module(backend), frame),
    }
    for file, text in files.items():
        (folder / name / file).write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))
