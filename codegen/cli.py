"""The command `symloss`: the only module that sees a folder of definitions and writes files."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from symloss.codegen import writer
from symloss.codegen.errors import SymlossError
from symloss.codegen.progress import shown
from symloss.codegen.terminal import SUMMARY, derive_options, run_derive

__all__ = ["main"]

DEFINITIONS, GENERATED = Path("defs"), Path("generated")
INTERRUPTED = 130  # what a shell reports for a command that Ctrl-C ended


@dataclass(frozen=True)
class Command:
    """A row of the command table: the words of its help, its options, and what it does (giving the exit status)."""

    summary: str
    options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a fault in the input is one line each on standard error and status 1."""
    options = _parser().parse_args(arguments)
    try:
        return COMMANDS[options.command].run(options)
    except SymlossError as error:
        for fault in error.faults:
            print(f"error: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


def _codegen(options: argparse.Namespace) -> int:
    from symloss.codegen import pipeline  # noqa: PLC0415 - SymPy loads for a command that needs it, not for --help

    _require_folders(options)
    with shown("generating") as report:
        files = pipeline.generate(options.defs, options.out, tuple(options.backend), options.jobs, report)
    return _deliver(options, files, scope=options.backend or None)


def _certify(options: argparse.Namespace) -> int:
    from symloss.codegen import certify  # noqa: PLC0415 - as above

    _require_folders(options)
    with shown("measuring") as report:
        names = (*options.backend, *options.mode)
        files = certify.certificates(options.defs, options.out, names, options.jobs, report)
    return _deliver(options, files, scope=())


def _require_folders(options: argparse.Namespace) -> None:
    """Fail before the work, not after it."""
    if not options.defs.is_dir():
        raise SymlossError(f"{options.defs}: no such folder of definitions")
    if options.out is None:
        if options.defs.resolve() != DEFINITIONS.resolve():  # ./generated belongs to ./defs and would be replaced
            raise SymlossError(f"--defs {options.defs} needs --out: name the folder that the code goes to")
        options.out = GENERATED
    if not options.check:
        writer.require_folder(options.out)


def _deliver(options: argparse.Namespace, files: Mapping[str, str], scope: Sequence[str] | None) -> int:
    """Write `files`, or with ``--check`` say what would change and fail if anything would."""
    if not options.check:
        changes = writer.write(options.out, files, scope)
        print(f"{options.out}: {len(changes.written)} written, {len(changes.removed)} removed, of {len(files)} files")
        return 0
    changes = writer.differences(options.out, files, scope)
    for verb, paths in (("differs", changes.written), ("stale", changes.removed)):
        for path in paths:
            print(f"{verb}: {options.out / path}", file=sys.stderr)
    return 1 if changes else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="symloss", description="Losses written once, derived into stable code.")
    parser.add_argument("--version", action="version", version=version("symloss"))
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        command.options(commands.add_parser(name, help=command.summary, description=command.summary))
    return parser


def _tree_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--defs", type=Path, default=DEFINITIONS, metavar="DIR", help="the definitions (./defs)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the code (./generated, if --defs is ./defs)")
    parser.add_argument(
        "--backend", nargs="+", action="extend", default=[], metavar="NAME", help="only these backends; others stay"
    )
    parser.add_argument("--check", action="store_true", help="write nothing, fail if anything would change")
    parser.add_argument(
        "--jobs", type=_positive, default=_processors(), metavar="N", help="processes (one for each processor)"
    )


def _certify_options(parser: argparse.ArgumentParser) -> None:
    _tree_options(parser)
    parser.add_argument(
        "--mode", nargs="+", action="extend", default=[], metavar="NAME", help="only eager, compiled or xla"
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


def _processors() -> int:
    """The processors that this process may use: in a container fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


COMMANDS: Mapping[str, Command] = {
    "codegen": Command("Derive every definition and write the code of every backend.", _tree_options, _codegen),
    "certify": Command(
        "Measure the generated code against exact truth, with the frameworks.", _certify_options, _certify
    ),
    "derive": Command(SUMMARY, derive_options, run_derive),
}
