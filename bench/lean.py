"""An S3 server for measuring clients, so that the server is not what is measured.

    lean.py PORT SECONDS [PORT SECONDS]

The same buckets are on all ports. Each answer takes a round trip of so many seconds, and a new
connection one more; that costs the machine less than a relay would. It runs where uvloop and
httptools are (`bench/peers.py`), without the project, and listens on 127.0.0.1 only. `lean_s3.py`
beside it has what it answers.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from functools import partial

import httptools
import uvloop
from lean_s3 import Answer, Buckets, Request

_REASONS = {100: "Continue", 200: "OK", 204: "No Content", 206: "Partial Content", 404: "Not Found"}


class _Connection(asyncio.Protocol):
    """One client's connection: whole requests go in, whole answers come out, in order."""

    def __init__(self, buckets: Buckets, seconds: float) -> None:
        self._buckets = buckets
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._headers: dict[str, str] = {}
        self._pieces: list[bytes] = []

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._open_from = self._loop.time() + self._seconds

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.close()

    def on_message_begin(self) -> None:
        self._url, self._headers, self._pieces = b"", {}, []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("ascii").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        if "expect" in self._headers:
            self._later(self._transport.write, b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        method = self._parser.get_method().decode("ascii")
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        request = Request(method, self._url.decode("ascii"), self._headers, body)
        self._later(self._transport.write, _sent(self._buckets.answer(request), method))
        if not self._parser.should_keep_alive():
            self._later(self._transport.close)

    def _later(self, act: Callable[..., object], *arguments: object) -> None:
        if self._seconds:
            due = max(self._loop.time(), self._open_from) + self._seconds
            self._loop.call_at(due, act, *arguments)
        else:
            act(*arguments)


def _sent(answer: Answer, method: str) -> bytes:
    head = [f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Refused')}"]
    head += [f"{name}: {value}" for name, value in answer.headers.items()]
    if answer.status != 204:
        head.append(f"Content-Length: {len(answer.body)}")
    body = b"" if method == "HEAD" else answer.body
    return "\r\n".join([*head, "\r\n"]).encode("latin-1") + body


async def _serve(ports: Sequence[str]) -> None:
    loop = asyncio.get_running_loop()
    buckets = Buckets()
    for port, seconds in zip(ports[::2], ports[1::2], strict=True):
        made = partial(_Connection, buckets, float(seconds))
        await loop.create_server(made, "127.0.0.1", int(port), backlog=1024)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(sys.argv[1:]))
