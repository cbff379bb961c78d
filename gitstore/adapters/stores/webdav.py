"""A collection of a WebDAV server (RFC 4918) as a storage: Nextcloud, ownCloud, dCache, Apache.

Objects are the files below it; collections that become empty stay, because people made them. The
identifier is the strong ETag, or, where the server has none, `mtime:` in whole seconds; see
`web_versions` for when they are believed. Whether the server honours preconditions is measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from gitstore.adapters.stores import web_reading, webdav_listing, webdav_writing
from gitstore.adapters.stores.file_keys import checked
from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.web_connection import PARALLEL, Connection
from gitstore.adapters.stores.webdav_writing import Learnt, Target
from gitstore.core.credentials import CredentialSource
from gitstore.core.errors import Unsupported
from gitstore.core.store import Abilities, Found, Reading, Source, Span
from gitstore.core.versions import Version


def open_store(place: StorePlace, credentials: CredentialSource) -> WebdavStore:
    """The collection at `place.endpoint` below `place.prefix`; sends no request yet."""
    return WebdavStore(place.identity, Connection(place, credentials))


@dataclass(frozen=True, slots=True)
class WebdavStore:
    """See the module; the methods keep the promises of `gitstore.core.store.Store`."""

    identity: str
    connection: Connection
    learnt: Learnt = field(default_factory=Learnt)

    def abilities(self) -> Abilities:
        """Nothing is known before `probe` has measured it."""
        return Abilities(parallel=PARALLEL)

    def list(self, prefix: str) -> Iterator[Found]:
        """See `Store.list`. What cannot be read raises; collections are no objects."""
        return webdav_listing.listed(self.connection, prefix)

    def stat(self, key: str) -> Version | None:
        """See `Store.stat`."""
        checked(key)
        return Target(self.connection, self.learnt, key).stat()

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """See `Store.read`."""
        checked(key)
        return web_reading.read(self.connection, key, expect, span, self.stat)

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        """See `Store.write`."""
        return webdav_writing.write(Target(self.connection, self.learnt, key), source, expect)

    def delete(self, key: str, expect: Version) -> None:
        """See `Store.delete`. A collection is never removed."""
        webdav_writing.delete(Target(self.connection, self.learnt, key), expect)

    def versions(self, key: str) -> Iterator[Version]:
        """Raises `Unsupported`: WebDAV servers do not say what they keep."""
        raise Unsupported(f"{self.identity} does not say which old versions it keeps", key=key)
