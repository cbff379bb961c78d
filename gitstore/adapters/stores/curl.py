"""Many small requests in one thread, by libcurl.

With threads, half of what a small object costs is handing it from one to the other. libcurl's multi
interface (https://curl.se/libcurl/c/libcurl-multi.html) has all requests in flight in one thread,
keeps their connections, and signs for S3 itself. Redirects are answers like any other here.
"""

from __future__ import annotations

import heapq
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from gitstore.adapters.stores.pace import MOST, Pace
from gitstore.adapters.stores.patience import ATTEMPTS, pause
from gitstore.core.credentials import Keys
from gitstore.core.many import WHOLE

CONNECT, SILENCE = 10, 60  # seconds: until a connection stands, and until a byte arrives
_TURN = 1.0  # seconds: the longest wait for something to happen
_SLOW_DOWN = frozenset({429, 503})
_BUSY = frozenset({408, 500, 502, 504}) | _SLOW_DOWN


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        about: what it is for; comes back with the answer.
        url: percent-encoded, without dotted components.
        headers: lines of `name: value`.
        keys: what to sign it with, or None.
        body: what to PUT there; None to GET what is there.
    """

    about: Any
    url: str
    headers: tuple[str, ...] = ()
    keys: Keys | None = None
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of whatever status; status 0 is none, after all attempts.

    Attributes:
        request: the request.
        status: of HTTP.
        head: its lines, as they came.
        body: as it was sent.
        repeated: whether the request was sent before, so that this may answer its repetition.
    """

    request: Request
    status: int
    head: bytes
    body: bytes
    repeated: bool

    def header(self, name: bytes) -> str | None:
        """A header's value.

        Args:
            name: in lower case.
        """
        # The last one: a proxy's answer to CONNECT has come before.
        start = self.head.lower().rfind(b"\n%s:" % name)
        if start < 0:
            return None
        value, _, _ = self.head[start + len(name) + 2 :].partition(b"\n")
        return value.strip().decode("latin-1")


Sign = Callable[[Any, Keys], None]
"""Tells one of pycurl's handles to sign its requests with these keys."""


def answers(requests: Iterator[Request], sign: Sign, pace: Pace) -> Iterator[list[Answer]]:
    """The answers, in any order, in batches of what is there.

    A request that gets no answer, or one that says that the server is busy, is repeated after a
    growing pause; the others go on meanwhile.
    """
    crew = _Crew(sign, pace)
    try:
        goes_on = crew.begun(requests)
        while goes_on:
            done = crew.turn()
            goes_on = crew.begun(requests)
            if done:
                # The next ones are on their way while somebody works with these.
                crew.leave()
                yield done
    finally:
        crew.close()


@dataclass(slots=True)
class _Flight:
    request: Request
    attempt: int


@dataclass(frozen=True, slots=True)
class _Ear:
    """What a handle hears, until its flight has landed."""

    head: list[bytes]
    body: list[bytes]

    def taken(self) -> tuple[bytes, bytes]:
        """Head and body, which are then forgotten."""
        said = b"".join(self.head), b"".join(self.body)
        self.head.clear()
        self.body.clear()
        return said


class _Crew:
    def __init__(self, sign: Sign, pace: Pace) -> None:
        import pycurl

        self._curl = pycurl
        self._sign = sign
        self._signing: dict[Any, Keys] = {}
        self._pace = pace
        self._multi: Any = pycurl.CurlMulti()
        self._idle: list[Any] = []
        self._ears: dict[Any, _Ear] = {}
        self._flying: dict[Any, _Flight] = {}
        self._resting: list[tuple[float, int, _Flight]] = []
        self._numbers = count()
        self._multi.setopt(pycurl.M_MAXCONNECTS, max(MOST, pace.now))

    def begun(self, requests: Iterator[Request]) -> bool:
        """Begin what there is room for; false when nothing is left to wait for."""
        now = time.monotonic()
        while self._resting and self._resting[0][0] <= now and self._has_room():
            self._begin(heapq.heappop(self._resting)[2])
        while self._has_room():
            request = next(requests, None)
            if request is None:
                break
            self._begin(_Flight(request, 1))
        return bool(self._flying or self._resting)

    def turn(self) -> list[Answer]:
        """Wait until something happens, and give what has been answered."""
        self._multi.perform()
        done = self._landed()
        if not done:
            self._wait()
            self._multi.perform()
            done = self._landed()
        if done:
            self._pace.answered(len(done), time.monotonic())
        return done

    def leave(self) -> None:
        """Send what has been begun."""
        self._multi.perform()

    def close(self) -> None:
        """Break off what is under way."""
        for handle in self._flying:
            self._multi.remove_handle(handle)
            handle.close()
        for handle in self._idle:
            handle.close()
        self._multi.close()

    def _has_room(self) -> bool:
        return len(self._flying) < self._pace.now

    def _wait(self) -> None:
        if self._flying:
            self._multi.select(_TURN)
        else:
            time.sleep(max(0.0, self._resting[0][0] - time.monotonic()))

    def _begin(self, flight: _Flight) -> None:
        curl, request = self._curl, flight.request
        handle = self._idle.pop() if self._idle else self._new_handle()
        keys = request.keys
        if keys is not None and self._signing.get(handle) is not keys:
            self._sign(handle, keys)
            self._signing[handle] = keys
        handle.setopt(curl.URL, request.url)
        handle.setopt(curl.HTTPHEADER, request.headers)
        if request.body is not None:
            handle.setopt(curl.POSTFIELDS, request.body)
            handle.setopt(curl.CUSTOMREQUEST, "PUT")
        self._flying[handle] = flight
        self._multi.add_handle(handle)

    def _new_handle(self) -> Any:
        curl = self._curl
        handle = curl.Curl()
        handle.setopt(curl.NOSIGNAL, 1)
        handle.setopt(curl.PROTOCOLS, curl.PROTO_HTTP | curl.PROTO_HTTPS)
        handle.setopt(curl.HTTP_VERSION, curl.CURL_HTTP_VERSION_1_1)
        handle.setopt(curl.CONNECTTIMEOUT, CONNECT)
        handle.setopt(curl.LOW_SPEED_LIMIT, 1)
        handle.setopt(curl.LOW_SPEED_TIME, SILENCE)
        handle.setopt(curl.MAXFILESIZE, 2 * WHOLE)
        handle.setopt(curl.USERAGENT, "git-storage")
        ear = self._ears[handle] = _Ear([], [])
        handle.setopt(curl.HEADERFUNCTION, ear.head.append)
        handle.setopt(curl.WRITEFUNCTION, ear.body.append)
        certificates = trusted_certificates()
        if certificates is not None:
            handle.setopt(curl.CAINFO, certificates)
        return handle

    def _landed(self) -> list[Answer]:
        done: list[Answer] = []
        while True:
            queued, fine, failed = self._multi.info_read()
            for handle in fine:
                status = handle.getinfo(self._curl.RESPONSE_CODE)
                self._settle(handle, status, done)
            for handle, _, _ in failed:
                self._settle(handle, 0, done)
            if not queued:
                return done

    def _settle(self, handle: Any, status: int, done: list[Answer]) -> None:
        self._multi.remove_handle(handle)
        self._idle.append(handle)
        flight = self._flying.pop(handle)
        answer = Answer(flight.request, status, *self._ears[handle].taken(), flight.attempt > 1)
        if status in _SLOW_DOWN:
            self._pace.refused()
        if (status == 0 or status in _BUSY) and flight.attempt < ATTEMPTS:
            due = time.monotonic() + pause(flight.attempt, answer.header(b"retry-after") or "")
            again = _Flight(flight.request, flight.attempt + 1)
            heapq.heappush(self._resting, (due, next(self._numbers), again))
        else:
            done.append(answer)


def trusted_certificates() -> str | None:
    """The file of certificates that the system trusts; None leaves it to libcurl."""
    # pycurl's wheels bring a libcurl that was built elsewhere and looks in that place only.
    named = os.environ.get("AWS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
    if named:
        return named
    import ssl

    return ssl.get_default_verify_paths().cafile
