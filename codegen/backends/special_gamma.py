"""What Stirling's formula leaves of the logarithm of gamma, and of its derivatives, as code in NumPy's words.

log(gamma(x)) is (x - 1/2) log(x) - x + log(2 pi)/2 + R(x); R and its derivatives alternate in sign and fall.  The
polynomials hold from 1/4 on, those of the second and third derivative from 1 on; below that there is one step to
x + 1 before, with terms at most four times the sum.  A difference is a multiple of the distance, so that a small one
keeps its digits.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["GAMMA_REMAINDERS"]

# Each table is the derivative of that order times x**order (x + 1/4), which is nearly constant.
REMAINDER_SHARES = '''
def remainder_shares(order: int) -> tuple[float, ...]:
    """The polynomial of a derivative of Stirling's remainder, in 1 - scale/(x + shift)."""
    tables = (
        (
            1.697802449519198e-10, -2.45500705361097e-10, -1.032789940489802e-09, 3.5375059583802346e-10,
            3.5003594695900766e-09, -4.914668253175303e-10, -3.1915492812005843e-09, -2.917524132571694e-09,
            1.0010158251053985e-08, -1.1179289702650631e-08, 1.806573790532202e-08, -5.582550491121878e-08,
            9.93019118044167e-08, -2.3049542441070312e-07, 4.733346061307652e-07, -9.816940701001053e-07,
            2.250352846771245e-06, -4.459250188658109e-06, 1.0304671323746276e-05, -2.18176055800806e-05,
            4.6882567774501564e-05, -0.00011006766687733333, 0.00022866434812592656, -0.000539252316191094,
            0.0012876173980938285, -0.0025968828054407584, 0.00689111397948625, -0.02318717149738323,
            0.10132683349415907,
        ),
        (
            1.785823844109863e-09, 1.99628591311807e-09, -1.2611434076573107e-08, -1.5519509324820616e-08,
            3.630813891826758e-08, 4.818513931870059e-08, -5.873819584496643e-08, -8.071358296398223e-08,
            6.887322030752839e-08, 9.540431577876472e-08, -5.563794644081093e-08, -8.566059969687908e-08,
            8.506587137419251e-09, 9.954494120558965e-09, -5.800704177403081e-08, -4.5868342880865396e-08,
            2.9655356391826487e-08, 2.3119287175980844e-07, 4.6746657578026696e-07, 1.0158397277553203e-06,
            7.772676762856351e-07, 4.655743319140128e-07, -5.885801124093428e-06, -1.0627798528440528e-05,
            -3.349630853092796e-05, 9.082451281440292e-06, 5.527220917616234e-05, 0.000576372319978636,
            0.00022562973011273668, -0.0028569335520893142, -0.011148506297751165, 0.09651958112691608,
        ),
        (
            -4.4991348561120667e-13, 6.465777105671167e-12, 2.371721496579956e-11, -2.3266236318474675e-12,
            -1.2691002490603832e-10, -2.803220222215086e-10, -2.0905917256108952e-10, 8.315377446156381e-10,
            4.135029982118904e-09, 8.097965813783208e-09, -4.311859478876635e-09, -8.088337724292712e-08,
            -2.2520063036680647e-07, 1.0485471371977595e-07, 2.9919392367881833e-06, 7.371526119671304e-06,
            -3.376337350933485e-05, -0.0002463581262216327, 0.0016122573248751435, -0.002665376221703614,
            -0.008831718647249026, 0.17682145531062327,
        ),
        (
            -1.569711472528562e-11, 4.1602104817927114e-11, 2.730853714582415e-10, 1.1222715243992733e-10,
            -1.0618580473114176e-09, -2.3948415483481923e-09, -2.0677567544787203e-09, 3.918369412488677e-09,
            2.4139482242912536e-08, 5.5336235405706725e-08, 2.0615337278045948e-08, -3.1524716786865147e-07,
            -1.1288483930553009e-06, -8.746868995711839e-07, 7.60883159052182e-06, 3.0323122348272404e-05,
            -1.416143923003193e-05, -0.0004768658246495114, 8.357829569795704e-05, 0.0073696418227607585,
            -0.020991314281562597, -0.009493095149477458, 0.5234865045087971,
        ),
    )
    return tables[order]
'''

REMAINDER = '''
def remainder(x: np.ndarray, order: int) -> np.ndarray:
    """The size of a derivative of Stirling's remainder, x >= 1/4, or 1 for the orders 2 and 3."""
    scale, shift = (1.5, 0.5) if order < 2 else (4.0, 1.0)
    total = _support.polynomial(1 - scale / (x + shift), _support.remainder_shares(order)) / (x + 0.25)
    for _ in range(order):
        total = total / x
    return total
'''

REMAINDER_DROP = '''
def remainder_drop(x: np.ndarray, d: np.ndarray, order: int) -> np.ndarray:
    """By how much `remainder` falls from x to x + d, d >= 0: each term is a multiple of d."""
    scale, shift = (1.5, 0.5) if order < 2 else (4.0, 1.0)
    y = x + d
    here, there = 1 - scale / (x + shift), 1 - scale / (y + shift)
    coefficients = _support.remainder_shares(order)
    slope, value = 0 * there + coefficients[0], coefficients[0] * here + coefficients[1]
    for coefficient in coefficients[2:]:
        slope, value = slope * there + value, value * here + coefficient
    large, small = np.where(d < 1, 0 * d + 1, d), np.where(d < 1, d, 1.0)
    share, power = np.zeros_like(y), np.ones_like(y)
    for _ in range(order):
        share, power = share + power * (large / y), power * (x / y)
    share = share + power * (large / (y + 0.25))
    bend = power * ((x + 0.25) / (y + 0.25)) * (large / (y + shift)) * (scale / (x + shift))
    total = (value * share - bend * slope) / (x + 0.25)
    for _ in range(order):
        total = total / x
    return total * small
'''

STIRLING_REMAINDER = '''
def stirling_remainder(x: np.ndarray) -> np.ndarray:
    """What Stirling's formula leaves of lgamma(x), x >= 0."""
    near = np.where(x < 0.25, x, 1.0)
    step = (near + 0.5) * np.log1p(1 / near) - 1
    total = _support.remainder(np.where(x < 0.25, x + 1, x), 0) + np.where(x < 0.25, step, 0.0)
    return np.where(~(x < 0), total, float("nan"))
'''

DIGAMMA_REMAINDER = '''
def digamma_remainder(x: np.ndarray) -> np.ndarray:
    """log(x) - 1/(2 x) - digamma(x), x >= 0."""
    near = np.where(x < 0.25, x, 1.0)
    step = 0.5 * (1 / near + 1 / (near + 1)) - np.where(near > 1e-30, np.log1p(1 / near), 0.0)
    total = _support.remainder(np.where(x < 0.25, x + 1, x), 1) + np.where(x < 0.25, step, 0.0)
    return np.where(~(x < 0), total, float("nan"))
'''

TRIGAMMA_REMAINDER = '''
def trigamma_remainder(x: np.ndarray) -> np.ndarray:
    """trigamma(x) - 1/x - 1/(2 x**2), x >= 0."""
    near = np.where(x < 1, x, 1.0)
    product = near * (near + 1)
    step = 0.5 / product / product
    total = _support.remainder(np.where(x < 1, x + 1, x), 2) + np.where(x < 1, step, 0.0)
    return np.where(~(x < 0), total, float("nan"))
'''

TETRAGAMMA_REMAINDER = '''
def tetragamma_remainder(x: np.ndarray) -> np.ndarray:
    """-tetragamma(x) - 1/x**2 - 1/x**3, x >= 0."""
    near = np.where(x < 1, x, 1.0)
    product = near * (near + 1)
    step = (2 * near + 1) / product / product / product
    total = _support.remainder(np.where(x < 1, x + 1, x), 3) + np.where(x < 1, step, 0.0)
    return np.where(~(x < 0), total, float("nan"))
'''

# Of x and d one may be a number.
STIRLING_DROP = '''
def stirling_drop(x: np.ndarray, d: np.ndarray | float) -> np.ndarray:
    """stirling_remainder(x) - stirling_remainder(x + d), x >= 0 and x + d >= 0."""
    x, d = x + 0 * d, d + 0 * x
    low, gap = np.where(d < 0, x + d, x), abs(d)
    near, far = np.where(low < 0.25, low, 1.0), np.where(~(gap > 2.0**60), gap, 2.0**60)
    top = near + far
    step = (near + 0.5) * np.log1p(far / (top + 1) / near) - far * np.log1p(1 / top)
    total = _support.remainder_drop(np.where(low < 0.25, low + 1, low), gap, 0) + np.where(low < 0.25, step, 0.0)
    return np.where(~(low < 0), np.where(d < 0, -total, total), float("nan"))
'''

DIGAMMA_DROP = '''
def digamma_drop(x: np.ndarray, d: np.ndarray | float) -> np.ndarray:
    """digamma_remainder(x) - digamma_remainder(x + d), x >= 0 and x + d >= 0."""
    x, d = x + 0 * d, d + 0 * x
    low, gap = np.where(d < 0, x + d, x), abs(d)
    near = np.where(low < 0.35, low, 1.0)
    top = near + gap
    step = 0.5 * (gap / top / near + gap / (top + 1) / (near + 1)) - np.log1p(gap / (top + 1) / near)
    total = _support.remainder_drop(np.where(low < 0.35, low + 1, low), gap, 1) + np.where(low < 0.35, step, 0.0)
    return np.where(~(low < 0), np.where(d < 0, -total, total), float("nan"))
'''

TRIGAMMA_DROP = '''
def trigamma_drop(x: np.ndarray, d: np.ndarray | float) -> np.ndarray:
    """trigamma_remainder(x) - trigamma_remainder(x + d), x >= 0 and x + d >= 0."""
    x, d = x + 0 * d, d + 0 * x
    low, gap = np.where(d < 0, x + d, x), abs(d)
    near = np.where(low < 1, low, 1.0)
    top = near + gap
    here, there = 1 / (near * (near + 1)), 1 / top / (top + 1)
    step = 0.5 * here * (gap / top) * ((near + top + 1) / (top + 1)) * (here + there)
    total = _support.remainder_drop(np.where(low < 1, low + 1, low), gap, 2) + np.where(low < 1, step, 0.0)
    return np.where(~(low < 0), np.where(d < 0, -total, total), float("nan"))
'''

GAMMA_REMAINDERS: Mapping[str, str] = {
    "digamma_drop": DIGAMMA_DROP,
    "digamma_remainder": DIGAMMA_REMAINDER,
    "remainder": REMAINDER,
    "remainder_drop": REMAINDER_DROP,
    "remainder_shares": REMAINDER_SHARES,
    "stirling_drop": STIRLING_DROP,
    "stirling_remainder": STIRLING_REMAINDER,
    "tetragamma_remainder": TETRAGAMMA_REMAINDER,
    "trigamma_drop": TRIGAMMA_DROP,
    "trigamma_remainder": TRIGAMMA_REMAINDER,
}
