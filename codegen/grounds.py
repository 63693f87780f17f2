"""What each step of a derivation stands on: a rule proved by algebra, or agreement at exact points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from symloss.codegen.algebra import shown
from symloss.codegen.derivation import Step
from symloss.codegen.kernels import KERNELS
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.rules.proof import prove
from symloss.codegen.rules.rule import Rule
from symloss.codegen.rules.tables import RULES

__all__ = ["OPEN", "PROVED", "ROUNDED", "SAMPLED", "Ground", "ground_of"]

PROVED, SAMPLED, ROUNDED, OPEN = "proved", "sampled", "rounded", "open"
# Steps that may be right to the dtypes' resolution only, and why: a kernel's formula is held to it by its test.
_APPROXIMATE = {
    "kernel": "differs by less than the dtypes resolve; see the measured error",
    "series": "the remainder is bounded by proof, see the condition",
}
_KERNELS = {kernel.writing_out: kernel for kernel in KERNELS.values()}
_ROWS = {rule.name: rule for table in RULES.values() for rule in table}


@dataclass(frozen=True)
class Ground:
    """Why the step by `rule` holds.

    `status` is "proved": the rule, or this very step, was shown symbolically on all its branches, and both sides agree
    at exact points;
    "sampled": both sides agree to 100 bits at exact points, and no more is known;
    "rounded": a kernel's formula or a series differs by less than the dtypes resolve, which the step's error includes;
    "open": nothing was shown.
    """

    rule: str
    status: str
    detail: str


def ground_of(step: Step, rewriter: Rewriter) -> Ground:
    """What `step` stands on."""
    if not rewriter.same(step.before, step.after):
        said = _APPROXIMATE.get(step.kind)
        return Ground(step.rule, ROUNDED if said else OPEN, said or "no agreement was shown; see the measured error")
    rule = _ROWS.get(step.rule) or _written_out(step.rule)
    if rule is None:
        if cases := shown(step.before, step.after, rewriter.domains):
            return Ground(step.rule, PROVED, f"by algebra, on {_branches(cases)}")
        return Ground(step.rule, SAMPLED, "both sides agree at exact points; algebra alone does not show it")
    branches, still_open = _proved(rule)
    if not still_open:
        return Ground(step.rule, PROVED, f"{rule.left} = {rule.right}, on {_branches(branches)}")
    return Ground(step.rule, SAMPLED, f"{rule.left} = {rule.right} agrees at exact points, open for {still_open}")


def _written_out(name: str) -> Rule | None:
    """The rule that puts a kernel's stable formula in its place, where it has but one, without choices.

    On choices of two variables SymPy takes minutes.
    """
    kernel = _KERNELS.get(name)
    if kernel is None or kernel.wide or " if " in kernel.stable:
        return None
    return Rule(name, f"{kernel.name}({', '.join(kernel.names)})", kernel.stable)


def _branches(count: int) -> str:
    return f"{count} branch{'es'[: 2 * (count != 1)]}"


@cache
def _proved(rule: Rule) -> tuple[int, str]:
    proof = prove(rule)
    return proof.branches, "; ".join(proof.still_open)
