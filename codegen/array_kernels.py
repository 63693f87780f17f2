"""What takes a whole axis of its first argument: a value for all its places together, or for each of them.

The first parameter of a row, `x`, is a term with a value at each place, the second, `k`, is the axis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symloss.codegen.notation import parse
from symloss.codegen.term import Term, index, substitute, variable

__all__ = ["ARRAY_KERNELS", "COMPOSED", "ArrayKernel", "pulled_back", "written_out"]


@dataclass(frozen=True)
class ArrayKernel:
    """One row of the table.

    `pullback` is the derivative of a result by `x`, if `u` is that by what is made of it; `meaning` the textbook
    formula, empty for a primitive, and `stable` how it is computed in primitives, `masked` how of entries that may all
    be masked.  `exponential` is how its exponential is written, if that has a name.
    """

    name: str
    parameters: str
    latex: str
    pullback: str
    meaning: str = ""
    stable: str = ""
    masked: str = ""
    exponential: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.parameters.split())


SCALE = "greatest(abs(x), k)"
SCALED = f"(x/({SCALE} + is_zero({SCALE})))"

ARRAY_KERNELS: Mapping[str, ArrayKernel] = {
    row.name: row
    for row in (
        ArrayKernel("sum", "x k", r"\sum_{{{k}}} {x}", "u"),
        # At a tie each of the largest has its share.
        ArrayKernel("greatest", "x k", r"\max_{{{k}}} {x}", "u*(x == greatest(x, k))/sum(x == greatest(x, k), k)"),
        # All but one of the largest, which would hide the others.
        ArrayKernel(
            "rest",
            "x k",
            r"\operatorname{{rest}}_{{{k}}} {x}",
            "u*(1 - (x == greatest(x, k))/sum(x == greatest(x, k), k))",
            meaning="sum(x, k) - greatest(x, k)",
        ),
        # The value at the place `t` alone.
        ArrayKernel("at", "x k t", r"{x}\big|_{{{k} = {t}}}", "u*(k == t)"),
        # By how much an entry is behind the largest; what all of them have in common can be left away before.
        ArrayKernel(
            "lag",
            "x k",
            r"\left({x} - \max_{{{k}}} {x}\right)",
            "u - sum(u, k)*(x == greatest(x, k))/sum(x == greatest(x, k), k)",
            meaning="x - greatest(x, k)",
            stable="x - greatest(x, k)",
            masked="x - or_zero(greatest(x, k))",
        ),
        # exp overflows at 88.7 in float32, and the logarithm of exp(x)/sum is 0 where x is ahead of all others by 17.
        ArrayKernel(
            "logsumexp",
            "x k",
            r"\log\sum_{{{k}}} e^{{{x}}}",
            "u*exp(log_softmax(x, k))",
            meaning="log(sum(exp(x), k))",
            stable="greatest(x, k) + log1p(rest(exp(lag(x, k)), k))",
        ),
        ArrayKernel(
            "log_softmax",
            "x k",
            r"\log\operatorname{{softmax}}_{{{k}}}\left({x}\right)",
            "u - exp(log_softmax(x, k))*sum(u, k)",
            meaning="x - log(sum(exp(x), k))",
            exponential=r"\operatorname{{softmax}}_{{{k}}}\left({x}\right)",
            stable="lag(x, k) - log1p(rest(exp(lag(x, k)), k))",
        ),
        # Squares overflow above 1.8e19 in float32 and are 0 below 2.6e-23.
        ArrayKernel(
            "norm",
            "x k",
            r"\left\lVert {x}\right\rVert_{{{k}}}",
            "u*direction(x, k)",
            meaning="sqrt(sum(x**2, k))",
            stable=f"{SCALE}*sqrt(sum({SCALED}**2, k))",
        ),
        # 0 for a vector of zeros, which has none; its derivative there is that of x/1.
        ArrayKernel(
            "direction",
            "x k",
            r"\widehat{{{x}}}",
            "(u - direction(x, k)*sum(u*direction(x, k), k))/(norm(x, k) + is_zero(norm(x, k)))",
            meaning="x/(sqrt(sum(x**2, k)) + is_zero(sqrt(sum(x**2, k))))",
            stable=f"{SCALED}/(sqrt(sum({SCALED}**2, k)) + is_zero({SCALE}))",
        ),
    )
}


# Functions of a logarithm of a share by one exponential an entry.  What the largest share lacks to 1 is what is left of
# the others; any other one is a half at most.
COMPOSED: Mapping[tuple[str, str], str] = {
    ("exp", "log_softmax"): "exp(lag(x, k))/(1 + rest(exp(lag(x, k)), k))",
    (
        "expm1",
        "log_softmax",
    ): "-(rest(exp(lag(x, k)), k)/(1 + rest(exp(lag(x, k)), k))) if lag(x, k) == 0"
    " else exp(lag(x, k))/(1 + rest(exp(lag(x, k)), k)) - 1",
}


def written_out(term: Term, formula: str, **others: Term) -> Term:
    """`formula`, text over the parameters of `term`'s kernel and `others`, with what stands for them."""
    named = {**dict(zip(ARRAY_KERNELS[term.operation].names, term.arguments, strict=True)), **others}
    places = {index(name): part for name, part in named.items() if part.operation == "index"}
    return substitute(parse(formula), {**{variable(name): part for name, part in named.items()}, **places})


def pulled_back(term: Term, incoming: Term) -> Term:
    """The derivative by what `term` takes over an axis, if `incoming` is that by `term`."""
    return written_out(term, ARRAY_KERNELS[term.operation].pullback, u=incoming)
