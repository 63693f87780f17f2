"""What the toolkit makes of a few expressions, as text: to be compared between processes and machines."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

from symloss.codegen.analysis import gradient
from symloss.codegen.domain import Domain, Positive, Real, Unit
from symloss.codegen.notation import parse
from symloss.codegen.pipeline import generate
from symloss.codegen.space import Condition, Space
from symloss.codegen.stabilise import stable_form

EXPRESSIONS: Mapping[str, Mapping[str, Domain]] = {
    "-(w*z*log(1/(1 + exp(-x))) + (1 - z)*log(1 - 1/(1 + exp(-x))))": {"x": Real, "z": Unit, "w": Positive},
    "s**2*(sqrt(1 + ((p - t)/s)**2) - 1)": {"p": Real, "t": Real, "s": Positive},
    "log(cosh(p - t))": {"p": Real, "t": Real},
    "y*log(y/p) - y + p": {"y": Positive, "p": Positive},
    "log(exp(a) - exp(b))": Space({"a": Real, "b": Real}, (Condition.of(parse("b < a")),)),
    "sqrt(x**2 - y**2)/(x*y)": Space({"x": Real, "y": Real}, (Condition.of(parse("abs(y) < x")),)),
}


# Environments that stand for other machines.
OTHERS = ({"PYTHONHASHSEED": "7"}, {"PYTHONHASHSEED": "0", "NPY_DISABLE_CPU_FEATURES": "widest"})


@cache
def outcome() -> str:
    """The stable forms of the expressions and of their first derivatives, with steps and measured errors."""
    lines = []
    for text, domains in EXPRESSIONS.items():
        naive = parse(text)
        value = stable_form(naive, domains)
        name = next(iter(domains))
        slope = gradient(value, name, domains)
        lines += [repr((d.stable, d.steps, d.before, d.after, d.asides)) for d in (value, slope)]
    return "\n".join(lines)


def fresh(call: str, environment: Mapping[str, str]) -> str:
    """What a call of this module prints in a process of its own.

    `NPY_DISABLE_CPU_FEATURES=widest` stands for whatever NumPy found here beyond its baseline.
    """
    settings = dict(environment)
    if settings.get("NPY_DISABLE_CPU_FEATURES") == "widest":
        settings["NPY_DISABLE_CPU_FEATURES"] = " ".join(found_features())
    code = f"from outcomes import *; print({call}, end='')"
    here = Path(__file__).resolve().parent
    paths = {"PYTHONPATH": str(here), "PYTHONWARNINGS": "ignore"}
    environ = {**os.environ, **paths, **settings}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    return done.stdout


def found_features() -> list[str]:
    """The processor features that NumPy would use beyond those that it always needs."""
    features = np.show_config(mode="dicts")
    return list(features["SIMD Extensions"].get("found", ())) if isinstance(features, dict) else []


def texts(defs: str, out: str, jobs: int) -> str:
    """Every text that the toolkit would write for a folder of definitions, by a digest."""
    files = generate(Path(defs), Path(out), (), jobs, lambda *_: None).files
    return "\n".join(f"{name} {hashlib.sha256(text.encode()).hexdigest()}" for name, text in files.items())
