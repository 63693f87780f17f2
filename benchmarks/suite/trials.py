"""One random formula under the engine: its value and a derivative, each with a verdict and what it took."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from flint import arb

from suite.limits import LimitError, limited
from suite.referee import Point, read
from suite.wild import Wild
from symloss.codegen import DeriveError, derive
from symloss.codegen.api import Formula
from symloss.codegen.derivation import PROMISED_ULPS, Error

__all__ = ["FAILURES", "VERDICTS", "Outcome", "tried"]

FAILURES = ("worse", "different", "slow", "crash")
VERDICTS = ("good", "unfinished", "refused", *FAILURES)

POINTS = 6
EQUAL = arb(2) ** -83  # 25 digits
RESOLVED = 16.0  # ulps of float64, where a step need not be an identity
NOTHING = arb(2) ** -1100  # below the least float64
NOTICED_BITS, NOTICED_RATIO = 0.25, 2.0  # by how much an error is larger than the naive form's before it is worse
CORE = 1e100  # results of code up to here are finite if the form is good


@dataclass(frozen=True)
class Outcome:
    """What came of one output of a formula: `verdict` is one of `VERDICTS`, `detail` says why.

    It was compared with the truth at `compared` points; `rounded` says that it is no identity, only near enough.
    """

    number: int
    output: str
    formula: str
    verdict: str
    detail: str = ""
    stable: str = ""
    seconds: float = 0.0
    compared: int = 0
    rounded: bool = False


def tried(wild: Wild, limit: float) -> Iterator[Outcome]:
    """The outcome of the value, then that of the derivative if there is a value to differentiate."""
    program = read(wild.text, tuple(wild.domains))
    points = wild.points(POINTS)
    value, outcome = _attempt(
        wild, "value", limit, lambda: derive(wild.text, assume=wild.assume, variables=wild.domains)
    )
    yield outcome if value is None else _judged(outcome, value, points, [program.value(p) for p in points])
    by = wild.by
    if value is None or by is None:
        return
    slope, outcome = _attempt(wild, f"by {by}", limit, lambda: value.gradient(by))
    yield outcome if slope is None else _judged(outcome, slope, points, [program.slope(p, by) for p in points])


def _attempt(wild: Wild, output: str, limit: float, make: Callable[[], Formula]) -> tuple[Formula | None, Outcome]:
    where = ", ".join((*(f"{name}={domain}" for name, domain in wild.domains.items()), *wild.assume))
    outcome = Outcome(wild.number, output, f"{wild.text}  where {where}", "unfinished")
    start = time.perf_counter()

    def over(verdict: str, detail: str) -> tuple[None, Outcome]:
        return None, replace(outcome, verdict=verdict, detail=detail, seconds=time.perf_counter() - start)

    try:
        with limited(limit):
            formula = make()
            seconds = time.perf_counter() - start
            formula.compile("numpy")
    except DeriveError as error:
        return over("refused", str(error))
    except LimitError as error:
        return over("slow", str(error))
    except Exception as error:  # noqa: BLE001 - whatever breaks in the engine is what is looked for
        return over("crash", f"{type(error).__name__}: {error} ({_place(error)})"[:300])
    return formula, replace(outcome, stable=formula.stable, seconds=seconds)


def _place(error: Exception) -> str:
    """The last line of the toolkit in the traceback."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "codegen" in Path(f.filename).parts]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "outside the toolkit"


def _judged(outcome: Outcome, formula: Formula, points: Sequence[Point], truths: Sequence[arb]) -> Outcome:
    """The outcome with a verdict on the form that was found."""
    known = [(point, truth) for point, truth in zip(points, truths, strict=True) if truth.is_finite()]
    form = read(formula.stable, tuple(formula.space))
    off = [(_relative(form.value(point), truth), point) for point, truth in known]
    distance, point = max(off, default=(arb(0), {}), key=lambda pair: float(pair[0].mid()))
    outcome = replace(outcome, compared=len(known), rounded=not distance < EQUAL)
    derivation = formula.derivation
    exact = all(step.kind in ("rule", "guard") for step in derivation.steps)
    stated = max(error.stated_ulps for error in derivation.after if error.dtype == "float64")
    allowed = EQUAL if exact else arb(max(RESOLVED, 2 * stated)) * 2**-52
    if not distance < allowed:
        return replace(outcome, verdict="different", detail=f"off by {float(distance.mid()):.1g} at {_shown(point)}")
    before, after = "; ".join(map(_measured, derivation.before)), "; ".join(map(_measured, derivation.after))
    if not formula.good and _worse(derivation.before, derivation.after):
        return replace(outcome, verdict="worse", detail=f"{before} -> {after}")
    if not formula.good:
        return replace(outcome, detail=after)
    return _run(replace(outcome, verdict="good"), formula, known)


def _relative(found: arb, truth: arb) -> arb:
    if not found.is_finite():
        return arb(1) if truth != 0 else arb(0) if found.is_nan() and truth == 0 else arb(1)
    if abs(truth) < NOTHING:
        return arb(0) if abs(found) < 2 * NOTHING else arb(1)
    return abs(found - truth) / abs(truth)


def _worse(before: Sequence[Error], after: Sequence[Error]) -> bool:
    """Whether some figure of an error has grown and none has shrunk."""
    pairs = list(zip(before, after, strict=True))
    return any(_above(a, b) for b, a in pairs) and not any(_above(b, a) for b, a in pairs)


def _above(one: Error, other: Error) -> bool:
    return (
        one.broken > other.broken
        or one.average_bits > other.average_bits + NOTICED_BITS
        or one.worst_ulps > max(PROMISED_ULPS, NOTICED_RATIO * other.worst_ulps)
    )


def _measured(error: Error) -> str:
    return f"{error.dtype} {error.average_bits:.2f} bits, {error.worst_ulps:.3g} ulp, {error.broken} not finite"


def _run(outcome: Outcome, formula: Formula, known: Sequence[tuple[Point, arb]]) -> Outcome:
    """What the code of a good form gives at the points, held to what its form promises and what libraries add."""
    function = formula.compile("numpy")
    for point, truth in known:
        if not 1 / CORE < abs(truth) < CORE:
            continue
        try:
            with np.errstate(all="ignore"):
                got = float(function(*(np.float64(point[name]) for name in formula.space)))
        except Exception as error:  # noqa: BLE001 - code that breaks is looked for as well
            return replace(outcome, verdict="crash", detail=f"the code: {type(error).__name__}: {error}")
        if not np.isfinite(got):
            return replace(outcome, verdict="different", detail=f"the code gives {got} at {_shown(point)}")
    return outcome


def _shown(point: Point) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in point.items())
