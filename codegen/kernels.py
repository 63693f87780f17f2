"""The functions a term may apply: what each means, its derivative, its exact value, how it is printed.

The table is closed under differentiation: every derivative is again spelled in kernels, and in stable ones.
A row's formulas are text over its parameters, read once by `notation.parse`.

`meaning`    the textbook formula; empty for a primitive, which means itself
`derivative` by each parameter; empty where none exists
`exact`      the formula by which exact arithmetic evaluates it, where the textbook one would need too many bits
`stable`     how it is computed in primitives; empty where the backends' own operation is good
`wide`       the same for arguments over the whole float range, where that costs more
`latex`      a template over the parameters
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symloss.codegen.notation import parse
from symloss.codegen.term import Term, substitute, variable

__all__ = ["KERNELS", "Kernel", "expand", "partial"]


@dataclass(frozen=True)
class Kernel:
    """One row of the table; see the module's text for the columns.  ``parameters`` is empty for n-ary kernels."""

    name: str
    parameters: str
    latex: str
    derivative: tuple[str, ...] = ()
    meaning: str = ""
    exact: str = ""
    stable: str = ""
    wide: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.parameters.split())

    @property
    def writing_out(self) -> str:
        """What a step is called that puts the stable formula in the kernel's place."""
        return f"stable {self.name.replace('_', ' ')}"


def _function(name: str) -> str:
    return rf"\operatorname{{{{{name}}}}}\left({{x}}\right)"


_ROWS = (
    # Arithmetic.  `add` and `mul` take any number of arguments and are differentiated by name.
    Kernel("add", "", ""),
    Kernel("mul", "", ""),
    Kernel("neg", "x", "", ("-1",)),
    Kernel("div", "x y", "", ("1/y", "-(x/y)/y")),
    Kernel("square", "x", "", ("2*x",), meaning="x*x"),
    Kernel("sqrt", "x", "", ("1/(2*sqrt(x))",)),
    Kernel("pow", "x y", "", ("y*x**(y - 1)", "log(x)*x**y")),
    # Kinks.  At a kink the derivative is the mean of the two one-sided ones: sign(0) = 0, step(0) = 1/2.
    Kernel("abs", "x", r"\left\lvert{x}\right\rvert", ("sign(x)",)),
    Kernel("sign", "x", _function("sign"), ("0",)),
    Kernel("step", "x", r"H\left({x}\right)", ("0",), meaning="(1 + sign(x))/2"),
    Kernel("max", "x y", r"\max\left({x}, {y}\right)", ("step(x - y)", "step(y - x)")),
    Kernel("min", "x y", r"\min\left({x}, {y}\right)", ("step(y - x)", "step(x - y)")),
    # Choice.  Comparisons give 1 or 0; a condition carries no derivative.
    Kernel("lt", "x y", "", ("0", "0")),
    Kernel("le", "x y", "", ("0", "0")),
    Kernel("eq", "x y", "", ("0", "0")),
    Kernel("select", "c x y", "", ("0",)),
    Kernel("is_zero", "x", r"\left[{x} = 0\right]", ("0",), meaning="1 if x == 0 else 0"),
    # Exponentials and logarithms.
    Kernel("exp", "x", r"e^{{{x}}}", ("exp(x)",)),
    Kernel("expm1", "x", _function("expm1"), ("exp(x)",), meaning="exp(x) - 1"),
    Kernel("log", "x", r"\log\left({x}\right)", ("1/x",)),
    Kernel("log1p", "x", _function("log1p"), ("1/(1 + x)",), meaning="log(1 + x)"),
    # Hyperbolic functions.  tanh' = 4 s(2x) s(-2x): 1 - tanh(x)**2 is exactly 0 in float32 from x = 9.1 on.
    Kernel("sinh", "x", r"\sinh\left({x}\right)", ("cosh(x)",)),
    Kernel("cosh", "x", r"\cosh\left({x}\right)", ("sinh(x)",)),
    Kernel("tanh", "x", r"\tanh\left({x}\right)", ("4*sigmoid(2*x)*sigmoid(-2*x)",)),
    Kernel(
        "log_cosh",
        "x",
        r"\log\cosh\left({x}\right)",
        ("tanh(x)",),
        meaning="log(cosh(x))",
        exact="abs(x) + log1p(expm1(-2*abs(x))/2)",
        # log cosh x = x - log 2 + log1p(exp(-2x)): beyond 20 the line is right to exp(-40) = 4e-18.
        stable="log1p(2*sinh(min(abs(x), 20)/2)**2) + max(abs(x) - 20, 0)",
    ),
    # The logistic family.
    Kernel(
        "sigmoid",
        "x",
        r"\sigma\left({x}\right)",
        ("sigmoid(x)*sigmoid(-x)",),
        meaning="1/(1 + exp(-x))",
        exact="exp(min(x, 0))/(1 + exp(-abs(x)))",
    ),
    Kernel(
        "softplus",
        "x",
        _function("softplus"),
        ("sigmoid(x)",),
        meaning="log(1 + exp(x))",
        exact="max(x, 0) + log1p(exp(-abs(x)))",
        stable="max(x, 0) + log1p(exp(-abs(x)))",
    ),
    # Beyond -80 the logistic is exp to exp(-80) = 2e-35; its power loses digits from -87.3 on, where it is subnormal.
    Kernel(
        "sigmoid_power",
        "x y",
        r"\sigma\left({x}\right)^{{{y}}}",
        ("y*sigmoid(-x)*sigmoid_power(x, y)", "-softplus(-x)*sigmoid_power(x, y)"),
        meaning="(1/(1 + exp(-x)))**y",
        exact="sigmoid(x)**y",
        stable="sigmoid(x)**y",
        wide="sigmoid(max(x, -80))**y*exp(y*min(x + 80, 0))",
    ),
    # Products with a logarithm or a reciprocal that are 0 where their first factor is 0.
    Kernel(
        "xlogy",
        "x y",
        r"{x}\log\left({y}\right)",
        ("log(y)", "xdivy(x, y)"),
        meaning="x*log(y)",
        stable="x*log(y + is_zero(x))",
    ),
    Kernel(
        "xlog1py",
        "x y",
        r"{x}\operatorname{{log1p}}\left({y}\right)",
        ("log1p(y)", "xdivy(x, 1 + y)"),
        meaning="x*log(1 + y)",
        stable="x*log1p(y + is_zero(x))",
    ),
    Kernel(
        "xdivy",
        "x y",
        r"\frac{{{x}}}{{{y}}}",
        ("1/y", "-xdivy(xdivy(x, y), y)"),
        meaning="x/y",
        exact="0 if x == 0 else x/y",
        stable="x/(y + is_zero(x))",
    ),
    # exp overflows at 88.7 in float32 though x exp(y) may not; and 0 exp(1000) is 0, not NaN.
    Kernel(
        "xexpy",
        "x y",
        r"{x}\,e^{{{y}}}",
        ("exp(y)", "xexpy(x, y)"),
        meaning="x*exp(y)",
        exact="0 if x == 0 else x*exp(y)",
        stable="x*exp(y*(1 - is_zero(x)))",
        wide="x*exp(y*(1 - is_zero(x))/2)*exp(y*(1 - is_zero(x))/2)",
    ),
    # Ratios: log(x/y) by the difference, which is exact where x and y are near.
    Kernel(
        "log_ratio",
        "x y",
        r"\log\frac{{{x}}}{{{y}}}",
        ("1/x", "-1/y"),
        meaning="log(x/y)",
        stable="sign(x - y)*log1p(abs(x - y)/min(x, y))",
        # x/y overflows in float32 at 1e20/1e-20; beyond 2**60 it is a difference of logarithms to 2**-60.
        wide="sign(x - y)*(log1p(min(abs(x - y)/min(x, y), 2**60))"
        " + (log(max(abs(x - y)/2**60, min(x, y))) - log(min(x, y))))",
    ),
    # x log(x/y) - x + y.  With w = (y - x)/(y + x) it is (x + y) (w**2 - (1 - w) (atanh(w) - w)),
    # which has no cancellation for |w| <= 1/3; beyond that the terms differ by a factor of 3 and more.
    Kernel(
        "kl_div",
        "x y",
        r"D\left({x} \,\middle\Vert\, {y}\right)",
        ("log_ratio(x, y)", "1 - xdivy(x, y)"),
        meaning="x*log(x/y) - x + y",
        exact="(0 if x == 0 else x*log(x/y)) - x + y",
        stable="(x + y)*({w}**2 - (1 - {w})*atanh_remainder({w})) if abs({w}) <= 1/3"
        " else xlogy(x, x/y) + (y - x)".format(w="((y - x)/(x + y + is_zero(x + y)))"),
        wide="(x + y)*({w}**2 - (1 - {w})*atanh_remainder({w})) if abs({w}) <= 1/3"
        " else x*log_ratio(x + is_zero(x), y) + (y - x)".format(w="((y - x)/(x + y + is_zero(x + y)))"),
    ),
    Kernel(
        "atanh_remainder",
        "x",
        r"\left(\operatorname{{artanh}}\left({x}\right) - {x}\right)",
        ("x**2/(1 - x**2)",),
        meaning="log((1 + x)/(1 - x))/2 - x",
    ),
    # log(1 + k (x/y)**2): the square overflows from 1.8e19 on in float32, and the quotient may overflow before it;
    # for k near 1 and x/y beyond 2**30 it is log(k) + 2 log|x/y| to 2**-60.
    Kernel(
        "log1p_square",
        "k x y",
        r"\log\left(1 + {k}\left(\frac{{{x}}}{{{y}}}\right)^2\right)",
        ("x**2/(y**2 + k*x**2)", "2*k*x/(y**2 + k*x**2)", "-2*k*(x/y)*(x/(y**2 + k*x**2))"),
        meaning="log(1 + k*(x/y)**2)",
        exact="log1p(k*(x/y)**2)",
        stable="log1p(k*(x/y)**2)",
        wide="log1p(k*min(abs(x)/y, 2**30)**2) + 2*(log(max(abs(x)/2**30, y)) - log(y))",
    ),
    # Nothing but NaN where x is NaN: added to a form that would otherwise forget one of its arguments.
    Kernel("nan_of", "x", "", ("0",), meaning="0*x"),
    Kernel("hypot", "x y", r"\sqrt{{{x}^2 + {y}^2}}", ("x/hypot(x, y)", "y/hypot(x, y)"), meaning="sqrt(x**2 + y**2)"),
)

KERNELS: Mapping[str, Kernel] = {row.name: row for row in _ROWS}


def expand(term: Term, formula: str) -> Term:
    """`formula`, text over the parameters of `term`'s kernel, with its arguments in their place."""
    names = KERNELS[term.operation].names
    return substitute(parse(formula), dict(zip(map(variable, names), term.arguments, strict=True)))


def partial(term: Term, position: int) -> Term:
    """The derivative of `term`'s kernel by its argument at `position`, at the term's arguments."""
    return expand(term, KERNELS[term.operation].derivative[position])
