"""The toolkit: definitions become derivations and code; `pipeline` shows the stages in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symloss.codegen.api import derive
    from symloss.codegen.errors import DeriveError

__all__ = ["DeriveError", "derive"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what a name of a module stands for may be anything
    """The names that users import from here, loaded on first use: a definition does not need them."""
    if name == "derive":
        from symloss.codegen.api import derive  # noqa: PLC0415 - see above

        return derive
    if name == "DeriveError":
        from symloss.codegen.errors import DeriveError  # noqa: PLC0415 - see above

        return DeriveError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
