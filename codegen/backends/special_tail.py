"""How fast the scaled tail of the normal distribution decays, as code in NumPy's words.

-log(erfcx(x)) has the slope 2/(sqrt(pi) erfcx(x)) - 2 x, of which nothing is left where erfcx(x) is 1/(sqrt(pi) x).
On the right of 0 it is a polynomial in 1 - 5/(x + 5/2) over 1 + x; on the left nothing cancels.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["TAIL_DECAYS"]

ERFCX_DECAY = '''
def erfcx_decay(x: np.ndarray) -> np.ndarray:
    """The slope of -log(erfcx(x))."""
    coefficients = (
        2.18140193764022e-09, -2.023328279639367e-09, -1.6630889865587316e-08, 2.2250344497210343e-08,
        3.66270281544815e-08, -1.5284536605519917e-07, 1.413812548406363e-07, 9.059263313558581e-07,
        -1.4976208164276299e-06, -4.765310482135311e-06, 7.200931043535127e-06, 2.17379635853746e-05,
        -2.5953763891311358e-05, -8.647730294453019e-05, 8.160293067942045e-05, 0.00030694114564378385,
        -0.0002488798331009655, -0.0009949640400236178, 0.0008045011818029849, 0.002988295857800973,
        -0.0028740489349993424, -0.008274042939160522, 0.011125249101911603, 0.01992176464642617,
        -0.04448102151020028, -0.028687506581679074, 0.1717386721341658, -0.15538480165176027,
        -0.20031557172314637, 1.2343826284523687,
    )
    right = _support.polynomial(1 - 5 / (abs(x) + 2.5), coefficients) / (1 + abs(x))
    return np.where(x < 0, 1.1283791670955126 / _support.erfcx(x) - 2 * x, right)
'''

ERFCX_BEND = '''
def erfcx_bend(x: np.ndarray) -> np.ndarray:
    """The curvature of log(erfcx(x))."""
    coefficients = (
        -1.414602515235872e-08, -4.969955405093174e-08, 1.9088877651770693e-07, 2.832275846073809e-07,
        -1.6526255064361056e-06, -8.23419513373397e-08, 1.1017801088582422e-05, -4.538803110379054e-06,
        -5.78856243257577e-05, 2.1850977916040757e-05, 0.0002471022947077295, -5.106145425647714e-05,
        -0.0008920751655345447, 3.672323321952922e-05, 0.00282919596781622, 0.00019813584722600238,
        -0.008133032594705871, -0.000851076742793046, 0.021666909491116042, 0.0009868786123605547,
        -0.05399640162557494, 0.006718552132426812, 0.12446976362703284, -0.05350125314002383,
        -0.25153948395440257, 0.23566086309670048, 0.36491921613306094, -0.7004385259718975,
        -0.06290307809994228, 1.3746035286585712,
    )
    right = _support.polynomial(1 - 5 / (abs(x) + 2.5), coefficients) / (1 + abs(x)) / (1 + abs(x))
    left = np.where(~(x < -30), x, -30.0)
    share = 1.1283791670955126 / _support.erfcx(left)
    return np.where(x < 0, 2 - share * (share - 2 * left), right)
'''

TAIL_DECAYS: Mapping[str, str] = {"erfcx_bend": ERFCX_BEND, "erfcx_decay": ERFCX_DECAY}
