"""The worst that a definition can bring into the derivation book compiles, and every line of it fits.

Needs TeX, so `make test` does not collect this file; `make derivations` runs it by name.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from symloss.codegen.backends.latex import CertificateRow, Entry, book, chapter, section
from symloss.codegen.definition import Argument, Loss
from symloss.codegen.derivation import Aside, Derivation, Derived, Error, Step
from symloss.codegen.domain import Interval, Positive
from symloss.codegen.notation import parse
from symloss.codegen.paper import read_paper
from symloss.codegen.term import Term, apply, variable

TEXT = """100% of a_b, #1 & $2 \\x {y} ~^ <|> "q" 'r' \\end{document} %
é ő ł Ĉ ß Δ λ ς ² ₂ ½ ≤ ∇ 中 😀 \x00\x1b\x7f – … ``double`` `1 - logits` `np.exp(x)` `unfinished

- a list, `%`, `\\`
"""
NAMES = (
    "logits",
    "labels",
    "variance",
    "delta",
    "a_very_long_argument_name_that_nobody_would_print",
    "x_1",
    "odd_name",
)
DEFINITIONS = Path(__file__).resolve().parent.parent / "defs"  # their names: longer ones may have to be shrunk
FAULTS = re.compile(
    r"^(Overfull|! |LaTeX Warning: .*undefined|Package \w+ Warning: .*(undefined|shrunk))", re.MULTILINE
)
LONG = NAMES[4]


def deep(levels: int) -> Term:
    term = variable("logits")
    for level in range(levels):
        term = apply("log", parse("1 + exp(odd_name)") + apply("sqrt", term / parse(f"x_1 + {level}")))
    return term


def shared(levels: int) -> Term:
    term = variable("logits")
    for _ in range(levels):
        term = apply("log", term + term * variable("labels"))
    return term


FORMULAS = (
    "log(1 + exp(logits))",
    " + ".join(f"logits**{k}*labels" for k in range(3, 120)),
    "*".join(f"(labels + variance**{k})" for k in range(3, 30)),
    "-(" + " - ".join(f"log(1 + exp({LONG}*{k}*logits))" for k in range(2, 12)) + ")/variance",
    "logits if variance < delta + labels*x_1 + log(1 + exp(odd_name)) + log(1 + exp(x_1)) else 1 if x_1 < 2 else 3",
    "exp(exp(exp(-logits/variance**2)))**(odd_name/(x_1/(labels/delta)))",
    "1234567890123456789012345678901234567890*logits/7",
    "/".join(["logits", *("(1 + exp(-odd_name/x_1))" for _ in range(9))]),
    "kl_div(logits*labels + variance, delta/odd_name)*atanh_remainder(logits - labels)*is_zero(x_1)*odd_name",
    "+".join(f"max({LONG}, min(logits - {k}, odd_name))" for k in range(12)),
)


def entry(name: str, term: Term) -> Entry:
    domains = {n: Positive if n == "variance" else Interval(-1, 2.5, closed="left") for n in NAMES}
    arguments = tuple(Argument(n, domains[n], "hyper" if n == "delta" else "other", None) for n in NAMES)
    errors = tuple(
        Error(d, 500, float("nan"), 3e19, dict.fromkeys(NAMES, -1.5e-30), 3, 500) for d in ("float32", "float64")
    )
    other = term * parse("sigmoid(logits)")
    steps = (
        Step("a rule_with % odd {name}", term, other, "x > 0, 50% of {a_b}"),
        Step("stable softplus", other, other + parse("softplus(odd_name)"), kind="kernel"),
        Step("stable softplus", other + parse("softplus(odd_name)"), term, kind="kernel"),
    )
    derivation = Derivation(domains, term, (other,), term, steps, errors, errors, (Aside(other, steps[:1], errors),))
    rows = tuple(
        CertificateRow(
            argument,
            backend,
            "compiled",
            dtype,
            "every argument up to 1e4_% and then some",
            9000,
            0.4,
            2.0**60,
            (TEXT,),
        )
        for argument in (None, "variance", LONG)
        for backend in ("numpy", "torch", "a_long_backend_name")
        for dtype in ("float32", "float64")
    )
    gradients = dict.fromkeys(("logits", "variance", LONG), derivation)
    return Entry(
        Loss(name, "nasty", arguments, None, TEXT, "someone-1999", "f.py:1"), Derived(derivation, gradients), rows
    )


def test_the_worst_input_compiles_and_fits(tmp_path: Path) -> None:
    terms = [*map(parse, FORMULAS), deep(12), shared(40), variable(LONG)]
    paper = read_paper(DEFINITIONS)
    sections = [section(entry(f"nasty_{k}", term), paper) for k, term in enumerate(terms)]
    (tmp_path / "nasty.tex").write_text(chapter("nasty", sections, paper), encoding="utf-8")
    (tmp_path / "book.tex").write_text(book(["nasty"]), encoding="utf-8")
    (tmp_path / "references.bib").write_text("@misc{someone-1999, author={Some Öne}, title={T}, year={1999}}", "utf-8")
    command = ["latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "book"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    log = (tmp_path / "book.log").read_text(encoding="latin-1")
    assert [match[0] for match in FAULTS.finditer(log)] == []
