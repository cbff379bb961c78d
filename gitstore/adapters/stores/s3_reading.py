"""Reading objects of an S3 bucket: through obstore where it can, else through botocore.

What obstore cannot: keys that it cannot spell, and ranges from servers that answer them with the
whole object or with status 200.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitstore.adapters.stores.s3_connection import Connection
from gitstore.adapters.stores.s3_errors import translated
from gitstore.adapters.stores.s3_listing import object_version
from gitstore.adapters.stores.s3_obstore import obstore
from gitstore.core.errors import Missing, Refused, Unreachable
from gitstore.core.store import Reading, Span
from gitstore.core.versions import Same, Version, compare

_SMALL = 1 << 20
_NOT_PARTIAL = "Received non-partial response"


def stat(connection: Connection, key: str) -> Version | None:
    """The current version, with its version id where there is one."""
    full = connection.full(key)
    try:
        with translated(connection.about(key)):
            if not connection.obstore_may(full):
                said = connection.client().head_object(Bucket=connection.endpoint.bucket, Key=full)
                return object_version(
                    said["ContentLength"], said.get("ETag"), said.get("VersionId")
                )
            meta = obstore().head(connection.obstore(), full)
            return object_version(meta["size"], meta["e_tag"], meta["version"])
    except Missing:
        return None


def read(connection: Connection, key: str, expect: Version | None, span: Span | None) -> Reading:
    """See `Store.read`."""
    full = connection.full(key)
    if span is not None and span.start >= span.stop:
        return _nothing(connection, key, expect)
    with translated(connection.about(key)):
        if connection.obstore_may(full) and (span is None or connection.partial_content):
            try:
                reading = _through_obstore(connection, key, expect, span)
            except obstore().exceptions.GenericError as error:
                if span is None or _NOT_PARTIAL not in str(error):
                    raise
                # Remembered, because such a server sends much of the object before it notices.
                connection.partial_content = False
                reading = _through_botocore(connection, key, expect, span)
        else:
            reading = _through_botocore(connection, key, expect, span)
    require(reading.version, expect, key)
    return reading


def _through_obstore(
    connection: Connection, key: str, expect: Version | None, span: Span | None
) -> Reading:
    options: Any = {}
    if expect is not None and expect.get("version"):
        options["version"] = expect.get("version")
    elif expect is not None and expect.get("etag"):
        options["if_match"] = f'"{expect.get("etag")}"'
    if span is not None:
        options["range"] = (span.start, span.stop)
    got = obstore().get(connection.obstore(), connection.full(key), options=options)
    meta = got.meta
    start, stop = got.range
    version = object_version(meta["size"], meta["e_tag"], meta["version"])
    if stop - start <= _SMALL:
        data = got.bytes().to_bytes()
        if len(data) != stop - start:
            raise _short(key)
        return Reading(version, iter((data,)))
    return Reading(version, _streamed(connection, key, got, stop - start))


def _streamed(connection: Connection, key: str, got: Any, size: int) -> Iterator[bytes]:
    left = size
    with translated(connection.about(key)):
        for chunk in got.stream(min_chunk_size=_SMALL):
            left -= len(chunk)
            yield bytes(chunk)
    if left:
        raise _short(key)


def _through_botocore(
    connection: Connection, key: str, expect: Version | None, span: Span | None
) -> Reading:
    asked = {"Bucket": connection.endpoint.bucket, "Key": connection.full(key)}
    if expect is not None and expect.get("version"):
        asked["VersionId"] = expect.get("version") or ""
    elif expect is not None and expect.get("etag"):
        asked["IfMatch"] = f'"{expect.get("etag")}"'
    if span is not None:
        asked["Range"] = f"bytes={span.start}-{span.stop - 1}"
    said = connection.client().get_object(**asked)
    size = said["ContentLength"]
    given = Span(0, size)
    if said.get("ContentRange"):
        first, _, total = said["ContentRange"].removeprefix("bytes ").partition("/")
        start, _, last = first.partition("-")
        size, given = int(total), Span(int(start), int(last) + 1)
    version = object_version(size, said.get("ETag"), said.get("VersionId"))
    wanted = given if span is None else Span(span.start, min(span.stop, size))
    if wanted.start < given.start or wanted.stop > given.stop:
        raise Unreachable(f"the storage gave other bytes of {key!r} than asked for", key=key)
    within = Span(wanted.start - given.start, wanted.stop - given.start)
    return Reading(version, _sliced(connection, key, said["Body"], within))


def _sliced(connection: Connection, key: str, body: Any, wanted: Span) -> Iterator[bytes]:
    """The wanted bytes of a body that may hold more."""
    at = 0
    try:
        with translated(connection.about(key)):
            while at < wanted.stop:
                chunk: bytes = body.read(_SMALL)
                if not chunk:
                    raise _short(key)
                piece = chunk[max(0, wanted.start - at) : wanted.stop - at]
                at += len(chunk)
                if piece:
                    yield piece
    finally:
        body.close()


def _nothing(connection: Connection, key: str, expect: Version | None) -> Reading:
    # HTTP cannot ask for no bytes at all.
    current = stat(connection, key)
    if current is None:
        raise Missing(f"no object {key!r}", key=key)
    if expect is not None and expect.get("version"):
        current = expect
    require(current, expect, key)
    return Reading(current, iter(()))


def require(current: Version, expect: Version | None, key: str) -> None:
    """Raise `Refused` unless an answer holds what was asked for.

    Some servers ignore the precondition of a read.
    """
    if expect is not None and compare(current, expect) is not Same.EQUAL:
        raise Refused(f"{key!r} is not the expected version any more", key=key)


def _short(key: str) -> Unreachable:
    return Unreachable(f"{key!r} ended before its last byte", key=key)
