"""NumPy: every operation is one pass over memory, so few and cheap ones win."""

from __future__ import annotations

from symloss.codegen.backends.operations import Backend, Operation
from symloss.codegen.backends.special import SPECIAL_OPERATIONS, special_functions

__all__ = ["BACKEND"]

ATANH_REMAINDER = '''
def atanh_remainder(x: np.ndarray) -> np.ndarray:
    """artanh(x) - x for |x| <= 1/3: its series to x**35, which leaves out 2**-57 of it."""
    square = x * x
    total = np.full_like(x, 1 / 35)
    for order in range(33, 1, -2):
        total *= square
        total += 1 / order
    return total * square * x
'''

REST = '''
def rest(x: np.ndarray, axis: int) -> np.ndarray:
    """The sum along `axis` without one of the largest entries, which would hide the others."""
    others = np.array(x)
    np.put_along_axis(others, np.argmax(x, axis=axis, keepdims=True), 0, axis=axis)
    return np.sum(others, axis=axis, keepdims=True)
'''

CONTRACTED = '''
def contracted(x: np.ndarray, y: np.ndarray, axis: int, row: int, column: int) -> np.ndarray:
    """The product of matrices along `axis`: `x` has the axis `row` besides, `y` has `column`."""
    left = np.moveaxis(np.swapaxes(x, axis, column), (row, column), (-2, -1))
    right = np.moveaxis(np.swapaxes(y, axis, row), (row, column), (-2, -1))
    return np.moveaxis(left @ right, (-2, -1), (row, column))
'''

PLACES = '''
def places(x: np.ndarray, axis: int, position: int) -> np.ndarray:
    """0, 1, ... along `axis` of `x`, as an array that has them at `position`."""
    return np.arange(x.shape[axis]).reshape(*(1,) * (x.ndim + position), -1, *(1,) * (-1 - position))
'''

OPERATIONS = {
    "pi": Operation("np.pi"),
    "square": Operation("np.square({0})"),
    "sqrt": Operation("np.sqrt({0})"),
    "pow": Operation("np.power({0}, {1})", ulps=1.0),
    "abs": Operation("np.abs({0})"),
    "sign": Operation("np.sign({0})"),
    "step": Operation(formula="(1 + sign(x))/2"),
    "max": Operation("np.maximum({0}, {1})"),
    "min": Operation("np.minimum({0}, {1})"),
    "select": Operation("np.where({0}, {1}, {2})"),
    "is_zero": Operation(formula="x == 0"),
    "exp": Operation("np.exp({0})", ulps=2.5),
    "expm1": Operation("np.expm1({0})", ulps=2.0),
    "log": Operation("np.log({0})", ulps=2.5),
    "log1p": Operation("np.log1p({0})", ulps=2.0),
    "sinh": Operation("np.sinh({0})", ulps=2.0),
    "cosh": Operation("np.cosh({0})", ulps=2.0),
    "tanh": Operation("np.tanh({0})", ulps=2.0),
    "sin": Operation("np.sin({0})", ulps=1.5),
    "cos": Operation("np.cos({0})", ulps=1.5),
    "tan": Operation("np.tan({0})", ulps=2.5),
    "asin": Operation("np.arcsin({0})", ulps=2.0),
    "acos": Operation("np.arccos({0})", ulps=1.5),
    "atan": Operation("np.arctan({0})", ulps=1.5),
    "asinh": Operation("np.arcsinh({0})", ulps=2.0),
    "acosh": Operation("np.arccosh({0})", ulps=2.0),
    "atanh": Operation("np.arctanh({0})", ulps=2.0),
    "hypot": Operation("np.hypot({0}, {1})", ulps=1.0),
    # np.where on a random mask costs 19 additions, so the branch is min and abs
    "sigmoid": Operation(formula="exp(min(x, 0))/(1 + exp(-abs(x)))", ulps=2.5),
    "masked": Operation("np.where({1}, {0}, -np.inf)"),
    "sum": Operation("np.sum({0}, axis={1}, keepdims=True)"),
    "greatest": Operation("np.max({0}, axis={1}, keepdims=True)"),
    "rest": Operation("_support.rest({0}, {1})"),
    "at": Operation("np.take_along_axis({0}, {2}, axis={1})"),
    "size": Operation("{0}.shape[{1}]"),
    "turned": Operation("np.swapaxes({0}, {1}, {2})"),
    "contracted": Operation("_support.contracted({0}, {1}, {2}, {3}, {4})"),
    "places": Operation("_support.places({0}, {1}, {2})"),
    **SPECIAL_OPERATIONS,
}

BACKEND = Backend(
    name="numpy",
    truth="({0}).astype({1}.dtype)",
    constant="{0}",
    array="np.full_like({1}, {0})",
    operations=OPERATIONS,
    helpers={
        "atanh_remainder": ATANH_REMAINDER,
        "rest": REST,
        "contracted": CONTRACTED,
        "places": PLACES,
        **special_functions(OPERATIONS, {}),
    },
)
