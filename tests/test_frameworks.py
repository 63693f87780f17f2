"""Where PyTorch or Keras has the same distribution or loss, ours is theirs at arguments of ordinary size."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import generated_cases as cases
import keras
import numpy as np
import pytest
import torch
from torch import Tensor
from torch import distributions as of
from torch.nn import functional

import symloss.numpy

Given = Mapping[str, Tensor]


def likelihood(observed: of.Distribution, x: Given) -> Tensor:
    """The negative log-likelihood of times, of which those without an event are known to be longer."""
    return torch.where(x["event"] == 1, -observed.log_prob(x["target"]), -torch.log1p(-observed.cdf(x["target"])))


def bernoulli(p: Tensor, labels: Tensor) -> Tensor:
    """The cross-entropy of labels that may be probabilities."""
    return functional.binary_cross_entropy(p, labels, reduction="none")


def zero_inflated_poisson(x: Given) -> Tensor:
    gate, poisson = torch.sigmoid(x["gate_logits"]), of.Poisson(torch.exp(x["log_rate"]))
    likely = (1 - gate) * torch.exp(poisson.log_prob(x["target"])) + gate * (x["target"] == 0)
    return -torch.log(likely) - torch.lgamma(x["target"] + 1)


def jensen_shannon(x: Given) -> Tensor:
    mean = of.Bernoulli((x["prediction"] + x["target"]) / 2)
    return sum(of.kl_divergence(of.Bernoulli(x[p]), mean) for p in ("prediction", "target")) / 2


def gamma(x: Given) -> Tensor:
    """Twice what the likelihood of an exponential distribution with the predicted mean lacks of the best."""
    best, found = (of.Exponential(1 / mean).log_prob(x["target"]) for mean in (x["target"], x["prediction"]))
    return 2 * (best - found)


def clipped(x: Given) -> Tensor:
    """As the paper writes it."""
    ratio = torch.exp(x["policy"] - x["old_policy"])
    within = torch.clamp(ratio, 1 - x["epsilon"], 1 + x["epsilon"])
    return -torch.minimum(ratio * x["advantage"], within * x["advantage"])


def keras_generalized(x: Given) -> Tensor:
    """Per sample, of two classes' probabilities and a whole label."""
    rows = zip(*(x[key].tolist() for key in ("labels", "prediction", "q")), strict=True)
    found = [
        keras.losses.CategoricalGeneralizedCrossEntropy(q=q, reduction=None, dtype="float64")(
            np.array([[int(label)]]), np.array([[1 - p, p]])
        )
        for label, p, q in rows
    ]
    return torch.tensor(np.array(found, float).reshape(-1))


THEIRS: Mapping[str, Callable[[Given], Tensor]] = {
    "beta_nll": lambda x: -of.Beta(x["concentration1"], x["concentration0"]).log_prob(x["target"]),
    "bernoulli_jensen_shannon": jensen_shannon,
    "complementary_log_log_nll": lambda x: bernoulli(1 - torch.exp(-torch.exp(x["linear_predictor"])), x["labels"]),
    "gamma_deviance": gamma,
    "generalized_cross_entropy": keras_generalized,
    "gumbel_nll": lambda x: -of.Gumbel(x["prediction"], x["scale"]).log_prob(x["target"]),
    "log_normal_censored_nll": lambda x: likelihood(of.LogNormal(x["prediction"], x["scale"]), x),
    "negative_binomial_nll": lambda x: (
        -of.NegativeBinomial(x["total_count"], logits=x["log_mean"] - torch.log(x["total_count"])).log_prob(x["target"])
        - torch.lgamma(x["target"] + 1)
    ),
    "ppo_clip": clipped,
    "probit_nll": lambda x: bernoulli(of.Normal(0, 1).cdf(x["linear_predictor"]), x["labels"]),
    "student_t_nll": lambda x: -of.StudentT(x["degrees_of_freedom"], x["prediction"], x["scale"]).log_prob(x["target"]),
    "weibull_censored_nll": lambda x: likelihood(of.Weibull(x["scale"], x["concentration"]), x),
    "zero_inflated_poisson_nll": zero_inflated_poisson,
}
WHOLE = {"generalized_cross_entropy": ("labels",)}  # what a framework takes as 0 and 1 only


@pytest.mark.parametrize("name", THEIRS)
def test_ours_is_theirs(name: str) -> None:
    arrays = {key: array / 2 for key, array in cases.moderate(name, 50).items()}  # their own digits fail beyond
    for argument in cases.LOSSES[name].arguments:
        if argument.domain.exact or argument.name in WHOLE.get(name, ()):
            arrays[argument.name] = np.round(arrays[argument.name] + 0.3)
        elif argument.name == "scale":
            arrays[argument.name] += 1
    given = {key: torch.tensor(array, requires_grad=True) for key, array in arrays.items()}
    theirs = THEIRS[name](given)
    found = getattr(symloss.numpy, name)(**arrays, reduction="none")
    np.testing.assert_allclose(found, theirs.detach(), rtol=1e-8, atol=1e-8)
    if not theirs.requires_grad:
        return
    for wrt in cases.real(name):
        (slopes,) = torch.autograd.grad(theirs.sum(), given[wrt], retain_graph=True, allow_unused=True)
        if slopes is not None:
            mine = getattr(symloss.numpy, f"{name}_grad")(**arrays, reduction="none", wrt=wrt)
            np.testing.assert_allclose(mine, slopes, rtol=1e-7, atol=1e-7, err_msg=wrt)
