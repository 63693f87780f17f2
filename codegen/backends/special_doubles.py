"""Arithmetic on numbers in two parts, whose sum has twice the digits, as code in NumPy's words.

Dekker 1971 for sums, products and quotients.  The series of exp, sin and cos are summed for a small part of the
argument, which then is doubled again and again: no table and no constant of many digits is needed, and of the 106
digits some hundred are right.  Beyond the range the result is no number.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DOUBLES"]

IN_TWO_PARTS = '''
def in_two_parts(high: np.ndarray, low: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sum of a number and a much smaller one, as it is rounded and what that loses."""
    total = high + low
    return total, low - (total - high)
'''

DOUBLE_SUM = '''
def double_sum(x: np.ndarray, x_low: np.ndarray, y: np.ndarray, y_low: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sum of two numbers in two parts."""
    high, low = x + y, _support.sum_error(x, y) + (x_low + y_low)
    return _support.in_two_parts(high, low)
'''

DOUBLE_PRODUCT = '''
def double_product(
    x: np.ndarray, x_low: np.ndarray, y: np.ndarray, y_low: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The product of two numbers in two parts."""
    high, low = x * y, _support.product_error(x, y) + (x * y_low + x_low * y)
    return _support.in_two_parts(high, low)
'''

DOUBLE_QUOTIENT = '''
def double_quotient(
    x: np.ndarray, x_low: np.ndarray, y: np.ndarray, y_low: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The quotient of two numbers in two parts."""
    high = x / y
    low = ((x - high * y) - _support.product_error(high, y) + (x_low - high * y_low)) / y
    return _support.in_two_parts(high, low)
'''

# Up to 709.8, where exp(x) overflows, the part is below 0.0055: beyond its sixth power 53 digits do.
DOUBLE_EXPM1 = '''
def double_expm1(x: np.ndarray, x_low: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """exp(x) - 1 of a number x >= 0 in two parts, in two parts: the series for x / 2**17, doubled 17 times."""
    part, part_low, zero = x / 131072, x_low / 131072, 0 * x
    total, low = 1 + part / 7 * (1 + part / 8 * (1 + part / 9 * (1 + part / 10 * (1 + part / 11)))), zero
    for order in range(6, 1, -1):
        total, low = _support.double_product(part, part_low, total, low)
        total, low = _support.double_quotient(total, low, zero + order, zero)
        total, low = _support.double_sum(zero + 1, zero, total, low)
    total, low = _support.double_product(part, part_low, total, low)
    for _ in range(17):
        square, square_low = _support.double_product(total, low, total, low)
        total, low = _support.double_sum(2 * total, 2 * low, square, square_low)
    return total, low
'''

DOUBLE_EXP = '''
def double_exp(x: np.ndarray, x_low: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The exponential of a number in two parts, in two parts."""
    zero = 0 * x
    total, low = _support.double_expm1(abs(x), np.where(x < 0, -x_low, x_low))
    total, low = _support.double_sum(zero + 1, zero, total, low)
    part, part_low = _support.double_quotient(zero + 1, zero, total, low)
    return np.where(x < 0, part, total), np.where(x < 0, part_low, low)
'''

DOUBLE_SINH = '''
def double_sinh(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """sinh(x) in two parts: half of e + e / (1 + e), e = exp(x) - 1."""
    zero = 0 * x
    grown, grown_low = _support.double_expm1(abs(x), zero)
    total, low = _support.double_sum(zero + 1, zero, grown, grown_low)
    total, low = _support.double_quotient(grown, grown_low, total, low)
    total, low = _support.double_sum(grown, grown_low, total, low)
    return np.where(x < 0, -total / 2, total / 2), np.where(x < 0, -low / 2, low / 2)
'''

DOUBLE_TANH = '''
def double_tanh(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """tanh(x) in two parts: e / (2 + e), e = exp(2 x) - 1."""
    zero = 0 * x
    grown, grown_low = _support.double_expm1(2 * abs(x), zero)
    total, low = _support.double_sum(zero + 2, zero, grown, grown_low)
    total, low = _support.double_quotient(grown, grown_low, total, low)
    return np.where(x < 0, -total, total), np.where(x < 0, -low, low)
'''

# With exp(|y|) - 1 nothing cancels but what must: where w < 1 that is w exp(-y) - 1 less itself, else w less exp(y).
LOG_REST = '''
def log_rest(y: np.ndarray, w: np.ndarray, w_low: np.ndarray, less: np.ndarray, less_low: np.ndarray) -> np.ndarray:
    """What y lacks of log(w), for w and what it is less 1 in two parts each."""
    grown, grown_low = _support.double_expm1(abs(y), 0 * y)
    product, product_low = _support.double_product(w, w_low, grown, grown_low)
    grown, grown_low = np.where(less < 0, product, -grown), np.where(less < 0, product_low, -grown_low)
    high, low = _support.double_sum(less, less_low, grown, grown_low)
    return (high + low) / np.where(less < 0, 1 + 0 * w, w)
'''

# Beyond 2**14 the part is too large for the series.
DOUBLE_SINE = '''
def double_sine(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """sin(x) and 1 - cos(x) in two parts each: their series for x / 2**22, doubled 22 times; |x| < 2**14."""
    x = np.where(abs(x) < 16384, x, float("nan"))
    part, zero = x / 4194304, 0 * x
    square, square_low = _support.double_product(part, zero, part, zero)
    sine, sine_low = 1 - square / 72 * (1 - square / 110), zero
    for order in (42, 20, 6):
        sine, sine_low = _support.double_product(square, square_low, sine, sine_low)
        sine, sine_low = _support.double_quotient(-sine, -sine_low, zero + order, zero)
        sine, sine_low = _support.double_sum(zero + 1, zero, sine, sine_low)
    sine, sine_low = _support.double_product(part, zero, sine, sine_low)
    rest, rest_low = 1 - square / 56 * (1 - square / 90), zero
    for order in (30, 12):
        rest, rest_low = _support.double_product(square, square_low, rest, rest_low)
        rest, rest_low = _support.double_quotient(-rest, -rest_low, zero + order, zero)
        rest, rest_low = _support.double_sum(zero + 1, zero, rest, rest_low)
    rest, rest_low = _support.double_product(square / 2, square_low / 2, rest, rest_low)
    for _ in range(22):
        square, square_low = _support.double_product(sine, sine_low, sine, sine_low)
        total, low = _support.double_product(sine, sine_low, -rest, -rest_low)
        total, low = _support.double_sum(sine, sine_low, total, low)
        sine, sine_low, rest, rest_low = 2 * total, 2 * low, 2 * square, 2 * square_low
    return sine, sine_low, rest, rest_low
'''

DOUBLES: Mapping[str, str] = {
    "double_exp": DOUBLE_EXP,
    "double_expm1": DOUBLE_EXPM1,
    "double_product": DOUBLE_PRODUCT,
    "double_quotient": DOUBLE_QUOTIENT,
    "double_sine": DOUBLE_SINE,
    "double_sinh": DOUBLE_SINH,
    "double_sum": DOUBLE_SUM,
    "double_tanh": DOUBLE_TANH,
    "in_two_parts": IN_TWO_PARTS,
    "log_rest": LOG_REST,
}
