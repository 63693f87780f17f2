"""Terms as mathematics: brackets only where the reading would change without them.

Only operators stand here; how a named kernel is written is a column of the kernel table, a template over
its parameters.  What a template says about the brackets that its arguments need is read off the template:
an argument between brackets needs none, one that is raised to a power needs them most.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from fractions import Fraction
from functools import cache
from string import Formatter

from symloss.codegen.kernels import KERNELS
from symloss.codegen.term import ONE, Term, apply, number, total, transform

__all__ = ["Level", "Printed", "Printer", "bracket", "on_paper", "signed", "term_to_latex"]


class Level(IntEnum):
    """How tightly a printed term holds together; an operand below the level its place asks for is bracketed."""

    CHOICE = 0
    RELATION = 1
    SUM = 2
    SIGNED = 3
    QUOTIENT = 4  # a/b on the line: must not stand beside another factor
    PRODUCT = 5
    APPLICATION = 6  # log x without brackets: swallows what follows, so it stands last in a product
    FACTOR = 7  # holds together in a product, but not under an exponent
    ATOM = 8


@dataclass(frozen=True)
class Printed:
    """LaTeX and its level."""

    text: str
    level: Level


TALL = re.compile(r"\\(t?frac|begin)\b")
STRETCH = re.compile(r"\\(left|right|middle)(?![A-Za-z])")
SYMBOL = re.compile(r"\d+|[A-Za-z]|\\[A-Za-z]+|\\hat [A-Za-z]")
# An elementary function of a lone symbol needs no brackets.
ELEMENTARY = r"\\(?:log|sinh|cosh|tanh|sin|cos|tan)(?![A-Za-z])"
BARE = re.compile(rf"((?:{ELEMENTARY})+)\\left\(({SYMBOL.pattern}|\\lvert [^()\\]+\\rvert)\\right\)")
ENDS_IN_COMMAND = re.compile(r"\\[A-Za-z]+$")
OPENED = re.compile(r"([(\[{,]|\\lvert|\\lVert|\\Vert|\\vert)(\\,|\s)*$")
CLOSED = re.compile(r"(\\,|\s)*([)\]},=<>]|\\right|\\middle|\\rvert|\\rVert|\\le\b)")
# TeX itself leaves a thin space before an operator name.
NAMED = re.compile(r"\\(operatorname|exp|max|min|log|sinh|cosh|tanh)(?![A-Za-z])")
WORD = re.compile(r"\\mathrm\{")
JOINT = re.compile(r"^(\s|\\,|\\cdot)+")
BRACKET = re.compile(r"\(|\\left\(")

# What a template looks like decides its level; the first pattern that fits counts.
_TEMPLATE_LEVELS = (
    (re.compile(r"^\\left"), Level.ATOM),
    (re.compile(r"^\{"), Level.PRODUCT),
    (re.compile(r"^\\(frac|sqrt)"), Level.FACTOR),
    (re.compile(rf"^(?!{ELEMENTARY})(\\[A-Za-z]+|[A-Z])\\left\(.*\)$"), Level.ATOM),
    (re.compile(r"\\right[)\]]$"), Level.FACTOR),
    (re.compile(""), Level.APPLICATION),
)

# A longer exponent is set as exp(...).
LONGEST_EXPONENT = 40
ROW_END = r" \\ "
RELATIONS = {"lt": "<", "le": r"\le", "eq": "="}
# Kernels that are an operator with a convention for 0; on paper the operator is enough.
SPELLED_AS = {"xdivy": "div"}


def term_to_latex(term: Term, names: Mapping[str, str]) -> str:
    """`term` on one line, its variables written as `names` has it."""
    return Printer(names).show(on_paper(term))


def on_paper(term: Term) -> Term:
    """`term` without the summands that only a computer sees, kernels that have no LaTeX."""
    return transform(term, _without_unseen)


def _without_unseen(node: Term) -> Term:
    if node.operation != "add":
        return node
    seen = [a for a in node.arguments if a.operation in _OPERATORS or KERNELS[a.operation].latex]
    return total(seen)


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
        return printed.text if printed.level >= needed else bracket(printed.text)

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
        if self.inline:
            return Printed(f"{value.numerator}/{value.denominator}", Level.QUOTIENT)
        return Printed(rf"\tfrac{{{value.numerator}}}{{{value.denominator}}}", Level.FACTOR)

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

    def kernel(self, term: Term, *, bare: bool = True) -> Printed:
        """A named kernel by its template; `bare` leaves out the brackets round a lone symbol (log x)."""
        kernel = KERNELS[term.operation]
        arguments = dict(zip(kernel.names, term.arguments, strict=True))
        text = ""
        for before, field, after in _fields(kernel.latex):
            text += before
            if field:
                argument = self.show(arguments[field], _place(before, after))
                text += f" {argument}" if ENDS_IN_COMMAND.search(text) else argument
        if bare:
            text, lone = BARE.subn(r"\1 \2", text)
            if lone and not text.endswith(")"):
                return Printed(text, min(Level.APPLICATION, _template_level(kernel.latex)))
        return Printed(text if TALL.search(text) else STRETCH.sub("", text), _template_level(kernel.latex))


@cache
def _fields(template: str) -> tuple[tuple[str, str, str], ...]:
    """The fields of a template, each with the text before and after it; a last one without a name for the rest."""
    marked = "".join(text + (f"\0{field}\0" if field else "") for text, field, _, _ in Formatter().parse(template))
    texts, fields = marked.split("\0")[::2], marked.split("\0")[1::2]
    return tuple(zip(texts, [*fields, ""], [*texts[1:], ""], strict=True))


def _place(before: str, after: str) -> Level:
    """The level that a template asks of an argument, by what stands on its two sides."""
    if after.startswith("^"):
        return Level.ATOM
    return Level.CHOICE if OPENED.search(before) and CLOSED.match(after) else Level.FACTOR


def _template_level(template: str) -> Level:
    """The level of what a template prints."""
    return next(level for pattern, level in _TEMPLATE_LEVELS if pattern.search(template))


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
}
