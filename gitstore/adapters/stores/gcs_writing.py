"""Writing and deleting objects of a bucket of Google Cloud Storage, always with a precondition.

Every upload says the CRC32C of its bytes beforehand, so that Google refuses damaged ones and the
object is never there with wrong bytes. Small objects go in one request; large ones in a resumable
upload, which goes on where a connection broke. See
https://cloud.google.com/storage/docs/request-preconditions and
https://cloud.google.com/storage/docs/performing-resumable-uploads.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import replace

from gitstore.adapters.stores.cloud_requests import (
    ATTEMPTS,
    PIECE,
    Answer,
    Request,
    pause,
)
from gitstore.adapters.stores.gcs_bucket import Bucket, current, described
from gitstore.adapters.stores.gcs_errors import is_of_bucket
from gitstore.adapters.stores.gcs_reading import read
from gitstore.adapters.stores.source_pieces import pieces
from gitstore.adapters.stores.throttled import unslowed
from gitstore.core.errors import (
    Corrupt,
    Missing,
    Refused,
    Unreachable,
)
from gitstore.core.store import Source
from gitstore.core.versions import Version, equal

SMALL = 8 << 20
"""In bytes: what is written in one request."""

_JSON = "application/json; charset=UTF-8"
_BYTES = "application/octet-stream"
_DONE = frozenset({200, 201})


def write(bucket: Bucket, key: str, source: Source, expect: Version | None) -> Version:
    """See `Store.write`."""
    generation = _named(key, expect, "replaced")
    upload = bucket.upload(key).asking(ifGenerationMatch=generation)
    if source.size <= SMALL:
        return _write_small(bucket, upload, source)
    if bucket.foreign:
        # Google looks when an upload begins and when it ends. One server was seen to do neither.
        found = current(bucket, key)
        if (expect is None) != (found is None) or (expect and not equal(found, expect)):
            raise Refused(f"{key!r} is not the expected version any more", key=key)
    return _write_large(bucket, upload, source)


def delete(bucket: Bucket, key: str, expect: Version) -> None:
    """See `Store.delete`. The generation is a condition only: named, it would be destroyed."""
    generation = _named(key, expect, "deleted")
    request = bucket.object("DELETE", key).asking(ifGenerationMatch=generation)
    answer = bucket.service.ask(request)
    if answer.status == 404 and not is_of_bucket(answer):
        if answer.repeated:
            return  # The first attempt did it, and its answer was lost.
        raise Refused(f"{key!r} is gone", key=key)
    if answer.status not in (200, 204):
        raise bucket.failed(answer, request.about)


def _named(key: str, expect: Version | None, done: str) -> str:
    """The generation of an expected version; 0 is that of an object that is not there."""
    generation = "0" if expect is None else expect.get("generation")
    if not generation:
        raise Refused(f"{key!r} cannot be {done}: its expected version has no generation", key=key)
    return generation


def _write_small(bucket: Bucket, upload: Request, source: Source) -> Version:
    about = upload.about
    key = about.key or ""
    data = b"".join(pieces(source, key, PIECE))
    crc32c = _crc32c((data,))
    mark = secrets.token_hex(16)
    parts = ((_JSON, _metadata(bucket, key, crc32c)), (_BYTES, data))
    body = b"".join(
        f"--{mark}\r\nContent-Type: {kind}\r\n\r\n".encode() + part + b"\r\n"
        for kind, part in parts
    )
    request = upload.asking(uploadType="multipart").saying(
        {"Content-Type": f"multipart/related; boundary={mark}"}
    )
    try:
        answer = bucket.service.ask(request.carrying(body + f"--{mark}--".encode()))
        if answer.status == 200:
            return _stored(bucket, answer, upload, crc32c)
        error = bucket.failed(answer, about)
        lost = answer.repeated or isinstance(error, Unreachable)
    except Unreachable as silent:
        error, lost = silent, True
    ours = _look_up(bucket, key, source) if lost else None
    if ours is None:
        raise error
    return ours


def _write_large(bucket: Bucket, upload: Request, source: Source) -> Version:
    about = upload.about
    key = about.key or ""
    crc32c = _crc32c(pieces(unslowed(source), key, PIECE))
    begin = upload.asking(uploadType="resumable").saying(
        {
            "Content-Type": _JSON,
            "X-Upload-Content-Type": _BYTES,
            "X-Upload-Content-Length": str(source.size),
        }
    )
    begun = bucket.service.ask(begin.carrying(_metadata(bucket, key, crc32c)))
    if begun.status not in _DONE:
        raise bucket.failed(begun, about)
    if not begun.headers.get("location"):
        raise Unreachable(f"{about}: the storage does not say where the bytes go", key=key)
    session = Request("PUT", bucket.here(begun.headers["location"]), about)
    try:
        answer = _sent(bucket, session, source)
    except Unreachable:
        ours = _look_up(bucket, key, source)
        if ours is None:
            raise
        return ours
    return _stored(bucket, answer, upload, crc32c)


def _sent(bucket: Bucket, session: Request, source: Source) -> Answer:
    """The answer that ends an upload, which goes on from what has arrived when it breaks off."""
    at, failures = 0, 0
    while True:
        answer = _try_to_send(bucket, session, source, at)
        if answer is not None and answer.status in _DONE:
            return answer
        if answer is not None and answer.status < 500 and answer.status not in (308, 408, 429):
            raise bucket.failed(answer, session.about)
        failures += 1
        if failures == ATTEMPTS:
            raise Unreachable(f"{session.about}: the upload breaks off", key=session.about.key)
        pause(failures)
        asked = session.saying({"Content-Range": f"bytes */{source.size}", "Content-Length": "0"})
        said = bucket.service.ask(asked.carrying(b""))
        if said.status in _DONE:
            return said
        if said.status in (404, 410):
            raise Unreachable(f"{session.about}: the upload was ended", key=session.about.key)
        if said.status != 308:
            raise bucket.failed(said, session.about)
        arrived = said.headers.get("range", "").rpartition("-")[2]
        before, at = at, int(arrived) + 1 if arrived.isdigit() else 0
        failures = 0 if at > before else failures


def _try_to_send(bucket: Bucket, session: Request, source: Source, at: int) -> Answer | None:
    body = pieces(source, session.about.key or "", PIECE, at)
    left = source.size - at
    headers = {"Content-Length": str(left), "Content-Type": _BYTES}
    headers["Content-Range"] = (
        f"bytes {at}-{source.size - 1}/{source.size}" if left else f"bytes */{source.size}"
    )
    try:
        return bucket.service.once(session.saying(headers).carrying(body))
    except Unreachable:
        return None


def _stored(bucket: Bucket, answer: Answer, upload: Request, crc32c: bytes) -> Version:
    about = upload.about
    said = bucket.document(replace(answer, status=200), about)
    stored = described(said, about).version
    if stored.get("crc32c") not in (None, crc32c.hex()):
        raise Corrupt(f"{about}: the storage holds other bytes than were sent", key=about.key)
    return stored


def _metadata(bucket: Bucket, key: str, crc32c: bytes) -> bytes:
    said = {"name": bucket.full(key), "crc32c": base64.b64encode(crc32c).decode()}
    return json.dumps({**said, "contentType": _BYTES}).encode()


def _crc32c(data: Iterable[bytes]) -> bytes:
    from google_crc32c import Checksum

    checksum = Checksum()
    for piece in data:
        checksum.update(piece)
    digest: bytes = checksum.digest()
    return digest


def _look_up(bucket: Bucket, key: str, source: Source) -> Version | None:
    """The current version if its bytes are the source's, else None."""
    found = current(bucket, key)
    if found is None or found.size != source.size:
        return None
    if found.get("md5"):
        return found if found.get("md5") == _digest(source, key, "md5") else None
    theirs = hashlib.sha256()
    try:
        for chunk in read(bucket, key, found, None).chunks:
            theirs.update(chunk)
    except (Missing, Refused):
        # Somebody else is at work there: what we wrote, if we did, is not what is there now.
        return None
    return found if theirs.hexdigest() == _digest(source, key, "sha256") else None


def _digest(source: Source, key: str, kind: str) -> str:
    digest = hashlib.new(kind, usedforsecurity=False)
    for piece in pieces(unslowed(source), key, PIECE):
        digest.update(piece)
    return digest.hexdigest()
