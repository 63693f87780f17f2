"""Formulas over axes are read as they are written, and what cannot be read is one clear fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sympy import Expr, Float, Max, Ne, Piecewise, Symbol, exp, log, sqrt

from symloss.codegen.definition import Argument, DefinitionError
from symloss.codegen.domain import Axis, Domain, Label, Positive, Real, Simplex
from symloss.codegen.formula import Fault, read_formula, try_formula
from symloss.codegen.index_notation import entries_written, greatest, total
from symloss.codegen.language import loss
from symloss.codegen.notation import show
from symloss.codegen.sympy_form import from_sympy

K, D, N = Axis("K", "classes"), Axis("D", "coordinates"), Axis("N", "samples")


def arguments_of(**domains: Domain) -> tuple[Argument, ...]:
    return tuple(Argument(name, domain, "prediction") for name, domain in domains.items())


def softmax(logits: Any, k: Any) -> Expr:
    return exp(logits[k]) / total(lambda j: exp(logits[j]), K)


def soft(logits: Any, labels: Any) -> Expr:
    return -total(lambda k: labels[k] * log(softmax(logits, k)), K)


def hard(logits: Any, labels: Any) -> Expr:
    return -log(softmax(logits, labels))


def mean_margin(scores: Any, labels: Any, margin: Any) -> Expr:
    def excess(k: Any) -> Expr:
        return Piecewise((Max(0, margin + scores[k] - scores[labels]), Ne(k, labels)), (0, True))

    return total(excess, K) / total(lambda _: 1, K)


def cosine(first: Any, second: Any) -> Expr:
    def product(x: Any, y: Any) -> Expr:
        return total(lambda d: x[d] * y[d], D)

    return 1 - product(first, second) / sqrt(product(first, first) * product(second, second))


def contrast(queries: Any, keys: Any) -> Expr:
    def similarity(i: Any, j: Any) -> Expr:
        return total(lambda d: queries[i, d] * keys[j, d], D)

    return total(lambda n: log(total(lambda m: exp(similarity(n, m)), N)) - similarity(n, n), N)


def pairs(scores: Any) -> Expr:
    return total(lambda i: total(lambda j: Max(0, scores[i] - scores[j]), K), K)


def gap(scores: Any) -> Expr:
    return greatest(lambda k: scores[k], K) - total(lambda k: scores[k], K)


SOFTMAX = "exp(logits[K])/sum(exp(logits[K]), K)"
READ: list[tuple[Callable[..., Expr], dict[str, Domain], str]] = [
    (soft, {"logits": Real[K], "labels": Simplex[K]}, f"-sum(labels[K]*log({SOFTMAX}), K)"),
    (hard, {"logits": Real[K], "labels": Label[K]}, "-log(exp(at(logits[K], K, labels))/sum(exp(logits[K]), K))"),
    (
        mean_margin,
        {"scores": Real[K], "labels": Label[K], "margin": Positive},
        "sum(0 if K == labels else max(0, -at(scores[K], K, labels) + scores[K] + margin), K)/sum(1, K)",
    ),
    (
        cosine,
        {"first": Real[D], "second": Real[D]},
        "1 - sum(first[D]*second[D], D)/(sqrt(sum(first[D]**2, D))*sqrt(sum(second[D]**2, D)))",
    ),
    (
        contrast,
        {"queries": Real[N, D], "keys": Real[N, D]},
        "sum(-sum(keys[N, D]*queries[N, D], D) + log(sum(exp(sum(keys[N', D]*queries[N, D], D)), N')), N)",
    ),
    (pairs, {"scores": Real[K]}, "sum(sum(max(0, -scores[K'] + scores[K]), K'), K)"),
    (gap, {"scores": Real[K]}, "-sum(scores[K], K) + greatest(scores[K], K)"),
]


@pytest.mark.parametrize(("body", "domains", "text"), READ)
def test_a_body_over_axes_is_read(body: Callable[..., Expr], domains: dict[str, Domain], text: str) -> None:
    arguments = arguments_of(**domains)
    expression = read_formula(body, arguments)
    try_formula(expression, arguments)
    assert show(from_sympy(expression, tuple(domains))) == text


def no_entry(logits: Any) -> Expr:
    return exp(logits)


def two_places(logits: Any) -> Expr:
    return total(lambda k: logits[k, k], K)


def at_a_number(logits: Any) -> Expr:
    return logits[0]


def on_another_axis(logits: Any) -> Expr:
    return total(lambda d: logits[d], D)


def complex_value(logits: Any) -> Expr:
    return total(lambda k: log(logits[k]), K)


def of_text(_: Any) -> Expr:
    return total(lambda k: "logits[k]", K)  # type: ignore[arg-type, return-value]


def of_nothing(_: Any) -> Expr:
    return greatest(lambda k: None, K)  # type: ignore[arg-type, return-value]


def over_another_axis(logits: Any) -> Expr:
    return total(lambda k: logits[k], K) + total(lambda d: 1, D)


def of_a_sum_from_outside(logits: Any) -> Expr:
    largest = greatest(lambda k: Piecewise((logits[k], logits[k] > 0), (0, True)), K)
    return total(lambda k: Piecewise((logits[k] - largest, logits[k] >= largest - 1), (0, True)), K)


def test_what_stands_outside_a_sum_may_be_used_within_it() -> None:
    """Its places are its own, also where it is in a condition and made of choices."""
    (logits,) = arguments = arguments_of(logits=Real[K])
    formula = read_formula(of_a_sum_from_outside, arguments)
    point = {Symbol(f"logits[{k}]", real=True): Float(x) for k, x in enumerate((1.0, 3.0, 2.5))}
    assert entries_written(formula, 3, point) == -0.5
    largest = "greatest(logits[K] if 0 < logits[K] else 0, K)"
    term = f"sum(-{largest} + logits[K] if -1 + {largest} <= logits[K] else 0, K)"
    assert show(from_sympy(formula, (logits.name,))) == term


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (two_places, "`logits` is an array over K; write one place for each, not 2"),
        (at_a_number, "`logits[0]` is at no place on K; write a place that a total or a maximum gives, or a label"),
        (on_another_axis, "`logits` has the axis K where a place on D is written"),
        (no_entry, "an argument with axes is an array; write its entries, for example total(lambda k: logits[k], K)"),
        (complex_value, "is complex, not real, at"),
        (of_text, "the sum over K is of 'logits[k]'; return a formula of the place"),
        (of_nothing, "the maximum over K is of None; return a formula of the place"),
        (over_another_axis, "is over the axis D, which no argument has; sum over the axis of an argument"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_fault(body: Callable[..., Expr], message: str) -> None:
    arguments = arguments_of(logits=Real[K])
    with pytest.raises(Fault) as caught:
        try_formula(read_formula(body, arguments), arguments)
    assert message in caught.value.message


def test_a_definition_takes_arrays_and_labels() -> None:
    @loss
    def sparse(logits: Real[K], labels: Label[K]) -> Any:
        """With a label."""
        return hard(logits, labels)

    assert show(from_sympy(sparse.expression, ("logits", "labels"))) == READ[1][2]
    assert [argument.role for argument in sparse.arguments] == ["prediction", "target"]


@pytest.mark.parametrize(
    ("domain", "message"),
    [
        (Real[K, K], "has an axis twice"),
        (Real[Axis("k", "classes")], "has an axis called 'k'; its name is a capital letter"),
        (Simplex, "has no axis; write Simplex[K]"),
        (Label, "has no axis; write Label[K]"),
        (Label[K, N], "is a label over K and N; a label is one place on one axis, such as Label[K]"),
    ],
)
def test_axes_that_cannot_be_are_a_fault(domain: Domain, message: str) -> None:
    def wrong(logits: Any, other: Any) -> Any:
        """With axes that cannot be."""
        return logits + other

    wrong.__annotations__ = {"logits": Real, "other": domain}
    with pytest.raises(DefinitionError, match=re.escape(message)):
        loss(wrong)


def test_domains_with_axes_say_so() -> None:
    assert Real[N, D].axes == (N, D)
    assert Simplex[K].simplex
    assert not Real[K].place_on
    assert Label[K].place_on == K
    assert not Label[K].axes
    assert Label[K][N].axes == (N,)
    assert Label[K].describe("labels") == "labels in {0, ..., K - 1}"
