"""A git host: git's own `http-backend` on 127.0.0.1, with a password where one is wanted."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass(slots=True)
class Host:
    """The host.

    Attributes:
        root: the directory with the bare repositories.
        url: of that directory.
        password: what the user `ada` has to give; None for everybody.
        given: bytes of answers so far.
        asked: requests so far.
    """

    root: Path
    url: str = ""
    password: str | None = None
    given: int = 0
    asked: list[str] = field(default_factory=list)


@contextmanager
def hosting(root: Path) -> Iterator[Host]:
    """A host of the bare repositories in a directory."""
    host = Host(root)

    class Handler(_Handler):
        """Of this host."""

        of = host

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    of: Host

    def do_GET(self) -> None:
        """Pass it on to git."""
        host = self.of
        path, _, query = self.path.partition("?")
        host.asked.append(f"{self.command} {path}")
        word = base64.b64encode(f"ada:{host.password}".encode()).decode()
        if host.password is not None and self.headers.get("authorization") != f"Basic {word}":
            self.send_response_only(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        length = int(self.headers.get("content-length", 0))
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(host.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("git-protocol", ""),
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(length),
            "HTTP_CONTENT_ENCODING": self.headers.get("content-encoding", ""),
        }
        done = subprocess.run(
            ["git", "http-backend"],
            env=environment,
            input=self.rfile.read(length),
            capture_output=True,
            check=False,
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response_only(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        host.given += len(body)

    def do_POST(self) -> None:
        """The same."""
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""
