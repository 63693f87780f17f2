"""Equal forms over an axis of which none is always the best: each is measured, and taken where it earns its place."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symloss.codegen.notation import parse
from symloss.codegen.products import coefficient, quotient, scaled
from symloss.codegen.rules.array_law import ArrayLaw, Domains
from symloss.codegen.term import ONE, Term, apply, index, number, product, substitute, total, variable

__all__ = ["ALTERNATIVES"]

HALF = number(Fraction(1, 2))


def _one_sum(node: Term, _: Domains) -> Term | None:
    """a*sum(x, K) + b*sum(y, K)"""
    found: dict[Term, list[tuple[int, Term]]] = {}
    for place, part in enumerate(node.arguments):
        split = _sum_within(part)
        if split is not None:
            outside, sum_ = split
            found.setdefault(sum_.arguments[1], []).append((place, _scaled_body(outside, sum_)))
    axis, bodies = max(found.items(), key=lambda item: len(item[1]), default=(None, []))
    if axis is None or len(bodies) == 1:
        return None
    rest = [a for place, a in enumerate(node.arguments) if place not in dict(bodies)]
    return total([*rest, apply("sum", total([body for _, body in bodies]), axis)])


def _sum_within(part: Term) -> tuple[Term, Term] | None:
    """A product that holds one sum, as what stands before it and the sum."""
    size, rest = coefficient(part)
    sums = [factor for factor in _factors(rest) if factor.operation == "sum" and factor.arguments[0] is not ONE]
    if len(sums) != 1:
        return None
    others = list(_factors(rest))
    others.remove(sums[0])
    return scaled(size, product(others)), sums[0]


def _factors(term: Term) -> tuple[Term, ...]:
    return term.arguments if term.operation == "mul" else (term,)


def _scaled_body(outside: Term, sum_: Term) -> Term:
    size, rest = coefficient(outside)
    return scaled(size, product([*(() if rest is ONE else (rest,)), sum_.arguments[0]]))


def _one_line(node: Term, _: Domains) -> Term | None:
    """x + a/b of sums"""
    for place, part in enumerate(node.arguments):
        size, rest = coefficient(part)
        above, below = quotient(rest)
        if below and any(f.operation == "sum" for f in above) and any(map(_holds_sum, below)):
            divisor = product(below)
            others = total([a for i, a in enumerate(node.arguments) if i != place])
            left = divisor if others is ONE else others * divisor
            return total([left, scaled(size, product(above))]) / divisor
    return None


def _holds_sum(term: Term) -> bool:
    return term.operation == "sum" or any(map(_holds_sum, term.arguments))


def _cosine(node: Term, _: Domains) -> Term | None:
    """1 - sum(direction(x)*direction(y)); a vector of zeros has no direction, and the square of 0 instead of 1."""
    for place, part in enumerate(node.arguments):
        size, rest = coefficient(part)
        if rest.operation != "sum" or size not in (1, -1):
            continue
        body, axis = rest.arguments
        if not (body.operation == "mul" and len(body.arguments) == 2 and all(map(_is_direction, body.arguments))):
            continue
        one = next((i for i, a in enumerate(node.arguments) if a.is_number and a.rational == -size), None)
        if one is None:
            continue
        x, y = body.arguments
        gap = HALF * apply("sum", apply("square", x - y), axis)
        lost = [HALF * apply("is_zero", apply("norm", v.arguments[0], v.arguments[1])) for v in (x, y)]
        others = [a for i, a in enumerate(node.arguments) if i not in (place, one)]
        whole = total([gap, *lost])
        return total([*others, whole if size < 0 else -whole])
    return None


def _is_direction(term: Term) -> bool:
    return term.operation == "direction"


def _difference_of_norms(node: Term, _: Domains) -> Term | None:
    norms = [(i, *coefficient(part)) for i, part in enumerate(node.arguments)]
    for i, size, first in norms:
        for j, other, second in norms:
            alike = first.operation == second.operation == "norm" and first.arguments[1] is second.arguments[1]
            if i != j and alike and size > 0 and other == -size:
                (u, axis), v = first.arguments, second.arguments[0]
                rest = [a for k, a in enumerate(node.arguments) if k not in (i, j)]
                gap = apply("sum", (u - v) * (u + v), axis) / (first + second)
                return total([scaled(size, gap), *rest])
    return None


# sum(exp(l)*(l - m)) for the logarithms l and m of the shares of y and x, d = x - y less its mean under exp(l).
# The divergence of the shares exp(m) from the shares exp(l), where these are those of y and x, and d = x - y less its
# mean under exp(m): no summand is negative.  exp(d) may overflow where exp(m) is next to nothing.
DIVERGENCE = parse("log1p(sum(exp(m)*(expm1(d) - d) if abs(d) <= 1 else exp(m + d) - exp(m)*(1 + d), k))")
PLAIN = parse("sum(exp(m)*(m - l), k)")
DEVIATION = parse("x - y - sum(exp(m)*(x - y), k)")
# Beside 1 shares have lost the digits by which they differ from it.
SHARES = parse("expm1(l) - expm1(m) if -1 <= min(l, m) else exp(l) - exp(m)")
CLOSE = 1  # divergences up to which this is used: that of far distributions is a sum without cancellation


def _near(far: Term, near: Term) -> dict[str, Term]:
    """What the formulas above hold, of the divergence of the shares with logarithm `far` from those with `near`."""
    (x, axis), y = far.arguments, near.arguments[0]
    named = {"l": far, "m": near, "x": x, "y": y, "k": axis}
    named["d"] = _put(DEVIATION, named)
    named["plain"] = _put(PLAIN, named)
    named["divergence"] = _put(DIVERGENCE, named)
    named["near"] = apply("le", named["plain"], number(CLOSE))
    return named


def _divergence(node: Term, _: Domains) -> Term | None:
    """sum(exp(m)*(m - l))"""
    body, axis = node.arguments
    for weight, gap in _pairs(body):
        for near, far in _differences(gap):
            if weight is apply("exp", near) and near.arguments[1] is far.arguments[1] is axis:
                named = _near(far, near)
                return apply("select", named["near"], named["divergence"], named["plain"])
    return None


def _difference_of_shares(node: Term, _: Domains) -> Term | None:
    """exp(l) - exp(m)"""
    for above, below in _differences(node):
        if above.operation == "exp":
            first, second = above.arguments[0], below.arguments[0]
            if first.operation == second.operation == "log_softmax":
                return _put(SHARES, {"l": first, "m": second})
    return None


def _differences(term: Term) -> Iterator[tuple[Term, Term]]:
    if term.operation == "add" and len(term.arguments) == 2:
        for first, second in (term.arguments, term.arguments[::-1]):
            if second.operation == "neg" and first.operation in ("log_softmax", "exp"):
                other = second.arguments[0]
                if other.operation == first.operation:
                    yield first, other


def _pairs(term: Term) -> tuple[tuple[Term, Term], ...]:
    """Two factors, either way round."""
    parts = _factors(term)
    return ((parts[0], parts[1]), (parts[1], parts[0])) if len(parts) == 2 else ()


def _put(formula: Term, named: dict[str, Term]) -> Term:
    return substitute(formula, {node: named[name] for name in named for node in (variable(name), index(name))})


ALTERNATIVES = (
    ArrayLaw("one less a cosine", ("add",), _cosine),
    ArrayLaw("difference of norms", ("add",), _difference_of_norms),
    ArrayLaw("divergence of shares", ("sum",), _divergence),
    ArrayLaw("difference of shares", ("add",), _difference_of_shares),
    ArrayLaw("one line", ("add",), _one_line),
    ArrayLaw("one sum over an axis", ("add",), _one_sum),
)
