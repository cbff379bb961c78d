"""The small files that git tracks: manifest, pointers, `.gitignore`, `.gitattributes`.

Regular files only, never reached through a link (a repository may bring one under any name, also
under that of a temporary file), written beside and renamed. A pointer of several files is written
by way of a redo log, so that a kill never leaves half of it.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from gitstore.core.errors import FormatError, LocalFailure

_BESIDE = ".git-storage-new"  # one name for each file: only the holder of the lock writes
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not stop us
LIMIT = 256 << 20  # bytes of one file; a slice has some 10 kB


def read(top: Path, name: str) -> bytes | None:
    """The content of a tracked file, or None when it is not there.

    Args:
        top: the top level of the work tree.
        name: the file, relative to it.

    Raises:
        FormatError: it is a link, reached through one, a directory, or larger than it can be.
    """
    _refuse_links(top, name)
    try:
        descriptor = os.open(top / name, _READ)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if Path(top / name).is_symlink():
            raise FormatError("is a symbolic link, not a file", source=name) from error
        raise LocalFailure(f"{name} cannot be read: {error.strerror}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise FormatError("is not a regular file", source=name)
    except BaseException:
        os.close(descriptor)
        raise
    with os.fdopen(descriptor, "rb") as stream:
        if status.st_size > LIMIT:
            raise FormatError(f"is larger than {LIMIT} bytes", source=name)
        return stream.read()


def write(top: Path, name: str, content: bytes) -> None:
    """Write a tracked file beside its place and rename it there.

    Raises:
        LocalFailure: the operating system refused it; the old file is intact.
        FormatError: a directory on the way is a link.
    """
    _refuse_links(top, name)
    target = top / name
    beside = target.with_name(f".{target.name}{_BESIDE}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Left by a kill, or a link that somebody has committed under this name.
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, _NEW, 0o666), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise LocalFailure(f"{name} cannot be written: {error.strerror}") from error


def remove(top: Path, name: str) -> None:
    """Remove a tracked file, and directories that it leaves empty; nothing if it is not there.

    Raises:
        LocalFailure: the operating system refused it.
        FormatError: a directory on the way is a link.
    """
    _refuse_links(top, name)
    target = top / name
    try:
        target.unlink()
    except FileNotFoundError:
        return
    except OSError as error:
        raise LocalFailure(f"{name} cannot be removed: {error.strerror}") from error
    parent = target.parent
    while parent not in (top, top.parent):
        try:
            parent.rmdir()
        except OSError:
            return
        parent = parent.parent


def _refuse_links(top: Path, name: str) -> None:
    parts = name.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        way = "/".join(parts[:depth])
        if (top / way).is_symlink():
            raise FormatError(f"is reached through the symbolic link {way}", source=name)


def slices_of(top: Path, directory: str) -> dict[str, bytes]:
    """Every file below a pointer's directory of slices, by name relative to it."""
    found: dict[str, bytes] = {}
    root = top / directory
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(_BESIDE):
                continue  # left by a kill; the next write of that file takes its place
            relative = str(PurePosixPath(Path(folder).relative_to(root)) / name)
            content = read(top, f"{directory}/{relative}")
            if content is not None:
                found[relative] = content
    return found


def write_all(top: Path, log: Path, changes: Mapping[str, bytes | None]) -> None:
    """Write or remove several tracked files as one: all of them, also after a kill.

    Args:
        top: the top level of the work tree.
        log: a directory for the redo log, on any file system; `finish` replays it.
        changes: content by name; None removes the file.
    """
    if len(changes) == 1:
        for name, content in changes.items():
            _apply(top, name, content)
        return
    _write_log(log, changes)
    finish(top, log)


def finish(top: Path, log: Path) -> None:
    """Complete a `write_all` that was cut off; nothing if there is none."""
    if not log.is_dir():
        return
    for name, content in (_read_log(log) or {}).items():
        _apply(top, name, content)
    # Without its last file the log counts no more, and whatever else is left of it goes too.
    for part in (log / "complete", *sorted(log.glob("*"))):
        part.unlink(missing_ok=True)
    log.rmdir()


def _apply(top: Path, name: str, content: bytes | None) -> None:
    if content is None:
        remove(top, name)
    elif read(top, name) != content:
        write(top, name, content)


def _write_log(log: Path, changes: Mapping[str, bytes | None]) -> None:
    log.mkdir(parents=True, exist_ok=True)
    for left in log.glob("*"):
        left.unlink()
    lines = []
    for number, (name, content) in enumerate(changes.items()):
        lines.append(f"{'-' if content is None else number}\t{name}")
        if content is not None:
            write(log, str(number), content)
    # The last file makes the log count: without it, what lies there is an unfinished log.
    write(log, "complete", "\n".join(lines).encode())


def _read_log(log: Path) -> dict[str, bytes | None] | None:
    index = read(log, "complete") if log.is_dir() else None
    if index is None:
        return None
    changes: dict[str, bytes | None] = {}
    for line in index.decode().split("\n"):
        number, _, name = line.partition("\t")
        changes[name] = None if number == "-" else read(log, number)
    return changes
