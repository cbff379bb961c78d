"""Uploads that were begun: a source that can be gone on with, and letting go of the others."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from gitstore.adapters.tree import Stat
from gitstore.adapters.uploads import Upload, UploadMemo, Uploads
from gitstore.core.errors import StoreError
from gitstore.core.model import UNDECIDED
from gitstore.core.resuming import abandon
from gitstore.core.store import Source
from gitstore.core.wrapped_source import Wrapped, WrappedStream
from gitstore.shell.binding import Binding
from gitstore.shell.transfer.pool import stopping
from gitstore.shell.transfer.run import Run

_PIECE = 1 << 20  # bytes that are read at least
PARTED = 8 << 20  # bytes; no store writes less than this in parts


@dataclass(frozen=True, slots=True)
class Resumable(Wrapped):
    """A `Source` with a memo, so that a store can go on with an upload of the same bytes."""

    upload: UploadMemo

    @property
    def memo(self) -> UploadMemo:
        """What was begun of it before."""
        return self.upload

    def open(self) -> BinaryIO:
        """A new stream at the first byte; it ends by raising when nobody waits any more."""
        return io.BufferedReader(_Stoppable(self.source.open()), _PIECE)


class _Stoppable(WrappedStream):
    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # any buffer
        if stopping():
            raise KeyboardInterrupt
        read: int = self._stream.readinto(buffer)  # type: ignore[attr-defined]  # all of ours have it
        return read


def resumable(binding: Binding, key: str, source: Source, stat: Stat) -> Source:
    """The same source with a memo, if it may be large enough for one.

    An upload of another file to this key was cut off for good: it is abandoned first.

    Args:
        stat: the file's. It need not tell all files apart: a store goes on with no part that it has
            not held against the bytes.
    """
    if binding.uploads is None or source.size < PARTED:
        return source
    uploads = Uploads(binding.uploads)
    upload = Upload(binding.source, key, f"{stat.size} {stat.mtime_ns}")
    known = uploads.known(binding.source, key)
    if known is not None and known[0] != upload:
        _abandoned(binding, *known)
    return Resumable(source, UploadMemo(uploads, upload))


def let_go(run: Run) -> None:
    """Abandon the uploads that this run has neither finished nor will be tried again."""
    binding, plan = run.task.binding, run.plan
    if binding.uploads is None or plan.verb != "sync":
        return
    open_paths = {action.path for action in plan.of(*UNDECIDED)}
    open_paths |= {o.action.path for o in run.outcomes if o.failure is not None}
    settled = {action.path for action in plan.actions} - open_paths
    for upload, noted in Uploads(binding.uploads).of(binding.source):
        path = binding.path(upload.key)
        # Out of the scope of this run, an upload waits for its file; without a file for nothing.
        if path in settled or (path not in open_paths and binding.tree.stat(path) is None):
            _abandoned(binding, upload, noted)


def _abandoned(binding: Binding, upload: Upload, noted: str) -> None:
    # What the storage cannot be asked about now is asked about again at the next sync.
    with suppress(StoreError):
        abandon(binding.store(), upload.key, noted)
        if binding.uploads is not None:
            Uploads(binding.uploads).drop(upload)
