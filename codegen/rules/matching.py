"""Where a pattern occurs in a term: sums and products match in any order and leave a rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache

from symloss.codegen.products import coefficient, quotient, ratio, scaled
from symloss.codegen.term import Term, factors, product, substitute, summands, total

__all__ = ["Bindings", "instantiate", "occurrences"]

Bindings = dict[Term, Term]
SHORT = 4  # summands where any multiple of a rule is looked for, in longer sums the whole ones
COMMUTATIVE = frozenset({"max", "min", "eq", "hypot", "logaddexp", "lbeta"})


def instantiate(result: Term, bindings: Bindings) -> Term:
    """`result` with the pattern variables replaced by what they matched."""
    return substitute(result, bindings)


def occurrences(pattern: Term, term: Term) -> Iterator[tuple[Bindings, Callable[[Term], Term]]]:
    """Every way in which `pattern` matches `term`, or a part of `term` if that is a sum or a product.

    Yields the bindings and a function that puts a replacement in the place of the matched part.
    """
    if pattern.operation == "add":
        yield from _in_sum(pattern, term)
    elif pattern.operation in ("mul", "div"):
        yield from _in_quotient(pattern, term)
    else:
        for bindings in match(pattern, term, {}):
            yield bindings, lambda replacement: replacement


def _in_sum(pattern: Term, term: Term) -> Iterator[tuple[Bindings, Callable[[Term], Term]]]:
    """Some summands as they are, or those that a number has been multiplied into: 2*(x - y) may stand as 2*x - 2*y."""
    parts = summands(term)
    if term.operation != "add" or len(parts) < len(pattern.arguments) or not _heads(pattern) <= _heads(term):
        return
    wanted = {abs(coefficient(part)[0]) for part in pattern.arguments}
    for size, shares in _multiples(term):
        within = {i: part for i, (f, part) in enumerate(shares) if f.denominator == 1 or abs(f) in wanted}
        for taken, bindings in _assign(_bare_last(pattern.arguments), list(within.values()), {}):
            chosen = [i for place, i in enumerate(within) if place in taken]
            before = parts[: chosen[0]]
            after = [p for i, p in enumerate(parts) if i > chosen[0] and i not in chosen]
            yield (
                bindings,
                lambda r, size=size, before=before, after=after: total([*before, scaled(size, r), *after]),  # type: ignore[misc]
            )
    for bindings in _with_the_rest(_bare_last(pattern.arguments), parts):
        yield bindings, lambda replacement: replacement


@lru_cache(maxsize=1 << 14)
def _heads(sum_: Term) -> frozenset[str]:
    """What the summands are, coefficients aside, but variables and products: a coefficient makes any summand one."""
    return frozenset(_number(part)[1].operation for part in summands(sum_)) - {"variable", "mul", "div"}


@lru_cache(maxsize=1 << 12)
def _multiples(term: Term) -> tuple[tuple[Fraction, tuple[tuple[Fraction, Term], ...]], ...]:
    """The summands as they are, and as multiples of each coefficient that a rule may be multiplied by."""
    parts = summands(term)
    numbers = [_number(part) for part in parts]
    sizes = [abs(factor) for factor, _ in numbers if factor.denominator == 1 or len(parts) <= SHORT]
    multiples = (
        (size, tuple((factor / size, scaled(factor / size, rest)) for factor, rest in numbers))
        for size in dict.fromkeys(sizes)
        if size not in (0, 1)
    )
    return (Fraction(1), tuple((Fraction(1), part) for part in parts)), *multiples


def _with_the_rest(patterns: Sequence[Term], parts: Sequence[Term]) -> Iterator[Bindings]:
    """A variable that is a summand of the pattern stands for all that is left: s of ``s - sqrt(x)`` for a + b."""
    factor, last = coefficient(patterns[-1])
    if last.operation != "variable":
        return
    for taken, bindings in _assign(patterns[:-1], parts, {}):
        rest = [scaled(1 / factor, part) for i, part in enumerate(parts) if i not in taken]
        if len(rest) > 1 and last not in bindings:
            yield {**bindings, last: total(rest)}


def _bare_last(patterns: Sequence[Term]) -> list[Term]:
    """First what tells most of what its variables stand for."""
    return sorted(patterns, key=lambda pattern: coefficient(pattern)[1].operation == "variable")


def _number(term: Term) -> tuple[Fraction, Term]:
    """The rational number that `term` is a multiple of, that of a quotient stands above its line, and the rest."""
    factor, rest = coefficient(term)
    if rest.operation != "div":
        return factor, rest
    above, numerator = coefficient(rest.arguments[0])
    return factor * above, numerator / rest.arguments[1]


def _in_quotient(pattern: Term, term: Term) -> Iterator[tuple[Bindings, Callable[[Term], Term]]]:
    if term.operation not in ("mul", "div"):
        return
    if pattern.operation == "div":  # x/y takes the whole of what stands above the line
        for bindings in match(pattern, term, {}):
            yield bindings, lambda replacement: replacement
    wanted_above, wanted_below = quotient(pattern)
    above, below = quotient(term)
    if len(above) < len(wanted_above) or len(below) < len(wanted_below):
        return
    for high, bindings in _assign(wanted_above, above, {}):
        for low, complete in _assign(wanted_below, below, bindings):
            rest_above = [f for i, f in enumerate(above) if i not in high]
            rest_below = [f for i, f in enumerate(below) if i not in low]
            yield complete, lambda r, a=rest_above, b=rest_below: ratio([*a, r], b)  # type: ignore[misc]


def _assign(
    patterns: Sequence[Term], parts: Sequence[Term], bindings: Bindings, taken: frozenset[int] = frozenset()
) -> Iterator[tuple[frozenset[int], Bindings]]:
    """Every choice of a different part for each pattern, the rest left over."""
    if not patterns:
        yield taken, bindings
        return
    for index, part in enumerate(parts):
        if index not in taken:
            for extended in match(patterns[0], part, bindings):
                yield from _assign(patterns[1:], parts, extended, taken | {index})
    if spread := _spread(patterns[0], parts, bindings, taken):
        yield from _assign(patterns[1:], parts, bindings, taken | spread)


def _spread(pattern: Term, parts: Sequence[Term], bindings: Bindings, taken: frozenset[int]) -> frozenset[int]:
    """The parts that together are a multiple of a variable which is known to be a sum: of expm1(a - b) - a + b."""
    factor, rest = coefficient(pattern)
    bound = bindings.get(rest)
    if bound is None or bound.operation != "add":
        return frozenset()
    wanted = {scaled(factor * size, part) for size, part in map(coefficient, summands(bound))}
    whole = next((i for i, part in enumerate(parts) if i not in taken and set(summands(part)) == wanted), None)
    if whole is not None:
        return frozenset({whole})
    found = {part: i for i, part in enumerate(parts) if i not in taken and part in wanted}
    return frozenset(found.values()) if len(found) == len(wanted) else frozenset()


def match(pattern: Term, term: Term, bindings: Bindings) -> Iterator[Bindings]:
    """Every extension of `bindings` under which `pattern` is `term`, all of it."""
    if pattern.operation == "variable":
        bound = bindings.get(pattern)
        if bound is None:
            yield {**bindings, pattern: term}
        elif bound is term:
            yield bindings
    elif pattern.operation == "number":
        if pattern is term:
            yield bindings
    elif pattern.operation == "add" and term.operation == "add":
        yield from _all_of(pattern.arguments, summands(term), bindings, total)
    elif pattern.operation == "mul" and term.operation == "mul":
        yield from _all_of(factors(pattern), factors(term), bindings, product)
    elif pattern.operation == term.operation and len(pattern.arguments) == len(term.arguments):
        yield from _positional(pattern.arguments, term.arguments, bindings)
        if pattern.operation in COMMUTATIVE and pattern.arguments[0] is not pattern.arguments[1]:
            yield from _positional(pattern.arguments, term.arguments[::-1], bindings)


def _positional(patterns: Sequence[Term], terms: Sequence[Term], bindings: Bindings) -> Iterator[Bindings]:
    if not patterns:
        yield bindings
        return
    for extended in match(patterns[0], terms[0], bindings):
        yield from _positional(patterns[1:], terms[1:], extended)


def _all_of(
    patterns: Sequence[Term], parts: Sequence[Term], bindings: Bindings, join: Callable[[Sequence[Term]], Term]
) -> Iterator[Bindings]:
    """All parts used up: structured patterns take one each, the last free variable takes what remains."""
    if len(parts) < len(patterns):
        return
    structured = [p for p in patterns if p.operation != "variable" or p in bindings]
    free = [p for p in patterns if p.operation == "variable" and p not in bindings]
    for taken, extended in _assign([*structured, *free[:-1]], parts, bindings):
        rest = [part for i, part in enumerate(parts) if i not in taken]
        if free and rest:
            yield from match(free[-1], join(rest), extended)
        elif not free and not rest:
            yield extended
