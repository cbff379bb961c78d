"""Uploads go on where a connection broke, as Google documents it; the emulator does not know that.

See https://cloud.google.com/storage/docs/performing-resumable-uploads#resume-upload.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import google_crc32c
import pytest

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.gcs import GcsStore, open_store
from gitstore.adapters.stores.gcs_writing import SMALL
from gitstore.adapters.stores.registry import StorePlace
from gitstore.core.errors import Refused, Unreachable

DATA = bytes(range(256)) * (SMALL // 256) + b"and more"


class Google(ThreadingHTTPServer):
    """A server that takes resumable uploads and breaks connections.

    Attributes:
        heard: what has arrived.
        gives_up: after how many bytes each of the next connections breaks.
        loses_end: whether the answer to the last byte is lost.
        refuses: whether somebody else has written the object meanwhile.
        named: the host that the answers name for the upload.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.heard = b""
        self.gives_up: list[int] = []
        self.loses_end = False
        self.refuses = False
        self.named = f"http://127.0.0.1:{self.server_port}"
        self.asked: list[str] = []


class _Session(BaseHTTPRequestHandler):
    server: Google
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """There is no object yet."""
        self._answer(404, b"Not Found")

    def do_POST(self) -> None:
        """An upload begins."""
        self.rfile.read(int(self.headers["content-length"]))
        self._answer(200, location=f"{self.server.named}/session?id=1")

    def do_PUT(self) -> None:
        """Bytes, or the question how many have arrived."""
        asked = self.headers["content-range"]
        self.server.asked.append(asked)
        length = int(self.headers["content-length"])
        first = re.match(r"bytes (\d+)-", asked)
        if first and self.server.gives_up:
            # Google keeps multiples of 256 KiB.
            some = self.rfile.read(min(length, self.server.gives_up.pop(0)))
            self.server.heard += some[: len(some) >> 18 << 18]
            self.close_connection = True
            return
        self.server.heard += self.rfile.read(length)
        if len(self.server.heard) < len(DATA):
            heard = len(self.server.heard)
            self._answer(308, range_=f"bytes=0-{heard - 1}" if heard else None)
        elif self.server.refuses:
            self._answer(412)
        elif self.server.loses_end:
            self.server.loses_end = False
            self.close_connection = True
        else:
            self._answer(200, self._description())

    def _description(self) -> bytes:
        heard = self.server.heard
        crc32c = int(google_crc32c.value(heard)).to_bytes(4, "big")
        said = {"name": "a", "size": str(len(heard)), "generation": "17"}
        said["md5Hash"] = base64.b64encode(
            hashlib.md5(heard, usedforsecurity=False).digest()
        ).decode()
        return json.dumps({**said, "crc32c": base64.b64encode(crc32c).decode()}).encode()

    def _answer(
        self, status: int, body: bytes = b"", location: str | None = None, range_: str | None = None
    ) -> None:
        self.send_response_only(status)
        for name, value in (("Location", location), ("Range", range_)):
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def google() -> Iterator[Google]:
    server = Google()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def store(google: Google) -> GcsStore:
    endpoint = f"http://127.0.0.1:{google.server_port}"
    return open_store(StorePlace("gcs", "gs://b", endpoint, "b"), lambda: None)


def test_an_upload_goes_on_from_what_has_arrived(google: Google) -> None:
    google.gives_up = [3 << 20, 1 << 20]
    written = store(google).write("a", BytesSource(DATA), None)

    assert google.heard == DATA
    assert written.get("generation") == "17"
    size = len(DATA)
    assert google.asked == [
        f"bytes 0-{size - 1}/{size}",
        f"bytes */{size}",
        f"bytes {3 << 20}-{size - 1}/{size}",
        f"bytes */{size}",
        f"bytes {4 << 20}-{size - 1}/{size}",
    ]


def test_an_upload_of_which_nothing_has_arrived_begins_again(google: Google) -> None:
    google.gives_up = [100]
    store(google).write("a", BytesSource(DATA), None)

    assert google.heard == DATA


def test_an_upload_that_never_gets_further_is_given_up(google: Google) -> None:
    google.gives_up = [0] * 50
    with pytest.raises(Unreachable, match="breaks off"):
        store(google).write("a", BytesSource(DATA), None)


def test_the_answer_to_the_last_byte_can_be_lost(google: Google) -> None:
    google.loses_end = True

    assert store(google).write("a", BytesSource(DATA), None).get("generation") == "17"


def test_somebody_else_who_writes_during_an_upload_wins(google: Google) -> None:
    google.refuses = True
    with pytest.raises(Refused):
        store(google).write("a", BytesSource(DATA), None)


def test_the_bytes_go_to_the_storages_host_whatever_the_answer_names(google: Google) -> None:
    google.named = "https://elsewhere.example.org"
    store(google).write("a", BytesSource(DATA), None)

    assert google.heard == DATA
