"""Where the variables of a formula live: a domain for each, and conditions between them."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from symloss.codegen.domain import Binary, Count, Domain, Interval, NonNegative, Positive, Real, Sign, Unit
from symloss.codegen.errors import DeriveError
from symloss.codegen.exact import balls
from symloss.codegen.parsing import quoted
from symloss.codegen.reading import read_comparisons
from symloss.codegen.term import Term
from symloss.codegen.vocabulary import nearest

__all__ = ["Condition", "Space", "inside", "read_conditions", "read_domain", "repaired", "spanned"]

DOMAINS: Mapping[str, Domain] = {d.name: d for d in (Real, Positive, NonNegative, Unit, Binary, Sign, Count)}
EXAMPLES = '"[0, 1]" or "(0, oo)"'
PRECISION = 160  # bits that decide a condition at a point
REPAIRS = 8  # times that a point is moved to where a condition holds

_NUMBER = r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,3}|/\d{1,40})?"
_INTERVAL = re.compile(rf"([\[(])\s*({_NUMBER}|[+-]?(?:oo|inf))\s*,\s*({_NUMBER}|[+-]?(?:oo|inf))\s*([\])])")
_LARGEST = Fraction(2) ** 1024


@dataclass(frozen=True)
class Condition:
    """``lower < upper``, or ``lower <= upper`` if it is not `strict`; `text` is the comparison as it was given."""

    text: str
    lower: Term
    upper: Term
    strict: bool

    @property
    def gap(self) -> Term:
        """What is positive, or not negative, where the condition holds."""
        return self.upper - self.lower

    @property
    def variables(self) -> frozenset[str]:
        return self.lower.variables | self.upper.variables

    def holds(self, point: Mapping[str, float]) -> bool:
        """Whether it holds at `point`, exactly; not where that stays undecided."""
        (gap,) = balls((self.gap,), point, PRECISION)
        return bool(gap > 0 if self.strict else gap >= 0)

    def moved(self, point: Mapping[str, float], name: str, domain: Domain, draw: random.Random) -> float | None:
        """A value of the variable `name` for which the condition holds beside the others of `point`.

        None where the gap is no straight line along the variable, or no value of the domain is found.
        """
        at = [float(balls((self.gap,), {**point, name: v}, PRECISION)[0].mid()) for v in (0.0, 1.0, 2.0)]
        slope = at[1] - at[0]
        if not all(map(math.isfinite, at)) or not slope or not math.isclose(at[2] - at[1], slope, rel_tol=1e-9):
            return None
        edge = -at[0] / slope
        end = domain.upper if slope > 0 else domain.lower
        size = math.ldexp(1 + draw.random(), draw.randrange(-13, 8)) * draw.choice((1.0, max(1.0, abs(edge))))
        value = edge + math.copysign(size, slope) if end is None else edge + (float(end) - edge) * draw.random()
        value = float(round(value)) if domain.exact else value
        return value if domain.contains(value) else None


@dataclass(frozen=True)
class Space(Mapping[str, Domain]):
    """The domains of variables by name, in their order, and the conditions that hold between them."""

    domains: Mapping[str, Domain]
    conditions: tuple[Condition, ...] = ()

    def __getitem__(self, name: str) -> Domain:
        return self.domains[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.domains)

    def __len__(self) -> int:
        return len(self.domains)

    def describe(self) -> tuple[str, ...]:
        """Each domain and each condition in plain text."""
        return (*(d.describe(name) for name, d in self.domains.items()), *(c.text for c in self.conditions))


def spanned(domains: Mapping[str, Domain], names: Iterable[str]) -> Mapping[str, Domain]:
    """The part that the variables `names` span, in their order; of conditions those that name no others."""
    chosen = {name: domains[name] for name in names}
    if not isinstance(domains, Space):
        return chosen
    return Space(chosen, tuple(c for c in domains.conditions if c.variables <= chosen.keys()))


def inside(domains: Mapping[str, Domain], point: Mapping[str, float]) -> bool:
    """Whether every condition between the variables holds at `point`; a bare mapping of domains has none."""
    return not isinstance(domains, Space) or all(c.holds(point) for c in domains.conditions)


def repaired(domains: Mapping[str, Domain], point: Mapping[str, float], draw: random.Random) -> Mapping[str, float]:
    """`point` with variables moved to where the conditions hold, as far as that is found."""
    if not isinstance(domains, Space):
        return point
    result = dict(point)
    for _ in range(REPAIRS):
        broken = next((c for c in domains.conditions if not c.holds(result)), None)
        if broken is None:
            break
        name = draw.choice(sorted(broken.variables))
        value = broken.moved(result, name, domains[name], draw)
        result[name] = result[name] if value is None else value
    return result


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
    domain = replace(domain, lower_closed=left == "[", upper_closed=right == "]")
    return next((d for d in (Real, Positive, NonNegative, Unit) if replace(d, name=domain.name) == domain), domain)


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
