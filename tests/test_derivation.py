"""The path of a derivation is compared by what was rewritten, not by what was measured on the way."""

from __future__ import annotations

from symloss.codegen.derivation import Error, Step
from symloss.codegen.notation import parse


def test_a_step_is_the_same_whether_it_was_measured_or_not() -> None:
    before, after = parse("log(1 + exp(x))"), parse("softplus(x)")
    measured = Step("softplus", before, after, error=(Error("float32", 9, 0.5, 2.0, {"x": 1.0}),))
    assert measured == Step("softplus", before, after)
    assert len({measured, Step("softplus", before, after)}) == 1
    assert measured != Step("softplus", before, after, kind="kernel")
