"""TensorFlow: eager operations, graphs and XLA.  Its processors' kernels flush subnormal numbers to 0."""

from __future__ import annotations

from symloss.codegen.backends.operations import Backend, Operation
from symloss.codegen.backends.special import SPECIAL_OPERATIONS, special_functions

__all__ = ["BACKEND"]

ATANH_REMAINDER = '''
def atanh_remainder(x: tf.Tensor) -> tf.Tensor:
    """artanh(x) - x for |x| <= 1/3: its series to x**35, which leaves out 2**-57 of it."""
    square = x * x
    total = tf.fill(tf.shape(x), tf.constant(1 / 35, x.dtype))
    for order in range(33, 1, -2):
        total = total * square + 1 / order
    return total * square * x
'''

HYPOT = '''
def hypot(x: tf.Tensor, y: tf.Tensor | float) -> tf.Tensor:
    """sqrt(x**2 + y**2) without overflow of the squares."""
    x, y = tf.abs(x), tf.abs(tf.cast(y, x.dtype))
    larger, smaller = tf.maximum(x, y), tf.minimum(x, y)
    ratio = smaller / tf.where(larger == 0, tf.ones_like(larger), larger)
    return tf.where(tf.math.is_inf(larger), larger, larger * tf.sqrt(1 + tf.square(ratio)))
'''

IF_FINITE = '''
def if_finite(x: tf.Tensor) -> tf.Tensor:
    """x where it is finite, else 0; a constant for a tape: it is nothing in exact arithmetic."""
    x = tf.stop_gradient(x)
    return tf.where(tf.math.is_finite(x), x, tf.zeros_like(x))
'''

REST = '''
def rest(x: tf.Tensor, axis: int) -> tf.Tensor:
    """The sum along `axis` without one of the largest entries, which would hide the others."""
    largest = tf.expand_dims(tf.argmax(x, axis), axis)
    return tf.reduce_sum(tf.where(_support.places(x, axis, axis) == largest, tf.zeros_like(x), x), axis, keepdims=True)
'''

CONTRACTED = '''
def contracted(x: tf.Tensor, y: tf.Tensor, axis: int, row: int, column: int) -> tf.Tensor:
    """The product of matrices along `axis`: `x` has the axis `row` besides, `y` has `column`."""
    words = tf.experimental.numpy
    left = words.moveaxis(words.swapaxes(x, axis, column), (row, column), (-2, -1))
    right = words.moveaxis(words.swapaxes(y, axis, row), (row, column), (-2, -1))
    return words.moveaxis(tf.matmul(left, right), (-2, -1), (row, column))
'''

AT_PLACE = '''
def at_place(x: tf.Tensor, place: tf.Tensor, axis: int) -> tf.Tensor:
    """The entries of `x` at a place along `axis`, where one before its start is none."""
    beyond = tf.cast(tf.shape(x)[axis], place.dtype)
    return tf.experimental.numpy.take_along_axis(x, tf.where(place < 0, beyond, place), axis=axis)
'''

PLACES = '''
def places(x: tf.Tensor, axis: int, position: int) -> tf.Tensor:
    """0, 1, ... along `axis` of `x`, as a tensor that has them at `position`."""
    shape = [1] * (x.shape.rank + position) + [-1] + [1] * (-1 - position)
    return tf.reshape(tf.range(tf.shape(x, tf.int64)[axis]), shape)
'''

# What NumPy's words in `special` are called here, the longer ones first.
WORDS = {
    "x.astype(np.": "tf.cast(x, tf.",
    "np.ndarray": "tf.Tensor",
    "np.log": "tf.math.log",
    "np.ceil": "tf.math.ceil",
    "np.expm1": "tf.math.expm1",
    "np.isnan": "tf.math.is_nan",
    "np.isfinite": "tf.math.is_finite",
    "np.": "tf.",
}

OPERATIONS = {
    "pi": Operation("3.141592653589793"),
    "square": Operation("tf.square({0})"),
    "sqrt": Operation("tf.sqrt({0})"),
    "pow": Operation("tf.pow({0}, {1})", ulps=46.0),
    "abs": Operation("tf.abs({0})"),
    "sign": Operation("tf.sign({0})"),
    "step": Operation(formula="(1 + sign(x))/2"),
    # in a graph the first argument settles the dtype, so a constant comes second
    "max": Operation("tf.maximum({0}, {1})", with_number="tf.maximum({0}, {1})"),
    "min": Operation("tf.minimum({0}, {1})", with_number="tf.minimum({0}, {1})"),
    "select": Operation("tf.where({0}, {1}, {2})"),
    "masked": Operation("tf.where({1}, {0}, float('-inf'))"),
    "sum": Operation("tf.reduce_sum({0}, {1}, keepdims=True)"),
    "greatest": Operation("tf.reduce_max({0}, {1}, keepdims=True)"),
    "rest": Operation("_support.rest({0}, {1})"),
    "at": Operation("_support.at_place({0}, {2}, {1})"),
    "size": Operation("tf.cast(tf.shape({0})[{1}], {0}.dtype)"),
    "turned": Operation("tf.experimental.numpy.swapaxes({0}, {1}, {2})"),
    "contracted": Operation("_support.contracted({0}, {1}, {2}, {3}, {4})"),
    "places": Operation("_support.places({0}, {1}, {2})"),
    "is_zero": Operation(formula="x == 0"),
    "exp": Operation("tf.exp({0})", ulps=1.5),
    "expm1": Operation("tf.math.expm1({0})", ulps=5.0),
    "log": Operation("tf.math.log({0})", ulps=3.0),
    "log1p": Operation("tf.math.log1p({0})", ulps=4.0),
    "sinh": Operation("tf.sinh({0})", ulps=2.0),
    "cosh": Operation("tf.cosh({0})", ulps=2.0),
    "tanh": Operation("tf.tanh({0})", ulps=7.5),
    "sin": Operation("tf.sin({0})", ulps=1.5),
    "cos": Operation("tf.cos({0})", ulps=1.5),
    "tan": Operation("tf.tan({0})", ulps=1.5),
    "asin": Operation("tf.asin({0})", ulps=4.0),
    "acos": Operation("tf.acos({0})", ulps=4.0),
    "atan": Operation("tf.atan({0})", ulps=3.5),
    "asinh": Operation("tf.asinh({0})", ulps=2.0),
    "acosh": Operation("tf.acosh({0})", ulps=2.0),
    "atanh": Operation("tf.atanh({0})", ulps=2.0),
    "hypot": Operation("_support.hypot({0}, {1})", with_number="_support.hypot({0}, {1})", ulps=2.5),
    # tf.sigmoid is off by 5.1 ulp in float32 at -35
    "sigmoid": Operation(formula="exp(min(x, 0))/(1 + exp(-abs(x)))", ulps=4.0),
    **SPECIAL_OPERATIONS,
    # tf.math.erfc is off by 274 ulp at 26, erf is NaN at -3e185, digamma has no digit at its zero, 1.46, and
    # polygamma(1) none from 1e16 on
    "lgamma": Operation("tf.math.lgamma({0})", ulps=2.5),
    "stirling_remainder": Operation("_support.stirling_remainder({0})", ulps=8.0),
    # from 2**-120 down a part of a difference is flushed
    "stirling_drop": Operation("_support.stirling_drop({0}, {1})", ulps=12.0),
    "digamma_drop": Operation("_support.digamma_drop({0}, {1})", ulps=34.0),
}

BACKEND = Backend(
    name="tf",
    truth="tf.cast({0}, {1}.dtype)",
    constant="tf.constant({0}, {1}.dtype)",
    array="tf.constant({0}, {1}.dtype)",
    operations=OPERATIONS,
    helpers={
        "atanh_remainder": ATANH_REMAINDER,
        "hypot": HYPOT,
        **special_functions(OPERATIONS, WORDS),
        "if_finite": IF_FINITE,
        "rest": REST,
        "contracted": CONTRACTED,
        "places": PLACES,
        "at_place": AT_PLACE,
    },
)
