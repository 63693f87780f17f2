"""Text that people type, as a tree of Python's grammar: small and shallow enough for what follows, ASCII only.

Nothing is ever evaluated.  Each fault is one line that quotes the text and says what would be right.
"""

from __future__ import annotations

import ast
import re
import unicodedata
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

from symloss.codegen.errors import DeriveError

__all__ = ["OTHER_OPERATORS", "REFUSED", "Written", "chain", "quoted", "written"]

MOST_CHARACTERS = 40_000
MOST_NODES = 10_000
MOST_DIGITS = 1000  # in a row; Python itself refuses to read 4301
DEEPEST = 60  # levels of brackets, signs, powers or quotients; a sum or a product of many parts is one level
SHOWN = 60  # characters of the formula in an error message

# What people type for a sign of Python's grammar; others are named by their code points.
_MEANT: Mapping[str, str] = {
    "−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "∕": "/", "≤": "<=", "≥": ">=", "≠": "!=",
    "²": "**2", "³": "**3", "√": "sqrt(...)", "½": "1/2",
}  # fmt: skip
_CHAINS: Mapping[type[ast.operator], str] = {ast.Add: "add", ast.Sub: "add", ast.Mult: "mul"}


# Parts of Python that are no part of a formula.
REFUSED: Mapping[type[ast.AST], str] = {
    ast.Attribute: "an attribute, a name with a dot,",
    ast.Subscript: "a subscript",
    ast.Lambda: "a lambda",
    ast.NamedExpr: "an assignment",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.List: "a list",
    ast.Tuple: "a tuple",
    ast.Set: "a set",
    ast.Dict: "a dictionary",
    ast.JoinedStr: "a text in quotes",
    ast.Starred: "a starred argument",
    ast.Await: "`await`",
    ast.Yield: "`yield`",
    ast.YieldFrom: "`yield`",
    ast.Slice: "a slice",
}
OTHER_OPERATORS: Mapping[type[ast.AST], str] = {
    ast.BitXor: "`^` is no power here; write **",
    ast.BitOr: "`|` is no part of a formula; write `or` between conditions, and abs(x) for |x|",
    ast.BitAnd: "`&` is no part of a formula; write `and` between conditions",
    ast.Mod: "`%` is no part of a formula",
    ast.FloorDiv: "`//` is no part of a formula; write / for a quotient",
    ast.MatMult: "`@` is no part of a formula; write * for a product",
    ast.LShift: "`<<` is no part of a formula",
    ast.RShift: "`>>` is no part of a formula",
    ast.Invert: "`~` is no part of a formula; write `not` before a condition",
    ast.Not: "a condition stands where a number is needed; write `a if c else b`",
    ast.Is: "`is` is no comparison of numbers; write ==",
    ast.IsNot: "`is not` is no comparison of numbers; write !=",
    ast.In: "`in` is no comparison of numbers",
    ast.NotIn: "`not in` is no comparison of numbers",
}


@dataclass(frozen=True)
class Written:
    """A text as it was given, its one line that was parsed, and the tree of that."""

    given: str
    line: str
    tree: ast.expr

    def fault(self, message: str) -> DeriveError:
        return _fault(self.given, message)

    def source(self, node: ast.expr) -> str:
        """The part of the line that `node` was read from."""
        return self.line[node.col_offset : node.end_col_offset]


def quoted(text: str) -> str:
    """A formula as an error message shows it: on one line, not too long, only signs that can be printed."""
    line = " ".join(text.split())
    line = line if len(line) <= SHOWN else f"{line[: SHOWN - 3]}..."
    return f"`{''.join(c if c.isprintable() else '?' for c in line)}`"


def written(text: str) -> Written:
    """`text` parsed; `DeriveError` where it is no expression of Python's grammar, too large or too deep."""
    line = " ".join(part for part in text.replace("\n", " ").replace("\t", " ").split(" ") if part)
    if not line:
        raise DeriveError("the formula is empty; write one such as log(1 + exp(x))")
    if fault := _text_fault(line):
        raise _fault(text, fault)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's opinions on "1if" are not ours
            tree = ast.parse(line, mode="eval").body
    except SyntaxError as error:
        raise _fault(text, f"cannot be read at column {error.offset or 1}: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError):
        raise _fault(text, "is nested too deeply, or too long a chain, to be read; shorten it") from None
    if fault := _tree_fault(tree):
        raise _fault(text, fault)
    return Written(text, line, tree)


def chain(node: ast.AST) -> str:
    """The kernel of as many arguments as a chain of such operators has; nothing for what makes no chain."""
    return _CHAINS.get(type(node.op), "") if isinstance(node, ast.BinOp) else ""


def _fault(text: str, message: str) -> DeriveError:
    return DeriveError(f"{quoted(text)}: {message}")


def _text_fault(line: str) -> str:
    """What keeps a line from being parsed at all; nothing where it can be tried."""
    if len(line) > MOST_CHARACTERS:
        return f"{len(line)} characters are too many; {MOST_CHARACTERS} can be read"
    strange = next((c for c in line if not c.isascii() or not c.isprintable() or c in "#\\"), None)
    if strange is not None:
        return _strange(strange)
    digits = max(map(len, re.findall(r"\d+", line)), default=0)
    if digits > MOST_DIGITS:
        return f"holds a number of {digits} digits; {MOST_DIGITS} can be read"
    depth = deepest = 0
    for character in line:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return f"{deepest} brackets inside each other are too many; {DEEPEST} can be read" if deepest > DEEPEST else ""


def _strange(character: str) -> str:
    """Why a character cannot stand in a formula."""
    code = f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
    if character.isascii():
        return f"the character {code} is no part of a formula"
    plain = unicodedata.normalize("NFKC", character)
    meant = _MEANT.get(character, plain if plain.isascii() and plain.isprintable() else "")
    advice = f"; write {meant}" if meant.strip() else "; names are of ASCII letters, digits and underscores"
    shown = f"`{character}` " if character.isprintable() else ""
    return f"the character {shown}({code}) is no part of a formula{advice}"


def _tree_fault(tree: ast.expr) -> str:
    """What makes a tree too large, or too deep for the recursion that follows."""
    stack: list[tuple[ast.AST, int]] = [(tree, 1)]
    count = 0
    while stack:
        node, depth = stack.pop()
        count += isinstance(node, ast.expr)
        if count > MOST_NODES:
            return f"has more than {MOST_NODES} parts; that many can be read"
        if depth > DEEPEST:
            return f"is nested more than {DEEPEST} levels deep; that many can be read"
        for child in ast.iter_child_nodes(node):
            level = isinstance(child, ast.expr) and not (chain(node) and chain(node) == chain(child))
            stack.append((child, depth + level))
    return ""
