"""Reaching files below a directory without ever following a symbolic link.

Every component is opened relative to the one before it, from the file system's root on, so that
neither a link that came with the repository nor somebody who swaps a directory for a link while we
work can lead us elsewhere (git-lfs CVE-2025-26625, git CVE-2021-21300).
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from gitstore.core.errors import PathRefused

# O_PATH needs no permission to list a directory on the way, only to pass through it.
_STEP = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
LISTABLE = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
NOT_A_DIRECTORY = frozenset({errno.ENOTDIR, errno.ELOOP})
ABSENT = frozenset({errno.ENOENT}) | NOT_A_DIRECTORY
_NOT_EMPTY = frozenset({errno.ENOTEMPTY, errno.EEXIST})


class Entry(NamedTuple):
    """A name in an open directory."""

    directory: int
    name: str


def look(entry: Entry) -> os.stat_result | None:
    """What is at an entry, links not followed, or None."""
    try:
        return os.stat(entry.name, dir_fd=entry.directory, follow_symlinks=False)
    except FileNotFoundError:
        return None


class _Held:
    """An open directory that is closed when nobody uses it any more."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        found = os.fstat(descriptor)
        self.identity = found.st_dev, found.st_ino

    def __del__(self) -> None:
        os.close(self.descriptor)


class Root:
    """A directory, found anew whenever another one is at its path.

    Args:
        path: absolute; no component may be a symbolic link.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: _Held | None = None

    @contextmanager
    def opened(self) -> Iterator[int]:
        """The directory's descriptor, for steps only: it can be neither listed nor flushed.

        Raises:
            OSError: it is not there (ENOENT), or it is reached by a link (ENOTDIR).
        """
        held = self._held
        # Seen through links or not: the very directory that was reached without any is right.
        now = self.path.lstat()
        if held is None or held.identity != (now.st_dev, now.st_ino):
            held = self._held = _Held(_walked(self.path))
        yield held.descriptor

    @contextmanager
    def entry(self, parts: Sequence[str]) -> Iterator[Entry]:
        """The place of a path below the directory.

        Raises:
            OSError: a directory on the way is not there (ENOENT) or none (ENOTDIR).
        """
        with self.opened() as top:
            descriptor = os.dup(top)
            try:
                for part in parts[:-1]:
                    descriptor = _step(descriptor, part)
                yield Entry(descriptor, parts[-1])
            finally:
                os.close(descriptor)

    @contextmanager
    def made_entry(self, parts: Sequence[str], mode: int = 0o777) -> Iterator[Entry]:
        """The place of a path below the directory, with the directories on the way made.

        Raises:
            PathRefused: something that is no directory is in the way.
        """
        self.make(mode)
        with self.opened() as top:
            descriptor = os.dup(top)
            try:
                for part in parts[:-1]:
                    _make(descriptor, part, mode)
                    try:
                        descriptor = _step(descriptor, part)
                    except OSError as error:
                        raise _in_the_way(error, part, "/".join(parts)) from error
                yield Entry(descriptor, parts[-1])
            finally:
                os.close(descriptor)

    def make(self, mode: int = 0o777) -> None:
        """Make the directory and those on the way to it, and flush their names.

        Raises:
            PathRefused: something that is no directory is in the way.
        """
        if self._held is not None and self.path.exists():
            return
        descriptor = os.open(self.path.anchor, _STEP)
        try:
            for part in self.path.parts[1:]:
                made = _make(descriptor, part, mode)
                if made:
                    flush_directory(descriptor)
                try:
                    descriptor = _step(descriptor, part)
                except OSError as error:
                    raise _in_the_way(error, part, str(self.path)) from error
        finally:
            os.close(descriptor)

    def prune(self, parts: Sequence[str]) -> None:
        """Remove the directories above a path that have become empty, never the root."""
        for length in range(len(parts) - 1, 0, -1):
            try:
                with self.entry(parts[:length]) as entry:
                    os.rmdir(entry.name, dir_fd=entry.directory)
            except OSError as error:
                if error.errno in _NOT_EMPTY or error.errno not in ABSENT:
                    return


def flush_directory(directory: int) -> None:
    """Make the names in an open directory durable."""
    descriptor = os.open(".", LISTABLE, dir_fd=directory)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system that cannot flush directories
            raise
    finally:
        os.close(descriptor)


def flush_file(entry: Entry) -> None:
    """Make the bytes of a file durable."""
    descriptor = os.open(
        entry.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=entry.directory
    )
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_regular(found: os.stat_result | None) -> bool:
    """Whether a look found a regular file."""
    return found is not None and stat.S_ISREG(found.st_mode)


def _walked(path: Path) -> int:
    descriptor = os.open(path.anchor, _STEP)
    try:
        for part in path.parts[1:]:
            descriptor = _step(descriptor, part)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _step(descriptor: int, part: str) -> int:
    below = os.open(part, _STEP, dir_fd=descriptor)
    os.close(descriptor)
    return below


def _make(directory: int, name: str, mode: int) -> bool:
    # Looking first: where nothing has to be made, a read-only or foreign directory will do.
    if look(Entry(directory, name)) is not None:
        return False
    try:
        os.mkdir(name, mode, dir_fd=directory)
    except FileExistsError:
        return False
    return True


def _in_the_way(error: OSError, part: str, path: str) -> Exception:
    if error.errno not in NOT_A_DIRECTORY:
        return error
    return PathRefused(
        f"{part} is in the way of {path}: it is a file or a symbolic link, not a directory",
        hint="move it elsewhere",
    )
