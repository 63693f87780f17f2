"""A rational expression over one denominator, cancelled and factored, with everything else as an indeterminate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, reduce

from flint import Ordering, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from symloss.codegen.notation import show
from symloss.codegen.products import coefficient, ratio, scaled, whole_power
from symloss.codegen.term import ONE, ZERO, Term, apply, number, product, summands, total, transform, walk

__all__ = ["FIELD", "one_fraction"]

FIELD = frozenset({"add", "mul", "neg", "div", "square", "number", "abs"})
ROOTS = frozenset({"sqrt", "hypot"})
CIRCLES = (("cos", "sin", 1), ("cosh", "sinh", -1))  # the square of the first is 1 less or more that of the second
HUGE = 1000  # monomials on the way to it, of which products take seconds
STEEPEST = 400  # total degree: cos(1)**30000, by its relation with sin(1) 15000 monomials, fills the memory
LARGEST = 40  # monomials of a numerator that is still worth printing

Fractional = tuple[fmpq_mpoly, fmpq_mpoly]


@lru_cache(maxsize=1 << 13)
def one_fraction(term: Term, *, keep_differences: bool, keep_roots: bool) -> Term:
    """`term` as one quotient of factored polynomials in its other subterms.

    With `keep_differences`, a sum of bare arguments such as ``p - t`` is one indeterminate and is never
    multiplied out: its rounding error is half an ulp, that of ``p**2 - 2*p*t + t**2`` has no bound.
    The square of a root or hypotenuse is what stands under it; with `keep_roots` that relation is used
    the other way round, so that ``(h**2 - 1)/(h - 1)`` with h = hypot(1, x) becomes h + 1.
    The squares of cosine and sine, circular or hyperbolic, are one another's, too, and exp(x) is expm1(x) and 1
    where that makes it shorter.
    """
    term = transform(term, _written_out)
    atoms = _atoms(term, keep_differences=keep_differences)
    if not atoms:
        return term
    whole = _fraction(term, atoms, {}, keep_roots=keep_roots)
    beside = {atom: other for atom in atoms if (other := _complement(atom)) in atoms}
    if not beside:
        return whole
    return min(whole, _fraction(term, atoms, beside, keep_roots=keep_roots), key=lambda found: len(show(found)))


def _written_out(node: Term) -> Term:
    """A whole power as a product."""
    base, times = whole_power(node)
    if base is node or node.operation == "square":
        return node
    whole = product([apply("square", base)] * (abs(times) // 2) + [base] * (times % 2))
    return ONE / whole if times < 0 else whole


def _complement(atom: Term) -> Term | None:
    """What `atom` is but for 1."""
    return apply("expm1", *atom.arguments) if atom.operation == "exp" else None


def _fraction(term: Term, atoms: Sequence[Term], beside: Mapping[Term, Term], *, keep_roots: bool) -> Term:
    """`term` as one fraction of `atoms`, of which the keys of `beside` are 1 more than the values."""
    signs = {a: apply("sign", a.arguments[0]) for a in walk(term) if a.operation == "abs"}
    indeterminates = list(dict.fromkeys([*atoms, *signs.values()]))
    indeterminates.sort(key=lambda x: (x.operation in ROOTS) == keep_roots)
    context = fmpq_mpoly_ctx.get([f"x{i}" for i in range(len(indeterminates))], Ordering.lex)
    symbols = dict(zip(indeterminates, context.gens(), strict=True))
    one = context.constant(1)
    done: dict[Term, Fractional] = {}
    for node in walk(term):
        if node in symbols:
            done[node] = (symbols[beside[node]] + 1 if node in beside else symbols[node], one)
        elif node in signs and node.arguments[0] in done:
            above, below = done[node.arguments[0]]
            done[node] = (above * symbols[signs[node]], below)
        elif node.is_number:
            value = node.rational
            done[node] = (context.constant(fmpq(value.numerator, value.denominator)), one)
        elif all(a in done for a in node.arguments) and node.operation in _ARITHMETIC:
            done[node] = _ARITHMETIC[node.operation](*(done[a] for a in node.arguments))
            if any(len(part) > HUGE or part.total_degree() > STEEPEST for part in done[node]):
                return term
    relations = [symbols[s] ** 2 - 1 for s in dict.fromkeys(signs.values())]
    roots = {atom: under for atom in atoms if (under := _under(atom, done, one))}
    relations += [symbols[root] ** 2 * below - above for root, (above, below) in roots.items()]
    relations += [
        symbols[cosine] ** 2 - 1 + sign * symbols[sine] ** 2
        for cosine in atoms
        for name, other, sign in CIRCLES
        if cosine.operation == name and (sine := apply(other, *cosine.arguments)) in symbols
    ]
    above, below = done[term]
    above, reduced = _reduce(above, relations), _reduce(below, relations)
    if not above:
        return ZERO
    # a denominator is often shorter as the product that it was
    quotients = [_cancelled(above, b) for b in (reduced, below) if b and max(len(above), len(b)) <= LARGEST]
    named = {_polynomial(symbols[other] + 1, indeterminates): atom for atom, other in beside.items()}
    return min((_rebuild(*q, indeterminates, named) for q in quotients), key=_length, default=term)


def _atoms(term: Term, *, keep_differences: bool) -> list[Term]:
    """The subterms that are indeterminates, in order of appearance."""
    found: dict[Term, None] = {}
    seen: set[Term] = set()

    def visit(node: Term) -> None:
        if node in seen or node.is_number:
            return
        seen.add(node)
        if node.operation not in FIELD or (keep_differences and _is_difference(node)):
            found[node] = None
        else:
            for argument in node.arguments:
                visit(argument)

    visit(term)
    return list(found)


def _is_difference(node: Term) -> bool:
    parts = [coefficient(p)[1] for p in summands(node)]
    return node.operation == "add" and all(p.operation == "variable" for p in parts)


def _sum(*terms: Fractional) -> Fractional:
    return reduce(lambda x, y: (x[0] * y[1] + y[0] * x[1], x[1] * y[1]), terms)


def _product(*terms: Fractional) -> Fractional:
    return reduce(lambda x, y: (x[0] * y[0], x[1] * y[1]), terms)


_ARITHMETIC: Mapping[str, Callable[..., Fractional]] = {
    "add": _sum,
    "mul": _product,
    "neg": lambda x: (-x[0], x[1]),
    "div": lambda x, y: (x[0] * y[1], x[1] * y[0]),
    "square": lambda x: (x[0] ** 2, x[1] ** 2),
}


def _under(root: Term, done: Mapping[Term, Fractional], one: fmpq_mpoly) -> Fractional | None:
    """What stands under a root, if that is a fraction of the other indeterminates."""
    if root.operation not in ROOTS or any(a not in done and not a.is_number for a in root.arguments):
        return None
    parts = [done[a] if a in done else _constant(a, one) for a in root.arguments]
    return parts[0] if root.operation == "sqrt" else _sum(*((above**2, below**2) for above, below in parts))


def _constant(term: Term, one: fmpq_mpoly) -> Fractional:
    value = term.rational
    return one * fmpq(value.numerator, value.denominator), one


def _reduce(polynomial: fmpq_mpoly, relations: list[fmpq_mpoly]) -> fmpq_mpoly:
    """The remainder of the polynomial by each relation, which is zero."""
    for relation in relations:
        _, polynomial = divmod(polynomial, relation)
    return polynomial


def _cancelled(above: fmpq_mpoly, below: fmpq_mpoly) -> Fractional:
    common = above.gcd(below)
    return above / common, below / common


def _length(term: Term) -> int:
    return len(list(walk(term)))


def _rebuild(above: fmpq_mpoly, below: fmpq_mpoly, indeterminates: list[Term], named: Mapping[Term, Term]) -> Term:
    """The quotient as a term, in which the factors in `named` stand as that."""
    top, upper = above.factor()
    bottom, lower = below.factor()
    constant = Fraction(int(top.p), int(top.q)) / Fraction(int(bottom.p), int(bottom.q))
    upper, flips = _positive_first(upper)
    lower, more = _positive_first(lower)
    constant *= (-1) ** (flips + more)
    numerator = product([_power(named.get(x := _polynomial(p, indeterminates), x), n) for p, n in upper])
    denominator = [_power(named.get(x := _polynomial(p, indeterminates), x), n) for p, n in lower]
    if constant.denominator != 1:
        denominator = [number(constant.denominator), *denominator]
    return ratio([scaled(Fraction(constant.numerator), numerator)], denominator)


def _positive_first(parts: list[tuple[fmpq_mpoly, int]]) -> tuple[list[tuple[fmpq_mpoly, int]], int]:
    """Factors with a positive leading coefficient, and how many signs that moved out."""
    signed = [(-p if p.leading_coefficient() < 0 else p, n) for p, n in parts]
    return signed, sum(n for p, n in parts if p.leading_coefficient() < 0)


def _power(base: Term, exponent: int) -> Term:
    if exponent == 2:
        return apply("square", base)
    return base if exponent == 1 else apply("pow", base, number(exponent))


def _polynomial(polynomial: fmpq_mpoly, indeterminates: list[Term]) -> Term:
    parts = []
    for exponents, value in polynomial.terms():
        factors = [_power(x, int(n)) for x, n in zip(indeterminates, exponents, strict=True) if n]
        fraction = Fraction(int(value.p), int(value.q))
        parts.append(scaled(fraction, product(factors) if factors else ONE))
    return total(sorted(parts, key=lambda part: part.operation == "neg"))
