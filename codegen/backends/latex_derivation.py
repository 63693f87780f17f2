"""A derivation on paper: its displays, and its steps with the rule beside each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from symloss.codegen.backends.latex_layout import Named, lay_out, on_one_line
from symloss.codegen.backends.latex_symbols import symbols
from symloss.codegen.backends.latex_terms import on_paper, term_to_latex
from symloss.codegen.backends.latex_text import conditions, escape
from symloss.codegen.backends.latex_width import width
from symloss.codegen.derivation import Derivation, Step
from symloss.codegen.kernels import KERNELS
from symloss.codegen.rules.rule import Rule
from symloss.codegen.term import Term, apply, variable

__all__ = ["Row", "changed", "display", "off_the_path", "rows", "rule_name", "rule_row", "start"]

# Quads of the page's text, and of the column beside the rules' names; the preamble sets both.
PAGE, COLUMN = 38.0, 27.5
# More lines than this in one row could not be broken over pages.
TALLEST = 10
# A side of a condition that is wider than this does not fit below the rule's name and stands below the formula.
BESIDE = 10.5
GIVEN = r"\text{for}\quad"
FIRST_PART, OTHER_PART = r"\where", r"\also"
FLAT = frozenset({"add", "mul"})
# In these, as in monotone kernels, one argument changed means that it is equal to what it was before.
ONE_TO_ONE = frozenset({"add", "mul", "div", "neg"})
MOST_PAIRS = 3
# Between the sides of a condition TeX may end a line.
RELATION = re.compile(r"(?:\\(?:le|ge|ne|in)\b|[<>=])|\\allowbreak")


@dataclass(frozen=True)
class Row:
    """One step: the rule's name, what it needs, and lines of mathematics."""

    rule: str
    condition: str
    lines: tuple[str, ...]


def display(head: str, term: Term, names: Mapping[str, str], room: float = PAGE) -> tuple[str, ...]:
    """``head = term`` as lines for `align*`, with what was named in it below."""
    shown = lay_out((on_paper(term),), names, room - width(head) - 2.0)
    (whole,) = shown.formulas
    # the lines share one column of heads, as wide as the widest of them
    beside = max(width(head), *(width(f"{FIRST_PART} {part.symbol}") for part in shown.where), 0.0)
    lines = _aligned(head, whole, room - beside + width(head))
    for position, part in enumerate(shown.where):
        lead = part.symbol if position else f"{FIRST_PART} {part.symbol}"
        lines += _aligned(lead, part.lines, room)
    return tuple(lines)


def _aligned(head: str, formula: Sequence[str], room: float) -> list[str]:
    first, *others = formula
    space = room - width(head) - 2.0
    return [rf"{head} &= {_fit(first, space)}", *(rf"&\hang {_fit('{}' + line, space)}" for line in others)]


def start(derivation: Derivation) -> Term:
    """What the first step starts from: the definition, or for a derivative that of the form in kernels."""
    return derivation.steps[0].before if derivation.steps else derivation.stable


def off_the_path(steps: Sequence[Step], path: Sequence[Step]) -> Sequence[Step]:
    """`steps` without those with which `path` begins too."""
    shared = next((at for at, pair in enumerate(zip(steps, path, strict=False)) if pair[0] != pair[1]), len(path))
    return steps[shared:]


def rows(steps: Sequence[Step], names: Mapping[str, str]) -> list[Row]:
    """The steps as rows; neighbours by the same rule under the same condition are one."""
    shown: list[Row] = []
    for _, group in groupby(steps, key=lambda step: (step.kind, step.rule, step.condition)):
        taken = list(group)
        beside, below = _conditions(taken[0].condition, names)
        lines = [*_lines(on_paper(taken[0].before), on_paper(taken[-1].after), names), *below]
        chunks = [lines[start : start + TALLEST] for start in range(0, len(lines), TALLEST)]
        shown.append(Row(rule_name(taken[0]), beside, tuple(chunks[0])))
        shown += [Row("", "", tuple(chunk)) for chunk in chunks[1:]]
    return shown


def rule_row(rule: Rule) -> Row:
    """A rule as what it says, on several lines where it is wide."""
    names = symbols(rule.names)
    left, right = (term_to_latex(side, names) for side in (rule.pattern, rule.result))
    lines = [_fit(f"{left} = {right}", COLUMN)]
    if width(f"{left} = {right}") > COLUMN:
        shown = lay_out((rule.pattern, rule.result), names, COLUMN - 2.0)
        above, below = shown.formulas
        lines = [*_hanging("", above), *_hanging("= ", below), *_explained(shown.where)]
    beside, given = _conditions(rule.where, names)
    return Row(escape(rule.name), beside, (*lines, *given))


def _conditions(text: str, names: Mapping[str, str]) -> tuple[str, list[str]]:
    """What a step needs: what fits below the rule's name, and lines of its own for what does not."""
    shown = conditions(text, names)
    wide = [part for part in shown if part.startswith("$") and max(map(width, RELATION.split(part))) > BESIDE]
    beside = ", ".join(part for part in shown if part not in wide)
    return beside, [line for part in wide for line in _hanging(f"{GIVEN} ", (part.strip("$"),))]


def rule_name(step: Step) -> str:
    """The name of a step's rule; where a kernel is written out, that names the kernel as it is printed."""
    if step.kind != "kernel":
        return escape(step.rule)
    (kernel,) = (row for row in KERNELS.values() if row.writing_out == step.rule)
    letters = {letter: letter for letter in kernel.names}
    return f"stable ${term_to_latex(apply(kernel.name, *map(variable, letters)), letters)}$"


def _lines(before: Term, after: Term, names: Mapping[str, str]) -> list[str]:
    """The whole expression where it fits on a line, else the parts that changed."""
    pairs = changed(before, after)
    shown = lay_out([term for pair in pairs for term in pair], names, COLUMN - 2.0)
    sides = zip(shown.formulas[::2], shown.formulas[1::2], strict=True)
    lines = [line for old, new in sides if _ink(old) != _ink(new) for line in _pair(old, new)]
    if not lines:
        return [r"\asbefore"]
    if on_one_line(after, names, COLUMN - 1.5):
        return [rf"={{}} {_fit(term_to_latex(after, names), COLUMN)}"]
    return [*lines, *_explained(shown.where)]


def _explained(parts: Iterable[Named]) -> Iterator[str]:
    """What was named, line by line."""
    for position, part in enumerate(parts):
        yield from _hanging(rf"{OTHER_PART if position else FIRST_PART} {part.symbol} = ", part.lines)


def _pair(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """A part before and after, on one line if there is room."""
    if len(old) == len(new) == 1 and width(old[0] + new[0]) < COLUMN - 2.0:
        return [rf"{old[0]} \becomes {new[0]}"]
    return [*_hanging("", old), *_hanging(r"\becomes ", new)]


def _ink(formula: Sequence[str]) -> str:
    """What is seen of a formula: all but the spaces."""
    return re.sub(r"\s|\\,", "", "".join(formula))


def _hanging(lead: str, formula: Sequence[str]) -> list[str]:
    first, *others = formula
    return [
        lead + _fit(first, COLUMN - 0.5 - width(lead)),
        *(rf"\hang {_fit('{}' + line, COLUMN - 2.0)}" for line in others),
    ]


def _fit(line: str, room: float) -> str:
    return rf"\fit{{{room:.1f}}}{{{line}}}"


def changed(before: Term, after: Term) -> tuple[tuple[Term, Term], ...]:
    """The smallest parts that differ, before and after; each pair is equal in itself."""
    return tuple(_differences(before, after))


def _differences(before: Term, after: Term) -> dict[tuple[Term, Term], None]:
    """The pairs of parts in which the two differ, in order.

    That f(a) equals f(b) says that a equals b only where f takes no value twice, and that f(a, b) equals f(c, d)
    says nothing of a and c; but a kernel that is written out is equal to what it stands for anywhere.
    """
    if before is after:
        return {}
    whole = {(before, after): None}
    if before.operation == after.operation and len(before.arguments) == len(after.arguments) > 0:
        pairs: dict[tuple[Term, Term], None] = {}
        for old, new in zip(before.arguments, after.arguments, strict=True):
            pairs |= _differences(old, new)
        single = len(pairs) == 1 and _is_one_to_one(before.operation)
        if single or (len(pairs) <= MOST_PAIRS and all(_written_out(*pair) for pair in pairs)):
            return pairs
    return {_without_common_ends(before, after): None} if before.operation in FLAT else whole


def _is_one_to_one(operation: str) -> bool:
    return operation in ONE_TO_ONE or (operation in KERNELS and bool(KERNELS[operation].monotone))


def _written_out(before: Term, after: Term) -> bool:
    kernel = KERNELS.get(before.operation)
    return kernel is not None and bool(kernel.stable) and after.operation != before.operation


def _without_common_ends(before: Term, after: Term) -> tuple[Term, Term]:
    """Two sums, or a sum and what became of it, without the terms that both begin or end with."""
    operation = before.operation
    old = before.arguments
    new = after.arguments if after.operation == operation else (after,)
    most = min(len(old), len(new)) - 1
    head = _common(old, new, most)
    tail = _common(old[::-1], new[::-1], most - head)
    return _rejoined(operation, old[head : len(old) - tail]), _rejoined(operation, new[head : len(new) - tail])


def _common(left: Sequence[Term], right: Sequence[Term], most: int) -> int:
    pairs = islice(zip(left, right, strict=False), most)
    return next((position for position, (a, b) in enumerate(pairs) if a is not b), most)


def _rejoined(operation: str, parts: Sequence[Term]) -> Term:
    return apply(operation, *parts) if len(parts) > 1 else parts[0]
