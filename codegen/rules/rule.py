"""A rule is one line of mathematics, and a table of rules is data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from symloss.codegen.bounds import Ranges
from symloss.codegen.domain import Real
from symloss.codegen.notation import parse
from symloss.codegen.term import ZERO, Term, walk
from symloss.codegen.tidy import tidied

__all__ = ["Rule"]


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
        under = {node.arguments[0] for node in walk(self.pattern) if node.operation == "sqrt"}
        return tuple(
            condition
            for condition in self.conditions
            if not (condition.operation == "le" and condition.arguments[0] is ZERO and condition.arguments[1] in under)
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The pattern variables, in order of appearance."""
        return tuple(node.name for node in walk(self.pattern) if node.operation == "variable")
