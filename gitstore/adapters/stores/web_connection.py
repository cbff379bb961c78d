"""Requests to one web server: credentials, redirects, repetitions and proxies.

Credentials are for the storage's own host only. A redirect is followed for reading, without them
when it leads to another host, never from https to http and never from the internet into the user's
network; nothing is written through a redirect.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from io import RawIOBase
from threading import Lock
from typing import Any
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.web_errors import About, for_status, unreachable
from gitstore.adapters.stores.web_hosts import leads_inward
from gitstore.core.credentials import Credentials, CredentialSource, Password, Token
from gitstore.core.errors import NoCredentials, StoreError, Unreachable, Unsupported

PARALLEL = 8
"""Requests in flight; file servers have fewer arms than clouds."""

ATTEMPTS = 4
_PAUSE = 0.05
"""In seconds; doubled with every attempt."""

_RETRIED = frozenset({429, 500, 502, 503, 504})
_SAFE = frozenset({"GET", "HEAD", "PROPFIND", "OPTIONS"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HOPS = 5
_CONNECT, _SILENCE = 10.0, 60.0
"""In seconds."""

_BLOCK = 1 << 16
_RENEWED_BEFORE = timedelta(minutes=2)
# Whatever the certificates say, a key may begin with a dot but no segment may be one.
_LITERAL = "/-._~!$&'()*+,;=:@"


def rest(attempt: int) -> None:
    """Leave a server alone after an attempt that has failed; they are numbered from 1."""
    time.sleep(_PAUSE * 2**attempt)


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        method: of HTTP or WebDAV.
        path: the decoded path below the storage's root, without a leading slash.
        headers: besides the ones that every request has.
        body: the body, or what opens it, or None.
        size: of a body that is opened, in bytes.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Callable[[], RawIOBase] | bytes | None = None
    size: int = 0


class Connection:
    """A storage on a web server; may be used by several threads."""

    def __init__(self, place: StorePlace, credentials: CredentialSource) -> None:
        if not place.endpoint:
            raise Unsupported(f"no server is named for {place.identity}")
        self.identity = place.identity
        self.root = "/" + place.key_prefix
        self._origin = place.endpoint
        self._source = credentials
        self._known: tuple[Credentials | None] | None = None
        self._lock = Lock()
        self._managers: dict[str | None, Any] = {}

    def about(self, key: str | None = None) -> About:
        """What an error is about."""
        return About(self.identity, key)

    def url(self, path: str) -> str:
        """The URL of a decoded path below the storage's root."""
        return self._origin + quote(self.root + path, safe=_LITERAL)

    def send(self, request: Request, about: About) -> Any:
        """The answer to a request, whatever its status; its body has not been read yet.

        Requests that change nothing are repeated when the server is busy or the connection breaks.

        Raises:
            Unreachable: no answer, or a redirect that is not followed.
            NoCredentials: there are some that cannot be used.
        """
        from urllib3.exceptions import HTTPError

        last = ATTEMPTS if request.method in _SAFE else 1
        for attempt in range(1, last + 1):
            try:
                answer = self._followed(request, about)
                if answer.status not in _RETRIED or attempt == last:
                    return answer
                answer.close()
            except HTTPError as error:
                if attempt == last:
                    raise unreachable(error, about) from error
            rest(attempt)
        raise Unreachable(f"{about}: no answer after {last} attempts", key=about.key)

    def refusal(self, answer: Any, about: About) -> StoreError:
        """The error for an answer's status; the answer is closed."""
        answer.close()
        asks = answer.headers.get("www-authenticate", "").lower()
        if answer.status == 401 and asks and not asks.startswith(("basic", "bearer")):
            kind = asks.split()[0]
            return Unsupported(
                f"{about}: the server asks for a login of the kind '{kind}', which is not known",
                hint="ask the server's owner for basic or bearer authentication over https",
            )
        return self.for_status(answer.status, about.key)

    def for_status(self, status: int, key: str | None) -> StoreError:
        """The error for a status of which nothing else is known."""
        return for_status(status, self.about(key), known=self._credentials() is not None)

    def _followed(self, request: Request, about: About) -> Any:
        url = self.url(request.path)
        own = _origin_of(url)
        for _ in range(_HOPS):
            same = _origin_of(url) == own
            answer = self._once(request, url, with_credentials=same)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location:
                return answer
            answer.close()
            url = redirected(request, urljoin(url, location), url, about)
        raise Unreachable(f"{about}: the server redirects again and again", key=about.key)

    def _once(self, request: Request, url: str, *, with_credentials: bool) -> Any:
        headers = {"Accept-Encoding": "identity", "User-Agent": "git-storage", **request.headers}
        if with_credentials:
            headers |= _authorization(self._credentials())
        body = request.body() if callable(request.body) else request.body
        if callable(request.body):
            headers["Content-Length"] = str(request.size)
        try:
            return self._manager(url).request(
                request.method,
                url,
                body=body,
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
        finally:
            if body is not None and not isinstance(body, bytes):
                body.close()

    def _manager(self, url: str) -> Any:
        import urllib3

        parts = urlsplit(url)
        host = parts.hostname or ""
        proxy = None if proxy_bypass(host) else getproxies().get(parts.scheme)
        settings: dict[str, Any] = {
            "maxsize": 2 * PARALLEL,
            "blocksize": _BLOCK,
            "timeout": urllib3.Timeout(connect=_CONNECT, read=_SILENCE),
        }
        with self._lock:
            if proxy not in self._managers:
                self._managers[proxy] = (
                    urllib3.ProxyManager(proxy, **settings)
                    if proxy
                    else urllib3.PoolManager(**settings)
                )
            return self._managers[proxy]

    def _credentials(self) -> Credentials | None:
        with self._lock:
            if self._known is None or _expires_soon(self._known[0]):
                self._known = (self._source(),)
            return self._known[0]


def redirected(request: Request, url: str, before: str, about: About) -> str:
    """The URL that a redirect leads to.

    Args:
        url: where it leads.
        before: where it was found.

    Raises:
        Unreachable: it is not followed.
    """
    there, here = urlsplit(url), urlsplit(before)
    if there.scheme not in ("http", "https") or (here.scheme, there.scheme) == ("https", "http"):
        raise Unreachable(
            f"{about}: the server redirects to something that is not https", key=about.key
        )
    if request.method not in ("GET", "HEAD") and _origin_of(url) != _origin_of(before):
        raise Unreachable(
            f"{about}: the server redirects to the host {there.hostname!r}",
            key=about.key,
            hint="where that is the storage, write its URL in .storage.yaml",
        )
    if request.method not in _SAFE:
        raise Unreachable(f"{about}: the server redirects a change", key=about.key)
    if _origin_of(url) != _origin_of(before) and leads_inward(
        there.hostname or "", here.hostname or ""
    ):
        raise Unreachable(
            f"{about}: the server redirects to {there.hostname!r}, which is not on the internet",
            key=about.key,
            hint="where that is the storage, write its URL in .storage.yaml",
        )
    return url


def _origin_of(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}
    return parts.scheme, (parts.hostname or "").lower(), parts.port or usual.get(parts.scheme)


def _authorization(found: Credentials | None) -> dict[str, str]:
    if found is None:
        return {}
    if isinstance(found, Token):
        return {"Authorization": f"Bearer {found.token}"}
    if isinstance(found, Password):
        text = f"{found.user}:{found.password}".encode()
        return {"Authorization": "Basic " + base64.b64encode(text).decode()}
    raise NoCredentials(
        "a web server takes a user with a password, or a token", hint="git storage login NAME"
    )


def _expires_soon(found: Credentials | None) -> bool:
    expires = found.expires if isinstance(found, Token) else None
    return expires is not None and expires - datetime.now(timezone.utc) < _RENEWED_BEFORE
