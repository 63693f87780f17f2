"""Random expressions over a small grammar, for Hypothesis, with points at which they are tried."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from hypothesis import strategies as st

from symloss.codegen.domain import Domain, Interval, Positive, Real
from symloss.codegen.exact import balls
from symloss.codegen.term import Term, apply, number, variable, walk

DOMAINS: dict[str, Domain] = {"x": Real, "y": Positive, "p": Interval(0, 1)}
NAMES = tuple(DOMAINS)

SMOOTH = ("exp", "expm1", "sinh", "cosh", "tanh", "sigmoid", "softplus", "log_cosh", "square")
KINKED = ("abs", "sign", "step", "is_zero")
PARTIAL = ("log", "log1p", "sqrt")
PAIRED = ("hypot", "max", "min")

numbers = st.builds(Fraction, st.integers(-9, 9), st.sampled_from((1, 2, 3, 4))).map(number)
leaves = st.one_of(st.sampled_from(NAMES).map(variable), numbers)


def terms(
    *, unary: tuple[str, ...] = SMOOTH + KINKED + PARTIAL, binary: tuple[str, ...] = PAIRED, choices: bool = True
) -> st.SearchStrategy[Term]:
    """Terms of up to about a dozen nodes."""

    def grown(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
        options = [
            st.builds(lambda a, b: a + b, inner, inner),
            st.builds(lambda a, b: a - b, inner, inner),
            st.builds(lambda a, b: a * b, inner, inner),
            st.builds(lambda a, b: a / b, inner, inner),
            st.builds(lambda a: -a, inner),
            st.builds(apply, st.sampled_from(unary), inner),
        ]
        if binary:
            options.append(st.builds(apply, st.sampled_from(binary), inner, inner))
        if choices:
            comparison = st.builds(apply, st.sampled_from(("lt", "le")), inner, inner)
            options.append(st.builds(apply, st.just("select"), comparison, inner, inner))
        return st.one_of(*options)

    return st.recursive(leaves, grown, max_leaves=7)


def polynomials() -> st.SearchStrategy[Term]:
    """Rational terms, with an absolute value now and then."""
    return terms(unary=("square", "abs"), binary=(), choices=False)


# No argument is 0, none is equal to another, and every sum of two is exact in float64.
points = st.fixed_dictionaries(
    {
        "x": st.sampled_from((-2.75, -1.0, -0.375, 0.25, 1.5, 3.0)),
        "y": st.sampled_from((0.125, 0.875, 2.0, 2.5)),
        "p": st.sampled_from((0.0625, 0.3125, 0.5, 0.9375)),
    }
)


def disagreement(before: Term, after: Term, point: Mapping[str, float]) -> str | None:
    """What differs between two terms at a point where the first one has a value; None where nothing does.

    A ball that still holds everything at 3000 bits (exp(exp(exp(x)))) decides nothing.
    """
    for precision in (200, 900, 3000):
        left, right = balls((before, after), point, precision)
        if not left.is_finite():
            continue
        if right.is_finite() and not left.overlaps(right):
            return f"{left} and {right}"
        if right.is_finite():
            return None
    lost = left.is_finite() and right.is_nan() and left.rel_accuracy_bits() > 100
    return f"{left} and {right}" if lost else None


def ordinary(term: Term, point: Mapping[str, float], largest: float = 1e8) -> bool:
    """Whether the term has a value of ordinary size in a neighbourhood, on one side of every kink."""
    for node in walk(term):
        (ball,) = balls((node,), point, 200)
        if not ball.is_finite() or abs(ball) > largest:
            return False
        kink = node.operation in (
            "abs",
            "sign",
            "step",
            "max",
            "min",
            "sqrt",
            "log",
            "log1p",
            "lt",
            "le",
            "hypot",
            "div",
        )
        gaps = [*node.arguments, *(a - b for a, b in zip(node.arguments, node.arguments[1:], strict=False))]
        if kink and any(abs(balls((gap,), point, 200)[0]) < 1e-6 for gap in gaps if gap.variables):
            return False
    return True
