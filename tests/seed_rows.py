"""The elementwise rows of the project's worked examples, as data that the tests of every backend run over.

Rows whose numbers depend on a framework's own additions (an epsilon, labels turned from 0 and 1 into -1 and 1)
are given with arguments for which the textbook's formula gives the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Nested = float | Sequence["Nested"]


@dataclass(frozen=True)
class SeedRow:
    """A loss, the arrays it is given in its own arguments' names, and what float64 must give.

    `reduction`   "none": element by element; "per_sample": the mean over the last axis; "mean": over all elements
    `weights`     what the test multiplies the samples' values by, where there is something
    `tolerance`   relative; 1e-9, or what the example's own digits allow
    """

    name: str
    loss: str
    arrays: Mapping[str, Nested]
    expected: Nested
    reduction: Literal["none", "per_sample", "mean"] = "none"
    hyper: Mapping[str, float] = field(default_factory=dict)
    weights: Sequence[float] | None = None
    tolerance: float = 1e-9


ZEROS_AND_ONES = [[0, 1], [0, 0]]
SIGNS = [[-1, 1], [-1, -1]]
SCORES = [[0.6, 0.4], [0.4, 0.6]]
PROBABILITIES = [[0.6, 0.3], [0.2, 0.8]]
ONE_HOT = [[1, 0, 0], [0, 0, 1], [0, 0, 1]]

SEED_ROWS = (
    SeedRow(
        "weighted cross-entropy",
        "weighted_sigmoid_cross_entropy",
        {
            "logits": [
                [0.3710469, 0.3713208, 0.4140683],
                [0.0186701, 0.5519645, 0.3238269],
                [0.6528913, 0.8204526, 0.3813724],
            ],
            "labels": ONE_HOT,
        },
        [
            [1.04947078, 0.89594436, 0.92146152],
            [0.70252579, 1.00673866, 1.08856964],
            [1.07195592, 1.18525708, 1.04106498],
        ],
        hyper={"pos_weight": 2},
        tolerance=1e-7,  # the example was computed in float32
    ),
    SeedRow(
        "weighted cross-entropy at its extremes",
        "weighted_sigmoid_cross_entropy",
        {"logits": [[0, 1, -2], [50, -50, 100], [0.5, 1000, -1000]], "labels": ONE_HOT},
        [
            [1.3862943611, 1.3132616875, 0.1269280110],  # log(1 + exp(-2)): the example has a digit wrong, 0.126928111
            [50, 1.9287498480e-22, 7.4401519520e-44],
            [0.9740769842, 1000, 2000],
        ],
        hyper={"pos_weight": 2},
    ),
    SeedRow(
        "binary cross-entropy",
        "binary_cross_entropy",
        {"prediction": PROBABILITIES, "labels": ZEROS_AND_ONES},
        [1.0601317681, 0.9162907319],
        "per_sample",
    ),
    SeedRow(
        "binary cross-entropy with sample weights",
        "binary_cross_entropy",
        {"prediction": PROBABILITIES, "labels": ZEROS_AND_ONES},
        [0.8481054145, 0.1832581464],
        "per_sample",
        weights=[0.8, 0.2],
    ),
    SeedRow("hinge", "hinge", {"prediction": SCORES, "labels": SIGNS}, [1.1, 1.5], "per_sample"),
    SeedRow("squared hinge", "squared_hinge", {"prediction": SCORES, "labels": SIGNS}, [1.46, 2.26], "per_sample"),
    SeedRow("Huber", "huber", {"prediction": SCORES, "target": ZEROS_AND_ONES}, [0.18, 0.13], "per_sample"),
    SeedRow("mean of Huber", "huber", {"prediction": SCORES, "target": ZEROS_AND_ONES}, 0.155, "mean"),
    SeedRow("log-cosh", "log_cosh", {"prediction": [1, 1], "target": [0.1, 1.6]}, 0.26498285837210733, "mean"),
    SeedRow(
        "absolute percentage error",
        "absolute_percentage_error",
        {"prediction": [-1, 1], "target": [-2, 1]},
        25,
        "mean",
    ),
    SeedRow(
        "squared logarithmic error",
        "squared_logarithmic_error",
        {"prediction": [0.5, 1], "target": [0, 1]},
        0.0822009,
        "mean",
        tolerance=1e-6,
    ),
    SeedRow("Poisson", "poisson_nll", {"rate": [1.5, 0.5], "target": [2, 1]}, 0.9411085, "mean", tolerance=1e-7),
    # The examples sum the classes of a sample; a third of that is their mean.
    SeedRow(
        "squared error of the first model",
        "squared_error",
        {"prediction": [[0.3, 0.3, 0.4], [0.1, 0.8, 0.1]], "target": [[0, 0, 1], [1, 0, 0]]},
        [0.54 / 3, 1.46 / 3],
        "per_sample",
    ),
    SeedRow(
        "squared error of the second model",
        "squared_error",
        {"prediction": [[0.1, 0.1, 0.9], [0.4, 0.5, 0.1]], "target": [[0, 0, 1], [1, 0, 0]]},
        [0.03 / 3, 0.62 / 3],
        "per_sample",
    ),
)
