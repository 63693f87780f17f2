"""Formulas over axes as a definition writes them: entries of arrays, totals and maxima, in SymPy's objects.

SymPy's own Sum and Indexed differentiate wrongly and print badly; these are mere notation, which `sympy_form` reads
into terms at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import sympy

from symloss.codegen.domain import Axis

__all__ = ["Array", "Choice", "Entry", "Greatest", "Place", "Total", "entries_written", "greatest", "total"]


class Place(sympy.Symbol):  # type: ignore[misc]
    """A place on the axis of its name, as the body of a total sees it."""


class Entry(sympy.Function):  # type: ignore[misc]
    """The entry of an array: its symbol, then for each axis the place there and the axis itself, as a place on it."""

    nargs = None

    def _eval_is_real(self) -> bool:
        return True

    def _assumption(self, name: str) -> bool | None:
        known: bool | None = getattr(self.args[0], f"is_{name}")
        return known

    def _eval_is_positive(self) -> bool | None:
        return self._assumption("positive")

    def _eval_is_nonnegative(self) -> bool | None:
        return self._assumption("nonnegative")

    def _eval_is_integer(self) -> bool | None:
        return self._assumption("integer")


class Total(sympy.Function):  # type: ignore[misc]
    """The sum of the first argument over all places of the second."""

    nargs = 2

    def _eval_is_real(self) -> bool | None:
        return True if self.args[0].is_real else None

    def _eval_is_nonnegative(self) -> bool | None:
        return True if self.args[0].is_nonnegative else None

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[0].is_positive else None


class Greatest(sympy.Function):  # type: ignore[misc]
    """The largest value of the first argument over all places of the second."""

    nargs = 2

    def _eval_is_real(self) -> bool | None:
        return True if self.args[0].is_real else None


class Choice(sympy.Function):  # type: ignore[misc]
    """A Piecewise in the body of a total: its values and conditions in turn.

    SymPy takes a Piecewise out of whatever stands in a condition, and so its places out of the total they belong to.
    """

    nargs = None

    @property
    def branches(self) -> tuple[tuple[sympy.Expr, sympy.Basic], ...]:
        return tuple(zip(self.args[::2], self.args[1::2], strict=True))

    def _eval_is_real(self) -> bool | None:
        return True if all(value.is_real for value, _ in self.branches) else None

    def _eval_is_nonnegative(self) -> bool | None:
        return True if all(value.is_nonnegative for value, _ in self.branches) else None

    def _eval_is_positive(self) -> bool | None:
        return True if all(value.is_positive for value, _ in self.branches) else None


class Array:
    """An argument with axes, as the body of a definition sees it: only its entries are numbers."""

    def __init__(self, symbol: sympy.Symbol, axes: tuple[Axis, ...]) -> None:
        self.symbol, self.axes = symbol, axes

    __iter__ = None  # places are taken from totals; counting up from 0 would never end

    def __getitem__(self, places: object) -> Entry:
        given = places if isinstance(places, tuple) else (places,)
        if len(given) != len(self.axes):
            names = ", ".join(axis.name for axis in self.axes)
            raise TypeError(f"`{self.symbol}` is an array over {names}; write one place for each, not {len(given)}")
        for place, axis in zip(given, self.axes, strict=True):
            if isinstance(place, Place) and place.name.rstrip("'") != axis.name:
                raise TypeError(f"`{self.symbol}` has the axis {axis.name} where a place on {place.name} is written")
            if not isinstance(place, sympy.Symbol):
                right = "write a place that a total or a maximum gives, or a label"
                raise TypeError(f"`{self.symbol}[{place}]` is at no place on {axis.name}; {right}")
        pairs = zip(given, map(_place_on, self.axes), strict=True)
        return Entry(self.symbol, *(part for pair in pairs for part in pair))


def _place_on(axis: Axis, depth: int = 0) -> Place:
    return Place(axis.name + "'" * depth, integer=True, nonnegative=True)


_depth: ContextVar[int] = ContextVar("depth", default=0)


@contextmanager
def _a_place(axis: Axis) -> Iterator[Place]:
    """A place that is not in use: inside a total over the same axis another one."""
    depth = _depth.get()
    token = _depth.set(depth + 1)
    try:
        yield _place_on(axis, depth)
    finally:
        _depth.reset(token)


def _formula(found: object, what: str, axis: Axis) -> sympy.Expr:
    """What a body gives, which is a formula or a number; text is data, and no formula."""
    if isinstance(found, sympy.Expr):
        return _of_choices(found)
    if isinstance(found, int | float) and not isinstance(found, bool):
        return sympy.sympify(found, strict=True)
    raise TypeError(f"the {what} over {axis.name} is of {found!r}; return a formula of the place")


def _of_choices(expression: sympy.Basic) -> sympy.Basic:
    """`expression` with a `Choice` for each Piecewise."""
    if not expression.has(sympy.Piecewise):
        return expression
    if isinstance(expression, sympy.Piecewise):
        return Choice(*(_of_choices(part) for branch in expression.args for part in branch.args))
    return expression.func(*map(_of_choices, expression.args))


def total(body: Callable[[Place], sympy.Expr | int], axis: Axis) -> sympy.Expr:
    """The sum of ``body(k)`` over all places k of `axis`."""
    with _a_place(axis) as place:
        return Total(_formula(body(place), "sum", axis), place)


def greatest(body: Callable[[Place], sympy.Expr | int], axis: Axis) -> sympy.Expr:
    """The largest ``body(k)`` over all places k of `axis`."""
    with _a_place(axis) as place:
        return Greatest(_formula(body(place), "maximum", axis), place)


def entries_written(expression: sympy.Basic, size: int, numbers: Mapping[sympy.Symbol, sympy.Number]) -> sympy.Basic:
    """`expression` at a point: totals and maxima over `size` places, and the number of each entry: ``x[0]``."""
    if not expression.has(Entry, Total, Greatest, Choice):
        return expression.xreplace(numbers)
    if isinstance(expression, Total | Greatest):
        body, place = expression.args
        there = [{**numbers, place: sympy.Integer(at)} for at in range(size)]  # within it the place means no other
        values = [entries_written(body, size, known) for known in there]
        return sympy.Add(*values) if isinstance(expression, Total) else sympy.Max(*values)
    if isinstance(expression, Choice):
        branches = [[entries_written(part, size, numbers) for part in branch] for branch in expression.branches]
        return sympy.Piecewise(*branches)
    if isinstance(expression, Entry):
        array, *pairs = expression.args
        places = [place.xreplace(numbers) for place in pairs[::2]]
        return numbers[sympy.Symbol(f"{array}[{', '.join(map(str, places))}]", real=True)]
    return expression.func(*(entries_written(part, size, numbers) for part in expression.args))
