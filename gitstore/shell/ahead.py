"""Reading ahead: a reader that goes on gets the next bytes before it asks, one that jumps does not.

For a file that is read through requests. A jump costs one request of what is asked for, at least
the block of `LEAST` around it; whoever goes on reading gets windows that double from there up to
`MOST`, several of them under way. Somebody who jumps about in an object of up to `WHOLE` gets ever
larger blocks, and soon has all of it: that takes fewer requests than its parts.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from gitstore.core.store import Span

LEAST = 64 << 10  # bytes of a request, unless the object ends: a header, a footer
MOST = 8 << 20  # bytes of the largest window
AHEAD = 3  # windows under way beside the one that is being read
WHOLE = 32 << 20  # bytes of an object that is soon held whole, and of the blocks that are kept
FEW = 4  # jumps that mean nothing yet: a header, a footer, an index

Reader = Callable[[Span], bytes]


class Ahead:
    """Reads spans through a reader, and what comes next in the background; for several threads.

    Args:
        read: gives the bytes of a span; called by several threads.
        size: bytes of the object.

    Attributes:
        kept: bytes of the blocks that are kept for somebody who jumps to and fro.
    """

    def __init__(self, read: Reader, size: int) -> None:
        self._read = read
        self._size = size
        self._kept: deque[tuple[int, bytes]] = deque()
        self.kept = 0
        self._jumps = 0
        self._held = (0, b"")
        self._coming: deque[tuple[Span, Future[bytes]]] = deque()
        self._pool: ThreadPoolExecutor | None = None
        self._next = 0  # where somebody who goes on reads next
        self._goes_on = False
        self._window = LEAST
        self._limit = 0  # up to where it is worth being under way
        self._process = os.getpid()
        self._lock = Lock()

    def read(self, start: int, size: int) -> bytes:
        """Up to `size` bytes from `start`; fewer only at the end of the object.

        Raises whatever the reader raises.
        """
        stop = min(start + size, self._size)
        parts: list[bytes] = []
        with self._lock:
            if self._process != os.getpid():
                # The threads have stayed with the process that this one was forked from.
                self._process, self._pool = os.getpid(), None
                self._coming.clear()
            # Where the last reading has ended: then more of the kind is to be expected.
            self._goes_on = start == self._next and start > 0
            while start < stop:
                part = self._some(start, stop)
                parts.append(part)
                start += len(part)
                self._next = start
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Let go of what is held; what is under way is not waited for."""
        with self._lock:
            self._forget()
            self._kept.clear()
            self.kept = 0
            self._held = (0, b"")
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None

    def _some(self, start: int, stop: int) -> bytes:
        for at, data in (self._held, *self._kept):
            if at <= start < at + len(data):
                return data[start - at : stop - at]
        if self._comes(start):
            return self._some(start, stop)
        self._forget()
        if self._goes_on:
            self._window, self._limit = min(2 * self._window, MOST), self._size
            span = Span(start, max(stop, start + self._window))
        else:
            # Somebody who asks for much at once goes on with as much.
            self._window, self._limit = max(LEAST, min(stop - start, MOST)), stop
            span = self._block(start, stop)
        if stop - start > MOST:
            self._window = MOST  # much at once is asked for in parts, side by side
            span = Span(start, start + MOST)
        span = Span(span.start, min(span.stop, self._size))
        self._fill(span.stop)
        self._hold(span.start, self._read(span))
        if not self._goes_on:
            self._keep()
        return self._some(start, stop)

    def _block(self, start: int, stop: int) -> Span:
        """What to ask for when somebody has jumped."""
        if stop - start >= LEAST:
            return Span(start, stop)
        wide = LEAST
        if self._size <= WHOLE:
            self._jumps += 1
            wide = min(LEAST << max(0, self._jumps - FEW), MOST)
        return Span(start - start % wide, -(-stop // wide) * wide)

    def _comes(self, start: int) -> bool:
        """Whether a byte was under way; then it is held, and more is under way."""
        while self._coming and self._coming[0][0].stop <= start:
            self._coming.popleft()[1].cancel()
        if not self._coming or self._coming[0][0].start > start:
            return False
        span, future = self._coming.popleft()
        after = self._coming[-1][0].stop if self._coming else span.stop
        self._window = min(2 * self._window, MOST)
        self._fill(after)
        self._hold(span.start, future.result())
        return True

    def _fill(self, start: int) -> None:
        while len(self._coming) < AHEAD and start < self._limit:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(AHEAD, "git-storage-ahead")
            span = Span(start, min(start + self._window, self._limit))
            self._coming.append((span, self._pool.submit(self._read, span)))
            start = span.stop

    def _hold(self, start: int, data: bytes) -> None:
        if not data:
            raise AssertionError("a reader gives what it is asked for, or raises")
        self._held = (start, data)

    def _keep(self) -> None:
        self._kept.append(self._held)
        self.kept += len(self._held[1])
        while self.kept > WHOLE:
            self.kept -= len(self._kept.popleft()[1])

    def _forget(self) -> None:
        for _, future in self._coming:
            future.cancel()
        self._coming.clear()
