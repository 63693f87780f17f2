"""Random formulas over all that `derive` reads, as text, with domains, now and then a condition, and points.

Each is drawn from a generator seeded by the seed of a run and its own number, so that it can be drawn again alone.
Most are drawn until they have values at most points; the others are for what has to be refused.
"""

from __future__ import annotations

import ast
import math
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from suite.referee import Point, read
from symloss.codegen.vocabulary import FUNCTIONS

__all__ = ["DOMAINS", "Wild", "draw"]

# By the text that `derive` takes: the ends, what is closed, and whether the values are whole numbers.
DOMAINS: Mapping[str, tuple[float, float, str]] = {
    "real": (-math.inf, math.inf, "reals"),
    "positive": (0, math.inf, "reals"),
    "nonnegative": (0, math.inf, "reals"),
    "unit": (0, 1, "reals"),
    "binary": (0, 1, "whole"),
    "sign": (-1, 1, "signs"),
    "count": (0, math.inf, "whole"),
    "[-1, 1]": (-1, 1, "reals"),
    "(0, 1)": (0, 1, "reals"),
    "[0, 10]": (0, 10, "reals"),
    "(-2, 3]": (-2, 3, "reals"),
    "(1, oo)": (1, math.inf, "reals"),
    "[1/2, oo)": (0.5, math.inf, "reals"),
    "(-oo, 0)": (-math.inf, 0, "reals"),
    "(-oo, 5]": (-math.inf, 5, "reals"),
}
COMMON = ("real", "real", "real", "real", "positive", "positive", "unit")
CONDITIONS = ("{} > {}", "{} >= {}", "{} + {} > 0", "0 < {} - {} < 3", "{}*{} < 1", "2*{} < 1 + {}")
NUMBERS = (*"1 1 1 2 2 2 3 4 5 7 10 100".split(), "0.5", "0.1", "1.5", "2.25", "1/3", "3/4", "1e-3", "pi", "0")
WHOLE_POWERS = ("2", "2", "2", "3", "4", "5", "(-1)", "(-2)", "0")
BROKEN_POWERS = ("0.5", "1.5", "(1/3)", "(-0.5)", "2.5", "pi")
COMPARISONS = ("<", "<=", ">", ">=")

FREQUENT = (*"exp exp exp log log log log1p expm1 sqrt sqrt abs tanh sigmoid softplus sin cos max min".split(),)
# What a function needs of its arguments, letter for letter: any number, positive, above -1, in (-1, 1), in (0, 1),
# above 1.  Of functions that are not named here, nothing.
NEEDS: Mapping[str, str] = {
    **dict.fromkeys("log ln log2 log10 sqrt lgamma gammaln loggamma gamma digamma trigamma log1mexp".split(), "p"),
    **dict.fromkeys(("log1p", "factorial"), "m"),
    **dict.fromkeys(("asin", "acos", "atanh", "arcsin", "arccos", "arctanh"), "i"),
    **dict.fromkeys(("acosh", "arccosh"), "o"),
    **dict.fromkeys(("kl_div", "betaln"), "pp"),
    "logit": "u",
    "pow": "pa",
    "xlogy": "ap",
    "xlog1py": "am",
    "xlog_ratio": "app",
}
# Shapes that have what is needed, around any part.
SHAPES: Mapping[str, tuple[str, ...]] = {
    "p": (
        "exp({})",
        "1 + exp({})",
        "1 + {}**2",
        "abs({})",
        "1 + abs({})",
        "sigmoid({})",
        "softplus({})",
        "1 - tanh({})",
    ),
    "m": ("exp({})", "expm1({})", "{}**2", "-sigmoid({})", "abs({})"),
    "i": ("tanh({})", "sin({})", "2*sigmoid({}) - 1", "erf({})"),
    "u": ("sigmoid({})", "exp(-abs({}))", "1/(1 + {}**2)"),
    "o": ("1 + exp({})", "cosh({})", "1 + {}**2"),
}
SIZES = {2: 6, 3: 9, 4: 10, 5: 9, 6: 8, 7: 6, 8: 5, 9: 4, 10: 3, 11: 2, 12: 2, 13: 1, 14: 1}
SHAPED = 0.7  # share of the needs that are met by a shape; of the others most formulas are drawn again
UNTRIED = 0.04  # share of the formulas that are taken as they are
TRIED, DEFINED = 8, 6  # points, and those of them with a value
LARGEST = 1e30  # of a value there
DRAWS = 400  # until the last is taken


@dataclass(frozen=True)
class Wild:
    """A formula, the domains of its variables, conditions between them, and what to differentiate by, if anything."""

    number: int
    text: str
    domains: Mapping[str, str]
    assume: tuple[str, ...]
    by: str | None

    def points(self, count: int) -> tuple[Point, ...]:
        """Up to so many points, always the same ones, at which the conditions hold."""
        generator = random.Random(f"{self.text} {self.number}")
        conditions = [read(text, tuple(self.domains)) for text in self.assume]
        found: list[Point] = []
        for _ in range(60 * count):
            point = {name: _argument(DOMAINS[d], generator) for name, d in self.domains.items()}
            if all(condition.value(point) == 1 for condition in conditions):
                found.append(point)
            if len(found) == count:
                break
        return tuple(found)


def draw(seed: int, number: int, *, largest: int = max(SIZES)) -> Wild:
    """The formula with that number, of at most `largest` operations."""
    generator = random.Random(f"{seed} {number}")
    tried = generator.random() >= UNTRIED
    for _ in range(DRAWS):
        found = _Drawing(generator).wild(number, largest)
        if not tried or _has_values(found):
            break
    return found


def _has_values(wild: Wild) -> bool:
    program = read(wild.text, tuple(wild.domains))
    values = [program.value(point) for point in wild.points(TRIED)]
    return sum(bool(v.is_finite() and abs(v) < LARGEST) for v in values) >= DEFINED


def _argument(domain: tuple[float, float, str], generator: random.Random) -> float:
    """A float32 of the domain's inside, mostly of the size of data; no end, where derivatives may be one-sided."""
    lower, upper, kind = domain
    if kind == "signs":
        return generator.choice((-1.0, 1.0))
    if kind == "whole":
        return float(generator.randint(int(lower), int(min(upper, 12))))
    span = generator.choice(((-4, 4), (-4, 4), (-4, 4), (-14, 0), (3, 10)))
    size = math.ldexp(1 + generator.random(), generator.randrange(*span))
    if math.isfinite(lower) and math.isfinite(upper):
        value = generator.choice((generator.uniform(lower, upper), lower + size % 1 * (upper - lower)))
    elif math.isfinite(upper):
        value = upper - size
    else:
        value = lower + size if math.isfinite(lower) else generator.choice((-size, size))
    rounded = float(np.float32(value))
    return rounded if lower < rounded < upper and rounded else (max(lower, -1.0) + min(upper, 2.0)) / 2


class _Drawing:
    """One formula on its way."""

    def __init__(self, generator: random.Random) -> None:
        self._generator = generator
        self._choose = generator.choice
        self._names: tuple[str, ...] = ()

    def wild(self, number: int, largest: int) -> Wild:
        sizes = [size for size in SIZES if size <= largest]
        size = self._generator.choices(sizes, [SIZES[s] for s in sizes])[0]
        count = min(self._generator.choices((1, 2, 3), (5, 4, 1))[0], size)
        self._names = tuple(self._generator.sample("xyzabtuv", count))
        tree = ast.parse(self._part(size), mode="eval")
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        self._names = tuple(n for n in self._names if n in used) or self._names[:1]
        text = ast.unparse(tree) if used & {*self._names} else f"{self._names[0]} + {ast.unparse(tree)}"
        domains = {name: self._choose((*COMMON, self._choose(tuple(DOMAINS)))) for name in self._names}
        smooth = [name for name, d in domains.items() if DOMAINS[d][2] == "reals"]
        return Wild(number, text, domains, self._conditions(), self._choose(smooth) if smooth else None)

    def _conditions(self) -> tuple[str, ...]:
        if len(self._names) < 2 or self._generator.random() > 0.2:
            return ()
        return (self._choose(CONDITIONS).format(*self._generator.sample(self._names, 2)),)

    def _part(self, size: int) -> str:
        """A part of so many operations, in brackets if it is none by itself."""
        if size <= 0:
            return self._choose(self._names) if self._generator.random() < 0.75 else self._choose(NUMBERS)
        kinds: Mapping[Callable[[int], str], int] = {
            self._arithmetic: 50,
            self._function: 34,
            self._power: 9,
            self._sign: 4,
            self._choice: 3,
        }
        return f"({self._generator.choices(tuple(kinds), tuple(kinds.values()))[0](size - 1)})"

    def _split(self, size: int, parts: int) -> Iterator[int]:
        for left in range(parts - 1, 0, -1):
            share = self._generator.randint(0, size) if left else size
            yield share
            size -= share
        yield size

    def _parts(self, size: int, count: int) -> list[str]:
        return [self._part(share) for share in self._split(size, count)]

    def _arithmetic(self, size: int) -> str:
        return self._choose("++--**/").join(self._parts(size, 2))

    def _sign(self, size: int) -> str:
        return f"-{self._part(size)}"

    def _power(self, size: int) -> str:
        kind = self._generator.random()
        if kind < 0.7:
            return f"{self._part(size)}**{self._choose(WHOLE_POWERS)}"
        if kind < 0.85:
            return f"{self._meeting('p', size)}**{self._choose(BROKEN_POWERS)}"
        below, above = self._split(size, 2)
        return f"{self._meeting('p', below)}**{self._part(above)}"

    def _function(self, size: int) -> str:
        name = self._choose((self._choose(FREQUENT), self._choose(FREQUENT), self._choose(tuple(FUNCTIONS))))
        count = len(FUNCTIONS[name])
        if name in ("max", "min", "log") and self._generator.random() < 0.1:
            count += 1  # of as many as are given, or to a base
        needs = NEEDS.get(name, "").ljust(count, "p" if name == "log" else "a")
        parts = [self._meeting(need, share) for need, share in zip(needs, self._split(size, count), strict=True)]
        return f"{name}({', '.join(parts)})"

    def _meeting(self, need: str, size: int) -> str:
        """A part that has what is needed, or one drawn in the hope that it has."""
        if need not in SHAPES or not size or self._generator.random() > SHAPED:
            return self._part(size)
        return f"({self._choose(SHAPES[need]).format(self._part(size - 1))})"

    def _choice(self, size: int) -> str:
        left, right, then, otherwise = self._parts(size, 4)
        condition = f"{left} {self._choose(COMPARISONS)} {right}"
        if self._generator.random() < 0.2:
            condition += f" {self._choose(('and', 'or'))} {self._choose(self._names)} > {self._choose(NUMBERS)}"
        return self._choose(
            (
                f"{then} if {condition} else {otherwise}",
                f"where({condition}, {then}, {otherwise})",
                f"Piecewise(({then}, {condition}), ({otherwise}, True))",
            )
        )
