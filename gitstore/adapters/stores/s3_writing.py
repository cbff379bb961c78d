"""Writing and deleting objects of an S3 bucket, always with a precondition.

Small objects go in one request through obstore, or through botocore where obstore cannot spell the
key; large ones in parts through botocore, whose completion carries the precondition. See
https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html.

When the answer to a write is lost, or is the answer to a repetition that an SDK sent by itself, the
object is looked up before anything is called a failure or a conflict.
"""

from __future__ import annotations

import hashlib
import time
from base64 import b64encode
from dataclasses import dataclass, replace
from typing import Any

from gitstore.adapters.stores import s3_parts
from gitstore.adapters.stores.patience import pause
from gitstore.adapters.stores.s3_connection import Connection
from gitstore.adapters.stores.s3_errors import CODES, Failure, failure, sdk_errors, translated
from gitstore.adapters.stores.s3_listing import object_version
from gitstore.adapters.stores.s3_obstore import obstore
from gitstore.adapters.stores.s3_reading import read, stat
from gitstore.adapters.stores.throttled import unslowed
from gitstore.core.errors import Changed, LocalFailure, Missing, Refused, StoreError, Unreachable
from gitstore.core.store import Source, md5_of
from gitstore.core.versions import Version, merged

SMALL = 8 << 20
"""In bytes: what is written in one request."""


def write(connection: Connection, key: str, source: Source, expect: Version | None) -> Version:
    """See `Store.write`."""
    connection.full(key)
    if expect is not None and not expect.get("etag"):
        raise Refused(f"{key!r} cannot be replaced: its expected version has no ETag", key=key)
    try:
        return _write_once(connection, key, source, expect)
    except _Silent:
        # obstore does not repeat such a write. With its precondition it may be repeated, and what
        # a server that hangs up before it has read all meant with that is not known otherwise.
        time.sleep(pause(1))
        return _write_once(connection, key, source, expect)


class _Silent(Unreachable):
    """No answer at all to a small write, and nothing of it is there."""


def _write_once(
    connection: Connection, key: str, source: Source, expect: Version | None
) -> Version:
    try:
        if source.size <= SMALL:
            written = _write_small(connection, key, source, expect)
        else:
            written = s3_parts.write_parts(connection, key, source, expect)
    except sdk_errors() as error:
        failed = failure(error, connection.about(key))
        if failed is None:
            raise
        if failed.silent and source.size <= SMALL:
            said = failed.error
            silent = _Silent(said.message, key=said.key, hint=said.hint)
            failed = replace(failed, error=silent)
        return after_failure(connection, Unanswered(key, source, expect, failed))
    return _as_listed(connection, key, source, written)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A write that has failed, as far as is known."""

    key: str
    source: Source
    expect: Version | None
    failure: Failure


def after_failure(connection: Connection, write: Unanswered) -> Version:
    """What a write made of which the answer was lost.

    Raises:
        StoreError: it made nothing, or nobody can know.
    """
    key, error = write.key, write.failure.error
    ours = _look_up(connection, key, write.source) if write.failure.lost else None
    if ours is not None:
        return ours
    if write.expect is not None and _is_gone(error):
        raise Refused(f"{key!r} is gone", key=key) from error
    raise error


def delete(connection: Connection, key: str, expect: Version) -> None:
    """See `Store.delete`. Never names a version: that would destroy history."""
    full = connection.full(key)
    etag = expect.get("etag")
    if not etag:
        raise Refused(f"{key!r} cannot be deleted: its expected version has no ETag", key=key)
    try:
        with translated(connection.about(key)):
            connection.client().delete_object(
                Bucket=connection.endpoint.bucket, Key=full, IfMatch=f'"{etag}"'
            )
    except Missing as error:
        if not _is_gone(error):
            raise
        raise Refused(f"{key!r} is gone", key=key) from error


def _write_small(
    connection: Connection, key: str, source: Source, expect: Version | None
) -> Version:
    data, _ = whole(source, key)
    full = connection.full(key)
    etag = None if expect is None else f'"{expect.get("etag")}"'
    said: Any
    if connection.obstore_may(full):
        mode: Any = "create" if etag is None else {"e_tag": etag}
        said = obstore().put(connection.obstore(), full, data, mode=mode, use_multipart=False)
        return object_version(len(data), said["e_tag"], said["version"])
    md5 = hashlib.md5(data, usedforsecurity=False).digest()
    said = connection.client().put_object(
        Bucket=connection.endpoint.bucket,
        Key=full,
        Body=data,
        ContentMD5=b64encode(md5).decode(),
        **s3_parts.condition(expect),
    )
    return object_version(len(data), said.get("ETag"), said.get("VersionId"))


def whole(source: Source, key: str) -> tuple[bytes, bytes]:
    """All bytes of a source, and their SHA-256.

    Raises:
        Changed: they are not those that were meant.
        LocalFailure: they cannot be read.
    """
    try:
        with source.open() as stream:
            data = stream.read()
    except OSError as error:
        raise LocalFailure(f"the local file for {key!r} cannot be read: {error}") from error
    if len(data) != source.size:
        raise Changed(f"the local file for {key!r} changed while it was read")
    return data, bytes.fromhex(source.sha256) if source.sha256 else hashlib.sha256(data).digest()


def _as_listed(connection: Connection, key: str, source: Source, written: Version) -> Version:
    """What was written, in the words in which a listing will say it.

    A few servers answer a write with no ETag, or the completion of parts with one that they never
    use again. Theirs is taken from a look, but only if it is the MD5 of our bytes: what is there
    now could be somebody else's.
    """
    if written.get("etag") and source.size <= SMALL:
        return written
    current = stat(connection, key)
    if current is None or current.size != written.size:
        return written
    if current.get("etag") == written.get("etag"):
        return merged(written, current)
    return current if current.get("etag") == _md5(source) else written


def _look_up(connection: Connection, key: str, source: Source) -> Version | None:
    """The current version if its bytes are the source's, else None."""
    current = stat(connection, key)
    if current is None or current.size != source.size:
        return None
    if current.get("etag") == _md5(source):
        return current
    theirs = hashlib.sha256()
    try:
        for chunk in read(connection, key, current, None).chunks:
            theirs.update(chunk)
    except (Missing, Refused):
        # Somebody else is at work there: what we wrote, if we did, is not what is there now.
        return None
    return current if theirs.hexdigest() == (source.sha256 or _digest(source, "sha256")) else None


def _md5(source: Source) -> str:
    return md5_of(source) or _digest(source, "md5")


def _digest(source: Source, kind: str) -> str:
    digest = hashlib.new(kind, usedforsecurity=False)
    with unslowed(source).open() as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _is_gone(error: StoreError) -> bool:
    # A missing bucket is Missing too, but nobody deleted the object there.
    return isinstance(error, Missing) and error.message.endswith(CODES["NoSuchKey"][1])
