"""What the local side says: stats, scans, problems, and the operating system's refusals."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gitstore.core.errors import LocalFailure


@dataclass(frozen=True, slots=True)
class Stat:
    """A regular file as the file system describes it.

    Attributes:
        size: in bytes.
        mtime_ns: time of the last write, in nanoseconds since 1970.
        ctime_ns: time of the last change of anything about the file, likewise.
        inode: the file's number.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something below a data path about which nothing can be decided.

    Attributes:
        path: `''`, or a directory that ends in `/`, mean everything below it; else one object.
        reason: why, as a clause for people.
    """

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scan:
    """The files of a data path.

    Attributes:
        files: by object path.
        problems: what is there but is no file that could be an object.
        clock_ns: the file system's own clock when the scan began, in nanoseconds.
    """

    files: Mapping[str, Stat]
    problems: tuple[Problem, ...]
    clock_ns: int


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED = frozenset({errno.EACCES, errno.EPERM})
_OPEN_FILES = frozenset({errno.EMFILE, errno.ENFILE})


def stat_of(found: os.stat_result) -> Stat:
    """The parts of a stat that say whether a file is still the same."""
    return Stat(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def same_file(now: Stat, before: Stat) -> bool:
    """Whether it is the same file with the same bytes, perhaps moved: moving changes the ctime."""
    left = (now.size, now.mtime_ns, now.inode)
    return left == (before.size, before.mtime_ns, before.inode)


def failure(error: OSError, what: str) -> LocalFailure:
    """The operating system's refusal as the family's error.

    Args:
        what: the file or directory it is about, as a user would name it.
    """
    said = (error.strerror or str(error)).lower()
    if error.errno in _FULL:
        return LocalFailure(f"no room for {what}: {said}", hint="df -h .  # then make room")
    if error.errno == errno.EROFS:
        return LocalFailure(f"{what} is on a read-only file system", hint="mount it writable")
    if error.errno in _DENIED:
        return LocalFailure(
            f"{what} cannot be used: {said}", hint="check the permissions of it and its directories"
        )
    if error.errno in _OPEN_FILES:
        return LocalFailure(f"too many open files at {what}", hint="ulimit -n 4096")
    if error.errno == errno.EXDEV:
        return LocalFailure(
            f"{what} is on another file system than its data path",
            hint="make what is mounted there a data path of its own",
        )
    if error.errno == errno.ENAMETOOLONG:
        return LocalFailure(f"the name of {what} is too long for this file system")
    return LocalFailure(f"{what} cannot be used: {said}")


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """Raises the operating system's refusals inside as `LocalFailure` about a file."""
    try:
        yield
    except OSError as error:
        raise failure(error, what) from error
