"""Running one function over many objects in threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

from gitstore.core.errors import StorageError

if TYPE_CHECKING:
    from concurrent.futures import Future

Item = TypeVar("Item")
Result = TypeVar("Result")

_AHEAD = 4  # results for each worker that wait to be taken

_worker = threading.local()


def stopping() -> bool:
    """Whether nobody waits any more for what this thread does: asked by whatever takes long."""
    crew = getattr(_worker, "crew", None)
    return crew is not None and crew.stopped


def each(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[list[tuple[Item, Result | StorageError]]]:
    """The results, in batches of whatever has been finished since the last one.

    Only `StorageError` is a result: one object's failure stops no other (rule F5). Anything else is
    a defect and is raised here; then, and on Ctrl-C, the calls under way end and no new one begins.
    Workers do not run ahead of whoever takes the results, which may hold memory.
    """
    # Late: `status` loads this module, but starts no thread.
    from concurrent.futures import ThreadPoolExecutor

    crew = _Crew(function, items, workers)
    with ThreadPoolExecutor(workers) as pool:
        running = [pool.submit(crew.work) for _ in range(workers)]
        try:
            while batch := crew.next_batch(running):
                yield batch
        finally:
            crew.stop()
    for one in running:
        one.result()


class _Crew(Generic[Item, Result]):
    # One Future for each worker, not for each object: that would cost more than fetching a small
    # object does.

    def __init__(
        self, function: Callable[[Item], Result], items: Iterable[Item], workers: int
    ) -> None:
        self._workers = workers
        self._room = threading.Semaphore(_AHEAD * workers)
        self._function = function
        self._items = iter(items)
        self._taking = threading.Lock()
        self._results: SimpleQueue[tuple[Item, Result | StorageError] | None] = SimpleQueue()
        self._ended = 0
        self.stopped = False

    def work(self) -> None:
        """Deal with a share of the items, until there are none or somebody stops it."""
        _worker.crew = self
        try:
            for item in self._taken():
                try:
                    self._results.put((item, self._function(item)))
                except StorageError as error:
                    self._results.put((item, error))
        except BaseException:
            self.stopped = True
            raise
        finally:
            self._results.put(None)

    def next_batch(self, running: list[Future[None]]) -> list[tuple[Item, Result | StorageError]]:
        """At least one result, and all that are ready; nothing when all workers have ended."""
        batch: list[tuple[Item, Result | StorageError]] = []
        while self._ended < len(running):
            try:
                result = self._results.get(block=not batch)
            except Empty:
                break
            if result is None:
                self._ended += 1
            else:
                batch.append(result)
                self._room.release()
        return batch

    def stop(self) -> None:
        """Begin no new call."""
        self.stopped = True
        self._room.release(self._workers)  # whoever waits for it

    def _taken(self) -> Iterator[Item]:
        """This thread's share of the items, one at a time."""
        while True:
            self._room.acquire()
            with self._taking:
                if self.stopped:
                    return
                try:
                    item = next(self._items)
                except StopIteration:
                    return
            yield item
