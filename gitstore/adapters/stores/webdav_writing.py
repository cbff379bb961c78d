"""Writing to a WebDAV server: PUT and DELETE with preconditions, MKCOL for what they need.

What is removed is looked at first, whatever the server checks, because DELETE of a collection would
take all that is in it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, BinaryIO

from gitstore.adapters.stores import web_versions
from gitstore.adapters.stores.file_keys import checked, probe_directories
from gitstore.adapters.stores.web_connection import ATTEMPTS, Connection, Request, rest
from gitstore.adapters.stores.web_reading import moved, preconditions
from gitstore.adapters.stores.web_versions import Look
from gitstore.adapters.stores.webdav_listing import is_collection, is_empty, look
from gitstore.core.errors import Changed, LocalFailure, Missing, Refused, Unsupported
from gitstore.core.store import Source
from gitstore.core.versions import Version, equal, version

_DONE = frozenset({200, 201, 204})
_NO_PLACE = frozenset({400, 403, 404, 405, 409})
"""How servers say that a collection is missing, or that something is in the way."""


@dataclass(slots=True)
class Learnt:
    """What requests have shown of a server so far.

    Attributes:
        collections: paths that are known to be collections.
        strengthens: whether a weak ETag becomes a strong one of the same text; None: not seen yet.
    """

    collections: set[str] = field(default_factory=set)
    strengthens: bool | None = None
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class Target:
    """What is written to."""

    connection: Connection
    learnt: Learnt
    key: str

    def stat(self) -> Version | None:
        """The current version, once it can be trusted."""
        found = web_versions.settled(lambda: look(self.connection, self.key), self.key)
        return None if found is None else found.version


def write(target: Target, source: Source, expect: Version | None) -> Version:
    """See `Store.write`."""
    parts = checked(target.key)
    asked = {"If-None-Match": "*"} if expect is None else _names(target, expect)
    _make_parents(target, parts)
    status = _put(target, source, asked)
    if status in _NO_PLACE:
        _forget_parents(target)
        _make_parents(target, parts)
        status = _put(target, source, asked)
    if status == 412 and expect is not None and equal(target.stat(), expect):
        # Apache refuses the right ETag for as long as it calls it weak: the look has waited.
        status = _put(target, source, asked)
    if status not in _DONE:
        raise _failure(target, status, parts)
    written = _written(target, source.size)
    if expect is not None and written.ids == expect.ids:
        # Both were written within one second, and the ETag is made of it: once more, in the next.
        target.stat()
        return write(target, source, written)
    return written


def delete(target: Target, expect: Version) -> None:
    """See `Store.delete`."""
    checked(target.key)
    request = Request("DELETE", target.key, _names(target, expect))
    if look(target.connection, target.key) is None:
        raise moved(target.key)
    answer = _sent(target, request)
    if answer.status == 412 and equal(target.stat(), expect):
        answer = _sent(target, request)
    if answer.status in (404, 412):
        raise moved(target.key)
    if answer.status not in _DONE:
        raise target.connection.refusal(answer, target.connection.about(target.key))
    for path in probe_directories(target.key):
        if not is_empty(target.connection, path):
            break
        with target.learnt.lock:
            target.learnt.collections.discard(path)
        _sent(target, Request("DELETE", path + "/"))


def _names(target: Target, expect: Version) -> dict[str, str]:
    """The precondition for an expected version; without an identifier, nothing is expected."""
    asked = preconditions(expect)
    if not asked:
        raise moved(target.key)
    return asked


def _put(target: Target, source: Source, asked: Mapping[str, str]) -> int:
    request = Request("PUT", target.key, asked, lambda: _Body(target.key, source), source.size)
    status: int = _sent(target, request).status
    return status


def _sent(target: Target, request: Request) -> Any:
    answer = target.connection.send(request, target.connection.about(target.key))
    answer.drain_conn()
    answer.release_conn()
    return answer


def _written(target: Target, size: int) -> Version:
    """The version that a write of ours made: an ETag that becomes strong needs no waiting."""
    seen = look(target.connection, target.key)
    if seen is None or seen.version.size != size:
        raise Refused(f"somebody else wrote {target.key!r} at the same time", key=target.key)
    if seen.weak is None:
        return seen.version if seen.version.get("etag") else _settled(target, seen)
    if target.learnt.strengthens is None:
        later = _settled(target, seen)
        target.learnt.strengthens = later.get("etag") == seen.weak
        return later
    if target.learnt.strengthens:
        return version(size, {"etag": seen.weak})
    return _settled(target, seen)


def _settled(target: Target, seen: Look) -> Version:
    found = target.stat() if seen.wait else seen.version
    if found is None:
        raise Refused(f"somebody else removed {target.key!r} at once", key=target.key)
    return found


def _make_parents(target: Target, parts: tuple[str, ...]) -> None:
    for depth in range(1, len(parts)):
        path = "/".join(parts[:depth])
        with target.learnt.lock:
            known = path in target.learnt.collections
        if not known:
            _make(target, path)
            with target.learnt.lock:
                target.learnt.collections.add(path)


def _make(target: Target, path: str) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        if is_collection(target.connection, path):
            return
        status = _sent(target, Request("MKCOL", path + "/")).status
        # 405 also stands for a file of that name, and for a collection that somebody has just made.
        if status in _DONE or is_collection(target.connection, path):
            return
        if not is_collection(target.connection, ""):
            raise Missing(
                f"no directory {target.connection.identity}", hint="make it on the server"
            )
        if status in (403, 401):
            raise target.connection.for_status(status, target.key)
        if look(target.connection, path) is not None:
            break
        # Of several who make it at once rclone refuses some, and shows it only a little later.
        rest(attempt)
    raise _in_the_way(target, path)


def _forget_parents(target: Target) -> None:
    with target.learnt.lock:
        target.learnt.collections.clear()


def _failure(target: Target, status: int, parts: tuple[str, ...]) -> Exception:
    if status == 412:
        return moved(target.key)
    if status in _NO_PLACE and is_collection(target.connection, "/".join(parts)):
        return _in_the_way(target, target.key)
    return target.connection.for_status(status, target.key)


def _in_the_way(target: Target, path: str) -> Unsupported:
    name = path.rpartition("/")[2]
    return Unsupported(
        f"{name!r} in the storage is in the way of the key {target.key!r}", key=target.key
    )


class _Body(io.RawIOBase):
    """A source's bytes, exactly as many as were promised to the server."""

    def __init__(self, key: str, source: Source) -> None:
        self._key = key
        self._left = source.size
        self._stream: BinaryIO = source.open()

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes; a file that became shorter raises, so that it is never sent short."""
        wanted = self._left if size < 0 else min(size, self._left)
        try:
            chunk = self._stream.read(wanted)
        except OSError as error:
            raise LocalFailure(
                f"the local file for {self._key!r} cannot be read: {error}"
            ) from error
        if wanted and not chunk:
            raise Changed(f"the local file for {self._key!r} changed while it was read")
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        """Close the source's stream."""
        self._stream.close()
        super().close()
