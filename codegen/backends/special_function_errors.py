"""What the rounding of a function loses, as code in NumPy's words: its value in two parts less the library's own.

In float32 the library's function in float64 has digits enough.  An inverse lacks what its own function, in two parts,
leaves of the argument, over the slope there.  Where nothing is known it is no number, and `if_finite` takes 0 for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from symloss.codegen.backends.operations import Operation

__all__ = ["function_errors"]

TEXT = '''
def {name}_error({signature}) -> np.ndarray:
    """What {name}({arguments}) loses to its rounding."""
    found = {code}
    if found.dtype == np.float32:
        return _support.narrow({wide} - _support.wide(found))
    zero = 0 * found{way_out}
{body}
'''

WIDE = '''
def wide(x: np.ndarray) -> np.ndarray:
    """x in float64."""
    return x.astype(np.float64)
'''

NARROW = '''
def narrow(x: np.ndarray) -> np.ndarray:
    """x in float32."""
    return x.astype(np.float32)
'''

# From `high` and `low`, the function's value in two parts; the others give what is lost themselves.
VALUES: Mapping[str, str] = {
    "exp": "high, low = _support.double_exp(x, zero)",
    "expm1": """
        grown, grown_low = _support.double_expm1(abs(x), zero)
        high, low = _support.double_sum(zero + 1, zero, grown, grown_low)
        high, low = _support.double_quotient(-grown, -grown_low, high, low)
        high, low = np.where(x < 0, high, grown), np.where(x < 0, low, grown_low)
    """,
    "pow": """
        logarithm = np.log(x)
        rest = _support.log_rest(logarithm, x, zero, x - 1, _support.sum_error(x, zero - 1))
        high, low = _support.double_exp(*_support.double_product(y, zero, logarithm, rest))
    """,
    "sinh": "high, low = _support.double_sinh(x)",
    "cosh": """
        high, low = _support.double_sinh(x / 2)
        high, low = _support.double_product(high, low, 2 * high, 2 * low)
        high, low = _support.double_sum(zero + 1, zero, high, low)
    """,
    "tanh": "high, low = _support.double_tanh(x)",
    "sin": "high, low, _, _ = _support.double_sine(x)",
    "cos": """
        _, _, rest, rest_low = _support.double_sine(x)
        high, low = _support.double_sum(zero + 1, zero, -rest, -rest_low)
    """,
    "tan": """
        sine, sine_low, rest, rest_low = _support.double_sine(x)
        high, low = _support.double_sum(zero + 1, zero, -rest, -rest_low)
        high, low = _support.double_quotient(sine, sine_low, high, low)
    """,
}
LESS = "return (high - found) + low"

ERRORS: Mapping[str, str] = {
    "sqrt": """
        left = (x - found * found) - _support.product_error(found, found)
        return left / np.where(found == 0, 1 + zero, 2 * found)
    """,
    # where the squares are subnormal nothing is known
    "hypot": """
        square, square_low = -found * found, -_support.product_error(found, found)
        high, low = _support.double_sum(x * x, _support.product_error(x, x), square, square_low)
        high, low = _support.double_sum(high, low, y * y, _support.product_error(y, y))
        return np.where(found > 1e-140, (high + low) / (2 * found), zero)
    """,
    "log": "return _support.log_rest(found, x, zero, x - 1, _support.sum_error(x, zero - 1))",
    "log1p": "return _support.log_rest(found, 1 + x, _support.sum_error(zero + 1, x), x, zero)",
    "asin": """
        sine, low, _, _ = _support.double_sine(found)
        return ((x - sine) - low) / np.sqrt((1 - x) * (1 + x))
    """,
    "acos": """
        sine, _, rest, rest_low = _support.double_sine(found)
        high, low = _support.double_sum(1 - x, _support.sum_error(zero + 1, -x), -rest, -rest_low)
        return (high + low) / sine
    """,
    "atan": """
        sine, sine_low, rest, rest_low = _support.double_sine(found)
        cosine, low = _support.double_sum(zero + 1, zero, -rest, -rest_low)
        high, low = _support.double_product(x, zero, cosine, low)
        high, low = _support.double_sum(high, low, -sine, -sine_low)
        return (high + low) / (cosine + x * sine)
    """,
    "asinh": """
        high, low = _support.double_sinh(found)
        return ((x - high) - low) / np.sqrt(1 + x * x)
    """,
    "acosh": """
        high, low = _support.double_sinh(found / 2)
        high, low = _support.double_product(high, low, -2 * high, -2 * low)
        high, low = _support.double_sum(x - 1, _support.sum_error(x, zero - 1), high, low)
        return (high + low) / np.sqrt(x - 1) / np.sqrt(x + 1)
    """,
    "atanh": """
        high, low = _support.double_tanh(found)
        return ((x - high) - low) / ((1 - x) * (1 + x))
    """,
}


def function_errors(operations: Mapping[str, Operation], unless: str = "") -> Mapping[str, str]:
    """The helper ``<function>_error`` of each function, by the library's `operations`, and those that they call.

    `unless` is the library's condition under which so long a chain of operations is too much: nothing is known then.
    """
    way_out = f"\n    if {unless}:\n        return zero" if unless else ""
    bodies = {**{name: f"{body.rstrip()}\n{LESS}" for name, body in VALUES.items()}, **ERRORS}
    errors = {f"{name}_error": _text(name, operations[name].code, body, way_out) for name, body in bodies.items()}
    return {"narrow": NARROW, "wide": WIDE, **errors}


def _text(name: str, code: str, body: str, way_out: str) -> str:
    arguments = ("x", "y") if "{1}" in code else ("x",)
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    return TEXT.format(
        name=name,
        signature=", ".join(f"{argument}: np.ndarray" for argument in arguments),
        arguments=", ".join(arguments),
        code=code.format(*arguments),
        wide=code.format(*(f"_support.wide({argument})" for argument in arguments)),
        way_out=way_out,
        body="\n".join(f"    {line}" for line in lines),
    )
