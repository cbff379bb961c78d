"""Listings of an S3 bucket, by the service's own call.

SDKs spend most of a listing on turning XML into objects that nobody keeps, and obstore cannot list
a bucket that holds one key it cannot spell. So the pages of ListObjectsV2 are fetched here, signed
by botocore; one is parsed while the next is on its way. A page counts only when it is complete. See
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from html import unescape
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import quote, unquote_plus
from xml.etree.ElementTree import Element, ParseError, XMLParser

from gitstore.adapters.stores import bounded
from gitstore.adapters.stores.patience import ATTEMPTS, pause
from gitstore.adapters.stores.s3_connection import CONNECT, SILENCE, Connection
from gitstore.adapters.stores.s3_errors import About, for_answer
from gitstore.core.errors import StorageError, Unreachable
from gitstore.core.store import Found
from gitstore.core.versions import Version

_RETRIED = frozenset({429, 500, 502, 503, 504})
_PLAIN = re.compile("[!-~]{1,1024}")
_ETAG = re.compile('(?!W/)"?[\\x21\\x23-\\x7e]{1,1024}"?')
_PIECE = 1 << 16
_LARGEST = 64 << 20  # bytes of a page; a thousand long keys with all that is said of them take 5
_TOKEN = re.compile(rb"<NextContinuationToken>([^<]+)</NextContinuationToken>")

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came over the wire, unread: the status and the body."""

    status: int
    body: bytes


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
    asked, above = connection.prefix + prefix, len(connection.prefix)
    for page in _pages(_Session(connection), asked):
        for found in page.found:
            if not found.key.startswith(asked):
                raise Unreachable(f"the storage listed {found.key!r}, which was not asked for")
            if not above:
                yield found
            elif len(found.key) > above:
                yield Found(found.key[above:], found.version)


def _pages(session: _Session, prefix: str) -> Iterator[Page]:
    """Page after page; from the second one on, the next is on its way while one is parsed.

    Not so after the first: who only looks whether there is anything asks for nothing more.
    """
    page = session.page(prefix, None)
    yield page
    coming: _Coming | None = None
    while (token := page.token) is not None:
        if coming is not None and coming.token == token:
            answer = coming.answer()
        else:
            answer = session.answer(prefix, token)
        guess = _next_token(answer)
        coming = _Coming(session, prefix, guess) if guess not in (None, token) else None
        try:
            page = parse(answer, session.about)
        except Unreachable:
            if answer.status != 200:
                raise
            page = session.page(prefix, token)  # it came damaged: asked for again
        if page.token == token:
            raise Unreachable("the storage gives the same page of a listing again and again")
        yield page


def _next_token(answer: Answer) -> str | None:
    """Where a listing probably goes on; parsing the page says it for sure, but later."""
    said = _TOKEN.search(answer.body)
    return unescape(said[1].decode(errors="replace")) if said else None


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


def parse(answer: Answer, about: About) -> Page:
    """A page from an answer.

    Raises:
        Unreachable: the answer is not a whole page.
        StoreError: the answer is an error, whatever its status is.
    """
    status = answer.status
    try:
        root = _tree(answer.body)
        spell = unquote_plus if root.said("EncodingType") == "url" else str
        contents = root.tree.iterfind(root.space + "Contents")
        found = [_found(each, root.space, spell) for each in contents]
    except (ParseError, ValueError) as error:
        if status != 200:
            raise for_answer(None, status, about) from error
        raise Unreachable(f"{about.where}: a page of the listing is damaged: {error}") from error
    if status != 200 or root.name != "ListBucketResult":
        raise for_answer(root.said("Code"), status if status != 200 else None, about)
    token = root.said("NextContinuationToken")
    goes_on = root.said("IsTruncated") == "true"
    if goes_on and not token:
        raise Unreachable(f"{about.where}: the listing goes on, but the storage does not say where")
    return Page(found, token if goes_on else None)


@dataclass(frozen=True, slots=True)
class _Root:
    """The outermost element: its name, and the namespace of the names in it.

    Each server chooses that for itself, and some have none for what is inside.
    """

    tree: Element
    name: str
    space: str

    def said(self, name: str) -> str | None:
        return self.tree.findtext(self.space + name)


def _tree(body: bytes) -> _Root:
    # Entities can make gigabytes of a few lines. UTF-16, full of zeros, could hide a declaration;
    # in all other encodings that expat knows or is told, it is spelled in these bytes.
    if b"<!DOCTYPE" in body or b"\0" in body:
        raise ValueError("it declares entities")
    parser = XMLParser()  # noqa: S314  # its danger are declared entities
    parser.feed(body)
    tree: Element = parser.close()
    spaces = {each.tag.rpartition("}")[0] for each in tree}
    if len(spaces) > 1:
        raise ValueError("it mixes namespaces")  # what is not understood would be passed over
    space = spaces.pop() if spaces else ""
    return _Root(tree, tree.tag.rpartition("}")[2], f"{space}}}" if space else "")


def _found(contents: Element, space: str, spell: Callable[[str], str]) -> Found:
    key, size = contents.findtext(space + "Key"), contents.findtext(space + "Size")
    if key is None or size is None:
        raise ValueError("an object without key or size")
    return Found(spell(key), object_version(int(size), contents.findtext(space + "ETag")))


class _Coming:
    """An answer on its way, in a thread that nobody has to wait for when the listing is left."""

    def __init__(self, session: _Session, prefix: str, token: str) -> None:
        self.token = token
        self._ask = partial(session.answer, prefix, token)
        self._came: Answer | StorageError | None = None
        self._thread = Thread(target=self._bring, daemon=True)
        self._thread.start()

    def answer(self) -> Answer:
        """The answer, once it is there; raises what went wrong with it."""
        self._thread.join()
        if isinstance(self._came, StorageError):
            raise self._came
        return self._came or self._ask()

    def _bring(self) -> None:
        try:
            self._came = self._ask()
        except StorageError as error:
            self._came = error


class _Session:
    """Signed requests for pages, over connections that are kept."""

    def __init__(self, connection: Connection) -> None:
        from botocore.httpsession import URLLib3Session
        from botocore.utils import get_environ_proxies

        self._connection = connection
        self.about = connection.about()
        proxies = get_environ_proxies(connection.endpoint.url)
        self._http = URLLib3Session(proxies=proxies, timeout=(CONNECT, SILENCE))

    def answer(self, prefix: str, token: str | None) -> Answer:
        """What comes for a page, unread."""
        return self._patiently(prefix, token, lambda answer: answer)

    def page(self, prefix: str, token: str | None) -> Page:
        """One page."""
        return self._patiently(prefix, token, lambda answer: parse(answer, self.about))

    def _patiently(self, prefix: str, token: str | None, read: Callable[[Answer], _T]) -> _T:
        """Ask again when the storage is busy, the connection breaks, or `read` finds damage."""
        from botocore.exceptions import BotoCoreError
        from botocore.response import StreamingBody

        where = self.about.where
        for attempt in range(1, ATTEMPTS + 1):
            wished = ""
            try:
                answer = self._http.send(self._signed(prefix, token))
                if answer.status_code not in _RETRIED or attempt == ATTEMPTS:
                    body = StreamingBody(answer.raw, answer.headers.get("content-length"))
                    pieces = body.iter_chunks(_PIECE)
                    page = bounded.whole(pieces, _LARGEST, f"{where}: a page of the listing")
                    return read(Answer(answer.status_code, page))
                answer.raw.close()
                wished = answer.headers.get("retry-after", "")
            except Unreachable:
                if attempt == ATTEMPTS:
                    raise
            except BotoCoreError as error:
                if attempt == ATTEMPTS:
                    raise Unreachable(f"{where}: the storage does not answer") from error
            time.sleep(pause(attempt, wished))
        raise Unreachable(f"{where}: no page of the listing after {ATTEMPTS} attempts")

    def _signed(self, prefix: str, token: str | None) -> Any:
        from botocore.auth import S3SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        query = {"encoding-type": "url", "list-type": "2", "prefix": prefix}
        if token is not None:
            query["continuation-token"] = token
        endpoint = self._connection.endpoint
        asked = "&".join(f"{name}={quote(query[name], safe='')}" for name in sorted(query))
        url = f"{endpoint.url}/{quote(endpoint.bucket)}?{asked}"
        request = AWSRequest("GET", url, stream_output=True)
        keys = self._connection.keys()
        if keys is not None:
            known = Credentials(keys.access, keys.secret, keys.token)
            S3SigV4Auth(known, "s3", endpoint.region).add_auth(request)
        return request.prepare()
