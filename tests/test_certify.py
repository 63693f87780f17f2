"""What is measured is what the definitions give, in the libraries that are there."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from definition_files import GOOD, HEAD

from symloss.codegen import certificate, certify, cli

OTHER = GOOD.replace("(prediction - target)**2", "exp(prediction - target)")


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    """A folder of one loss, generated for two backends."""
    (tmp_path / "defs").mkdir()
    (tmp_path / "defs" / "mine.py").write_text(HEAD + GOOD)
    where = ["--defs", str(tmp_path / "defs"), "--out", str(tmp_path / "out"), "--jobs", "1"]
    assert cli.main(["codegen", *where, "--backend", "numpy", "torch"]) == 0
    return where


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The backends and modes that were asked for; nothing is measured."""
    asked: list[tuple[str, str]] = []

    def rows(_: Path, __: Any, keys: tuple[tuple[str, str], ...]) -> tuple[certificate.CertificateRow, ...]:
        asked.extend(keys)
        return ()

    monkeypatch.setattr(certify, "_rows", rows)
    return asked


def test_what_is_generated_is_measured(options: list[str], measured: list[tuple[str, str]]) -> None:
    assert cli.main(["certify", *options]) == 0
    assert measured == [("numpy", "eager"), ("torch", "eager"), ("torch", "compiled")]


@pytest.mark.parametrize("text", ["x=[", "x = 1", "[huber.numpy]\ncode = 1", "\\xff"])
def test_a_damaged_file_of_certificates_is_a_line(
    text: str, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out" / certificate.FILE).write_text(text)
    assert cli.main(["codegen", *options]) == 1
    assert "certificates.toml: is damaged" in capsys.readouterr().err


def test_a_backend_that_is_not_generated_is_a_line(
    options: list[str], measured: list[tuple[str, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["certify", *options, "--backend", "tf"]) == 1
    where = tmp_path / "out" / "tf" / "mine.py"
    assert capsys.readouterr().err == f"error: {where}: not what the definitions give; run symloss codegen first\n"
    assert not measured


def test_nothing_generated_at_all_is_a_line(
    options: list[str], measured: list[tuple[str, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["certify", *options[:2], "--out", str(tmp_path / "new")]) == 1
    assert "not what the definitions give; run symloss codegen first" in capsys.readouterr().err
    assert not measured
    assert not (tmp_path / "new").exists()


def test_code_of_an_older_definition_gets_no_certificate(
    options: list[str], measured: list[tuple[str, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "defs" / "mine.py").write_text(HEAD + OTHER)
    assert cli.main(["certify", *options]) == 1
    assert "out/numpy/mine.py: not what the definitions give" in capsys.readouterr().err
    assert not measured


def test_new_words_alone_do_not_matter(options: list[str], measured: list[tuple[str, str]], tmp_path: Path) -> None:
    (tmp_path / "defs" / "mine.py").write_text(HEAD + GOOD.replace("A loss.", "A square."))
    assert cli.main(["certify", *options]) == 0
    assert measured


def test_a_framework_that_is_missing_is_named_before_the_work(
    options: list[str],
    measured: list[tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(certify, "find_spec", lambda name: None if name == "torch" else found(name))
    monkeypatch.setattr(certify, "results", None)
    assert cli.main(["certify", *options]) == 1
    needed = 'torch, which is not installed: pip install "symloss[torch]"'
    assert capsys.readouterr().err == f"error: symloss certify needs {needed}\n"
    assert not measured
