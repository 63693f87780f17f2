"""Sums of exponentials that vanish with their first moment, each less its line: three powers of nearly equal numbers.

``x**a/(a (a - 1)) - x y**(a - 1)/(a - 1) + y**a/a`` is a sum of C_i exp(L_i) with sum(C_i) = sum(C_i L_i) = 0, so that
it is exp(L) sum(C_i (exp(D_i) - 1 - D_i)) with D_i = L_i - L for any L.  It is of second order in the differences, and
with the right L of the L_i its summands have one sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from symloss.codegen.kernels import KERNELS, expand
from symloss.codegen.monomials import UNIT, atom, factors_of, linear
from symloss.codegen.rational import one_fraction
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.rules.matching import quotient
from symloss.codegen.term import ONE, ZERO, Term, apply, product, substitute, summands, total, transform, variable, walk
from symloss.codegen.tidy import coefficient, scaled

__all__ = ["by_moments"]

LOGARITHMS = ("log", "log_ratio")
WRITTEN = frozenset({"expm1", "xexpy", "xlogy", "log1p", "xlog1py", "xlog_ratio"})  # by their textbook formulas
LONGEST = 40  # products that a sum is multiplied out to
FAR = Fraction(1, 2**60)
FEWEST, MOST = 3, 5  # exponentials: of two with no sum the one is a multiple of the other

Exponent = Mapping[Term, Term]  # what each logarithm is multiplied by; the rest stands at ONE
Part = tuple[Term, Exponent]  # a factor and the exponent of what it is multiplied by


def by_moments(term: Term, rewriter: Rewriter) -> Iterator[Term]:
    """`term` with one such sum by the differences of its exponents to one of them."""
    for node in walk(term):
        if node.operation == "add":
            for after in _around_each(node):
                guarded = _guarded(node, after, rewriter)
                if guarded is not None:
                    yield rewriter.tidy(substitute(term, {node: guarded}))


def _guarded(node: Term, after: Term, rewriter: Rewriter) -> Term | None:
    """`after`, or `node` itself where a number may be 0 that `after` has the logarithm of; none if one may be negative.

    Of a ratio it is 0 for that purpose at 2**-60 of the other number: farther away powers overflow.
    """
    spans = {a: rewriter.ranges(a) for n in walk(after) if n.operation in LOGARITHMS for a in n.arguments}
    if not all(span.nonnegative for span in spans.values()):
        return None
    for base in (base for base, span in spans.items() if not span.positive):
        ratios = (n for n in walk(after) if n.operation == "log_ratio" and base in n.arguments)
        other = next((a for n in ratios for a in n.arguments if a is not base), None)
        if other is None or not spans[other].positive:
            least, safe = ZERO, base + apply("is_zero", base)
        else:
            least = scaled(FAR, other)
            safe = apply("max", base, least)
        after = apply("select", apply("le", base, least), node, substitute(after, {base: safe}))
    return after


def _around_each(node: Term) -> Iterator[Term]:
    """By the differences of its exponents to each of them; bases that are 1 + x, say, stand in for x."""
    written = transform(node, _written)
    back: dict[Term, Term] = {}
    for base in _bases(written):
        if base.operation == "add" and len(base.variables) == 1:
            (inner,) = (variable(name) for name in base.variables)
            form, whole = linear(base), variable(f"base of {inner.name}")
            if form.keys() == {UNIT, atom(inner)} and inner not in back.values():
                of_whole = scaled(1 / form[atom(inner)], whole - scaled(form[UNIT], ONE))
                written = substitute(substitute(written, {base: whole}), {inner: of_whole})
                back[whole] = base
    for after in _less_lines(written):
        yield substitute(after, back)


def _less_lines(written: Term) -> Iterator[Term]:
    bases = _bases(written)
    products = _multiplied_out(written) if bases else []
    parts = _collected([_exponential(part, bases) for part in products]) if len(products) <= LONGEST else []
    if not FEWEST <= len(parts) <= MOST or not _vanishes(parts):
        return
    for _, middle in parts:
        others = [(f, _sum(e, _negative(middle))) for f, e in parts if e is not middle]
        rest = total([f * apply("expm1_remainder", _joined(e)) for f, e in others])
        yield apply("exp", _joined(middle)) * rest if middle else rest


def _written(node: Term) -> Term:
    """A kernel of powers and exponentials by its textbook formula."""
    return expand(node, KERNELS[node.operation].meaning) if node.operation in WRITTEN else node


def _bases(node: Term) -> tuple[Term, ...]:
    """What has a power with an exponent that is no number, or a logarithm in an exponent of the sum."""
    exponents = (n.arguments[0] for n in walk(node) if n.operation == "exp")
    logarithms = (n for e in exponents for n in walk(e) if n.operation in LOGARITHMS)
    powers = (n.arguments[0] for n in walk(node) if n.operation == "pow")
    return tuple(dict.fromkeys([*powers, *(argument for n in logarithms for argument in n.arguments)]))


def _multiplied_out(term: Term) -> list[Term]:
    """The products of which a sum consists; sums below the line stay as they are."""
    scale, core = coefficient(term)
    if core.operation == "add":
        return [part for each in summands(core) for part in _multiplied_out(_times(scale, each, ONE))]
    above, below = quotient(core)
    inner = next((f for f in above if coefficient(f)[1].operation == "add"), None)
    if inner is None:
        return [term]
    others = list(above)
    others.remove(inner)
    rest = product(others) / product(below) if below else product(others)
    sign, whole = coefficient(inner)
    return [part for each in summands(whole) for part in _multiplied_out(_times(scale * sign, each, rest))]


def _times(scale: Fraction, term: Term, rest: Term) -> Term:
    own, core = coefficient(term)
    return scaled(scale * own, core if rest is ONE else rest if core is ONE else core * rest)


def _exponential(part: Term, bases: Sequence[Term]) -> Part:
    """A product as a factor and an exponent; one of the `bases` is the exponential of its logarithm."""
    kept: list[tuple[Term, int]] = []
    exponents: list[Exponent] = []
    scale, core = coefficient(part)
    above, below = quotient(core)
    for base, power in _powers(above, below):
        if base.operation == "exp":
            exponents.append(_by_logarithms(base.arguments[0], power))
        elif base.operation == "pow":
            exponents.append({apply("log", base.arguments[0]): scaled(Fraction(power), base.arguments[1])})
        elif base in bases:
            exponents.append({apply("log", base): scaled(Fraction(power), ONE)})
        elif base.is_number and base.rational:
            scale *= base.rational**power
        else:
            kept.append((base, power))
    return _product(kept, scale), _sum(*exponents)


def _powers(above: Sequence[Term], below: Sequence[Term]) -> Iterator[tuple[Term, int]]:
    for factor, sign in [*((f, 1) for f in above), *((f, -1) for f in below)]:
        own, core = coefficient(factor)
        if own != 1:
            yield scaled(own, ONE), sign
        yield (core.arguments[0], 2 * sign) if core.operation == "square" else (core, sign)


def _by_logarithms(exponent: Term, times: int) -> Exponent:
    """A multiple of a sum by what each logarithm in it is multiplied by."""
    found: list[Exponent] = []
    for monomial, scale in linear(exponent).items():
        powers = factors_of(monomial)
        logarithm = next((b for b, n in powers if b.operation in LOGARITHMS and n == 1), None)
        factor = _product([(b, n) for b, n in powers if b is not logarithm], times * scale)
        if logarithm is None:
            found.append({ONE: factor})
        else:
            signed = zip(logarithm.arguments, (factor, -factor), strict=False)
            found += [{apply("log", a): share} for a, share in signed]
    return _sum(*found)


def _product(powers: Sequence[tuple[Term, int]], scale: Fraction) -> Term:
    above, below = (product([b for b, n in powers for _ in range(n * sign)]) for sign in (1, -1))
    return scaled(scale, above if below is ONE else above / below)


def _sum(*exponents: Exponent) -> Exponent:
    found: dict[Term, list[Term]] = {}
    for key, factor in (row for exponent in exponents for row in exponent.items()):
        found.setdefault(key, []).append(factor)
    sums = {key: _normal(total(parts)) for key, parts in found.items()}
    return {key: factor for key, factor in sums.items() if factor is not ZERO}


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
            found[same] = (_normal(found[same][0] + factor), exponent)
    return found


def _vanishes(parts: Sequence[Part]) -> bool:
    """Whether the factors and their products with the exponents add up to 0."""
    keys = dict.fromkeys(key for _, exponent in parts for key in exponent)
    moments = [total([f * e[key] for f, e in parts if key in e]) for key in keys]
    return all(_normal(moment) is ZERO for moment in (total([f for f, _ in parts]), *moments))


def _joined(exponent: Exponent) -> Term:
    """The exponent as a term, with the logarithm of a ratio for two that stand against each other."""
    parts: list[Term] = []
    left = dict(exponent)
    while left:
        key, factor = left.popitem()
        other = next((k for k, f in left.items() if ONE not in (k, key) and _normal(f + factor) is ZERO), None)
        if other is None:
            parts.append(factor if key is ONE else factor * key)
        else:
            del left[other]
            parts.append(factor * apply("log_ratio", key.arguments[0], other.arguments[0]))
    return total(parts)


def _normal(term: Term) -> Term:
    """One fraction, or the number that a sum of numbers is."""
    if term.variables:
        return one_fraction(term, keep_differences=False, keep_roots=False)
    value = linear(term)
    return scaled(value.get(UNIT, Fraction(0)), ONE) if value.keys() <= {UNIT} else term
