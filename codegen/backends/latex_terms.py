"""Terms as mathematics: brackets only where the reading would change without them.

Only operators stand here; how a named kernel is written is a column of the kernel table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from symloss.codegen.array_kernels import ARRAY_KERNELS
from symloss.codegen.backends.latex_symbols import indexed, letter
from symloss.codegen.backends.latex_templates import (
    FUNCTIONS,
    SYMBOL,
    TALL,
    Level,
    fields,
    level,
    place,
    without_brackets,
    without_ones,
    without_stretch,
)
from symloss.codegen.kernels import KERNELS
from symloss.codegen.term import ONE, Term, apply, number, substitute, total, transform, walk

__all__ = ["Printed", "Printer", "bracket", "on_paper", "signed", "term_to_latex"]


@dataclass(frozen=True)
class Printed:
    """LaTeX and its level."""

    text: str
    level: Level


# TeX itself leaves a thin space before an operator name.
NAMED = re.compile(rf"\\(operatorname|exp|max|min|{'|'.join(FUNCTIONS)})(?![A-Za-z])")
WORD = re.compile(r"\\mathrm\{")
JOINT = re.compile(r"^(\s|\\,|\\cdot)+")
ENDS_IN_COMMAND = re.compile(r"\\[A-Za-z]+$")
BRACKET = re.compile(r"\(|\\left\(")

# A longer exponent is set as exp(...).
LONGEST_EXPONENT = 40
ROW_END = r" \\ "
RELATIONS = {"lt": "<", "le": r"\le", "eq": "="}
# Kernels that stand in a sum for the computer alone.
UNSEEN = frozenset({"nan_of"})
# Kernels that are an operator with a convention for 0; on paper the operator is enough.
SPELLED_AS = {"xdivy": "div"}


def term_to_latex(term: Term, names: Mapping[str, str]) -> str:
    """`term` on one line, its variables written as `names` has it."""
    return Printer(names).show(on_paper(term))


def on_paper(term: Term) -> Term:
    """`term` without the summands that only a computer sees."""
    return transform(term, _without_unseen)


def _without_unseen(node: Term) -> Term:
    if node.operation != "add":
        return node
    return total([a for a in node.arguments if a.operation not in UNSEEN])


def bracket(text: str) -> str:
    """`text` in round brackets of its own height."""
    return rf"\left({text}\right)" if TALL.search(text) else f"({text})"


def signed(term: Term) -> tuple[bool, Term]:
    """Whether `term` prints with a leading minus, and the term that follows it."""
    if term.operation == "number" and Fraction(term.value or 0) < 0:
        return True, number(-Fraction(term.value or 0))
    if term.operation == "neg":
        return True, term.arguments[0]
    if term.operation in ("mul", "div"):
        minus, first = signed(term.arguments[0])
        if minus and first is ONE and term.operation == "mul":
            return True, apply("mul", *term.arguments[1:]) if len(term.arguments) > 2 else term.arguments[1]
        if minus:
            return True, apply(term.operation, first, *term.arguments[1:])
    return False, term


@dataclass(frozen=True)
class Printer:
    """Prints terms; `inline` writes quotients on the line (a/b), as exponents and nested fractions need it."""

    names: Mapping[str, str]
    inline: bool = False

    def show(self, term: Term, needed: Level = Level.CHOICE) -> str:
        """`term`, in brackets where it is looser than its place needs."""
        printed = self.spell(term)
        if printed.level >= needed:
            return printed.text
        return f"[{printed.text}]" if printed.level == Level.RELATION else bracket(printed.text)

    def spell(self, term: Term) -> Printed:
        """`term` without brackets round it."""
        minus, rest = signed(term)
        if minus:
            return Printed(f"-{self.show(rest, Level.QUOTIENT)}", Level.SIGNED)
        operation = SPELLED_AS.get(term.operation, term.operation)
        operator = _OPERATORS.get(operation)
        return operator(self, term) if operator else self.kernel(term)

    @property
    def _on_the_line(self) -> Printer:
        return replace(self, inline=True)

    def variable(self, term: Term) -> Printed:
        symbol = self.names[str(term.value)]
        return Printed(symbol, Level.FACTOR if "^" in symbol else Level.ATOM)

    def number(self, term: Term) -> Printed:
        value = Fraction(term.value or 0)
        if value.denominator == 1:
            power = _whole_power(value.numerator)
            return Printed(power or str(value.numerator), Level.FACTOR if power else Level.ATOM)
        decimal = _decimal(value)
        if decimal:
            return Printed(decimal, Level.PRODUCT if r"\cdot" in decimal else Level.ATOM)
        below = _whole_power(value.denominator) or str(value.denominator)
        if self.inline:
            return Printed(f"{value.numerator}/{below}", Level.QUOTIENT)
        return Printed(rf"\tfrac{{{value.numerator}}}{{{below}}}", Level.FACTOR)

    def sum(self, term: Term) -> Printed:
        return Printed("".join(self.summands(term)).removeprefix(" + "), Level.SUM)

    def summands(self, term: Term) -> list[str]:
        """The terms of a sum, each with its sign before it; the first one's plus is left out."""
        parts = []
        for position, summand in enumerate(term.arguments):
            minus, rest = signed(summand)
            sign = ("-" if minus else "") if position == 0 else (" - " if minus else " + ")
            parts.append(sign + self.show(rest, Level.QUOTIENT))
        return parts

    def product(self, term: Term) -> Printed:
        return Printed("".join(self.factors(term)), Level.PRODUCT)

    def factors(self, term: Term) -> list[str]:
        """The factors of a product, numbers first, each but the first with what joins it to the one before."""
        ordered = sorted(term.arguments, key=lambda factor: not factor.is_number)
        parts: list[str] = []
        for position, factor in enumerate(ordered):
            needed = Level.APPLICATION if position == len(ordered) - 1 else Level.FACTOR
            text = self._factor(factor, needed)
            parts.append(_joint(parts[-1], text) + text if parts else text)
        return parts

    def _factor(self, factor: Term, needed: Level) -> str:
        printed = self.spell(factor)
        if printed.level >= needed:
            return printed.text
        closed = self.kernel(factor, bare=False) if printed.level == Level.APPLICATION else printed
        return closed.text if closed.level > Level.APPLICATION else bracket(closed.text)

    def quotient(self, term: Term) -> Printed:
        above, below = term.arguments
        line = self._on_the_line
        if self.inline:
            return Printed(f"{line.show(above, Level.PRODUCT)}/{line.show(below, Level.APPLICATION)}", Level.QUOTIENT)
        size = r"\tfrac" if above.is_number and below.is_number else r"\frac"
        return Printed(f"{size}{{{line.show(above)}}}{{{line.show(below)}}}", Level.FACTOR)

    def power(self, term: Term) -> Printed:
        base, exponent = term.arguments
        return self._raise(base, self._on_the_line.show(exponent))

    def square(self, term: Term) -> Printed:
        return self._raise(term.arguments[0], "2")

    def _raise(self, base: Term, exponent: str) -> Printed:
        return Printed(f"{_group(self.show(base, Level.ATOM))}^{{{exponent}}}".replace("^{2}", "^2"), Level.FACTOR)

    def root(self, term: Term) -> Printed:
        return Printed(rf"\sqrt{{{self.show(term.arguments[0])}}}", Level.FACTOR)

    def exponential(self, term: Term) -> Printed:
        row = ARRAY_KERNELS.get(term.arguments[0].operation)
        if row and row.exponential:
            return self.kernel(term.arguments[0], latex=row.exponential)
        exponent = self._on_the_line.show(term.arguments[0])
        if len(exponent) > LONGEST_EXPONENT or "^" in exponent.replace("^2", "") or TALL.search(exponent):
            return Printed(rf"\exp{bracket(self.show(term.arguments[0]))}", Level.FACTOR)
        return Printed(f"e^{{{exponent}}}", Level.FACTOR)

    def relation(self, term: Term) -> Printed:
        left, right = (self.show(a, Level.SUM) for a in term.arguments)
        return Printed(f"{left} {RELATIONS[term.operation]} {right}", Level.RELATION)

    def choice(self, term: Term) -> Printed:
        rows = []
        while term.operation == "select":
            condition, then, term = term.arguments
            rows.append(rf"{self.show(then)} & \text{{if }} {self.show(condition)}")
        rows.append(rf"{self.show(term)} & \text{{otherwise}}")
        return Printed(rf"\begin{{cases}} {ROW_END.join(rows)} \end{{cases}}", Level.CHOICE)

    def index(self, term: Term) -> Printed:
        return Printed(letter(term.name), Level.ATOM)

    def entry(self, term: Term) -> Printed:
        array, *places = term.arguments
        where = " ".join(self.show(place, Level.ATOM) for place in places)
        return Printed(indexed(self.names[array.name], where), Level.ATOM)

    def over(self, term: Term) -> Printed:
        """A sum over an axis; of ones that is how many places it has."""
        body, axis = term.arguments
        return Printed(axis.name, Level.ATOM) if body is ONE else self.kernel(term)

    def at(self, term: Term) -> Printed:
        """An entry at its place; of what is over the axis itself that is said behind it."""
        body, axis, place = term.arguments
        over = any(axis in node.arguments[1:] for node in walk(body) if node.operation in ARRAY_KERNELS)
        return self.kernel(term) if over else self.spell(substitute(body, {axis: place}))

    def kernel(self, term: Term, *, bare: bool = True, latex: str = "") -> Printed:
        """A named kernel by its template; `bare` leaves out the brackets round a lone symbol (log x)."""
        kernel = KERNELS.get(term.operation) or ARRAY_KERNELS[term.operation]
        template = latex or kernel.latex
        arguments = dict(zip(kernel.names, term.arguments, strict=True))
        text = ""
        for before, field, after in fields(template):
            text += before
            if field:
                argument = self.show(arguments[field], place(before, after))
                text += f" {argument}" if ENDS_IN_COMMAND.search(text) else argument
        text = without_ones(text)
        shorter = without_brackets(text) if bare else text
        if shorter != text and not shorter.endswith(")"):
            return Printed(shorter, min(Level.APPLICATION, level(template)))
        return Printed(shorter if TALL.search(shorter) else without_stretch(shorter), level(template))


def _group(base: str) -> str:
    """A base in braces where a superscript would attach to its last token only."""
    return base if base.endswith(")") or SYMBOL.fullmatch(base) else f"{{{base}}}"


def _joint(left: str, right: str) -> str:
    """What stands between two factors."""
    if right[0].isdigit() and left[-1].isalnum():
        return r" \cdot "
    apart = WORD.search(left) or WORD.match(right) or BRACKET.match(right) or left.endswith(")")
    return r"\, " if apart and not NAMED.match(right) else " "


def _whole_power(value: int) -> str:
    """A large power of two or ten as such, else nothing."""
    if value >= 2**13 and value & (value - 1) == 0:
        return f"2^{{{value.bit_length() - 1}}}"
    digits = str(value)
    return f"10^{{{len(digits) - 1}}}" if len(digits) > 4 and digits.rstrip("0") == "1" else ""


def _decimal(value: Fraction) -> str:
    """A decimal that a person wrote as one (0.25 is 1/4, 0.05 and 1e-7 are decimals), else nothing."""
    if value.denominator < 20 or Fraction(repr(float(value))) != value:
        return ""
    mantissa, _, exponent = f"{float(value)!r}".partition("e")
    power = rf"10^{{{int(exponent)}}}" if exponent else ""
    return power if power and mantissa == "1" else rf"{mantissa} \cdot {power}" if power else mantissa


_OPERATORS: Mapping[str, Callable[[Printer, Term], Printed]] = {
    "variable": Printer.variable,
    "number": Printer.number,
    "add": Printer.sum,
    "mul": Printer.product,
    "div": Printer.quotient,
    "pow": Printer.power,
    "square": Printer.square,
    "sqrt": Printer.root,
    "exp": Printer.exponential,
    "lt": Printer.relation,
    "le": Printer.relation,
    "eq": Printer.relation,
    "select": Printer.choice,
    "index": Printer.index,
    "entry": Printer.entry,
    "at": Printer.at,
    "sum": Printer.over,
}
OPERATIONS = frozenset({"neg", *_OPERATORS})
