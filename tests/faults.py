"""A network that does what networks do: answers get lost, bodies break off, servers are busy.

A proxy on 127.0.0.1 before a real server. It passes requests on as they are, and spoils as many
answers as it is told, of the requests that it is told.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests import tally

EVER = 1 << 30
"""So many times that it never ends."""


class Fault(Enum):
    """What happens to an answer."""

    LOST = "the server has done it, and nobody learns of it"
    HIDDEN = "the server has done it, and says that it has an internal error"
    CUT = "half of the body arrives"
    BUSY = "the server is not asked, and seems to be busy"
    ERROR = "the server is not asked, and has an internal error"
    SLOW = "the server is not asked, and asks for fewer requests"
    LATER = "the same, with a header that says when"
    MANY = "the server is not asked, and counts too many requests"
    RESET = "the connection is reset before there is an answer"
    BROKEN = "the connection is reset in the middle of the body"
    STALL = "half of the body arrives, and then nothing"
    HUNG = "the server is not asked, and nothing comes"
    LONG = "the body goes on behind its end"
    FLIPPED = "one byte is another one, each time at another place"
    RENAMED = "the ETag is another one"
    BENT = "the server gets a body with one byte that is another one"
    EMPTY = "the status says that all is well, and the body that nothing is there"
    WRONG = "the status says that all is well, and the body says that nothing is"
    EXPIRED = "the server is not asked, and takes the credentials for expired"
    SKEWED = "the server is not asked, and finds the clocks too far apart"


# Answers of S3, https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, by status.
_REFUSALS: dict[Fault, tuple[int, str]] = {
    Fault.HIDDEN: (500, "InternalError"),
    Fault.BUSY: (503, ""),
    Fault.ERROR: (500, "InternalError"),
    Fault.SLOW: (503, "SlowDown"),
    Fault.LATER: (503, "SlowDown"),
    Fault.MANY: (429, "TooManyRequests"),
    Fault.WRONG: (200, "InternalError"),
    Fault.EXPIRED: (400, "ExpiredToken"),
    Fault.SKEWED: (403, "RequestTimeTooSkewed"),
}
_ASKED = frozenset({Fault.HIDDEN})

Answer = tuple[int, list[tuple[str, str]], bytes]


@dataclass
class _Spoiling:
    fault: Fault
    method: str
    path: str
    left: int


@dataclass
class Network:
    """The way to a server.

    Attributes:
        endpoint: the proxy's URL.
        requests: method, path with query, and status of every request so far.
        authorizations: the header `Authorization` of every request that had one.
        injected: how often each fault has happened.
        given: bytes of the bodies of answers so far, by method and path with query.
        taken: the same of requests.
    """

    endpoint: str = ""
    requests: list[tuple[str, str, int]] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    injected: dict[Fault, int] = field(default_factory=dict)
    given: Counter[tuple[str, str]] = field(default_factory=Counter)
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)
    _faults: list[_Spoiling] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def spoil(self, fault: Fault, method: str, path: str = "", times: int = 1) -> None:
        """Spoil the next answers to this method, of URLs with `path` in them.

        A range is behind the URL and a space, as its header has it.
        """
        self._faults.append(_Spoiling(fault, method, path, times))

    def heal(self) -> None:
        """From now on nothing is spoiled."""
        with self._lock:
            self._faults.clear()

    def fault(self, method: str, path: str) -> Fault | None:
        """What happens to this request; each fault happens as often as it was told to."""
        with self._lock:
            for each in self._faults:
                if each.left and each.method == method and each.path in path:
                    each.left -= 1
                    self.injected[each.fault] = self.injected.get(each.fault, 0) + 1
                    return each.fault
        return None

    def asked(self, path: str) -> int:
        """How many requests were about URLs with `path` in them."""
        return sum(path in each[1] for each in self.requests)


@contextmanager
def network(server: str) -> Iterator[Network]:
    """A way to the server at a URL, without faults so far."""
    way = Network()
    listener = _Listener(("127.0.0.1", 0), _Handler)
    way.endpoint = f"http://127.0.0.1:{listener.server_port}"
    _WAYS[listener.server_port] = (way, server.removeprefix("http://"))
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield way
    finally:
        way.over.set()
        listener.shutdown()
        thread.join()
        listener.server_close()
        tally.add(tally.Figure.NETWORK, sum(way.injected.values()))


_WAYS: dict[int, tuple[Network, str]] = {}


class _Listener(ThreadingHTTPServer):
    # A client that comes with as many connections as it has objects is not turned away.
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients go away in the middle; that is theirs to do."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._pass_on
        raise AttributeError(name)

    def _pass_on(self) -> None:
        way, upstream = _WAYS[self.server.server_address[1]]  # type: ignore[index]  # of TCP
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        way.authorizations += filter(None, [self.headers.get("authorization")])
        fault = way.fault(self.command, f"{self.path} {self.headers.get('range', '')}")
        if fault is Fault.BENT:
            body = _flipped(body, len(way.requests))
        if fault is Fault.HUNG:
            way.requests.append((self.command, self.path, 0))
            way.over.wait(60)
            self._end(fault)
            return
        answer = _refusal(fault, self.command)
        if answer is None or fault in _ASKED:
            asked = self._asked(upstream, body)
            answer = answer or asked
        way.given[self.command, self.path] += len(answer[2])
        way.taken[self.command, self.path] += len(body)
        way.requests.append((self.command, self.path, answer[0]))
        if fault in (Fault.LOST, Fault.RESET):
            self._end(fault)
            return
        with suppress(ConnectionError):
            self._answer(fault, _spoiled(fault, answer, len(way.requests)))

    def _answer(self, fault: Fault | None, answer: Answer) -> None:
        status, headers, content = answer
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "connection"):
                self.send_header(name, value)
        if "content-length" not in {name.lower() for name, _ in headers}:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        broken = fault in (Fault.CUT, Fault.BROKEN, Fault.STALL)
        self.wfile.write(content[: len(content) // 2] if broken else content)
        if fault is Fault.STALL:
            _WAYS[self.server.server_address[1]][0].over.wait(60)  # type: ignore[index]  # of TCP
        if broken:
            self._end(fault)

    def _end(self, fault: Fault | None) -> None:
        self.close_connection = True
        if fault in (Fault.RESET, Fault.BROKEN):
            # Closing a socket that may not linger sends RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.connection.close()

    def _asked(self, upstream: str, body: bytes) -> Answer:
        connection = HTTPConnection(upstream)
        # As it came, so that a signature of the host still holds.
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body or None)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.getheaders(), content

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


def _refusal(fault: Fault | None, method: str) -> Answer | None:
    """What is answered whatever the server says, or None."""
    if fault is Fault.EMPTY:
        return 200, [("Content-Length", "0")], b""
    if fault not in _REFUSALS:
        return None
    status, code = _REFUSALS[fault]
    said = f"<?xml version='1.0'?>\n<Error><Code>{code}</Code><Message>no</Message></Error>"
    body = said.encode() if code and method != "HEAD" else b""
    headers = [("Content-Length", str(len(body))), ("Content-Type", "application/xml")]
    if fault is Fault.LATER:
        headers.append(("Retry-After", "1"))
    return status, headers, body


def _spoiled(fault: Fault | None, answer: Answer, number: int) -> Answer:
    """The server's answer as it arrives."""
    status, headers, content = answer
    if fault is Fault.FLIPPED:
        return status, headers, _flipped(content, number)
    if fault is Fault.RENAMED:
        others = [(n, '"0123456789abcdef0123456789abcdef"') for n, _ in headers if _is_etag(n)]
        return status, [(n, v) for n, v in headers if not _is_etag(n)] + others, content
    if fault is Fault.LONG:
        content += b"and on"
        kept = [(n, v) for n, v in headers if n.lower() != "content-length"]
        return status, [*kept, ("Content-Length", str(len(content)))], content
    return answer


def _is_etag(name: str) -> bool:
    return name.lower() == "etag"


def _flipped(content: bytes, number: int) -> bytes:
    if not content:
        return content
    at = number * 7919 % len(content)
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
