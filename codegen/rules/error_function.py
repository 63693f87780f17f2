"""The error function, its complement and the normal distribution, each by the one that keeps its digits."""

from __future__ import annotations

from symloss.codegen.rules.rule import Rule

__all__ = ["ERROR_FUNCTION"]

# erf is 1 from 3.9 on in float32, erfc is 0 from 10.1 on, and exp(x**2) overflows from 9.4 on.
ERROR_FUNCTION = (
    Rule("complement of the error function", "1 - erf(x)", "erfc(x)"),
    Rule("error function less one", "erf(x) - 1", "-erfc(x)"),
    Rule("one and the error function", "1 + erf(x)", "erfc(-x)"),
    Rule("one less half of the complement", "1 - erfc(x)/2", "erfc(-x)/2"),
    Rule("scaled complement", "exp(x**2)*erfc(x)", "erfcx(x)"),
    Rule("scaled normal tail", "exp(x**2/2)*erfc(x/sqrt(2))", "erfcx(x/sqrt(2))"),
    Rule("tail under its density", "exp(-x**2)/erfc(x)", "1/erfcx(x)"),
    Rule("normal distribution under its density", "exp(-(x**2/2))/erfc(-(x/sqrt(2)))", "1/erfcx(-(x/sqrt(2)))"),
    Rule("normal tail under its density", "exp(-(x**2/2))/erfc(x/sqrt(2))", "1/erfcx(x/sqrt(2))"),
    Rule("slope of the scaled complement", "x*erfcx(x) - 1/sqrt(pi)", "-(erfcx(x)*erfcx_decay(x)/2)"),
    Rule("fall of the scaled complement", "1/sqrt(pi) - x*erfcx(x)", "erfcx(x)*erfcx_decay(x)/2"),
    Rule(
        "inverse Mills ratio beside its line",
        "x + sqrt(2/pi)/erfcx(-(x/sqrt(2)))",
        "erfcx_decay(-(x/sqrt(2)))/sqrt(2)",
    ),
    Rule("logarithm of a tail", "log(erfc(x))", "log(erfcx(x)) - x**2 if 1/2 < x else log1p(-erf(x))"),
    Rule("logarithm of the normal distribution", "log(erfc(-(x/sqrt(2)))/2)", "log_ndtr(x)"),
    Rule("logarithm of the normal tail", "log(erfc(x/sqrt(2))/2)", "log_ndtr(-x)"),
)
