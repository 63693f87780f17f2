"""Forms over axes: each law holds, the textbooks' softmax becomes the stable one, and errors are what is promised."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence

import pytest

from symloss.codegen.array_forms import alternatives, closed_form, spelled, stable_parts
from symloss.codegen.array_search import array_form
from symloss.codegen.array_space import entries
from symloss.codegen.differentiate import array_slope
from symloss.codegen.domain import Axis, Binary, Domain, Label, NonNegative, Positive, Real, Simplex, Unit
from symloss.codegen.exact import balls
from symloss.codegen.lower import WITHOUT_AXES
from symloss.codegen.notation import parse, show
from symloss.codegen.rules.array_alternatives import ALTERNATIVES
from symloss.codegen.rules.arrays import ARRAY_LAWS
from symloss.codegen.sharing import with_shared_beginnings
from symloss.codegen.term import Term
from symloss.codegen.unroll import unrolled

K, D, N = Axis("K", "classes"), Axis("D", "coordinates"), Axis("N", "samples")
SIZES = {"K": 3, "D": 3, "N": 3}
P = "exp(x[K])/sum(exp(x[K]), K)"
Q = "exp(y[K])/sum(exp(y[K]), K)"
COSINE = "1 - sum(u[D]*v[D], D)/(sqrt(sum(u[D]**2, D))*sqrt(sum(v[D]**2, D)))"
LOGITS: Mapping[str, Domain] = {"x": Real[K], "y": Real[K]}
SOFT: Mapping[str, Domain] = {"x": Real[K], "p": Simplex[K]}
VECTORS: Mapping[str, Domain] = {"u": Real[D], "v": Real[D]}
MASKED: Mapping[str, Domain] = {"a": Real, "b": Binary[K], "w": Positive[K], "x": Real[K], "y": Real[K]}

# A formula, its domains and the closed form that the laws lead to.
CLOSED: Sequence[tuple[str, Mapping[str, Domain], str]] = (
    (f"-sum(p[K]*log({P}), K)", SOFT, "-sum(p[K]*log_softmax(x[K], K), K)"),
    ("-log(exp(at(x[K], K, t))/sum(exp(x[K]), K))", {"x": Real[K], "t": Label[K]}, "-at(log_softmax(x[K], K), K, t)"),
    ("log(sum(exp(x[K]), K)) - at(x[K], K, t)", {"x": Real[K], "t": Label[K]}, "-at(log_softmax(x[K], K), K, t)"),
    ("log(sum(exp(x[K]), K))**2", LOGITS, "logsumexp(x[K], K)**2"),
    ("sum(exp(x[K]), K)/exp(at(x[K], K, t))", {"x": Real[K], "t": Label[K]}, "exp(-at(log_softmax(x[K], K), K, t))"),
    ("log(exp(a)*exp(x[K])) + a", {"a": Real, "x": Real[K]}, "2*a + x[K]"),
    (
        "x[K]*(1 + sum(x[K], K)) - x[K] - a",
        {"a": Real, "x": Real[K]},
        "x[K]*sum(x[K], K) - a",
    ),
    ("sum(a*x[K], K)", {"a": Real, "x": Real[K]}, "a*sum(x[K], K)"),
    ("sum(2*p[K] - a*x[K], K)", {"a": Real, **SOFT}, "2 - a*sum(x[K], K)"),
    ("sum(a*(K == t) - a + 1/2, K)", {"a": Real, "t": Label[K], "x": Real[K]}, "a - a*sum(1, K) + 1/2*sum(1, K)"),
    ("a/sum(1, K)*(x[K]*sum(1, K))", {"a": Real, "x": Real[K]}, "a*x[K]"),
    ("sum(a*p[K], K)", {"a": Real, "p": Simplex[K]}, "a"),
    ("sqrt(sum((u[D] - v[D])**2, D))", VECTORS, "norm(u[D] - v[D], D)"),
    (COSINE, VECTORS, "1 - sum(direction(u[D], D)*direction(v[D], D), D)"),
    ("log(1 + sum(exp(a*x[K]), K))", {"a": Real, "x": Real[K]}, "softplus(logsumexp(a*x[K], K))"),
    ("log(sum(b[K]*exp(x[K]), K))", MASKED, "logsumexp(masked(x[K], b[K] == 1), K)"),
    ("log(sum((1 - b[K])*exp(x[K]), K))", MASKED, "logsumexp(masked(x[K], b[K] == 0), K)"),
    ("log(sum(0 if 4*y[K] <= a else exp(x[K]), K))", MASKED, "logsumexp(masked(x[K], (4*y[K] <= a) == 0), K)"),
    ("log(sum(w[K]*exp(x[K])*exp(y[K]), K))", MASKED, "logsumexp(log(w[K]) + x[K] + y[K], K)"),
    (
        "sum(b[K]*y[K]*log(exp(x[K])/sum(b[K]*exp(x[K]), K)), K)",
        MASKED,
        "sum(b[K]*y[K]*log_softmax(masked(x[K], b[K] == 1), K), K)",
    ),
    (
        "sum((exp(y[K]) if x[K] <= a else 0)*log(exp(x[K])/sum(exp(x[K]) if x[K] <= a else 0, K)), K)",
        MASKED,
        "sum((exp(y[K]) if x[K] <= a else 0)*log_softmax(masked(x[K], x[K] <= a), K), K)",
    ),
)


@pytest.mark.parametrize(("text", "domains", "form"), CLOSED)
def test_laws_lead_to_the_closed_form(text: str, domains: Mapping[str, Domain], form: str) -> None:
    term = parse(text)
    found, steps = closed_form(term, domains)
    assert show(found) == form
    for step in steps:
        assert_equal(step.before, step.after, domains)


# What an alternative law is applied to.
OTHERS: Sequence[tuple[str, Mapping[str, Domain], str]] = (
    ("one less a cosine", VECTORS, COSINE),
    (
        "difference of norms",
        {"u": Real[D], "v": Real[D], "w": Real[D]},
        "sqrt(sum((u[D] - v[D])**2, D)) - sqrt(sum((u[D] - w[D])**2, D))",
    ),
    ("divergence of shares", LOGITS, f"sum(({Q})*(log({Q}) - log({P})), K)"),
    ("difference of shares", LOGITS, f"{P} - {Q}"),
    ("one line", {"u": Unit[D], "v": Unit[D]}, "1 - 2*sum(u[D]*v[D], D)/(sum(u[D], D) + sum(v[D], D))"),
    ("one sum over an axis", {"u": Unit[D], "v": Unit[D]}, "2 - 2*sum(u[D]*v[D], D) + sum(u[D], D)"),
)


@pytest.mark.parametrize(("name", "domains", "text"), OTHERS)
def test_an_alternative_is_equal(name: str, domains: Mapping[str, Domain], text: str) -> None:
    closed, _ = closed_form(parse(text), domains)
    found = {step.rule: after for after, step in alternatives(closed, domains)}
    assert name in found
    assert_equal(parse(text), found[name], domains)
    assert_equal(parse(text), spelled(found[name], domains), domains)


def test_every_law_is_tried() -> None:
    fired = {step.rule for text, domains, _ in CLOSED for step in closed_form(parse(text), domains)[1]}
    assert fired == {law.name for law in ARRAY_LAWS}
    assert {name for name, *_ in OTHERS} == {law.name for law in ALTERNATIVES}


# A formula, what it is differentiated by, and the bits and ulps within which its form stays.
PROMISED: Sequence[tuple[str, Mapping[str, Domain], str, float, float]] = (
    (f"-sum(p[K]*log({P}), K)", SOFT, "", 0.6, 2),
    (f"-sum(p[K]*log({P}), K)", SOFT, "x", 0.6, 4),
    (f"-sum(p[K]*log({P}), K)", SOFT, "p", 0.6, 2),
    ("-log(exp(at(x[K], K, t))/sum(exp(x[K]), K))", {"x": Real[K], "t": Label[K]}, "", 0.6, 2),
    ("-log(exp(at(x[K], K, t))/sum(exp(x[K]), K))", {"x": Real[K], "t": Label[K]}, "x", 0.6, 2),
    (f"sum(({Q})*(log({Q}) - log({P})), K)", LOGITS, "", 0.75, 4),
    (COSINE, VECTORS, "", 0.85, 8),
    ("1 - 2*sum(u[D]*v[D], D)/(sum(u[D], D) + sum(v[D], D))", {"u": Unit[D], "v": Unit[D]}, "", 0.7, 64),
)


@pytest.mark.parametrize(("text", "domains", "by", "bits", "ulps"), PROMISED)
def test_a_form_is_as_good_as_promised(
    text: str, domains: Mapping[str, Domain], by: str, bits: float, ulps: float
) -> None:
    naive = parse(text)
    found = array_form(naive, (), domains)
    if by:
        axes = tuple(axis.name for axis in domains[by].axes)
        starts = [array_slope(form, by, axes) for form in found.closed]
        found = array_form(array_slope(naive, by, axes), axes, domains, starts=starts)
    for error in found.after:
        assert error.within(bits, ulps), error
    for step in found.steps:
        assert_equal(step.before, step.after, domains)


@pytest.mark.parametrize("b", ["b", "part_0"])
def test_parts_are_taken_as_formulas_of_their_own(b: str) -> None:
    """Whatever the arguments are called: nothing stands for a part that could be one."""
    given = parse(f"sum(1/(1 + exp(-x[K])), K)/log(1 + exp({b}))")
    form, steps = stable_parts(given, {b: Real, "x": Real[K]})
    assert show(form) == f"sum(sigmoid(x[K]), K)/(max({b}, 0) + log1p(exp(-abs({b}))))"
    assert [step.rule for step in steps] == ["logistic", "softplus", "stable softplus"]
    assert steps[0].before is given
    assert all(first.after is second.before for first, second in itertools.pairwise(steps))


def test_what_sums_begin_with_is_shared() -> None:
    a, b = parse("x + y + z"), parse("w*(x + y)")
    first, second = with_shared_beginnings([a, b])
    assert first.arguments[0] is second.arguments[1]
    assert with_shared_beginnings([a]) == [a]
    assert WITHOUT_AXES.axes == ()


def assert_equal(one: Term, other: Term, domains: Mapping[str, Domain]) -> None:
    """At every place, for arrays of three places with numbers between 0.1 and 2."""
    axes = sorted(one.axes | other.axes)
    space = entries({**domains, "unused": NonNegative})
    draw = random.Random(show(one))
    point = {name: float(draw.choice(d.values)) if d.values else draw.uniform(0.1, 2) for name, d in space.items()}
    for simplex in space.simplexes:
        share = sum(point[name] for name in simplex[1:])
        point |= {name: point[name] / share / 2 for name in simplex[1:]}
        point[simplex[0]] = 0.5
    for place, term in unrolled(one, axes, SIZES).items():
        first, second = balls((term, unrolled(other, axes, SIZES)[place]), point, 200)
        assert first.is_finite()
        assert abs(first - second) < 1e-12 * (1 + abs(first)), (show(one), show(other))
