"""Running one function over many objects in threads.

Objects that take much memory wait in a lane of their own, with few workers: the others do not wait
behind them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from gitstore.core.errors import StorageError

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 4  # results for each worker that wait to be taken

_worker = threading.local()


def stopping() -> bool:
    """Whether nobody waits any more for what this thread does: asked by whatever takes long."""
    crew = getattr(_worker, "crew", None)
    return crew is not None and crew.stopped


@dataclass(frozen=True, slots=True)
class Lane(Generic[Item]):
    """Items, and how many workers take them one after the other."""

    items: Iterable[Item]
    workers: int


def lanes(
    others: Iterable[Item], large: Sequence[Item], jobs: int, most: int
) -> tuple[Lane[Item], ...]:
    """The lanes for items of which some are large, with no more workers in all than `jobs`.

    Args:
        most: workers for the large ones, at most.
    """
    if not large:
        return (Lane(others, jobs),)
    if jobs == 1:
        return (Lane(chain(others, large), 1),)
    few = min(most, jobs // 2)
    return Lane(others, jobs - few), Lane(large, few)


def each(
    function: Callable[[Item], Result], *lanes: Lane[Item]
) -> Iterator[list[tuple[Item, Result | StorageError]]]:
    """The results, in batches of whatever has been finished since the last one; see `at_work`."""
    with at_work(function, *lanes) as crew:
        yield from crew


@contextmanager
def at_work(function: Callable[[Item], Result], *lanes: Lane[Item]) -> Iterator[Crew[Item, Result]]:
    """Workers that begin at once; what they have done comes from the crew.

    Only `StorageError` is a result: one object's failure stops no other (rule F5). Anything else is
    a defect and is raised at the end; then, and on Ctrl-C, the calls under way end and no new one
    begins. Workers do not run ahead of whoever takes the results, which may hold memory.
    """
    # Late: `status` loads this module, but starts no thread.
    from concurrent.futures import ThreadPoolExecutor

    workers = sum(lane.workers for lane in lanes)
    crew = Crew(function, workers)
    with ThreadPoolExecutor(workers) as pool:
        shared = [(_Shared(lane.items), lane.workers) for lane in lanes]
        running = [pool.submit(crew.work, items) for items, some in shared for _ in range(some)]
        try:
            yield crew
        finally:
            crew.stop()
    for one in running:
        one.result()


class Line(Generic[Item]):
    """Items for workers: those that are there, and those that come until it is closed."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items: SimpleQueue[Item | None] = SimpleQueue()
        for item in items:
            self._items.put(item)

    def add(self, item: Item) -> None:
        """Let some worker do this, too."""
        self._items.put(item)

    def close(self) -> None:
        """Let the workers end when they are done."""
        self._items.put(None)

    def __iter__(self) -> Iterator[Item]:
        """Every item; waits for more until it is closed."""
        while (item := self._items.get()) is not None:
            yield item


class _Shared(Generic[Item]):
    """Items that several workers take from."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = iter(items)
        self._taking = threading.Lock()

    def take(self, crew: Crew[Item, Result]) -> Iterator[Item]:
        """One worker's share, one at a time."""
        while crew.may_begin():
            with self._taking:
                if crew.stopped:
                    return
                try:
                    item = next(self._items)
                except StopIteration:
                    return
            yield item


class Crew(Generic[Item, Result]):
    """Workers, and what they have done.

    One Future for each worker, not for each object: that would cost more than fetching a small
    object does.
    """

    def __init__(self, function: Callable[[Item], Result], workers: int) -> None:
        self._workers = workers
        self._room = threading.Semaphore(_AHEAD * workers)
        self._function = function
        self._results: SimpleQueue[tuple[Item, Result | StorageError] | None] = SimpleQueue()
        self._ended = 0
        self.stopped = False

    def work(self, items: _Shared[Item]) -> None:
        """Deal with a share of the items, until there are none or somebody stops it."""
        _worker.crew = self
        try:
            for item in items.take(self):
                try:
                    self._results.put((item, self._function(item)))
                except StorageError as error:
                    self._results.put((item, error))
        except BaseException:
            self.stopped = True
            raise
        finally:
            self._results.put(None)

    def __iter__(self) -> Iterator[list[tuple[Item, Result | StorageError]]]:
        """The results in batches of whatever has been finished since the last one, to the end."""
        while self._ended < self._workers:
            first = self._counted(self._results.get())
            if batch := first + self.ready():
                yield batch

    def ready(self) -> list[tuple[Item, Result | StorageError]]:
        """The results that can be had without waiting."""
        batch: list[tuple[Item, Result | StorageError]] = []
        with suppress(Empty):
            while True:
                batch += self._counted(self._results.get(block=False))
        return batch

    def _counted(
        self, result: tuple[Item, Result | StorageError] | None
    ) -> list[tuple[Item, Result | StorageError]]:
        if result is None:
            self._ended += 1
            return []
        self._room.release()
        return [result]

    def may_begin(self) -> bool:
        """Wait until there is room for one more result; whether anybody still wants it."""
        self._room.acquire()
        return not self.stopped

    def stop(self) -> None:
        """Begin no new call."""
        self.stopped = True
        self._room.release(self._workers)  # whoever waits for it
