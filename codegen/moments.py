"""Sums of exponentials that vanish with their first moment, each less its line: three powers of nearly equal numbers.

``x**a/(a (a - 1)) - x y**(a - 1)/(a - 1) + y**a/a`` is a sum of C_i exp(L_i) with sum(C_i) = sum(C_i L_i) = 0, so that
it is exp(L) sum(C_i (exp(D_i) - 1 - D_i)) with D_i = L_i - L for any L.  It is of second order in the differences, and
with the right L of the L_i its summands have one sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symloss.codegen.exponents import (
    Exponent,
    Part,
    bases_of,
    joined,
    normal,
    parts_of,
    remainder_of,
    replacements,
    summed,
    written,
)
from symloss.codegen.monomials import UNIT, atom, linear
from symloss.codegen.products import scaled
from symloss.codegen.rational import one_fraction
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.term import ONE, ZERO, Term, substitute, total, transform, variable

__all__ = ["by_moments"]

FEWEST, MOST = 3, 5  # exponentials: of two with no sum the one is a multiple of the other


def by_moments(term: Term, rewriter: Rewriter) -> Iterator[Term]:
    """`term`, or it as one fraction, with one such sum by the differences of its exponents to one of them."""
    found = tuple(replacements(term, "add", _around_each, rewriter))
    if not found:
        whole = one_fraction(term, keep_differences=True, keep_roots=False)
        found = tuple(replacements(whole, "add", _around_each, rewriter))
    yield from found


def _around_each(node: Term) -> Iterator[Term]:
    """By the differences of its exponents to each of them; bases that are 1 + x, say, stand in for x."""
    core = transform(node, written)
    back: dict[Term, Term] = {}
    for base in bases_of(core):
        if base.operation == "add" and len(base.variables) == 1:
            (inner,) = (variable(name) for name in base.variables)
            form, whole = linear(base), variable(f"base of {inner.name}")
            if form.keys() == {UNIT, atom(inner)}:
                of_whole = scaled(1 / form[atom(inner)], whole - scaled(form[UNIT], ONE))
                core = substitute(substitute(core, {base: whole}), {inner: of_whole})
                back[whole] = base
    for after in _less_lines(core):
        yield substitute(after, back)


def _less_lines(core: Term) -> Iterator[Term]:
    parts = _collected(parts_of(core)) if bases_of(core) else []
    if not FEWEST <= len(parts) <= MOST or not _vanishes(parts):
        return
    for _, middle in parts:
        others = [(f, summed(e, _negative(middle))) for f, e in parts if e is not middle]
        yield total([f * remainder_of(middle, joined(e), 2) for f, e in others])


def _negative(exponent: Exponent) -> Exponent:
    return {key: -factor for key, factor in exponent.items()}


def _collected(parts: Sequence[Part]) -> list[Part]:
    """The parts with those of one exponent as one."""
    found: list[Part] = []
    for factor, exponent in parts:
        same = next((i for i, (_, known) in enumerate(found) if known == exponent), None)
        if same is None:
            found.append((factor, exponent))
        else:
            found[same] = (normal(found[same][0] + factor), exponent)
    return found


def _vanishes(parts: Sequence[Part]) -> bool:
    """Whether the factors and their products with the exponents add up to 0."""
    keys = dict.fromkeys(key for _, exponent in parts for key in exponent)
    moments = [total([f * e[key] for f, e in parts if key in e]) for key in keys]
    return all(normal(moment) is ZERO for moment in (total([f for f, _ in parts]), *moments))
