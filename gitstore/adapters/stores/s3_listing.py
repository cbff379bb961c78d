"""Listings of an S3 bucket, by the service's own call.

SDKs spend most of a listing on turning XML into objects that nobody keeps, and obstore cannot list
a bucket that holds one key it cannot spell. So the pages of ListObjectsV2 are fetched here, signed
by botocore, and parsed while they arrive. A page counts only when it is complete. See
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote_plus
from xml.parsers import expat

from gitstore.adapters.stores.patience import ATTEMPTS, pause
from gitstore.adapters.stores.s3_connection import CONNECT, SILENCE, Connection
from gitstore.adapters.stores.s3_errors import About, for_answer
from gitstore.core.errors import Unreachable
from gitstore.core.store import Found
from gitstore.core.versions import Version

_RETRIED = frozenset({429, 500, 502, 503, 504})
_PIECE = 1 << 16
_PLAIN = re.compile("[!-~]{1,1024}")
_ETAG = re.compile('(?!W/)"?[\\x21\\x23-\\x7e]{1,1024}"?')
_KEPT = frozenset(
    {"Key", "Size", "ETag", "NextContinuationToken", "IsTruncated", "EncodingType", "Code"}
)


@dataclass(frozen=True, slots=True)
class Page:
    """One complete answer: objects with keys as in the bucket, and where to go on, if at all."""

    found: list[Found]
    token: str | None


def listed(connection: Connection, prefix: str) -> Iterator[Found]:
    """Every object whose key starts with `prefix`, page after page; keys relative to the storage.

    A folder marker (a key that ends in a slash) is an object like any other, except the one of the
    storage's own prefix, which no key can name.
    """
    session = _Session(connection)
    above = len(connection.prefix)
    token: str | None = None
    while True:
        page = session.page(connection.prefix + prefix, token)
        for found in page.found:
            if not found.key.startswith(connection.prefix + prefix):
                raise Unreachable(f"the storage listed {found.key!r}, which was not asked for")
            if len(found.key) > above:
                yield Found(found.key[above:], found.version)
        if page.token is None:
            return
        if page.token == token:
            raise Unreachable("the storage gives the same page of a listing again and again")
        token = page.token


def object_version(size: int, etag: str | None, version_id: str | None = None) -> Version:
    """What S3 says of an object as a version: weak ETags and the version `null` name nothing.

    Nor does what can be no header: XML can hold a line end, and so another header.
    """
    ids: tuple[str, ...] = ()
    if version_id and version_id != "null" and _PLAIN.fullmatch(version_id):
        ids = (f"version:{version_id}",)
    if etag and _ETAG.fullmatch(etag):
        ids = (*ids, "etag:" + etag.strip('"'))
    return Version(size, ids)


def parse(pieces: Iterator[bytes], status: int, about: About) -> Page:
    """A page from the pieces of an answer.

    Raises:
        Unreachable: the answer is not a whole page.
        StoreError: the answer is an error, whatever its status is.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = reader.refuse_entities
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError) as error:
        if status != 200:
            raise for_answer(None, status, about) from error
        raise Unreachable(f"{about.where}: a page of the listing is damaged: {error}") from error
    if status != 200 or reader.root != "ListBucketResult":
        raise for_answer(reader.fields.get("Code"), status if status != 200 else None, about)
    token = reader.fields.get("NextContinuationToken")
    goes_on = reader.fields.get("IsTruncated") == "true"
    if goes_on and not token:
        raise Unreachable(f"{about.where}: the listing goes on, but the storage does not say where")
    found = reader.found
    if reader.fields.get("EncodingType") == "url":
        found = [Found(unquote_plus(each.key), each.version) for each in found]
    return Page(found, token if goes_on else None)


class _Reader:
    """What expat sees, kept as far as it matters."""

    def __init__(self) -> None:
        self.root = ""
        self.found: list[Found] = []
        self.fields: dict[str, str] = {}
        self._object: dict[str, str] | None = None
        self._text: list[str] = []
        self._depth = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        self._depth += 1
        if self._depth == 1:
            self.root = name
        elif self._depth == 2 and name == "Contents":
            self._object = {}
        self._text = []

    def text(self, data: str) -> None:
        self._text.append(data)

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        self._depth -= 1
        if self._object is not None and self._depth == 2:
            if name in _KEPT:
                self._object[name] = "".join(self._text)
        elif self._object is not None and self._depth == 1:
            self.found.append(self._finished(self._object))
            self._object = None
        elif self._depth == 1 and name in _KEPT:
            self.fields[name] = "".join(self._text)
        self._text = []

    def refuse_entities(self, *_: object) -> None:
        raise ValueError("it declares entities")

    def _finished(self, said: dict[str, str]) -> Found:
        if "Key" not in said or "Size" not in said:
            raise ValueError("an object without key or size")
        return Found(said["Key"], object_version(int(said["Size"]), said.get("ETag")))


class _Session:
    """Signed requests for pages, over connections that are kept."""

    def __init__(self, connection: Connection) -> None:
        from botocore.httpsession import URLLib3Session
        from botocore.utils import get_environ_proxies

        self._connection = connection
        proxies = get_environ_proxies(connection.endpoint.url)
        self._http = URLLib3Session(proxies=proxies, timeout=(CONNECT, SILENCE))

    def page(self, prefix: str, token: str | None) -> Page:
        """One page, asked for again when the storage is busy or the connection breaks."""
        from botocore.exceptions import BotoCoreError
        from botocore.response import StreamingBody

        query = {"encoding-type": "url", "list-type": "2", "prefix": prefix}
        if token is not None:
            query["continuation-token"] = token
        about = self._connection.about()
        for attempt in range(1, ATTEMPTS + 1):
            wished = ""
            try:
                answer = self._http.send(self._signed(query))
                if answer.status_code not in _RETRIED or attempt == ATTEMPTS:
                    body = StreamingBody(answer.raw, answer.headers.get("content-length"))
                    return parse(body.iter_chunks(_PIECE), answer.status_code, about)
                answer.raw.close()
                wished = answer.headers.get("retry-after", "")
            except Unreachable:
                if attempt == ATTEMPTS:
                    raise
            except BotoCoreError as error:
                if attempt == ATTEMPTS:
                    raise Unreachable(f"{about.where}: the storage does not answer") from error
            time.sleep(pause(attempt, wished))
        raise Unreachable(f"{about.where}: no page of the listing after {ATTEMPTS} attempts")

    def _signed(self, query: dict[str, str]) -> Any:
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        endpoint = self._connection.endpoint
        asked = "&".join(f"{name}={quote(query[name], safe='')}" for name in sorted(query))
        url = f"{endpoint.url}/{quote(endpoint.bucket)}?{asked}"
        request = AWSRequest("GET", url, stream_output=True)
        keys = self._connection.keys()
        if keys is not None:
            known = Credentials(keys.access, keys.secret, keys.token)
            S3SigV4Auth(known, "s3", endpoint.region).add_auth(request)
        return request.prepare()
