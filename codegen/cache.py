"""Results of earlier runs, found again by the content of everything they depend on."""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

__all__ = ["Cache", "beside", "digest", "toolkit"]

LIBRARIES = ("sympy", "python-flint", "jinja2", "ruff")
IGNORE = ".gitignore"
LIMIT = 256 * 2**20  # bytes; an entry is about 100 kB, so room for the results of many branches


def digest(*parts: str | bytes) -> str:
    """A name for content: other parts, or the same text cut into other parts, give another name."""
    total = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        total.update(len(content).to_bytes(8, "big") + content)
    return total.hexdigest()


@cache
def toolkit() -> str:
    """The digest of what turns a definition into code: our sources and templates, and the libraries' versions."""
    root = Path(__file__).parent
    sources = sorted(f for f in root.rglob("*") if f.is_file() and f.suffix != ".pyc")
    contents = [part for f in sources for part in (f.relative_to(root).as_posix(), f.read_bytes())]
    return digest(sys.version, *(f"{name} {version(name)}" for name in LIBRARIES), *contents)


@dataclass(frozen=True)
class Cache:
    """Pickled results in `folder` (None: nothing is kept), each behind the digest of its bytes.

    An entry that is damaged, or whose classes are gone, is a miss.  The oldest go when `limit` bytes are passed.
    """

    folder: Path | None
    limit: int = LIMIT

    def get(self, key: str) -> Any | None:  # noqa: ANN401 - whatever was put
        """The result under `key`, or None; finding it makes it the youngest entry."""
        if self.folder is None:
            return None
        file = self.folder / key
        try:
            content = file.read_bytes()
            os.utime(file)
        except OSError:
            return None
        checksum, body = content[:32], content[32:]
        if hashlib.sha256(body).digest() != checksum:
            return None
        try:
            return pickle.loads(body)  # noqa: S301 - our own bytes, in a folder that only this user writes
        except Exception:  # noqa: BLE001 - unpickling fails with whatever the classes raise
            return None

    def put(self, key: str, result: object) -> None:
        """Keep `result` under `key`; a disk that is full or read-only keeps nothing and stops nobody."""
        if self.folder is None:
            return
        body = pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL)
        try:
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".", delete=False) as file:
                file.write(hashlib.sha256(body).digest() + body)
            Path(file.name).replace(self.folder / key)
            self._trim(self.folder)
        except OSError:
            return

    def _trim(self, folder: Path) -> None:
        entries = ((e.stat(), Path(e.path)) for e in os.scandir(folder) if e.name != IGNORE)
        room = self.limit
        for status, file in sorted(entries, key=lambda entry: entry[0].st_mtime, reverse=True):
            room -= status.st_size
            if room < 0:
                file.unlink(missing_ok=True)


def beside(out: Path) -> Cache:
    """The cache for what is generated into `out`: a folder next to it that git ignores and only its owner enters."""
    folder = out.resolve().parent / ".symloss-cache"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        # a pickle runs code when it is read: a folder that somebody else made is not ours to trust
        if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
            return Cache(None)
        (folder / IGNORE).write_text("*\n", encoding="utf-8")
    except OSError:
        return Cache(None)
    return Cache(folder)
