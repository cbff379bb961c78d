"""A large object in parallel ranges, hashed in order while later ranges are under way.

As the transfer goes on, the first bytes are flushed and noted, so that it continues there when it
was cut off. What is kept is read again first, and every request names the same version: bytes of
two versions never meet in one file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from threading import Event
from typing import TYPE_CHECKING

from gitstore.adapters.tree_growing import Growing
from gitstore.core.errors import Corrupt, LocalFailure, Missing, Refused, Unreachable
from gitstore.core.kept import Origin, Part
from gitstore.core.model import Action
from gitstore.core.store import Span, Store
from gitstore.core.versions import (
    Same,
    Version,
    compare,
    content_only,
    contradict,
    digested,
    merged,
)
from gitstore.shell.binding import Binding
from gitstore.shell.transfer.pool import stopping

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor
    from hashlib import _Hash

SPAN = 16 << 20  # bytes of one range of a large object
LARGE = 4 * SPAN  # from here on an object is read in parallel ranges
RANGE_ATTEMPTS = 3  # times that a range is begun, each with the store's own repetitions
RANGES = 4  # ranges of one object in flight; memory is at most SPAN times RANGES for each object
OBJECTS = 4  # large objects at a time
KEEP = 4 * SPAN  # bytes after which what is here is flushed and noted

_LOOK = 0.2  # seconds after which somebody who waits for a range looks whether to go on

Progress = Callable[[int], None]


def brought(
    binding: Binding, key: str, expect: Version, progress: Progress
) -> tuple[Growing, Version]:
    """A large object in a temporary file, and what it is.

    Raises:
        StoreError: it cannot be had. What was flushed is kept where it may still be of use.
    """
    incoming = binding.tree.growing(Origin(binding.source, key, expect))
    transfer = _Transfer(binding.store(), key, expect, incoming)
    try:
        begin, sha256 = incoming.resume()
        progress(begin)
        found = transfer.finished(begin, sha256, progress)
        if begin and _is_wrong(binding, key, expect, found):
            # The bytes that were kept, or those that came now: nobody can say which are wrong.
            incoming.start_over()
            found = transfer.finished(*incoming.resume(), lambda _: None)
        incoming.close()
    except (Corrupt, LocalFailure, Missing, Refused):
        incoming.throw_away()
        raise
    except BaseException:
        incoming.discard()
        raise
    return incoming, merged(found, expect)


def _is_wrong(binding: Binding, key: str, expect: Version, found: Version) -> bool:
    """Whether these bytes are known not to be the expected ones."""
    facts = binding.facts.for_keys(binding.source, [key]).get(key, ())
    unlike = compare(content_only(expect), found) is Same.DIFFERENT
    return unlike or any(contradict(fact, merged(found, expect)) for fact in facts)


def let_go(binding: Binding, actions: Iterable[Action], coming: Iterable[Action]) -> None:
    """Remove what is kept of objects that do not come any more, and what is too old.

    Args:
        actions: everything that was decided about the data path.
        coming: those of them that bring bytes.
    """
    awaited = {action.path for action in coming}
    over = {binding.key(action.path) for action in actions if action.path not in awaited}
    binding.tree.let_go(lambda origin: origin.source == binding.source and origin.key in over)


@dataclass(frozen=True, slots=True)
class _Transfer:
    store: Store
    key: str
    expect: Version
    incoming: Growing

    def finished(self, begin: int, sha256: _Hash, progress: Progress) -> Version:
        """All bytes from `begin` on fetched; what the whole is."""
        # Late: most transfers have no object that is so large.
        from concurrent.futures import ThreadPoolExecutor

        # One after the other, because a pointer may claim any size: the first range finds that out.
        size = self.expect.size
        later = (Span(at, min(at + SPAN, size)) for at in range(begin, size, SPAN))
        over = Event()
        # One worker more than there are ranges: to flush while they go on.
        with ThreadPoolExecutor(RANGES + 1) as pool:
            noting = _Noting(pool, self.incoming, begin)
            # A deque, so that the bytes of a range are let go as soon as they are hashed.
            waiting = deque(pool.submit(self._range, span, over) for span in islice(later, RANGES))
            at = begin
            try:
                while waiting:
                    chunks = _awaited(waiting.popleft())
                    waiting.extend(
                        pool.submit(self._range, span, over) for span in islice(later, 1)
                    )
                    for chunk in chunks:
                        sha256.update(chunk)
                        at += len(chunk)
                    progress(sum(map(len, chunks)))
                    chunks = []  # let go before the next one is waited for
                    noting.reached(at, sha256)
            finally:
                over.set()
                for future in waiting:
                    future.cancel()
                noting.end(at, sha256)
        return digested(size, sha256.hexdigest())

    def _range(self, span: Span, over: Event) -> list[bytes]:
        # A range that breaks off begins anew: the rest of a large object is worth it.
        for _ in range(RANGE_ATTEMPTS - 1):
            with suppress(Unreachable):
                return self._once(span, over)
        return self._once(span, over)

    def _once(self, span: Span, over: Event) -> list[bytes]:
        chunks: list[bytes] = []
        at = span.start
        for chunk in self.store.read(self.key, self.expect, span).chunks:
            if at + len(chunk) <= span.stop:
                self.incoming.write_at(at, chunk)
            at += len(chunk)
            chunks.append(chunk)
            if over.is_set():
                break  # nobody waits for it any more
        if at != span.stop:
            told = f"{self.key}: a range came back with {at - span.start} bytes"
            raise Corrupt(told, key=self.key)
        return chunks


def _awaited(under_way: Future[list[bytes]]) -> list[bytes]:
    """What a range has brought.

    Raises:
        KeyboardInterrupt: nobody waits for the object any more.
    """
    from concurrent.futures import wait

    while True:
        done, _ = wait([under_way], timeout=_LOOK)
        if stopping():
            raise KeyboardInterrupt
        if done:
            return under_way.result()


class _Noting:
    """Flushes and notes in the background how far a transfer has come."""

    def __init__(self, pool: ThreadPoolExecutor, incoming: Growing, begin: int) -> None:
        self._pool = pool
        self._incoming = incoming
        self._noted = begin
        self._under_way: Future[None] | None = None

    def reached(self, at: int, sha256: _Hash) -> None:
        """So many bytes are here; noted if that is worth it and the last time is over."""
        under_way = self._under_way
        if at - self._noted < KEEP or (under_way is not None and not under_way.done()):
            return
        if under_way is not None:
            under_way.result()
        self._noted = at
        part = Part(at, sha256.hexdigest())
        self._under_way = self._pool.submit(self._incoming.keep, part)

    def end(self, at: int, sha256: _Hash) -> None:
        """So many bytes are here, and no more come now."""
        if self._under_way is not None:
            with suppress(LocalFailure):
                self._under_way.result()
        if at > self._noted:
            # What cannot be noted is fetched again.
            with suppress(LocalFailure):
                self._incoming.keep(Part(at, sha256.hexdigest()))
