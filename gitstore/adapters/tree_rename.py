"""Renaming that never overwrites, exchanging two files at one moment, and flushing in bulk.

Through the C library, because Python has none of these (Linux: renameat2(2), syncfs(2),
fallocate(2)); each with another way where the system or the file system cannot.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache

from gitstore.adapters.tree_walk import Entry, flush_directory, look

_NOREPLACE = 1
_EXCHANGE = 2
_KEEP_SIZE = 1

_CANNOT = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
_NO_LINKS = _CANNOT | {errno.EPERM, errno.EMLINK}


def move_new(source: Entry, target: Entry) -> None:
    """Rename a file to a name that nothing has.

    Raises:
        FileExistsError: something has the name; nothing was changed.
        OSError: the system refused.
    """
    said = _renamed(source, target, _NOREPLACE)
    if said == 0:
        return
    if said not in _CANNOT:
        raise OSError(said, os.strerror(said), target.name)
    if _linked(source, target):
        os.unlink(source.name, dir_fd=source.directory)
        return
    # Neither way: look right before; two processes at this very moment are not told apart.
    if look(target) is not None:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target.name)
    os.rename(source.name, target.name, src_dir_fd=source.directory, dst_dir_fd=target.directory)


def exchange(one: Entry, other: Entry) -> bool:
    """Swap two files at one moment; false, and nothing changed, where that is impossible.

    Raises:
        FileNotFoundError: one of them is not there.
        OSError: the system refused.
    """
    said = _renamed(one, other, _EXCHANGE)
    if said not in {0, *_CANNOT}:
        raise OSError(said, os.strerror(said), other.name)
    return said == 0


def duplicate(source: Entry, target: Entry) -> None:
    """Give a file's bytes a second name: by a link or, where there are none, by a copy.

    Raises:
        FileExistsError: something has the name; nothing was changed.
    """
    if not _linked(source, target):
        _copy(source, target)


def move_across(source: Entry, target: Entry, beside: Callable[[], Entry]) -> None:
    """`move_new`, also from another file system: then there are both at one moment.

    Args:
        beside: a new name on the file system of the target, where nobody takes half a file for it.

    Raises:
        FileExistsError: something has the name; nothing was changed.
        OSError: the system refused; the source is still there.
    """
    try:
        move_new(source, target)
        return
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    copy = beside()
    try:
        _copy(source, copy)
        move_new(copy, target)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(copy.name, dir_fd=copy.directory)
    flush_directory(target.directory)
    os.unlink(source.name, dir_fd=source.directory)


def _copy(source: Entry, target: Entry) -> None:
    """Copy a file's bytes, permissions and times, durably."""
    import shutil  # late: hardly any file system needs it

    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with (
        os.fdopen(os.open(source.name, flags, dir_fd=source.directory), "rb") as old,
        os.fdopen(os.open(target.name, new, 0o600, dir_fd=target.directory), "wb") as copy,
    ):
        shutil.copyfileobj(old, copy)
        copy.flush()
        found = os.fstat(old.fileno())
        os.fchmod(copy.fileno(), found.st_mode & 0o777)
        os.utime(copy.fileno(), ns=(found.st_atime_ns, found.st_mtime_ns))
        os.fsync(copy.fileno())


def flush_all(descriptor: int) -> bool:
    """Flush the whole file system of an open file; false where that is impossible.

    Raises:
        OSError: something could not be written.
    """
    function = _function("syncfs")
    if function is None:
        return False
    said = function(descriptor)
    if said not in {0, errno.ENOSYS}:
        raise OSError(said, os.strerror(said))
    return said == 0


def reserve(descriptor: int, size: int) -> None:
    """Reserve room for a file, where the file system can.

    Raises:
        OSError: there is not so much room.
    """
    # Not posix_fallocate: the C library writes zeros where the file system cannot reserve.
    function = _function("fallocate")
    if function is None:
        return
    import ctypes

    offset = ctypes.c_int64
    said = function(descriptor, _KEEP_SIZE, offset(0), offset(min(size, (1 << 63) - 1)))
    if said in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        raise OSError(said, os.strerror(said))


def _renamed(source: Entry, target: Entry, flags: int) -> int:
    function = _function("renameat2")
    if function is None:
        return errno.ENOSYS
    names = os.fsencode(source.name), os.fsencode(target.name)
    return function(source.directory, names[0], target.directory, names[1], flags)


def _linked(source: Entry, target: Entry) -> bool:
    try:
        os.link(
            source.name,
            target.name,
            src_dir_fd=source.directory,
            dst_dir_fd=target.directory,
            follow_symlinks=False,
        )
    except OSError as error:
        if error.errno in _NO_LINKS:
            return False
        raise
    return True


@cache
def _function(name: str) -> Callable[..., int] | None:
    """A function of the C library that gives 0 or an error number; None if there is none."""
    import ctypes

    try:
        function = getattr(ctypes.CDLL(None, use_errno=True), name)
    except (AttributeError, OSError):
        return None

    def call(*arguments: object) -> int:
        return 0 if function(*arguments) == 0 else ctypes.get_errno()

    return call
