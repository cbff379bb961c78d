"""Temporary files on their way into the tree, and sweeping up those of dead processes.

A process keeps its temporary files in a directory of its own, `<spare>/tmp/<random>`, beside a
file that it holds locked. The lock ends with the process; a directory whose lock can be had is left
over.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
import unicodedata
import weakref
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from gitstore.adapters import tree_rename
from gitstore.adapters.tree_values import failure, told
from gitstore.adapters.tree_walk import LISTABLE, Entry, Root, look

_LOCK = "lock"
_OPEN = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
_WORTH_RESERVING = 1 << 20  # bytes; small files are written before room could run out
_MICROSECOND = 1000  # nanoseconds
_ON_ITS_WAY = "a file on its way here"
_MANY = 32  # files; more are flushed faster with the whole file system than one by one


class Workshop:
    """This process's directory for temporary files of one tree.

    Attributes:
        root: the spare directory.

    Args:
        spare: the directory for temporary files and trash; made if it is not there.

    Raises:
        OSError: it cannot be made or locked.
    """

    def __init__(self, spare: Path) -> None:
        sweep(spare)
        self.root = Root(spare)
        self.name = os.urandom(8).hex()
        self.path = spare / "tmp" / self.name
        with self.root.made_entry(("tmp", self.name), 0o700) as entry:
            _ignore_itself(self.root, spare)
            os.mkdir(entry.name, 0o700, dir_fd=entry.directory)
            self.directory = os.open(entry.name, LISTABLE, dir_fd=entry.directory)
            self._lock = os.open(_LOCK, _OPEN | os.O_CREAT, 0o600, dir_fd=self.directory)
        # Where there are no locks, nothing is ever swept: then nobody else's is taken either.
        with contextlib.suppress(OSError):
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._numbers = count(1)
        self._finalizer = weakref.finalize(
            self, _close, self.root, self.name, (self.directory, self._lock)
        )

    def clock_ns(self) -> int:
        """The file system's clock, in nanoseconds since 1970: what it would stamp on a file now."""
        os.utime(self._lock)
        return os.fstat(self._lock).st_mtime_ns

    def folds_names(self) -> bool:
        """Whether the file system takes `a` and `A`, or two spellings of `é`, for one name.

        Raises:
            OSError: it cannot be tried.
        """
        name = self.entry().name + "a\u00e9"
        os.close(os.open(name, os.O_CREAT | os.O_EXCL, 0o600, dir_fd=self.directory))
        others = (name[:-2] + "A\u00e9", unicodedata.normalize("NFD", name))
        folds = any(look(Entry(self.directory, other)) is not None for other in others)
        os.unlink(name, dir_fd=self.directory)
        return folds

    def entry(self) -> Entry:
        """A name for a new temporary file."""
        return Entry(self.directory, f"{next(self._numbers):x}")

    def stamp_ns(self) -> int:
        """A time for a file, in nanoseconds since 1970, that no clock gives by itself."""
        return time.time_ns() // _MICROSECOND * _MICROSECOND + next(self._numbers) % 999 + 1


class Incoming:
    """A temporary file that is being filled. Nobody else gets into its directory.

    Attributes:
        entry: where it is, until it is placed or discarded.
        workshop: whose it is.
        stamp: the time of its last write, in nanoseconds, as `close` has set it.
    """

    def __init__(self, workshop: Workshop, size: int) -> None:
        self.stamp = 0
        self.workshop = workshop
        self.entry = workshop.entry()
        self._size = size
        self._at = 0
        self._reserve_once = threading.Lock()
        self._reserved = size < _WORTH_RESERVING
        self._descriptor: int | None = self._begin()

    @property
    def path(self) -> Path:
        """The same as `entry`, for people."""
        return self.workshop.path / self.entry.name

    def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            LocalFailure: no room, or a broken disk.
        """
        self.write_at(self._at, data)
        self._at += len(data)

    def write_at(self, offset: int, data: bytes) -> None:
        """Write bytes at an offset; several threads may.

        Raises:
            LocalFailure: no room, or a broken disk.
        """
        try:
            self._reserve()
            written = os.pwrite(self._open(), data, offset)
            while written < len(data):
                rest = memoryview(data)[written:]
                written += os.pwrite(self._open(), rest, offset + written)
        except OSError as error:
            raise failure(error, _ON_ITS_WAY) from error

    def close(self) -> None:
        """End writing. The bytes are durable only after `Tree.flush`.

        Raises:
            LocalFailure: no room, or a broken disk.
        """
        if self._descriptor is None:
            return
        # A time that no clock stamps by itself: whoever writes to the file in the very tick in
        # which it is placed leaves another one, so that it need not be read again to be trusted.
        self.stamp = self.workshop.stamp_ns()
        descriptor, self._descriptor = self._descriptor, None
        try:
            try:
                os.utime(descriptor, ns=(self.stamp, self.stamp))
            finally:
                os.close(descriptor)
        except OSError as error:
            raise failure(error, _ON_ITS_WAY) from error

    def discard(self) -> None:
        """Remove the file, if it has not been placed."""
        with contextlib.suppress(OSError):
            if self._descriptor is not None:
                os.close(self._descriptor)
        self._descriptor = None
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.entry.name, dir_fd=self.entry.directory)

    def dress(self, mode: int | None, group: int | None) -> None:
        """Give the closed file other permissions than those of a new file.

        Args:
            mode: those of the file that it replaces, or None.
            group: the group that the directory hands down, or None.
        """
        if group is not None:
            with contextlib.suppress(OSError):  # a wish of the directory, not a condition
                os.chown(self.entry.name, -1, group, dir_fd=self.entry.directory)
        if mode is not None:
            os.chmod(self.entry.name, mode & 0o777, dir_fd=self.entry.directory)

    def _begin(self) -> int:
        flags = _OPEN | os.O_CREAT | os.O_EXCL
        # With the permissions that the umask gives to new files, which it is to have in the end.
        return os.open(self.entry.name, flags, 0o666, dir_fd=self.entry.directory)

    def _open(self) -> int:
        if self._descriptor is None:
            raise ValueError("the file is closed")
        return self._descriptor

    def _reserve(self) -> None:
        if self._reserved:
            return
        with self._reserve_once:
            if not self._reserved:
                tree_rename.reserve(self._open(), self._size)
                self._reserved = True


def flush(many: Sequence[Incoming]) -> None:
    """Make the bytes of temporary files durable.

    Raises:
        LocalFailure: something could not be written.
    """
    if len(many) > _MANY:
        with told("the file system of the data"):
            if tree_rename.flush_all(many[0].workshop.directory):
                return
    for one in many:
        try:
            descriptor = os.open(one.entry.name, _OPEN, dir_fd=one.entry.directory)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise failure(error, _ON_ITS_WAY) from error


def sweep(spare: Path) -> None:
    """Remove the temporary files of processes that are gone; never those of a living one."""
    with contextlib.suppress(OSError):
        for each in os.scandir(spare / "tmp"):
            # Younger ones may just not have been locked yet.
            with contextlib.suppress(OSError), _left_over(Path(each.path)) as directory:
                from gitstore.adapters import tree_kept  # late: there is hardly ever one

                tree_kept.keep_all(spare, directory)
                for name in _names(directory):
                    os.unlink(name, dir_fd=directory)
                Path(each.path).rmdir()


_MAKING = 60  # seconds that a process may take between making its directory and locking it


@contextlib.contextmanager
def _left_over(path: Path) -> Iterator[int]:
    """An open directory whose process is gone.

    Raises:
        OSError: there is one, or it cannot be known.
    """
    directory = os.open(path, LISTABLE)
    try:
        if time.time() - os.fstat(directory).st_mtime < _MAKING and len(_names(directory)) < 2:
            raise BlockingIOError
        try:
            lock = os.open(_LOCK, _OPEN, dir_fd=directory)
        except FileNotFoundError:
            yield directory
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield directory
        finally:
            os.close(lock)
    finally:
        os.close(directory)


def _close(root: Root, name: str, descriptors: Sequence[int]) -> None:
    directory = descriptors[0]
    with contextlib.suppress(OSError):
        for each in _names(directory):
            if each != _LOCK:
                _keep_what_broke_off(root, Entry(directory, each))
        if _names(directory) == [_LOCK]:
            os.unlink(_LOCK, dir_fd=directory)
            with root.entry(("tmp", name)) as entry:
                os.rmdir(entry.name, dir_fd=entry.directory)
    for descriptor in descriptors:
        os.close(descriptor)


def _keep_what_broke_off(root: Root, entry: Entry) -> None:
    from gitstore.adapters import tree_kept  # late: there is hardly ever such a file

    if entry.name.endswith(tree_kept.JOURNAL):  # its file has been placed
        tree_kept.keep(root, Entry(entry.directory, entry.name.removesuffix(tree_kept.JOURNAL)))


def _names(directory: int) -> list[str]:
    with os.scandir(directory) as entries:
        return [entry.name for entry in entries]


def _ignore_itself(root: Root, spare: Path) -> None:
    """Keep git from listing a spare directory that had to be made inside a work tree."""
    if ".git-storage" not in spare.parts:
        return
    with root.entry((".gitignore",)) as entry:
        if look(entry) is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with contextlib.suppress(FileExistsError):
                descriptor = os.open(entry.name, flags, 0o600, dir_fd=entry.directory)
                os.write(descriptor, b"*\n")
                os.close(descriptor)
