"""Simplifications that can only help: signs, constants, like terms, and choices that the domains decide.

Each holds in real arithmetic wherever both sides are defined, and adds no rounding of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import isqrt

from symloss.codegen.bounds import Ranges
from symloss.codegen.decide import DECISIONS
from symloss.codegen.kernels import KERNELS
from symloss.codegen.products import coefficient, multiple, scaled
from symloss.codegen.term import (
    ONE,
    ZERO,
    Term,
    apply,
    negative,
    number,
    product,
    summands,
    total,
    walk,
)

__all__ = ["tidied"]


def tidied(term: Term, ranges: Ranges, known: dict[Term, Term] | None = None) -> Term:
    """`term` with every node simplified, to a fixpoint.  `known` remembers what became of each node over `ranges`."""
    known = {} if known is None else known
    for node in walk(term):
        if node not in known:
            rebuilt = apply(node.operation, *(known[a] for a in node.arguments)) if node.arguments else node
            simpler = _simplify(rebuilt, ranges)
            known[node] = simpler if simpler is rebuilt else tidied(simpler, ranges, known)
    return known[term]


def _simplify(node: Term, ranges: Ranges) -> Term:
    rule = _SIMPLIFIERS.get(node.operation)
    if rule:
        return rule(node, ranges)
    return KERNELS[node.operation].values.get(node.arguments[0], node) if node.arguments else node


def _sum(node: Term, _: Ranges) -> Term:
    parts = summands(node)
    gathered = _gather(parts)
    constant = gathered.get(ONE)
    if constant and sum(coefficient(p)[1] is ONE for p in parts) > 1:
        # (1 - y) + (1 - p) is exact as it stands where y and p are near 1; 2 - y - p is not.
        gathered = {**_gather([p for p in parts if coefficient(p)[1] is not ONE]), ONE: constant}
        if len(gathered) == len({coefficient(p)[1] for p in parts}) and len(node.arguments) < len(parts):
            return node
    if len(gathered) < len(parts) or 0 in gathered.values():
        return total([scaled(f, rest) for rest, f in gathered.items() if f])
    collapsed = _over_denominators(parts)
    if len(collapsed) < len(parts):
        return total(collapsed)
    sizes = {abs(f) for f in gathered.values()}
    if len(sizes) == 1 and sizes != {Fraction(1)} and all(r.operation == "variable" for r in gathered):
        (size,) = sizes  # p/2 - t/2 is (p - t)/2
        return scaled(size, total([scaled(f / size, rest) for rest, f in gathered.items()]))
    first, *others = node.arguments
    if first.operation == "neg" and len(others) == 1 and others[0].operation != "neg":
        return others[0] + first  # -a + b and b - a round alike, and the second is shorter
    return node


def _gather(parts: Sequence[Term]) -> dict[Term, Fraction]:
    """The coefficient of each different summand, in order of appearance."""
    gathered: dict[Term, Fraction] = {}
    for part in parts:
        factor, rest = coefficient(part)
        gathered[rest] = gathered.get(rest, Fraction(0)) + factor
    return gathered


def _over_denominators(parts: Sequence[Term]) -> list[Term]:
    """The summands, those over one denominator as one where their numerators cancel: (x + 1)/s - x/s is 1/s."""
    over: dict[Term, list[tuple[Fraction, Term]]] = {}
    for part in parts:
        factor, rest = coefficient(part)
        if rest.operation == "div":
            over.setdefault(rest.arguments[1], []).append((factor, rest.arguments[0]))
    found = list(parts)
    for below, several in over.items():
        above = [part for f, numerator in several for part in multiple(f, numerator)]
        left = [scaled(f, rest) for rest, f in _gather(above).items() if f]
        if len(several) > 1 and len(left) < len(above) - len(several) + 1:
            found = [p for p in found if coefficient(p)[1].operation != "div" or _below(p) is not below]
            found += [total(left) / below] if left else []
    return found


def _below(term: Term) -> Term:
    return coefficient(term)[1].arguments[1]


def _product(node: Term, _: Ranges) -> Term:
    constant = Fraction(1)
    rest: list[Term] = []
    for part in node.arguments:
        factor, value = (Fraction(-1), part.arguments[0]) if part.operation == "neg" else (Fraction(1), part)
        constant *= factor
        if value.is_number:
            constant *= value.rational
        else:
            rest.append(value)
    if constant == 0:
        return ZERO
    if abs(constant) != 1:
        # 2*(3*x) is 6*x; a lone constant inside, as in x*(x/2), may be there against overflow and stays
        for index, part in enumerate(rest):
            factor, value = coefficient(part)
            constant, rest[index] = constant * factor, value
        if constant.denominator > 1 and (root := _rationalised(constant, rest)):
            return root
    elif len(rest) == 2 and rest[0] is rest[1]:
        return scaled(constant, apply("square", rest[0]))
    return scaled(constant, product(rest))


def _rationalised(constant: Fraction, rest: Sequence[Term]) -> Term | None:
    """A product with a root over its number as the quotient by the root: sqrt(2)*x/2 is x/sqrt(2)."""
    for index, part in enumerate(rest):
        if part.operation == "sqrt" and part.arguments[0].is_number:
            times = constant * part.arguments[0].rational
            if times.denominator < constant.denominator:
                return scaled(times, product([*rest[:index], *rest[index + 1 :]])) / part
    return None


def _quotient(node: Term, ranges: Ranges) -> Term:
    above, below = node.arguments
    if above is below:
        return ONE
    if below is ONE:
        return above
    if above is ZERO:
        return ZERO
    if above.operation == "neg" or below.operation == "neg":
        size = _size(above) / _size(below)
        return size if above.operation == below.operation else -size
    return _by_constant(above, below, ranges) or node


def _size(term: Term) -> Term:
    return term.arguments[0] if term.operation == "neg" else term


def _by_constant(above: Term, below: Term, ranges: Ranges) -> Term | None:
    """A quotient by a constant as a product where that is exact: ``x/2``, ``3/4``, ``2/(2*x)``."""
    (upper, top), (lower, bottom) = coefficient(above), coefficient(below)
    if abs(lower) == 1 or lower == 0:
        return None
    ratio = upper / lower
    if bottom is ONE:
        exact = top is ONE or (lower.numerator.bit_count() == 1 and lower.denominator.bit_count() == 1)
        return _simplify(scaled(ratio, top), ranges) if exact else None
    return _simplify(scaled(ratio, top / bottom), ranges) if ratio.denominator.bit_count() == 1 else None


def _number(node: Term, _: Ranges) -> Term:
    """Signs stand outside: -1 is neg(1), so that one pattern matches ``x - 1`` and ``x - y``."""
    value = node.rational
    return -number(-value) if value < 0 else node


def _negation(node: Term, _: Ranges) -> Term:
    (inner,) = node.arguments
    if inner.operation == "neg":
        return inner.arguments[0]
    if inner is ZERO:
        return ZERO
    if inner.operation == "add" and sum(a.operation == "neg" for a in inner.arguments) * 2 >= len(inner.arguments):
        flipped = [negative(a) for a in inner.arguments]
        return total(sorted(flipped, key=lambda a: a.operation == "neg") if len(flipped) == 2 else flipped)
    return node


def _absolute(node: Term, ranges: Ranges) -> Term:
    (inner,) = node.arguments
    span = ranges(inner)
    if span.nonnegative:
        return inner
    if span.nonpositive:
        return -inner
    return apply("abs", inner.arguments[0]) if inner.operation == "neg" else node


def _square(node: Term, _: Ranges) -> Term:
    (inner,) = node.arguments
    if inner.operation in ("neg", "abs"):
        return apply("square", inner.arguments[0])
    if inner.operation == "sqrt":
        return inner.arguments[0]
    return number(inner.rational**2) if inner.is_number else node


def _root(node: Term, ranges: Ranges) -> Term:
    (inner,) = node.arguments
    if inner.is_number:
        value = inner.rational
        root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
        return number(root) if root**2 == value else node
    return _absolute(apply("abs", inner.arguments[0]), ranges) if inner.operation == "square" else node


def _logarithm(node: Term, _: Ranges) -> Term:
    """The logarithm of 1/2 is minus that of 2, which others take away."""
    (inner,) = node.arguments
    if inner.is_number and 0 < inner.rational < 1:
        return -apply("log", number(1 / inner.rational))
    return KERNELS["log"].values.get(inner, node)


def _exponential(node: Term, _: Ranges) -> Term:
    (inner,) = node.arguments
    return inner.arguments[0] if inner.operation == "log" else KERNELS["exp"].values.get(inner, node)


def _power(node: Term, _: Ranges) -> Term:
    base, exponent = node.arguments
    special = {ZERO: ONE, ONE: base, number(2): apply("square", base), number("1/2"): apply("sqrt", base)}
    return special.get(exponent, ONE if base is ONE else node)


def _comparison(node: Term, ranges: Ranges) -> Term:
    """Without what both sides have in common: x < x + 1e-9 is false of any x in float32, and 0 < 1e-9 is true."""
    decided = DECISIONS[node.operation](node, ranges)
    if decided is not node:
        return decided
    (factor, left), (other, right) = map(coefficient, node.arguments)
    if factor == other and factor not in (0, 1):
        return apply(node.operation, *((left, right) if factor > 0 else (right, left)))
    sides = [_gather(summands(side)) for side in node.arguments]
    common = [rest for rest, times in sides[0].items() if sides[1].get(rest) == times]
    if not common:
        return node
    kept = ([scaled(f, rest) for rest, f in side.items() if rest not in common and f] for side in sides)
    return apply(node.operation, *map(total, kept))


_SIMPLIFIERS: Mapping[str, Callable[[Term, Ranges], Term]] = {
    **DECISIONS,
    **dict.fromkeys(("lt", "le", "eq"), _comparison),
    "number": _number,
    "add": _sum,
    "mul": _product,
    "div": _quotient,
    "neg": _negation,
    "abs": _absolute,
    "square": _square,
    "sqrt": _root,
    "pow": _power,
    "exp": _exponential,
    "log": _logarithm,
}
