"""Products in an order whose parts stay in range: x*y/z overflows at 1e200*1e200/1e300, x/z*y does not.

Which order is safe at most points is found by their exponents, not by trying each form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product as choices
from math import prod

import numpy as np

from symloss.codegen.faults import Faults, Mask
from symloss.codegen.measure import Array
from symloss.codegen.products import scaled
from symloss.codegen.term import ONE, Term, apply, number

__all__ = ["Orders"]

PARTS = 600  # partial products of one product that are looked at
PRODUCTS = frozenset({"mul", "div", "neg", "square"})
HALF = number("1/2")

Powers = Mapping[Term, int]


@dataclass(frozen=True)
class _Product:
    """A rational number times factors, each above the line or below, in their `order`; or times the square of these.

    At `out` points a part of it is out of range.
    """

    coefficient: Fraction
    order: tuple[tuple[Term, bool], ...]
    squared: bool
    out: int


class Orders:
    """Terms with their products in safe orders, by the faults of one measurement."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._safe: dict[tuple[Term, bytes], _Product | None] = {}  # the forms of one term share most products
        self._found: dict[tuple[object, bytes], _Product | None] = {}

    def ordered(self, term: Term, form: Term) -> Term:
        """`term` with each product that leaves the range on the way in the order in which that happens least.

        What happens where `form`, which is `term` written out, has its value does not matter.
        """
        at_fault = self._faults.live(term, self._faults.at_fault(form))
        done: dict[Term, Term] = {}

        def build(node: Term) -> Term:
            if node not in done:
                new = node not in at_fault  # the argument of half an exponential
                product = None if new or node.operation not in PRODUCTS else self._known(node, at_fault[node])
                if product is not None:
                    whole = _written([(build(f), up) for f, up in product.order])
                    done[node] = scaled(product.coefficient, apply("square", whole) if product.squared else whole)
                else:
                    done[node] = apply(node.operation, *map(build, node.arguments)) if node.arguments else node
            return done[node]

        return build(term)

    def _known(self, node: Term, faulty: Mask) -> _Product | None:
        key = node, faulty.tobytes()
        if key not in self._safe:
            self._safe[key] = self._safest(node, faulty)
        return self._safe[key]

    def _safest(self, node: Term, faulty: Mask) -> _Product | None:
        """The best order of the factors of `node`; None if it is good as it is.

        Products within it that are in range stay as they are where that is no worse, and exponentials whole.
        """
        faults = self._faults
        if not faults.out_of_range(node, faulty):
            return None
        coefficient, powers = _factors(node, faulty, faults)
        wrong = _wrong(node, powers, faults)
        if not (wrong & faulty).any():
            return None
        relevant = faults.counted & (faulty | ~wrong)
        _, single = _factors(node, None, faults)
        halved = {_half(f): n * (2 if f.operation == "exp" else 1) for f, n in single.items()}
        best = _Product(coefficient, (), False, int((wrong & faulty).sum()))
        for each in (powers, single, halved):
            found = self._best(each, relevant) if best.out else None
            if found and found.out < best.out:
                best = replace(found, coefficient=coefficient)
        return best if best.out < (wrong & faulty).sum() else None

    def _best(self, powers: Powers, relevant: Mask) -> _Product | None:
        key = tuple(powers.items()), relevant.tobytes()
        if key not in self._found:
            self._found[key] = _best(powers, relevant, self._faults)
        return self._found[key]


def _written(parts: Sequence[tuple[Term, bool]]) -> Term:
    if not parts:
        return ONE
    (first, up), *others = parts
    whole = first if up else ONE / first
    for factor, above in others:
        whole = whole * factor if above else whole / factor
    return whole


def _wrong(node: Term, powers: Powers, faults: Faults) -> Mask:
    """Where the product `node` is out of range though its factors together are not."""
    whole, now = _exponent(powers, faults), faults.values(node)
    wrong: Mask = faults.counted & (
        (~np.isfinite(now) & (whole <= faults.most)) | ((now == 0) & (whole >= faults.least))
    )
    return wrong


def _factors(node: Term, points: Mask | None, faults: Faults) -> tuple[Fraction, dict[Term, int]]:
    """The rational factor of `node`, and the others with their exponents.

    A product among them is one factor if it is in range at all `points`.
    """
    powers: dict[Term, int] = {}

    def gather(part: Term, times: int) -> Fraction:
        if part.is_number and part.rational:
            return part.rational**times
        opened = part is node or points is None or faults.out_of_range(part, points)
        if part.operation == "neg" or (part.operation in PRODUCTS and opened):
            if part.operation == "square":
                return gather(part.arguments[0], 2 * times)
            if part.operation == "neg":
                inner = gather(part.arguments[0], times)
                return -inner if times % 2 else inner
            first, *others = part.arguments
            after = -times if part.operation == "div" else times
            return prod((gather(a, after) for a in others), start=gather(first, times))
        powers[part] = powers.get(part, 0) + times
        return Fraction(1)

    coefficient = gather(node, 1)
    return coefficient, {factor: n for factor, n in powers.items() if n}


def _half(factor: Term) -> Term:
    return apply("exp", HALF * factor.arguments[0]) if factor.operation == "exp" else factor


def _exponent(powers: Powers, faults: Faults) -> Array:
    """The binary logarithm of the product's size, as if no part of it were out of range."""
    whole: Array = np.zeros(len(faults.counted))
    with np.errstate(all="ignore"):
        for factor, n in powers.items():
            whole = whole + n * _logarithm(factor, faults)
    return whole


def _logarithm(factor: Term, faults: Faults) -> Array:
    with np.errstate(all="ignore"):
        if factor.operation == "exp":
            return np.divide(faults.values(factor.arguments[0]), np.log(2.0))
        size: Array = np.log2(np.abs(faults.values(factor)))
    return size


def _best(powers: Powers, relevant: Mask, faults: Faults) -> _Product | None:
    """The order of least faults at the `relevant` points: each part of the product is reached by its best order."""
    squared = all(n % 2 == 0 for n in powers.values())
    times = {f: n // 2 if squared else n for f, n in powers.items()}
    if prod(abs(n) + 1 for n in times.values()) > PARTS:
        return None
    whole = _exponent(times, faults)
    sizes = [(1 if n > 0 else -1) * _logarithm(f, faults) for f, n in times.items()]
    lost = [_lost(_logarithm(f, faults), whole, faults) for f in times if f.operation == "exp"]
    start = relevant & np.logical_or.reduce([np.zeros(len(whole), bool), *lost])
    found: dict[tuple[int, ...], tuple[Mask, tuple[int, ...]]] = {}
    for taken in choices(*(range(abs(n) + 1) for n in times.values())):
        with np.errstate(all="ignore"):
            part = sum((n * size for n, size in zip(taken, sizes, strict=True) if n), np.zeros(len(whole)))
        fault = relevant & _lost(part, whole, faults)
        ways = [(found[before][0] | fault, (*found[before][1], i)) for i, before in _before(taken)]
        found[taken] = min(ways, key=lambda way: int(way[0].sum()), default=(start, ()))
    out, order = found[tuple(map(abs, times.values()))]
    factors = tuple(times.items())
    return _Product(Fraction(1), tuple((factors[i][0], factors[i][1] > 0) for i in order), squared, int(out.sum()))


def _lost(part: Array, whole: Array, faults: Faults) -> Mask:
    """Where a `part` of a product is out of range in a way in which the `whole` is not."""
    lost: Mask = ((part > faults.most) & (whole <= faults.most)) | ((part < faults.least) & (whole >= faults.least))
    return lost


def _before(taken: tuple[int, ...]) -> Iterator[tuple[int, tuple[int, ...]]]:
    for i, n in enumerate(taken):
        if n:
            yield i, (*taken[:i], n - 1, *taken[i + 1 :])
