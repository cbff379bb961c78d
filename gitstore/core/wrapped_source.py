"""A source around another one: what is known of the bytes stays, how they are read differs."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import BinaryIO

from gitstore.core.resuming import Memo, memo_of
from gitstore.core.store import Source, md5_of


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A `Source`, as far as it says what the other one says."""

    source: Source

    @property
    def memo(self) -> Memo | None:
        """The source's."""
        return memo_of(self.source)

    @property
    def size(self) -> int:
        """In bytes."""
        return self.source.size

    @property
    def sha256(self) -> str | None:
        """Lower-case hexadecimal, if it is known."""
        return self.source.sha256

    @property
    def md5(self) -> str | None:
        """The same for the MD5."""
        return md5_of(self.source)


class WrappedStream(io.RawIOBase):
    """A stream of which only the reading is its own: `readinto` is left to whoever derives."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """Close the other one, too."""
        self._stream.close()
        super().close()
