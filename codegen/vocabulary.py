"""The functions that a formula given as text may call: every kernel with a public meaning, and other names for them."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import reduce

from symloss.codegen.kernels import KERNELS
from symloss.codegen.notation import parse
from symloss.codegen.term import Term, apply, substitute, variable

__all__ = ["FUNCTIONS", "call", "nearest", "takes"]

# Kernels that people write; the others are spelled by operators, or the toolkit itself puts them into a form.
_SPOKEN = (
    "abs sign step max min square sqrt pow hypot exp expm1 log log1p sin cos tan asin acos atan sinh cosh tanh asinh"
    " acosh atanh erf erfc erfcx log_ndtr lgamma digamma trigamma lbeta sigmoid softplus log_cosh logaddexp log1mexp"
    " xlogy xlog1py kl_div"
).split()
# Kernels of two arguments that are asked for with more.
_CHAINED = frozenset({"max", "min"})
# What the array libraries and SymPy call a kernel, or what is short for a formula: parameters and formula.
_FORMULAS: Mapping[str, tuple[str, str]] = {
    "Abs": ("x", "abs(x)"),
    "arccos": ("x", "acos(x)"),
    "arccosh": ("x", "acosh(x)"),
    "arcsin": ("x", "asin(x)"),
    "arcsinh": ("x", "asinh(x)"),
    "arctan": ("x", "atan(x)"),
    "arctanh": ("x", "atanh(x)"),
    "betaln": ("x y", "lgamma(x) + lgamma(y) - lgamma(x + y)"),
    "expit": ("x", "sigmoid(x)"),
    "factorial": ("x", "exp(lgamma(x + 1))"),
    "gamma": ("x", "exp(lgamma(x))"),
    "gammaln": ("x", "lgamma(x)"),
    "heaviside": ("x", "step(x)"),
    "ln": ("x", "log(x)"),
    "log10": ("x", "log(x)/log(10)"),
    "log2": ("x", "log(x)/log(2)"),
    "logaddexp": ("x y", "log(exp(x) + exp(y))"),
    "logistic": ("x", "sigmoid(x)"),
    "loggamma": ("x", "lgamma(x)"),
    "logit": ("x", "log(x/(1 - x))"),
    "ndtr": ("x", "erfc(-x/sqrt(2))/2"),
    "relu": ("x", "max(x, 0)"),
}
_SAME: Mapping[str, str] = {"Max": "max", "Min": "min", "maximum": "max", "minimum": "min"}

FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    **{name: KERNELS[name].names for name in _SPOKEN},
    **{name: tuple(parameters.split()) for name, (parameters, _) in _FORMULAS.items()},
    **{name: KERNELS[kernel].names for name, kernel in _SAME.items()},
}


def takes(name: str, count: int) -> str:
    """What the function `name` takes, if that is not `count` arguments; nothing if it is."""
    wanted = len(FUNCTIONS[name])
    if count == wanted or (_SAME.get(name, name) in _CHAINED and count > wanted):
        return ""
    return f"{wanted} argument{'s' if wanted > 1 else ''}{' or more' if _SAME.get(name, name) in _CHAINED else ''}"


def call(name: str, arguments: tuple[Term, ...]) -> Term:
    """The function `name` of as many arguments as it takes."""
    kernel = _SAME.get(name, name)
    if kernel in _CHAINED:
        return reduce(lambda a, b: apply(kernel, a, b), arguments)
    if name in _FORMULAS:
        parameters, formula = _FORMULAS[name]
        return substitute(parse(formula), dict(zip(map(variable, parameters.split()), arguments, strict=True)))
    return apply(kernel, *arguments)


def nearest(word: str, words: Mapping[str, object]) -> str:
    """A question for the end of an error message, if one of `words` was probably meant."""
    close = get_close_matches(word, words, 1) or get_close_matches(word.lower(), words, 1)
    return f"; did you mean `{close[0]}`?" if close else ""
