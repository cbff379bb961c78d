"""A network that does what networks do: answers get lost, bodies break off, servers are busy.

A proxy on 127.0.0.1 before a real server. It passes requests on as they are, and spoils as many
answers as it is told, of the requests that it is told.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Fault(Enum):
    """What happens to an answer."""

    LOST = "the server has done it, and nobody learns of it"
    CUT = "half of the body arrives"
    BUSY = "the server is not asked, and seems to be busy"


@dataclass
class Network:
    """The way to a server.

    Attributes:
        endpoint: the proxy's URL.
        requests: method, path with query, and status of every request so far.
        authorizations: the header `Authorization` of every request that had one.
    """

    endpoint: str = ""
    requests: list[tuple[str, str, int]] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    _faults: list[tuple[Fault, str, str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def spoil(self, fault: Fault, method: str, path: str = "", times: int = 1) -> None:
        """Spoil the next answers to this method, of URLs with `path` in them."""
        self._faults += [(fault, method, path)] * times

    def fault(self, method: str, path: str) -> Fault | None:
        """What happens to this request; each fault happens once."""
        with self._lock:
            for each in self._faults:
                if each[1] == method and each[2] in path:
                    self._faults.remove(each)
                    return each[0]
        return None


@contextmanager
def network(server: str) -> Iterator[Network]:
    """A way to the server at a URL, without faults so far."""
    way = Network()
    listener = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    way.endpoint = f"http://127.0.0.1:{listener.server_port}"
    _WAYS[listener.server_port] = (way, server.removeprefix("http://"))
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield way
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


_WAYS: dict[int, tuple[Network, str]] = {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._pass_on
        raise AttributeError(name)

    def _pass_on(self) -> None:
        way, upstream = _WAYS[self.server.server_address[1]]  # type: ignore[index]  # of TCP
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        way.authorizations += filter(None, [self.headers.get("authorization")])
        fault = way.fault(self.command, self.path)
        status, headers, content = (503, [("Content-Length", "0")], b"")
        if fault is not Fault.BUSY:
            status, headers, content = self._asked(upstream, body)
        way.requests.append((self.command, self.path, status))
        if fault is Fault.LOST:
            self.close_connection = True
            return
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "connection"):
                self.send_header(name, value)
        self.end_headers()
        if fault is Fault.CUT:
            content = content[: len(content) // 2]
            self.close_connection = True
        self.wfile.write(content)

    def _asked(self, upstream: str, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
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
