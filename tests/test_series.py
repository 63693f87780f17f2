"""Power series, the proven range of a truncated one, and the branches that are made of them."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
import textbook
from expressions import ABOVE_MINUS_ONE
from mpmath import mp, mpf

from symloss.codegen import coefficients, series
from symloss.codegen.coefficients import NotAnalyticError
from symloss.codegen.differentiate import derivative
from symloss.codegen.domain import Binary, Domain, Interval, Positive, Real
from symloss.codegen.exact import evaluate
from symloss.codegen.expansion import taylor
from symloss.codegen.measure import ulp
from symloss.codegen.model import Model
from symloss.codegen.notation import parse, show
from symloss.codegen.remainder import Approximation, Lengths, Neighbourhood
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.series import Branch, series_branches
from symloss.codegen.term import Term, walk

# Textbook cancellations in x: the domain, and the point at which all digits are lost.
CANCELLATIONS: dict[str, tuple[Domain, int]] = {
    "exp(x) - 1 - x": (Real, 0),
    "sinh(x) - x": (Real, 0),
    "(cosh(x) - 1)/x**2": (Real, 0),
    "cosh(x) - 1 - x**2/2": (Real, 0),
    "sqrt(1 + x) - 1 - x/2": (ABOVE_MINUS_ONE, 0),
    "x - log1p(x)": (ABOVE_MINUS_ONE, 0),
    "log(x) - (x - 1)": (Positive, 1),
    "x*log(x) - x + 1": (Positive, 1),
    "(exp(x) - 1)/x": (Real, 0),
    "(exp(x) - 1)/x - 1": (Real, 0),
    "x/tanh(x) - 1": (Real, 0),
    "1/x - 1/tanh(x)": (Real, 0),
    "1/(exp(x) - 1) - 1/x": (Real, 0),
    "log(sinh(x)/x)": (Real, 0),
    "log1p(x)/x - 1": (ABOVE_MINUS_ONE, 0),
    "(2**x - 1)/x": (Real, 0),
    "log_cosh(x) - x**2/2": (Real, 0),
    "softplus(x) - log(2) - x/2": (Real, 0),
}
TEXTS = tuple(CANCELLATIONS)


@cache
def approximations(text: str) -> tuple[Approximation, ...]:
    """Of one cancellation, for every radius."""
    near = Neighbourhood(parse(text), "x", Fraction(CANCELLATIONS[text][1]))
    return tuple(a for n in range(-4, 2) if (a := near.approximation(Fraction(2) ** n, 26, {})))


@pytest.mark.parametrize("text", TEXTS)
def test_the_remainder_is_bounded_and_the_bound_is_sharp(text: str) -> None:
    term, draw = parse(text), random.Random(text)
    assert len(approximations(text)) >= 2
    for near in approximations(text):
        assert near.error < 2.0**-55
        spread = [Fraction(draw.uniform(-1, 1)) for _ in range(198)]
        largest = mpf(0)
        with mp.workdps(60):
            for share in (Fraction(1), Fraction(-1), *spread):
                t = near.radius * share
                offset, x = mpf(t.numerator) / t.denominator, near.center + t
                truth = textbook.at(term, {"x": mpf(x.numerator) / x.denominator})
                if not t or not mp.isfinite(truth):
                    continue
                coefficients = [textbook.at(c, {}) for c in reversed(near.coefficients)]
                value = offset**near.order * mp.polyval(coefficients, offset)
                largest = max(largest, abs(value / truth - 1))
        assert near.error / 30 <= largest <= near.error, near.radius


@pytest.mark.parametrize("text", TEXTS)
def test_the_degree_is_the_least(text: str) -> None:
    """One coefficient less and some point beside the radius is farther off than the polynomial may be."""
    for near in approximations(text):
        last = next(n for n in range(len(near.coefficients) - 1, -1, -1) if show(near.coefficients[n]) != "0")
        with mp.workdps(60):
            radius = mpf(near.radius.numerator) / near.radius.denominator
            size = abs(textbook.at(near.coefficients[last], {})) * radius**last
            whole = sum(abs(textbook.at(c, {})) * radius**k for k, c in enumerate(near.coefficients))
        assert last == len(near.coefficients) - 1
        assert size > whole * mpf(2) ** -60


@pytest.mark.parametrize(
    ("text", "center", "radius"),
    [
        ("x - log1p(x)", 0, 1),  # a branch point on the circle
        ("1/(1 + x**2) - 1", 0, 1),  # poles at i and -i
        ("1/(1 + 100*x**2) - 1", 0, "1/8"),
        ("sqrt(1/4 + x) - 1/2 - x", 0, "1/2"),
        ("sinh(x) - x*(1 + x/4)", 0, 2),  # 0 again at 1.6
        ("exp(x) - 1 - abs(x + 1/4)", 0, "1/2"),  # a kink at -1/4
    ],
)
def test_what_cannot_be_proved_is_refused(text: str, center: int, radius: str | int) -> None:
    near = Neighbourhood(parse(text), "x", Fraction(center))
    assert near.approximation(Fraction(radius), 60, {}) is None


def test_a_pole_has_no_neighbourhood() -> None:
    with pytest.raises(NotAnalyticError):
        Neighbourhood(parse("1/x"), "x", Fraction(0))


def branches(text: str, **domains: Domain) -> list[Branch]:
    rewriter = Rewriter(domains)
    return list(series_branches(rewriter.tidy(parse(text)), rewriter))


def choice(term: Term) -> Term:
    return next(node for node in walk(term) if node.operation == "select" and "x" in node.arguments[1].variables)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("text", TEXTS)
def test_a_branch_is_accurate_inside_its_radius(text: str, dtype: str) -> None:
    """Within 3 ulp in model arithmetic: at the center itself, down to 2**-40 from it, and up to the radius."""
    domain, center = CANCELLATIONS[text]
    found = branches(text, x=domain)
    assert 1 <= len(found) <= 4
    for branch in found[:2]:
        draw = random.Random(text)
        (radius,) = choice(branch.term).arguments[0].arguments[1:]
        ends = float(radius.rational)
        offsets = [draw.uniform(-ends, ends) for _ in range(120)]
        offsets += [draw.choice((-1, 1)) * ends * 2.0 ** -draw.uniform(0, 40) for _ in range(60)]
        values = np.array([center + o for o in (*offsets, ends, -ends)], dtype).astype(float)
        inside = [{"x": float(x)} for x in values if abs(x - center) <= ends and x != center]
        truth = [evaluate(parse(text), p) for p in inside]
        kept = [(p, t) for p, t in zip(inside, truth, strict=True) if abs(t) > np.finfo(dtype).tiny]
        computed = Model([p for p, _ in kept], dtype)(branch.term).astype(float)
        high = np.array([float(t.mid()) for _, t in kept])
        low = np.array([float((t - h).mid()) for (_, t), h in zip(kept, high, strict=True)])
        ulps = np.abs((computed - high) - low) / ulp(high, dtype)
        assert ulps.max() <= 3, (kept[int(ulps.argmax())][0], branch.condition)


@pytest.mark.parametrize("text", TEXTS)
def test_a_branch_and_its_slope_are_numbers_everywhere(text: str) -> None:
    """The direct form is evaluated inside the radius as well, and so is its derivative: nothing there may be 0/0."""
    domain, center = CANCELLATIONS[text]
    for branch in branches(text, x=domain):
        slope = derivative(branch.term, "x")
        model = Model([{"x": center + o} for o in (0.0, 1e-9, -1e-9, 0.01, -0.01, 3.0)], "float64")
        for form in (branch.term, slope):
            for node in walk(form):
                assert np.isfinite(model(node)).all(), show(node)
        limit = taylor(parse(text), "x", Fraction(center), 1)
        assert limit is not None
        assert model(branch.term)[0] == float(evaluate(limit[0], {}).mid())
        assert model(slope)[0] == pytest.approx(float(evaluate(limit[1], {}).mid()), rel=1e-14)


def test_powers_stand_before_an_even_polynomial() -> None:
    first = branches("sinh(x) - x", x=Real)[0]
    assert show(choice(first.term)).startswith("x*x**2*(1/6 + x**2*(1/120 + x**2*(1/5040 +")
    assert show(choice(first.term)).endswith("if abs(x) <= 1 else sinh(x) - x")
    assert first.condition == "relative remainder below 2**-62 where abs(x) <= 1"


def test_a_subterm_is_an_argument() -> None:
    found = branches("s*(sinh((x - y)/s) - (x - y)/s)", x=Real, y=Real, s=Positive)
    assert found
    assert all("if abs((x - y)/s) <=" in show(branch.term) for branch in found)
    assert "if abs(x) <=" in show(branches("exp(abs(x)) - 1 - abs(x)", x=Real)[0].term)


def test_a_center_may_be_the_zero_of_a_sum() -> None:
    assert "if abs(x - 2) <= " in show(branches("exp(x - 2) - x + 1", x=Real)[0].term)


@pytest.mark.parametrize("text", ["lgamma(1 + x) - lgamma(1 + 2*x)", "trigamma(1 + x) - trigamma(1)"])
def test_of_a_kernel_without_more_derivatives_there_is_none(text: str) -> None:
    assert not branches(text, x=Positive)


def test_nothing_is_done_twice() -> None:
    for text in ("exp(x) - 1 - x", "(exp(x) - 1)/x"):
        rewriter = Rewriter({"x": Real})
        for branch in branches(text, x=Real):
            assert not list(series_branches(branch.term, rewriter)), show(branch.term)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("log1p(x) + x", Positive),
        ("x - 1", Real),
        ("log(x)", Positive),
        ("x*x - 1", Interval(2, None)),
        ("exp(x) - 1 - x", Binary),
        ("abs(x) - x", Real),
        ("sinh(x)", Real),
    ],
)
def test_what_loses_nothing_is_left_alone(text: str, domain: Domain) -> None:
    assert not branches(text, x=domain)


def test_coefficients_that_grow_without_end_give_no_polynomial(monkeypatch: pytest.MonkeyPatch) -> None:
    term = parse("log(x*exp(x) + exp(x)) - log(2*exp(1))")
    assert Neighbourhood(term, "x", Fraction(1)).approximation(Fraction(1, 32), 26, {})
    monkeypatch.setattr(coefficients, "LARGEST", 20)
    assert Neighbourhood(term, "x", Fraction(1)).approximation(Fraction(1, 32), 26, {}) is None


def test_a_series_that_ends_too_late_is_given_up_early(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    dot = coefficients.Balls.dot
    monkeypatch.setattr(coefficients.Balls, "dot", lambda *given: asked.append(1) or dot(*given))
    assert Neighbourhood(parse("log1p(x) - x"), "x", Fraction(0)).approximation(Fraction(1, 2), 26, {}) is None
    assert len(asked) < 26 * 8


def test_a_large_part_is_left_to_the_parts_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Term] = []
    losses = series.losses
    monkeypatch.setattr(series, "losses", lambda part, center: asked.append(part) or losses(part, center))
    small = "expm1(x)/x - 1"
    large = " + ".join(f"cosh({small} + {n}*sinh(x/{n}))" for n in range(3, 14))
    assert list(series_branches(parse(large), Rewriter({"x": Real})))
    assert 0 < max(len(tuple(walk(part))) for part in asked) <= series.WIDEST


def test_a_function_is_known_however_it_is_written() -> None:
    known: Lengths = {}
    ways = [Neighbourhood(parse(text), "x", Fraction(0)) for text in ("(exp(x) - 1 - x)/x", "exp(x)/x - 1/x - 1")]
    first, second = (way.approximation(Fraction(1, 4), 26, known) for way in ways)
    assert len(known) == 1
    assert first == second
    other = Neighbourhood(parse("(exp(x) - 1 - x - x**20)/x"), "x", Fraction(0))
    assert other.approximation(Fraction(1, 4), 26, known)
    assert len(known) == 2
