"""Reading and writing many small objects of an S3 bucket by libcurl, which signs the requests, too.

That takes half of the processor's time of obstore in threads (docs/decisions/0015-libcurl.md). Keys
with components of dots go one by one, because libcurl signs no such path as it is.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from gitstore.adapters.stores import s3_writing
from gitstore.adapters.stores.curl import Answer, Request, answers
from gitstore.adapters.stores.pace import paced
from gitstore.adapters.stores.s3_connection import Connection
from gitstore.adapters.stores.s3_errors import Failure, code_in, for_answer
from gitstore.adapters.stores.s3_listing import object_version
from gitstore.adapters.stores.s3_reading import require
from gitstore.core.credentials import Keys
from gitstore.core.errors import Refused, StorageError, Unreachable, Unsupported
from gitstore.core.many import Answers, Given, Wanted, Whole, Writes
from gitstore.core.versions import Version

_DOTTED = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")
_NO_TYPE = "Content-Type:"  # libcurl would name one
_AT_ONCE = "Expect:"  # libcurl would ask first whether a larger body is welcome

_One = TypeVar("_One", Wanted, Given)
_Made = TypeVar("_Made")


def read_many(
    connection: Connection,
    wanted: Iterable[Wanted],
    most: int | None,
    one_by_one: Callable[[Wanted], Whole | StorageError],
) -> Answers:
    """See `ManyReader.read_many`.

    Args:
        one_by_one: reads what libcurl cannot ask for.
    """
    others: list[Wanted] = []
    requests = _requests(partial(_get, connection), wanted, others)
    for batch in answers(requests, _signing(connection), paced(most)):
        yield [(answer.request.about, _read(connection, answer)) for answer in batch]
    for one in others:
        yield [(one, one_by_one(one))]


def write_many(
    connection: Connection,
    given: Iterable[Given],
    most: int | None,
    one_by_one: Callable[[Given], Version | StorageError],
) -> Writes:
    """See `ManyWriter.write_many`.

    Args:
        one_by_one: writes what libcurl cannot.
    """
    others: list[Given] = []
    requests = _requests(partial(_put, connection), given, others)
    for batch in answers(requests, _signing(connection), paced(most)):
        yield [(answer.request.about, _written(connection, answer)) for answer in batch]
    for one in others:
        yield [(one, one_by_one(one))]


def _requests(
    request: Callable[[_One], Request], asked: Iterable[_One], others: list[_One]
) -> Iterator[Request]:
    for one in asked:
        try:
            made = request(one)
        except StorageError:
            others.append(one)  # where the same happens, it is said of this object alone
        else:
            yield made


def _signing(connection: Connection) -> Callable[[Any, Keys], None]:
    def sign(handle: Any, keys: Keys) -> None:
        handle.setopt(handle.AWS_SIGV4, f"aws:amz:{connection.endpoint.region}:s3")
        handle.setopt(handle.USERNAME, keys.access)
        handle.setopt(handle.PASSWORD, keys.secret)

    return sign


def _get(connection: Connection, wanted: Wanted) -> Request:
    url, keys, headers = _addressed(connection, wanted.key)
    version_id, etag = wanted.expect.get("version"), wanted.expect.get("etag")
    if version_id:
        url += "?versionId=" + quote(version_id, safe="-_.~")
    elif etag:
        headers.append(f'If-Match: "{etag}"')
    return Request(wanted, url, tuple(headers), keys)


def _put(connection: Connection, given: Given) -> Request:
    url, keys, headers = _addressed(connection, given.key)
    etag = None if given.expect is None else given.expect.get("etag")
    if given.expect is not None and not etag:
        raise Refused(f"{given.key!r} has an expected version without an ETag", key=given.key)
    body, sha256 = s3_writing.whole(given.source, given.key)
    # The server compares the bytes that arrive with both; a flipped bit is refused.
    headers += [
        "If-None-Match: *" if etag is None else f'If-Match: "{etag}"',
        f"X-Amz-Content-Sha256: {sha256.hex()}",
        f"X-Amz-Checksum-Sha256: {b64encode(sha256).decode()}",
        _NO_TYPE,
        _AT_ONCE,
    ]
    return Request(given, url, tuple(headers), keys, body)


def _addressed(connection: Connection, key: str) -> tuple[str, Keys | None, list[str]]:
    endpoint, full = connection.endpoint, connection.full(key)
    if _DOTTED.search(full):
        raise Unsupported(f"no path can be signed for {full!r}", key=key)
    url = endpoint.url + quote(f"/{endpoint.bucket}/{full}", safe="/-_.~")
    keys = connection.keys()
    token = None if keys is None else keys.token
    return url, keys, [] if token is None else [f"X-Amz-Security-Token: {token}"]


def _read(connection: Connection, answer: Answer) -> Whole | StorageError:
    wanted: Wanted = answer.request.about
    if answer.status != 200:
        return _failure(connection, answer).error
    version = _version(answer, len(answer.body))
    try:
        require(version, wanted.expect, wanted.key)
    except StorageError as error:
        return error
    return Whole(version, answer.body)


def _written(connection: Connection, answer: Answer) -> Version | StorageError:
    given: Given = answer.request.about
    try:
        version = _version(answer, given.source.size)
        if answer.status == 200 and version.ids:
            return version
        failed = _failure(connection, answer)
        return s3_writing.after_failure(
            connection, s3_writing.Unanswered(given.key, given.source, given.expect, failed)
        )
    except StorageError as error:
        return error


def _failure(connection: Connection, answer: Answer) -> Failure:
    about = connection.about(answer.request.about.key)
    if answer.status == 0:
        silent = Unreachable(f"{about.where}: the storage does not answer", key=about.key)
        return Failure(silent, lost=True)
    error = for_answer(code_in(answer.body.decode(errors="replace")), answer.status, about)
    return Failure(error, lost=isinstance(error, Unreachable) or answer.repeated)


def _version(answer: Answer, size: int) -> Version:
    return object_version(size, answer.header(b"etag"), answer.header(b"x-amz-version-id"))
