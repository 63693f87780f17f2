"""Sums of exponentials and powers as products of a factor and an exponent, by the logarithms in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice

from symloss.codegen.kernels import KERNELS, expand
from symloss.codegen.monomials import UNIT, factors_of, linear
from symloss.codegen.products import coefficient, quotient, ratio, scaled, whole_power
from symloss.codegen.rational import one_fraction
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.term import ONE, ZERO, Term, apply, product, substitute, summands, total, walk

__all__ = [
    "Exponent",
    "Part",
    "bases_of",
    "joined",
    "normal",
    "parts_of",
    "power_of",
    "remainder_of",
    "replacements",
    "summed",
    "written",
]

LOGARITHMS = ("log", "log_ratio")
WRITTEN = frozenset({"expm1", "xexpy", "xlogy", "log1p", "xlog1py", "xlog_ratio"})  # by their textbook formulas
REMAINDERS = {1: "expm1", 2: "expm1_remainder"}  # of an exponential less so many of its first terms
LONGEST = 40  # products that a sum is multiplied out to
FAR = Fraction(1, 2**60)

Exponent = Mapping[Term, Term]  # what each logarithm is multiplied by; the rest stands at ONE
Part = tuple[Term, Exponent]  # a factor and the exponent of what it is multiplied by


def guarded(node: Term, after: Term, rewriter: Rewriter) -> Term | None:
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


def written(node: Term) -> Term:
    """A kernel of powers and exponentials by its textbook formula."""
    return expand(node, KERNELS[node.operation].meaning) if node.operation in WRITTEN else node


def bases_of(node: Term) -> tuple[Term, ...]:
    """What has a power with an exponent that is no number, or a logarithm in an exponent of the sum."""
    exponents = (n.arguments[0] for n in walk(node) if n.operation == "exp")
    logarithms = (n for e in exponents for n in walk(e) if n.operation in LOGARITHMS)
    powers = (n.arguments[0] for n in walk(node) if n.operation == "pow")
    return tuple(dict.fromkeys([*powers, *(argument for n in logarithms for argument in n.arguments)]))


def multiplied_out(term: Term) -> Iterator[Term]:
    """The products of which a sum consists; sums below the line stay as they are."""
    scale, core = coefficient(term)
    if core.operation == "add":
        for each in summands(core):
            yield from multiplied_out(_times(scale, each, ONE))
        return
    above, below = quotient(core)
    inner = next((f for f in above if coefficient(f)[1].operation == "add"), None)
    if inner is None:
        yield term
        return
    others = list(above)
    others.remove(inner)
    rest = ratio(others, below)
    sign, whole = coefficient(inner)
    for each in summands(whole):
        yield from multiplied_out(_times(scale * sign, each, rest))


def _times(scale: Fraction, term: Term, rest: Term) -> Term:
    own, core = coefficient(term)
    return scaled(scale * own, core if rest is ONE else rest if core is ONE else core * rest)


def parts_of(term: Term) -> tuple[Part, ...]:
    """The products of which `term` consists, each by its factor and its exponent; none if there are too many."""
    bases = bases_of(term)
    products = tuple(islice(multiplied_out(term), LONGEST + 1))  # 30 sums are 2**30 products
    return tuple(exponential(part, bases) for part in products) if len(products) <= LONGEST else ()


def replacements(
    form: Term, operation: str, ways: Callable[[Term], Iterator[Term]], rewriter: Rewriter
) -> Iterator[Term]:
    """`form` with one of its nodes of the `operation` as one of the `ways` has it, guarded."""
    for node in walk(form):
        for after in ways(node) if node.operation == operation else ():
            safe = guarded(node, after, rewriter)
            if safe is not None:
                yield rewriter.tidy(substitute(form, {node: safe}))


def exponential(part: Term, bases: Sequence[Term]) -> Part:
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
    return _product(kept, scale), summed(*exponents)


def _powers(above: Sequence[Term], below: Sequence[Term]) -> Iterator[tuple[Term, int]]:
    for factor, sign in [*((f, 1) for f in above), *((f, -1) for f in below)]:
        own, core = coefficient(factor)
        if own != 1:
            yield scaled(own, ONE), sign
        base, times = whole_power(core)
        yield base, times * sign


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
    return summed(*found)


def _product(powers: Sequence[tuple[Term, int]], scale: Fraction) -> Term:
    above, below = (product([b for b, n in powers for _ in range(n * sign)]) for sign in (1, -1))
    return scaled(scale, above if below is ONE else above / below)


def summed(*exponents: Exponent) -> Exponent:
    """The sum of exponents, each logarithm once."""
    found: dict[Term, list[Term]] = {}
    for key, factor in (row for exponent in exponents for row in exponent.items()):
        found.setdefault(key, []).append(factor)
    sums = {key: normal(total(parts)) for key, parts in found.items()}
    return {key: factor for key, factor in sums.items() if factor is not ZERO}


def power_of(exponent: Exponent) -> Term:
    """The exponential, as a power where it is one of a single number."""
    if len(exponent) == 1 and ONE not in exponent:
        ((logarithm, factor),) = exponent.items()
        (base,) = logarithm.arguments
        return base if factor is ONE else apply("pow", base, factor)
    return apply("exp", joined(exponent))


def joined(exponent: Exponent) -> Term:
    """The exponent as a term, with the logarithm of a ratio for two that stand against each other."""
    parts: list[Term] = []
    left = dict(exponent)
    while left:
        key, factor = left.popitem()
        other = next((k for k, f in left.items() if ONE not in (k, key) and normal(f + factor) is ZERO), None)
        if other is None:
            parts.append(factor if key is ONE else factor * key)
        else:
            del left[other]
            parts.append(factor * apply("log_ratio", key.arguments[0], other.arguments[0]))
    return total(parts)


def normal(term: Term) -> Term:
    """One fraction, or the number that a sum of numbers is."""
    if term.variables:
        return one_fraction(term, keep_differences=False, keep_roots=False)
    value = linear(term)
    return scaled(value.get(UNIT, Fraction(0)), ONE) if value.keys() <= {UNIT} else term


def remainder_of(base: Exponent, argument: Term, order: int) -> Term:
    """exp(base) (exp(argument) less its first `order` terms)."""
    remainder = REMAINDERS[order]
    return apply(f"exp_{remainder}", joined(base), argument) if base else apply(remainder, argument)
