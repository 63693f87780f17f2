"""Laws of products that no single line can say, since they hold for any number of factors in any powers.

``log(k*exp(-x/s)/(s*(1 + exp(-x/s))**2))`` has an exponential among its factors, and the product around it is out of
range where that is: log p(x) of a normal density is infinite at 40 standard deviations in float64, at 14 in float32.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from symloss.codegen.bounds import Ranges
from symloss.codegen.products import multiple, of_powers, powers_of, scaled
from symloss.codegen.term import ONE, Term, apply, total

__all__ = ["FACTORS_GATHERED", "LOGARITHM_OF_FACTORS", "Law"]


@dataclass(frozen=True, eq=False)
class Law:
    """What `after` makes of a node of one of `operations`, given the ranges of its parts; None if nothing."""

    name: str
    operations: tuple[str, ...]
    after: Callable[[Term, Ranges], Term | None]

    def ways(self, node: Term, ranges: Ranges) -> Iterator[tuple[Term, str]]:
        """The term that `node` becomes, and under which condition: none."""
        if (after := self.after(node, ranges)) is not None:
            yield after, ""


def _gathered(node: Term, _: Ranges) -> Term | None:
    """Exponentials as one, and what stands above the line and below it once."""
    found = list(powers_of(node))
    powers: dict[Term, int] = {}
    for factor, exponent in found:
        powers[factor] = powers.get(factor, 0) + exponent
    exponentials = [(f, n) for f, n in found if f.operation == "exp"]
    joined = len(exponentials) > 1 or any(n not in (1, -1) for _, n in exponentials)
    cancelled = any(abs(powers[f]) < abs(n) for f, n in found if f is not -ONE)
    if not joined and not cancelled:
        return None
    others = {f: n for f, n in powers.items() if f.operation != "exp" and n}
    summed = total([part for f, n in exponentials for part in multiple(n, f.arguments[0])])
    rest = of_powers(others)
    if not exponentials:
        return rest
    power = apply("exp", summed)
    return power if rest is ONE else rest * power


def _logarithm(node: Term, ranges: Ranges) -> Term | None:
    """The logarithm of a product as the sum of those of its exponentials and powers and of the rest."""
    inside = node.arguments[0] if node.operation == "log" else node.arguments[0] / node.arguments[1]
    parts: list[Term] = []
    rest: dict[Term, int] = {}
    for factor, exponent in powers_of(inside):
        logarithm = _LOGARITHMS.get(factor.operation)
        if logarithm is not None and (found := logarithm(factor, ranges)) is not None:
            parts += multiple(exponent, found)
        else:
            rest[factor] = rest.get(factor, 0) + exponent
    tails = [f for f in rest if f.operation == "erfc"]
    if tails and (parts or any(f.variables and f not in tails for f in rest)):
        parts += [scaled(Fraction(rest.pop(tail)), apply("log", tail)) for tail in tails]
    if not parts:
        return None
    constants = {f: n for f, n in rest.items() if n and not f.variables}
    left = of_powers({f: n for f, n in rest.items() if n and f not in constants})
    if left is ONE or -ONE in constants:
        left, constants = of_powers({f: n for f, n in rest.items() if n}), {}
    logarithms = [] if left is ONE else [_of_rest(left)]
    return total([*logarithms, *parts, *([_of_constant(constants)] if constants else [])])


def _of_rest(term: Term) -> Term:
    above, below = term.arguments if term.operation == "div" else (term, ONE)
    return -apply("log", below) if above is ONE else apply("log", term)


def _of_constant(powers: Mapping[Term, int]) -> Term:
    """The logarithm of a constant without its roots: half of log(2 pi)."""
    twice: dict[Term, int] = {}
    for factor, exponent in powers.items():
        root = factor.operation == "sqrt"
        base = factor.arguments[0] if root else factor
        twice[base] = twice.get(base, 0) + (exponent if root else 2 * exponent)
    unit = gcd(*twice.values())
    size = unit if max(twice.values()) > 0 else -unit
    return scaled(Fraction(size, 2), apply("log", of_powers({f: n // size for f, n in twice.items() if n})))


def _of_power(factor: Term, ranges: Ranges) -> Term | None:
    base, exponent = factor.arguments
    return exponent * apply("log", base) if ranges(base).positive else None


_LOGARITHMS: Mapping[str, Callable[[Term, Ranges], Term | None]] = {
    "exp": lambda factor, _: factor.arguments[0],
    "pow": _of_power,
    "sigmoid": lambda factor, _: -apply("softplus", -factor.arguments[0]),
}

FACTORS_GATHERED = Law("factors gathered", ("mul", "div"), _gathered)
LOGARITHM_OF_FACTORS = Law("logarithm of a product, factor by factor", ("log", "log_ratio"), _logarithm)
