"""The command `symloss`: the only module that sees a folder of definitions and writes files."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from symloss.codegen.errors import SymlossError
from symloss.codegen.terminal import SUMMARY, derive_options, run_derive

__all__ = ["main"]

DEFINITIONS, GENERATED = Path("defs"), Path("generated")
INTERRUPTED = 130  # what a shell reports for a command that Ctrl-C ended
WARNINGS = 10  # lines that are shown of them

# Which extra brings a module that a plain installation lacks.
EXTRAS: Mapping[str, str] = {
    **dict.fromkeys(("sympy", "jinja2", "flint", "rich", "filelock", "ruff"), "codegen"),
    "torch": "torch",
    **dict.fromkeys(("tensorflow", "keras"), "tf"),
}


@dataclass(frozen=True)
class Command:
    """A row of the command table: the words of its help, its options, and what it does (giving the exit status)."""

    summary: str
    options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a fault in the input or a missing library is a line on standard error and status 1."""
    options = _parser().parse_args(arguments)
    try:
        return COMMANDS[options.command].run(options)
    except SymlossError as error:
        for fault in error.faults:
            print(f"error: {fault}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module not in EXTRAS:
            raise
        needed = f'{module}, which is not installed: pip install "symloss[{EXTRAS[module]}]"'
        print(f"error: symloss {options.command} needs {needed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


def _codegen(options: argparse.Namespace) -> int:
    from symloss.codegen import pipeline
    from symloss.codegen.progress import shown

    _require_folders(options)
    with shown("generating") as report:
        made = pipeline.generate(options.defs, options.out, tuple(options.backend), options.jobs, report)
    status = _deliver(options, made.files, scope=options.backend or None)
    if not options.check:
        _warn(made.warnings)
    return status


def _warn(lines: Sequence[str]) -> None:
    for line in lines[:WARNINGS]:
        print(f"warning: {line}", file=sys.stderr)
    if len(lines) > WARNINGS:
        print(f"warning: and {len(lines) - WARNINGS} more: the derivations in latex/ show every error", file=sys.stderr)


def _certify(options: argparse.Namespace) -> int:
    from symloss.codegen import certify
    from symloss.codegen.progress import shown

    _require_folders(options)
    with shown("measuring") as report:
        names = (*options.backend, *options.mode)
        files = certify.certificates(options.defs, options.out, names, options.jobs, report)
    return _deliver(options, files, scope=())


def _require_folders(options: argparse.Namespace) -> None:
    """Fail before the work, not after it."""
    from symloss.codegen import writer

    if options.defs.is_file():
        raise SymlossError(f"{options.defs}: a file; --defs names the folder that holds it")
    if not options.defs.is_dir():
        raise SymlossError(f"{options.defs}: no such folder of definitions")
    defs = options.defs.resolve()
    if options.out is None:
        if defs != DEFINITIONS.resolve():  # ./generated belongs to ./defs and would be replaced
            raise SymlossError(f"--defs {options.defs} needs --out: name the folder that the code goes to")
        options.out = GENERATED
    out = options.out.resolve()
    if out.is_relative_to(defs) or defs.is_relative_to(out):
        apart = f"a folder apart from --defs {options.defs}, neither inside the other"
        raise SymlossError(f"--out {options.out}: the code needs {apart}")
    writer.require_folder(options.out, writable=not options.check)


def _deliver(options: argparse.Namespace, files: Mapping[str, str], scope: Sequence[str] | None) -> int:
    """Write `files`, or with ``--check`` say what would change and fail if anything would."""
    from symloss.codegen import writer

    if not options.check:
        changes = writer.write(options.out, files, scope)
        written = len(set(files) & set(changes.written))  # the manifest, which is written too, is no result
        counts = f"written {written}, removed {len(changes.removed)}, unchanged {len(files) - written}"
        print(f"{options.out}: files {counts}")
        return 0
    changes = writer.differences(options.out, files, scope)
    for verb, paths in (("differs", changes.written), ("stale", changes.removed)):
        for path in paths:
            print(f"{verb}: {options.out / path}", file=sys.stderr)
    return 1 if changes else 0


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line, and not how all of them are used."""

    def error(self, message: str) -> NoReturn:
        if message.endswith("required: formula"):
            message += '; one that starts with a minus stands behind --, as in -- "-log(x)"'
        self.exit(2, f"{self.prog}: {message}; {self.prog} --help lists what there is\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="symloss", description="Losses written once, derived into stable code.")
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
