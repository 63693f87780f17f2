"""Domains and conditions as people type them: ``positive``, ``[0, 1)``, ``a > b >= 0``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from symloss.codegen.domain import Binary, Count, Domain, Interval, NonNegative, Positive, Real, Sign, Unit
from symloss.codegen.errors import DeriveError
from symloss.codegen.parsing import quoted
from symloss.codegen.reading import read_comparisons
from symloss.codegen.space import Condition
from symloss.codegen.vocabulary import nearest

__all__ = ["read_conditions", "read_domain"]

DOMAINS: Mapping[str, Domain] = {d.name: d for d in (Real, Positive, NonNegative, Unit, Binary, Sign, Count)}
EXAMPLES = '"[0, 1]" or "(0, oo)"'

_NUMBER = r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3}|/[0-9]{1,40})?"
_INTERVAL = re.compile(rf"([\[(])\s*({_NUMBER}|[+-]?(?:oo|inf))\s*,\s*({_NUMBER}|[+-]?(?:oo|inf))\s*([\])])")
_LARGEST = Fraction(2) ** 1024


def read_domain(name: str, given: object) -> Domain:
    """The domain that `given` is or spells: a `Domain`, one of the words of `DOMAINS`, or an interval."""
    if isinstance(given, Domain):
        return given
    if not isinstance(given, str):
        raise DeriveError(f"the domain of `{name}` is a text such as real or {EXAMPLES}, got {type(given).__name__}")
    text = given.strip()
    if text.lower() in DOMAINS:
        return DOMAINS[text.lower()]
    found = _INTERVAL.fullmatch(text)
    if found is None:
        known = ", ".join(DOMAINS)
        advice = nearest(text, DOMAINS) if text.isascii() else ""
        raise DeriveError(f"`{name}`: {quoted(text)} is no domain; it is one of {known}, or {EXAMPLES}{advice}")
    try:
        return _interval(*found.groups())
    except ValueError as error:
        raise DeriveError(f"`{name}`: {quoted(text)} is no domain: {error}") from None


def _interval(left: str, low: str, high: str, right: str) -> Domain:
    lower, upper = _end(low), _end(high)
    if lower is None and not low.startswith("-"):
        raise ValueError("it starts at infinity; the lower end is -oo or a number")
    if upper is None and high.startswith("-"):
        raise ValueError("it ends at minus infinity; the upper end is oo or a number")
    if (lower is None and left == "[") or (upper is None and right == "]"):
        raise ValueError("infinity is no number; the bracket beside it is a round one")
    if lower is not None and upper is not None and lower >= upper:
        what = "reversed; the smaller end comes first" if lower > upper else "empty or a single point"
        raise ValueError(f"it is {what}")
    domain = replace(Interval(None, None), lower=lower, upper=upper)
    return replace(domain, lower_closed=left == "[", upper_closed=right == "]").recognised


def _end(text: str) -> Fraction | None:
    if text.lstrip("+-") in ("oo", "inf"):
        return None
    try:
        value = Fraction(text)
    except ZeroDivisionError:
        raise ValueError(f"{text} divides by zero") from None
    if abs(value) >= _LARGEST:
        raise ValueError(f"{text} lies beyond what float64 can hold")
    return value


def read_conditions(given: str | Iterable[str], names: Iterable[str]) -> tuple[Condition, ...]:
    """The conditions that texts spell, over variables `names`; chains and ``and`` are several."""
    texts = (given,) if isinstance(given, str) else given
    if not isinstance(texts, Iterable):
        raise DeriveError(f"a condition is a text such as a > b, got {type(given).__name__}")
    known = dict.fromkeys(names)
    return tuple(condition for text in texts for condition in _conditions(text, known))


def _conditions(text: object, known: Mapping[str, object]) -> Iterator[Condition]:
    if not isinstance(text, str):
        raise DeriveError(f"a condition is a text such as a > b, got {type(text).__name__}")
    for sign, left, right in read_comparisons(text):
        if sign in ("==", "!="):
            advice = "put one side in the place of the other" if sign == "==" else "it takes no region away"
            raise DeriveError(f"{quoted(text)}: {sign} is no condition for a region; {advice}")
        lower, upper = (right, left) if sign in (">", ">=") else (left, right)
        stranger = min((lower.variables | upper.variables) - set(known), default=None)
        if stranger is not None:
            raise DeriveError(f"{quoted(text)}: `{stranger}` has no domain{nearest(stranger, known)}")
        if not lower.variables | upper.variables:
            raise DeriveError(f"{quoted(text)}: names no variable; write a condition such as a > b")
        yield Condition(" ".join(text.split()), lower, upper, sign in ("<", ">"))
