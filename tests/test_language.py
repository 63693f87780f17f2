"""A formula is read as it is written, and everything that can be wrong with one is one clear line."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Annotated, Any

import pytest
from definition_files import GOOD, HEAD, REAL, SQUARE, definition, written
from sympy import Piecewise, exp, log

from symloss.codegen.definition import DefinitionError, Loss, load
from symloss.codegen.errors import SymlossError
from symloss.codegen.language import Binary, NonNegative, Positive, Real, Sign, Unit, loss


def test_roles_domains_and_defaults_come_from_the_signature() -> None:
    @loss(reference="huber-1964")
    def example(first: Real, second: Unit, labels: Binary, weight: NonNegative, *, delta: Positive = 2) -> Any:
        """What it measures.

        More of it.
        """
        return labels * weight * delta * (first - second) ** 2

    assert isinstance(example, Loss)
    assert [(a.name, a.domain, a.role, a.default) for a in example.arguments] == [
        ("first", Real, "prediction", None),
        ("second", Unit, "prediction", None),
        ("labels", Binary, "target", None),
        ("weight", NonNegative, "other", None),
        ("delta", Positive, "hyper", 2.0),
    ]
    assert [a.name for a in example.predictions] == ["first", "second"]
    assert (example.name, example.class_name, example.family) == ("example", "Example", "test_language")
    assert example.reference == "huber-1964"
    assert example.docstring == "What it measures.\n\nMore of it."
    file, line = example.location.rsplit(":", 1)
    assert Path(file) == Path(__file__)
    assert Path(__file__).read_text().splitlines()[int(line) - 1].strip() == '@loss(reference="huber-1964")'


def test_without_a_target_every_positional_argument_is_a_prediction() -> None:
    @loss
    def pair(first: Real, second: Real) -> Any:
        """A pair."""
        return log(1 + exp(second - first))

    assert [a.role for a in pair.arguments] == ["prediction", "prediction"]


def test_both_spellings_of_a_domain_are_read() -> None:
    @loss
    def spelled(prediction: Annotated[Any, Real], target: Annotated[Any, "unit", Unit]) -> Any:
        """Annotated."""
        return (prediction - target) ** 2

    assert [a.domain for a in spelled.arguments] == [Real, Unit]


RESERVED = (
    *("np", "torch", "tf", "keras", "reduction", "wrt", "validate", "dtype", "self", "name"),
    *("input", "sum", "y_true", "training", "_hidden", "größe"),
)
BROKEN = {
    "free symbol": (REAL, "return slope*prediction", "NameError: name 'slope' is not defined", 3),
    "symbol that is no argument": (REAL, "return Symbol('scale')*prediction", "free symbol `scale` is no argument", 0),
    "symbol beside its argument": (REAL, "return Symbol('target')*prediction", "use the argument of that name", 0),
    "no domain": ("prediction: Real, target", SQUARE, "argument `target` has no domain; annotate it", 0),
    "a type as domain": ("prediction: float, target: Real", SQUARE, "argument `prediction` has no domain", 0),
    "complex": (REAL, "return log(prediction)", "is complex, not real, at prediction = -", 0),
    "complex root": (REAL, "return sqrt(prediction - target)", "is complex, not real, at prediction = ", 0),
    "complex power": ("prediction: Real, *, gamma: Positive = 2", "return prediction**gamma", "is complex", 0),
    "imaginary": (REAL, "return I*prediction", "is complex, not real", 0),
    "complex comparison": (REAL, "return Max(0, log(prediction))", "is complex in a comparison", 0),
    "hole": (REAL, "return Piecewise((prediction, prediction > target))", "has no value at prediction = ", 0),
    "infinite": (
        REAL,
        "return target/floor(Abs(prediction)/100)",
        "is infinite wherever it was tried",
        0,
    ),
    **{
        f"holds {word}": (REAL, f"return Piecewise((prediction, target > 0), ({word}, True))", f"holds `{word}`", 0)
        for word in ("nan", "zoo", "oo", "-oo")
    },
    "division by zero": (REAL, "return prediction*Integer(1)/Integer(0)", "holds `zoo`, which is no number", 0),
    **{
        f"unevaluated {text.partition('(')[0]}": (REAL, f"return target + {text}", f"holds `{text}` unevaluated", 0)
        for text in (
            "Derivative(exp(prediction), prediction)",
            "Integral(exp(prediction**2), prediction)",
            "Limit(sin(prediction)/target, target, 1, dir='+')",
            "Sum(prediction**target, (target, 1, 3))",
            "Product(prediction**target, (target, 1, 3))",
        )
    },
    "undefined function": (REAL, "return Function('f')(prediction)", "holds `f(prediction)`, a function without", 0),
    "a matrix": (REAL, "return Matrix([prediction, target])", "returns a matrix; return one number", 0),
    "a matrix symbol": (REAL, "return MatrixSymbol('m', 2, 2)*prediction", "returns a matrix; return one", 0),
    "a truth value": (REAL, "return prediction + 1 > prediction", "returns the condition `True`", 0),
    "a conjunction": (REAL, "return And(prediction > 0, target > 0)", "returns the condition `(", 0),
    "if": (REAL, "return prediction if prediction > 0 else target", "Piecewise((value, condition), (other, True))", 3),
    "max of Python": (REAL, "return max(0, prediction)", "And(...) or Max(...)", 3),
    "maximum of NumPy": (REAL, "import numpy; return numpy.maximum(0, prediction)", "And(...) or Max(...)", 3),
    **{
        f"log of {module}": (REAL, f"import {module}; return {call}(prediction)", "take the function from sympy", 3)
        for module, call in (
            ("math", "math.log"),
            ("numpy", "numpy.log"),
            ("torch", "torch.log"),
            ("tensorflow", "tensorflow.math.log"),
        )
    },
    "returns nothing": (REAL, "prediction - target", "returns nothing; `return` the formula", 0),
    "returns a pair": (
        REAL,
        "return prediction, target",
        "returns a value of type tuple; return a SymPy expression",
        0,
    ),
    "returns a number": (REAL, "return 0", "returns a value of type int; return a SymPy expression", 0),
    "returns a truth": (REAL, "return prediction > target", "returns the condition `prediction > target`", 0),
    "constant": (REAL, "return target**2", "does not depend on a prediction", 0),
    "hard prediction": ("labels_given: Sign, target: Real", "return labels_given*target", "no derivative by", 0),
    "exception": (REAL, "return 1/0*prediction", "raises ZeroDivisionError: division by zero", 3),
    "exception of several lines": (REAL, "raise ValueError('a\\nb')", "raises ValueError: a b", 3),
    "default outside": (
        REAL + ", *, delta: Positive = 0",
        SQUARE,
        "the default of `delta` is 0, outside its domain 0 < delta",
        0,
    ),
    "default is no number": (REAL + ", *, delta: Positive = 'one'", SQUARE, "a default is a Python number", 0),
    "default is a truth": (REAL + ", *, delta: Positive = True", SQUARE, "a default is a Python number", 0),
    "no default": (REAL + ", *, delta: Positive", SQUARE, "hyper-parameter `delta` has no default; give it one", 0),
    "positional default": ("prediction: Real, target: Real = 1", SQUARE, "put hyper-parameters behind a `*`", 0),
    "any positional": (
        "*predictions: Real",
        "return predictions[0]",
        "`*predictions` takes any number of arguments",
        0,
    ),
    "any keyword": (REAL + ", **rest: Real", SQUARE, "`**rest` takes any number of arguments", 0),
    "two targets": ("prediction: Real, target: Real, labels: Real", SQUARE, "has both `target` and `labels`", 0),
    "no prediction": ("target: Real, prediction: Real", SQUARE, "has no prediction before `target`", 0),
    "no argument": ("", "return Integer(1)", "has no prediction", 0),
    **{
        f"argument {word}": (f"{word}: Real, target: Real", f"return {word} - target", f"name `{word}`", 0)
        for word in RESERVED
    },
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_definition_is_one_line_with_file_line_and_loss(case: str, tmp_path: Path) -> None:
    arguments, body, message, offset = BROKEN[case]
    written(tmp_path, GOOD + definition(arguments, body))
    line = len((HEAD + GOOD).splitlines()) + 1 + offset
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path)
    text = str(caught.value)
    assert text.startswith(f"{tmp_path / 'mine.py'}:{line}: loss `broken`: ")
    assert message in text
    assert "\n" not in text
    assert isinstance(caught.value, SymlossError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == text  # noqa: S301 - its own output


def test_a_docstring_holds_no_control_characters(tmp_path: Path) -> None:
    written(tmp_path, definition(REAL, SQUARE, docstring=r"""'a \x00 b'"""))
    with pytest.raises(DefinitionError, match="loss `broken`: has a docstring with a control character"):
        load(tmp_path)


def test_a_docstring_is_asked_for(tmp_path: Path) -> None:
    written(tmp_path, definition(REAL, SQUARE, docstring="pass"))
    with pytest.raises(DefinitionError, match=r"mine.py:6: loss `broken`: has no docstring; say"):
        load(tmp_path)


def test_an_exception_in_a_helper_names_the_line_that_raised(tmp_path: Path) -> None:
    written(
        tmp_path, "def helper(x):\n    return 1 / 0\n" + definition("prediction: Real", "return helper(prediction)")
    )
    with pytest.raises(DefinitionError, match=r"mine.py:7: loss `broken`: raises ZeroDivisionError"):
        load(tmp_path)


def test_a_hole_at_one_value_of_a_label_is_found() -> None:
    with pytest.raises(DefinitionError, match="has no value"):

        @loss
        def half_line(prediction: Real, labels: Sign) -> Any:
            """Nothing for negative labels."""
            return Piecewise((prediction, labels > 0))
