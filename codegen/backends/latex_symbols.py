"""How the arguments of a loss are called on paper: one short symbol each, and the words that explain it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from symloss.codegen.definition import Argument
from symloss.codegen.domain import Domain

__all__ = ["GREEK", "describe", "legend", "membership", "plain", "symbols", "title"]

GREEK = re.compile(
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|upsilon|phi|chi|psi"
    "|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega"
)

# name: the symbol, what it is.  The first argument to ask for a symbol gets it, a later one is spelled out.
_ARGUMENTS: Mapping[str, tuple[str, str]] = {
    "a": ("a", "the first value"),
    "b": ("b", "the second value"),
    "bin_width": ("h", "the width of the bins"),
    "concentration": ("k", "the concentration"),
    "cutoff": ("c", "the cutoff"),
    "degrees_of_freedom": (r"\nu", "the degrees of freedom"),
    "distance": ("d", "the distance"),
    "distances": ("d", "the distances"),
    "first": ("a", "the first score"),
    "input": ("x", "the input"),
    "label": ("z", "the label"),
    "labels": ("z", "the labels"),
    "linear_predictor": (r"\eta", "the linear predictor"),
    "log_mean": (r"\eta", "the logarithm of the mean"),
    "log_rate": (r"\eta", "the logarithm of the rate"),
    "log_variance": ("v", "the logarithm of the variance"),
    "logit": ("x", "the logit"),
    "logits": ("x", "the logits"),
    "margin": ("m", "the margin"),
    "mean": (r"\mu", "the mean"),
    "policy_chosen": ("a", "the policy's log-probability of the chosen answer"),
    "policy_rejected": ("b", "the policy's log-probability of the rejected answer"),
    "pos_weight": ("q", "the weight of the positives"),
    "power": ("p", "the power"),
    "prediction": (r"\hat y", "the prediction"),
    "preferred": ("a", "the score that should be higher"),
    "probabilities": ("p", "the probabilities"),
    "probability": ("p", "the probability"),
    "rate": (r"\lambda", "the rate"),
    "reference_chosen": ("c", "the reference's log-probability of the chosen answer"),
    "reference_rejected": ("d", "the reference's log-probability of the rejected answer"),
    "rejected": ("b", "the score that should be lower"),
    "residual": ("r", "the residual"),
    "scale": ("s", "the scale"),
    "score": ("s", "the score"),
    "scores": ("s", "the scores"),
    "second": ("b", "the second score"),
    "sigma": (r"\sigma", "the standard deviation"),
    "target": ("y", "the target"),
    "targets": ("y", "the targets"),
    "temperature": ("T", "the temperature"),
    "threshold": ("t", "the threshold"),
    "total_count": ("r", "the total count"),
    "variance": (r"\sigma^2", "the variance"),
    "weight": ("w", "the weight"),
    "weights": ("w", "the weights"),
}

# How names and adjectives are written where a title or a sentence is made of a name.
_SPELLINGS: Mapping[str, str] = {
    "absolute percentage": "absolute-percentage",
    "bernoulli": "Bernoulli",
    "cauchy": "Cauchy",
    "cross entropy": "cross-entropy",
    "dpo": "DPO",
    "gan": "GAN",
    "gaussian": "Gaussian",
    "geman mcclure": "Geman\N{EN DASH}McClure",
    "gumbel": "Gumbel",
    "hellinger": "Hellinger",
    "huber": "Huber",
    "ipo": "IPO",
    "itakura saito": "Itakura\N{EN DASH}Saito",
    "jensen shannon": "Jensen\N{EN DASH}Shannon",
    "kl": "KL",
    "kto": "KTO",
    "l1": "L1",
    "l2": "L2",
    "laplace": "Laplace",
    "least squares": "least-squares",
    "log cosh": "log-cosh",
    "log rate": "log-rate",
    "log variance": "log-variance",
    "nll": "NLL",
    "non saturating": "non-saturating",
    "numpy": "NumPy",
    "orpo": "ORPO",
    "poisson": "Poisson",
    "ppo": "PPO",
    "pseudo huber": "pseudo-Huber",
    "ranknet": "RankNet",
    "simpo": "SimPO",
    "student t": "Student's t",
    "tf": "TensorFlow",
    "torch": "PyTorch",
    "tukey": "Tukey",
    "tweedie": "Tweedie",
    "weibull": "Weibull",
    "welsch": "Welsch",
    "xla": "XLA",
}
_SPELLED = re.compile(rf"\b({'|'.join(sorted(_SPELLINGS, key=len, reverse=True))})\b")

# A longer word is no symbol: it takes a letter with a number, and the legend says what it is.
LONGEST_WORD = 14

SPACE = r"\ "
BOUNDS = {(">", False): ">", (">", True): r"\ge", ("<", False): "<", ("<", True): r"\le"}


def plain(name: str) -> str:
    """The words that the code name `name` is made of, in their usual spelling."""
    return _SPELLED.sub(lambda found: _SPELLINGS[found[0]], re.sub(r"[_\W]+", " ", name).strip())


def title(name: str) -> str:
    """`plain`, as a heading."""
    words = plain(name)
    return words[:1].upper() + words[1:]


def symbols(names: Iterable[str]) -> dict[str, str]:
    """A symbol for each name, no two alike."""
    chosen: dict[str, str] = {}
    for name in names:
        taken = set(chosen.values())
        chosen[name] = next(symbol for symbol in _candidates(name) if symbol not in taken)
    return chosen


def _candidates(name: str) -> Iterator[str]:
    """Symbols for `name`, best first, without end."""
    if name in _ARGUMENTS:
        yield _ARGUMENTS[name][0]
    if GREEK.fullmatch(name):
        yield rf"\{name}"
    if len(name) == 1 and name.isascii() and name.isalpha():
        yield name
    stem, _, suffix = name.rpartition("_")
    numbered = re.fullmatch(r"([A-Za-z]+)(\d+)", name)
    if numbered:
        stem, suffix = numbered.groups()
    if stem in _ARGUMENTS or GREEK.fullmatch(stem) or len(stem) == 1:
        symbol = next(_candidates(stem))
        index = suffix if len(suffix) == 1 or suffix.isdigit() else rf"\mathrm{{{suffix}}}"
        if re.fullmatch(r"[\w\\{}]+", index, re.ASCII):
            yield rf"{symbol}_{{{index}}}" if "^" not in symbol else rf"({symbol})_{{{index}}}"
    words = plain(name)
    if len(words) <= LONGEST_WORD and re.fullmatch(r"[A-Za-z0-9 ]{2,}", words):
        yield rf"\mathrm{{{SPACE.join(words.split())}}}"
    initial = next((c for c in name if c.isascii() and c.isalpha()), "x").lower()
    number = 0
    while True:
        number += 1
        yield f"{initial}_{{{number}}}"


def describe(name: str) -> str:
    """What the argument `name` is, in words; of a mere letter nothing can be said."""
    letter = re.fullmatch(r"[A-Za-z]_?\d*", name) or GREEK.fullmatch(name)
    known = "a parameter" if letter else f"the {plain(name)}"
    return _ARGUMENTS[name][1] if name in _ARGUMENTS else known


def membership(symbol: str, domain: Domain) -> str:
    """`symbol` in its domain, as mathematics."""
    if domain.values:
        return rf"{symbol} \in \{{{', '.join(map(str, domain.values))}\}}"
    if domain.exact:
        return rf"{symbol} \in \{{{domain.lower}, {Fraction(domain.lower or 0) + 1}, \ldots\}}"
    if domain.lower is None and domain.upper is None:
        return rf"{symbol} \in \mathbb{{R}}"
    if domain.upper is None:
        return f"{symbol} {BOUNDS['>', domain.lower_closed]} {domain.lower}"
    if domain.lower is None:
        return f"{symbol} {BOUNDS['<', domain.upper_closed]} {domain.upper}"
    left, right = "[" if domain.lower_closed else "(", "]" if domain.upper_closed else ")"
    return rf"{symbol} \in {left}{domain.lower}, {domain.upper}{right}"


def legend(arguments: Iterable[Argument], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """For each argument: where its symbol lies, and what it is."""
    return [(membership(names[a.name], a.domain), _words(a)) for a in arguments]


def _words(argument: Argument) -> str:
    default = "" if argument.default is None else f" (default {argument.default:g})"
    return describe(argument.name) + default
