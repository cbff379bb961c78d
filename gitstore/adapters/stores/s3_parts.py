"""Large objects: parts that travel side by side, and one completion that carries the precondition.

Memory holds at most as many parts as travel. Every part carries its MD5, so that a flipped bit is
refused by the server, and the ETag that S3 documents for the whole (the MD5 of the parts' MD5s and
their number) is known here before the server says it. See
https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from gitstore.adapters.stores.s3_connection import Connection
from gitstore.adapters.stores.s3_errors import failure, sdk_errors
from gitstore.adapters.stores.s3_listing import object_version
from gitstore.adapters.stores.source_pieces import pieces
from gitstore.adapters.stores.throttled import pay, unslowed
from gitstore.core.errors import Denied, NoCredentials, StorageError, Unreachable
from gitstore.core.resuming import memo_of
from gitstore.core.store import Source
from gitstore.core.versions import Version

PART = 16 << 20
MOST_PARTS = 10_000
IN_FLIGHT = 4
_MEBIBYTE = 1 << 20
_NO_UPLOAD = ("NoSuchUpload", "404")


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
    """Write an object in parts; the version that the answer names.

    With a memo, an upload of the same bytes that was cut off goes on, and one that is cut off now
    stays for the next time.
    """
    target = {"Bucket": connection.endpoint.bucket, "Key": connection.full(key)}
    memo = memo_of(source)
    upload, there = _begun(connection, key, target, None if memo is None else memo.read())
    target_part = {**target, "UploadId": upload}
    try:
        if memo is not None and not there:
            memo.note(upload)
        parts = _upload(connection, target_part, source, (key, there))
        said = connection.client().complete_multipart_upload(
            **target_part,
            MultipartUpload={"Parts": [{"PartNumber": p.number, "ETag": p.etag} for p in parts]},
            **condition(expect),
        )
    except BaseException as error:
        if memo is None or not _passes(connection, key, error):
            _abort(connection, target_part)
            if memo is not None:
                memo.forget()
        raise
    if memo is not None:
        memo.forget()
    whole = hashlib.md5(b"".join(part.md5 for part in parts), usedforsecurity=False)
    # Ceph was seen to answer without an ETag.
    etag = said.get("ETag") or f"{whole.hexdigest()}-{len(parts)}"
    return object_version(source.size, etag, said.get("VersionId"))


def abandon(connection: Connection, key: str, upload: str) -> None:
    """Have the storage let go of an upload of ours; nothing if it has done so before."""
    from botocore.exceptions import ClientError

    target = {"Bucket": connection.endpoint.bucket, "Key": connection.full(key)}
    try:
        connection.client().abort_multipart_upload(**target, UploadId=upload)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in _NO_UPLOAD:
            raise


def _begun(
    connection: Connection, key: str, target: dict[str, str], noted: str | None
) -> tuple[str, dict[int, str]]:
    """The upload that was noted, with the ETags of its parts by number, or a new one."""
    from botocore.exceptions import ClientError

    client = connection.client()
    if noted is not None:
        try:
            pages = client.get_paginator("list_parts").paginate(**target, UploadId=noted)
            parts = [part for page in pages for part in page.get("Parts", [])]
            return noted, {part["PartNumber"]: part["ETag"] for part in parts}
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
                raise
            # It is gone, or this server does not tell: then it is of no use.
            _abort(connection, {**target, "UploadId": noted})
    upload = client.create_multipart_upload(**target).get("UploadId")
    if not upload:
        raise Unreachable(f"the storage began no upload of {key!r}", key=key)
    return str(upload), {}


def _upload(
    connection: Connection, target: dict[str, str], source: Source, what: tuple[str, dict[int, str]]
) -> list[Part]:
    """Send the parts that the storage has not; all of them.

    Args:
        what: the key, and the ETags of the parts that are there, by number.
    """
    key, there = what
    done: list[Part] = []
    waiting: set[Future[Part]] = set()
    # Leaving the pool waits for what travels: a part that arrives after an abort would stay there.
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        for number, data in enumerate(pieces(unslowed(source), key, part_size(source.size)), 1):
            known = _known(number, data, there.get(number))
            if known is not None:
                done.append(known)
                continue
            pay(source, len(data))
            if len(waiting) == IN_FLIGHT:
                # Whichever is first: nothing waits behind a part that takes long.
                arrived, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                done.extend(future.result() for future in arrived)
            waiting.add(pool.submit(_send, connection, target, number, data))
        done.extend(future.result() for future in waiting)
    return sorted(done, key=lambda part: part.number)


def _known(number: int, data: bytes, etag: str | None) -> Part | None:
    """The part, if the storage has these very bytes of it: its ETag is their MD5."""
    if etag is None:
        return None
    md5 = hashlib.md5(data, usedforsecurity=False).digest()
    return Part(number, etag, md5) if etag.strip('"').lower() == md5.hex() else None


def _send(connection: Connection, target: dict[str, str], number: int, data: bytes) -> Part:
    md5 = hashlib.md5(data, usedforsecurity=False).digest()
    said: Any = connection.client().upload_part(
        **target, PartNumber=number, Body=data, ContentMD5=b64encode(md5).decode()
    )
    # Without an ETag the part did not arrive, or it would have its MD5: nothing is concluded here,
    # because completing names it and the server compares.
    return Part(number, said.get("ETag") or f'"{md5.hex()}"', md5)


def _passes(connection: Connection, key: str, error: BaseException) -> bool:
    """Whether the same upload may well succeed later: nothing is wrong with it."""
    if not isinstance(error, Exception):
        return True  # somebody has interrupted it
    found = error if isinstance(error, StorageError) else None
    if found is None and isinstance(error, sdk_errors()):
        failed = failure(error, connection.about(key))
        found = None if failed is None else failed.error
    return isinstance(found, (Unreachable, Denied, NoCredentials))


def _abort(connection: Connection, target: dict[str, str]) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    # The first error is the one to tell; buckets have rules that remove forgotten parts.
    with suppress(BotoCoreError, ClientError):
        connection.client().abort_multipart_upload(**target)
