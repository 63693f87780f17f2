"""Work on many items in several processes, each result kept from one run to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TypeVar

from symloss.codegen.cache import Cache
from symloss.codegen.progress import Report

__all__ = ["worked"]

Item = TypeVar("Item")
Made = TypeVar("Made")
Named = tuple[str, str, Item]  # how progress calls it, the digest of all that its result depends on, the item


def worked(
    work: Callable[[Item], Made], named: Sequence[Named[Item]], store: Cache, jobs: int, progress: Report
) -> tuple[Made, ...]:
    """What `work` makes of each item, in their order; those that `store` lacks are worked on in the order given."""
    found: dict[int, Made] = {i: kept for i, (_, key, _) in enumerate(named) if (kept := store.get(key)) is not None}
    missing = {i: item for i, (_, _, item) in enumerate(named) if i not in found}
    for count, (i, made) in enumerate(_made(work, missing, jobs), start=1):
        name, key, _ = named[i]
        found[i] = made
        store.put(key, made)
        progress(count, len(missing), name)
    return tuple(found[i] for i in range(len(named)))


def _made(work: Callable[[Item], Made], items: dict[int, Item], jobs: int) -> Iterator[tuple[int, Made]]:
    """Each item's number with its result, as it is finished."""
    if jobs == 1 or len(items) <= 1:
        yield from ((i, work(item)) for i, item in items.items())
        return
    with ProcessPoolExecutor(min(jobs, len(items))) as pool:
        waiting = {pool.submit(work, item): i for i, item in items.items()}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        except BaseException:  # an interrupt, too: what has not begun is not waited for
            pool.shutdown(wait=False, cancel_futures=True)
            raise
