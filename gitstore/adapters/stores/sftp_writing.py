"""Writing to an SFTP server: a file of ours beside the target, flushed, then put in its place."""

from __future__ import annotations

import hashlib
import secrets
import stat as modes
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from gitstore.adapters.stores import sftp_files as files
from gitstore.adapters.stores.file_keys import TEMPORARY, probe_directories
from gitstore.adapters.stores.sftp_connection import Connection, begun, run, translated
from gitstore.adapters.stores.web_reading import moved
from gitstore.core.errors import (
    Changed,
    LocalFailure,
    Missing,
    Refused,
    StoreError,
    Unsupported,
)
from gitstore.core.store import Source
from gitstore.core.versions import Version, equal

_CHUNK = 4 << 20
_PAST = 3
"""Seconds: how old a file of ours is made, so that nobody has to wait for it."""

_ABANDONED = 3600
"""Seconds after which an unfinished file has no writer any more."""


@dataclass(slots=True)
class Directories:
    """Paths below the root that are known to be directories and no links."""

    known: set[str] = field(default_factory=set)

    async def has(self, connection: Connection, path: str) -> bool:
        """Whether a path is a directory, reached without a link."""
        if not path or path in self.known:
            return True
        if not await files.real_directory(connection, path):
            return False
        self.known.add(path)
        return True


@dataclass(frozen=True, slots=True)
class Target:
    """What is written to."""

    connection: Connection
    directories: Directories
    key: str

    @property
    def parent(self) -> str:
        """The directory that holds the file, as a key; empty for the root."""
        return self.key.rpartition("/")[0]

    @property
    def path(self) -> bytes:
        """The file's path on the server."""
        return self.connection.path(self.key)


def write(target: Target, source: Source, expect: Version | None) -> Version:
    """See `Store.write`."""
    about = target.connection.about(target.key)
    run(target.connection, _prepared(target, expect), about)
    with translated(target.connection, about), _finished_file(target, source, expect) as temporary:
        put = _create(target, temporary) if expect is None else _replace(target, temporary, expect)
        attrs = begun(put).result()
    if attrs.size != source.size:
        raise Refused(f"somebody else wrote {target.key!r} at the same time", key=target.key)
    return files.version_of(attrs)


def delete(target: Target, expect: Version) -> None:
    """See `Store.delete`."""
    import asyncssh

    async def act() -> None:
        await _require(target, expect)
        sftp = await target.connection.sftp()
        await sftp.remove(target.path)
        for path in probe_directories(target.key):
            target.directories.known.discard(path)
            with suppress(asyncssh.SFTPError):  # somebody else is trying the storage out as well
                await sftp.rmdir(target.connection.path(path))

    try:
        run(target.connection, act(), target.connection.about(target.key))
    except Missing as error:
        raise moved(target.key) from error


async def _prepared(target: Target, expect: Version | None) -> None:
    # A refusal that is certain already should not cost an upload first.
    if expect is not None:
        await _require(target, expect)
        return
    await _make_parents(target)
    found = await files.lstat(await target.connection.sftp(), target.path)
    if files.is_file(found):
        raise _exists(target)
    if found is not None:
        raise _in_the_way(target, target.key)


async def _require(target: Target, expect: Version) -> Any:
    found = None
    if await target.directories.has(target.connection, target.parent):
        found = await files.settled(await target.connection.sftp(), target.path)
    if found is None or not equal(files.version_of(found), expect):
        raise moved(target.key)
    return found


async def _make_parents(target: Target) -> None:
    import asyncssh

    sftp = await target.connection.sftp()
    parts = target.parent.split("/") if target.parent else []
    for depth in range(1, len(parts) + 1):
        step = "/".join(parts[:depth])
        if step in target.directories.known:
            continue
        path = target.connection.path(step)
        if await files.lstat(sftp, path) is None:
            with suppress(asyncssh.SFTPFailure, asyncssh.SFTPFileAlreadyExists):
                await sftp.mkdir(path)  # fails if somebody else has just made it
        if not files.is_directory(await files.lstat(sftp, path)):
            raise _in_the_way(target, step)
        target.directories.known.add(step)


@contextmanager
def _finished_file(target: Target, source: Source, expect: Version | None) -> Iterator[bytes]:
    """The source's bytes, flushed, in a file of ours beside the target; gone afterwards."""
    path, file = begun(_new_temporary(target)).result()
    try:
        try:
            _copy(target, source, file)
            begun(_flush(file, _time(expect))).result()
        finally:
            begun(file.close()).result()
        yield path
    finally:
        begun(_remove(target, path)).result()


async def _new_temporary(target: Target) -> tuple[bytes, Any]:
    import asyncssh

    sftp = await target.connection.sftp()
    name = target.key.rpartition("/")[2]
    base = f"{target.parent}/" if target.parent else ""
    own = TEMPORARY + hashlib.sha256(name.encode()).hexdigest()[:16]
    path = target.connection.path(base + own)
    left = await files.lstat(sftp, path)
    if left is not None and time.time() - (left.mtime or 0) > _ABANDONED:
        with suppress(asyncssh.SFTPError):
            await sftp.remove(path)
        left = None
    if left is not None:
        path = target.connection.path(f"{base}{TEMPORARY}{secrets.token_hex(8)}")
    flags = asyncssh.FXF_WRITE | asyncssh.FXF_CREAT | asyncssh.FXF_EXCL
    try:
        return path, await sftp.open(path, flags, encoding=None)
    except asyncssh.SFTPNoSuchFile:
        target.directories.known.clear()  # somebody has removed a directory that was there
        raise
    except asyncssh.SFTPFailure:
        path = target.connection.path(f"{base}{TEMPORARY}{secrets.token_hex(8)}")
        return path, await sftp.open(path, flags, encoding=None)


def _copy(target: Target, source: Source, file: Any) -> None:
    at, ahead = 0, None
    try:
        with source.open() as stream:
            while chunk := stream.read(_CHUNK):
                if ahead is not None:
                    ahead.result()
                ahead = begun(file.write(chunk, at))
                at += len(chunk)
    except OSError as error:
        raise LocalFailure(f"the local file for {target.key!r} cannot be read: {error}") from error
    if ahead is not None:
        ahead.result()
    if at != source.size:
        raise Changed(f"the local file for {target.key!r} changed while it was read")


async def _flush(file: Any, at: int) -> None:
    import asyncssh

    with suppress(asyncssh.SFTPOpUnsupported):
        await file.fsync()
    with suppress(asyncssh.SFTPError):
        await file.utime(times=(at, at))


def _time(expect: Version | None) -> int:
    """A time for a file of ours: in the past, and later than that of the file it replaces."""
    now = int(time.time()) - _PAST
    replaced = (expect.get("mtime") or "0").partition(".")[0] if expect is not None else "0"
    return max(now, int(replaced) + 1)


async def _remove(target: Target, path: bytes) -> None:
    import asyncssh

    with suppress(asyncssh.SFTPError, asyncssh.Error, StoreError):
        await (await target.connection.sftp()).remove(path)


async def _create(target: Target, temporary: bytes) -> Any:
    import asyncssh

    sftp = await target.connection.sftp()
    try:
        await sftp.link(temporary, target.path)
    except asyncssh.SFTPError as error:
        found = await files.lstat(sftp, target.path)
        if files.is_file(found):
            raise _exists(target) from error
        if found is not None:
            raise _in_the_way(target, target.key) from error
        if not isinstance(error, asyncssh.SFTPFailure | asyncssh.SFTPOpUnsupported):
            raise
        # Without hard links the name is taken first and the bytes follow at once.
        flags = asyncssh.FXF_WRITE | asyncssh.FXF_CREAT | asyncssh.FXF_EXCL
        await (await sftp.open(target.path, flags, encoding=None)).close()
        await _rename(target, sftp, temporary)
    return await sftp.lstat(target.path)


async def _replace(target: Target, temporary: bytes, expect: Version) -> Any:
    import asyncssh

    sftp = await target.connection.sftp()
    replaced = await _require(target, expect)
    with suppress(asyncssh.SFTPError):
        await sftp.chmod(temporary, modes.S_IMODE(replaced.permissions or 0o644))
    await _rename(target, sftp, temporary)
    return await sftp.lstat(target.path)


async def _rename(target: Target, sftp: Any, temporary: bytes) -> None:
    import asyncssh

    try:
        await sftp.posix_rename(temporary, target.path)
    except asyncssh.SFTPOpUnsupported as error:
        raise Unsupported(
            f"the server of {target.connection.identity} cannot replace a file in one step",
            key=target.key,
            hint="it needs the extension posix-rename@openssh.com",
        ) from error


def _exists(target: Target) -> Refused:
    return Refused(f"there is already a file for the key {target.key!r}", key=target.key)


def _in_the_way(target: Target, path: str) -> Unsupported:
    name = path.rpartition("/")[2]
    return Unsupported(
        f"{name!r} in the storage is in the way of the key {target.key!r}", key=target.key
    )
