"""Large objects: parts that travel side by side, and one completion that carries the precondition.

Memory holds at most as many parts as travel. Every part carries its MD5, so that a flipped bit is
refused by the server, and the ETag that S3 documents for the whole (the MD5 of the parts' MD5s and
their number) is known here before the server says it. See
https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from gitstore.adapters.stores.s3_connection import Connection
from gitstore.adapters.stores.s3_listing import object_version
from gitstore.adapters.stores.source_pieces import pieces
from gitstore.core.errors import Unreachable
from gitstore.core.store import Source
from gitstore.core.versions import Version

PART = 16 << 20
MOST_PARTS = 10_000
IN_FLIGHT = 4
_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """A part that the server has: its number, counted from 1, its ETag and its MD5."""

    number: int
    etag: str
    md5: bytes


def part_size(size: int) -> int:
    """How large the parts of an object of `size` bytes are, in bytes."""
    least = -(-size // MOST_PARTS)
    return max(PART, -(-least // _MEBIBYTE) * _MEBIBYTE)


def condition(expect: Version | None) -> dict[str, str]:
    """The precondition of a write as botocore's arguments."""
    return {"IfNoneMatch": "*"} if expect is None else {"IfMatch": f'"{expect.get("etag")}"'}


def write_parts(
    connection: Connection, key: str, source: Source, expect: Version | None
) -> Version:
    """Write an object in parts; the version that the answer names."""
    client = connection.client()
    target = {"Bucket": connection.endpoint.bucket, "Key": connection.full(key)}
    upload = client.create_multipart_upload(**target).get("UploadId")
    if not upload:
        raise Unreachable(f"the storage began no upload of {key!r}", key=key)
    try:
        parts = _upload(connection, {**target, "UploadId": upload}, source, key)
        said = connection.client().complete_multipart_upload(
            **target,
            UploadId=upload,
            MultipartUpload={"Parts": [{"PartNumber": p.number, "ETag": p.etag} for p in parts]},
            **condition(expect),
        )
    except BaseException:
        _abort(connection, {**target, "UploadId": upload})
        raise
    whole = hashlib.md5(b"".join(part.md5 for part in parts), usedforsecurity=False)
    # Ceph was seen to answer without an ETag.
    etag = said.get("ETag") or f"{whole.hexdigest()}-{len(parts)}"
    return object_version(source.size, etag, said.get("VersionId"))


def _upload(connection: Connection, target: dict[str, str], source: Source, key: str) -> list[Part]:
    done: list[Part] = []
    waiting: deque[Future[Part]] = deque()
    # Leaving the pool waits for what travels: a part that arrives after an abort would stay there.
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        for number, data in enumerate(pieces(source, key, part_size(source.size)), 1):
            if len(waiting) == IN_FLIGHT:
                done.append(waiting.popleft().result())
            waiting.append(pool.submit(_send, connection, target, number, data))
        done.extend(future.result() for future in waiting)
    return done


def _send(connection: Connection, target: dict[str, str], number: int, data: bytes) -> Part:
    md5 = hashlib.md5(data, usedforsecurity=False).digest()
    said: Any = connection.client().upload_part(
        **target, PartNumber=number, Body=data, ContentMD5=b64encode(md5).decode()
    )
    # Without an ETag the part did not arrive, or it would have its MD5: nothing is concluded here,
    # because completing names it and the server compares.
    return Part(number, said.get("ETag") or f'"{md5.hex()}"', md5)


def _abort(connection: Connection, target: dict[str, str]) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    # The first error is the one to tell; buckets have rules that remove forgotten parts.
    with suppress(BotoCoreError, ClientError):
        connection.client().abort_multipart_upload(**target)
