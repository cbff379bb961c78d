"""What a lean S3 server answers: buckets in memory, with as little work for each object as can be.

It is for measuring clients, so it does what they need to give and bring objects, and nothing else:
it checks no signature and no SHA-256, and has no versions, rights or copies. What it has not is
answered with 501. Preconditions hold, also for the completion of parts.
See https://docs.aws.amazon.com/AmazonS3/latest/API/.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import md5
from itertools import count
from urllib.parse import parse_qsl, quote, unquote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

_MOST = 1000  # keys of a page
_LAST = "\U0010ffff"  # comes behind every character of a key
_NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
_KEPT = ("content-type", "content-encoding", "cache-control")

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """One request, whole.

    Attributes:
        method: of HTTP.
        target: path and query, percent-encoded.
        headers: by name in lower case.
        body: as it was sent.
    """

    method: str
    target: str
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered; the length of the body is said by whoever sends it."""

    status: int
    body: bytes = b""
    headers: Headers = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Object:
    body: bytes
    etag: str
    written: float
    headers: Headers


@dataclass(frozen=True, slots=True)
class _Upload:
    key: str
    headers: Headers
    parts: dict[int, tuple[str, bytes]]


class _Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class Buckets:
    """All buckets of a server."""

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}

    def answer(self, request: Request) -> Answer:
        """What one request brings about, and what is said of it."""
        path, _, query = request.target.partition("?")
        name, _, key = path[1:].partition("/")
        try:
            if not name:
                return Answer(200, f"<ListAllMyBucketsResult {_NAMESPACE}/>".encode())
            bucket = self._buckets.get(name)
            if bucket is None and request.method == "PUT" and not key:
                bucket = self._buckets[name] = _Bucket()
            if bucket is None:
                raise _Refused(404, "NoSuchBucket")
            asked = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
            asked.pop("x-id", None)
            if not key:
                return bucket.as_a_whole(request, asked)
            return bucket.of_one(request, unquote(key) if "%" in key else key, asked)
        except _Refused as error:
            said = "" if request.method == "HEAD" else f"<Error><Code>{error.code}</Code></Error>"
            return Answer(error.status, said.encode())


class _Bucket:
    def __init__(self) -> None:
        self._objects: dict[str, _Object] = {}
        self._sorted: list[str] | None = None
        self._uploads: dict[str, _Upload] = {}
        self._numbers = count(1)

    def of_one(self, request: Request, key: str, asked: Mapping[str, str]) -> Answer:
        """Answer a request about one key."""
        method = request.method
        signed = any(name.startswith("X-Amz-") for name in asked)
        if method == "PUT" and (not asked or signed):
            return self._put(request, key)
        if method in ("GET", "HEAD") and (not asked or signed):
            return self._get(request, key)
        if method == "DELETE" and not asked:
            return self._delete(request, key)
        if method == "POST" and "uploads" in asked:
            return self._begin(request, key)
        if "uploadId" in asked:
            return self._upload(request, asked)
        raise _Refused(501, "NotImplemented")

    def as_a_whole(self, request: Request, asked: Mapping[str, str]) -> Answer:
        """Answer a request about the bucket."""
        if request.method == "POST" and "delete" in asked:
            return self._delete_many(request)
        if request.method == "GET" and "location" in asked:
            return Answer(200, f"<LocationConstraint {_NAMESPACE}/>".encode())
        if request.method == "GET" and asked.keys() <= _LISTING:
            return Answer(200, self._page(asked).encode(), {"Content-Type": "application/xml"})
        if request.method in ("PUT", "HEAD") and not asked:
            return Answer(200)
        raise _Refused(501, "NotImplemented")

    def _put(self, request: Request, key: str) -> Answer:
        headers = request.headers
        if "x-amz-copy-source" in headers:
            raise _Refused(501, "NotImplemented")
        self._require(headers, key)
        body = _content(request)
        return self._keep(key, body, f'"{md5(body, usedforsecurity=False).hexdigest()}"', headers)

    def _keep(self, key: str, body: bytes, etag: str, headers: Headers) -> Answer:
        if key not in self._objects:
            self._sorted = None
        self._objects[key] = _Object(body, etag, time.time(), _described(headers))
        return Answer(200, headers={"ETag": etag})

    def _get(self, request: Request, key: str) -> Answer:
        found = self._objects.get(key)
        if found is None:
            raise _Refused(404, "NoSuchKey")
        if request.headers.get("if-match", found.etag) != found.etag:
            raise _Refused(412, "PreconditionFailed")
        said = {
            "ETag": found.etag,
            "Last-Modified": formatdate(found.written, usegmt=True),
            "Accept-Ranges": "bytes",
            **found.headers,
        }
        asked = _RANGE.match(request.headers.get("range", ""))
        if not asked:
            return Answer(200, found.body, said)
        start, stop = _span(asked[1], asked[2], len(found.body))
        said["Content-Range"] = f"bytes {start}-{stop - 1}/{len(found.body)}"
        return Answer(206, found.body[start:stop], said)

    def _delete(self, request: Request, key: str) -> Answer:
        found = self._objects.get(key)
        if found is not None:
            if request.headers.get("if-match", found.etag) != found.etag:
                raise _Refused(412, "PreconditionFailed")
            self._forget([key])
        return Answer(204)

    def _delete_many(self, request: Request) -> Answer:
        keys = [each.text or "" for each in _elements(_content(request), "Key")]
        self._forget(keys)
        return Answer(200, f"<DeleteResult {_NAMESPACE}/>".encode())

    def _forget(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._objects.pop(key, None)
        self._sorted = None

    def _require(self, headers: Headers, key: str) -> None:
        """What a write expects to find."""
        current = self._objects.get(key)
        if "if-none-match" in headers and current is not None:
            raise _Refused(412, "PreconditionFailed")
        if "if-match" in headers:
            if current is None:
                raise _Refused(404, "NoSuchKey")
            if headers["if-match"] != current.etag:
                raise _Refused(412, "PreconditionFailed")

    def _begin(self, request: Request, key: str) -> Answer:
        number = str(next(self._numbers))
        self._uploads[number] = _Upload(key, _described(request.headers), {})
        told = f"<Key>{escape(key)}</Key><UploadId>{number}</UploadId>"
        return Answer(200, _xml("InitiateMultipartUploadResult", told))

    def _upload(self, request: Request, asked: Mapping[str, str]) -> Answer:
        """Answer a request about an upload in parts."""
        upload = self._uploads.get(asked["uploadId"])
        if upload is None:
            raise _Refused(404, "NoSuchUpload")
        if request.method == "PUT" and "partNumber" in asked:
            body = _content(request)
            etag = md5(body, usedforsecurity=False).hexdigest()
            upload.parts[int(asked["partNumber"])] = etag, body
            return Answer(200, headers={"ETag": f'"{etag}"'})
        if request.method == "POST":
            return self._complete(request, asked["uploadId"], upload)
        if request.method == "DELETE":
            del self._uploads[asked["uploadId"]]
            return Answer(204)
        raise _Refused(501, "NotImplemented")

    def _complete(self, request: Request, number: str, upload: _Upload) -> Answer:
        self._require(request.headers, upload.key)
        named = [int(each.text or 0) for each in _elements(_content(request), "PartNumber")]
        if not named or any(each not in upload.parts for each in named):
            raise _Refused(400, "InvalidPart")
        parts = [upload.parts[each] for each in named]
        whole = md5(b"".join(bytes.fromhex(etag) for etag, _ in parts), usedforsecurity=False)
        etag = f'"{whole.hexdigest()}-{len(parts)}"'
        self._keep(upload.key, b"".join(body for _, body in parts), etag, upload.headers)
        del self._uploads[number]
        told = f"<Key>{escape(upload.key)}</Key><ETag>{escape(etag)}</ETag>"
        return Answer(200, _xml("CompleteMultipartUploadResult", told))

    def _page(self, asked: Mapping[str, str]) -> str:
        """A page of ListObjectsV2, or of ListObjects."""
        prefix, delimiter = asked.get("prefix", ""), asked.get("delimiter", "")
        after = asked.get("continuation-token") or asked.get("start-after") or asked.get("marker")
        spelled: Callable[[str], str] = quote if asked.get("encoding-type") == "url" else escape
        if self._sorted is None:
            self._sorted = sorted(self._objects)
        keys, last = self._sorted, ""
        told: list[str] = []
        at = max(bisect_left(keys, prefix), bisect_right(keys, unquote(after)) if after else 0)
        most = min(_MOST, int(asked.get("max-keys", _MOST)))
        while at < len(keys) and keys[at].startswith(prefix) and len(told) < most:
            key = keys[at]
            end = key.find(delimiter, len(prefix)) if delimiter else -1
            if end < 0:
                told.append(_listed(spelled(key), self._objects[key]))
                at, last = at + 1, key
            else:
                common = key[: end + len(delimiter)]
                told.append(f"<CommonPrefixes><Prefix>{spelled(common)}</Prefix></CommonPrefixes>")
                last = common + _LAST
                at = bisect_left(keys, last, at)
        more = at < len(keys) and keys[at].startswith(prefix) and bool(told)
        told.append(f"<IsTruncated>{str(more).lower()}</IsTruncated>")
        told.append(f"<KeyCount>{len(told) - 1}</KeyCount><MaxKeys>{most}</MaxKeys>")
        told.append(
            f"<Prefix>{spelled(prefix)}</Prefix><Delimiter>{spelled(delimiter)}</Delimiter>"
        )
        if "encoding-type" in asked:
            told.append("<EncodingType>url</EncodingType>")
        if more:
            told.append(f"<NextContinuationToken>{quote(last)}</NextContinuationToken>")
            told.append(f"<NextMarker>{spelled(last)}</NextMarker>")
        return _xml("ListBucketResult", "".join(told)).decode()


_LISTING = frozenset(
    {"list-type", "prefix", "delimiter", "max-keys", "encoding-type", "fetch-owner"}
    | {"continuation-token", "start-after", "marker"}
)


def _xml(name: str, inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><{name} {_NAMESPACE}>{inside}</{name}>'.encode()


def _listed(key: str, found: _Object) -> str:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(found.written))
    return (
        f"<Contents><Key>{key}</Key><LastModified>{stamp}</LastModified>"
        f"<ETag>{escape(found.etag)}</ETag><Size>{len(found.body)}</Size>"
        "<StorageClass>STANDARD</StorageClass></Contents>"
    )


def _content(request: Request) -> bytes:
    """The bytes that were meant: without the chunks in which some SDKs send them."""
    body = request.body
    if "x-amz-decoded-content-length" not in request.headers:
        return body
    pieces, at = [], 0
    while True:
        end = body.index(b"\r\n", at)
        # A signature may follow the length.
        size = int(body[at:end].partition(b";")[0], 16)
        if size == 0:
            break  # trailers
        pieces.append(body[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
    return b"".join(pieces)


def _described(headers: Headers) -> Headers:
    """The headers that come back with an object."""
    return {n: v for n, v in headers.items() if n in _KEPT or n.startswith("x-amz-meta-")}


def _elements(body: bytes, name: str) -> list[ElementTree.Element]:
    tree = ElementTree.fromstring(body)  # noqa: S314 - what our own clients send
    return [each for each in tree.iter() if each.tag.rpartition("}")[2] == name]


def _span(first: str, last: str, size: int) -> tuple[int, int]:
    """What a range asks for: its first byte, and the one behind its last."""
    if not first:
        return max(0, size - int(last or 0)), size
    start, stop = int(first), min(size, int(last) + 1 if last else size)
    if start >= size:
        raise _Refused(416, "InvalidRange")
    return start, stop
