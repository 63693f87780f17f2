"""Laws of sums over an axis: norms, factors in front, sizes, like terms; `shares` has those of exponentials."""

from __future__ import annotations

from symloss.codegen.axes import placed, summed
from symloss.codegen.monomials import Monomial, linear
from symloss.codegen.products import of_powers, powers_of, ratio, scaled
from symloss.codegen.rules.array_law import ArrayLaw, Domains, at_a_place
from symloss.codegen.rules.shares import SHARES
from symloss.codegen.term import ONE, Term, apply, index, product, summands, total, walk
from symloss.codegen.term import factors as products_of

__all__ = ["ARRAY_LAWS"]


def _norm(node: Term, _: Domains) -> Term | None:
    """The root of a sum of squares."""
    (inside,) = node.arguments
    if inside.operation == "sum" and inside.arguments[0].operation == "square":
        return apply("norm", inside.arguments[0].arguments[0], inside.arguments[1])
    return None


def _direction(node: Term, _: Domains) -> Term | None:
    """x/norm(x), and sum(x*y)/norm(x), where the sum might overflow."""
    factors = list(powers_of(node))
    for low, (norm, power) in enumerate(factors):
        if norm.operation != "norm" or power >= 0:
            continue
        body, axis = norm.arguments
        for high, (factor, times) in enumerate(factors):
            turned = _turned(factor, body, axis.name) if times == 1 else None
            if turned is not None:
                changed = [(f, n + 1 if i == low else n) for i, (f, n) in enumerate(factors) if i != high]
                above = [f for f, n in changed if n > 0 for _ in range(n)]
                return ratio([*above, turned], [f for f, n in changed if n < 0 for _ in range(-n)])
    return None


def _turned(factor: Term, body: Term, axis: str) -> Term | None:
    """`factor` with the direction of the vector `body` where it has this itself, in a sum too."""
    place = at_a_place(body, axis, factor)
    if place is not None:
        return placed(apply("direction", body, index(axis)), axis, place)
    if factor.operation == "sum":
        parts = list(products_of(factor.arguments[0]))
        if body in parts and factor.arguments[1].name == axis:
            parts[parts.index(body)] = apply("direction", body, index(axis))
            return apply("sum", product(parts), factor.arguments[1])
    return None


def _like_terms(node: Term, _: Domains) -> Term | None:
    """A sum whose products are multiplied out where that leaves fewer summands."""
    form = linear(node)
    if len(form) >= len(summands(node)):
        return None
    place = {part: at for at, part in enumerate(walk(node))}

    def order(monomial: Monomial) -> list[tuple[int, int]]:
        return sorted((place.get(base, len(place)), exponent) for base, exponent in monomial)

    def written(monomial: Monomial) -> Term:
        return of_powers(dict(sorted(monomial, key=lambda pair: place.get(pair[0], len(place)))))

    return total([scaled(form[monomial], written(monomial)) for monomial in sorted(form, key=order)])


def _summand_by_summand(node: Term, _: Domains) -> Term | None:
    """What is the same at all places, or 0 at all but one, in a sum of nothing else."""
    body, place = node.arguments
    if body.operation != "add":
        return None
    found = [summed(part, place.name) for part in body.arguments]
    left = any(base.operation == "sum" and not _is_size(base) for part in found for base, _ in powers_of(part))
    return None if left else total(found)


def _is_size(term: Term) -> bool:
    return term.operation == "sum" and term.arguments[0] is ONE


def _sizes(node: Term, _: Domains) -> Term | None:
    """How many places there are, above and below the line."""
    factors = list(powers_of(node))
    sizes = {base: sum(n for other, n in factors if other is base) for base, _ in factors if _is_size(base)}
    if all(abs(exponent) == sum(abs(n) for b, n in factors if b is base) for base, exponent in sizes.items()):
        return None
    others = [of_powers({base: exponent}) for base, exponent in factors if base not in sizes]
    return product([*others, *(of_powers({base: exponent}) for base, exponent in sizes.items() if exponent)])


def _factors_in_front(node: Term, _: Domains) -> Term | None:
    found = summed(node.arguments[0], node.arguments[1].name)
    return None if found is node else found


ARRAY_LAWS = (
    ArrayLaw("root of a sum of squares", ("sqrt",), _norm),
    ArrayLaw("direction of a vector", ("mul", "div"), _direction),
    *SHARES,
    ArrayLaw("summand by summand", ("sum",), _summand_by_summand),
    ArrayLaw("sizes cancel", ("mul", "div"), _sizes),
    ArrayLaw("factors in front of a sum", ("sum",), _factors_in_front),
    ArrayLaw("like terms, multiplied out", ("add",), _like_terms),
)
