"""A recorded version as a file of Python: seekable, read ahead, checked as far as it is read."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from gitstore.core.errors import Corrupt
from gitstore.shell.ahead import Ahead
from gitstore.shell.pinned import Pinned

if TYPE_CHECKING:
    from collections.abc import Buffer  # type: ignore[attr-defined]  # from Python 3.12 on


BUFFER = 16 << 10  # bytes; less than what is asked for, so that it is seen how much is wanted


class Checked:
    """Hashes what goes by in order; whoever reads all of an object learns of a flipped bit.

    Args:
        pinned: what is read.
    """

    def __init__(self, pinned: Pinned) -> None:
        self._pinned = pinned
        self._sha256 = hashlib.sha256()
        self._at = 0

    def passed(self, start: int, data: bytes) -> None:
        """Take note of bytes that were read at a position.

        Raises:
            Corrupt: they were the last ones, and all together are not what was recorded.
        """
        wanted = self._pinned.wanted.sha256
        if wanted is None or not start <= self._at < start + len(data):
            return
        new = data[self._at - start :]
        self._sha256.update(new)
        self._at += len(new)
        if self._at == self._pinned.size and self._sha256.hexdigest() != wanted:
            key = self._pinned.key
            raise Corrupt(f"{key}: the bytes are not the ones that were promised", key=key)


class RecordedFile(io.RawIOBase):
    """The bytes of one recorded version, to be read and sought in.

    Args:
        pinned: what to read.
        name: of the object, as `name` of a file.
    """

    mode = "rb"

    def __init__(self, pinned: Pinned, name: str) -> None:
        super().__init__()
        self.name = name
        self._pinned = pinned
        self._ahead = Ahead(pinned.read, pinned.size)
        self._checked = Checked(pinned)
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        self._open()
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go elsewhere; costs no request."""
        self._open()
        starts = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._pinned.size}
        if whence not in starts:
            raise ValueError(f"whence is 0, 1 or 2, not {whence}")
        if starts[whence] + offset < 0:
            raise ValueError("a file has nothing before its first byte")
        self._at = starts[whence] + offset
        return self._at

    def readinto(self, buffer: Buffer) -> int:
        """Fill a buffer as far as there are bytes.

        Raises:
            StoreError: the recorded version cannot be had.
        """
        with memoryview(buffer).cast("B") as view:
            data = self._some(len(view))
            view[: len(data)] = data
        return len(data)

    def readall(self) -> bytes:
        """All that is left.

        Raises:
            StoreError: the recorded version cannot be had.
        """
        return self._some(max(self._pinned.size - self._at, 0))

    def close(self) -> None:
        """Let go of what is held."""
        if not self.closed:
            self._ahead.close()
        super().close()

    def _some(self, size: int) -> bytes:
        self._open()
        data = self._ahead.read(self._at, size)
        self._checked.passed(self._at, data)
        self._at += len(data)
        return data

    def _open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file")


def stream(pinned: Pinned, name: str) -> io.BufferedReader:
    """A recorded version as `open(name, "rb")` gives a file."""
    return io.BufferedReader(RecordedFile(pinned, name), BUFFER)
