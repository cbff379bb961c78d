"""The temporary file of a large object, of which as much as was flushed outlives its process."""

from __future__ import annotations

import contextlib
import hashlib
import os
from typing import TYPE_CHECKING

from gitstore.adapters import tree_kept
from gitstore.adapters.tree_incoming import Incoming, Workshop
from gitstore.adapters.tree_values import failure
from gitstore.core.kept import Origin, Part, line

if TYPE_CHECKING:
    from hashlib import _Hash

_APPENDING = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 1 << 20
_FILE = "a file on its way here"


class Growing(Incoming):
    """See the module. Without an exact version nothing is kept.

    Args:
        workshop: whose it is.
        origin: what the bytes are of; what is kept of it already is taken up.
    """

    def __init__(self, workshop: Workshop, origin: Origin) -> None:
        self._origin = origin
        self._claimed = False
        self._refused = False
        super().__init__(workshop, origin.version.size)

    def resume(self) -> tuple[int, _Hash]:
        """How many bytes from the first one on are here already, and their digest so far.

        They are read again: a disk that lost some of them, or gives others, has none.

        Raises:
            LocalFailure: the disk is broken.
        """
        known = tree_kept.read(self.entry) if self._claimed else None
        part = None if known is None else known[1]
        sha256 = hashlib.sha256()
        if part is None:
            return 0, sha256
        left, descriptor = part.size, self._open()
        try:
            while left and (chunk := os.pread(descriptor, min(left, _CHUNK), part.size - left)):
                sha256.update(chunk)
                left -= len(chunk)
        except OSError as error:
            raise failure(error, _FILE) from error
        if left or sha256.hexdigest() != part.sha256:
            self.start_over()
            return 0, hashlib.sha256()
        return part.size, sha256

    def keep(self, part: Part) -> None:
        """Make the first bytes durable, then note that they are: in this order.

        Raises:
            LocalFailure: no room, or a broken disk.
        """
        if not self._origin.lasting:
            return
        journal = tree_kept.journal_of(self.entry)
        try:
            os.fdatasync(self._open())
            descriptor = os.open(journal.name, _APPENDING, 0o600, dir_fd=journal.directory)
            try:
                head = b"" if os.fstat(descriptor).st_size else self._origin.head()
                os.write(descriptor, head + line(part))
            finally:
                os.close(descriptor)
        except OSError as error:
            raise failure(error, _FILE) from error

    def start_over(self) -> None:
        """Keep nothing of what is here."""
        journal = tree_kept.journal_of(self.entry)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(journal.name, dir_fd=journal.directory)

    def close(self) -> None:
        """See `Incoming.close`: all bytes are here, and whoever discards them now refuses them."""
        super().close()
        self._refused = True

    def discard(self) -> None:
        """End without having placed the file; what was flushed waits for the next attempt."""
        if self._refused:
            self.start_over()
        with contextlib.suppress(OSError):
            tree_kept.keep(self.workshop.root, self.entry)
        super().discard()

    def throw_away(self) -> None:
        """Remove the file, and keep nothing."""
        self._refused = True
        self.discard()

    def _begin(self) -> int:
        if self._origin.lasting and tree_kept.claim(self.workshop.root, self._origin, self.entry):
            self._claimed = True
            flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(self.entry.name, flags, dir_fd=self.entry.directory)
            if os.fstat(descriptor).st_size > self._origin.version.size:
                os.ftruncate(descriptor, self._origin.version.size)
            return descriptor
        return super()._begin()
