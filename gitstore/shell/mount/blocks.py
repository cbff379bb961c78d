"""Blocks of objects that were read through mounts, on disk, up to a size.

A block is found only under everything that makes its bytes: the place that was asked, the key, and
all identifiers of the version. So a hostile project cannot put bytes where another one looks for
them, and a new version never meets old blocks. Each block carries what it is and a checksum: one
that is cut off or rotten is as good as none.
"""

from __future__ import annotations

import errno
import hashlib
import os
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gitstore.core.versions import Version

BLOCK = 256 << 10
"""Bytes of one block; the last one of an object is shorter."""

Piece = bytes | memoryview
"""Some bytes, as a view where copying them would take as long as reading them does."""

_HEAD = struct.Struct(">4s32sQII")  # mark, identity, number, bytes, checksum
_MARK = b"gsb1"
_LATER = 60.0  # seconds after which a block that is used is dated anew
_ROUND = 16  # the blocks are counted again when this part of the size has been added
_LOW = 0.9  # of the size is kept when something has to go


def identity_of(place: str, key: str, version: Version) -> bytes:
    """What the blocks of an object's version are found under.

    Args:
        place: what was asked, as it was approved.
    """
    told = "\0".join((place, key, str(version.size), *version.ids))
    return hashlib.sha256(told.encode(errors="surrogatepass")).digest()


def _write(file: Path, *parts: Piece) -> None:
    with file.open("wb", buffering=0) as stream:
        if os.writev(stream.fileno(), parts) != sum(map(len, parts)):
            raise OSError(errno.ENOSPC, str(file))


@dataclass(frozen=True, slots=True)
class _Kept:
    used: float
    size: int
    file: str


class Blocks:
    """The blocks on disk; several threads and processes may use them.

    Nothing here fails: a disk that is full, or refuses, keeps nothing.

    Args:
        directory: where they lie; made when the first is kept.
        limit: bytes that may lie there; 0 keeps nothing.
    """

    def __init__(self, directory: Path, limit: int) -> None:
        self._directory = directory
        self._limit = limit
        self._added = limit  # so that what others have left is counted at the first chance
        self._counting = threading.Lock()

    def get(self, identity: bytes, number: int) -> Piece | None:
        """A block, or None."""
        if not self._limit:
            return None
        try:
            with self._file(identity, number).open("rb") as stream:
                content = stream.read(_HEAD.size + BLOCK)
                if time.time() - os.fstat(stream.fileno()).st_mtime > _LATER:
                    os.utime(stream.fileno())
        except OSError:
            return None
        if len(content) < _HEAD.size:
            return None
        data = memoryview(content)[_HEAD.size :]
        known = (_MARK, identity, number, len(data), zlib.crc32(data))
        return data if _HEAD.unpack_from(content) == known else None

    def put(self, identity: bytes, number: int, data: Piece) -> None:
        """Keep a block."""
        if not self._limit:
            return
        head = _HEAD.pack(_MARK, identity, number, len(data), zlib.crc32(data))
        file = self._file(identity, number)
        with suppress(OSError):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                _write(file, head, data)
            except OSError:
                file.unlink()
                raise
        self._added += _HEAD.size + len(data)
        if self._added > self._limit // _ROUND and self._counting.acquire(blocking=False):
            try:
                self._added = 0
                self._shrink()
            finally:
                self._counting.release()

    def drop(self, identity: bytes) -> None:
        """Forget every block of a version."""
        folder = self._file(identity, 0).parent
        with suppress(OSError):
            for file in folder.iterdir():
                file.unlink()

    def _file(self, identity: bytes, number: int) -> Path:
        name = identity.hex()
        return self._directory / name[:2] / name[2:] / str(number)

    def _shrink(self) -> None:
        kept = list(self._kept())
        total = sum(block.size for block in kept)
        if total <= self._limit:
            return
        for block in sorted(kept, key=lambda each: each.used):
            with suppress(OSError):
                Path(block.file).unlink()
                # Only an empty directory goes; somebody may be filling it.
                with suppress(OSError):
                    Path(block.file).parent.rmdir()
            total -= block.size
            if total <= self._limit * _LOW:
                return

    def _kept(self) -> Iterator[_Kept]:
        for folder, _, names in os.walk(self._directory):
            for name in names:
                file = os.path.join(folder, name)  # noqa: PTH118 - many thousand of them
                with suppress(OSError):
                    found = os.stat(file)  # noqa: PTH116 - likewise
                    yield _Kept(found.st_mtime, found.st_size, file)
