"""What roundings lose, put back: exp(x + y) as exp(x + y)*(1 + d) and x*y - z as x*y - z + d, d what they have lost.

exp turns half an ulp of x + y = 74 into 32 ulps of its value, and beside x*y = z all that is left of a difference is
the rounding of the product.  What a sum, a product or a quotient loses is a float that is found by a few operations
more (Dekker 1971, Knuth 1969); the roundings of what they are made of are carried on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symloss.codegen.bounds import Ranges
from symloss.codegen.products import quotient, ratio
from symloss.codegen.term import ONE, ZERO, Term, apply, number, substitute, total, transform, variable

__all__ = ["compensated"]

TWO, PI = number(2), apply("pi")
LOST = variable("what is lost")

# With `LOST` for what the argument lacks, which is finite: nothing but what was NaN before is NaN then.
EXPONENTIALS: Mapping[str, Callable[[Term], Term]] = {
    "exp": lambda node: node * (ONE + LOST),
    "expm1": lambda node: node * (ONE + LOST) + LOST,
    "erfc": lambda node: node * (ONE - TWO / (apply("erfcx", node.arguments[0]) * apply("sqrt", PI)) * LOST),
    "erfcx": lambda node: node * (ONE - apply("erfcx_decay", node.arguments[0]) * LOST),
    "sigmoid": lambda node: node * (ONE + apply("sigmoid", -node.arguments[0]) * LOST),
    "pow": lambda node: node * (ONE + LOST),
}


def compensated(form: Term, ranges: Ranges, *, sums: bool) -> Term:
    """`form` with the roundings of computed arguments of exponentials put back to first order.

    With `sums` also those of sums whose terms may have different signs.
    """
    return _Compensation(ranges, sums).of(transform(form, _over_its_root))


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
    over = [*(f for f in above if f is not root), *root.arguments[: root in above]]
    under = [f for f in below if f is not root]
    return ratio(over, under) / root


class _Compensation:
    """What is put back in the parts of one form, each found once."""

    def __init__(self, ranges: Ranges, sums: bool) -> None:  # noqa: FBT001
        self._ranges, self._sums = ranges, sums
        self._known: dict[tuple[Term, bool], Term] = {}

    def of(self, node: Term, *, counted: bool = False) -> Term:
        """`node` with what is lost put back; of its arithmetic nothing, if what that loses is `counted` above it."""
        if (node, counted) not in self._known:
            self._known[node, counted] = self._of(node, counted)
        return self._known[node, counted]

    def _of(self, node: Term, counted: bool) -> Term:  # noqa: FBT001
        if node.operation in EXPONENTIALS:
            lost = _relative(node) if node.operation == "pow" else _lost(node.arguments[0])
            if lost is not ZERO:
                return substitute(EXPONENTIALS[node.operation](node), {LOST: apply("if_finite", lost)})
        counted = counted and node.operation in _RULES
        lost = _lost(node) if self._sums and not counted and self._may_cancel(node) else ZERO
        arguments = tuple(self.of(a, counted=counted or lost is not ZERO) for a in node.arguments)
        new = node if arguments == node.arguments else apply(node.operation, *arguments)
        return new if lost is ZERO else new + apply("if_finite", lost)

    def _may_cancel(self, node: Term) -> bool:
        """Whether `node` is a sum that may be small beside its terms; one of two exact terms is rounded once."""
        if node.operation != "add" or (len(node.arguments) == 2 and all(_lost(a) is ZERO for a in node.arguments)):
            return False
        spans = [self._ranges(part) for part in node.arguments]
        return not (all(s.nonnegative for s in spans) or all(s.nonpositive for s in spans))


def _relative(power: Term) -> Term:
    """What a power lacks beside its size: y times what its base x does, and log(x) times what y does."""
    base, exponent = power.arguments
    return _plus(_times(exponent / base, _lost(base)), _times(apply("log", base), _lost(exponent)))


def _plus(*terms: Term) -> Term:
    return total([term for term in terms if term is not ZERO])


def _times(factor: Term, lost: Term) -> Term:
    return ZERO if lost is ZERO else factor * lost


def _lost(term: Term) -> Term:
    """What `term` lacks as it is computed, to first order; nothing is known of functions, which are taken as exact."""
    rule = _RULES.get(term.operation)
    return rule(*term.arguments) if rule and term.arguments else ZERO


def _of_sum(*parts: Term) -> Term:
    whole, lost = parts[0], _lost(parts[0])
    for part in parts[1:]:
        lost = _plus(lost, apply("sum_error", whole, part), _lost(part))
        whole = whole + part
    return lost


def _of_product(*factors: Term) -> Term:
    whole, lost = factors[0], _lost(factors[0])
    for factor in factors[1:]:
        exact = _power_of_two(whole) or _power_of_two(factor)
        rounding = ZERO if exact else apply("product_error", whole, factor)
        lost = _plus(rounding, _times(factor, lost), _times(whole, _lost(factor)))
        whole = whole * factor
    return lost


def _of_quotient(above: Term, below: Term) -> Term:
    if below.operation == "sqrt":
        (inner,) = below.arguments
        rounding = apply("root_quotient_error", above, inner)
        return _plus(rounding, _times(ONE / below, _lost(above)), -_times(above / below / inner / TWO, _lost(inner)))
    rounding = ZERO if _power_of_two(below) else apply("quotient_error", above, below)
    return _plus(rounding, _times(ONE / below, _lost(above)), -_times(above / below / below, _lost(below)))


def _of_square(term: Term) -> Term:
    return _plus(apply("product_error", term, term), _times(TWO * term, _lost(term)))


def _of_larger(operation: str) -> Callable[[Term, Term], Term]:
    def lost(x: Term, y: Term) -> Term:
        of_x, of_y = _lost(x), _lost(y)
        if of_x is of_y is ZERO:
            return ZERO
        least, most = (y, x) if operation == "max" else (x, y)
        return apply("select", apply("lt", least, most), of_x, of_y)

    return lost


def _power_of_two(term: Term) -> bool:
    value = term.rational if term.is_number else None
    return value is not None and value.numerator.bit_count() == value.denominator.bit_count() == 1


_RULES: Mapping[str, Callable[..., Term]] = {
    "add": _of_sum,
    "mul": _of_product,
    "div": _of_quotient,
    "square": _of_square,
    "neg": lambda x: _times(-ONE, _lost(x)),
    "abs": lambda x: _times(apply("sign", x), _lost(x)),
    "max": _of_larger("max"),
    "min": _of_larger("min"),
}
