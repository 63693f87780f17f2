"""What the rounding of a sum, a product or a quotient loses, as code: a float itself, found by exact operations.

Knuth, The Art of Computer Programming 2, 4.2.2; Dekker, A floating-point technique for extending the available
precision, 1971.  Beyond the range it is no number, and `if_finite` takes 0 for it.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ROUNDING_ERRORS"]

IF_FINITE = '''
def if_finite(x: np.ndarray) -> np.ndarray:
    """x where it is finite, else 0."""
    return np.where(np.isfinite(x), x, np.zeros_like(x))
'''

CONSTANT_ERROR = '''
def constant_error(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What a constant loses to its rounding: x in float64, and y in float32."""
    return y if y.dtype == np.float32 else x
'''

SUM_ERROR = '''
def sum_error(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What x + y loses to its rounding."""
    total = x + y
    share = total - x
    return (x - (total - share)) + (y - share)
'''

# Half of the digits each: 2**12 + 1 parts the 24 of a float32, 2**27 + 1 the 53 of a float64.
PRODUCT_ERROR = '''
def product_error(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What x * y loses to its rounding: both are split into halves, whose products are exact."""
    whole = x * y
    splitter = 4097.0 if whole.dtype == np.float32 else 134217729.0
    x_high = splitter * x - (splitter * x - x)
    y_high = splitter * y - (splitter * y - y)
    x_low, y_low = x - x_high, y - y_high
    return x_low * y_low - (((whole - x_high * y_high) - x_low * y_high) - x_high * y_low)
'''

QUOTIENT_ERROR = '''
def quotient_error(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What x / y loses to its rounding."""
    share = x / y
    return ((x - share * y) - _support.product_error(share, y)) / y
'''

# x**2 and y times the square of the quotient differ by their last digits, so that the difference is exact.
ROOT_QUOTIENT_ERROR = '''
def root_quotient_error(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What x / sqrt(y) loses to its rounding and that of the root."""
    share = x / np.sqrt(y)
    square = share * share
    left = _support.product_error(x, x) - y * _support.product_error(share, share)
    left = (x * x - y * square) + (left - _support.product_error(y, square))
    return left / (2 * y * np.where(share == 0, 1.0, share))
'''

ROUNDING_ERRORS: Mapping[str, str] = {
    "constant_error": CONSTANT_ERROR,
    "if_finite": IF_FINITE,
    "product_error": PRODUCT_ERROR,
    "quotient_error": QUOTIENT_ERROR,
    "root_quotient_error": ROOT_QUOTIENT_ERROR,
    "sum_error": SUM_ERROR,
}
