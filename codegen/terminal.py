"""The command `symloss derive`: one formula from the command line, its report or its code to standard output."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from symloss.codegen.errors import DeriveError

__all__ = ["SUMMARY", "derive_options", "run_derive"]

SUMMARY = "Derive the stable form of one formula, with its error before and after."
TARGETS = ("numpy", "torch", "tf", "latex")


def derive_options(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.epilog = "Put -- before a formula that starts with a minus: symloss derive --var x=positive -- '-log(x)'"
    parser.add_argument("formula", help="such as 'log(1 + exp(x))'")
    parser.add_argument(
        "--var",
        action="append",
        default=[],
        metavar="NAME=DOMAIN",
        help="real, positive, nonnegative, unit, binary, sign, count, '[a, b]', '(0, oo)'; one for each variable",
    )
    parser.add_argument("--wrt", action="append", default=[], metavar="NAME", help="its derivative; again: the second")
    parser.add_argument("--assume", action="append", default=[], metavar="CONDITION", help="such as 'a > b'")
    parser.add_argument(
        "--compensate",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="put back what roundings lose where that is much (default); the form is longer",
    )
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--emit", choices=TARGETS, help="only the code")
    output.add_argument("--json", action="store_true", help="the report for a program")


def run_derive(options: argparse.Namespace) -> int:
    """Print what the options ask for; `DeriveError` at a fault in the input."""
    from symloss.codegen.api import derive  # noqa: PLC0415 - the engine loads for a command that needs it

    variables = _variables(options.var)
    formula = derive(options.formula, assume=options.assume, variables=variables, compensate=options.compensate)
    for name in options.wrt:
        formula = formula.gradient(name)
    if options.emit:
        source = formula.source(options.emit)
        if not formula.good:
            sys.stderr.write("warning: this form still fails somewhere; without --emit the report says where\n")
        sys.stdout.write(source)
        return 0
    from symloss.codegen import report  # noqa: PLC0415 - as above

    if options.json:
        sys.stdout.write(json.dumps(report.as_data(formula), indent=2, allow_nan=False) + "\n")
    elif sys.stdout.isatty():
        from rich.console import Console  # noqa: PLC0415 - as above

        Console().print(report.as_table(formula))
    else:
        sys.stdout.write(report.as_text(formula))
    return 0


def _variables(given: Sequence[str]) -> dict[str, str]:
    """The domains by the names before their equals signs."""
    found: dict[str, str] = {}
    for text in given:
        name, sign, domain = (part.strip() for part in text.partition("="))
        if not name or not sign:
            raise DeriveError(f"--var {text}: write a name, an equals sign and a domain, such as --var x=real")
        if name in found:
            raise DeriveError(f"--var {text}: `{name}` has a domain already; give it once")
        found[name] = domain
    return found
