"""The uploads that this work tree has begun and not finished: one small file for each.

`<git directory>/storage/uploads/NAME`, named after source and key. Losing one leaves parts on the
storage that nobody sees, until a rule of the bucket removes them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gitstore.core.errors import LocalFailure

_MOST = 1 << 20  # bytes of a file
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload to a storage.

    Attributes:
        source: as on a pointer's `from` line.
        key: of the object.
        stamp: of the file, by which it is known again.
    """

    source: str
    key: str
    stamp: str


@dataclass(frozen=True, slots=True)
class UploadMemo:
    """A `Memo` about one upload; what was noted about another file for this key does not count."""

    uploads: Uploads
    upload: Upload

    def read(self) -> str | None:
        """See `Memo`."""
        known = self.uploads.known(self.upload.source, self.upload.key)
        return None if known is None or known[0] != self.upload else known[1]

    def note(self, text: str) -> None:
        """See `Memo`.

        Raises:
            LocalFailure: the disk refuses.
        """
        self.uploads.put(self.upload, text)

    def forget(self) -> None:
        """See `Memo`."""
        self.uploads.drop(self.upload)


@dataclass(frozen=True, slots=True)
class Uploads:
    """The uploads of one work tree.

    Attributes:
        directory: where they are noted; made when the first one is.
    """

    directory: Path

    def known(self, source: str, key: str) -> tuple[Upload, str] | None:
        """What is noted about a key, or None."""
        return _read(self._file(source, key))

    def of(self, source: str) -> Iterator[tuple[Upload, str]]:
        """Every upload to a source, with what is noted about it."""
        with contextlib.suppress(OSError):
            for file in sorted(self.directory.iterdir()):
                known = _read(file)
                if known is not None and known[0].source == source:
                    yield known

    def put(self, upload: Upload, text: str) -> None:
        """Note something about an upload, in the place of what was noted about its key.

        Raises:
            LocalFailure: the disk refuses.
        """
        file = self._file(upload.source, upload.key)
        beside = file.with_suffix(f".{os.urandom(4).hex()}")
        said = [upload.source, upload.key, upload.stamp, text]
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(beside, _NEW, 0o600), "w", encoding="utf-8") as stream:
                json.dump(said, stream)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(file)
        except OSError as error:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise LocalFailure(f"{file} cannot be written: {error.strerror}") from error

    def drop(self, upload: Upload) -> None:
        """Note nothing about the key of an upload."""
        with contextlib.suppress(OSError):
            self._file(upload.source, upload.key).unlink()

    def _file(self, source: str, key: str) -> Path:
        name = hashlib.sha256(json.dumps([source, key]).encode()).hexdigest()[:32]
        return self.directory / name


def _read(file: Path) -> tuple[Upload, str] | None:
    try:
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as stream:
            source, key, stamp, text = map(str, json.loads(stream.read(_MOST)))
    except (OSError, ValueError):
        return None
    return Upload(source, key, stamp), text
