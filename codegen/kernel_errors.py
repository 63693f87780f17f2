"""What operations and functions lose to their rounding: nothing, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Mapping

from symloss.codegen.domain import Domain, Interval, Positive, Real
from symloss.codegen.kernel import Kernel, named

__all__ = ["ERRORS", "FUNCTION_ERRORS", "KNOWN_IN", "ROUNDING_ERRORS"]

# The cost of each in additions: of functions that of arithmetic in two parts.
ROUNDING_ERRORS: Mapping[str, tuple[str, str, float]] = {
    "constant_error": ("x", "{x}", 1),  # of a term without variables
    "sum_error": ("x y", "{x} + {y}", 6),
    "product_error": ("x y", "{x} {y}", 17),
    "quotient_error": ("x y", "{x}/{y}", 20),
    "root_quotient_error": ("x y", r"{x}/\sqrt{{{y}}}", 60),
}
FUNCTION_ERRORS: Mapping[str, tuple[str, str, float]] = {
    "sqrt_error": ("x", r"\sqrt{{{x}}}", 21),
    "hypot_error": ("x y", r"\operatorname{{hypot}}\left({x}, {y}\right)", 100),
    "pow_error": ("x y", "{{{x}}}^{{{y}}}", 2200),
    **{
        f"{name}_error": ("x", named(name), cost)
        for names, cost in (
            ("exp expm1 log log1p sinh cosh tanh asinh acosh atanh", 1000),
            ("sin cos tan asin acos atan", 1700),
        )
        for name in names.split()
    },
}

# Of the first argument, if that is not everywhere; in float32 all is known.
KNOWN_IN: Mapping[str, Domain] = {
    "pow_error": Positive,
    **dict.fromkeys(("sin_error", "cos_error", "tan_error"), Interval(-16384, 16384, closed="neither")),
    **dict.fromkeys(("asin_error", "acos_error"), Interval(-1, 1, closed="neither")),
}

ERRORS = tuple(
    Kernel(
        name,
        parameters,
        rf"\varepsilon\left({operation}\right)",
        ("0",) * len(parameters.split()),
        meaning="*".join(("0", *parameters.split())),
        self_explaining=name in FUNCTION_ERRORS,
        cost=cost,
        image=Real,
    )
    for name, (parameters, operation, cost) in {**ROUNDING_ERRORS, **FUNCTION_ERRORS}.items()
)
