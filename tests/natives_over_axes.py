"""Losses over axes in torch's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

Array = npt.NDArray[Any]
GENERATOR = np.random.default_rng(0)
LOGITS = GENERATOR.normal(size=(4, 6, 5))
LABELS = GENERATOR.integers(0, 5, (4, 6))
SHARES = GENERATOR.dirichlet(np.ones(5), (4, 6))
FIRST, SECOND = GENERATOR.normal(size=(2, 7, 3))
COSINES = GENERATOR.uniform(-0.9, 0.9, (4, 6, 5))
BITS = GENERATOR.integers(0, 2, (6, 5))


def first(x: torch.Tensor) -> torch.Tensor:
    return x.movedim(-1, 1)


def contrast(queries: torch.Tensor, keys: torch.Tensor, temperature: float = 0.1) -> torch.Tensor:
    return functional.cross_entropy(queries @ keys.T / temperature, torch.arange(len(queries)))


def both_sides(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return functional.kl_div(x.log(), y, reduction="none").sum(-1).mean()


def of_logs(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return functional.kl_div(x, y, log_target=True, reduction="none").sum(-1).mean()


def several_margins(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Torch takes the classes that apply, and -1 behind them."""
    ordered = y.argsort(descending=True, stable=True).where(y.sort(descending=True).values == 1, -1)
    return functional.multilabel_margin_loss(x, ordered)


def of_normals(mean: torch.Tensor, log_variance: torch.Tensor) -> torch.Tensor:
    normal = torch.distributions.Normal
    return torch.distributions.kl_divergence(normal(mean, torch.exp(log_variance / 2)), normal(0, 1)).sum(-1).mean()


def of_mixture(x: torch.Tensor, means: torch.Tensor, log_scales: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    parts = torch.distributions.Normal(means, torch.exp(log_scales))
    weights = torch.distributions.Categorical(logits=x)
    return -torch.distributions.MixtureSameFamily(weights, parts).log_prob(y).mean()


def of_cosines(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return functional.cross_entropy(first(64 * (x - 0.35 * functional.one_hot(y, 5).to(x.dtype))), y)


def of_angles(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    right = functional.one_hot(y, 5).to(x.dtype)
    return functional.cross_entropy(first(64 * torch.cos(torch.acos(x) + 0.5 * right)), y)


# A loss, what it is given, and the same in torch's words.
NATIVE: list[tuple[str, tuple[Array, ...], Callable[..., torch.Tensor]]] = [
    ("softmax_cross_entropy", (LOGITS, SHARES), lambda x, p: functional.cross_entropy(first(x), first(p))),
    ("sparse_softmax_cross_entropy", (LOGITS, LABELS), lambda x, y: functional.cross_entropy(first(x), y)),
    (
        "smoothed_sparse_softmax_cross_entropy",
        (LOGITS, LABELS),
        lambda x, y: functional.cross_entropy(first(x), y, label_smoothing=0.1),
    ),
    (
        "weighted_sparse_softmax_cross_entropy",
        (LOGITS, LABELS, SHARES[0, 0]),
        lambda x, y, w: functional.cross_entropy(first(x), y, weight=w, reduction="none").mean(),
    ),
    ("categorical_nll", (LOGITS, LABELS), lambda x, y: functional.nll_loss(first(x), y)),
    ("multilabel_soft_margin", (LOGITS[0], SHARES[0]), functional.multilabel_soft_margin_loss),
    ("multi_margin", (LOGITS.reshape(24, 5), LABELS.reshape(24)), functional.multi_margin_loss),
    ("kl_divergence", (SHARES, SHARES[::-1].copy()), both_sides),
    ("cosine_distance", (FIRST, SECOND), lambda x, y: (1 - functional.cosine_similarity(x, y)).mean()),
    (
        "cosine_embedding",
        (FIRST, SECOND, np.array([1, -1, 1, -1, 1, 1, -1])),
        functional.cosine_embedding_loss,
    ),
    (
        "triplet_margin",
        (FIRST, SECOND, SECOND[::-1].copy()),
        lambda a, p, n: functional.triplet_margin_loss(a, p, n, eps=0),
    ),
    (
        "triplet_margin_swap",
        (FIRST, SECOND, SECOND[::-1].copy()),
        lambda a, p, n: functional.triplet_margin_loss(a, p, n, eps=0, swap=True),
    ),
    ("info_nce", (FIRST, SECOND), contrast),
    ("n_pair", (FIRST, SECOND), lambda q, k: contrast(q, k, 1)),
    ("clip_contrastive", (FIRST, SECOND), lambda x, y: (contrast(x, y, 0.07) + contrast(y, x, 0.07)) / 2),
    ("kl_divergence_of_logs", (np.log(SHARES), LOGITS), of_logs),
    ("listnet", (LOGITS, LOGITS[::-1].copy()), lambda s, y: functional.cross_entropy(first(s), first(y.softmax(-1)))),
    ("ranking_softmax", (LOGITS, SHARES), lambda s, y: functional.cross_entropy(first(s), first(y))),
    ("multilabel_margin", (LOGITS[0], BITS), several_margins),
    ("gaussian_kl", (FIRST, SECOND), of_normals),
    ("gaussian_mixture_nll", (LOGITS, LOGITS[::-1].copy(), LOGITS[:, ::-1].copy(), COSINES[..., 0]), of_mixture),
    ("dirichlet_nll", (np.exp(LOGITS), SHARES), lambda c, y: -torch.distributions.Dirichlet(c).log_prob(y).mean()),
    ("cosface", (COSINES, LABELS), of_cosines),
    ("arcface", (COSINES, LABELS), of_angles),
]
