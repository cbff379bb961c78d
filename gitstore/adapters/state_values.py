"""What the state of a work tree is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gitstore.core.ticks import settles
from gitstore.core.versions import Version


@dataclass(frozen=True, slots=True)
class Seen:
    """A line of the stat cache: a file as it was when its bytes were hashed.

    Attributes:
        size: in bytes.
        mtime_ns: time of the last write, in nanoseconds.
        ctime_ns: time of the last change of anything about the file, in nanoseconds.
        inode: the file's number.
        sha256: of its bytes, in lower-case hexadecimal.
        md5: of its bytes, in lower-case hexadecimal, or None.
        noted_ns: the file system's clock when hashing began, in nanoseconds.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    sha256: str
    md5: str | None
    noted_ns: int


@dataclass(frozen=True, slots=True)
class Intent:
    """An upload that may have happened.

    Attributes:
        key: the storage's key.
        sha256: of the bytes.
        size: in bytes.
        expected: the version that was to be replaced; None for a new object.
    """

    key: str
    sha256: str
    size: int
    expected: Version | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that an operation did, as far as undo needs to know.

    Attributes:
        data_path: relative to the top level; `''` for the project as a whole.
        kind: what was done.
        path: the object or file.
        detail: plain values, kept as JSON.
    """

    data_path: str
    kind: str
    path: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that undo knows about.

    Attributes:
        number: later ones are larger.
        verb: the command.
        argv: its arguments.
        when: when it began, in seconds since 1970.
        finished: whether it came to its end.
    """

    number: int
    verb: str
    argv: tuple[str, ...]
    when: float
    finished: bool


def trusted(seen: Seen, size: int, mtime_ns: int, ctime_ns: int, inode: int) -> bool:
    """Whether a file with this stat surely still has the bytes that were hashed.

    A file that was touched in the clock tick in which it was hashed may have been written again
    afterwards without any trace in its times: git calls such entries racy
    (https://git-scm.com/docs/racy-git). They are not trusted.
    """
    now = (size, mtime_ns, ctime_ns, inode)
    if now != (seen.size, seen.mtime_ns, seen.ctime_ns, seen.inode):
        return False
    return settles(mtime_ns, ctime_ns) <= seen.noted_ns
