"""What a folder says for its book alone: symbols, words and spellings of names, and an appendix."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from definition_files import GOOD, written
from definitions import ALL

from symloss.codegen import cli
from symloss.codegen.backends.latex_derivation import display
from symloss.codegen.backends.latex_symbols import describe, plain, symbols, title
from symloss.codegen.definition import DefinitionError
from symloss.codegen.notation import parse
from symloss.codegen.paper import PLAIN, Paper, read_paper

NAMES = r"""
[symbols]
prediction = '\hat y'
target = 't_{k}'

[words]
target = "the 1st & last target"

[spellings]
"good" = "Good's"
"""
APPENDIX = "\\chapter{Ours}\nWith <% and << in it.\n"


def test_a_folder_without_the_files_has_names_spelled_as_they_are(tmp_path: Path) -> None:
    assert read_paper(tmp_path) == PLAIN
    names = ["prediction", "delta", "score_1", "a_very_long_name"]
    assert list(symbols(names).values()) == [r"\mathrm{prediction}", r"\delta", r"\mathrm{score\ 1}", "a_{1}"]
    assert title("my_huber_loss") == "My huber loss"
    assert describe("prediction") == "the prediction"


def test_a_folder_has_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "names.toml").write_text(NAMES)
    (tmp_path / "appendix.tex").write_text(APPENDIX)
    paper = read_paper(tmp_path)
    assert symbols(["prediction", "target", "target_1"], paper) == {
        "prediction": r"\hat y",
        "target": "t_{k}",
        "target_1": "(t_{k})_{1}",
    }
    assert (describe("target", paper), describe("good_target", paper)) == (
        "the 1st & last target",
        "the Good's target",
    )
    assert paper.appendix == APPENDIX.strip()


def test_the_longest_spelling_is_taken() -> None:
    paper = Paper(spellings={"log": "LOG", "log cosh": "log-cosh", "cosh": "COSH"})
    assert plain("log_cosh_log_logs", paper) == "log-cosh LOG logs"


def test_the_book_is_written_in_them(tmp_path: Path) -> None:
    defs = written(tmp_path / "defs", GOOD)
    options = ["--defs", str(defs), "--out", str(tmp_path / "out"), "--backend", "latex", "--jobs", "1"]
    assert cli.main(["codegen", *options]) == 0
    book, chapter = (tmp_path / "out" / "latex" / f"{name}.tex" for name in ("book", "mine"))
    assert [path.name for path in (tmp_path / "out").iterdir() if path.is_dir() and path.name != ".symloss"] == [
        "latex"
    ]
    assert not (tmp_path / "out" / "__init__.py").exists()  # a book alone is no package
    assert r"(\mathrm{prediction} - \mathrm{target})^2" in chapter.read_text()
    assert r"\chapter{Errata" not in book.read_text()
    (defs / "names.toml").write_text(NAMES)
    (defs / "appendix.tex").write_text(APPENDIX)
    assert cli.main(["codegen", *options]) == 0
    for part in (r"(\hat y - t_{k})^2", r"\section{Good's}", r"stands for the 1st \& last target."):
        assert part in chapter.read_text()
    text = book.read_text()
    assert text.index(r"\chapter{Rules}") < text.index(APPENDIX) < text.index(r"\end{document}")


# The text of a file, and what is told of it.
FAULTS = {
    "no TOML": ("[symbols\n", "is not TOML: "),
    "an unknown table": ('[letters]\na = "b"\n', "`letters` is none of its tables; there are [symbols], "),
    "a row in no table": ('prediction = "p"\n', "`prediction` is none of its tables"),
    "no argument": ("[symbols]\n'a b' = 'x'\n", "[symbols] `a b` is no name of an argument"),
    "words of no argument": ("[words]\n'a b' = 'x'\n", "[words] `a b` is no name of an argument"),
    "words that stand in no name": ("[spellings]\nlog_rate = 'x'\n", "[spellings] `log_rate` is in no name"),
    "a number": ("[symbols]\np = 1\n", "[symbols] `p` is 1; write text between quotes"),
    "a nested table": ("[words.p]\nq = 'x'\n", "[words] `p` is {'q': 'x'}; write text"),
    "nothing": ("[spellings]\np = ' '\n", "[spellings] `p` is ' '; write text"),
    "two lines": ('[words]\np = "a\\nb"\n', "[words] `p` is 'a\\nb'; write text between quotes, on one line"),
    "a comment": ("[symbols]\np = 'x%'\n", "`x%`, which leaves its formula"),
    "mathematics of its own": ("[symbols]\np = '$x$'\n", "`$x$`, which leaves its formula"),
    "a new line": ("[symbols]\np = 'x \\\\ y'\n", r"`x \\ y`, which leaves its formula"),
    "a letter that no font has": ("[symbols]\np = 'λ'\n", "`λ`, which leaves its formula"),
    "a lone backslash": ("[symbols]\np = 'x\\'\n", "`x\\`, which leaves its formula"),
    "an open brace": ("[symbols]\np = 'x_{1'\n", "`x_{1`, where `}` has no partner"),
    "a brace too many": ("[symbols]\np = 'x}{'\n", "`x}{`, where `}` has no partner"),
    "an end too many": ("[symbols]\np = '\\end{align*}'\n", r"`\end{align*}`, where `\end` has no partner"),
    "crossed pairs": ("[symbols]\np = '\\left({x\\right)}'\n", r"where `\right` has no partner"),
    "an index that is empty": ("[symbols]\np = 'x_{a^}'\n", "`x_{a^}`, which has nothing behind `^`"),
    "an index that is missing": ("[symbols]\np = 'x_ '\n", "`x_ `, which has nothing behind `_`"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_names_the_file_and_the_row(fault: str, tmp_path: Path) -> None:
    text, told = FAULTS[fault]
    file = tmp_path / "names.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_paper(tmp_path)
    assert str(caught.value).startswith(f"{file}: ")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("symbol", [r"\hat{y}", r"\sigma^2", r"\left|x\right|", r"x_{i,\, j}^{+}", r"\{x\}", "p'"])
def test_a_symbol_may_be_composed(symbol: str, tmp_path: Path) -> None:
    (tmp_path / "names.toml").write_text(f"[symbols]\np = '''{symbol}'''\n")
    assert read_paper(tmp_path).symbols == {"p": symbol}


def test_a_symbol_that_lacks_an_argument_is_for_tex_to_refuse() -> None:
    paper = Paper(symbols={"p": r"\frac{1}"})
    assert display("f", parse("x + p"), symbols(["p", "x"], paper))


@pytest.mark.parametrize("name", ["names.toml", "appendix.tex"])
def test_a_file_that_is_no_text_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\xff")
    with pytest.raises(DefinitionError, match=f"{name}:1: is not UTF-8"):
        read_paper(tmp_path)


def test_every_row_of_our_own_is_of_use(root: Path) -> None:
    arguments = {argument.name for each in ALL for argument in each.arguments}
    words = {plain(name) for each in ALL for name in (each.name, each.family)} | {plain(name) for name in arguments}
    tables = tomllib.loads((root / "defs" / "names.toml").read_text(encoding="utf-8"))
    assert not {s for s in tables["symbols"] if not any(a.rstrip("0123456789") == s for a in arguments)}
    assert not set(tables["words"]) - arguments
    assert not {s for s in tables["spellings"] if not any(f" {s} " in f" {w} " for w in words)}
