"""Files of an SFTP server as versions: never through a symbolic link, never in their first seconds.

The protocol tells times in whole seconds (version 3, OpenSSH's) and nothing better. So a file that
was changed within the last two seconds is looked at again, as in a directory of this machine, and a
file of ours gets a time of its own, in the past, that differs from the one it replaces.
"""

from __future__ import annotations

import asyncio
import stat as modes
import time
from collections.abc import Iterator
from typing import Any

from gitstore.adapters.stores import directory_time as clock
from gitstore.adapters.stores.file_keys import NOT_UTF8, TEMPORARY, parent_of, unnamed
from gitstore.adapters.stores.sftp_connection import PARALLEL, Connection, run
from gitstore.core.errors import Missing, Unreachable
from gitstore.core.store import Found
from gitstore.core.versions import Version, version

_SECOND = 1_000_000_000
_LOOKS = 10


def version_of(attrs: Any) -> Version:
    """The version that size and time say."""
    return version(attrs.size or 0, {"mtime": clock.spelled(nanoseconds(attrs))})


def nanoseconds(attrs: Any) -> int:
    """The time of the last change."""
    return int(attrs.mtime or 0) * _SECOND + int(attrs.mtime_ns or 0)


def wait_for(attrs: Any) -> float:
    """How many seconds another write could still leave the same time; 0 if none."""
    at = nanoseconds(attrs)
    step = clock.step_of(at)
    age = time.time_ns() - at
    return (step - age) / _SECOND if -step < age < step else 0.0


async def lstat(sftp: Any, path: bytes) -> Any:
    """What the server says of a path itself, or None when there is nothing."""
    import asyncssh

    try:
        return await sftp.lstat(path)
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        return None


def is_file(attrs: Any) -> bool:
    """Whether it is a regular file: neither a link, nor a directory, nor a device."""
    return attrs is not None and modes.S_ISREG(attrs.permissions or 0)


def is_directory(attrs: Any) -> bool:
    """Whether it is a directory and no link to one."""
    return attrs is not None and modes.S_ISDIR(attrs.permissions or 0)


async def settled(sftp: Any, path: bytes) -> Any:
    """A regular file, once its time can be trusted; None when there is none."""
    for _ in range(_LOOKS):
        found = await lstat(sftp, path)
        if not is_file(found):
            return None
        wait = wait_for(found)
        if not wait:
            return found
        await asyncio.sleep(wait)
    raise Unreachable(
        f"{path.decode(errors='replace')!r} is being written all the time",
        hint="try again when its writer is done",
    )


def listed(connection: Connection, prefix: str) -> Iterator[Found]:
    """Every object whose key starts with `prefix`, level by level."""
    about = connection.about()
    if not run(connection, _has_root(connection), about):
        raise Missing(f"{about}: there is no such directory", hint="make it on the server")
    where = parent_of(prefix)
    if where is None:
        return
    above, start = where
    if above and not run(connection, real_directory(connection, above), about):
        return
    level = [(above, start)]
    while level:
        work = _several(connection, [path for path, _ in level])
        below: list[tuple[str, str]] = []
        for (path, begins), entries in zip(level, run(connection, work, about), strict=True):
            base = path + "/" if path else ""
            for name, attrs in entries:
                found = _found(base, name, attrs)
                if not found.key.startswith(base + begins):
                    continue
                if is_file(attrs) or found.problem:
                    yield found
                elif is_directory(attrs):
                    below.append((found.key, ""))
        level = below


async def _has_root(connection: Connection) -> bool:
    import asyncssh

    sftp = await connection.sftp()
    try:
        # The root itself may be a link: whoever configured it meant what it points to.
        found = await sftp.stat(connection.path(""))
    except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
        return False
    return is_directory(found)


async def real_directory(connection: Connection, path: str) -> bool:
    """Whether every component of a path below the root is a directory and no link."""
    sftp = await connection.sftp()
    parts = path.split("/")
    steps = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    found = await asyncio.gather(*(lstat(sftp, connection.path(step)) for step in steps))
    return all(is_directory(each) for each in found)


async def _several(connection: Connection, paths: list[str]) -> list[list[tuple[bytes, Any]]]:
    sftp = await connection.sftp()
    turn = asyncio.Semaphore(PARALLEL)

    async def one(path: str) -> list[tuple[bytes, Any]]:
        async with turn:
            return await _entries(sftp, connection.path(path))

    return await asyncio.gather(*map(one, paths))


async def _entries(sftp: Any, path: bytes) -> list[tuple[bytes, Any]]:
    """Files and directories directly in a directory, with their attributes once they settled."""
    found = []
    async for entry in sftp.scandir(path):
        name, attrs = entry.filename, entry.attrs
        if name in (b".", b"..") or name.startswith(TEMPORARY.encode()):
            continue
        if attrs.permissions is None:
            raise Unreachable("the server lists names, and does not say what they are")
        if is_file(attrs) and wait_for(attrs):
            attrs = await settled(sftp, path.rstrip(b"/") + b"/" + name)
        if is_file(attrs) or is_directory(attrs):
            found.append((name, attrs))
    return found


def _found(base: str, name: bytes, attrs: Any) -> Found:
    seen = version_of(attrs)
    try:
        return Found(base + name.decode(), seen)
    except UnicodeDecodeError:
        shown = name + (b"/" if is_directory(attrs) else b"")
        return unnamed(base.encode() + shown, seen, NOT_UTF8)
