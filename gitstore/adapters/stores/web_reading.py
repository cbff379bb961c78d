"""Reading objects of a web server: the version that was asked for, or nothing.

Servers differ in what they check, so the answer is checked too: its ETag or time, its range, its
length. A page that asks for a login carries neither, and is never taken for an object.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from typing import Any

from gitstore.adapters.stores.web_connection import Connection, Request
from gitstore.adapters.stores.web_errors import About, unreachable
from gitstore.adapters.stores.web_versions import Look, being_written, looked
from gitstore.core.errors import Missing, Refused, Unreachable, Unsupported
from gitstore.core.store import Reading, Span
from gitstore.core.versions import Version, equal

Stat = Callable[[str], Version | None]

_CHUNK = 1 << 20
_TRIES = 5
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


def read(
    connection: Connection, key: str, expect: Version | None, span: Span | None, stat: Stat
) -> Reading:
    """See `Store.read`; `stat` says which version is current."""
    if expect is None or (span is not None and span.start >= min(span.stop, expect.size)):
        current = stat(key)
        if current is None:
            raise Missing(f"no object {key!r} in {connection.identity}", key=key)
        if expect is not None and not equal(current, expect):
            raise moved(key)
        expect = current
    wanted = Span(0, expect.size)
    if span is not None:
        wanted = Span(span.start, min(span.stop, expect.size))
        if wanted.start >= wanted.stop:
            return Reading(expect, iter(()))
    for _ in range(_TRIES):
        answer = connection.send(_request(key, expect, span and wanted), connection.about(key))
        if answer.status == 412:
            # Apache calls the right ETag wrong while it is weak: the look waits for that.
            answer.close()
            if not equal(stat(key), expect):
                raise moved(key)
            continue
        given = _given(answer, expect, connection.about(key), connection)
        look = _look(answer, expect, given[1])
        if look.wait:
            answer.close()
            time.sleep(look.wait)
            continue
        _require(answer, look.version, expect, connection.about(key))
        return Reading(look.version, _sliced(answer, given[0], wanted, connection.about(key)))
    raise being_written(key)


def _request(key: str, expect: Version, span: Span | None) -> Request:
    headers = preconditions(expect)
    if span is not None:
        headers["Range"] = f"bytes={span.start}-{span.stop - 1}"
    return Request("GET", key, headers)


def preconditions(expect: Version) -> dict[str, str]:
    """The header that names a version; none if it has neither ETag nor time."""
    etag, mtime = expect.get("etag"), expect.get("mtime") or ""
    if etag:
        return {"If-Match": f'"{etag}"'}
    seconds = mtime.partition(".")[0]
    return {"If-Unmodified-Since": formatdate(int(seconds), usegmt=True)} if seconds else {}


def moved(key: str) -> Refused:
    """The error for an object that is another version, or gone."""
    return Refused(f"{key!r} is not the expected version any more", key=key)


def _given(answer: Any, expect: Version, about: About, connection: Connection) -> tuple[Span, int]:
    """Which bytes an answer holds, and how many the whole object has."""
    if answer.status not in (200, 206):
        raise connection.refusal(answer, about)
    encoding = answer.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        answer.close()
        raise Unsupported(f"{about}: the server sends it as {encoding!r}", key=about.key)
    if answer.status == 200:
        length = answer.headers.get("content-length", "")
        size = int(length) if length.isdigit() else expect.size
        return Span(0, size), size
    found = _RANGE.fullmatch(answer.headers.get("content-range", ""))
    if not found:
        answer.close()
        raise Unreachable(f"{about}: the server gives a part and does not say which", key=about.key)
    size = expect.size if found[3] == "*" else int(found[3])
    return Span(int(found[1]), int(found[2]) + 1), size


def _look(answer: Any, expect: Version, size: int) -> Look:
    headers, date = answer.headers, answer.headers.get("date")
    said = {name: headers[name] for name in ("etag", "last-modified") if name in headers}
    if not expect.get("etag"):
        # What was listed without an ETag is compared by its time.
        said.pop("etag", None)
    return looked(size, said, date)


def _require(answer: Any, version: Version, expect: Version, about: About) -> None:
    if equal(version, expect):
        return
    answer.close()
    if not version.ids:
        raise Unreachable(
            f"{about}: the answer does not say which version it is",
            key=about.key,
            hint="perhaps the server asks for a login: git storage login NAME",
        )
    raise moved(about.key or "")


def _sliced(answer: Any, given: Span, wanted: Span, about: About) -> Iterator[bytes]:
    """The wanted bytes of an answer that may hold more."""
    from urllib3.exceptions import HTTPError

    at = given.start
    try:
        for chunk in answer.stream(_CHUNK, decode_content=False):
            piece = chunk[max(0, wanted.start - at) : max(0, wanted.stop - at)]
            at += len(chunk)
            if piece:
                yield piece
            if at >= wanted.stop:
                break
    except HTTPError as error:
        raise unreachable(error, about) from error
    finally:
        if at == given.stop:
            answer.release_conn()
        else:
            answer.close()
    if given.start > wanted.start or at < wanted.stop:
        raise Unreachable(f"{about}: the answer ended before its last byte", key=about.key)
