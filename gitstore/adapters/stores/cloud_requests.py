"""Requests to one service of a cloud: signed, repeated while they fail, never redirected.

A redirect of a signed request would carry its signature to wherever the answer points, so it is an
error here. Every attempt is signed anew, with the credentials of that moment.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from threading import Lock
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import getproxies, proxy_bypass

from gitstore.adapters.stores.web_errors import About, unreachable
from gitstore.core.credentials import Credentials, CredentialSource
from gitstore.core.errors import Unreachable
from gitstore.core.store import Span

PARALLEL = 32
ATTEMPTS = 4
PIECE = 1 << 20
"""In bytes: what a streamed body is read and sent by."""

_CONNECT, _SILENCE = 10.0, 60.0
"""In seconds: until a connection stands, and until a byte arrives."""

_PAUSE = 0.1
"""In seconds; doubled with every attempt."""


_BUSY = frozenset({408, 429, 500, 502, 503, 504})
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_RENEWAL = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        method: of HTTP.
        url: without a query; what must be percent-encoded is.
        about: what it is about, for errors.
        query: parameters, not encoded yet.
        headers: besides those that every request has.
        body: the whole of it, or pieces that can be sent once (`headers` then tells their length).
    """

    method: str
    url: str
    about: About
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | Iterator[bytes] | None = None

    def asking(self, **query: str) -> Request:
        """The same request with more parameters."""
        return replace(self, query={**self.query, **query})

    def saying(self, headers: Mapping[str, str]) -> Request:
        """The same request with more headers."""
        return replace(self, headers={**self.headers, **headers})

    def carrying(self, body: bytes | Iterator[bytes]) -> Request:
        """The same request with a body."""
        return replace(self, body=body)

    @property
    def target(self) -> str:
        """The URL with its query."""
        pairs = (f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in self.query.items())
        return self.url + ("?" + "&".join(pairs) if self.query else "")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer.

    Attributes:
        status: of HTTP, whatever it is.
        headers: looked up without regard to case.
        body: as it was sent.
        repeated: whether the request was sent before, so that this may answer its repetition.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    repeated: bool


class Held:
    """Credentials that are asked for when they are first needed, and again before they expire."""

    def __init__(self, source: CredentialSource) -> None:
        self._source = source
        self._lock = Lock()
        self._known: tuple[Credentials | None] | None = None

    def now(self) -> Credentials | None:
        """The credentials that work now, or None to go without."""
        with self._lock:
            if self._known is None or _runs_out(self._known[0]):
                self._known = (self._source(),)
            return self._known[0]


class Service:
    """The requests to one service; may be used by several threads."""

    def __init__(self, url: str, sign: Callable[[Request], Request]) -> None:
        self._url = url
        self._sign = sign
        self._lock = Lock()
        self._pool: Any = None

    def ask(self, request: Request) -> Answer:
        """The whole answer to a request, of whatever status, after the attempts that make sense.

        Raises:
            Unreachable: no answer, or none that was whole.
        """

        def attempt(number: int) -> Answer:
            return replace(self.once(request), repeated=number > 1)

        answer: Answer = _attempted(attempt)
        return answer

    def once(self, request: Request) -> Answer:
        """The whole answer to one attempt.

        Raises:
            Unreachable: no answer, or none that was whole.
        """
        opened = self.send(request)
        body = _whole(opened, request.about)
        return Answer(opened.status, opened.headers, body, repeated=False)

    def open(self, request: Request) -> Any:
        """The same, but for the body: it is to be read with `stream`, then closed."""
        return _attempted(lambda _: self.send(request))

    def send(self, request: Request) -> Any:
        """One attempt; the body of the answer is to be read with `stream`, then closed.

        Raises:
            Unreachable: no answer.
        """
        from urllib3.exceptions import HTTPError

        signed = self._sign(request)
        try:
            return self._manager().request(
                signed.method,
                signed.target,
                body=signed.body,
                headers={"Accept-Encoding": "identity", **signed.headers},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
        except HTTPError as error:
            raise unreachable(error, request.about) from error

    def _manager(self) -> Any:
        import urllib3

        with self._lock:
            if self._pool is None:
                settings: dict[str, Any] = {
                    "maxsize": PARALLEL,
                    "blocksize": PIECE,
                    "timeout": urllib3.Timeout(connect=_CONNECT, read=_SILENCE),
                }
                proxy = _proxy(self._url)
                self._pool = (
                    urllib3.ProxyManager(proxy, **settings)
                    if proxy
                    else urllib3.PoolManager(**settings)
                )
            return self._pool


def part_of(opened: Any, about: About) -> tuple[Span, int]:
    """Which bytes an answer holds, and how many the object has; of statuses 200 and 206.

    Raises:
        Unreachable: the answer does not say so.
    """
    headers: Mapping[str, str] = opened.headers
    if opened.status == 206:
        found = _RANGE.fullmatch(headers.get("content-range", ""))
        if not found:
            raise Unreachable(f"{about}: a part came, and nobody says which", key=about.key)
        return Span(int(found[1]), int(found[2]) + 1), int(found[3])
    size = headers.get("content-length", "")
    if not size.isdigit():
        raise Unreachable(f"{about}: the answer does not say how long it is", key=about.key)
    return Span(0, int(size)), int(size)


def streamed(opened: Any, fetch: Callable[[int], Any], size: int, about: About) -> Iterator[bytes]:
    """The `size` bytes of an answer; where it breaks off, the rest is fetched.

    Args:
        opened: the answer that holds all of them.
        fetch: opens an answer that holds the bytes of the same version from an offset on.

    Raises:
        Unreachable: it breaks off again and again.
    """
    from urllib3.exceptions import HTTPError

    at = 0
    for attempt in range(1, ATTEMPTS + 1):
        try:
            for chunk in opened.stream(PIECE, decode_content=False):
                at += len(chunk)
                yield chunk
            opened.release_conn()
            if at == size:
                return
            raise Unreachable(f"{about}: {at} bytes came, not {size}", key=about.key)
        except HTTPError as error:
            if attempt == ATTEMPTS:
                raise unreachable(error, about) from error
        finally:
            opened.close()
        pause(attempt)
        opened = fetch(at)


def _attempted(attempt: Callable[[int], Any]) -> Any:
    for number in range(1, ATTEMPTS):
        try:
            answer = attempt(number)
        except Unreachable:
            pass
        else:
            if answer.status not in _BUSY:
                return answer
            if not isinstance(answer, Answer):
                answer.close()
        pause(number)
    return attempt(ATTEMPTS)


def pause(attempt: int) -> None:
    """Wait before the next attempt, the longer the more there were."""
    time.sleep(_PAUSE * 2**attempt)


def _whole(opened: Any, about: About) -> bytes:
    from urllib3.exceptions import HTTPError

    try:
        body: bytes = opened.read(decode_content=False)
    except HTTPError as error:
        opened.close()
        raise unreachable(error, about) from error
    opened.release_conn()
    return body


def _proxy(url: str) -> str | None:
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    return None if proxy and proxy_bypass(parts.hostname or "") else proxy


def _runs_out(found: Credentials | None) -> bool:
    expires = getattr(found, "expires", None)
    return expires is not None and expires - datetime.now(timezone.utc) < _RENEWAL
