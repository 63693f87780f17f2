"""A cache may forget, and never lies or fails."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from symloss.codegen import cache
from symloss.codegen.cache import Cache, digest, toolkit


@pytest.fixture
def kept(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


def test_what_was_put_is_found(kept: Cache) -> None:
    assert kept.get("key") is None
    kept.put("key", {"value": (1, 2)})
    assert kept.get("key") == {"value": (1, 2)}


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b"", lambda b: b[:40] + b"x" + b[41:], lambda b: b[:10]]
)
def test_a_damaged_entry_is_a_miss(kept: Cache, damage: object) -> None:
    kept.put("key", list(range(100)))
    file = kept.folder / "key"
    file.write_bytes(damage(file.read_bytes()))
    assert kept.get("key") is None
    kept.put("key", 1)
    assert kept.get("key") == 1


class Vanishing:
    """A class that a later version no longer has."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return int, ("no number",)


def test_an_entry_that_cannot_be_rebuilt_is_a_miss(kept: Cache) -> None:
    kept.put("key", Vanishing())
    assert kept.get("key") is None


def test_the_oldest_entries_go_first(tmp_path: Path) -> None:
    size = len(pickle.dumps(b"x" * 1000)) + 32
    kept = Cache(tmp_path, limit=3 * size + 100)
    for age, key in enumerate("abc"):
        kept.put(key, b"x" * 1000)
        os.utime(tmp_path / key, (1000 + age, 1000 + age))
    assert kept.get("a") is not None, "now the youngest"
    kept.put("d", b"x" * 1000)
    assert [key for key in "abcd" if kept.get(key) is not None] == ["a", "c", "d"]


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    gone = Cache(tmp_path / "gone")
    gone.put("key", 1)
    assert gone.get("key") is None


def test_the_cache_lies_beside_the_output_and_git_ignores_it(tmp_path: Path) -> None:
    kept = cache.beside(tmp_path / "generated")
    kept.put("key", 1)
    assert (tmp_path / ".symloss-cache" / "key").exists()
    assert (tmp_path / ".symloss-cache" / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert cache.beside(tmp_path / "generated").get("key") == 1


def test_the_folder_of_somebody_else_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a pickle runs what is in it."""
    cache.beside(tmp_path / "generated").put("key", 1)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert cache.beside(tmp_path / "generated") == Cache(None)
    Cache(None).put("key", 1)
    assert Cache(None).get("key") is None


def test_no_place_for_a_cache_is_no_error(tmp_path: Path) -> None:
    (tmp_path / ".symloss-cache").write_text("a file", encoding="utf-8")
    assert cache.beside(tmp_path / "generated") == Cache(None)


def test_digest_tells_parts_apart() -> None:
    names = {digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("abc", ""), digest(b"ab", "d")}
    assert len(names) == 5
    assert digest(b"ab", "c") == digest("ab", "c")


def test_toolkit_is_steady() -> None:
    first = toolkit()
    toolkit.cache_clear()
    assert toolkit() == first
