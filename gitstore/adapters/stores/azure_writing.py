"""Writing and deleting blobs of a container, always with a precondition.

Small blobs go in one request, large ones in blocks that travel side by side and one list of blocks
that carries the precondition. Whatever is sent carries its MD5, so that Azure refuses damaged
bytes. See https://learn.microsoft.com/en-us/rest/api/storageservices/put-block-list.

Blocks of an upload that was cut off stay with Azure, unseen and unbilled for reading, for a week;
there is no request that removes them. Another upload's completion does.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64encode
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from gitstore.adapters.stores.azure_container import Container, blob_version, current
from gitstore.adapters.stores.azure_errors import code_of
from gitstore.adapters.stores.azure_reading import read
from gitstore.adapters.stores.cloud_requests import Answer, Request
from gitstore.adapters.stores.source_pieces import pieces
from gitstore.adapters.stores.throttled import unslowed
from gitstore.core.errors import (
    Missing,
    Refused,
    StoreError,
    Unreachable,
)
from gitstore.core.store import Source
from gitstore.core.versions import Version

SMALL = 8 << 20
"""In bytes: what is written in one request."""

BLOCK = 16 << 20
MOST_BLOCKS = 50_000
IN_FLIGHT = 4
_MEBIBYTE = 1 << 20
_BYTES = "application/octet-stream"


def write(container: Container, key: str, source: Source, expect: Version | None) -> Version:
    """See `Store.write`."""
    condition = _condition(key, expect, "replaced")
    container.full(key)
    if source.size <= SMALL:
        data = b"".join(pieces(source, key, SMALL))
        request = container.blob("PUT", key).saying(
            {"x-ms-blob-type": "BlockBlob", "Content-Type": _BYTES, **_md5(data), **condition}
        )
        last = request.carrying(data)
    else:
        last = _in_blocks(container, key, source).saying(condition)
    try:
        answer = container.service.ask(last)
        if answer.status == 201:
            return blob_version(answer.headers, source.size, last.about)
        error = _refusal(container, answer, last)
        lost = answer.repeated or isinstance(error, Unreachable)
    except Unreachable as silent:
        error, lost = silent, True
    ours = _look_up(container, key, source) if lost else None
    if ours is None:
        raise error
    return ours


def delete(container: Container, key: str, expect: Version) -> None:
    """See `Store.delete`. Never names a version, and leaves snapshots as they are."""
    request = container.blob("DELETE", key).saying(_condition(key, expect, "deleted"))
    answer = container.service.ask(request)
    if answer.status == 202:
        return
    # Gone at the second attempt: the first one did it, and its answer was lost.
    refused = answer.status in (404, 412)
    if not (answer.repeated and refused and current(container, key) is None):
        raise _refusal(container, answer, request)


def _condition(key: str, expect: Version | None, done: str) -> dict[str, str]:
    if expect is None:
        return {"If-None-Match": "*"}
    if not expect.get("etag"):
        raise Refused(f"{key!r} cannot be {done}: its expected version has no ETag", key=key)
    return {"If-Match": f'"{expect.get("etag")}"'}


def _refusal(container: Container, answer: Answer, request: Request) -> StoreError:
    if _is_gone(answer):
        return Refused(f"{request.about.key!r} is gone", key=request.about.key)
    return container.failed(answer, request.about)


def _is_gone(answer: Answer) -> bool:
    return answer.status == 404 and code_of(answer) in ("BlobNotFound", "")


def block_size(size: int) -> int:
    """How large the blocks of a blob of `size` bytes are, in bytes."""
    return max(BLOCK, -(-size // MOST_BLOCKS // _MEBIBYTE) * _MEBIBYTE)


def _in_blocks(container: Container, key: str, source: Source) -> Request:
    """The blocks of a blob are sent; the request that makes a blob of them."""
    size = block_size(source.size)
    # All names of blocks of one blob have one length, and no other upload has these.
    upload = secrets.token_bytes(12)
    names: list[str] = []
    waiting: set[Future[None]] = set()
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        for number, data in enumerate(pieces(source, key, size)):
            if len(waiting) == IN_FLIGHT:
                # Whichever is first: nothing waits behind a block that takes long.
                arrived, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in arrived:
                    future.result()
            names.append(b64encode(upload + number.to_bytes(6, "big")).decode())
            waiting.add(pool.submit(_send, container, key, names[-1], data))
        for future in waiting:
            future.result()
    blocks = "".join(f"<Uncommitted>{name}</Uncommitted>" for name in names)
    body = f'<?xml version="1.0" encoding="utf-8"?><BlockList>{blocks}</BlockList>'.encode()
    request = container.blob("PUT", key).asking(comp="blocklist")
    headers = {"Content-Type": "application/xml", "x-ms-blob-content-type": _BYTES, **_md5(body)}
    return request.saying(headers).carrying(body)


def _send(container: Container, key: str, name: str, data: bytes) -> None:
    request = container.blob("PUT", key).asking(comp="block", blockid=name)
    answer = container.service.ask(request.saying(_md5(data)).carrying(data))
    if answer.status != 201:
        raise container.failed(answer, request.about)


def _md5(data: bytes) -> dict[str, str]:
    return {"Content-MD5": b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()}


def _look_up(container: Container, key: str, source: Source) -> Version | None:
    """The current version if its bytes are the source's, else None."""
    found = current(container, key)
    if found is None or found.size != source.size:
        return None
    ours, theirs = hashlib.sha256(), hashlib.sha256()
    try:
        for chunk in read(container, key, found, None).chunks:
            theirs.update(chunk)
    except (Missing, Refused):
        # Somebody else is at work there: what we wrote, if we did, is not what is there now.
        return None
    for piece in pieces(unslowed(source), key, _MEBIBYTE):
        ours.update(piece)
    return found if theirs.digest() == ours.digest() else None
