"""What the symbols of a SymPy expression say of themselves: a domain, or that they can be no variables here."""

from __future__ import annotations

from collections.abc import Mapping

import sympy

from symloss.codegen.domain import Domain
from symloss.codegen.errors import DeriveError

__all__ = ["assumed_domains", "require_assumed"]

# An assumption of SymPy's, the narrowest first, and the domain that it names.
_DOMAINS = {
    "is_positive": "positive",
    "is_negative": "(-oo, 0)",
    "is_nonnegative": "nonnegative",
    "is_nonpositive": "(-oo, 0]",
    "is_real": "real",
}


def assumed_domains(expression: sympy.Expr) -> Mapping[str, str]:
    """The domain of each symbol that has one by its assumptions.

    `DeriveError` where a symbol is no real number, or where two have one name: a term knows variables by their names.
    """
    found: dict[str, str] = {}
    names: set[str] = set()
    for symbol in sorted(expression.free_symbols, key=str):
        name = _name(symbol)
        if not symbol.is_commutative or symbol.is_real is False:
            what = "does not commute" if not symbol.is_commutative else "is no real number by its assumptions"
            raise DeriveError(f"the symbol `{name}` {what}; a variable stands for one real number")
        if name in names:
            raise DeriveError(f"two symbols with different assumptions are called `{name}`; use one of them")
        names.add(name)
        domain = next((domain for fact, domain in _DOMAINS.items() if getattr(symbol, fact)), None)
        if domain:
            found[name] = domain
    return found


def _name(symbol: sympy.Basic) -> str:
    return str(getattr(symbol, "name", symbol))


def require_assumed(expression: sympy.Expr, domains: Mapping[str, Domain]) -> None:
    """`DeriveError` where a domain is wider than what SymPy has been told: sqrt(x**2) is x to it for a positive x."""
    for symbol in sorted(expression.free_symbols, key=str):
        name, domain = _name(symbol), domains[_name(symbol)]
        below, above = domain.lower is None or domain.lower < 0, domain.upper is None or domain.upper > 0
        if (symbol.is_nonnegative and below) or (symbol.is_nonpositive and above):
            sign = "nonnegative" if symbol.is_nonnegative else "nonpositive"
            raise DeriveError(f"the symbol `{name}` is {sign} by its assumptions, and its domain is wider")
