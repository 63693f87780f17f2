"""What roundings lose, put back: exp(x + y) as exp(x + y)*(1 + d) and x*y - z as x*y - z + d, d what they have lost.

exp turns half an ulp of x + y = 74 into 32 ulps of its value, and beside x*y = z all that is left of a difference is
the rounding of the product.  Each way is dearer than the one before: the arguments of exponentials, sums that may
cancel, with what functions lose in both, and everything at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from symloss.codegen.bounds import Ranges
from symloss.codegen.kernels import expand
from symloss.codegen.lost import Lost
from symloss.codegen.products import coefficient, quotient, ratio
from symloss.codegen.term import ONE, ZERO, Term, apply, number, product, substitute, total, transform, variable

__all__ = ["PUTTING_BACK", "compensated"]

TWO, PI = number(2), apply("pi")
LARGEST = 16  # exponent that is written as products
LOST = variable("what is lost")
AT_MOST_ONE = apply("max", apply("min", LOST, ONE), -ONE)

WRITTEN = {"sigmoid": "exp(min(x, 0))/(1 + exp(-abs(x)))"}  # whose parts' roundings are known

# With `LOST` for what the argument lacks, which is finite: nothing but what was NaN before is NaN then.
EXPONENTIALS: Mapping[str, Callable[[Term], Term]] = {
    "exp": lambda node: node * (ONE + LOST),
    # more than 1 is lost of 1e17, where expm1 of its negative is -1, which a larger number would take with it
    "expm1": lambda node: node * (ONE + AT_MOST_ONE) + AT_MOST_ONE,
    "erfc": lambda node: node * (ONE - TWO / (apply("erfcx", node.arguments[0]) * apply("sqrt", PI)) * LOST),
    "erfcx": lambda node: node * (ONE - apply("erfcx_decay", node.arguments[0]) * LOST),
    "sigmoid": lambda node: node * (ONE + apply("sigmoid", -node.arguments[0]) * LOST),
    "pow": lambda node: node * (ONE + LOST),
}


def compensated(form: Term, ranges: Ranges, *, sums: bool, functions: bool = False) -> Term:
    """`form` with the roundings of computed arguments of exponentials put back to first order.

    With `sums` also those of sums whose terms may have different signs, with `functions` what these lose in both.
    """
    if functions:
        return _Compensation(ranges, Lost(functions=True), sums).of(_written(form))
    return _Compensation(ranges, Lost(functions=False), sums).of(transform(form, _over_its_root))


def _corrected(form: Term, _: Ranges) -> Term:
    """`form` and what it loses to all of its roundings, to first order."""
    written = _written(form)
    lost = Lost(functions=True)(written)
    return written if lost is ZERO else written + apply("if_finite", lost)


def _written(form: Term) -> Term:
    """`form` in functions of which it is known what they lose."""

    def change(node: Term) -> Term:
        return expand(node, WRITTEN[node.operation]) if node.operation in WRITTEN else _as_product(node)

    return transform(form, change)


def _as_product(node: Term) -> Term:
    """A power with a small half number as exponent by products and a root.

    Of a negative base log knows nothing, and torch computes x**3 and x**-0.5 in one way and x**y in another.
    """
    if node.operation != "pow":
        return node
    base, (exponent, rest) = node.arguments[0], coefficient(node.arguments[1])
    twice = 2 * exponent
    if rest is not ONE or twice.denominator > 1 or abs(exponent) > LARGEST:
        return node
    whole, half = divmod(abs(twice.numerator), 2)
    squares = [apply("square", base)] * (whole // 2)
    power = product([*squares, *[base] * (whole % 2), *[apply("sqrt", base)] * half])
    return ONE / power if twice < 0 else power


def _over_its_root(node: Term) -> Term:
    """A product or quotient with the root of a number in it as a quotient by that root, whose rounding is known.

    ``sqrt(2)*x`` is ``2*x/sqrt(2)``, and ``x/(sqrt(2)*s)`` is ``x/s/sqrt(2)``.
    """
    if node.operation not in ("mul", "div"):
        return node
    above, below = quotient(node)
    root = next((f for f in (*above, *below) if f.operation == "sqrt" and f.arguments[0].is_number), None)
    if root is None or not node.variables or below == (root,):
        return node
    over, under = list(above), list(below)
    (over if root in over else under).remove(root)
    return ratio([*over, *root.arguments[: root in above]], under) / root


class _Compensation:
    """What is put back in the parts of one form, each found once."""

    def __init__(self, ranges: Ranges, lost: Lost, sums: bool) -> None:  # noqa: FBT001
        self._ranges, self._lost, self._sums = ranges, lost, sums
        self._known: dict[tuple[Term, bool], Term] = {}

    def of(self, node: Term, *, counted: bool = False) -> Term:
        """`node` with what is lost put back, but for what is `counted` in what is put back above it."""
        if (node, counted) not in self._known:
            self._known[node, counted] = self._of(node, counted)
        return self._known[node, counted]

    def _of(self, node: Term, counted: bool) -> Term:  # noqa: FBT001
        if counted and self._lost.functions:
            return node
        if node.operation in EXPONENTIALS:
            lost = self._of_power(node) if node.operation == "pow" else self._lost(node.arguments[0])
            if lost is not ZERO:
                return substitute(EXPONENTIALS[node.operation](node), {LOST: apply("if_finite", lost)})
        counted = counted and node.operation in self._lost.rules
        lost = self._lost(node) if self._sums and not counted and self._may_cancel(node) else ZERO
        arguments = tuple(self.of(a, counted=counted or lost is not ZERO) for a in node.arguments)
        new = node if arguments == node.arguments else apply(node.operation, *arguments)
        return new if lost is ZERO else new + apply("if_finite", lost)

    def _may_cancel(self, node: Term) -> bool:
        """Whether `node` is a sum that may be small beside its terms; one of two exact terms is rounded once."""
        if node.operation != "add" or (len(node.arguments) == 2 and all(self._lost(a) is ZERO for a in node.arguments)):
            return False
        spans = [self._ranges(part) for part in node.arguments]
        return not (all(s.nonnegative for s in spans) or all(s.nonpositive for s in spans))

    def _of_power(self, power: Term) -> Term:
        """What a power lacks beside its size: y times what its base x does, and log(x) times what y does."""
        base, exponent = power.arguments
        parts = ((exponent / base, self._lost(base)), (apply("log", base), self._lost(exponent)))
        return total([slope * lost for slope, lost in parts if lost is not ZERO])


PUTTING_BACK: Sequence[Callable[[Term, Ranges], Term]] = (
    partial(compensated, sums=False),
    partial(compensated, sums=True),
    partial(compensated, sums=True, functions=True),
    _corrected,
)
