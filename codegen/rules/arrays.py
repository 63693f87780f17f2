"""Laws of sums, maxima and shares over an axis: what no rule of single numbers can say.

The logarithm of a share leads to every other function of it: exp(l) is the share and -expm1(l) what is left of 1, with
all digits at both ends, where exp(x)/sum is 1 from 17 ahead of the others on in float32, and 0 from 104 behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from symloss.codegen.axes import placed, size_name, summed
from symloss.codegen.monomials import Monomial, linear
from symloss.codegen.products import coefficient, multiple, of_powers, powers_of, ratio, scaled
from symloss.codegen.term import ONE, Term, apply, index, negative, product, summands, total, walk
from symloss.codegen.term import factors as products_of

__all__ = ["ARRAY_LAWS", "ArrayLaw", "Simplexes"]

Simplexes = frozenset[str]


@dataclass(frozen=True, eq=False)
class ArrayLaw:
    """What `after` makes of a node of one of `operations`, given the arrays whose entries add up to 1."""

    name: str
    operations: tuple[str, ...]
    after: Callable[[Term, Simplexes], Term | None]


def _at_a_place(body: Term, axis: str, found: Term) -> Term | None:
    """The place on `axis` at which `body` is `found`, the axis itself if it is there everywhere."""
    if found is body:
        return index(axis)
    for place in _places_in(found, axis):
        if placed(body, axis, place) is found:
            return place
    return None


def _places_in(term: Term, axis: str) -> Iterator[Term]:
    """Every place on an axis of that size at which a part of `term` is read."""
    for node in walk(term):
        if node.operation == "at" and size_name(node.arguments[1].name) == size_name(axis):
            yield node.arguments[2]
        elif node.operation == "index" and size_name(node.name) == size_name(axis):
            yield node


def _log_share(body: Term, axis: str, place: Term) -> Term:
    return placed(apply("log_softmax", body, index(axis)), axis, place)


def _softmax(node: Term, _: Simplexes) -> Term | None:
    """exp(x[t])/sum(exp(x[K]), K), and its reciprocal."""
    factors = list(powers_of(node))
    for low, (sum_, power) in enumerate(factors):
        if sum_.operation != "sum" or sum_.arguments[0].operation != "exp":
            continue
        body, axis = sum_.arguments[0].arguments[0], sum_.arguments[1].name
        for high, (factor, times) in enumerate(factors):
            if factor.operation != "exp" or abs(times) != 1 or abs(power) != 1:
                continue
            exponent = factor.arguments[0] if times != power else negative(factor.arguments[0])
            place = _at_a_place(body, axis, exponent)
            if place is not None:
                share = apply("exp", scaled(Fraction(-power), _log_share(body, axis, place)))
                rest = [f for i, f in enumerate(factors) if i not in (low, high)]
                above = [f for f, times in rest if times > 0 for _ in range(times)]
                return ratio([*above, share], [f for f, times in rest if times < 0 for _ in range(-times)])
    return None


def _logsumexp(node: Term, _: Simplexes) -> Term | None:
    (inside,) = node.arguments
    if inside.operation == "sum" and inside.arguments[0].operation == "exp":
        return apply("logsumexp", inside.arguments[0].arguments[0], inside.arguments[1])
    return None


def _line_less_logsumexp(node: Term, _: Simplexes) -> Term | None:
    """x[t] - logsumexp(x[K], K)"""
    for low, part in enumerate(node.arguments):
        for sign in (1, -1):
            sum_ = part.arguments[0] if part.operation == "neg" and sign == 1 else part
            if sum_.operation != "logsumexp":
                continue
            body, axis = sum_.arguments[0], sum_.arguments[1].name
            for high, line in enumerate(node.arguments):
                own = line if sign == 1 else line.arguments[0] if line.operation == "neg" else None
                place = None if own is None or high == low else _at_a_place(body, axis, own)
                if place is not None:
                    share = _log_share(body, axis, place)
                    rest = [a for i, a in enumerate(node.arguments) if i not in (low, high)]
                    return total([share if sign == 1 else -share, *rest])
    return None


def _logarithm_of_exponentials(node: Term, _: Simplexes) -> Term | None:
    """Of a product of exponentials and nothing else."""
    factors = list(powers_of(node.arguments[0]))
    if any(factor.operation != "exp" for factor, _ in factors):
        return None
    return total([part for factor, times in factors for part in multiple(times, factor.arguments[0])])


def _shares_add_up(node: Term, simplexes: Simplexes) -> Term | None:
    """Alone, or among other summands, with what all of them are multiplied by."""
    body, place = node.arguments
    parts = [*body.arguments] if body.operation == "add" else [body]
    shares = {part: outside for part in parts if (outside := _outside_a_share(part, place, simplexes)) is not None}
    if not shares:
        return None
    rest = [part for part in parts if part not in shares]
    return total([*shares.values(), *([summed(total(rest), place.name)] if rest else [])])


def _outside_a_share(part: Term, place: Term, simplexes: Simplexes) -> Term | None:
    """What one of the shares along an axis is multiplied by, if that does not depend on the axis."""
    size, rest = coefficient(part)
    factors = list(products_of(rest))
    share = next((factor for factor in factors if _is_share(factor, place, simplexes)), None)
    if share is None:
        return None
    factors.remove(share)
    outside = product(factors)
    return None if place.name in outside.axes else scaled(size, outside)


def _is_share(term: Term, place: Term, simplexes: Simplexes) -> bool:
    if term.operation == "exp" and term.arguments[0].operation == "log_softmax":
        return term.arguments[0].arguments[1] is place
    return term.operation == "entry" and term.arguments[0].name in simplexes and term.arguments[-1] is place


def _norm(node: Term, _: Simplexes) -> Term | None:
    """The root of a sum of squares."""
    (inside,) = node.arguments
    if inside.operation == "sum" and inside.arguments[0].operation == "square":
        return apply("norm", inside.arguments[0].arguments[0], inside.arguments[1])
    return None


def _direction(node: Term, _: Simplexes) -> Term | None:
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
    place = _at_a_place(body, axis, factor)
    if place is not None:
        return placed(apply("direction", body, index(axis)), axis, place)
    if factor.operation == "sum":
        parts = list(products_of(factor.arguments[0]))
        if body in parts and factor.arguments[1].name == axis:
            parts[parts.index(body)] = apply("direction", body, index(axis))
            return apply("sum", product(parts), factor.arguments[1])
    return None


def _like_terms(node: Term, _: Simplexes) -> Term | None:
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


def _summand_by_summand(node: Term, _: Simplexes) -> Term | None:
    """What is the same at all places, or 0 at all but one, in a sum of nothing else."""
    body, place = node.arguments
    if body.operation != "add":
        return None
    found = [summed(part, place.name) for part in body.arguments]
    left = any(base.operation == "sum" and not _is_size(base) for part in found for base, _ in powers_of(part))
    return None if left else total(found)


def _is_size(term: Term) -> bool:
    return term.operation == "sum" and term.arguments[0] is ONE


def _sizes(node: Term, _: Simplexes) -> Term | None:
    """How many places there are, above and below the line."""
    factors = list(powers_of(node))
    sizes = {base: sum(n for other, n in factors if other is base) for base, _ in factors if _is_size(base)}
    if all(abs(exponent) == sum(abs(n) for b, n in factors if b is base) for base, exponent in sizes.items()):
        return None
    others = [of_powers({base: exponent}) for base, exponent in factors if base not in sizes]
    return product([*others, *(of_powers({base: exponent}) for base, exponent in sizes.items() if exponent)])


def _factors_in_front(node: Term, _: Simplexes) -> Term | None:
    found = summed(node.arguments[0], node.arguments[1].name)
    return None if found is node else found


ARRAY_LAWS = (
    ArrayLaw("root of a sum of squares", ("sqrt",), _norm),
    ArrayLaw("direction of a vector", ("mul", "div"), _direction),
    ArrayLaw("softmax by its logarithm", ("mul", "div"), _softmax),
    ArrayLaw("logarithm of a sum of exponentials", ("log",), _logsumexp),
    ArrayLaw("line less the logarithm of a sum of exponentials", ("add",), _line_less_logsumexp),
    ArrayLaw("logarithm of exponentials", ("log",), _logarithm_of_exponentials),
    ArrayLaw("shares add up to one", ("sum",), _shares_add_up),
    ArrayLaw("summand by summand", ("sum",), _summand_by_summand),
    ArrayLaw("sizes cancel", ("mul", "div"), _sizes),
    ArrayLaw("factors in front of a sum", ("sum",), _factors_in_front),
    ArrayLaw("like terms, multiplied out", ("add",), _like_terms),
)
