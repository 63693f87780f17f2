"""Functions as code, for libraries that lack them or give them with few digits.

Each is written once, in NumPy's words.  The polynomials are what `benchmarks/special_functions.py` prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from symloss.codegen.backends.operations import Operation
from symloss.codegen.backends.special_doubles import DOUBLES
from symloss.codegen.backends.special_errors import ROUNDING_ERRORS
from symloss.codegen.backends.special_function_errors import function_errors
from symloss.codegen.backends.special_gamma import GAMMA_REMAINDERS
from symloss.codegen.backends.special_tail import TAIL_DECAYS
from symloss.codegen.kernel_errors import ERRORS

__all__ = ["SPECIAL_OPERATIONS", "special_functions"]

POLYNOMIAL = '''
def polynomial(x: np.ndarray, coefficients: tuple[float, ...]) -> np.ndarray:
    """A polynomial from its coefficients, the highest power's first."""
    total = coefficients[0] * x + coefficients[1]
    for coefficient in coefficients[2:]:
        total = total * x + coefficient
    return total
'''

# exp(-x**2) is off by 2 x**2 roundings, 1400 at x = 26; a multiple of 1/128 has a square without any.
EXP_SQUARE = '''
def exp_square(x: np.ndarray, factor: float) -> np.ndarray:
    """exp(factor * x**2) for x >= 0 and a power of two: by an exact square and the small rest."""
    x = np.where(~(x > 40), x, 40.0)
    near = np.round(128 * x) / 128
    return np.exp(factor * near * near) * (1 + np.expm1(factor * (x - near) * (x + near)))
'''

ERFCX_POSITIVE = '''
def erfcx_positive(x: np.ndarray) -> np.ndarray:
    """exp(x**2) erfc(x) for x >= 0: a polynomial in 1 - 8/(x + 4), over 1 + 2 x."""
    coefficients = (
        9.655408225482863e-10, 1.5712153638319064e-09, -1.2544825403855518e-08, -1.6357383982124768e-08,
        1.0683442926744586e-07, 7.111912428010423e-08, -8.218020654813044e-07, 2.980596055322769e-07,
        5.707239573693257e-06, -1.1225140354449658e-05, -2.439811794207995e-05, 0.0001506231178516207,
        -0.00019925700412184815, -0.0007577737141838885, 0.005031970032548695, -0.01619773397992426,
        0.0371675155318432, -0.06633036582050367, 0.09373283499865172, -0.10103906603585294,
        0.0680970542546862, 0.015379652102610162, -0.1396211168405625, 1.2329951186255526,
    )
    return _support.polynomial(1 - 8 / (x + 4), coefficients) / (1 + 2 * x)
'''

ERFCX = '''
def erfcx(x: np.ndarray) -> np.ndarray:
    """exp(x**2) erfc(x)."""
    right = _support.erfcx_positive(abs(x))
    far = np.where(x < 0, 2 * _support.exp_square(abs(x), 1.0) - right, right)
    return np.where(abs(x) < 0.5, np.exp(x * x) * (1 - _support.erf_near(x)), far)
'''

ERF_NEAR = '''
def erf_near(x: np.ndarray) -> np.ndarray:
    """The error function for -1 <= x <= 1: x times a polynomial in x**2."""
    coefficients = (
        -7.795898827002142e-10, 9.432320191926508e-09, -1.0420387617195658e-07, 1.0536323840680666e-06,
        -9.614808641390195e-06, 7.829649688379886e-05, -0.0005611894221209664, 0.003480274496570158,
        -0.018283884489152684, 0.07940998675593687, -0.2810721780454342, 0.9654687386698673,
    )
    return x * _support.polynomial(x * x - 0.5, coefficients)
'''

ERFC = '''
def erfc(x: np.ndarray) -> np.ndarray:
    """1 - erf(x)."""
    tail = _support.erfcx_positive(abs(x)) * _support.exp_square(abs(x), -1.0)
    return np.where(abs(x) < 0.5, 1 - _support.erf_near(x), np.where(x < 0, 2 - tail, tail))
'''

ERF = '''
def erf(x: np.ndarray) -> np.ndarray:
    """The error function."""
    tail = _support.erfc(abs(x))
    return np.where(abs(x) < 1, _support.erf_near(x), np.where(x < 0, tail - 1, 1 - tail))
'''

LOG_NDTR = '''
def log_ndtr(x: np.ndarray) -> np.ndarray:
    """The logarithm of the normal distribution function."""
    ratio = x * 0.7071067811865476
    half = _support.erfcx_positive(abs(ratio)) / 2
    above = np.log1p(-half * _support.exp_square(abs(x), -0.5))
    far = np.where(x > 0, above, np.log(half) - x * x / 2)
    return np.where(abs(ratio) < 0.5, np.log1p(_support.erf_near(ratio)) - 0.6931471805599453, far)
'''

# Where it is 0, at 1 and 2, it is a multiple of x - 1 and of x - 2, which are exact.
LGAMMA = '''
def lgamma(x: np.ndarray) -> np.ndarray:
    """The logarithm of gamma(x), x >= 0: led back to [3/4, 5/2] from below 8, then Stirling."""
    coefficients = (
        7.91911279300861e-08, -1.3221533221889257e-07, -2.4897533312577027e-07, 4.150986442917476e-07,
        5.66619379106053e-07, -9.460263025466854e-07, -4.3343080692411575e-07, 7.193333665877163e-07,
        9.476260654614583e-07, -1.592931867312217e-06, 1.0856044944041023e-06, -1.8556935718535864e-06,
        4.0349887641199846e-06, -6.89121396299772e-06, 1.1467469951410114e-05, -1.971176761640429e-05,
        3.409293078189143e-05, -5.90250957167126e-05, 0.00010262519614752536, -0.0001793893919019666,
        0.00031549451791055156, -0.0005589497588870729, 0.0009992727458440684, -0.001807064015895237,
        0.003317270859881184, -0.0062154504138531835, 0.011991915956991154, -0.024194436430695337,
        0.05257942622043393, -0.13157899128683395, 0.46580963736232694,
    )
    series = (-3617 / 122400, 1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12)
    small = np.where(~(x > 8), x, 8.0)
    steps = np.where(small > 2.5, np.ceil(small - 2.5), 0 * small)
    steps = np.where(small < 0.75, steps - 1, steps)
    rest = small - steps
    product = np.where(steps > 0, rest, 1.0)
    for step in range(1, 6):
        product = product * np.where(steps > step, rest + step, 1.0)
    shift = np.where(steps < 0, -np.log(small), np.log(product))
    zeros = (small - (steps + 1)) * (small - (steps + 2))
    near = zeros * _support.polynomial(rest - 1.625, coefficients) + shift
    large = np.where(x > 8, x, 8.0)
    far = (large - 0.5) * (np.log(large) - 1) + 0.41893853320467274
    far = far + _support.polynomial(1 / large / large, series) / large
    return np.where(~(x < 0), np.where(x > 8, far, near), float("nan"))
'''

# Near its zero it is a multiple of the distance to it; the zero is a float32, what makes it a float64, and a rest.
DIGAMMA = '''
def digamma(x: np.ndarray) -> np.ndarray:
    """The derivative of lgamma, x >= 0: led back to [1, 2] from below 8, then asymptotic."""
    coefficients = (
        -0.00017312261802727394, 0.00025968482126430747, -0.00015148586836773365, 0.0002272331660987376,
        -0.0004821990530566789, 0.0007233266279287554, -0.0010376374098418604, 0.0015566317474486838,
        -0.002345267632540769, 0.003519006401502276, -0.005279964873257405, 0.007926944646403797,
        -0.011908218001568644, 0.0179072524394512, -0.02697579675613825, 0.04076083381242074,
        -0.061922133273064534, 0.09498872445494122, -0.14840492305390884, 0.2405424842407742,
        -0.4236274212814605, 0.951055876031833,
    )
    series = (
        43867 / 14364, -3617 / 8160, 1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12,
    )
    small = np.where(~(x > 8), x, 8.0)
    steps = np.ceil(small) - 2
    rest = small - steps
    shift = np.where(steps < 0, -1 / small, 0 * small)
    for step in range(6):
        shift = shift + np.where(steps > step, 1 / (rest + step), 0.0)
    distance = ((rest - 1.4616321325302124) - 1.2438149926685682e-08) - 1.2233227452770237e-17
    near = distance * _support.polynomial(rest - 1.5, coefficients) + shift
    large = np.where(x > 8, x, 8.0)
    square = 1 / large / large
    far = np.log(large) - (0.5 / large + square * _support.polynomial(square, series))
    return np.where(~(x < 0), np.where(x > 8, far, near), float("nan"))
'''

POLYGAMMA = '''
def polygamma(x: np.ndarray, order: int) -> np.ndarray:
    """The size of a derivative of digamma, x >= 0: eight terms, an asymptotic series beyond."""
    series = [43867 / 798, -3617 / 510, 7 / 6, -691 / 2730, 5 / 66, -1 / 30, 1 / 42, -1 / 30, 1 / 6]
    factorial = 1
    for step in range(1, order):
        series = [(18 - 2 * place + step) * number for place, number in enumerate(series)]
        factorial *= step
    part = 1 / (x + 8)
    square = part * part
    rest = 0.5 * order * factorial * part + square * _support.polynomial(square, tuple(series))
    parts = 0 * part
    for step in range(7, -1, -1):
        parts = parts + (1 / (x + step)) ** (order + 1)
    total = order * factorial * parts + (factorial + rest) * part**order
    return np.where(~(x < 0), total, float("nan"))
'''

TRIGAMMA = '''
def trigamma(x: np.ndarray) -> np.ndarray:
    """The derivative of digamma."""
    return _support.polygamma(x, 1)
'''

TETRAGAMMA = '''
def tetragamma(x: np.ndarray) -> np.ndarray:
    """The second derivative of digamma."""
    return -_support.polygamma(x, 2)
'''

NAN_OF = '''
def nan_of(x: np.ndarray) -> np.ndarray:
    """NaN where x is NaN, else 0."""
    return np.where(np.isnan(x), x, np.zeros_like(x))
'''

OR_ZERO = '''
def or_zero(x: np.ndarray) -> np.ndarray:
    """x where it is finite, else 0."""
    return np.where(np.isfinite(x), x, np.zeros_like(x))
'''

_IN_NUMPY: Mapping[str, str] = {
    "digamma": DIGAMMA,
    "erf": ERF,
    "erf_near": ERF_NEAR,
    "erfc": ERFC,
    "erfcx": ERFCX,
    "erfcx_positive": ERFCX_POSITIVE,
    "exp_square": EXP_SQUARE,
    "lgamma": LGAMMA,
    "log_ndtr": LOG_NDTR,
    "nan_of": NAN_OF,
    "or_zero": OR_ZERO,
    "polygamma": POLYGAMMA,
    "polynomial": POLYNOMIAL,
    "tetragamma": TETRAGAMMA,
    "trigamma": TRIGAMMA,
    **GAMMA_REMAINDERS,
    **TAIL_DECAYS,
    **ROUNDING_ERRORS,
    **DOUBLES,
}


def _call(name: str, count: int) -> str:
    return f"_support.{name}({', '.join(f'{{{place}}}' for place in range(count))})"


# How kernels call these, with errors that hold in NumPy and PyTorch.
SPECIAL_OPERATIONS: Mapping[str, Operation] = {
    "atanh_remainder": Operation("_support.atanh_remainder({0})", ulps=3.0),
    "erf": Operation("_support.erf({0})", ulps=2.0),
    "erfc": Operation("_support.erfc({0})", ulps=4.0),
    "erfcx": Operation("_support.erfcx({0})", ulps=4.0),
    "erfcx_decay": Operation("_support.erfcx_decay({0})", ulps=3.0),
    "erfcx_bend": Operation("_support.erfcx_bend({0})", ulps=9.5),
    "log_ndtr": Operation("_support.log_ndtr({0})", ulps=5.0),
    "lgamma": Operation("_support.lgamma({0})", ulps=4.0),
    "digamma": Operation("_support.digamma({0})", ulps=3.5),
    "trigamma": Operation("_support.trigamma({0})", ulps=4.0),
    "tetragamma": Operation("_support.tetragamma({0})", ulps=6.0),
    "stirling_remainder": Operation("_support.stirling_remainder({0})", ulps=5.5),
    "digamma_remainder": Operation("_support.digamma_remainder({0})", ulps=3.5),
    "trigamma_remainder": Operation("_support.trigamma_remainder({0})", ulps=3.5),
    "tetragamma_remainder": Operation("_support.tetragamma_remainder({0})", ulps=4.5),
    "stirling_drop": Operation("_support.stirling_drop({0}, {1})", ulps=9.0),
    "digamma_drop": Operation("_support.digamma_drop({0}, {1})", ulps=4.5),
    "trigamma_drop": Operation("_support.trigamma_drop({0}, {1})", ulps=6.0),
    "nan_of": Operation("_support.nan_of({0})"),
    "if_finite": Operation("_support.if_finite({0})"),
    "or_zero": Operation("_support.or_zero({0})"),
    **{row.name: Operation(_call(row.name, len(row.names)), arrays=True) for row in ERRORS},
    "constant_error": Operation(_call("constant_error", 2), arrays=True),  # lowering makes two numbers of the constant
}


def special_functions(
    operations: Mapping[str, Operation], words: Mapping[str, str], unless: str = ""
) -> Mapping[str, str]:
    """Every helper by its name, with the library's own `operations` and its `words` for NumPy's.

    `unless` says where the library does without numbers in two parts.
    """
    return {
        name: reduce(lambda told, word: told.replace(word, words[word]), words, text)
        for name, text in {**_IN_NUMPY, **function_errors(operations, unless)}.items()
    }
