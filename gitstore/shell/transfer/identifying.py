"""A large file's SHA-256, learnt while its bytes are on their way.

Hashed before, such a file would be read twice, and nothing would travel meanwhile.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from gitstore.core.wrapped_source import Wrapped, WrappedStream

_PIECE = 1 << 20  # bytes that are read at least


class FirstReading:
    """The SHA-256 of some bytes, each of which counts once, however often it is read.

    Attributes:
        sha256: in lower-case hexadecimal; None until the last byte has been read.
        at: bytes that have counted so far.

    Args:
        size: how many there are.
        learnt: told the SHA-256, before whoever reads has got the last byte. What it raises, the
            reader meets.
    """

    def __init__(self, size: int, learnt: Callable[[str], None]) -> None:
        self.sha256: str | None = None
        self.at = 0
        self._size = size
        self._learnt = learnt
        self._digest = hashlib.sha256()

    def take(self, at: int, data: memoryview) -> None:
        """Bytes from the offset `at` on; none may be missing between those before and them."""
        if self.sha256 is not None:
            return
        fresh = data[max(0, self.at - at) :]
        self._digest.update(fresh)
        self.at += len(fresh)
        if self.at == self._size:
            sha256 = self._digest.hexdigest()
            self._learnt(sha256)
            self.sha256 = sha256


@dataclass(frozen=True, slots=True)
class Identifying(Wrapped):
    """A `Source` that knows its SHA-256 once it has been read; by one stream at a time."""

    reading: FirstReading

    @property
    def sha256(self) -> str | None:
        """Lower-case hexadecimal, if it is known yet."""
        return self.reading.sha256

    def open(self) -> BinaryIO:
        """A new stream at the first byte, that can seek."""
        return io.BufferedReader(_Hashed(self.source.open(), self.reading), _PIECE)


class _Hashed(WrappedStream):
    def __init__(self, stream: BinaryIO, reading: FirstReading) -> None:
        super().__init__(stream)
        self._reading = reading
        self._at = 0

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = self._stream.seek(offset, whence)
        return self._at

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # any buffer
        if self._reading.sha256 is None and self._reading.at < self._at:
            self._read_what_was_skipped()
        count: int = self._stream.readinto(buffer)  # type: ignore[attr-defined]  # all of ours have it
        self._reading.take(self._at, memoryview(buffer)[:count])
        self._at += count
        return count

    def _read_what_was_skipped(self) -> None:
        self._stream.seek(self._reading.at)
        while piece := self._stream.read(min(_PIECE, self._at - self._reading.at)):
            self._reading.take(self._reading.at, memoryview(piece))
        self._stream.seek(self._at)
