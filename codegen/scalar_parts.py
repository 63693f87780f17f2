"""The scalar parts of a term with axes: formulas of single numbers, with entries, sums and the like as their variables.

Each is a formula of its own, to which all that is known of single numbers applies: the body of a sum, what is made of
the sum, and what is made of the shares that a softmax gives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace
from itertools import count

from symloss.codegen.array_kernels import ARRAY_KERNELS
from symloss.codegen.bounds import Ranges
from symloss.codegen.derivation import Step
from symloss.codegen.domain import Binary, Domain, Interval, NonNegative, Positive, Real
from symloss.codegen.intervals import Range
from symloss.codegen.notation import show
from symloss.codegen.term import Term, apply, factors, product, substitute, variable

__all__ = ["Change", "changed_by_parts", "range_of", "steps_by_parts"]

Change = Callable[[Term, Mapping[str, Domain]], Term]
Path = Callable[[Term, Mapping[str, Domain]], tuple[Step, ...]]
OPAQUE = frozenset({*ARRAY_KERNELS, "entry", "index", "masked"})
COMPARISONS = frozenset({"lt", "le", "eq"})
KNOWN: Mapping[str, Domain] = {
    "log_softmax": Interval(None, 0),
    "lag": Interval(None, 0),
    "direction": Interval(-1, 1),
    "norm": NonNegative,
    "index": NonNegative,
}


def changed_by_parts(term: Term, domains: Mapping[str, Domain], change: Change) -> Term:
    """`term` with `change` made of each scalar part and the domains of its variables, the innermost first."""
    return _Parts(domains, lambda part, own, _: change(part, own))(term)


def steps_by_parts(term: Term, domains: Mapping[str, Domain], path: Path) -> tuple[Step, ...]:
    """The steps of `path` for each scalar part, as steps of the whole `term`."""
    steps: list[Step] = []

    def walked(part: Term, own: Mapping[str, Domain], restored: Mapping[Term, Term]) -> Term:
        for step in path(part, own):
            before, after = substitute(step.before, restored), substitute(step.after, restored)
            whole = steps[-1].after if steps else term
            condition = _spelled_out(step.condition, restored)
            steps.append(replace(step, before=whole, after=substitute(whole, {before: after}), condition=condition))
            part = step.after
        return part

    _Parts(domains, walked)(term)
    return tuple(step for step in steps if step.after is not step.before)


def _spelled_out(condition: str, restored: Mapping[Term, Term]) -> str:
    """A condition on parts as one on what they stand for."""
    texts = {name.name: show(node) for name, node in restored.items()}
    return re.sub(r"\w+", lambda word: texts.get(word[0], word[0]), condition)


def entry_domain(domain: Domain) -> Domain:
    """Where a single entry of an array lies."""
    return replace(domain, axes=(), simplex=False)


def _named(nodes: Iterable[Term], taken: Container[str]) -> dict[Term, Term]:
    """A variable for each node, by a name that no argument has."""
    free = (name for name in map("part_{}".format, count()) if name not in taken)
    return {node: variable(next(free)) for node in nodes}


class _Parts:
    def __init__(
        self,
        domains: Mapping[str, Domain],
        change: Callable[[Term, Mapping[str, Domain], Mapping[Term, Term]], Term],
    ) -> None:
        self._domains, self._change = domains, change
        self._done: dict[Term, Term] = {}

    def __call__(self, term: Term) -> Term:
        if term not in self._done:
            opaque = {node: self._inside(node) for node in _opaque(term)}
            if not opaque:
                return self._change(term, self._domains, {})
            names = _named(opaque.values(), self._domains)
            inner = substitute(term, opaque)
            if inner in names:
                return inner
            scalar = substitute(inner, names)
            own = {n: self._domains[n] for n in self._domains if n in scalar.variables}
            within = own | {v.name: self._domain(node) for node, v in names.items() if v.name in scalar.variables}
            restored = {v: node for node, v in names.items()}
            self._done[term] = substitute(self._change(scalar, within, restored), restored)
        return self._done[term]

    def _inside(self, node: Term) -> Term:
        if node.operation == "masked":
            return apply("masked", *map(self, node.arguments))
        if node.operation not in ARRAY_KERNELS:
            return node
        body, *others = node.arguments
        return apply(node.operation, self._factors(body), *(a if a.operation == "index" else self(a) for a in others))

    def _factors(self, body: Term) -> Term:
        """What is summed; factors with axes of their own are parts of their own, or arrays over all axes were made."""
        groups: dict[frozenset[str], list[Term]] = {}
        for factor in factors(body):
            groups.setdefault(factor.axes, []).append(factor)
        return product([self(product(group)) for group in groups.values()])

    def _domain(self, node: Term) -> Domain:
        return domain_of(node, self._domains)


def domain_of(node: Term, domains: Mapping[str, Domain]) -> Domain:
    """Where the values of an opaque node lie."""
    if node.operation == "entry":
        return entry_domain(domains[node.arguments[0].name])
    if node.operation in COMPARISONS:
        return Binary
    if node.operation in _OF_BODY:
        return _OF_BODY[node.operation](node.arguments[0], domains)
    return KNOWN.get(node.operation, Real)


def range_of(term: Term, domains: Mapping[str, Domain]) -> Range:
    """Where the values of any term lie, as far as is seen."""
    names = _named(_opaque(term), domains)
    within = dict(domains) | {v.name: domain_of(node, domains) for node, v in names.items()}
    return Ranges(within)(substitute(term, names))


def _of_sum(body: Term, domains: Mapping[str, Domain]) -> Domain:
    found = range_of(body, domains)
    return Positive if found.positive else NonNegative if found.nonnegative else Real


def _of_rest(body: Term, domains: Mapping[str, Domain]) -> Domain:
    return NonNegative if range_of(body, domains).nonnegative else Real  # of one entry nothing is left


def _of_place(body: Term, domains: Mapping[str, Domain]) -> Domain:
    return domain_of(body, domains) if body.operation in OPAQUE else Real


_OF_BODY = {"sum": _of_sum, "greatest": _of_sum, "rest": _of_rest, "at": _of_place}


def _opaque(term: Term) -> dict[Term, None]:
    """The largest parts of `term` that are no functions of single numbers, comparisons of places among them."""
    found: dict[Term, None] = {}

    def visit(node: Term) -> None:
        places = node.operation in COMPARISONS and any(a.operation == "index" for a in node.arguments)
        if node.operation in OPAQUE or places:
            found[node] = None
        else:
            for argument in node.arguments:
                visit(argument)

    visit(term)
    return found
