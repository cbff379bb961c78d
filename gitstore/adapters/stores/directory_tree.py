"""Keys as files below one directory, reached without ever following a symbolic link.

Every component is opened relative to the directory before it, so that somebody who swaps a
directory for a link while we work cannot lead us outside. The root itself may be reached by a link:
whoever configured it meant what it points to.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gitstore.core.errors import (
    Denied,
    Missing,
    StoreError,
    StoreFull,
    Unreachable,
    Unsupported,
)

TEMPORARY = ".git-storage-tmp-"
"""How the names of our own unfinished files begin. They are never objects."""

# Where the system has no nameless files, the flag is one that fails.
_NAMELESS = getattr(os, "O_TMPFILE", os.O_DIRECTORY) | os.O_RDWR | os.O_CLOEXEC
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A symbolic link answers ELOOP or, when a directory is asked for, ENOTDIR.
ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_UNSPELLABLE = frozenset({errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL})


def split_key(key: str) -> tuple[str, ...]:
    """The components of a key.

    Raises:
        Unsupported: the key is not the plain relative path of one file.
    """
    parts = tuple(key.split("/"))
    if "\0" in key or any(part in ("", ".", "..") for part in parts):
        raise Unsupported(
            f"a directory cannot hold the key {key!r}",
            key=key,
            hint="use keys without empty, '.' or '..' components",
        )
    if any(part.startswith(TEMPORARY) for part in parts):
        raise Unsupported(f"{key!r} is named like a temporary file of git storage", key=key)
    try:
        os.fsencode(key)
    except UnicodeEncodeError as error:
        raise Unsupported(f"this system cannot spell the key {key!r}", key=key) from error
    return parts


@contextmanager
def opened_root(root: Path) -> Iterator[int]:
    """The root as an open directory.

    Raises:
        Missing: it does not exist, or is not a directory.
    """
    try:
        fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in ABSENT:
            raise Missing(f"no directory {root}", hint="create or mount it") from error
        raise translated(error, None) from error
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def opened_parent(root: Path, parts: tuple[str, ...]) -> Iterator[int | None]:
    """The directory that holds the last component, or None where there is none."""
    with opened_root(root) as top:
        fd = os.dup(top)
        try:
            try:
                for part in parts[:-1]:
                    fd = _step(fd, part)
            except OSError as error:
                if error.errno not in ABSENT:
                    raise
                yield None
            else:
                yield fd
        finally:
            os.close(fd)


@contextmanager
def made_parent(root: Path, parts: tuple[str, ...], key: str) -> Iterator[int]:
    """The directory that holds the last component, made if it was not there.

    Raises:
        Unsupported: a file or a symbolic link is where a directory has to be.
    """
    with opened_root(root) as top:
        fd = os.dup(top)
        try:
            for part in parts[:-1]:
                try:
                    os.mkdir(part, dir_fd=fd)
                except FileExistsError:
                    pass
                else:
                    os.fsync(fd)
                try:
                    fd = _step(fd, part)
                except OSError as error:
                    if error.errno in (errno.ENOTDIR, errno.ELOOP):
                        raise in_the_way(key, part) from error
                    raise
            yield fd
        finally:
            os.close(fd)


def in_the_way(key: str, part: str) -> Unsupported:
    """The error for a key whose place is taken by something that is not an object."""
    return Unsupported(f"{part!r} in the storage is in the way of the key {key!r}", key=key)


def lstat_at(parent: int, name: str) -> os.stat_result | None:
    """What the file system says of a regular file, or None when there is none by that name."""
    try:
        found = os.stat(name, dir_fd=parent, follow_symlinks=False)
    except OSError as error:
        if error.errno in ABSENT:
            return None
        raise
    return found if stat.S_ISREG(found.st_mode) else None


class NoName(Exception):
    """This file system has no files without names, or cannot give them one."""


def nameless(parent: int, target: str) -> tuple[int, str]:
    """A new empty file without a name in an open directory; its name is said to be empty.

    Whoever is killed before it gets the target's name leaves nothing.

    Raises:
        NoName: there is no such thing here.
    """
    _sweep(parent, _own(target))
    try:
        return os.open(".", _NAMELESS, 0o666, dir_fd=parent), ""
    except OSError as error:
        raise NoName from error


def link(parent: int, name: str, file: tuple[int, str]) -> None:
    """Give a file of ours a name that nothing has.

    Args:
        file: its descriptor, and its temporary name or nothing.

    Raises:
        NoName: the file has no name and cannot get one.
        OSError: the system refused, e.g. because something has the name.
    """
    descriptor, temporary = file
    if temporary:
        os.link(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)
        return
    try:
        os.link(f"/proc/self/fd/{descriptor}", name, dst_dir_fd=parent, follow_symlinks=True)
    except FileExistsError:
        raise
    except OSError as error:
        raise NoName from error


def new_temporary(parent: int, target: str) -> tuple[int, str]:
    """A new empty file of ours in an open directory: its descriptor, open for writing, and name.

    The name belongs to the target, so that writing it again, as a killed run is finished, takes
    away what the killed one has left. Somebody who is writing it right now keeps theirs: a file
    gets that name only once its writer holds its lock, so that one without a lock has no writer.
    """
    own = _own(target)
    _sweep(parent, own)
    try:
        # Without a name until it is locked: killed before that, nothing is left.
        descriptor = os.open(".", _NAMELESS, 0o666, dir_fd=parent)
    except OSError:
        return _random(parent)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        link(parent, own, (descriptor, ""))
    except (OSError, NoName):
        os.close(descriptor)  # somebody is writing it, or there are no locks or links here
        return _random(parent)
    return descriptor, own


def _own(target: str) -> str:
    return TEMPORARY + hashlib.sha256(os.fsencode(target)).hexdigest()[:16]


def _random(parent: int) -> tuple[int, str]:
    name = TEMPORARY + secrets.token_hex(8)
    return os.open(name, _NEW, 0o666, dir_fd=parent), name


def _sweep(parent: int, name: str) -> None:
    """Unlink a file whose writer is dead. Only the name: it may be a second one of an object."""
    try:
        left = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    except OSError:
        return
    try:
        with suppress(OSError):
            fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
            unlink_if(parent, name, left)
    finally:
        os.close(left)


def unlink_if(parent: int, name: str, descriptor: int) -> None:
    """Unlink a name in an open directory, if it still is the open file's."""
    found = lstat_at(parent, name)
    if found is not None and found.st_ino == os.fstat(descriptor).st_ino:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=parent)


def translated(error: OSError, key: str | None) -> StoreError:
    """The operating system's refusal as the family's error."""
    said = error.strerror or str(error)
    what = "the directory" if key is None else f"the file for {key!r}"
    if error.errno in _DENIED:
        return Denied(f"{what} cannot be used: {said}", key=key, hint="check its permissions")
    if error.errno in _FULL:
        return StoreFull(f"no room for {what}: {said}", key=key, hint="make room there")
    if error.errno in _UNSPELLABLE:
        return Unsupported(f"this file system cannot hold {what}: {said}", key=key)
    if error.errno in ABSENT:
        return Missing(f"{what} is not there any more: {said}", key=key)
    return Unreachable(f"{what} cannot be reached: {said}", key=key)


def _step(fd: int, part: str) -> int:
    below = os.open(part, _DIRECTORY, dir_fd=fd)
    os.close(fd)
    return below
