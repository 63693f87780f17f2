"""Terms with axes mean what they are when written out, and so do their derivatives: by brute force over every entry."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest

from symloss.codegen.array_kernels import ARRAY_KERNELS, written_out
from symloss.codegen.axes import placed, renamed, summed
from symloss.codegen.differentiate import array_slope, derivative
from symloss.codegen.exact import balls
from symloss.codegen.notation import parse, show
from symloss.codegen.term import ALONG, BINDING, apply, entry, index, variable
from symloss.codegen.unroll import entry_name, unrolled

SIZES = {"K": 3, "J": 3, "N": 2, "M": 2, "D": 3}
# A formula without a free axis, and the array and its axes by which it is differentiated.
FORMULAS: Sequence[tuple[str, str, tuple[str, ...]]] = (
    ("sum(x[K], K)", "x", ("K",)),
    ("sum(a*x[K]/b, K)", "x", ("K",)),
    ("log(rest(exp(x[K]), K))", "x", ("K",)),
    ("logsumexp(x[K]*y[K], K)**2", "x", ("K",)),
    ("-sum(y[K]*log(exp(x[K])/sum(exp(x[K]), K)), K)", "x", ("K",)),
    ("-sum(y[K]*log(exp(x[K])/sum(exp(x[K]), K)), K)", "y", ("K",)),
    ("-sum(y[K]*log_softmax(x[K], K), K)", "x", ("K",)),
    ("-at(log_softmax(x[K], K), K, t)", "x", ("K",)),
    ("log(sum(exp(x[K]), K)) - at(x[K], K, t)", "x", ("K",)),
    ("w*at(x[K]*y[K], K, t)**2", "y", ("K",)),
    ("greatest(x[K]*y[K], K)", "x", ("K",)),
    ("sum(max(0, 1 + x[K] - at(x[K], K, t))*(1 - (K == t)), K)", "x", ("K",)),
    ("sum(sum(max(0, x[K] - x[J] + 1), J), K)", "x", ("K",)),
    ("1 - sum(x[D]*y[D], D)/(sqrt(sum(x[D]**2, D))*sqrt(sum(y[D]**2, D)))", "x", ("D",)),
    ("sum(log(sum(exp(sum(x[N, D]*y[M, D], D)), M)) - sum(x[N, D]*y[N, D], D), N)", "x", ("N", "D")),
    ("sum(log(sum(exp(sum(x[N, D]*x[M, D], D)), M)), N)", "x", ("N", "D")),
    ("sum(sum(log_softmax(x[N, M], M)*(N == M) + x[M, N]**2, M), N)", "x", ("N", "M")),
    ("sum(sum(x[N, N]*x[N, M], M), N)", "x", ("N", "M")),
)


def point(names: Sequence[str], seed: int) -> Mapping[str, float]:
    draw = random.Random(seed)
    return {name: float(draw.randrange(3)) if name == "t" else draw.uniform(0.1, 2) for name in names}


@pytest.mark.parametrize(("text", "name", "axes"), FORMULAS)
def test_derivatives_by_arrays_are_those_by_each_entry(text: str, name: str, axes: tuple[str, ...]) -> None:
    term = parse(text)
    (value,) = unrolled(term, (), SIZES).values()
    slopes = unrolled(array_slope(term, name, axes), axes, SIZES)
    names = sorted(value.variables.union(*(slope.variables for slope in slopes.values())))
    for seed in range(3):
        for place, slope in slopes.items():
            found, truth = balls((slope, derivative(value, entry_name(name, *place))), point(names, seed), 200)
            assert truth.is_finite(), place
            assert found.overlaps(truth), (place, seed)


@pytest.mark.parametrize(("text", "name", "axes"), FORMULAS)
def test_a_formula_with_axes_is_read_as_it_is_shown(text: str, name: str, axes: tuple[str, ...]) -> None:
    term = parse(text)
    assert parse(show(term)) is term
    assert show(term) == text
    assert not term.axes
    assert array_slope(term, name, axes).axes <= set(axes)


def test_free_axes_are_those_that_no_sum_binds() -> None:
    assert parse("x[K]*y[N, D]").axes == {"K", "N", "D"}
    assert parse("x[K]/sum(x[K]*w[D], K)").axes == {"K", "D"}
    assert parse("at(x[K], K, t)").axes == set()
    assert parse("at(x[K], K, labels[N])").axes == {"N"}
    assert parse("log_softmax(x[K], K)").axes == {"K"}
    assert index("K").axes == {"K"}
    assert variable("x").axes == set()


def test_bound_axes_have_one_name() -> None:
    first, second = parse("exp(x[K])/sum(exp(x[J]), J)"), parse("exp(x[K])/sum(exp(x[K]), K)")
    assert first is not second
    body = apply("exp", entry("x", "K'"))
    assert renamed(apply("sum", body, index("K'")), {}) is parse("sum(exp(x[K]), K)")
    both = entry("x", "K") * entry("y", "K''")
    inner = apply("sum", both, index("K''"))
    assert show(renamed(apply("sum", inner, index("K")), {})) == "sum(sum(x[K]*y[K'], K'), K)"


def test_a_new_name_is_not_caught_by_a_sum() -> None:
    """x at the place J outside, and J bound inside: the bound one gives way."""
    term = renamed(parse("x[K] + sum(y[K, J]*x[J], J)"), {"K": "J"})
    assert term.axes == {"J"}
    (value,) = [t for p, t in unrolled(term, ("J",), SIZES).items() if p == (1,)]
    assert value is parse("x1 + (y10*x0 + y11*x1 + y12*x2)") or value.variables == {
        *(f"x[{k}]" for k in range(3)),
        *(f"y[1, {k}]" for k in range(3)),
    }


def test_what_does_not_depend_on_the_place_stands_before_the_sum() -> None:
    assert summed(parse("-(a*x[K]/b)"), "K") is parse("-(a*sum(x[K], K)/b)")
    assert summed(variable("a"), "K") is parse("a*sum(1, K)")
    assert summed(parse("x[K]*(K == t)"), "K") is parse("at(x[K], K, t)")
    assert summed(entry("x", "K") * apply("eq", index("K"), index("J")), "K") is entry("x", "J")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("exp(x[K]) + y*x[K]**2", "exp(at(x[K], K, t)) + y*at(x[K], K, t)**2"),
        ("x[K]/sum(exp(x[K]), K)", "at(x[K], K, t)/sum(exp(x[K]), K)"),
        ("log_softmax(x[K], K)", "at(log_softmax(x[K], K), K, t)"),
        ("sum(x[K] - x[J], J)", "sum(at(x[K], K, t) - x[J], J)"),
        ("x[J]*(K == J)/sum(y[K], K)", "x[J]*(t == J)/sum(y[K], K)"),
        ("y", "y"),
    ],
)
def test_the_value_at_a_place_is_that_of_the_parts(text: str, found: str) -> None:
    assert placed(parse(text), "K", variable("t")) is parse(found)


def test_every_operation_over_an_axis_has_its_row() -> None:
    assert set(ARRAY_KERNELS) == BINDING | ALONG


@pytest.mark.parametrize("name", [name for name, row in ARRAY_KERNELS.items() if row.stable])
def test_a_stable_formula_is_the_meaning(name: str) -> None:
    row, term = ARRAY_KERNELS[name], apply(name, entry("x", "K"), index("K"))
    for seed in range(3):
        for formula in (row.meaning, row.stable):
            written = unrolled(written_out(term, formula), sorted(term.axes), SIZES)
            expected = unrolled(term, sorted(term.axes), SIZES)
            for place, found in written.items():
                one, other = balls((found, expected[place]), point(sorted(found.variables), seed), 200)
                assert one.overlaps(other), (formula, place)
