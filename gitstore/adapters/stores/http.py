"""Files on a web server as a storage, for reading only.

What is there is told by the server's index pages, where it has any; without them, objects whose
keys are known (from a pointer, or from the URL of a single object) are still read. The identifier
is the strong ETag, else `mtime:` in whole seconds; an object that has neither cannot be recognised
and is not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from gitstore.adapters.stores import bounded, http_index, web_reading, web_versions
from gitstore.adapters.stores.file_keys import checked, parent_of, unnamed
from gitstore.adapters.stores.http_index import Index
from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.web_connection import Connection, Request
from gitstore.adapters.stores.web_errors import About, for_status, unreachable
from gitstore.adapters.stores.web_versions import Look, looked
from gitstore.core.credentials import CredentialSource
from gitstore.core.errors import Unreachable, Unsupported
from gitstore.core.store import Abilities, Conditional, Found, Reading, Source, Span
from gitstore.core.versions import Version

PARALLEL = 16
"""Requests in flight: each object of a listing costs one."""

_NO_VERSION = "the server tells neither an ETag nor a time of it"


def open_store(place: StorePlace, credentials: CredentialSource) -> HttpStore:
    """The directory at `place.endpoint` below `place.prefix`; sends no request yet."""
    return HttpStore(place.identity, Connection(place, credentials))


@dataclass(frozen=True, slots=True)
class HttpStore:
    """See the module; the methods keep the promises of `gitstore.core.store.Store`."""

    identity: str
    connection: Connection

    def abilities(self) -> Abilities:
        """Nothing can be written."""
        never = Conditional.ENFORCED
        return Abilities(create=never, swap=never, erase=never, writable=False, parallel=PARALLEL)

    def list(self, prefix: str) -> Iterator[Found]:
        """See `Store.list`.

        Raises:
            Unsupported: the server has no index pages.
        """
        where = parent_of(prefix)
        top = None if where is None else self._index(where[0])
        if where is None or top is None:
            if self._index("") is None:
                raise for_status(404, self.connection.about())
            return
        level = [(top, where[0] + "/" if where[0] else "", where[1].encode())]
        with ThreadPoolExecutor(PARALLEL) as threads:
            while level:
                names: list[tuple[str, bytes]] = []
                below: list[str] = []
                for index, base, start in level:
                    inside = [name for name in index.inside if name.startswith(start)]
                    below += [base + name.decode() for name in inside if _is_name(name)]
                    names += [(base, name) for name in index.files if name.startswith(start)]
                    names += [(base, name + b"/") for name in inside if not _is_name(name)]
                yield from _there(threads.map(self._found, names))
                asked = threads.map(self._below, below)
                level = [(one, f"{path}/", b"") for one, path in zip(asked, below, strict=True)]

    def stat(self, key: str) -> Version | None:
        """See `Store.stat`.

        Raises:
            Unsupported: the server does not say which version it has.
        """
        checked(key)
        found = web_versions.settled(lambda: self._look(key), key)
        if found is not None and not found.version.ids:
            raise Unsupported(f"{self.connection.about(key)}: {_NO_VERSION}", key=key)
        return None if found is None else found.version

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """See `Store.read`."""
        checked(key)
        return web_reading.read(self.connection, key, expect, span, self.stat)

    def write(self, key: str, _source: Source, _expect: Version | None) -> Version:
        """Raises `Unsupported`."""
        raise self._for_reading(key)

    def delete(self, key: str, _expect: Version) -> None:
        """Raises `Unsupported`."""
        raise self._for_reading(key)

    def versions(self, key: str) -> Iterator[Version]:
        """Raises `Unsupported`: a web server has what it has."""
        raise Unsupported(f"{self.identity} keeps no old versions", key=key)

    def _for_reading(self, key: str) -> Unsupported:
        return Unsupported(
            f"{key!r} is not written: {self.identity} is a web site, which can only be read",
            key=key,
            hint="set 'access: read' in .storage.yaml; for WebDAV, write webdavs:// in its url",
        )

    def _look(self, key: str) -> Look | None:
        about = self.connection.about(key)
        answer = self.connection.send(Request("HEAD", key), about)
        answer.release_conn()
        if answer.status in (404, 410):
            return None
        if answer.status != 200:
            raise self.connection.refusal(answer, about)
        # A directory is redirected to its own URL; that is not the object.
        if (answer.url or "").endswith("/"):
            return None
        length = answer.headers.get("content-length", "")
        if not length.isdigit():
            raise Unsupported(f"{about}: the server does not say its size", key=key)
        names = ("etag", "last-modified")
        said = {name: answer.headers[name] for name in names if name in answer.headers}
        return looked(int(length), said, answer.headers.get("date"))

    def _index(self, path: str) -> Index | None:
        """The names in a directory, or None when there is none."""
        below, about = (path + "/" if path else ""), self.connection.about(path or None)
        answer = self.connection.send(Request("GET", below), about)
        if answer.status in (404, 410):
            answer.close()
            return None
        if answer.status == 403:
            answer.close()
            raise http_index.no_index(about)
        if answer.status != 200:
            raise self.connection.refusal(answer, about)
        page = _whole(answer, about)
        kind = answer.headers.get("content-type", "")
        return http_index.parsed(page, kind, self.connection.url(below), about)

    def _below(self, path: str) -> Index:
        found = self._index(path)
        if found is None:
            raise Unreachable(f"{self.identity} was changed while it was listed", hint="try again")
        return found

    def _found(self, one: tuple[str, bytes]) -> Found | None:
        base, name = one
        if not _is_name(name):
            return unnamed(base.encode() + name, Version(0))
        key = base + name.decode()
        found = web_versions.settled(lambda: self._look(key), key)
        if found is None:
            return None
        return Found(key, found.version, None if found.version.ids else _NO_VERSION)


def _there(found: Iterator[Found | None]) -> Iterator[Found]:
    return (each for each in found if each is not None)


def _is_name(name: bytes) -> bool:
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return False
    return not {"/", "\0"} & set(text) and text not in (".", "..")


def _whole(answer: Any, about: About) -> bytes:
    from urllib3.exceptions import HTTPError

    pieces = answer.stream(1 << 16, decode_content=False)
    try:
        return bounded.whole(pieces, http_index.LARGEST, f"{about}: the index page")
    except HTTPError as error:
        raise unreachable(error, about) from error
    finally:
        answer.close()
