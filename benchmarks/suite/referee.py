"""The values of formulas given as text, by balls: a second reader of the same signs.

What goes into the engine and what comes out of it can both be printed, so one small evaluator reads the two, and
shares nothing with the toolkit.  A derivative is a difference quotient at some hundred bits.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from flint import arb, ctx

__all__ = ["FUNCTIONS", "Point", "Program", "read"]

Point = Mapping[str, float]

PRECISIONS = (320, 1280, 5120, 20_480)
DIGITS = 100  # bits of a value
NOTHING = arb(2) ** -1200  # what is less is below the least float64, and nothing more is asked of it
UNKNOWN = arb.nan()


def _times(x: arb, y: arb) -> arb:
    """A product in which 0 log 0 is 0."""
    return arb(0) if (x.is_zero() and not y.is_nan()) or (y.is_zero() and not x.is_nan()) else x * y


def _over(x: arb, y: arb) -> arb:
    return arb(0) if x.is_zero() and y != 0 else x / y


def _power(x: arb, y: arb) -> arb:
    if y.is_zero():
        return arb(1)
    return arb(0) if x.is_zero() and y > 0 else x**y


def _log(x: arb, base: arb | None = None) -> arb:
    value = arb.neg_inf() if x.is_zero() else x.log()
    return value if base is None else value / base.log()


def _on_positives(function: Callable[[arb], arb]) -> Callable[[arb], arb]:
    return lambda x: function(x) if x > 0 else UNKNOWN


def _sigmoid(x: arb) -> arb:
    return 1 / (1 + (-x).exp()) if x > 0 else x.exp() / (1 + x.exp())


def _softplus(x: arb) -> arb:
    return x.max(arb(0)) + (-abs(x)).exp().log1p()


def _log_normal(x: arb) -> arb:
    """The logarithm of the normal distribution function."""
    tail = (abs(x) / arb(2).sqrt()).erfc() / 2
    return (-tail).log1p() if x > 0 else tail.log()


def _divergence(x: arb, y: arb) -> arb:
    return _times(x, _log(x / y)) - x + y


def _settled(yes: object, no: object) -> arb:
    return arb(1) if yes else arb(0) if no else UNKNOWN


def _choose(condition: arb, then: arb, otherwise: arb) -> arb:
    return then if condition == 1 else otherwise if condition == 0 else UNKNOWN


def _is_zero(x: arb) -> arb:
    return _settled(x.is_zero(), x != 0)


def _sum_of_exponentials(x: arb, y: arb) -> arb:
    return x.max(y) + (-abs(x - y)).exp().log1p()


_log_gamma = _on_positives(arb.lgamma)
_digamma = _on_positives(arb.digamma)
_trigamma = _on_positives(arb(2).zeta)


def _stirling_remainder(x: arb) -> arb:
    return _log_gamma(x) - (x - arb(1) / 2) * x.log() + x - (2 * arb.pi()).log() / 2


def _digamma_remainder(x: arb) -> arb:
    return x.log() - 1 / (2 * x) - _digamma(x)


def _trigamma_remainder(x: arb) -> arb:
    return _trigamma(x) - 1 / x - 1 / (2 * x**2)


def _erfcx_decay(x: arb) -> arb:
    return 2 / (arb.pi().sqrt() * (x**2).exp() * x.erfc()) - 2 * x


# Of formulas that people write and of forms that the engine prints, by the names in both.
# What these lose to their roundings is nothing in exact arithmetic.
ROUNDED = """
constant sum product quotient root_quotient sqrt hypot pow exp expm1 log log1p
sinh cosh tanh asinh acosh atanh sin cos tan asin acos atan
"""
FUNCTIONS: Mapping[str, Callable[..., arb]] = {
    **{
        name: getattr(arb, name)
        for name in (
            *("exp", "expm1", "sqrt", "log1p", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
            *("sin", "cos", "tan", "asin", "acos", "atan", "erf", "erfc"),
        )
    },
    **{f"arc{name}": getattr(arb, f"a{name}") for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **dict.fromkeys(("abs", "Abs"), abs),
    **dict.fromkeys(("log", "ln"), _log),
    "log2": lambda x: _log(x, arb(2)),
    "log10": lambda x: _log(x, arb(10)),
    "pow": _power,
    "square": lambda x: x * x,
    "sign": arb.sgn,
    **dict.fromkeys(("step", "heaviside"), lambda x: (1 + x.sgn()) / 2),
    **dict.fromkeys(("max", "Max", "maximum"), lambda *x: reduce(arb.max, x)),
    **dict.fromkeys(("min", "Min", "minimum"), lambda *x: reduce(arb.min, x)),
    "relu": lambda x: x.max(arb(0)),
    "hypot": lambda x, y: (x * x + y * y).sqrt(),
    **dict.fromkeys(("sigmoid", "expit", "logistic"), _sigmoid),
    "sigmoid_power": lambda x, y: _sigmoid(x) ** y,
    "logit": lambda x: _log(x / (1 - x)),
    "softplus": _softplus,
    "logaddexp": _sum_of_exponentials,
    "log_cosh": lambda x: x.cosh().log(),
    "log1mexp": lambda x: (-(-x).expm1()).log(),
    "log1mexp_exp": lambda x: (-(-x.exp()).expm1()).log(),
    "log_ratio": lambda x, y: _log(x / y),
    "log1p_square": lambda k, x, y: (k * (x / y) ** 2).log1p(),
    "xlogy": lambda x, y: _times(x, _log(y)),
    "xlog1py": lambda x, y: _times(x, y.log1p()),
    "xdivy": lambda x, y: arb(0) if x.is_zero() else x / y,
    "xexpy": lambda x, y: _times(x, y.exp()),
    "exp_expm1": lambda x, y: x.exp() * y.expm1(),
    "exp_expm1_remainder": lambda x, y: x.exp() * (y.expm1() - y),
    "xlog_ratio": lambda w, x, y: _times(w, _log(x / y)),
    "kl_div": _divergence,
    "atanh_remainder": lambda x: x.atanh() - x,
    "erfcx": lambda x: (x * x).exp() * x.erfc(),
    "ndtr": lambda x: (-x / arb(2).sqrt()).erfc() / 2,
    "log_ndtr": _log_normal,
    **dict.fromkeys(("lgamma", "gammaln", "loggamma"), _log_gamma),
    "gamma": _on_positives(arb.gamma),
    "factorial": lambda x: arb.gamma(x + 1) if x > -1 else UNKNOWN,
    "betaln": lambda x, y: _log_gamma(x) + _log_gamma(y) - _log_gamma(x + y),
    "digamma": _digamma,
    "trigamma_remainder": _trigamma_remainder,
    "tetragamma_remainder": lambda x: 2 * arb(3).zeta(x) - 1 / x**2 - 1 / x**3,
    "stirling_drop": lambda x, d: _stirling_remainder(x) - _stirling_remainder(x + d),
    "digamma_drop": lambda x, d: _digamma_remainder(x) - _digamma_remainder(x + d),
    "trigamma_drop": lambda x, d: _trigamma_remainder(x) - _trigamma_remainder(x + d),
    "log1p_remainder": lambda x: x - x.log1p(),
    "expm1_remainder": lambda x: x.expm1() - x,
    "erfcx_decay": _erfcx_decay,
    "erfcx_bend": lambda x: 2 - _erfcx_decay(x) * (_erfcx_decay(x) + 2 * x),
    "lgamma_difference": lambda x, d: _log_gamma(x + d) - _log_gamma(x),
    "digamma_difference": lambda x, d: _digamma(x + d) - _digamma(x),
    "trigamma_difference": lambda x, d: _trigamma(x + d) - _trigamma(x),
    "lbeta": lambda x, y: _log_gamma(x) + _log_gamma(y) - _log_gamma(x + y),
    "stirling_remainder": _stirling_remainder,
    "digamma_remainder": _digamma_remainder,
    "trigamma": _trigamma,
    "tetragamma": _on_positives(lambda x: -2 * arb(3).zeta(x)),
    "is_zero": _is_zero,
    "masked": lambda x, condition: _choose(condition, x, arb.neg_inf()),
    "or_zero": lambda x: x if x.is_finite() else arb(0),
    "nan_of": lambda _: arb(0),
    "if_finite": lambda x: x,
    **dict.fromkeys((f"{name}_error" for name in ROUNDED.split()), lambda *_: arb(0)),
    "where": _choose,
}
_OPERATORS: Mapping[type[ast.AST], Callable[..., arb]] = {
    ast.Add: arb.__add__,
    ast.Sub: arb.__sub__,
    ast.Mult: _times,
    ast.Div: _over,
    ast.Pow: _power,
    ast.USub: arb.__neg__,
    ast.UAdd: lambda x: x,
    ast.Lt: lambda x, y: _settled(x < y, x >= y),
    ast.LtE: lambda x, y: _settled(x <= y, x > y),
    ast.Gt: lambda x, y: _settled(x > y, x <= y),
    ast.GtE: lambda x, y: _settled(x >= y, x < y),
    ast.Eq: lambda x, y: _settled(x == y, x != y),
    ast.NotEq: lambda x, y: _settled(x != y, x == y),
    ast.And: lambda *x: _settled(all(v == 1 for v in x), any(v == 0 for v in x)),
    ast.Or: lambda *x: _settled(any(v == 1 for v in x), all(v == 0 for v in x)),
    ast.Not: lambda x: 1 - x,
}


def read(text: str, names: Sequence[str]) -> Program:
    """The formula or condition `text` over the variables `names`; `KeyError` names a function that is not known."""
    reader = _Reader(names)
    result = reader.slot(ast.parse(text, mode="eval").body)
    return Program(tuple(names), tuple(reader.steps), result)


@dataclass(frozen=True)
class Program:
    """A formula as a list of operations, each with the places of its arguments among the values so far."""

    names: tuple[str, ...]
    steps: tuple[tuple[Callable[..., arb], tuple[int, ...]], ...]
    result: int

    def ball(self, at: Mapping[str, arb]) -> arb:
        """The value at the precision that is set."""
        values = [at[name] for name in self.names]
        for function, slots in self.steps:
            values.append(function(*(values[s] for s in slots)))
        return values[self.result]

    def value(self, point: Point) -> arb:
        """The value at `point` to `DIGITS` bits; a NaN ball where it has none or stays unknown."""
        return _known(lambda _: self.ball({n: arb(v) for n, v in point.items()}))

    def slope(self, point: Point, by: str) -> arb:
        """The derivative by the variable `by`, not 0 and at no kink; it is off by about 2**-200 of the third one.

        What two steps do not agree on is not known: of sin(exp(390)) a step of 2**-400 takes in many periods.
        """

        def quotient(step: arb) -> arb:
            ahead, behind = ({n: arb(v) + (n == by) * s for n, v in point.items()} for s in (step, -step))
            return (self.ball(ahead) - self.ball(behind)) / (2 * step)

        def agreed(bits: int) -> arb:
            step = abs(arb(point[by])) * arb(2) ** (-bits // 3)
            far, near = quotient(step), quotient(step / 256)
            alike = abs(far - near) <= abs(near) * arb(2) ** -(DIGITS - 4)
            return near if alike or abs(far) < NOTHING else UNKNOWN

        return _known(agreed)


def _known(value: Callable[[int], arb]) -> arb:
    """What `value` gives at the first precision at which that is known."""
    for bits in PRECISIONS:
        with _precision(bits):
            found = value(bits)
            if found.is_finite() and (found.rel_accuracy_bits() >= DIGITS or abs(found) < NOTHING):
                return found
    return UNKNOWN


@contextmanager
def _precision(bits: int) -> Iterator[None]:
    before, ctx.prec = ctx.prec, bits
    try:
        yield
    finally:
        ctx.prec = before


class _Reader:
    """Reads one text; what occurs twice is computed once."""

    def __init__(self, names: Sequence[str]) -> None:
        self.steps: list[tuple[Callable[..., arb], tuple[int, ...]]] = []
        self._count = len(names)
        self._known: dict[tuple[object, ...], int] = {(name,): place for place, name in enumerate(names)}

    def slot(self, node: ast.expr) -> int:
        """The place of the node's value; `KeyError` for what is no part of a formula."""
        return _READERS[type(node)](self, node)

    def name(self, node: ast.Name) -> int:
        return self._applied("pi", arb.pi) if node.id == "pi" else self._known[node.id,]

    def number(self, node: ast.Constant) -> int:
        exact = Fraction(str(int(node.value) if isinstance(node.value, bool) else node.value))  # a branch's True is 1
        return self._applied(f"number {exact}", lambda: arb(exact.numerator) / exact.denominator)

    def comparison(self, node: ast.Compare) -> int:
        pairs = zip(node.ops, [node.left, *node.comparators[:-1]], node.comparators, strict=True)
        return self._applied("and", _OPERATORS[ast.And], *(self.operation(s, a, b) for s, a, b in pairs))

    def choice(self, node: ast.IfExp) -> int:
        return self._applied("where", _choose, *map(self.slot, (node.test, node.body, node.orelse)))

    def call(self, node: ast.Call) -> int:
        name = ast.unparse(node.func)
        if name == "Piecewise":
            return self._piecewise(node.args)
        return self._applied(name, FUNCTIONS[name], *map(self.slot, node.args))

    def operation(self, sign: ast.AST, *parts: ast.expr) -> int:
        return self._applied(type(sign).__name__, _OPERATORS[type(sign)], *map(self.slot, parts))

    def _piecewise(self, branches: list[ast.expr]) -> int:
        pairs = [tuple(map(self.slot, branch.elts)) for branch in branches if isinstance(branch, ast.Tuple)]
        result = pairs[-1][0]
        for value, condition in reversed(pairs[:-1]):
            result = self._applied("where", _choose, condition, value, result)
        return result

    def _applied(self, name: str, function: Callable[..., arb], *slots: int) -> int:
        key = (name, slots)
        if key not in self._known:
            self._known[key] = self._count + len(self.steps)
            self.steps.append((function, slots))
        return self._known[key]


_READERS: Mapping[type[ast.expr], Callable[..., int]] = {
    ast.Name: _Reader.name,
    ast.Constant: _Reader.number,
    ast.UnaryOp: lambda reader, node: reader.operation(node.op, node.operand),
    ast.BinOp: lambda reader, node: reader.operation(node.op, node.left, node.right),
    ast.BoolOp: lambda reader, node: reader.operation(node.op, *node.values),
    ast.Compare: _Reader.comparison,
    ast.IfExp: _Reader.choice,
    ast.Call: _Reader.call,
}
