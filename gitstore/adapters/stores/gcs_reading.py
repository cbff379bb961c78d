"""Listing and reading objects of a bucket of Google Cloud Storage.

Objects that were stored compressed (`Content-Encoding: gzip`) are read as they are stored: Google
would else unpack them on the way, and size and checksums would be those of other bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitstore.adapters.stores.cloud_requests import Answer, Request, part_of, streamed
from gitstore.adapters.stores.gcs_bucket import FIELDS, Bucket, current, described, hexadecimal
from gitstore.core.errors import Missing, Refused, StoreError, Unreachable
from gitstore.core.store import Found, Reading, Span
from gitstore.core.versions import Same, Version, compare, version

PAGE = 1000  # objects
_AS_STORED = {"Accept-Encoding": "gzip", "Cache-Control": "no-transform"}


def listed(bucket: Bucket, prefix: str) -> Iterator[Found]:
    """Every object whose key starts with `prefix`; keys relative to the storage.

    A folder marker (a key that ends in a slash) is an object like any other, except the one of the
    storage's own prefix, which no key can name.
    """
    above = len(bucket.prefix)
    for found in _found(bucket, bucket.prefix + prefix):
        if len(found.key) > above:
            yield Found(found.key[above:], found.version)


def versions(bucket: Bucket, key: str) -> Iterator[Version]:
    """See `Store.versions`. A bucket that never kept versions gives the current one."""
    full = bucket.full(key)
    kept: list[Version] = []
    for found in _found(bucket, full, versions="true"):
        # Sorted by key, so the key itself comes before those that it begins.
        if found.key != full:
            break
        kept.append(found.version)
    yield from sorted(kept, key=lambda each: int(each.get("generation") or 0), reverse=True)


def _found(bucket: Bucket, full: str, **query: str) -> Iterator[Found]:
    about = bucket.about()
    request = bucket.objects(about).asking(
        prefix=full, fields=f"nextPageToken,items({FIELDS})", maxResults=str(PAGE), **query
    )
    token: str | None = None
    while True:
        page = bucket.document(bucket.service.ask(request), about)
        for said in page.get("items", ()):
            found = described(said, about)
            if not found.key.startswith(full):
                raise Unreachable(f"{about}: {found.key!r} is listed, which was not asked for")
            yield found
        before, token = token, page.get("nextPageToken")
        if not token:
            return
        if token == before:
            raise Unreachable(f"{about}: the same page of the listing comes again and again")
        request = request.asking(pageToken=token)


def read(bucket: Bucket, key: str, expect: Version | None, span: Span | None) -> Reading:
    """See `Store.read`."""
    if span is not None and span.start >= span.stop:
        return _nothing(bucket, key, expect)
    request = bucket.object("GET", key).asking(alt="media").saying(_AS_STORED)
    generation = None if expect is None else expect.get("generation")
    if generation is not None:
        request = request.asking(generation=generation)
    if span is not None:
        request = request.saying({"Range": f"bytes={span.start}-{span.stop - 1}"})
    opened = bucket.service.open(request)
    if opened.status not in (200, 206):
        raise _failed(bucket, opened, request)
    try:
        given, found = _given(opened, request)
        if expect is not None and compare(found, expect) is not Same.EQUAL:
            raise Refused(f"{key!r} is not the expected version any more", key=key)
        if span is not None and given != Span(span.start, min(span.stop, found.size)):
            raise Unreachable(f"{request.about}: other bytes came than were asked for", key=key)
    except BaseException:
        opened.close()
        raise
    pinned = request.asking(generation=found.get("generation") or "")

    def rest(at: int) -> Any:
        wanted = f"bytes={given.start + at}-{given.stop - 1}"
        again = bucket.service.open(pinned.saying({"Range": wanted}))
        if again.status != 206:
            raise _failed(bucket, again, pinned)
        return again

    return Reading(found, streamed(opened, rest, given.stop - given.start, request.about))


def _failed(bucket: Bucket, opened: Any, request: Request) -> StoreError:
    body = opened.read(500, decode_content=False)
    opened.close()
    answer = Answer(opened.status, opened.headers, body, repeated=False)
    if answer.status == 404 and "generation" in request.query:
        key = request.about.key
        return Missing(f"{request.about}: there is no such version any more", key=key)
    return bucket.failed(answer, request.about)


def _given(opened: Any, request: Request) -> tuple[Span, Version]:
    """Which bytes an answer holds, and of which version."""
    headers: Mapping[str, str] = opened.headers
    about = request.about
    generation = headers.get("x-goog-generation", "")
    if not generation.isdigit():
        raise Unreachable(f"{about}: the answer does not say which version it is", key=about.key)
    ids = {"generation": generation}
    for each in headers.get("x-goog-hash", "").split(","):
        kind, _, value = each.strip().partition("=")
        if kind in ("md5", "crc32c"):
            ids[kind] = hexadecimal(value)
    span, size = part_of(opened, about)
    return span, version(size, ids)


def _nothing(bucket: Bucket, key: str, expect: Version | None) -> Reading:
    # HTTP cannot ask for no bytes at all.
    found = current(bucket, key)
    if found is None:
        raise Missing(f"no object {key!r}", key=key)
    if expect is not None and expect.get("generation"):
        return Reading(expect, iter(()))
    if expect is not None and compare(found, expect) is not Same.EQUAL:
        raise Refused(f"{key!r} is not the expected version any more", key=key)
    return Reading(found, iter(()))
