"""How far the search looks from one form."""

from __future__ import annotations

import pytest

from symloss.codegen import moves
from symloss.codegen.domain import Positive
from symloss.codegen.notation import parse
from symloss.codegen.rewrite import Rewriter
from symloss.codegen.term import Term, walk


def test_series_are_looked_for_in_fewer_ways_of_writing_a_large_form(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Term] = []

    def look(term: Term, _: Rewriter) -> list[object]:
        looked.append(term)
        return []

    monkeypatch.setattr(moves, "series_branches", look)
    rewriter = Rewriter(dict.fromkeys("abxy", Positive))
    small = parse("log1p(x/y)*y - x + a*(1 + b/y)/x")
    large = parse(" + ".join(f"log1p(x/y + {n})*exp(-{n}*a*x)/b*({n} + b/y)" for n in range(2, 14)))
    assert len(tuple(walk(large))) ** 2 > moves.WORK
    for term, least, most in ((small, 4, 60), (large, 1, 1)):
        looked.clear()
        assert not list(moves.neighbours(rewriter.tidy(term), rewriter, moves.BRANCHING))
        assert least <= len(looked) <= most
        assert len(set(looked)) == len(looked), "a form is looked at once"
