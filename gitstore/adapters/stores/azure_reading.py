"""Reading blobs of a container: the version that was asked for, or nothing."""

from __future__ import annotations

from typing import Any

from gitstore.adapters.stores.azure_container import Container, blob_version, current
from gitstore.adapters.stores.azure_errors import code_of
from gitstore.adapters.stores.cloud_requests import Answer, Request, part_of, streamed
from gitstore.core.errors import Missing, Refused, StoreError, Unreachable
from gitstore.core.store import Reading, Span
from gitstore.core.versions import Same, Version, compare


def read(container: Container, key: str, expect: Version | None, span: Span | None) -> Reading:
    """See `Store.read`."""
    if span is not None and span.start >= span.stop:
        return _nothing(container, key, expect)
    request = _request(container, key, expect)
    asked = request
    if span is not None:
        asked = request.saying({"Range": f"bytes={span.start}-{span.stop - 1}"})
    opened = container.service.open(asked)
    if opened.status == 416:
        opened.close()
        return _nothing(container, key, expect)
    if opened.status not in (200, 206):
        raise _failed(container, opened, request)
    try:
        given, found = _given(opened, request)
        if expect is not None and compare(found, expect) is not Same.EQUAL:
            raise Refused(f"{key!r} is not the expected version any more", key=key)
        if span is not None and given != Span(span.start, min(span.stop, found.size)):
            raise Unreachable(f"{request.about}: other bytes came than were asked for", key=key)
    except BaseException:
        opened.close()
        raise
    pinned = request.saying({"If-Match": f'"{found.get("etag")}"'})

    def rest(at: int) -> Any:
        wanted = f"bytes={given.start + at}-{given.stop - 1}"
        again = container.service.open(pinned.saying({"Range": wanted}))
        if again.status != 206:
            raise _failed(container, again, pinned)
        return again

    return Reading(found, streamed(opened, rest, given.stop - given.start, request.about))


def _request(container: Container, key: str, expect: Version | None) -> Request:
    request = container.blob("GET", key)
    if expect is not None and expect.get("version"):
        return request.asking(versionid=expect.get("version") or "")
    if expect is not None and expect.get("etag"):
        return request.saying({"If-Match": f'"{expect.get("etag")}"'})
    return request


def _failed(container: Container, opened: Any, request: Request) -> StoreError:
    answer = Answer(opened.status, opened.headers, b"", repeated=False)
    opened.close()
    if code_of(answer) == "BlobNotFound" and "versionid" in request.query:
        key = request.about.key
        return Missing(f"{request.about}: there is no such version any more", key=key)
    return container.failed(answer, request.about)


def _given(opened: Any, request: Request) -> tuple[Span, Version]:
    """Which bytes an answer holds, and of which version."""
    span, size = part_of(opened, request.about)
    return span, blob_version(opened.headers, size, request.about)


def _nothing(container: Container, key: str, expect: Version | None) -> Reading:
    # HTTP cannot ask for no bytes at all.
    found = current(container, key)
    if found is None:
        raise Missing(f"no object {key!r}", key=key)
    if expect is not None and expect.get("version"):
        return Reading(expect, iter(()))
    if expect is not None and compare(found, expect) is not Same.EQUAL:
        raise Refused(f"{key!r} is not the expected version any more", key=key)
    return Reading(found, iter(()))
