"""Laws of sums of exponentials and of the shares that each of them has in its sum.

The logarithm of a share leads to every other function of it: exp(l) is the share and -expm1(l) what is left of 1, with
all digits at both ends, where exp(x)/sum is 1 from 17 ahead of the others on in float32, and 0 from 104 behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import reduce

from symloss.codegen.axes import placed, summed
from symloss.codegen.products import coefficient, multiple, powers_of, ratio, scaled
from symloss.codegen.rules.array_law import ArrayLaw, Domains, at_a_place
from symloss.codegen.term import ONE, ZERO, Term, apply, index, negative, product, substitute, summands, total
from symloss.codegen.term import factors as products_of

__all__ = ["SHARES"]

ARITHMETIC = frozenset({"add", "mul", "div", "neg"})
COMPARISONS = frozenset({"lt", "le", "eq"})


def _log_share(body: Term, axis: str, place: Term) -> Term:
    return placed(apply("log_softmax", body, index(axis)), axis, place)


def _softmax(node: Term, domains: Domains) -> Term | None:
    """exp(x[t])/sum(exp(x[K]), K), and its reciprocal."""
    factors = list(powers_of(node))
    for low, (sum_, power) in enumerate(factors):
        body = exponent_of_summands(sum_, domains) if abs(power) == 1 else None
        if body is None:
            continue
        axis = sum_.arguments[1].name
        for high, (factor, times) in enumerate(factors):
            if factor.operation != "exp" or abs(times) != 1:
                continue
            exponent = factor.arguments[0] if times != power else negative(factor.arguments[0])
            place = at_a_place(body, axis, exponent)
            if place is not None:
                share = apply("exp", scaled(Fraction(-power), _log_share(body, axis, place)))
                rest = [f for i, f in enumerate(factors) if i not in (low, high)]
                above = [f for f, times in rest if times > 0 for _ in range(times)]
                return ratio([*above, share], [f for f, times in rest if times < 0 for _ in range(-times)])
    return None


def _logsumexp(node: Term, domains: Domains) -> Term | None:
    """The logarithm of what is made of sums of exponentials: each of them is the exponential of its own logarithm."""
    (inside,) = node.arguments
    found = {
        part: apply("exp", apply("logsumexp", exponent, part.arguments[1]))
        for part in _arithmetic_parts(inside)
        if (exponent := exponent_of_summands(part, domains)) is not None
    }
    return apply("log", substitute(inside, found)) if found else None


def _arithmetic_parts(term: Term) -> Iterator[Term]:
    """The sums over an axis of which sums, products and quotients make `term`."""
    if term.operation in ARITHMETIC:
        for argument in term.arguments:
            yield from _arithmetic_parts(argument)
    elif term.operation == "sum":
        yield term


def exponent_of_summands(sum_: Term, domains: Domains) -> Term | None:
    """The y of ``sum(exp(y), K)``."""
    return _exponent(sum_.arguments[0], domains) if sum_.operation == "sum" else None


def _exponent(body: Term, domains: Domains) -> Term | None:
    """The y of a body that is exp(y), masked where a factor is 0.

    Of a product of exponentials, of what is 1 or 0, and of positive numbers.
    """
    if body.operation == "select":
        condition, then, otherwise = body.arguments
        if otherwise is ZERO:
            return _masked(_exponent(then, domains), condition)
        return _masked(_exponent(otherwise, domains), apply("eq", condition, ZERO)) if then is ZERO else None
    exponents: list[Term] = []
    masks: list[Term] = []
    some = False
    for factor, times in powers_of(body):
        inner = _exponent(factor, domains) if factor.operation == "select" and times == 1 else None
        if factor.operation == "exp":
            some = True
            exponents += multiple(times, factor.arguments[0])
        elif inner is not None:
            some = True
            exponents.append(inner)
        elif times > 0 and (mask := _mask(factor, domains)) is not None:
            masks.append(mask)
        elif factor.operation == "entry" and domains[factor.arguments[0].name].positive:
            exponents += multiple(times, apply("log", factor))
        else:
            return None
    return reduce(lambda exponent, mask: apply("masked", exponent, mask), masks, total(exponents)) if some else None


def _masked(exponent: Term | None, condition: Term) -> Term | None:
    return None if exponent is None else apply("masked", exponent, condition)


def _mask(factor: Term, domains: Domains) -> Term | None:
    """The condition under which a factor is 1, if it is 0 otherwise."""
    if factor.operation in COMPARISONS:
        return factor
    if _is_bit(factor, domains):
        return apply("eq", factor, ONE)
    bits = [negative(part) for part in summands(factor) if part is not ONE]
    if len(bits) == 1 and factor is not bits[0] and ONE in summands(factor) and _is_bit(bits[0], domains):
        return apply("eq", bits[0], ZERO)
    return None


def _is_bit(term: Term, domains: Domains) -> bool:
    return term.operation == "entry" and domains[term.arguments[0].name].values == (0, 1)


def _softplus(node: Term, _: Domains) -> Term | None:
    """log(1 + exp(x)), of which the derivative is a logistic function."""
    parts = summands(node.arguments[0])
    exponents = [part.arguments[0] for part in parts if part.operation == "exp"]
    return apply("softplus", *exponents) if len(parts) == 2 and len(exponents) == 1 and ONE in parts else None


def _line_less_logsumexp(node: Term, _: Domains) -> Term | None:
    """x[t] - logsumexp(x[K], K)"""
    for low, part in enumerate(node.arguments):
        for sign in (1, -1):
            sum_ = part.arguments[0] if part.operation == "neg" and sign == 1 else part
            if sum_.operation != "logsumexp":
                continue
            body, axis = sum_.arguments[0], sum_.arguments[1].name
            for high, line in enumerate(node.arguments):
                own = line if sign == 1 else line.arguments[0] if line.operation == "neg" else None
                place = None if own is None or high == low else at_a_place(body, axis, own)
                if place is not None:
                    share = _log_share(body, axis, place)
                    rest = [a for i, a in enumerate(node.arguments) if i not in (low, high)]
                    return total([share if sign == 1 else -share, *rest])
    return None


def _masked_line(node: Term, domains: Domains) -> Term | None:
    """x[t] - logsumexp(masked(x[K], c), K) times what is 0 where c does not hold at t."""
    for high, line in enumerate(node.arguments):
        others = product([factor for place, factor in enumerate(node.arguments) if place != high])
        for sum_ in line.arguments if line.operation == "add" else ():
            inner = sum_.arguments[0] if sum_.operation == "neg" else sum_
            if inner.operation != "logsumexp" or inner.arguments[0].operation != "masked":
                continue
            masked, axis = inner.arguments[0], inner.arguments[1].name
            body, condition = masked.arguments
            for own in line.arguments:
                place = at_a_place(body, axis, negative(own) if inner is sum_ else own)
                if place is not None and _vanishes(others, placed(condition, axis, place), domains):
                    entry = placed(masked, axis, place)
                    shown = [(-entry if inner is sum_ else entry) if part is own else part for part in line.arguments]
                    return others * total(shown)
    return None


def _vanishes(factor: Term, condition: Term, domains: Domains) -> bool:
    """Whether `factor` is seen to be 0 where `condition` does not hold."""
    if factor is ZERO or _mask(factor, domains) is condition:
        return True
    if factor.operation == "select":
        chosen, then, otherwise = factor.arguments
        if (chosen is condition and otherwise is ZERO) or (apply("eq", chosen, ZERO) is condition and then is ZERO):
            return True
        return _vanishes(then, condition, domains) and _vanishes(otherwise, condition, domains)
    return factor.operation == "mul" and any(_vanishes(part, condition, domains) for part in factor.arguments)


def _logarithm_of_exponentials(node: Term, _: Domains) -> Term | None:
    """Of a product of exponentials and nothing else."""
    factors = list(powers_of(node.arguments[0]))
    if any(factor.operation != "exp" for factor, _ in factors):
        return None
    return total([part for factor, times in factors for part in multiple(times, factor.arguments[0])])


def _shares_add_up(node: Term, domains: Domains) -> Term | None:
    """Alone, or among other summands, with what all of them are multiplied by."""
    body, place = node.arguments
    parts = [*body.arguments] if body.operation == "add" else [body]
    shares = {part: outside for part in parts if (outside := _outside_a_share(part, place, domains)) is not None}
    if not shares:
        return None
    rest = [part for part in parts if part not in shares]
    return total([*shares.values(), *([summed(total(rest), place.name)] if rest else [])])


def _outside_a_share(part: Term, place: Term, domains: Domains) -> Term | None:
    """What one of the shares along an axis is multiplied by, if that does not depend on the axis."""
    size, rest = coefficient(part)
    factors = list(products_of(rest))
    share = next((factor for factor in factors if _is_share(factor, place, domains)), None)
    if share is None:
        return None
    factors.remove(share)
    outside = product(factors)
    return None if place.name in outside.axes else scaled(size, outside)


def _is_share(term: Term, place: Term, domains: Domains) -> bool:
    if term.operation == "exp" and term.arguments[0].operation == "log_softmax":
        return term.arguments[0].arguments[1] is place
    return term.operation == "entry" and domains[term.arguments[0].name].simplex and term.arguments[-1] is place


SHARES = (
    ArrayLaw("softmax by its logarithm", ("mul", "div"), _softmax),
    ArrayLaw("logarithm of a sum of exponentials", ("log",), _logsumexp),
    ArrayLaw("softplus over an axis", ("log",), _softplus),
    ArrayLaw("line less the logarithm of a sum of exponentials", ("add",), _line_less_logsumexp),
    ArrayLaw("what counts only where it is not masked", ("mul",), _masked_line),
    ArrayLaw("logarithm of exponentials", ("log",), _logarithm_of_exponentials),
    ArrayLaw("shares add up to one", ("sum",), _shares_add_up),
)
