"""Formulas on lines of a given width: broken at sums and products, or with parts of them named.

A formula that fits stands on one line.  Of one that does not, parts that occur more than once get a name;
then it is broken between the terms of its sum or the factors of its product; a piece that is too wide even
for a line of its own has its largest part that can be set by itself named, until every line fits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count

from symloss.codegen.backends.latex_templates import TALL
from symloss.codegen.backends.latex_terms import JOINT, RELATIONS, Printer, signed
from symloss.codegen.backends.latex_width import width
from symloss.codegen.term import Term, factors, substitute, variable, walk

__all__ = ["Display", "Named", "lay_out", "on_one_line"]

INDENT = 2.0 + 1.3  # a quad, a sign and the spaces beside it
WHERE = 4.5  # the word before an explanation, its symbol and the equals sign
SUMMAND = re.compile(r" [+-] ")
NAMES = ("u", "v", "w", "t", "s", "r")
# A shared part is worth a name when that saves so much of the formula's width.
WORTH_NAMING = 0.2
SMALLEST_NAMED = 3.0
# A term of more parts than this is not even tried on one line: shared parts can make it exponentially long.
LARGEST = 1000


@dataclass(frozen=True)
class Named:
    """A part of a formula that is set by itself: its symbol and its lines."""

    symbol: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Display:
    """Formulas in lines, and the parts that were named in them, in the order in which they are explained."""

    formulas: tuple[tuple[str, ...], ...]
    where: tuple[Named, ...] = ()


def lay_out(terms: Sequence[Term], names: Mapping[str, str], room: float) -> Display:
    """Each of `terms` in lines of at most `room` quads; what is named in one keeps its name in the next."""
    layout = _Layout(names, room)
    formulas = tuple(layout.lines(layout.shorten(layout.with_names(term, layout.parts))) for term in terms)
    return Display(formulas, tuple(layout.explain()))


def on_one_line(term: Term, names: Mapping[str, str], room: float) -> bool:
    """Whether `term` stands on one line of at most `room` quads with nothing in it named."""
    return _Layout(names, room).width_of(term) <= room


class _Layout:
    """The names given so far while one formula is set."""

    def __init__(self, names: Mapping[str, str], room: float) -> None:
        self.names = dict(names)
        self.room = room
        self.parts: list[tuple[str, Term]] = []
        self._widths: dict[Term, float] = {}
        self._sizes: dict[Term, int] = {}
        self._fresh = chain(NAMES, (f"u_{{{k}}}" for k in count(1)))

    def explain(self) -> Iterator[Named]:
        """The named parts, each shortened in its turn; a part of a part is explained after it."""
        self.room -= WHERE
        position = 0
        while position < len(self.parts):
            symbol, term = self.parts[position]
            yield Named(symbol, self.lines(self.shorten(self.with_names(term, self.parts[position + 1 :]))))
            position += 1

    def with_names(self, term: Term, parts: Sequence[tuple[str, Term]]) -> Term:
        """`term` with `parts` called by their names."""
        return substitute(term, {part: variable(f"part {symbol}") for symbol, part in parts})

    def lines(self, term: Term) -> tuple[str, ...]:
        if self.width_of(term) <= self.room:
            return (Printer(self.names).show(term),)
        rows: list[str] = []
        for piece in self._pieces(term):
            if rows and width(rows[-1] + piece) + (INDENT if len(rows) > 1 else 0) <= self.room:
                rows[-1] += piece
            else:
                rows.append(piece if not rows or SUMMAND.match(piece) else rf"\times {JOINT.sub('', piece)}")
        return tuple(rows)

    def shorten(self, term: Term) -> Term:
        """`term` with parts of it named, so that each of its pieces fits on a line."""
        term = self._name_shared(term)
        while term.arguments and not self._settable(term):
            wide = max(term.arguments, key=self.width_of)
            inner = [part for part in walk(wide) if self._nameable(part) and self._settable(part)]
            if not inner:
                break
            term = self._name(term, max(inner, key=self.width_of))
        return term

    def _name_shared(self, term: Term) -> Term:
        """`term` with its repeated parts named, as long as it is too wide and that pays."""
        while (total := self.width_of(term)) > self.room:
            counts = _occurrences(term)
            savings = {
                part: (counts[part] - 1) * (size - 1)
                for part in walk(term)
                if counts[part] > 1 and self._nameable(part) and (size := self.width_of(part)) >= SMALLEST_NAMED
            }
            best = max(savings, key=lambda part: savings[part], default=term)
            if best is term or savings[best] < WORTH_NAMING * total:
                break
            term = self._name(term, best)
        return term

    def _name(self, term: Term, part: Term) -> Term:
        taken = set(self.names.values())
        symbol = next(symbol for symbol in self._fresh if symbol not in taken)
        named = variable(f"part {symbol}")
        self.names[f"part {symbol}"] = symbol
        self.parts.append((symbol, part))
        return substitute(term, {part: named})

    def _nameable(self, term: Term) -> bool:
        return bool(term.arguments) and term.operation not in RELATIONS

    def _settable(self, term: Term) -> bool:
        """Whether `term` fits on a line, or each of its pieces does."""
        if self.width_of(term) <= self.room:
            return True
        return all(width(piece) + INDENT <= self.room for piece in self._pieces(term))

    def width_of(self, term: Term) -> float:
        """The width of `term` on one line; of a term with very many parts a figure that is too wide anyway."""
        if term not in self._widths:
            for node in walk(term):
                self._sizes.setdefault(node, 1 + sum(self._sizes[argument] for argument in node.arguments))
            size = self._sizes[term]
            self._widths[term] = width(Printer(self.names).show(term)) if size < LARGEST else float(size)
        return self._widths[term]

    def _pieces(self, term: Term) -> list[str]:
        """The texts between which `term` can be broken; together they are the whole."""
        printer = Printer(self.names)
        if term.operation == "add":
            return printer.summands(term)
        minus, rest = signed(term)
        sign = "-" if minus else ""
        *before, last = factors(rest)
        texts = printer.factors(rest) if before else [printer.show(rest)]
        if last.operation == "add" and self._short(before):
            # A bracket that is opened on one line and closed on another.
            first, *middle, end = printer.summands(last)
            size = "Big" if TALL.search(texts[-1]) else "big"
            return [rf"{sign}{''.join(texts[:-1])}\{size}l({first}", *middle, rf"{end}\{size}r)"]
        return [sign + texts[0], *texts[1:]]

    def _short(self, before: Sequence[Term]) -> bool:
        """Whether these factors leave room on their line for the first terms of a sum that they multiply."""
        return sum(self.width_of(factor) for factor in before) < self.room / 3


def _occurrences(term: Term) -> Counter[Term]:
    """How often each part would be printed."""
    counts: Counter[Term] = Counter({term: 1})
    for node in reversed(list(walk(term))):
        for argument in node.arguments:
            counts[argument] += counts[node]
    return counts
