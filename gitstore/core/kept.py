"""The journal of a large object's first bytes: whose they are, and how many of them count. Pure.

    git-storage kept 1
    ["s3://s3.example.org/bucket/prefix/", "m31.fits"]
    [4294967296, ["etag:d41d8c…"]]
    67108864 9f86d0…

A line of each: the source and the key as JSON; the version's size and identifiers as JSON; then, as
the transfer goes on, so many bytes from the first one on, which are durable, and their SHA-256. The
last whole line counts: whoever was killed may have left half of one.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

from gitstore.core.versions import Version

_FIRST = "git-storage kept 1"
_PART = re.compile(r"([0-9]{1,19}) ([0-9a-f]{64})")
_EXACT = ("generation", "version", "etag", "sha256")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where bytes come from.

    Attributes:
        source: as on a pointer's `from` line.
        key: of the object.
        version: which of its versions.
    """

    source: str
    key: str
    version: Version

    @property
    def name(self) -> str:
        """A file name for the bytes of this key, of whatever version."""
        return hashlib.sha256(self._place().encode()).hexdigest()[:32]

    @property
    def lasting(self) -> bool:
        """Whether the version names its bytes exactly, so that a later request gets the same."""
        return any(self.version.get(kind) for kind in _EXACT)

    def head(self) -> bytes:
        """The lines that a journal begins with."""
        version = json.dumps([self.version.size, list(self.version.ids)])
        return f"{_FIRST}\n{self._place()}\n{version}\n".encode()

    def _place(self) -> str:
        return json.dumps([self.source, self.key])


@dataclass(frozen=True, slots=True)
class Part:
    """The first bytes of an object: how many, and their SHA-256 in lower-case hexadecimal."""

    size: int
    sha256: str


def line(part: Part) -> bytes:
    """The line of a journal that says that so much is durable."""
    return f"{part.size} {part.sha256}\n".encode()


def parsed(journal: bytes) -> tuple[Origin, Part | None] | None:
    """Whose bytes a journal is about, and how many there are; None if it is no journal of ours."""
    lines = journal.decode("ascii", errors="replace").split("\n")[:-1]
    if len(lines) < 3 or lines[0] != _FIRST:
        return None
    try:
        source, key = json.loads(lines[1])
        size, ids = json.loads(lines[2])
        origin = Origin(str(source), str(key), Version(int(size), tuple(map(str, ids))))
    except (ValueError, TypeError):
        return None
    for text in reversed(lines[3:]):
        found = _PART.fullmatch(text)
        if found is not None and int(found[1]) <= origin.version.size:
            return origin, Part(int(found[1]), found[2])
    return origin, None
