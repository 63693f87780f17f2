"""What CONTRIBUTING says of the tree is so: its files, targets and examples exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
QUOTED = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", TEXT, flags=re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("path", sorted({q for q in QUOTED if "/" in q or re.search(r"\.(py|md|toml)$", q)}))
def test_what_is_mentioned_exists(path: str) -> None:
    assert all(any(ROOT.glob(part)) for part in path.split() if "/" in part or path == part)


def test_targets_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    mentioned = {q.removeprefix("make ") for q in QUOTED if q.startswith("make ")}
    assert {"codegen", "certify", "test", "check"} <= mentioned <= targets


@pytest.mark.parametrize(("number", "folder"), [(0, "defs"), (1, "codegen/rules")])
def test_an_example_is_taken_from_the_tree(number: int, folder: str) -> None:
    assert any(BLOCKS[number].strip() in file.read_text(encoding="utf-8") for file in (ROOT / folder).glob("*.py"))


def test_packages_are_the_folders_that_it_says() -> None:
    [(generated, codegen, defs)] = re.findall(
        r"`symloss` is `(\w+)/`, `symloss\.codegen` is `(\w+)/`, `symloss\.defs` is `(\w+)/`", TEXT
    )
    listed = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for line in (f'symloss = "{generated}"', f'"symloss.codegen" = "{codegen}"', f'"symloss.defs" = "{defs}"'):
        assert line in listed


def test_its_numbers_are_those_of_the_tests() -> None:
    tests = {
        name: (ROOT / "tests" / name).read_text(encoding="utf-8") for name in ("test_layers.py", "test_own_losses.py")
    }
    [longest] = re.findall(r"(\d+) lines at most", TEXT)
    assert f"LONGEST = {longest}\n" in tests["test_layers.py"]
    [lines] = re.findall(r"complete backend in less than (\d+) lines", TEXT)
    assert f"inspect.getsource(plain_python).splitlines()) < {lines}\n" in tests["test_own_losses.py"]
