"""Files that cannot be read as definitions, names that frameworks need, formulas that are too large: one line each."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest
import torch
from definition_files import GOOD, HEAD, REAL, definition, written

from symloss.codegen.analysis import analyse
from symloss.codegen.definition import DefinitionError, load


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xef\xbb\xbf" + (HEAD + GOOD).encode(), "begins with a byte order mark"),
        ((HEAD + GOOD.replace("A loss", "Fl\xe4che")).encode("latin-1"), "is not UTF-8"),
    ],
)
def test_a_file_in_another_encoding_is_named(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_bytes(content)
    with pytest.raises(DefinitionError, match=rf"mine\.py:1: {said}"):
        load(tmp_path)


def test_the_book_is_no_family(tmp_path: Path) -> None:
    (tmp_path / "book.py").write_text(HEAD + GOOD)
    with pytest.raises(DefinitionError, match="the family name `book` already means something else"):
        load(tmp_path)


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(DefinitionError, match=r"folder\.py: cannot be read: Is a directory"):
        load(tmp_path)
    (tmp_path / "folder.py").rmdir()
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    with pytest.raises(DefinitionError, match=r"gone\.py: cannot be read: No such file"):
        load(tmp_path)


@pytest.mark.parametrize("field", ["author", "year", "title"])
def test_an_entry_without_a_field_is_named(field: str, tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    fields = {"author": "Doe, Jane", "year": "2001", "title": "On Losses"}
    del fields[field]
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    (tmp_path / "references.bib").write_text(f"@article{{doe-2001,\n{lines}}}\n")
    with pytest.raises(DefinitionError, match=rf"references\.bib: the entry `doe-2001` has no {field}"):
        load(tmp_path)


def test_an_entry_that_stands_twice_is_named(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    entry = "@article{doe-2001,\n  author = {Doe, Jane},\n  year = {2001},\n  title = {On Losses},\n}\n"
    (tmp_path / "references.bib").write_text(entry + entry)
    with pytest.raises(DefinitionError, match=r"references\.bib: the entry `doe-2001` stands there twice"):
        load(tmp_path)


ATTRIBUTES = sorted({n for own in (torch.nn.Module(), keras.losses.Loss()) for n in dir(own) if not n.startswith("_")})


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_hyper_parameter_hides_no_attribute_of_a_framework_class(name: str, tmp_path: Path) -> None:
    written(tmp_path, definition(f"{REAL}, *, {name}: Positive = 1", f"return {name}*(prediction - target)**2"))
    with pytest.raises(DefinitionError, match=f"name `{name}`"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return (prediction - target)**(10**9)", "exponent 1000000000"),
        ("return sum(log(1 + exp(k*prediction - target)) for k in range(200))", "different parts; up to 400"),
        ("return 10**400*(prediction - target)**2", "more than float64 holds"),
    ],
)
def test_a_formula_that_is_too_large_is_refused(body: str, said: str, tmp_path: Path) -> None:
    written(tmp_path, definition(REAL, body))
    with pytest.raises(DefinitionError, match=said):
        analyse(load(tmp_path)[0])
