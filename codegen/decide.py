"""Simplifications that the ranges of the arguments decide: signs, extremes, comparisons, choices and guards."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symloss.codegen.bounds import Ranges
from symloss.codegen.intervals import Range
from symloss.codegen.term import ONE, ZERO, Term, apply

__all__ = ["DECISIONS", "decided_choice"]

LEAST = 2.0**-100  # what is computed of numbers larger than this is not 0 in float32, whose least is 2**-149


def _sign(node: Term, ranges: Ranges) -> Term:
    (inner,) = node.arguments
    span = ranges(inner)
    if span.positive or span.negative:
        return ONE if span.positive else -ONE
    return -apply("sign", inner.arguments[0]) if inner.operation == "neg" else node


def _step(node: Term, ranges: Ranges) -> Term:
    span = ranges(node.arguments[0])
    return ONE if span.positive else ZERO if span.negative else node


def _extremum(node: Term, ranges: Ranges) -> Term:
    x, y = node.arguments
    gap = ranges.gap(x, y)
    if gap.nonnegative or x is y:
        return y if node.operation == "max" else x
    if gap.nonpositive:
        return x if node.operation == "max" else y
    return node


def decided_choice(node: Term) -> Term:
    """The branch that is taken wherever a choice has but one, or its condition is a number."""
    condition, then, otherwise = node.arguments
    if then is otherwise:
        return then
    if condition.is_number:
        return otherwise if condition is ZERO else then
    return node


def _comparison(node: Term, ranges: Ranges) -> Term:
    """A comparison that the gap between its sides decides; ``0 <= 0`` holds, ``0 < 0`` does not.

    Computed numbers may be equal that are not so exactly: exp(-x) is 0 in floats for large x.
    """
    x, y = node.arguments
    if x is y:
        return ZERO if node.operation == "lt" else ONE
    gap = ranges.gap(x, y)
    if node.operation == "eq":
        return ZERO if _away(gap, given=_given(x) and _given(y)) else node
    if gap.positive or (gap.nonnegative and node.operation == "le"):
        return ONE
    if gap.negative or (gap.nonpositive and node.operation == "lt"):
        return ZERO
    return node


def _is_zero(node: Term, ranges: Ranges) -> Term:
    """Decided where the argument is no number near 0, or one that is given: exp(-x) is not 0, but may be in floats."""
    (inner,) = node.arguments
    core = inner.arguments[0] if inner.operation == "neg" else inner
    if core is ZERO:
        return ONE
    return ZERO if _away(ranges(core), given=_given(core)) else apply("is_zero", core)


def _given(term: Term) -> bool:
    """Whether a number is not computed, so that it is what it is exactly."""
    return term.is_number or term.operation == "variable"


def _away(span: Range, *, given: bool) -> bool:
    """Whether what lies in `span` is no 0 in floats either."""
    return span.lower > LEAST or span.upper < -LEAST or (given and (span.positive or span.negative))


def _guarded(node: Term, ranges: Ranges) -> Term:
    """xlogy and its kin: signs outside, and the plain product where the first factor cannot be 0 with the others."""
    weight, *others = node.arguments
    if weight.operation == "neg":
        return -apply(node.operation, weight.arguments[0], *others)
    if weight is ZERO:
        return ZERO
    plain, least = _GUARDED[node.operation]
    spans = [ranges(other) for other in others]
    safe = all(span.lower > least or (span.positive and not least) for span in spans)
    if not (weight.is_number or ranges(weight).positive or ranges(weight).negative or safe):
        return node
    return weight * apply(plain, *others) if plain else weight / others[0]


# The factor beside the weight, and what its arguments must exceed for it to be finite.
_GUARDED: Mapping[str, tuple[str, int]] = {
    "xlogy": ("log", 0),
    "xlog1py": ("log1p", -1),
    "xlog_ratio": ("log_ratio", 0),
    "xdivy": ("", 0),
}


DECISIONS: Mapping[str, Callable[[Term, Ranges], Term]] = {
    "sign": _sign,
    "step": _step,
    "is_zero": _is_zero,
    "max": _extremum,
    "min": _extremum,
    "select": lambda node, _: decided_choice(node),
    "lt": _comparison,
    "le": _comparison,
    "eq": _comparison,
    **dict.fromkeys(_GUARDED, _guarded),
}
