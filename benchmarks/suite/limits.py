"""A limit of time for what may take for ever."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

__all__ = ["LimitError", "limited"]


class LimitError(Exception):
    """The time that something may take is over."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Stop the body by `LimitError` after so many seconds."""

    def stop(_: int, __: FrameType | None) -> NoReturn:
        raise LimitError(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
