"""The order of imports, written down: a module imports only from those before it."""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

# The modules of codegen/, each after everything that it imports.  A star takes a package's modules in any order.
ORDER = """
errors domain term axes notation array_kernels unroll layout kernel kernel_* kernels
index_notation definition paper formula language derivation program
vocabulary constants parsing reading
ball_functions exact intervals products monomials facts space array_space repair regions bounds scalar_parts
decide tidy branches denominators points probe trial model differentiate roundings goal forgiveness truth measure
array_measure faults
sympy_form rational
rules.matching rules.rule rules.laws rules.cancelling rules.subtractions rules.exponentials
rules.error_function rules.gammas rules.trigonometry rules.scaling rules.sides rules.tables
rules.array_law rules.shares rules.arrays rules.array_alternatives
rules.* rules
rewrite exponents contact balance takeout similarity moments poles powers_of_e ordering distribution
coefficients expansion cancellations remainder series
moves algebra grounds cost lost compensation search asides regimes overflow stabilise
array_forms array_search array_analysis analysis breaks misses
assumptions face certificate folding sharing backends.operations backends.special_* backends.special lower
backends.latex_* backends.* backends
render snippet api report cache progress workers pipeline runners certify
staging writer terminal cli
__init__
""".split()

THIRD_PARTY = {"sympy", "mpmath", "flint", "jinja2", "rich", "filelock", "numpy", "ruff"}  # what [codegen] installs
ARRAY_LIBRARIES = {"numpy": {"numpy"}, "torch": {"torch"}, "tf": {"tensorflow", "keras"}}
WRITERS = {"staging", "cache"}  # cli writes through the first; the second is no result
WRITING = {"write_text", "write_bytes", "mkdir", "unlink", "rmdir", "rmtree", "symlink_to", "rename"}
LONGEST = 300

ROOT = Path(__file__).resolve().parent.parent
CODEGEN = "symloss.codegen"


def name_of(file: Path) -> str:
    """``codegen/rules/rule.py`` as ``rules.rule``."""
    parts = file.relative_to(ROOT / "codegen").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {name_of(file): file for file in sorted((ROOT / "codegen").rglob("*.py"))}
DEFINITIONS = [file for file in sorted((ROOT / "defs").glob("*.py")) if file.name != "__init__.py"]
GENERATED = [file for library in ARRAY_LIBRARIES for file in sorted((ROOT / "generated" / library).glob("*.py"))]


@cache
def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), file)


def imports(nodes: Iterator[ast.AST]) -> Iterator[str]:
    """The full names that are imported; one for each name after ``from … import``, relative ones with their dots."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield from (f"{base.rstrip('.') or base}.{alias.name}".replace("..", ".") for alias in node.names)


def within(name: str) -> set[str]:
    """The modules of the toolkit that the module `name` imports."""
    found = set()
    for target in imports(ast.walk(parse(MODULES[name]))):
        if target == CODEGEN or target.startswith(f"{CODEGEN}."):
            inner = target.removeprefix(CODEGEN).removeprefix(".")
            found.add(next((m for m in (inner, inner.rpartition(".")[0]) if m in MODULES), "__init__"))
    return found - {name}


def layer(name: str) -> int | None:
    """The place of a module in the table; a name of its own goes before a star."""
    if name in ORDER:
        return ORDER.index(name)
    return next((place for place, row in enumerate(ORDER) if fnmatch(name, row)), None)


def test_every_module_has_its_place() -> None:
    assert not [name for name in MODULES if layer(name) is None], "put these into ORDER"


def test_every_place_has_its_module() -> None:
    assert not [row for row in ORDER if not any(fnmatch(name, row) for name in MODULES)], "take these out of ORDER"


@pytest.mark.parametrize("name", MODULES)
def test_imports_come_from_above(name: str) -> None:
    own = layer(name)
    assert own is not None
    below = {target for target in within(name) if (place := layer(target)) is None or place > own}
    assert not below, f"{name} may import only what stands before it in ORDER"


def test_no_cycle() -> None:
    try:
        TopologicalSorter({name: within(name) for name in MODULES}).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_no_module_is_named_like_a_function() -> None:
    """Re-exported, the function would hide the module: ``import symloss.codegen.loss`` gave a function."""
    functions = {
        node.name: name
        for name, file in MODULES.items()
        for node in parse(file).body
        if isinstance(node, ast.FunctionDef)
    }
    clashes = {name: functions[stem] for name in MODULES if (stem := name.rpartition(".")[2]) in functions}
    assert not clashes, "module: where the function of that name is"


def test_the_toolkit_loads_only_what_it_declares() -> None:
    allowed = THIRD_PARTY | sys.stdlib_module_names | {"symloss"}
    for name, file in MODULES.items():
        roots = {target.split(".")[0] for target in imports(iter(parse(file).body))}
        assert roots <= allowed, f"{name} loads {sorted(roots - allowed)}"


def test_only_the_command_line_writes() -> None:
    for name, file in MODULES.items():
        if name not in WRITERS | {"writer"}:
            calls = {
                node.func.attr
                for node in ast.walk(parse(file))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            }
            assert not calls & WRITING, f"{name} writes"
        if name != "cli":
            constants = {node.value for node in ast.walk(parse(file)) if isinstance(node, ast.Constant)}
            assert not constants & {"defs", "./defs"}, f"{name} names the folder of definitions"
            assert "writer" not in within(name), f"{name} imports writer"
        assert not any(target.startswith("symloss.defs") for target in imports(ast.walk(parse(file)))), name


@pytest.mark.parametrize("file", DEFINITIONS, ids=lambda file: file.stem)
def test_definitions_know_only_the_language(file: Path) -> None:
    for target in imports(ast.walk(parse(file))):
        assert target.startswith(("sympy.", f"{CODEGEN}.language.", "__future__.")) or target == "sympy"


@pytest.mark.parametrize("file", GENERATED, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_generated_modules_know_only_their_library(file: Path) -> None:
    siblings = {path.stem for path in file.parent.glob("*.py")} if file.stem == "__init__" else {"_support"}
    libraries = ARRAY_LIBRARIES[file.parent.name] | sys.stdlib_module_names
    for target in imports(ast.walk(parse(file))):
        root = target.lstrip(".").split(".")[0]
        assert root in (siblings if target.startswith(".") else libraries), f"imports {target}"


def test_the_parts_are_no_import_roots() -> None:
    """``import codegen`` beside ``import symloss.codegen`` makes two of everything, registries too."""
    wrong = {"codegen", "defs", "generated"}
    assert not wrong & set(sys.modules)
    for folder in ("codegen", "defs", "generated", "tests", "examples", "benchmarks"):
        for file in (ROOT / folder).rglob("*.py"):
            roots = {target.split(".")[0] for target in imports(ast.walk(parse(file)))}
            assert not roots & wrong, file.relative_to(ROOT)


def test_no_module_is_long() -> None:
    files = [*MODULES.values(), *DEFINITIONS, *sorted((ROOT / "tests").glob("*.py"))]
    lengths = {file.relative_to(ROOT): len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    median = statistics.median(lengths[file.relative_to(ROOT)] for file in MODULES.values())
    print(f"median {median} lines in codegen, longest {max(lengths.values())}")
    assert not {str(file): length for file, length in lengths.items() if length > LONGEST}
