"""How large the numbers are that constants and powers of a term would be worked out to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce

from symloss.codegen.term import Term, walk

__all__ = ["MOST_BITS", "MOST_WRITTEN", "beyond_floats", "bits", "fraction_of", "oversize", "too_large", "written_out"]

MOST_BITS = 20_000
LARGEST = 400  # different parts of a formula; the search for a stable form takes minutes on more
MOST_WRITTEN = 20_000  # parts of a formula or form that is written out, shared ones each time: 100 kB of text
DEEPEST = 150  # parts inside each other; printing takes four of Python's 1000 calls for each


def oversize(term: Term) -> str:
    """What makes `term` too much for the engine, and how much would not be; nothing where it is not."""
    count = sum(1 for _ in walk(term))
    if count > LARGEST:
        return f"has {count} different parts; up to {LARGEST} can be derived"
    if (count := written_out(term)) > MOST_WRITTEN:
        return f"has {count} parts when all is written out; up to {MOST_WRITTEN} can be derived"
    if (depth := _depth(term)) > DEEPEST:
        return f"has {depth} parts inside each other; up to {DEEPEST} can be derived"
    return "has numbers too large; smaller ones can be derived" if too_large(term) else ""


def written_out(term: Term) -> int:
    """How many parts `term` has as text, where what occurs twice is written twice."""
    return _by_parts(term, sum)


def _depth(term: Term) -> int:
    return _by_parts(term, lambda below: max(below, default=0))


def _by_parts(term: Term, rule: Callable[[list[int]], int]) -> int:
    """One more than `rule` makes of the same of a node's arguments."""
    known: dict[Term, int] = {}
    for node in walk(term):
        known[node] = 1 + rule([known[a] for a in node.arguments])
    return known[term]


def too_large(term: Term) -> bool:
    """Whether a number with millions of digits may hide in `term`: ``((10**99)**99)**99``."""
    known: dict[Term, int] = {}
    for node in walk(term):
        known[node] = bits(node, [known[a] for a in node.arguments])
    return max(known.values()) > MOST_BITS


def beyond_floats(term: Term) -> bool:
    """Whether some number in `term` is no float64."""
    return any(node.is_number and abs(node.rational) >= 2**1024 for node in walk(term))


def fraction_of(term: Term) -> Fraction | None:
    """The value of a term made of numbers by arithmetic, such as the exponent in ``x**(1/2)``."""
    values = [fraction_of(a) for a in term.arguments]
    if term.is_number:
        return term.rational
    known = [v for v in values if v is not None]
    if not values or len(known) < len(values) or (term.operation == "div" and not known[1]):
        return None
    rule = _RATIONAL.get(term.operation)
    return rule(known) if rule else None


def bits(node: Term, parts: list[int]) -> int:
    """A bound on the bits of the numbers that a node may be worked out to; what is no arithmetic starts anew."""
    if node.is_number:
        return node.rational.numerator.bit_length() + node.rational.denominator.bit_length()
    if node.operation == "pow" and node.arguments[1].is_number:
        return parts[0] * max(1, int(min(abs(node.arguments[1].rational), Fraction(MOST_BITS)))) if parts[0] > 1 else 1
    return {"square": 2}.get(node.operation, 1) * sum(parts) if node.operation in _ARITHMETIC else 1


_ARITHMETIC = frozenset({"add", "mul", "neg", "div", "square", "abs"})
_RATIONAL: Mapping[str, Callable[[list[Fraction]], Fraction]] = {
    "add": lambda parts: sum(parts, Fraction(0)),
    "mul": lambda parts: reduce(Fraction.__mul__, parts),
    "neg": lambda parts: -parts[0],
    "div": lambda parts: parts[0] / parts[1],
}
