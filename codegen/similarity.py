"""A form by one of its ratios or differences: with u = |x|/c, ``c**2 (|x|/c - log1p(|x|/c))`` is c**2 f(u).

With d = x - y, ``(exp(x) - exp(y))/(x - y)`` is exp(y) f(d); with w = (x - y)/y, ``log(x/y)/(x - y)`` is f(w)/y.
What cancels in f cancels whatever the rest is, and only once everything is written so do rules and series see it.
"""

from __future__ import annotations

from collections.abc import Iterator

from symloss.codegen.products import coefficient, counted_factors, quotient, scaled
from symloss.codegen.rational import FIELD, one_fraction
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.takeout import UNKNOWN, gathered
from symloss.codegen.term import ONE, Term, apply, product, substitute, summands, total, transform, walk

__all__ = ["by_likeness"]

GUARDS = frozenset({"is_zero", "if_finite"})  # a form that holds one has been written out, and is not multiplied out

Way = tuple[Term, Term, Term]  # what the unknown stands for, what is put away, and what that is by the unknown


def by_likeness(term: Term, rewriter: Rewriter) -> Iterator[Term]:
    """`term` by a ratio or a difference that is in it, one variable or factor of which is put away."""
    if any(node.operation in GUARDS for node in walk(term)):
        return
    choices = [node for node in walk(term) if node.operation == "select"]
    for part in dict.fromkeys((term, *(side for node in choices for side in node.arguments[1:]))):
        for after in _likenesses(part, rewriter):
            yield rewriter.tidy(substitute(term, {part: after}))


def _likenesses(term: Term, rewriter: Rewriter) -> Iterator[Term]:
    for inner, away, value in dict.fromkeys((*_ratios(term), *_differences(term), *_relative_differences(term))):
        if _divided(value) and not (rewriter.ranges(inner).positive or rewriter.ranges(inner).negative):
            continue
        after = _normal(substitute(substitute(term, {inner: UNKNOWN}), {away: value}))
        if away not in set(walk(after)) and _choices(after) <= _choices(term):
            yield rewriter.tidy(gathered(rewriter.tidy(substitute(after, {UNKNOWN: inner})), inner))


def _divided(value: Term) -> bool:
    """Whether the unknown is below the line, where it must not be 0."""
    return value.operation == "div" and UNKNOWN.name in value.arguments[1].variables


def _choices(term: Term) -> set[Term]:
    """What the choices in a term depend on, which is best left as it was."""
    return {node.arguments[0] for node in walk(term) if node.operation == "select"}


def _ratios(term: Term) -> Iterator[Way]:
    """By the products and quotients of several factors in the arguments of functions."""
    for node in walk(term):
        if node.operation not in FIELD:
            for inner in (inner for argument in node.arguments for inner in _in_sums(argument)):
                if inner.operation in ("mul", "div"):
                    yield from _without_a_factor(inner)


def _in_sums(term: Term) -> Iterator[Term]:
    yield term
    if term.operation in ("add", "neg", "square"):
        for argument in term.arguments:
            yield from _in_sums(argument)


def _without_a_factor(ratio: Term) -> Iterator[Way]:
    scale, above, below = counted_factors(ratio)
    if len([f for f in above + below if f.variables]) < 2:
        return
    yield from _without_a_square(ratio)
    for factor, count in (above + below).items():
        if count == 1 and factor.variables:
            high = [f for f in above.elements() if f is not factor]
            low = [f for f in below.elements() if f is not factor]
            if factor in above:
                yield ratio, factor, scaled(1 / scale, product([UNKNOWN, *low])) / product(high)
            else:
                yield ratio, factor, scaled(scale, product(high)) / product([UNKNOWN, *low])


def _without_a_square(ratio: Term) -> Iterator[Way]:
    """By a product with one of its squares put away: unlike its root, that may be 0 and no divisor is."""
    factor, core = coefficient(ratio)
    above, below = quotient(core)
    for square in (f for f in above if f.operation == "square" and f.variables):
        rest = list(above)
        rest.remove(square)
        if any(f.variables for f in (*rest, *below)):
            yield ratio, square, scaled(1 / factor, product([UNKNOWN, *below])) / product(rest)


def _differences(term: Term) -> Iterator[Way]:
    """By the differences of two variables."""
    for node in walk(term):
        parts = [coefficient(part) for part in summands(node)]
        if node.operation == "add" and len(parts) == 2 and all(rest.operation == "variable" for _, rest in parts):
            for index, (factor, away) in enumerate(parts):
                other = summands(node)[1 - index]
                yield node, away, scaled(1 / factor, UNKNOWN - other)


def _relative_differences(term: Term) -> Iterator[Way]:
    """By (x - y)/y where log(x/y) is in the term."""
    for node in walk(term):
        if node.operation == "log_ratio" and all(a.operation == "variable" for a in node.arguments):
            x, y = node.arguments
            yield (x - y) / y, x, y * (ONE + UNKNOWN)
            yield (y - x) / x, y, x * (ONE + UNKNOWN)


def _normal(term: Term) -> Term:
    """Every argument of a function, and the whole, as one fraction."""

    def normal(node: Term) -> Term:
        if node.operation in FIELD or not node.arguments:
            return node
        arguments = [_fraction(a) for a in node.arguments]
        if node.operation == "exp":
            return _split(arguments[0])
        if node.operation in ("sin", "cos"):
            return _of_a_sum(node.operation, arguments[0])
        if node.operation == "log_ratio":
            return _logarithm(_fraction(arguments[0] / arguments[1]))
        return apply(node.operation, *arguments)

    return _fraction(transform(term, normal))


def _split(exponent: Term) -> Term:
    """The exponential, that of the unknown apart."""
    parts = summands(exponent)
    unknown = [p for p in parts if UNKNOWN.name in p.variables]
    rest = [p for p in parts if p not in unknown]
    return product([apply("exp", total(some)) for some in (unknown, rest) if some])


def _of_a_sum(operation: str, angle: Term) -> Term:
    """The sine or cosine of a sum by those of the unknown and of the rest."""
    parts = summands(angle)
    unknown = [p for p in parts if UNKNOWN.name in p.variables]
    rest = [p for p in parts if p not in unknown]
    if not unknown or not rest:
        return apply(operation, angle)
    first, second = total(unknown), total(rest)
    cosines, sines = (product([apply(name, x) for x in (first, second)]) for name in ("cos", "sin"))
    if operation == "cos":
        return cosines - sines
    return apply("sin", first) * apply("cos", second) + apply("cos", first) * apply("sin", second)


def _logarithm(ratio: Term) -> Term:
    """log of a ratio, by log1p where that is 1 and the unknown."""
    less = _fraction(ratio - ONE)
    return apply("log1p", less) if less is UNKNOWN else apply("log", ratio)


def _fraction(term: Term) -> Term:
    return one_fraction(term, keep_differences=True, keep_roots=True)
