"""What was seen of a local file when its bytes were hashed, and whether that still tells them."""

from __future__ import annotations

from dataclasses import dataclass

from gitstore.core.ticks import settles


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
