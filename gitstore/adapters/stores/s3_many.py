"""Reading many small objects of an S3 bucket, by libcurl, which also signs the requests.

That takes half of the processor's time of obstore in threads (docs/performance.md). Keys with
components of dots are read one by one, because libcurl signs no such path as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

from gitstore.adapters.stores.curl import Answer, Get, answers
from gitstore.adapters.stores.pace import paced
from gitstore.adapters.stores.s3_connection import Connection
from gitstore.adapters.stores.s3_errors import for_answer
from gitstore.adapters.stores.s3_listing import object_version
from gitstore.adapters.stores.s3_reading import require
from gitstore.core.credentials import Keys
from gitstore.core.errors import StoreError, Unreachable, Unsupported
from gitstore.core.store import Answers, Wanted, Whole

_DOTTED = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")
_CODE = re.compile(rb"<Code>(\w+)</Code>")


def read_many(
    connection: Connection,
    wanted: Iterable[Wanted],
    most: int | None,
    one_by_one: Callable[[Wanted], Whole | StoreError],
) -> Answers:
    """See `ManyReader.read_many`.

    Args:
        one_by_one: reads what libcurl cannot ask for.
    """
    others: list[Wanted] = []

    def gets() -> Iterator[Get]:
        for one in wanted:
            try:
                get = _get(connection, one)
            except StoreError:
                others.append(one)  # which says it for this object alone
            else:
                yield get

    def sign(handle: Any, keys: Keys) -> None:
        handle.setopt(handle.AWS_SIGV4, f"aws:amz:{connection.endpoint.region}:s3")
        handle.setopt(handle.USERNAME, keys.access)
        handle.setopt(handle.PASSWORD, keys.secret)

    for batch in answers(gets(), sign, paced(most)):
        yield [(answer.get.wanted, _result(connection, answer)) for answer in batch]
    for one in others:
        yield [(one, one_by_one(one))]


def _get(connection: Connection, wanted: Wanted) -> Get:
    endpoint = connection.endpoint
    full = connection.full(wanted.key)
    if _DOTTED.search(full):
        raise Unsupported(f"no path can be signed for {full!r}", key=wanted.key)
    url = endpoint.url + quote(f"/{endpoint.bucket}/{full}", safe="/-_.~")
    headers: list[str] = []
    expect = wanted.expect
    version_id, etag = expect.get("version"), expect.get("etag")
    if version_id:
        url += "?versionId=" + quote(version_id, safe="-_.~")
    elif etag:
        headers.append(f'If-Match: "{etag}"')
    keys = connection.keys()
    if keys is not None and keys.token is not None:
        headers.append(f"X-Amz-Security-Token: {keys.token}")
    return Get(wanted, url, tuple(headers), keys)


def _result(connection: Connection, answer: Answer) -> Whole | StoreError:
    key, expect = answer.get.wanted.key, answer.get.wanted.expect
    about = connection.about(key)
    if answer.status == 0:
        return Unreachable(f"{about.where}: the storage does not answer", key=key)
    if answer.status != 200:
        code = _CODE.search(answer.body)
        return for_answer(code.group(1).decode() if code else None, answer.status, about)
    version = object_version(
        len(answer.body), answer.header(b"etag"), answer.header(b"x-amz-version-id")
    )
    try:
        require(version, expect, key)
    except StoreError as error:
        return error
    return Whole(version, answer.body)
