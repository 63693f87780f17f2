"""Rendered text: whole, clean under the linter and formatter, the same each time, and runnable anywhere."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import handmade
import jinja2
import pytest
import ruff
from definition_files import GOOD, written

from symloss.codegen import pipeline, render
from symloss.codegen.backends.registry import BACKENDS
from symloss.codegen.errors import SymlossError
from symloss.codegen.face import FRAMES, Face, Frame, Parameter
from symloss.codegen.program import Bodies, Body
from symloss.codegen.writer import MARKER

# What the generated code does not follow, and why.
IGNORED = {
    "A002": "the argument names are the frameworks': torch calls a prediction `input`",
    "ANN401": "array-likes and keyword arguments are Any",
    "COM812": "the formatter decides",
    "CPY001": "no licence text at the head of every file",
    "D107": "the docstring of a class tells how it is made",
    "D203": "the opposite of D211",
    "D213": "the opposite of D212",
    "D401": "docstrings are prose",
    "D413": "the formatter takes the blank line away",
    "EM102": "the text of an error stands where it is raised",
    "FBT001": "inside, `validate` is always given",
    "PLR0913": "a loss has as many arguments as its formula",
    "TRY003": "the text of an error stands where it is raised",
}


def sources(backend: str) -> dict[str, str]:
    frame = FRAMES[backend]
    return {
        f"{backend}/__init__.py": render.render_package((handmade.module(backend),), frame),
        f"{backend}/_support.py": render.render_support(frame, handmade.HELPERS[backend]),
        f"{backend}/handmade.py": render.render_module(handmade.module(backend), frame),
    }


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rendered")
    files = {"__init__.py": render.render_root(tuple(FRAMES), "Losses of one's own.")}
    for backend in FRAMES:
        (folder / backend).mkdir()
        files |= sources(backend)
    for path, text in files.items():
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def ruff_says(*arguments: str | Path) -> str:
    command = [ruff.find_ruff_bin(), *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return run.stdout if run.returncode else ""


def test_the_linter_finds_nothing(tree: Path) -> None:
    rules = ["--select", "ALL", "--ignore", ",".join(IGNORED), "--target-version", "py311"]
    assert not ruff_says("check", "--isolated", "--line-length", render.LINE_LENGTH, *rules, tree)


def test_the_formatter_changes_nothing(tree: Path) -> None:
    assert not ruff_says("format", "--isolated", "--line-length", render.LINE_LENGTH, "--diff", tree)


@pytest.mark.parametrize("backend", tuple(FRAMES))
def test_the_same_input_gives_the_same_text(backend: str) -> None:
    assert sources(backend) == sources(backend)


@pytest.mark.parametrize("backend", tuple(FRAMES))
def test_every_file_says_where_it_comes_from(backend: str) -> None:
    texts = sources(backend)
    assert all(text.startswith(f"# {MARKER}") for text in texts.values())
    assert texts[f"{backend}/handmade.py"].splitlines()[0].startswith(f"# {MARKER} from defs/handmade.py:")


@pytest.mark.parametrize("backend", tuple(FRAMES))
def test_docstrings_say_what_a_user_asks(backend: str) -> None:
    text = render.render_module(
        replace(
            handmade.module(backend, (handmade.HUBER,)),
            functions=(
                render.Function(
                    handmade.HUBER.loss,
                    handmade.HUBER.bodies(backend),
                    "huber = e²/2   if e <= delta\n        delta e - delta²/2   else",
                    ("float32: 2 ulp", "float64: 2 ulp"),
                ),
            ),
        ),
        FRAMES[backend],
    )
    for part in (
        '"""Quadratic for residuals up to `delta`, linear beyond.',
        "        huber = e²/2   if e <= delta\n                delta e - delta²/2   else\n",
        "; 0 < delta; default 1.0.\n",
        '"sum" (the sum over',
        "        Huber (1964), Robust estimation of a location parameter.\n",
        "    Accuracy:\n        float32: 2 ulp\n        float64: 2 ulp\n    ",
    ):
        assert part in text
    assert "not certified" not in text


def test_a_loss_without_certificate_says_so() -> None:
    assert render.render_module(handmade.module("numpy"), FRAMES["numpy"]).count("not certified") == len(handmade.ALL)


def test_a_variable_that_is_missing_or_unused_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"missing variables \['docstring'\], unused variables \['title'\]"):
        render.rendered("root.py.j2", {"packages": ("numpy",), "title": "?"})


def attributes_in_templates() -> set[str]:
    environment = render.environment()
    names = environment.list_templates(filter_func=lambda name: not name.startswith("latex"))
    trees = (environment.parse((render.TEMPLATES / name).read_text(encoding="utf-8")) for name in names)
    return {node.attr for tree in trees for node in tree.find_all(jinja2.nodes.Getattr)}


def test_templates_use_every_field_and_nothing_else() -> None:
    shown = (Face, Parameter, Frame, Bodies, Body, render.Shown)
    fields = {field.name for each in shown for field in dataclasses.fields(each)}
    derived = {name for each in shown for name, member in vars(each).items() if isinstance(member, property)}
    elsewhere = {
        "backend",
        "template",
        "library",
        "order",
        "names",
        "reserved",
        "definition_order",
        "parameters",
        "bounded",
        "axis",  # by the options
        "default_axis",
        "ignored",
        "default_ignored",
    }
    foreign = {"values", "lower", "upper", "exact", "docstring", "citation"}  # of a domain, of a definition
    over_axes = {"axes", "place_on", "simplex", "position", "positions", "meaning"}  # of a domain, an axis, a layout
    macros = set(re.findall(r"macro (\w+)", (render.TEMPLATES / "macros.j2").read_text(encoding="utf-8")))
    loops = {"items", "last", "first", "revindex"}
    assert (fields | derived) - elsewhere <= attributes_in_templates()
    assert attributes_in_templates() <= fields | derived | foreign | over_axes | macros | loops


def test_text_of_a_definition_cannot_break_out_of_its_docstring() -> None:
    evil = replace(handmade.GAN.loss, docstring='Ends """ here, and \\n is no line.\n\nSo \\alpha.')
    function = render.Function(evil, handmade.GAN.bodies("numpy"), "x")
    text = render.render_module(replace(handmade.module("numpy"), functions=(function,)), FRAMES["numpy"])
    found = next(node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == "gan_real")
    assert (ast.get_docstring(found) or "").startswith(f"{evil.docstring}\n")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("one\ntwo", "one\n    two\n    "),
        ("one", "one"),
        ("long " * 20 + "\nend", "long " * 17 + "long\n    long long end\n    "),
        ("name: " + "word " * 30, "name: " + "word " * 16 + "word\n        " + "word " * 12 + "word\n    "),
        ("a\n\n\n\nb", "a\n\n    b\n    "),
    ],
)
def test_long_lines_of_a_docstring_are_filled(text: str, filled: str) -> None:
    assert render.docstring(text) == filled


def test_one_name_cannot_be_public_twice() -> None:
    module = handmade.module("numpy", (handmade.GAN,))
    with pytest.raises(SymlossError, match="`gan_real` is public in second and already public in handmade"):
        render.render_package((module, replace(module, family="second")), FRAMES["numpy"])
    with pytest.raises(SymlossError, match="`gan_real` is public in gan_real and already the name of a module"):
        render.render_package((replace(module, family="gan_real"),), FRAMES["numpy"])


def test_a_fingerprint_changes_with_the_code_alone() -> None:
    bodies = handmade.HUBER.bodies("numpy")
    assert render.fingerprint(bodies) == render.fingerprint(handmade.HUBER.bodies("numpy"))
    other = replace(bodies, value=replace(bodies.value, lines=()))
    helped = render.fingerprint(bodies, ("def f(): ...",))
    assert len({render.fingerprint(bodies), render.fingerprint(other), helped}) == 3


def test_packages_are_imported_on_first_use_and_need_nothing_else(tree: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import rendered_copy as package\n"
        "assert 'rendered_copy.numpy' not in sys.modules\n"
        "assert package.numpy.huber([3.0], [0.0]) == 2.5 and 'numpy' in dir(package)\n"
        "assert not {'torch', 'tensorflow', 'sympy', 'jinja2', 'symloss'} & set(sys.modules)\n"
        "try: package.jax\n"
        "except AttributeError as error: assert 'jax' in str(error)\n"
        "else: raise SystemExit('no error')\n"
    )
    (tree.parent / "rendered_copy").symlink_to(tree)
    subprocess.run([sys.executable, "-c", code, str(tree.parent)], check=True)


def test_another_library_is_a_table_and_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fourth backend goes the whole way from a definition to code that runs."""
    numpy = BACKENDS["numpy"]
    operations = {
        kernel: replace(each, code=each.code.replace("np.", "xp.")) for kernel, each in numpy.operations.items()
    }
    frame = replace(FRAMES["numpy"], backend="toy", library="import numpy as xp", annotation="xp.ndarray")
    monkeypatch.setitem(BACKENDS, "toy", replace(numpy, name="toy", operations=operations))
    monkeypatch.setitem(FRAMES, "toy", frame)
    monkeypatch.setattr(pipeline, "TARGETS", (*pipeline.TARGETS, "toy"))
    defs, out = (
        written(tmp_path / "defs", GOOD.replace("(prediction - target)**2", "Abs(prediction - target)")),
        tmp_path,
    )
    for name, text in pipeline.generate(defs, out / "ours", ("toy",), 1, lambda *_: None).files.items():
        (out / "ours" / name).parent.mkdir(parents=True, exist_ok=True)
        (out / "ours" / name).write_text(text, encoding="utf-8")
    assert "import numpy as xp" in (out / "ours/toy/mine.py").read_text(encoding="utf-8")
    code = "from ours.toy import *; assert good([-1, 2], 0) == 1.5; assert good_grad(-3.0, 0) == -1"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)


@pytest.mark.parametrize("backend", ["torch", "tf"])
def test_classes_say_what_their_functions_say(backend: str) -> None:
    text = render.render_module(handmade.module(backend), FRAMES[backend])
    documents = {
        node.name: ast.get_docstring(node) or ""
        for node in ast.parse(text).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    for made in handmade.ALL:
        document = documents[made.loss.class_name]
        assert document.startswith(made.loss.docstring)
        assert made.loss.name in document
        assert f"Formula:\n    loss = {made.value}" in document
        for hyper in (a for a in made.loss.arguments if a.role == "hyper"):
            condition = re.escape(hyper.domain.describe(hyper.name))
            assert re.search(
                rf"    {hyper.name}: number or tensor, .*; {condition}; default {hyper.default}\.", document
            )
        for setting in ("reduction", "validate"):
            assert f"\n    {setting}: " in document
        assert ("Reference:\n" in document) == (made.loss.citation is not None)
    assert "`prediction` (real), `variance` (0 < variance)." in documents["GaussianNll"] or backend == "torch"
    assert "y_true: ignored: there is no target." in documents["GanReal"] or backend == "torch"
