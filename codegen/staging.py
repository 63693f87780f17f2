"""A change of many files that a kill cannot tear: staged, decided by one rename, then carried out or undone.

Texts are staged in ``.symloss/`` inside the folder; the journal written after them is the moment of decision.
A run killed before it leaves the old tree, a run killed after it is finished by the next one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from symloss.codegen.errors import SymlossError

__all__ = ["carry_out", "inside", "locked", "unfinished"]

WORKSHOP = ".symloss"
STAGED, JOURNAL, LOCK = "staged", "journal.json", "lock"
PATIENCE = 120.0  # seconds; writing takes a fraction of one, so a lock held longer belongs to a stopped process


def unfinished(folder: Path) -> bool:
    """Whether a run was killed here, or another is at work."""
    return any((folder / WORKSHOP / left).exists() for left in (STAGED, JOURNAL))


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder for this run alone, with whatever a killed run had decided carried out first."""
    workshop = folder / WORKSHOP
    workshop.mkdir(parents=True, exist_ok=True)
    (workshop / ".gitignore").write_text("*\n", encoding="utf-8")
    try:
        with FileLock(workshop / LOCK, timeout=PATIENCE):
            _finish(folder)
            yield
    except Timeout:
        raise SymlossError(f"{folder}: another run has been writing here for {PATIENCE:.0f} s") from None


def carry_out(folder: Path, texts: Mapping[str, str], removed: Iterable[str]) -> None:
    """Write `texts` (relative path to text) and remove `removed`, in a folder that is `locked`."""
    workshop = folder / WORKSHOP
    for path, text in texts.items():
        _write_through(workshop / STAGED / path, text)
    draft = workshop / f"{JOURNAL}.draft"
    _write_through(draft, json.dumps({"written": list(texts), "removed": list(removed)}))
    draft.replace(workshop / JOURNAL)
    _finish(folder)


def inside(folder: Path, path: str) -> bool:
    """Whether the relative `path` stays inside `folder`, links followed: a journal or manifest is only a file."""
    relative = PurePosixPath(path)
    if relative.is_absolute() or not relative.parts or ".." in relative.parts:
        return False
    return (folder / relative).parent.resolve().is_relative_to(folder.resolve())


def _finish(folder: Path) -> None:
    """Bring a decided change to its end, or sweep away an undecided one.  Every part may run twice."""
    workshop = folder / WORKSHOP
    journal = _journal(workshop / JOURNAL)
    written, removed = ([p for p in journal[part] if inside(folder, p)] for part in ("written", "removed"))
    for path in sorted(written, key=_imports):
        staged = workshop / STAGED / path
        if staged.exists():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            staged.replace(folder / path)
    for path in removed:
        (folder / path).unlink(missing_ok=True)
    for parent in {(folder / path).parent for path in (*written, *removed)}:
        _flush(parent)
    (workshop / JOURNAL).unlink(missing_ok=True)
    shutil.rmtree(workshop / STAGED, ignore_errors=True)


def _journal(file: Path) -> dict[str, list[str]]:
    """What was decided; nothing where that was not written to its end, or by another hand."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {
            part: [*map(PurePosixPath.as_posix, map(PurePosixPath, found[part]))] for part in ("written", "removed")
        }
    except (FileNotFoundError, ValueError, LookupError, TypeError):
        return {"written": [], "removed": []}


def _imports(path: str) -> bool:
    """Whether others must be there first: a package's face imports its modules."""
    return PurePosixPath(path).name == "__init__.py"


def _write_through(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    """Make renames in `folder` survive a power cut; a system that cannot open folders needs no such call."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
