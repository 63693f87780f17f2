"""A folder of definitions is read in order, from anywhere, and what is wrong with a file is one clear line."""

from __future__ import annotations

import pickle
import re
import sys
from pathlib import Path

import pytest
from definition_files import GOOD, HEAD, REAL, SQUARE, definition, written
from definitions import ALL, DEFS

from symloss.codegen.definition import DefinitionError, collected, load
from symloss.codegen.domain import Real


class TestLoading:
    def test_the_definitions_are_read_in_order_and_twice_the_same(self) -> None:
        losses = ALL
        assert len(losses) == 110
        assert load(DEFS) == losses
        places = [(x.family, int(x.location.rsplit(":", 1)[1])) for x in losses]
        assert places == sorted(places)

    def test_definitions_travel_between_processes(self) -> None:
        assert pickle.loads(pickle.dumps(ALL)) == ALL  # noqa: S301 - its own output

    def test_every_definition_cites_and_every_entry_is_cited(self) -> None:
        losses = ALL
        keys = re.findall(r"^@\w+\{(.*),$", (DEFS / "references.bib").read_text(), re.MULTILINE)
        assert sorted(keys) == keys
        assert {x.reference for x in losses} == set(keys)
        by_name = {x.name: x.citation for x in losses}
        assert by_name["weighted_sigmoid_cross_entropy"] == (
            "King and Zeng (2001), Logistic Regression in Rare Events Data, Political Analysis"
        )
        assert by_name["hinge_embedding"].startswith("Weston, Ratle and Collobert (2008), ")
        assert by_name["ranknet"].startswith("Burges et al. (2005), ")

    def test_definitions_import_sympy_and_the_language_only(self) -> None:
        for path in DEFS.glob("*.py"):
            roots = re.findall(r"^(?:from|import) (\S+)", path.read_text(), re.MULTILINE)
            assert set(roots) <= {"sympy", "symloss.codegen.language"}, path

    def test_a_folder_elsewhere_works_and_a_change_is_seen_at_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "dont_write_bytecode", False)
        written(tmp_path, GOOD)
        written(tmp_path, "raise SystemExit('not a family')", "_helper.py")
        before = load(tmp_path)
        written(tmp_path, GOOD.replace("**2", "**4"))  # the same size within the same second
        after = load(tmp_path)
        assert [x.name for x in before + after] == ["good", "good"]
        assert before[0].expression != after[0].expression
        assert before[0].location == f"{tmp_path / 'mine.py'}:{len(HEAD.splitlines()) + 1}"
        assert not list(tmp_path.rglob("*.pyc"))
        assert "mine" not in sys.modules

    def test_losses_are_collected_while_a_file_is_loaded_only(self, tmp_path: Path) -> None:
        written(tmp_path, GOOD)
        load(tmp_path)
        assert collected.get() is None
        written(tmp_path, "raise ValueError")
        with pytest.raises(DefinitionError):
            load(tmp_path)
        assert collected.get() is None

    def test_postponed_annotations_are_read(self, tmp_path: Path) -> None:
        (tmp_path / "mine.py").write_text("from __future__ import annotations\n" + HEAD + GOOD)
        assert [a.domain for a in load(tmp_path)[0].arguments] == [Real, Real]

    def test_a_loss_that_a_file_imports_is_not_its_own(self, tmp_path: Path) -> None:
        written(tmp_path, "from symloss.defs.robust import huber\n" + GOOD)
        assert [x.name for x in load(tmp_path)] == ["good"]

    def test_zero_log_zero_poles_at_ends_and_kinks_are_no_fault(self, tmp_path: Path) -> None:
        text = (
            definition("prediction: Unit, labels: Binary", "return -labels*log(labels/prediction)", name="a")
            + definition("prediction: Real, target: Real", "return 1/Abs(prediction - target)", name="b")
            + definition("prediction: NonNegative", "return log(prediction) + sqrt(prediction)", name="c")
            + definition("prediction: Real, target: Real", "return Max(prediction - target, 0)", name="d")
        )
        assert [x.name for x in load(written(tmp_path, text))] == list("abcd")


@pytest.mark.parametrize(
    "name", ["np", "numpy", "torch", "tf", "keras", "math", "sum", "loss", "tensor", "Huber", "_private", "café"]
)
def test_a_loss_may_not_have_the_name_of_something_else(name: str, tmp_path: Path) -> None:
    written(tmp_path, definition(REAL, SQUARE, name=name))
    with pytest.raises(DefinitionError, match=f":6: loss `{name}`: the loss name `{name}`"):
        load(tmp_path)


@pytest.mark.parametrize("family", ["numpy", "torch", "tf", "keras", "class", "sum", "two-words", "3d", "Torch"])
def test_a_family_may_not_have_the_name_of_something_else(family: str, tmp_path: Path) -> None:
    written(tmp_path, GOOD, f"{family}.py")
    with pytest.raises(DefinitionError, match=f"{family}.py:1: the family name `{family}`"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "line", "loss_name", "message"),
    [
        (GOOD + "@loss\ndef bad(prediction: Real:\n    pass\n", 11, "bad", "syntax error: "),
        (GOOD + "@loss\ndef bad(prediction: Reall):\n    pass\n", 11, "bad", "raises NameError: name 'Reall'"),
        (GOOD + "@loss(refrence='x')\ndef bad(prediction: Real):\n    pass\n", 11, "bad", "raises TypeError: "),
        (GOOD + "@loss('x')\ndef bad(prediction: Real):\n    pass\n", 11, "bad", "@loss(reference=...)"),
        ("import no_such_module\n", 6, None, "raises ModuleNotFoundError: No module named 'no_such_module'"),
        (GOOD + "\nraise SystemExit(3)\n", 11, None, "raises SystemExit: 3"),
        (GOOD + "\nraise BaseException('no')\n", 11, None, "raises BaseException: no"),
        ("x = 'half\n", 6, None, "syntax error: unterminated string"),
        ("\0", 1, None, "null bytes"),
    ],
)
def test_a_file_that_does_not_run(text: str, line: int, loss_name: str | None, message: str, tmp_path: Path) -> None:
    written(tmp_path, text)
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path)
    whose = f"loss `{loss_name}`: " if loss_name else ""
    assert str(caught.value).startswith(f"{tmp_path / 'mine.py'}:{line}: {whose}")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["def square(x):\n    return x**2\n", GOOD.replace("@loss\n", "")])
def test_a_file_of_functions_without_a_loss_is_named(text: str, tmp_path: Path) -> None:
    written(written(tmp_path, GOOD), text, "other.py")
    message = f"{tmp_path / 'other.py'}:6: holds no loss; write `@loss` above each loss"
    with pytest.raises(DefinitionError, match=re.escape(message)):
        load(tmp_path)
    (tmp_path / "other.py").rename(tmp_path / "_other.py")
    assert [x.name for x in load(tmp_path)] == ["good"]


def test_a_file_of_constants_is_no_fault(tmp_path: Path) -> None:
    written(written(tmp_path, GOOD), "half = Rational(1, 2)\n", "other.py")
    assert [x.name for x in load(tmp_path)] == ["good"]


@pytest.mark.parametrize("second", ["mine.py", "others.py"])
def test_two_losses_of_one_name(second: str, tmp_path: Path) -> None:
    if second == "mine.py":
        written(tmp_path, GOOD + GOOD)
    else:
        written(written(tmp_path, GOOD), GOOD, second)
    line = 10 if second == "mine.py" else 6
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path)
    first = tmp_path / "mine.py"
    expected = f"{tmp_path / second}:{line}: loss `good`: `good` is taken by loss `good` in {first}:6; rename one"
    assert str(caught.value) == expected


@pytest.mark.parametrize("name", ["good_grad", "good_value_and_grad"])
def test_a_loss_named_like_a_function_of_another(name: str, tmp_path: Path) -> None:
    written(tmp_path, GOOD + definition(REAL, SQUARE, name=name))
    with pytest.raises(DefinitionError, match=f"`{name}` is taken by loss `good`"):
        load(tmp_path)


def test_two_losses_whose_classes_would_be_one(tmp_path: Path) -> None:
    written(tmp_path, definition(REAL, SQUARE, name="l2_error") + definition(REAL, SQUARE, name="l2Error"))
    with pytest.raises(DefinitionError, match="`L2Error` is taken by loss `l2_error`"):
        load(tmp_path)


def test_a_reference_must_be_in_the_bibliography(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace("@loss", "@loss(reference='nobody-1900')"))
    message = r"mine.py:6: loss `good`: its reference `nobody-1900` is not in .*references.bib"
    with pytest.raises(DefinitionError, match=message):
        load(tmp_path)
    entry = "@book{nobody-1900,\n  author = {Nobody, A.},\n  title = {A {B} c},\n  year = {1900},\n}\n"
    (tmp_path / "references.bib").write_text(entry)
    assert load(tmp_path)[0].citation == "Nobody (1900), A B c"


@pytest.mark.parametrize(("folder", "message"), [("missing", "there is no such folder"), ("", "holds no definitions")])
def test_a_missing_or_empty_folder(folder: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(DefinitionError, match=f"^{tmp_path / folder}: {message}"):
        load(tmp_path / folder)
    if not folder:
        written(tmp_path, "half = Rational(1, 2)\n")
        with pytest.raises(DefinitionError, match=message):
            load(tmp_path)
