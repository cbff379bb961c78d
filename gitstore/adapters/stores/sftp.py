"""A directory of an SFTP server as a storage.

Objects are the regular files below it. Symbolic links are neither listed nor read nor replaced, and
nothing is reached through one; directories that become empty stay. The identifier is `mtime:`.

Creating is atomic (a hard link, or an exclusive open where there are none). Replacing and erasing
look right before they act. A run that is killed leaves at most a `.git-storage-tmp-*` file.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from gitstore.adapters.stores import sftp_files as files
from gitstore.adapters.stores import sftp_writing
from gitstore.adapters.stores.file_keys import checked
from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.sftp_connection import (
    PARALLEL,
    Connection,
    begun,
    run,
    translated,
)
from gitstore.adapters.stores.sftp_writing import Directories, Target
from gitstore.adapters.stores.web_reading import moved
from gitstore.core.credentials import CredentialSource
from gitstore.core.errors import Missing, Refused, Unreachable, Unsupported
from gitstore.core.store import Abilities, Conditional, Found, Reading, Source, Span
from gitstore.core.versions import Version, equal

_CHUNK = 4 << 20


def open_store(place: StorePlace, credentials: CredentialSource) -> SftpStore:
    """The directory `place.prefix` of the server `place.endpoint`; does not connect yet."""
    return SftpStore(place.identity, Connection(place, credentials))


@dataclass(frozen=True, slots=True)
class SftpStore:
    """See the module; the methods keep the promises of `gitstore.core.store.Store`."""

    identity: str
    connection: Connection
    directories: Directories = field(default_factory=Directories)

    def abilities(self) -> Abilities:
        """Creating is enforced, the rest is checked, and nothing old is kept."""
        return Abilities(
            create=Conditional.ENFORCED,
            swap=Conditional.CHECKED,
            erase=Conditional.CHECKED,
            parallel=PARALLEL,
        )

    def list(self, prefix: str) -> Iterator[Found]:
        """See `Store.list`. A directory that cannot be read raises."""
        return files.listed(self.connection, prefix)

    def stat(self, key: str) -> Version | None:
        """See `Store.stat`."""
        checked(key)
        found = run(self.connection, self._settled(key), self.connection.about(key))
        return None if found is None else files.version_of(found)

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """See `Store.read`. A file that is written in place meanwhile raises `Refused`."""
        checked(key)
        about = self.connection.about(key)
        file, attrs = run(self.connection, self._opened(key), about)
        current = files.version_of(attrs)
        if expect is not None and not equal(current, expect):
            begun(file.close())
            raise moved(key)
        wanted = span or Span(0, current.size)
        wanted = Span(wanted.start, min(wanted.stop, current.size))
        chunks = self._chunks(key, file, attrs, wanted)
        # Up to its first stop, so that dropping it unread closes the file.
        next(chunks)
        return Reading(current, chunks)

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        """See `Store.write`. The replaced file's permissions are kept."""
        return sftp_writing.write(self._target(key), source, expect)

    def delete(self, key: str, expect: Version) -> None:
        """See `Store.delete`."""
        sftp_writing.delete(self._target(key), expect)

    def versions(self, key: str) -> Iterator[Version]:
        """Raises `Unsupported`: a file server keeps nothing old."""
        raise Unsupported(f"{self.identity} keeps no old versions", key=key)

    def _target(self, key: str) -> Target:
        checked(key)
        return Target(self.connection, self.directories, key)

    async def _settled(self, key: str) -> Any:
        if not await self.directories.has(self.connection, key.rpartition("/")[0]):
            return None
        return await files.settled(await self.connection.sftp(), self.connection.path(key))

    async def _opened(self, key: str) -> tuple[Any, Any]:
        sftp, path = await self.connection.sftp(), self.connection.path(key)
        found = await self._settled(key)
        if found is None:
            raise Missing(f"no file for the key {key!r} in {self.identity}", key=key)
        file = await sftp.open(path, "rb", encoding=None)
        opened = await file.stat()
        if not files.is_file(opened) or files.version_of(opened) != files.version_of(found):
            await file.close()
            raise Refused(f"{key!r} was replaced while it was opened", key=key)
        return file, opened

    def _chunks(self, key: str, file: Any, first: Any, wanted: Span) -> Iterator[bytes]:
        ahead: Future[bytes] | None = None
        try:
            yield b""
            with translated(self.connection, self.connection.about(key)):
                at = wanted.start
                while at < wanted.stop:
                    # One piece is on its way while the last one is used.
                    ahead = ahead or begun(file.read(min(_CHUNK, wanted.stop - at), at))
                    chunk = ahead.result()
                    if not chunk:
                        break  # cut short, or by a server that gave up: the last look tells
                    at += len(chunk)
                    left = min(_CHUNK, wanted.stop - at)
                    ahead = begun(file.read(left, at)) if left > 0 else None
                    yield chunk
                last = begun(file.stat()).result()
            if files.version_of(last) != files.version_of(first):
                raise Refused(f"{key!r} was changed while it was read", key=key)
            if at < wanted.stop:
                raise Unreachable(f"{key!r} ended before its last byte", key=key)
        finally:
            if ahead is not None:
                ahead.cancel()
            begun(file.close())
