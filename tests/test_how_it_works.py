"""What docs/how-it-works.md shows is what the toolkit does, figures of an error apart."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest

from symloss.codegen import cli

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "how-it-works.md"
TEXT = PAGE.read_text(encoding="utf-8")
COMMANDS = re.findall(r"^```\n\$ symloss (.*?)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def test_every_snippet_gives_what_is_shown() -> None:
    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert failed == 0
    assert tried == TEXT.count(">>> ") > 15


def without_figures(text: str) -> list[list[str]]:
    """The words of each line, an error's figures all alike: points may be drawn differently one day."""
    return [re.sub(r"\d\.\d+(e\+\d+)?", "#", line).split() for line in text.splitlines()]


@pytest.mark.parametrize(("arguments", "shown"), COMMANDS)
def test_a_command_prints_what_is_shown(arguments: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(shlex.split(arguments)) == 0
    assert without_figures(capsys.readouterr().out) == without_figures(shown)


def test_a_command_is_shown_and_the_page_is_linked() -> None:
    assert COMMANDS
    for file in ("README.md", "CONTRIBUTING.md"):
        assert "docs/how-it-works.md" in (ROOT / file).read_text(encoding="utf-8")
