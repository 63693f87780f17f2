"""What a user's input can get wrong: the one base of every error that the command line reports."""

from __future__ import annotations

__all__ = ["DeriveError", "SymlossError"]


class SymlossError(Exception):
    """One or more faults in what was given to the toolkit, each one line that says where and what.

    A fault in a definition starts with its place: ``defs/robust.py:12: huber: delta has no domain``.
    """

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)

    @property
    def faults(self) -> tuple[str, ...]:
        return self.args

    def __str__(self) -> str:
        return "\n".join(self.faults)


class DeriveError(SymlossError, ValueError):
    """A fault in what `derive` was given: its formula, a domain, a condition, or what is asked of the result."""
