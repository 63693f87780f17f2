"""The same definitions give the same files: in any order of work, on any machine, from any cache."""

from __future__ import annotations

from pathlib import Path

import derivations
import pytest
from definition_files import definition, written
from outcomes import OTHERS, fresh, texts

from symloss.codegen import misses, pipeline
from symloss.codegen.backends.registry import BACKENDS
from symloss.codegen.definition import DefinitionError
from symloss.codegen.errors import SymlossError

# Three losses that take every path: a search, a series and a choice; few, since each is derived several times.
DEFINITIONS = '''"""A few losses."""

from sympy import Abs, Piecewise, exp, log

from symloss.codegen.language import Positive, Real, Unit, loss


@loss
def cross_entropy(logits: Real, labels: Unit):
    """Cross-entropy of a label."""
    p = 1 / (1 + exp(-logits))
    return -(labels * log(p) + (1 - labels) * log(1 - p))


@loss
def divergence(prediction: Positive, target: Positive):
    """Divergence of two rates."""
    return target * log(target / prediction) - target + prediction


@loss
def clipped(prediction: Real, target: Real, *, delta: Positive = 1):
    """Squared error with linear sides."""
    e = Abs(prediction - target)
    return Piecewise((e**2 / 2, e <= delta), (delta * e - delta**2 / 2, True))
'''


@pytest.fixture
def defs(tmp_path: Path) -> Path:
    folder = tmp_path / "defs"
    folder.mkdir()
    (folder / "few.py").write_text(DEFINITIONS, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("first") / "defs"
    folder.mkdir()
    (folder / "few.py").write_text(DEFINITIONS, encoding="utf-8")
    return texts(str(folder), str(folder.parent / "out"), 1)


def test_a_second_run_gives_the_same_from_the_cache(defs: Path, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert texts(str(defs), str(defs.parent / "out"), 1) == expected
    monkeypatch.setattr(pipeline, "analyse", None)  # which would now be called for nothing
    assert texts(str(defs), str(defs.parent / "out"), 1) == expected


def test_warnings_come_from_the_cache_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = definition("prediction: Real", "return Piecewise((0, prediction < 2), (1, True))", name="jump")
    defs = written(tmp_path / "defs", text)
    place = f"{defs / 'mine.py'}:6: loss `jump`"
    monkeypatch.setattr(misses, "PROMISED_BITS", -1.0)
    for _ in range(2):
        warnings = pipeline.generate(defs, tmp_path / "out", ("numpy",), 1, lambda *_: None).warnings
        assert warnings[0] == f"{place}: jumps from 0 to 1 at prediction = 2: no derivative tells of that"
        assert [line.partition(" misses the ")[0] for line in warnings[1:]] == [
            f"{place}: the value",
            f"{place}: the derivative by prediction",
        ]
        monkeypatch.setattr(pipeline, "analyse", None)


def test_the_number_of_processes_changes_nothing(defs: Path, expected: str) -> None:
    assert texts(str(defs), str(defs.parent / "out"), 2) == expected


@pytest.mark.parametrize("environment", OTHERS)
def test_another_machine_gives_the_same(environment: dict[str, str], defs: Path, expected: str) -> None:
    assert fresh(f"texts({str(defs)!r}, {str(defs.parent / 'out')!r}, 1)", environment) == expected


def test_every_backend_has_its_files(expected: str) -> None:
    names = {line.split()[0] for line in expected.splitlines()}
    for backend in BACKENDS:
        assert {f"{backend}/__init__.py", f"{backend}/_support.py", f"{backend}/few.py"} <= names
    assert {"__init__.py", "py.typed", "latex/few.tex", "latex/book.tex"} <= names


def test_one_backend_alone_gives_its_files_alone(defs: Path, expected: str) -> None:
    files = pipeline.generate(defs, defs.parent / "out", ("numpy",), 1, lambda *_: None).files
    assert {name.split("/")[0] for name in files} == {"numpy", "__init__.py", "py.typed"}
    assert all(name in expected for name in files)


def test_an_unknown_backend_is_named(defs: Path) -> None:
    with pytest.raises(SymlossError, match=r"julia.*numpy"):
        pipeline.generate(defs, defs.parent / "out", ("julia",), 1, lambda *_: None)


def test_a_loss_whose_function_has_no_kernel_is_named(defs: Path) -> None:
    faulty = DEFINITIONS.replace("import Abs,", "import Abs, zeta,")
    faulty = faulty.replace("target + prediction", "zeta(target) + prediction")
    (defs / "few.py").write_text(faulty, encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"(?s)few\.py.*divergence.*zeta"):
        pipeline.results(defs, defs.parent / "out", 1, lambda *_: None)


def test_only_a_changed_definition_is_derived_again(defs: Path, expected: str) -> None:
    assert texts(str(defs), str(defs.parent / "out"), 1) == expected
    changed = DEFINITIONS.replace("e**2 / 2, e <=", "e**2, e <=").replace("delta * e - delta**2 / 2", "2 * delta * e")
    (defs / "few.py").write_text(changed, encoding="utf-8")
    derived: list[str] = []
    pipeline.results(defs, defs.parent / "out", 1, lambda _, __, name: derived.append(name))
    assert derived == ["clipped"]


def test_the_words_of_a_definition_do_not_cost_a_derivation(
    defs: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert texts(str(defs), str(defs.parent / "out"), 1) == expected
    reworded = DEFINITIONS.replace("Divergence of two rates", "How far two rates are apart")
    (defs / "few.py").write_text(reworded, encoding="utf-8")
    monkeypatch.setattr(pipeline, "analyse", None)  # which would now be called for nothing
    printed: list[str] = []
    files = pipeline.generate(defs, defs.parent / "out", (), 1, lambda _, __, name: printed.append(name)).files
    assert printed == ["divergence"]
    assert "How far two rates are apart" in files["latex/few.tex"]
    assert "How far two rates are apart" in files["numpy/few.py"]


def test_the_losses_of_the_project_come_in_the_order_of_their_files() -> None:
    results = derivations.losses()
    assert len(results) >= 38
    families = [result.loss.family for result in results]
    assert families == sorted(families)
    for result in results:
        assert set(result.bodies) == set(BACKENDS)
