"""A few bytes in memory as something that can be written: for probes and checks."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class BytesSource:
    """The `Source` whose bytes are `data`."""

    data: bytes

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.data)

    @property
    def sha256(self) -> str:
        """Lower-case hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    def open(self) -> BinaryIO:
        """A new stream at the first byte."""
        return io.BytesIO(self.data)
