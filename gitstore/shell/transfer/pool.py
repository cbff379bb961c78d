"""Running one function over many objects in threads, a bounded number ahead of the caller."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from gitstore.core.errors import StorageError

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 2048  # results that may wait for the caller; what they hold is on disk, not in memory


def each(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[list[tuple[Item, Result | StorageError]]]:
    """The results, in batches of whatever has been finished since the last one.

    Only `StorageError` is a result: one object's failure stops no other (rule F5). Anything else is
    a defect and is raised here; then, and on Ctrl-C, the calls under way end and no new one begins.
    """
    crew = _Crew(function, items)
    crew.start(workers)
    try:
        while batch := crew.next_batch():
            yield batch
    finally:
        crew.stop()


class _Crew(Generic[Item, Result]):
    # Plain threads on one iterator: a Future for each object costs more than fetching a small one.

    def __init__(self, function: Callable[[Item], Result], items: Iterable[Item]) -> None:
        self._function = function
        self._items = iter(items)
        self._taking = threading.Lock()
        self._room = threading.Semaphore(_AHEAD)
        self._results: SimpleQueue[tuple[Item, Result | StorageError] | BaseException | None]
        self._results = SimpleQueue()
        self._stopped = False
        self._threads: list[threading.Thread] = []
        self._working = 0

    def start(self, workers: int) -> None:
        """Start so many threads."""
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]
        self._working = workers
        for thread in self._threads:
            thread.start()

    def next_batch(self) -> list[tuple[Item, Result | StorageError]]:
        """At least one result, and all that are ready; nothing when all is done."""
        batch: list[tuple[Item, Result | StorageError]] = []
        while self._working and not batch:
            self._take(self._results.get(), batch)
        while self._working:
            try:
                self._take(self._results.get_nowait(), batch)
            except Empty:
                break
        return batch

    def stop(self) -> None:
        """Begin no new call, and wait for those under way."""
        self._stopped = True
        self._room.release(len(self._threads))
        for thread in self._threads:
            thread.join()

    def _take(
        self,
        result: tuple[Item, Result | StorageError] | BaseException | None,
        batch: list[tuple[Item, Result | StorageError]],
    ) -> None:
        if result is None:
            self._working -= 1
        elif isinstance(result, BaseException):
            raise result
        else:
            self._room.release()
            batch.append(result)

    def _work(self) -> None:
        try:
            for item in self._taken():
                try:
                    self._results.put((item, self._function(item)))
                except StorageError as error:
                    self._results.put((item, error))
        except BaseException as defect:  # noqa: BLE001 - raised again in the caller's thread
            self._results.put(defect)
        finally:
            self._results.put(None)

    def _taken(self) -> Iterator[Item]:
        """This thread's share of the items, one at a time, as long as there is room."""
        while True:
            self._room.acquire()
            with self._taking:
                if self._stopped:
                    return
                try:
                    item = next(self._items)
                except StopIteration:
                    return
            yield item
