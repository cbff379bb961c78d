"""Running one function over many objects in threads, a bounded number at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

from gitstore.core.errors import StorageError

Item = TypeVar("Item")
Result = TypeVar("Result")

_WAITING_PER_WORKER = 4  # enough that no worker idles while the results of others are dealt with


def each(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[list[tuple[Item, Result | StorageError]]]:
    """The results, in batches of whatever has just been finished.

    Only `StorageError` is a result: one object's failure stops no other (rule F5). Anything else is
    a defect and is raised at once; so is Ctrl-C, after the calls under way have ended.
    """
    todo = iter(items)
    with ThreadPoolExecutor(workers) as pool:
        running: dict[Future[Result | StorageError], Item] = {}
        try:
            while True:
                room = workers * _WAITING_PER_WORKER - len(running)
                running |= {pool.submit(_caught, function, i): i for i in islice(todo, room)}
                if not running:
                    return
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                yield [(running.pop(future), future.result()) for future in finished]
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _caught(function: Callable[[Item], Result], item: Item) -> Result | StorageError:
    try:
        return function(item)
    except StorageError as error:
        return error
