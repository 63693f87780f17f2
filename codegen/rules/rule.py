"""A rule is one line of mathematics, and a table of rules is data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from symloss.codegen.bounds import Ranges
from symloss.codegen.domain import Real
from symloss.codegen.notation import parse, show
from symloss.codegen.rules.matching import instantiate, occurrences
from symloss.codegen.term import Term, substitute, variable, walk
from symloss.codegen.tidy import tidied

__all__ = ["Rule"]

# Where functions of real numbers have a value.
DEFINED = {"sqrt": ("x >= 0",), "log1p": ("x > -1",), "acos": ("x >= -1", "1 >= x"), "acosh": ("x >= 1",)}


@dataclass(frozen=True, eq=False)
class Rule:
    """``left`` equals ``right`` for all real values of their variables that satisfy `where`.

    `where` lists conditions on the pattern variables, separated by commas: ``x > 0, y >= 0``.
    """

    name: str
    left: str
    right: str
    where: str = ""

    @cached_property
    def pattern(self) -> Term:
        """The left side as terms are before they are matched: ``x/2`` is written ``1/2*x`` there."""
        term = parse(self.left)
        return tidied(term, Ranges(dict.fromkeys(term.variables, Real)))

    @cached_property
    def result(self) -> Term:
        return parse(self.right)

    @cached_property
    def conditions(self) -> tuple[Term, ...]:
        return tuple(parse(part) for part in self.where.split(",") if part)

    @cached_property
    def open_conditions(self) -> tuple[Term, ...]:
        """Those that do not follow from the left side's having a value: sqrt(x) has none below 0."""
        given = {
            substitute(parse(condition), {variable("x"): node.arguments[0]})
            for node in walk(self.pattern)
            for condition in DEFINED.get(node.operation, ())
        }
        return tuple(condition for condition in self.conditions if condition not in given)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The pattern variables, in order of appearance."""
        return tuple(node.name for node in walk(self.pattern) if node.operation == "variable")

    @property
    def operations(self) -> tuple[str, ...]:
        """Of the nodes at which it can match: a product may hide in a quotient."""
        root = self.pattern.operation
        return ("mul", "div") if root in ("mul", "div") else (root,)

    def ways(self, node: Term, ranges: Ranges) -> Iterator[tuple[Term, str]]:
        """Every term that `node` becomes, and the conditions on its parts that follow from their ranges."""
        for bindings, place in occurrences(self.pattern, node):
            if all(_holds(instantiate(condition, bindings), ranges) for condition in self.open_conditions):
                conditions = [instantiate(condition, bindings) for condition in self.conditions]
                yield place(instantiate(self.result, bindings)), ", ".join(show(c) for c in conditions if c.variables)


def _holds(condition: Term, ranges: Ranges) -> bool:
    """Whether a comparison follows from the ranges of its sides."""
    left, right = condition.arguments
    gap = ranges(tidied(right - left, ranges))
    return gap.nonnegative if condition.operation == "le" else gap.positive
