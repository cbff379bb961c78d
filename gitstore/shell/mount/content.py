"""An object in blocks, for everybody who has it open: from memory, from disk, or ahead of a reader.

Beside `shell.ahead`, which serves one reader of one process: here many open files share what comes,
and what came is kept on disk.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswer
from dataclasses import dataclass

from gitstore.core.errors import Corrupt, Unreachable
from gitstore.core.store import Span
from gitstore.core.versions import Version
from gitstore.shell.mount.blocks import BLOCK, Blocks, Piece, identity_of
from gitstore.shell.pinned import Pinned

WHOLE = 4 << 20  # bytes up to which an object is read at once, and so held against its checksums
_FARTHEST = 64  # blocks ahead of a reader that goes straight on: 16 MiB
_REQUEST = 16  # blocks of one request, at most
_MD5 = re.compile("[0-9a-f]{32}")
_IN_MEMORY = 2 * _FARTHEST  # blocks of one open object
_NEAR = 4  # blocks by which the kernel's own reading ahead may come out of order


@dataclass(frozen=True, slots=True)
class Supply:
    """What all objects of a mount share.

    Attributes:
        place: what is asked, as it was approved.
        pool: where requests run.
        blocks: what is kept on disk.
        patience: seconds that a reader waits before it gets an error.
    """

    place: str
    pool: ThreadPoolExecutor
    blocks: Blocks
    patience: float


class Content:
    """The blocks of one version of one object, for everybody who has it open."""

    def __init__(self, pinned: Pinned, supply: Supply) -> None:
        self.pinned = pinned
        self.size = pinned.size
        self.last = max(0, (self.size - 1) // BLOCK)
        self._supply = supply
        self._identity = identity_of(supply.place, pinned.key, pinned.wanted)
        self._coming: OrderedDict[int, Future[dict[int, Piece]]] = OrderedDict()
        self._changing = threading.Lock()

    def block(self, number: int) -> Piece:
        """A block, waited for.

        Raises:
            StoreError: it cannot be had; the next reader asks again.
        """
        with self._changing:
            self._begin(number, number)
            future = self._coming[number]
        try:
            return future.result(self._supply.patience)[number]
        except NoAnswer as error:
            self._forget(future)
            waited = f"no answer for {self._supply.patience:g} seconds"
            raise Unreachable(waited, key=self.pinned.key) from error
        except BaseException:
            self._forget(future)
            raise

    def fetch(self, first: int, last: int) -> None:
        """Begin to bring the blocks that are neither here nor coming."""
        with self._changing:
            self._begin(first, min(last, self.last))
            while len(self._coming) > _IN_MEMORY:
                self._coming.popitem(last=False)

    def _begin(self, first: int, last: int) -> None:
        for run in self._missing(first, last):
            future = self._supply.pool.submit(self._bring, run)
            for number in run:
                self._coming[number] = future

    def _missing(self, first: int, last: int) -> Iterator[range]:
        if self.size <= WHOLE:
            # One request brings all of it, and only all of it can be verified.
            if self._coming.get(first) is None:
                yield range(self.last + 1)
            return
        start = None
        for number in range(first, last + 2):
            wanted = number <= last and number not in self._coming
            if start is not None and (not wanted or number - start == _REQUEST):
                yield range(start, number)
                start = None
            if wanted and start is None:
                start = number

    def _bring(self, run: range) -> dict[int, Piece]:
        kept = {number: self._supply.blocks.get(self._identity, number) for number in run}
        found = {number: data for number, data in kept.items() if data is not None}
        missing = [number for number in run if number not in found]
        if missing:
            # One request, also where a block in the middle is here already.
            start, stop = missing[0] * BLOCK, min((missing[-1] + 1) * BLOCK, self.size)
            content = memoryview(self._read(start, stop))
            for number in range(missing[0], missing[-1] + 1):
                data = content[number * BLOCK - start : (number + 1) * BLOCK - start]
                found[number] = data
                self._supply.blocks.put(self._identity, number, data)
        return found

    def _read(self, start: int, stop: int) -> bytes:
        try:
            content = self.pinned.read(Span(start, stop))
            # An ETag that is not the MD5 proves nothing, but a flipped bit would look like this.
            doubtful = self.size <= WHOLE and _doubtful(self.pinned.wanted, content)
            if doubtful and self.pinned.read(Span(start, stop)) != content:
                told = f"{self.pinned.key}: two reads gave different bytes"
                raise Corrupt(told, key=self.pinned.key)
        except Corrupt:
            self._supply.blocks.drop(self._identity)
            raise
        return content

    def _forget(self, future: Future[dict[int, Piece]]) -> None:
        with self._changing:
            for number in [n for n, f in self._coming.items() if f is future]:
                del self._coming[number]


def _doubtful(wanted: Version, content: bytes) -> bool:
    etag = wanted.get("etag")
    if etag is None or _MD5.fullmatch(etag) is None:
        return False
    return hashlib.md5(content, usedforsecurity=False).hexdigest() != etag


class Reader:
    """One open file: what it reads, and how far ahead of it to go.

    Whoever reads straight on has twice as much brought ahead at each step, up to 16 MiB; whoever
    jumps gets the blocks that were asked for and nothing else.
    """

    def __init__(self, content: Content) -> None:
        self._content = content
        self._next = 0
        self._ahead = 0
        self._asked = 0
        self._reading = threading.Lock()

    def read(self, size: int, offset: int) -> Piece:
        """Up to so many bytes from an offset on; fewer only at the end.

        Raises:
            StoreError: they cannot be had.
        """
        content = self._content
        stop = min(offset + size, content.size)
        if offset >= stop:
            return b""
        first, last = offset // BLOCK, (stop - 1) // BLOCK
        content.fetch(first, last)
        self._read_ahead(first, last)
        parts = [content.block(number) for number in range(first, last + 1)]
        joined = parts[0] if len(parts) == 1 else b"".join(parts)
        return joined[offset - first * BLOCK : stop - first * BLOCK]

    def _read_ahead(self, first: int, last: int) -> None:
        with self._reading:
            if not self._next - _NEAR <= first <= self._next + 1:
                self._next, self._ahead, self._asked = last + 1, 0, last + 1
                return
            if last + 1 > self._next:
                self._next = last + 1
                self._ahead = min(_FARTHEST, max(1, 2 * self._ahead))
            start = max(self._asked, last + 1)
            stop = min(last + self._ahead, self._content.last)
            enough = max(1, min(_REQUEST, self._ahead // 4))
            if stop < start or (stop - start + 1 < enough and stop < self._content.last):
                return
            self._asked = stop + 1
        self._content.fetch(start, stop)
