"""The functions a term may apply, by name: `kernel` says what a row holds, `kernel_*` hold the rows in groups."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from symloss.codegen.kernel import Kernel
from symloss.codegen.kernel_arithmetic import ARITHMETIC
from symloss.codegen.kernel_errors import ERRORS
from symloss.codegen.kernel_functions import FUNCTIONS
from symloss.codegen.kernel_gamma import GAMMA
from symloss.codegen.kernel_logistic import LOGISTIC
from symloss.codegen.kernel_products import PRODUCTS
from symloss.codegen.kernel_ratios import RATIOS
from symloss.codegen.kernel_special import SPECIAL
from symloss.codegen.kernel_trigonometric import TRIGONOMETRIC
from symloss.codegen.notation import parse
from symloss.codegen.term import Term, substitute, variable

__all__ = ["KERNELS", "Kernel", "expand", "partial"]

KERNELS: Mapping[str, Kernel] = {
    row.name: row
    for row in (*ARITHMETIC, *ERRORS, *FUNCTIONS, *TRIGONOMETRIC, *LOGISTIC, *PRODUCTS, *RATIOS, *SPECIAL, *GAMMA)
}


def expand(term: Term, formula: str) -> Term:
    """`formula`, text over the parameters of `term`'s kernel, with its arguments in their place."""
    names = KERNELS[term.operation].names
    return substitute(parse(formula), dict(zip(map(variable, names), term.arguments, strict=True)))


@lru_cache(maxsize=1 << 14)
def partial(term: Term, position: int) -> Term:
    """The derivative of `term`'s kernel by its argument at `position`, at the term's arguments."""
    return expand(term, KERNELS[term.operation].derivative[position])
