"""A local file that is handed to an upload, never half changed."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import BinaryIO

from gitstore.adapters.tree_reading import Find, changed, open_file
from gitstore.adapters.tree_values import Stat, stat_of, told
from gitstore.core.versions import Version

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileSource:
    """A local file to be uploaded, if it still is the one that was identified."""

    find: Find
    path: str
    expect: Stat
    version: Version

    @property
    def size(self) -> int:
        """In bytes."""
        return self.version.size

    @property
    def sha256(self) -> str | None:
        """Lower-case hexadecimal, if it is known."""
        return self.version.sha256

    @property
    def md5(self) -> str | None:
        """The same for the MD5, which not every source knows."""
        return self.version.get("md5")

    def open(self) -> BinaryIO:
        """A new stream at the first byte, that can seek.

        It never gives the last byte of a file that has changed, and closing it says so too.

        Raises:
            Changed: the file is not what was identified; also raised by reading and closing.
            LocalFailure: it cannot be read.
        """
        with told(self.path):
            stream = _Unchanged(open_file(self.find, self.path), self.path, self.expect)
        return io.BufferedReader(stream, min(_CHUNK, max(1, self.size)))


class _Unchanged(io.RawIOBase):
    def __init__(self, descriptor: int, path: str, expect: Stat) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._path = path
        self._expect = expect
        self._told = False
        self._at = 0
        try:
            self._check()
        except BaseException:
            self.close()
            raise

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._expect.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what BufferedReader gives
        with told(self._path):
            count = os.preadv(self._descriptor, [buffer], self._at)
        self._at += count
        if count == 0 or self._at >= self._expect.size:
            self._check()
        return count

    def close(self) -> None:
        if self.closed:
            return
        try:
            if not self._told:
                self._check()
        finally:
            os.close(self._descriptor)
            super().close()

    def _check(self) -> None:
        if stat_of(os.fstat(self._descriptor)) != self._expect:
            self._told = True
            raise changed(self._path)
