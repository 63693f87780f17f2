"""PyTorch: eager operations, and what torch.compile makes of them."""

from __future__ import annotations

from symloss.codegen.backends.operations import Backend, Operation
from symloss.codegen.backends.special import SPECIAL_OPERATIONS, special_functions

__all__ = ["BACKEND"]

ATANH_REMAINDER = '''
def atanh_remainder(x: Tensor) -> Tensor:
    """artanh(x) - x for |x| <= 1/3: its series to x**35, which leaves out 2**-57 of it."""
    square = x * x
    total = torch.full_like(x, 1 / 35)
    for order in range(33, 1, -2):
        total = total * square + 1 / order
    return total * square * x
'''

SIGN = '''
def sign(x: Tensor) -> Tensor:
    """The sign of x, and NaN where x is NaN: torch.sign(nan) is 0."""
    return torch.where(torch.isnan(x), x, torch.sign(x))
'''

HYPOT = '''
def hypot(x: Tensor, y: float) -> Tensor:
    """sqrt(x**2 + y**2) of a tensor and a number."""
    return torch.hypot(x, torch.full_like(x, y))
'''

EXPM1 = '''
def expm1(x: Tensor) -> Tensor:
    """exp(x) - 1, also in compiled code, where Inductor would compute just that."""
    if torch.compiler.is_compiling():
        return torch.tanh(x / 2) * (torch.exp(x) + 1)
    return torch.expm1(x)
'''

IF_FINITE = '''
def if_finite(x: Tensor) -> Tensor:
    """x where it is finite, else 0; a constant for autograd: it is nothing in exact arithmetic."""
    x = x.detach()
    return torch.where(torch.isfinite(x), x, torch.zeros_like(x))
'''

REST = '''
def rest(x: Tensor, axis: int) -> Tensor:
    """The sum along `axis` without one of the largest entries, which would hide the others."""
    return x.scatter(axis, x.argmax(axis, keepdim=True), 0).sum(axis, keepdim=True)
'''

CONTRACTED = '''
def contracted(x: Tensor, y: Tensor, axis: int, row: int, column: int) -> Tensor:
    """The product of matrices along `axis`: `x` has the axis `row` besides, `y` has `column`."""
    left = x.transpose(axis, column).movedim((row, column), (-2, -1))
    right = y.transpose(axis, row).movedim((row, column), (-2, -1))
    return (left @ right).movedim((-2, -1), (row, column))
'''

PLACES = '''
def places(x: Tensor, axis: int, position: int) -> Tensor:
    """0, 1, ... along `axis` of `x`, as a tensor that has them at `position`."""
    shape = (*(1,) * (x.dim() + position), -1, *(1,) * (-1 - position))
    return torch.arange(x.shape[axis], device=x.device).reshape(shape)
'''

AT_PLACE = '''
def at_place(x: Tensor, place: Tensor, axis: int) -> Tensor:
    """The entries of `x` at a place along `axis`; torch.take_along_dim starts over beyond it."""
    sizes = list(torch.broadcast_shapes(x.narrow(axis, 0, 1).shape, place.shape))
    place = place.expand(sizes)
    sizes[axis] = x.shape[axis]
    return x.expand(sizes).gather(axis, place)
'''

# What NumPy's words in `special` are called here.
WORDS = {"np.ndarray": "Tensor", ".astype(": ".to(", "np.": "torch."}

OPERATIONS = {
    "pi": Operation("torch.pi"),
    "square": Operation("torch.square({0})"),
    "sqrt": Operation("torch.sqrt({0})", ulps=0.8),
    "pow": Operation("torch.pow({0}, {1})", ulps=1.0),
    "abs": Operation("torch.abs({0})"),
    "sign": Operation("_support.sign({0})"),
    "step": Operation(formula="(1 + sign(x))/2"),
    "max": Operation("torch.maximum({0}, {1})", with_number="torch.clamp({0}, min={1})"),
    "min": Operation("torch.minimum({0}, {1})", with_number="torch.clamp({0}, max={1})"),
    "select": Operation("torch.where({0}, {1}, {2})"),
    "masked": Operation("torch.where({1}, {0}, -torch.inf)"),
    "sum": Operation("torch.sum({0}, {1}, keepdim=True)"),
    "greatest": Operation("torch.amax({0}, {1}, keepdim=True)"),
    "rest": Operation("_support.rest({0}, {1})"),
    "at": Operation("_support.at_place({0}, {2}, {1})"),
    "size": Operation("{0}.shape[{1}]"),
    "turned": Operation("torch.transpose({0}, {1}, {2})"),
    "contracted": Operation("_support.contracted({0}, {1}, {2}, {3}, {4})"),
    "places": Operation("_support.places({0}, {1}, {2})"),
    "is_zero": Operation(formula="x == 0"),
    "exp": Operation("torch.exp({0})", ulps=1.0),
    "expm1": Operation("_support.expm1({0})", ulps=2.5),
    "log": Operation("torch.log({0})", ulps=1.0),
    "log1p": Operation("torch.log1p({0})", ulps=1.0),
    "sinh": Operation("torch.sinh({0})", ulps=2.0),
    "cosh": Operation("torch.cosh({0})", ulps=2.0),
    "tanh": Operation("torch.tanh({0})", ulps=2.0),
    "sin": Operation("torch.sin({0})", ulps=1.0),
    "cos": Operation("torch.cos({0})", ulps=1.0),
    "tan": Operation("torch.tan({0})", ulps=1.0),
    "asin": Operation("torch.asin({0})", ulps=1.0),
    "acos": Operation("torch.acos({0})", ulps=1.0),
    "atan": Operation("torch.atan({0})", ulps=1.0),
    "asinh": Operation("torch.asinh({0})", ulps=2.0),
    "acosh": Operation("torch.acosh({0})", ulps=2.0),
    "atanh": Operation("torch.atanh({0})", ulps=1.5),
    "hypot": Operation("torch.hypot({0}, {1})", with_number="_support.hypot({0}, {1})", ulps=1.0),
    "sigmoid": Operation("torch.sigmoid({0})", ulps=2.5),
    **SPECIAL_OPERATIONS,
    # torch.digamma has no digit at its zero, 1.46; special.log_ndtr loses 139 ulp in float32, erfcx 48, and
    # polygamma(1) 22 bits in float64
    "erf": Operation("torch.erf({0})", ulps=1.0),
    "erfc": Operation("torch.erfc({0})", ulps=1.0),
    "lgamma": Operation("torch.lgamma({0})", ulps=1.0),
}

BACKEND = Backend(
    name="torch",
    truth="({0}).to({1}.dtype)",
    constant="{0}",
    array="torch.full_like({1}, {0})",
    operations=OPERATIONS,
    helpers={
        "atanh_remainder": ATANH_REMAINDER,
        "expm1": EXPM1,
        "hypot": HYPOT,
        "sign": SIGN,
        # of hundreds of operations on one number Inductor makes one kernel, for minutes
        **special_functions(OPERATIONS, WORDS, "torch.compiler.is_compiling()"),
        "if_finite": IF_FINITE,
        "rest": REST,
        "contracted": CONTRACTED,
        "places": PLACES,
        "at_place": AT_PLACE,
    },
)
