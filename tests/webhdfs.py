"""A directory behind the WebHDFS protocol, for lack of a Hadoop that could run here.

It follows Hadoop's *WebHDFS REST API*, as far as the store uses it: the name node answers questions
and sends every read and write on to the data node, which has a port of its own; times are in
milliseconds; nothing is renamed onto a file that is there, and nobody is told so but by `false`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_START = "/webhdfs/v1"


@dataclass(slots=True)
class WebHdfs:
    """The running pair of nodes.

    Attributes:
        root: what `/` is.
        port: of the name node, on 127.0.0.1.
        token: what lets a client in, or None where everybody may come.
        asked: the URLs that either node was asked for.
    """

    root: Path
    port: int = 0
    data_port: int = 0
    token: str | None = None
    asked: list[str] = field(default_factory=list)


@contextmanager
def webhdfs(root: Path, token: str | None = None) -> Iterator[WebHdfs]:
    """Both nodes, until the end of the block."""
    cluster = WebHdfs(root, token=token)
    with _serving(cluster, _NameNode) as names, _serving(cluster, _DataNode) as data:
        cluster.port, cluster.data_port = names, data
        yield cluster


@contextmanager
def _serving(cluster: WebHdfs, handler: type[_Node]) -> Iterator[int]:
    node = type("Node", (handler,), {"cluster": cluster})
    with ThreadingHTTPServer(("127.0.0.1", 0), node) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join(5)


class _Node(BaseHTTPRequestHandler):
    cluster: WebHdfs
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self.cluster.asked.append(self.path)
        self.body = self.rfile.read(int(self.headers.get("content-length", "0")))
        self.query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.key = unquote(url.path.removeprefix(_START))
        self.file = self.cluster.root / self.key.lstrip("/")
        if self.cluster.token not in (None, self.query.get("delegation")):
            self.refuse(401, "SecurityException", "Token is not known")
            return
        if any(":" in part for part in self.key.split("/")):
            self.refuse(400, "InvalidPathException", f"Invalid path name {self.key}")
            return
        try:
            getattr(self, self.query["op"].lower())()
        except FileNotFoundError:
            self.refuse(404, "FileNotFoundException", f"File does not exist: {self.key}")
        except NotADirectoryError:
            told = f"{self.key} (is not a directory)"
            self.refuse(403, "ParentNotDirectoryException", told)
        except PermissionError:
            self.refuse(403, "AccessControlException", "Permission denied")

    do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815 - http.server looks for these names

    def refuse(self, status: int, kind: str, message: str) -> None:
        self.answer({"RemoteException": {"exception": kind, "message": message}}, status)

    def answer(self, document: object = None, status: int = 200, **headers: str) -> None:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _NameNode(_Node):
    def getfilestatus(self) -> None:
        self.answer({"FileStatus": _status(self.file, "")})

    def liststatus(self) -> None:
        if self.file.is_file():
            found = [_status(self.file, "")]
        else:
            found = [_status(each, each.name) for each in sorted(self.file.iterdir())]
        self.answer({"FileStatuses": {"FileStatus": found}})

    def mkdirs(self) -> None:
        self.file.mkdir(parents=True, exist_ok=True)
        self.answer({"boolean": True})

    def rename(self) -> None:
        target = self.cluster.root / self.query["destination"].lstrip("/")
        target = target / self.file.name if target.is_dir() else target
        free = not target.exists() and target.parent.is_dir()
        if free:
            self.file.rename(target)
        self.answer({"boolean": free})

    def delete(self) -> None:
        if self.file.is_dir() and self.query.get("recursive") == "true":
            shutil.rmtree(self.file)
        elif self.file.is_dir():
            self.file.rmdir()
        else:
            self.file.unlink()
        self.answer({"boolean": True})

    def _sent_on(self) -> None:
        (self.file.parent if self.query["op"] == "CREATE" else self.file).stat()
        where = f"http://127.0.0.1:{self.cluster.data_port}{self.path}"
        self.answer(b"", 307, Location=where)

    open = create = append = _sent_on


class _DataNode(_Node):
    def open(self) -> None:
        start = int(self.query.get("offset", "0"))
        with self.file.open("rb") as stream:
            stream.seek(start)
            self.answer(stream.read(int(self.query.get("length", "-1"))))

    def create(self) -> None:
        self.file.write_bytes(self.body)
        self.answer(b"", 201)

    def append(self) -> None:
        with self.file.open("ab") as stream:
            stream.write(self.body)
        self.answer(b"")


def _status(path: Path, name: str) -> dict[str, object]:
    found = path.stat()
    kind = "DIRECTORY" if path.is_dir() else "FILE"
    length = 0 if path.is_dir() else found.st_size
    time = found.st_mtime_ns // 1_000_000
    return {"pathSuffix": name, "type": kind, "length": length, "modificationTime": time}
