"""Where a definition jumps or is infinite inside its domain: nothing forbids it, but its author should know."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from sympy import Abs, Expr, Heaviside, Piecewise, Pow, Rational, Symbol, log, nan, preorder_traversal, sign, zoo
from sympy.core.relational import Relational
from sympy.core.sorting import ordered

from symloss.codegen.definition import Argument, Loss

__all__ = ["breaks_of"]

TRIES = 4  # lines through the domain, along each argument, on which a break is looked for
HALVINGS = 50  # of a step between samples, at most 36 wide: 3e-14
NEAR, NEARER = Rational(1, 10**6), Rational(1, 10**12)  # how far from a break its sides are looked at

Point = Mapping[Symbol, Rational]


def breaks_of(loss: Loss) -> tuple[str, ...]:
    """In words, the first place where the formula jumps and the first where it is infinite, of those found.

    Looked at are the zeros of what a condition compares, a sign is taken of, a quotient is divided by or a
    logarithm is taken of, along lines through a few points: what lies elsewhere is not found.
    """
    if any(argument.domain.axes or argument.domain.places for argument in loss.arguments):
        return ()  # along which of many entries?
    found: dict[str, str] = {}
    for gap in dict.fromkeys(_gaps(loss.expression)):
        for argument in loss.arguments:
            if argument.domain.differentiable and argument.symbol in gap.free_symbols:
                for point in _crossings(gap, argument, loss.arguments):
                    if said := _said(loss.expression, argument.symbol, point):
                        found.setdefault(*said)
    return tuple(found.values())


def _gaps(expression: Expr) -> Iterator[Expr]:
    """What changes its sign where `expression` may break."""
    for node in preorder_traversal(expression):
        if isinstance(node, Piecewise):
            compared = {each for _, condition in node.args for each in condition.atoms(Relational)}
            yield from (each.lhs - each.rhs for each in ordered(compared))
        elif isinstance(node, sign | Heaviside | log) or (node.is_Pow and node.exp.could_extract_minus_sign()):
            yield _bare(node.args[0])


def _bare(expression: Expr) -> Expr:
    """What has the same zeros and changes its sign there: of |x| and x**2 that is x."""
    while isinstance(expression, Abs | Pow):
        expression = expression.args[0]
    return expression


def _crossings(gap: Expr, along: Argument, arguments: tuple[Argument, ...]) -> Iterator[Point]:
    """Points at which `gap` changes its sign along an argument."""
    generator = random.Random(0)  # the same points in every run
    steps = sorted(map(Rational, along.domain.samples))
    for _ in range(TRIES):
        point = {a.symbol: Rational(generator.choice(a.domain.samples)) for a in arguments}
        signs = [_sign(gap, {**point, along.symbol: x}) for x in steps]
        for low, high, before, after in zip(steps, steps[1:], signs, signs[1:], strict=False):
            if before * after < 0:
                yield {**point, along.symbol: _zero(gap, {**point, along.symbol: low}, along.symbol, high)}
        yield from ({**point, along.symbol: x} for x, each in zip(steps, signs, strict=True) if each == 0)


def _zero(gap: Expr, point: Point, symbol: Symbol, high: Rational) -> Rational:
    low, start = point[symbol], _sign(gap, point)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _sign(gap, {**point, symbol: middle}) == start else (low, middle)
    return (low + high) / 2


def _sign(gap: Expr, point: Point) -> int:
    value = gap.xreplace(point).evalf(20)
    return 0 if not value.is_Float else 1 if value > 0 else -1


def _said(expression: Expr, symbol: Symbol, point: Point) -> tuple[str, str] | None:
    """The kind of break at `point` and what to say of it; None where both sides meet."""
    sides = []
    for direction in (-1, 1):
        far, near = (
            expression.xreplace({**point, symbol: point[symbol] + direction * distance}).evalf(20)
            for distance in (NEAR, NEARER)
        )
        if near.has(nan, zoo) or not (far.is_Float or far.is_zero) or not (near.is_Float or near.is_zero):
            return None
        if abs(near) > 1.01 * abs(far) + 0.1:
            return "pole", f"is infinite at {_words(point)}, inside its domain"
        sides.append((float(far), float(near)))
    (far_left, left), (far_right, right) = sides
    height = abs(right - left)
    if height > max(1e-6 * (1 + abs(left)), 0.01 * abs(far_right - far_left)):  # a slope falls with the distance
        return "jump", f"jumps from {left:.4g} to {right:.4g} at {_words(point)}: no derivative tells of that"
    return None


def _words(point: Point) -> str:
    return ", ".join(f"{symbol} = {round(float(number), 9) + 0.0:.6g}" for symbol, number in point.items())
