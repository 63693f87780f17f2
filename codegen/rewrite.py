"""Guarded rewriting: a rule is applied only where its conditions hold and the exact identity test agrees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import tee
from typing import Any, TypeVar

from symloss.codegen.bounds import Ranges
from symloss.codegen.derivation import Step
from symloss.codegen.domain import Domain
from symloss.codegen.exact import Values
from symloss.codegen.points import sample
from symloss.codegen.products import quotient
from symloss.codegen.rules.laws import Law
from symloss.codegen.rules.rule import Rule
from symloss.codegen.term import Term, substitute, walk
from symloss.codegen.tidy import tidied

__all__ = ["Finder", "Rewrite", "Rewriter"]

TESTED = 12  # random points of the exact identity test, special ones besides
AGREEING = 3  # of which so many must be decided
PRECISIONS = (200, 900, 5000)  # bits, tried until both sides are known to 100
LIMIT = 1000  # rewrites to a fixpoint; where a term of thousands of nodes takes more, it is left as it is by then


Rewrite = Rule | Law
Found = TypeVar("Found")
Finder = Callable[[Term, "Rewriter"], Iterable[Found]]


class Rewriter:
    """Applies rules to terms over fixed domains."""

    def __init__(self, domains: Mapping[str, Domain]) -> None:
        self.domains = domains
        self.ranges = Ranges(domains)
        points = sample(domains, "float64", typical=TESTED, extreme=0).typical
        self._values = tuple(tuple(Values(point, precision) for precision in PRECISIONS) for point in points)
        self._tidied: dict[Term, Term] = {}
        self._replaced: dict[tuple[Rewrite, Term], Mapping[Term, str]] = {}
        self._same: dict[tuple[Term, Term], bool] = {}
        self.lengths: dict[tuple[object, ...], tuple[int, float] | None] = {}  # of the polynomials that series make
        self._found: dict[tuple[Finder[Any], Term], Iterator[Any]] = {}
        self._tables: dict[int, _Table] = {}

    def once(self, finder: Finder[Found], term: Term) -> Iterator[Found]:
        """What `finder` makes of `term`, found once, and no more of it than is asked for."""
        key = (finder, term)
        self._found[key], mine = tee(self._found[key] if key in self._found else finder(term, self))
        return mine

    def tidy(self, term: Term) -> Term:
        return tidied(term, self.ranges, self._tidied)

    def fixpoint(self, term: Term, rules: Sequence[Rewrite]) -> tuple[Term, tuple[Step, ...]]:
        """`term` rewritten until no rule applies or one leads back to a term that was met, with the steps taken."""
        steps: list[Step] = []
        term = self.tidy(term)
        met = {term}
        while len(steps) < LIMIT:
            step = next(self.rewrites(term, rules), None)
            if step is None or step.after in met:
                break
            steps.append(step)
            term = step.after
            met.add(term)
        return term, tuple(steps)

    def rewrites(self, term: Term, rules: Sequence[Rewrite]) -> Iterator[Step]:
        """Every single rewrite of `term` by one of `rules` at one node."""
        return self.at(term, walk(term), rules)

    def at(self, term: Term, nodes: Iterable[Term], rules: Sequence[Rewrite]) -> Iterator[Step]:
        """Every single rewrite of `term` by one of `rules` at one of `nodes`, in their order."""
        seen = {term}
        for node in nodes:
            for rule, ways in self._matches(node, rules):
                for replaced, where in ways.items():
                    after = self.tidy(substitute(term, {node: replaced}))
                    if after not in seen:
                        seen.add(after)
                        yield Step(rule.name, term, after, where)

    def everywhere(self, term: Term, rules: Sequence[Rewrite]) -> Iterator[Step]:
        """`term` with each rule applied at once to every node that it matches, where that is more than one."""
        found: dict[Rewrite, dict[Term, tuple[Term, str]]] = {}
        for node in walk(term):
            for rule, ways in self._matches(node, rules):
                found.setdefault(rule, {})[node] = next(iter(ways.items()))
        for rule in rules:
            if len(first := found.get(rule, {})) > 1:
                after = self.tidy(substitute(term, {node: replaced for node, (replaced, _) in first.items()}))
                if after is not term:
                    conditions = dict.fromkeys(where for _, where in first.values() if where)
                    yield Step(rule.name, term, after, ", ".join(conditions))

    def _matches(self, node: Term, rules: Sequence[Rewrite]) -> Iterator[tuple[Rewrite, Mapping[Term, str]]]:
        """Each of `rules` that matches `node`, and what it makes of it; where none does that is known the next time."""
        table = self._tables.get(id(rules)) or self._tables.setdefault(id(rules), _Table(rules))
        if node in table.barren:
            return
        barren = True
        for rule in table.by_operation.get(node.operation, ()):
            if ways := self._at(node, rule):
                barren = False
                yield rule, ways
        if barren:
            table.barren.add(node)

    def _at(self, node: Term, rule: Rewrite) -> Mapping[Term, str]:
        """What `rule` makes of `node`, in every way that it matches, and under which conditions on its parts.

        It is found once, whatever the whole term is.
        """
        key = (rule, node)
        if key not in self._replaced:
            self._replaced[key] = dict(self._replacements(node, rule))
        return self._replaced[key]

    def _replacements(self, node: Term, rule: Rewrite) -> Iterator[tuple[Term, str]]:
        for after, conditions in rule.ways(node, self.ranges):
            replaced = self.tidy(after)
            if not _same_words(node, replaced) and self.same(node, replaced):
                yield replaced, conditions

    def same(self, before: Term, after: Term) -> bool:
        """The exact identity test: equal wherever `before` is defined, at every sample point."""
        key = (before, after)
        if key not in self._same:
            self._same[key] = self._agree(before, after)
        return self._same[key]

    def _agree(self, before: Term, after: Term) -> bool:
        decided = 0
        for values in self._values:
            for value in values:
                left, right = value(before), value(after)
                if not left.is_finite():
                    continue
                if right.is_finite() and min(left.rel_accuracy_bits(), right.rel_accuracy_bits()) > 100:
                    break
                if right.is_finite() and left.is_zero() and right.is_zero():
                    break
            if left.is_finite() and (not right.is_finite() or not left.overlaps(right)):
                return False
            decided += bool(left.is_finite())
        return decided >= min(AGREEING, len(self._values))


def _same_words(before: Term, after: Term) -> bool:
    """Whether two terms differ at most in the order and grouping of one product or quotient."""
    if before is after:
        return True
    return all(Counter(x) == Counter(y) for x, y in zip(quotient(before), quotient(after), strict=True))


class _Table:
    """Rules by the operation of the node at which they can match, and the nodes at which none of them does."""

    def __init__(self, rules: Sequence[Rewrite]) -> None:
        self.rules = rules  # kept, since a table is known by the identity of its rules
        self.by_operation: dict[str, list[Rewrite]] = {}
        self.barren: set[Term] = set()
        for rule in rules:
            for operation in rule.operations:
                self.by_operation.setdefault(operation, []).append(rule)
