"""A web server that gives exactly the answers it was told to, however wrong they are."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived: `headers` have lower-case names."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Faulty:
    """The server.

    Attributes:
        port: of 127.0.0.1.
        asked: the requests so far.
    """

    port: int
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its root, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def answering(*answers: bytes) -> Iterator[Faulty]:
    """A server that gives these answers, one for each request, and the last one ever after.

    An answer is everything that goes over the line; the connection ends behind it.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Faulty(listener.getsockname()[1])
        thread = Thread(target=_serve, args=(listener, server, answers), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """A whole answer; the length is the body's unless another one is told."""
    said = {"content-length": str(len(body)), "connection": "close"}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body


def _serve(listener: socket.socket, server: Faulty, answers: tuple[bytes, ...]) -> None:
    with suppress(OSError):
        while True:
            line, _ = listener.accept()
            with line, suppress(OSError):
                server.asked.append(_read(line))
                line.sendall(answers[min(len(server.asked), len(answers)) - 1])


def _read(line: socket.socket) -> Asked:
    data = b""
    while b"\r\n\r\n" not in data:
        data += line.recv(1 << 16) or b"\r\n\r\n"
    head, _, body = data.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {n.lower(): v for n, _, v in (each.partition(": ") for each in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        more = line.recv(1 << 16)
        if not more:
            break
        body += more
    method, path, *_ = first.split(" ")
    return Asked(method, path, headers, body)
