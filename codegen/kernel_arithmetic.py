"""Arithmetic, kinks and choices: what the other kernels are written in."""

from __future__ import annotations

from symloss.codegen.domain import Binary, Interval, NonNegative, Real, Unit
from symloss.codegen.kernel import Kernel, named

__all__ = ["ARITHMETIC"]

ARITHMETIC = (
    # `add` and `mul` take any number of arguments and are differentiated by name.
    Kernel("add", "", "", cost=1),
    Kernel("mul", "", "", cost=1),
    # A constant takes no arguments; code has its float.
    Kernel("pi", "", r"\pi", ball="pi", image=Interval("3.14", "3.15")),
    Kernel("neg", "x", "", ("-1",), cost=1),
    Kernel("div", "x y", "", ("1/y", "-(x/y)/y"), cost=2),
    Kernel("square", "x", "", ("2*x",), meaning="x*x", cost=1),
    Kernel("sqrt", "x", "", ("1/(2*sqrt(x))",), ball="sqrt", cost=2, image=NonNegative, monotone="+", at="0: 0"),
    Kernel("pow", "x y", "", ("y*x**(y - 1)", "log(x)*x**y"), cost=20),
    # Kinks.  At a kink the derivative is the mean of the two one-sided ones: sign(0) = 0, step(0) = 1/2.
    Kernel("abs", "x", r"\left\lvert{x}\right\rvert", ("sign(x)",), cost=1),
    Kernel("sign", "x", named("sign"), ("0",), cost=1),
    Kernel("step", "x", r"H\left({x}\right)", ("0",), meaning="(1 + sign(x))/2", cost=1, image=Unit),
    Kernel("max", "x y", r"\max\left({x}, {y}\right)", ("step(x - y)", "step(y - x)"), cost=1),
    Kernel("min", "x y", r"\min\left({x}, {y}\right)", ("step(y - x)", "step(x - y)"), cost=1),
    # Choice.  Comparisons give 1 or 0; a condition carries no derivative.
    Kernel("lt", "x y", "", ("0", "0"), cost=1, image=Binary),
    Kernel("le", "x y", "", ("0", "0"), cost=1, image=Binary),
    Kernel("eq", "x y", "", ("0", "0"), cost=1, image=Binary),
    Kernel("select", "c x y", "", ("0",), cost=6),
    # The exponent of what is 0 where c does not hold: minus infinity there.
    Kernel("masked", "x c", r"\left\langle{x}\right\rangle_{{{c}}}", ("c", "0"), cost=6, image=Real),
    Kernel("is_zero", "x", r"\left[{x} = 0\right]", ("0",), meaning="1 if x == 0 else 0", cost=1, image=Binary),
    # What a rounding loses where it is known: beyond the range it is not, and 0 is taken for it.
    Kernel("if_finite", "x", "{x}", ("1",), meaning="x", self_explaining=True, cost=2, image=Real),
    # The largest of entries is minus infinity where none counts, and they are 0 behind it.
    Kernel("or_zero", "x", "{x}", ("1",), meaning="x", self_explaining=True, cost=2, image=Real),
    # Nothing but NaN where x is NaN: added to a form that would otherwise forget one of its arguments.
    Kernel("nan_of", "x", "", ("0",), meaning="0*x", cost=1, image=Real),
)
