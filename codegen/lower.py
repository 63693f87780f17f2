"""Terms become straight-line code: constants folded, shared parts named once, long lines broken up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from symloss.codegen.backends.operations import Backend, Operation
from symloss.codegen.bounds import Ranges
from symloss.codegen.domain import Domain
from symloss.codegen.folding import NO_NUMBER, chosen, folded, is_constant
from symloss.codegen.kernel_errors import ERRORS
from symloss.codegen.kernels import expand
from symloss.codegen.layout import Layout
from symloss.codegen.notation import PRECEDENCE
from symloss.codegen.program import Body
from symloss.codegen.scalar_parts import changed_by_parts
from symloss.codegen.sharing import with_shared_beginnings
from symloss.codegen.term import LEAVES, ONE, Term, transform, walk
from symloss.codegen.tidy import tidied

__all__ = ["MissingOperationError", "lowered"]

WITHOUT_AXES = Layout()
WIDTH = 72  # characters of an expression; beyond that its parts get names
LARGEST_WHOLE = 2**53  # an integer beyond 2**63 is none to PyTorch, and from here on a float is as exact
ARITHMETIC = frozenset({"add", "mul", "neg", "div", "lt", "le", "eq", "entry", *LEAVES})
COMPARISONS = {"lt": ("<", ">"), "le": ("<=", ">="), "eq": ("==", "==")}  # and with the sides exchanged

# What a reader would call a shared part, by the operation that it ends with; numbered from the second on.
NAMES: Mapping[str, str] = {
    "add": "total",
    "mul": "product",
    "div": "ratio",
    "neg": "opposite",
    "square": "square",
    "sqrt": "root",
    "hypot": "root",
    "pow": "power",
    "abs": "size",
    "sign": "side",
    "max": "excess",
    "min": "clipped",
    "nan_of": "unknown",
    **dict.fromkeys((*(row.name for row in ERRORS), "if_finite"), "lost"),
    "or_zero": "largest",
    "select": "choice",
    "masked": "masked",
    "is_zero": "zero",
    "lt": "below",
    "le": "within",
    "eq": "equal",
    "exp": "e",
    "expm1": "growth",
    "log": "logarithm",
    "log1p": "log_term",
    "sinh": "s",
    "cosh": "c",
    "tanh": "t",
    "sin": "sine",
    "cos": "cosine",
    "tan": "tangent",
    "asin": "angle",
    "acos": "angle",
    "atan": "angle",
    "asinh": "area",
    "acosh": "area",
    "atanh": "area",
    "erf": "centre",
    "erfc": "tail",
    "erfcx": "scaled_tail",
    "erfcx_decay": "decay",
    "erfcx_bend": "bend",
    "log_ndtr": "log_share",
    "lgamma": "log_gamma",
    "digamma": "psi",
    "trigamma": "psi_slope",
    "tetragamma": "psi_bend",
    "stirling_remainder": "remainder",
    "digamma_remainder": "psi_remainder",
    "trigamma_remainder": "slope_remainder",
    "tetragamma_remainder": "bend_remainder",
    "stirling_drop": "drop",
    "digamma_drop": "psi_drop",
    "trigamma_drop": "slope_drop",
    "sigmoid": "p",
    "atanh_remainder": "remainder",
    "sum": "total",
    "greatest": "largest",
    "rest": "others",
    "at": "chosen",
    "turned": "turned",
    "places": "place",
    "size": "count",
    "contracted": "products",
}


class MissingOperationError(Exception):
    """A kernel that the backend cannot spell; the message names both."""


def lowered(
    outputs: Sequence[Term], domains: Mapping[str, Domain], backend: Backend, layout: Layout = WITHOUT_AXES
) -> Body:
    """The code of `outputs` in the words of `backend`; parameters are those of the `domains` that occur."""
    spelled = [_spell(term, backend) for term in outputs]
    tidy = [changed_by_parts(s, domains, lambda part, own: folded(tidied(part, Ranges(own)))) for s in spelled]
    terms = with_shared_beginnings([layout.positioned(term) for term in tidy])
    used = frozenset().union(*(t.variables for t in terms))
    parameters = tuple(name for name in domains if name in used)
    return _Writer(backend, parameters, terms).body()


def _spell(term: Term, backend: Backend) -> Term:
    """`term` with every kernel that the backend has only a formula for written out."""

    def change(node: Term) -> Term:
        if node.operation in ARITHMETIC:
            return node
        operation = backend.operations.get(node.operation)
        if operation is None:
            raise MissingOperationError(f"{backend.name} has no operation for the kernel {node.operation}")
        if operation.formula:
            return _spell(expand(node, operation.formula), backend)
        return chosen(node)

    return transform(term, change)


class _Writer:
    """Writes the statements of one body."""

    def __init__(self, backend: Backend, parameters: tuple[str, ...], terms: Sequence[Term]) -> None:
        self.backend, self.parameters, self.terms = backend, parameters, terms
        self.lines: list[str] = []
        self._names: dict[Term, str] = {}
        self._taken: Counter[str] = Counter(parameters)
        uses: Counter[Term] = Counter(terms)
        for node in reversed(list(walk(*terms))):  # what has no name is written out wherever it is used
            times = 1 if _worth_naming(node) else uses[node]
            uses.update({argument: times * node.arguments.count(argument) for argument in node.arguments})
        self._shared = {n for n, count in uses.items() if count > 1 and _worth_naming(n)}

    def body(self) -> Body:
        for node in walk(*self.terms):
            if node in self._shared:
                self._assign(node)
        results = tuple(self._expression(term) for term in self.terms)
        return Body(self.parameters, tuple(self.lines), results)

    def _assign(self, node: Term) -> None:
        code = self._expression(node)
        self._names[node] = self._name(node)
        self.lines.append(f"{self._names[node]} = {code}")

    def _name(self, node: Term) -> str:
        word = _word(node)
        while True:
            self._taken[word] += 1
            count = self._taken[word]
            name = word if count == 1 else f"{word}_{count}"
            if name not in self.parameters:  # an argument may itself be called total_2
                return name

    def _expression(self, node: Term) -> str:
        """The code of `node`; while it is too long, its longest part gets a name of its own."""
        text = self._text(node, 0)
        while len(text) > WIDTH:
            parts = [n for n in self._visible(node) if n is not node and _worth_naming(n)]
            lengths = {n: len(self._text(n, 0)) for n in parts}
            fitting = [n for n, length in lengths.items() if length <= WIDTH]
            if not fitting:
                return text
            self._assign(max(fitting, key=lambda n: lengths[n]))
            text = self._text(node, 0)
        return text

    def _visible(self, node: Term) -> list[Term]:
        """The nodes that the code of `node` writes out: not those that already have a name, nor what is below."""
        found: dict[Term, None] = {}

        def visit(part: Term) -> None:
            if part not in self._names and part not in found:
                for argument in part.arguments:
                    visit(argument)
                found[part] = None

        visit(node)
        return list(found)

    def _text(self, node: Term, tightness: int) -> str:
        if node in self._names:
            return self._names[node]
        text, precedence = self._printed(node)
        return f"({text})" if precedence < tightness else text

    def _printed(self, node: Term) -> tuple[str, int]:
        """The code of `node` and how tightly it binds."""
        name, arguments = node.operation, node.arguments
        if name == "variable":
            return node.name, 6
        if name == "number":
            return _literal(node.rational)
        if node is NO_NUMBER:
            return 'float("nan")', 6
        if name in COMPARISONS:
            return self.backend.truth.format(self._condition(node), self.parameters[0]), 6
        if name in self._operators:
            return self._operators[name](*arguments), PRECEDENCE[name]
        return self._call(self.backend.operations[name], node), 6

    def _call(self, operation: Operation, node: Term) -> str:
        if node.operation == "select":
            condition, *branches = node.arguments
            return operation.code.format(self._condition(condition), *map(self._branch, branches))
        if node.operation == "masked":
            value, condition = node.arguments
            return operation.code.format(self._text(value, 0), self._condition(condition))
        parts = [self._array(a) if operation.arrays else self._text(a, 0) for a in node.arguments]
        if operation.with_number and any(map(is_constant, node.arguments)):
            return operation.with_number.format(*(parts[::-1] if is_constant(node.arguments[0]) else parts))
        return operation.code.format(*parts)

    def _array(self, node: Term) -> str:
        text = self._text(node, 0)
        return self.backend.array.format(text, self.parameters[0]) if is_constant(node) else text

    def _branch(self, node: Term) -> str:
        text = self._text(node, 0)
        return self.backend.constant.format(text, self.parameters[0]) if is_constant(node) else text

    def _condition(self, node: Term) -> str:
        """What varies stands first: x > 0 where the term says 0 < x; a choice of conditions is a number."""
        if node.operation not in COMPARISONS:
            return f"{self._text(node, 2)} != 0"
        (left, right), (sign, mirrored) = node.arguments, COMPARISONS[node.operation]
        if is_constant(left):
            left, sign, right = right, mirrored, left
        return f"{self._text(left, 2)} {sign} {self._text(right, 2)}"

    @property
    def _operators(self) -> Mapping[str, Callable[..., str]]:
        return {
            "add": self._sum,
            "mul": lambda first, *others: " * ".join([self._text(first, 3), *(self._text(a, 4) for a in others)]),
            "div": lambda x, y: f"{self._text(x, 3)} / {self._text(y, 4)}",
            "neg": lambda x: f"-{self._text(x, 4)}",
        }

    def _sum(self, *terms: Term) -> str:
        text = self._text(terms[0], 2)
        for term in terms[1:]:
            subtract = term.operation == "neg" and term not in self._names
            text += f" - {self._text(term.arguments[0], 3)}" if subtract else f" + {self._text(term, 3)}"
        return text


def _worth_naming(node: Term) -> bool:
    """Not a leaf, a sign or a condition: those are as short as a name."""
    return bool(node.arguments) and node.operation != "neg" and node.operation not in COMPARISONS


def _word(node: Term) -> str:
    if node.operation == "add" and len(node.arguments) == 2 and node.arguments[1].operation == "neg":
        first, second = node.arguments[0], node.arguments[1].arguments[0]
        if second.operation == "variable":
            return "complement" if first is ONE else "difference"
    return NAMES[node.operation]


def _literal(value: Fraction) -> tuple[str, int]:
    """A constant as Python writes it, with the precedence of what was written."""
    size = abs(value)
    exponent = max(size.numerator.bit_length(), size.denominator.bit_length()) - 1
    power = (
        exponent >= 20
        and 1 in (size.numerator, size.denominator)
        and (size.numerator * size.denominator).bit_count() == 1
    )
    if power:
        text, precedence = f"2.0**{exponent if size > 1 else -exponent}", 5
    else:
        whole = size.denominator == 1 and size < LARGEST_WHOLE
        text, precedence = str(int(size)) if whole else repr(float(size)), 6
    return (f"-{text}", 2) if value < 0 else (text, precedence)
