"""The toolkit's own expression graph: ordered, hash-consed, never evaluated behind the author's back.

SymPy reorders sums and re-evaluates ``x - (x - y)``; in floating point both are different programs.
A `Term` is exactly what was written.  Sums and products take any number of arguments and are evaluated from
left to right, subtraction is a sum with a `neg`; ``a + (b + c)`` stays grouped.  Two equal terms are one object,
so that equality is identity, shared work is shared, and per-node results can be cached by term.

Arrays have named axes: ``x[K]`` is the entry of x at the place K, ``sum(x[K], K)`` takes the sum over all places.
A term with a free axis stands for one value at each place; terms meet place by place, whatever the order of their axes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Self, cast

__all__ = [
    "ALONG",
    "BINDING",
    "CONSTANTS",
    "LEAVES",
    "N_ARY",
    "ONE",
    "ZERO",
    "Term",
    "apply",
    "entry",
    "factors",
    "index",
    "negative",
    "number",
    "product",
    "substitute",
    "summands",
    "total",
    "transform",
    "variable",
    "walk",
]

N_ARY = frozenset({"add", "mul"})
CONSTANTS = frozenset({"pi"})  # kernels without arguments
NO_AXES: frozenset[str] = frozenset()
LEAVES = frozenset({"number", "variable", "index"})
BINDING = frozenset(
    {"sum", "greatest", "rest", "logsumexp", "norm", "at"}
)  # over the axis of the second argument, which is not free any more
ALONG = frozenset({"lag", "log_softmax", "direction"})  # over that axis, too, with a value at each of its places
REPEATED = 5  # nodes: a part of more is not printed twice, or 40 doublings in a row were a terabyte of text


class Term:
    """A node of the graph: a kernel applied to arguments, a number, or a variable.

    `operation` names a row of the kernel table, or is ``"number"`` (then `value` is a `Fraction`), ``"variable"`` (then
    `value` is its name) or ``"index"``, a place on the axis that is its `value`.  `axes` are those that are free.
    Build terms with `apply`, `number`, `variable`, `index` and `entry`.
    """

    __slots__ = ("_key", "arguments", "axes", "operation", "value", "variables")
    operation: str
    arguments: tuple[Term, ...]
    value: Fraction | str | None
    variables: frozenset[str]
    axes: frozenset[str]

    def __new__(cls, operation: str, arguments: tuple[Term, ...] = (), value: Fraction | str | None = None) -> Self:
        identity = (operation, arguments, value)
        known = _INTERNED.get(identity)
        if known is not None:
            return cast("Self", known)
        term = super().__new__(cls)
        object.__setattr__(term, "operation", operation)
        object.__setattr__(term, "arguments", arguments)
        object.__setattr__(term, "value", value)
        names = frozenset({value}) if operation == "variable" else frozenset()
        object.__setattr__(term, "variables", names.union(*(a.variables for a in arguments)))
        object.__setattr__(term, "axes", _free_axes(operation, arguments, value))
        return cast("Self", _INTERNED.setdefault(identity, term))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Term is immutable, {name} cannot be set")

    def __reduce__(self) -> tuple[type[Term], tuple[str, tuple[Term, ...], Fraction | str | None]]:
        return Term, (self.operation, self.arguments, self.value)

    def __repr__(self) -> str:
        """The whole term; a larger part that occurs more than once is written once, behind its mark."""
        uses = Counter(argument for node in walk(self) for argument in node.arguments)
        texts: dict[Term, str] = {}
        sizes: dict[Term, int] = {}
        marked: list[str] = []
        for node in walk(self):
            sizes[node] = 1 + sum(sizes[a] for a in node.arguments)
            if node.operation in LEAVES:
                texts[node] = str(node.value)
            else:
                texts[node] = f"{node.operation}({', '.join(texts[a] for a in node.arguments)})"
            if uses[node] > 1 and sizes[node] > REPEATED:
                marked.append(texts[node])
                texts[node], sizes[node] = f"#{len(marked)}", 1
        return "; ".join([texts[self], *(f"#{place} = {text}" for place, text in enumerate(marked, 1))])

    def __add__(self, other: Term) -> Term:
        return apply("add", self, other)

    def __sub__(self, other: Term) -> Term:
        return apply("add", self, apply("neg", other))

    def __mul__(self, other: Term) -> Term:
        return apply("mul", self, other)

    def __truediv__(self, other: Term) -> Term:
        return apply("div", self, other)

    def __neg__(self) -> Term:
        return apply("neg", self)

    @property
    def is_number(self) -> bool:
        return self.operation == "number"

    @property
    def rational(self) -> Fraction:
        """The value of a number."""
        return cast("Fraction", self.value)

    @property
    def name(self) -> str:
        """The name of a variable or of an index's axis."""
        return cast("str", self.value)


def _free_axes(operation: str, arguments: tuple[Term, ...], value: Fraction | str | None) -> frozenset[str]:
    if operation == "index":
        return frozenset({str(value)})
    if operation in BINDING:
        body, bound, *others = arguments
        return (body.axes - bound.axes).union(*(a.axes for a in others))
    return NO_AXES.union(*(a.axes for a in arguments)) if any(a.axes for a in arguments) else NO_AXES


_INTERNED: dict[tuple[str, tuple[Term, ...], Fraction | str | None], Term] = {}


def apply(operation: str, *arguments: Term) -> Term:
    """The kernel `operation` of `arguments`; ``(a + b) + c`` becomes ``a + b + c``, nothing else is evaluated."""
    if operation in N_ARY and arguments[0].operation == operation:
        arguments = (*arguments[0].arguments, *arguments[1:])
    return Term(operation, arguments)


def number(value: int | str | Fraction) -> Term:
    """An exact rational constant."""
    return Term("number", (), Fraction(value))


def variable(name: str) -> Term:
    """An argument of a loss, or a pattern variable of a rule; where it has axes only `entry` may hold it."""
    return Term("variable", (), name)


def index(axis: str) -> Term:
    """A place on an axis, counted from 0."""
    return Term("index", (), axis)


def entry(name: str, *axes: str) -> Term:
    """The entry of the array `name` at a place on each of `axes`."""
    return apply("entry", variable(name), *map(index, axes))


ZERO, ONE = number(0), number(1)


def transform(term: Term, change: Callable[[Term], Term]) -> Term:
    """`term` rebuilt from the leaves up, every node passed through `change` once."""
    done: dict[Term, Term] = {}
    for node in walk(term):
        arguments = tuple(done[a] for a in node.arguments)
        done[node] = change(node if arguments == node.arguments else apply(node.operation, *arguments))
    return done[term]


@lru_cache(maxsize=1 << 15)
def summands(term: Term) -> tuple[Term, ...]:
    """The parts of a sum, through nested sums and signs: ``a - (b - c)`` gives a, -b, c."""
    if term.operation == "add":
        return tuple(part for a in term.arguments for part in summands(a))
    if term.operation == "neg" and term.arguments[0].operation in ("add", "neg"):
        return tuple(negative(part) for part in summands(term.arguments[0]))
    return (term,)


def factors(term: Term) -> tuple[Term, ...]:
    """The parts of a product, through nested products."""
    return tuple(part for a in term.arguments for part in factors(a)) if term.operation == "mul" else (term,)


def negative(term: Term) -> Term:
    """-`term`, without a second sign."""
    return term.arguments[0] if term.operation == "neg" else -term


def total(parts: Sequence[Term]) -> Term:
    """The sum of `parts` in their order; 0 of none."""
    return apply("add", *parts) if len(parts) > 1 else parts[0] if parts else ZERO


def product(parts: Sequence[Term]) -> Term:
    """The product of `parts` in their order; 1 of none."""
    return apply("mul", *parts) if len(parts) > 1 else parts[0] if parts else ONE


def substitute(term: Term, replacement: Mapping[Term, Term]) -> Term:
    """`term` with every occurrence of a key replaced by its value (outermost first, not repeated inside)."""
    done: dict[Term, Term] = {}

    def build(node: Term) -> Term:
        if node in replacement:
            return replacement[node]
        if node not in done:
            arguments = tuple(map(build, node.arguments))
            done[node] = node if arguments == node.arguments else apply(node.operation, *arguments)
        return done[node]

    return build(term)


def walk(*terms: Term) -> Iterator[Term]:
    """Every distinct node below `terms`, arguments before the nodes that use them."""
    if len(terms) == 1:
        return iter(_order(terms[0]))
    return iter(dict.fromkeys(node for term in terms for node in _order(term)))


@lru_cache(maxsize=1 << 14)
def _order(term: Term) -> tuple[Term, ...]:
    seen: dict[Term, None] = {}
    stack: list[tuple[Term, bool]] = [(term, False)]
    while stack:
        node, ready = stack.pop()
        if node in seen:
            continue
        if ready or not node.arguments:
            seen[node] = None
        else:
            stack.append((node, True))
            stack.extend((a, False) for a in reversed(node.arguments))
    return tuple(seen)
