"""A way to a server that takes its time, and counts who comes along.

A process of its own between a client and a server of this machine: it delays what passes by half
a round trip each way, however much is under way, and what is sent first on a new connection by one
more, as the handshake would. Nothing limits how many connections or requests are in flight. It
counts HTTP requests by their kind.

Linux can delay better with `tc qdisc add dev lo root netem delay 15ms`; but its kernel must have
netem, and one must be root.
"""

from __future__ import annotations

import heapq
import json
import re
import select
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_PIECE = 1 << 18
_MOST_PENDING = 8 << 20
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_LISTING = re.compile(rb"[?&](?:list-type|prefix|delimiter|versions|marker|start-after)\b")


@dataclass(frozen=True, slots=True)
class Relay:
    """A running relay.

    Attributes:
        endpoint: the URL under which the server is reached through it.
    """

    endpoint: str
    _process: subprocess.Popen[str]

    def counted(self) -> Mapping[str, int]:
        """The requests since this was asked last: method, or `LIST`, and how many."""
        if not self._process.stdin or not self._process.stdout:
            raise RuntimeError("a relay is talked to through its pipes")
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        counts: dict[str, int] = json.loads(self._process.stdout.readline())
        return counts


@contextmanager
def relay(endpoint: str, seconds: float) -> Iterator[Relay]:
    """A relay before a server, as long as the block lasts.

    Args:
        endpoint: the server's URL, `http://HOST:PORT`.
        seconds: a round trip's.
    """
    argv = [sys.executable, "-m", "bench.relay", endpoint.removeprefix("http://"), str(seconds)]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True, cwd=_ROOT) as process:
        if not process.stdout:
            raise RuntimeError("a relay says its port on a pipe")
        yield Relay(f"http://127.0.0.1:{int(process.stdout.readline())}", process)
        # The relay ends when its standard input does, and so with whoever started it.


def kind(head: bytes) -> str:
    """What sort of request begins like this: its method, or `LIST`."""
    method, path = head.split(b" ", 2)[:2]
    if method == b"GET" and (_LISTING.search(path) or path.strip(b"/").count(b"/") == 0):
        return "LIST"
    return method.decode("ascii", "replace")


@dataclass(slots=True)
class Requests:
    """The requests in what one connection sends, piece by piece."""

    counts: Counter[str]
    _head: bytes = b""
    _body: int = 0

    def see(self, piece: bytes) -> None:
        """The next bytes of the connection."""
        at = 0
        while at < len(piece):
            if self._body:
                taken = min(self._body, len(piece) - at)
                self._body -= taken
                at += taken
                continue
            self._head += piece[at:]
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            at = len(piece) - (len(self._head) - end - 4)
            head, self._head = self._head[:end], b""
            self.counts[kind(head)] += 1
            length = _LENGTH.search(head)
            self._body = int(length[1]) if length else 0


@dataclass(slots=True)
class _End:
    """One end of a connection: what is read here goes to `other`."""

    socket: socket.socket
    requests: Requests | None
    open_from: float
    other: _End | None = None
    pending: list[bytes] = field(default_factory=list)
    on_its_way: int = 0
    over: bool = False


class _Loop:
    def __init__(self, server: tuple[str, int], seconds: float) -> None:
        self.server, self.seconds = server, seconds
        self.counts: Counter[str] = Counter()
        self.ends: dict[int, _End] = {}
        self.later: list[tuple[float, int, _End, bytes]] = []
        self.number = count()
        self.epoll = select.epoll()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.epoll.register(self.listener.fileno(), select.EPOLLIN)
        self.epoll.register(sys.stdin.fileno(), select.EPOLLIN)

    def run(self) -> None:
        """Relay until the standard input ends."""
        sys.stdout.write(f"{self.listener.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            wait = max(0.0, self.later[0][0] - time.monotonic()) if self.later else -1
            for number, event in self.epoll.poll(wait):
                if number == sys.stdin.fileno():
                    if not sys.stdin.readline():
                        return
                    sys.stdout.write(json.dumps(self.counts) + "\n")
                    sys.stdout.flush()
                    self.counts.clear()
                elif number == self.listener.fileno():
                    self.accept()
                elif number in self.ends:
                    self.handle(self.ends[number], event)
            now = time.monotonic()
            while self.later and self.later[0][0] <= now:
                _, _, end, piece = heapq.heappop(self.later)
                self.give(end, piece)

    def accept(self) -> None:
        client, _ = self.listener.accept()
        server = socket.create_connection(self.server)
        near = _End(client, Requests(self.counts), time.monotonic() + self.seconds)
        far = _End(server, None, 0.0, near)
        near.other = far
        for end in (near, far):
            end.socket.setblocking(False)
            end.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.ends[end.socket.fileno()] = end
            self.epoll.register(end.socket.fileno(), select.EPOLLIN)

    def handle(self, end: _End, event: int) -> None:
        if event & select.EPOLLOUT:
            self.give(end, b"")
        if event & ~select.EPOLLOUT and not end.over and end.other:
            try:
                piece = end.socket.recv(_PIECE)
            except BlockingIOError:
                return
            except OSError:
                piece = b""
            if end.requests:
                end.requests.see(piece)
            self.send_later(end, end.other, piece)

    def send_later(self, end: _End, other: _End, piece: bytes) -> None:
        if not piece:
            end.over = True
        other.on_its_way += len(piece)
        due = max(time.monotonic(), end.open_from) + self.seconds / 2
        if self.seconds:
            heapq.heappush(self.later, (due, next(self.number), other, piece))
        else:
            self.give(other, piece)
        self.watch(end)

    def give(self, end: _End, piece: bytes) -> None:
        """Send to an end what is due now; an empty piece behind the last one is its end."""
        if end.socket.fileno() < 0:
            return
        if piece:
            end.pending.append(piece)
        try:
            while end.pending:
                sent = end.socket.send(end.pending[0])
                end.on_its_way -= sent
                rest = end.pending[0][sent:]
                end.pending[:1] = [rest] if rest else []
        except BlockingIOError:
            pass
        except OSError:
            self.close(end)
            return
        if end.other and end.other.over and not end.on_its_way:
            self.close(end)
            return
        self.watch(end)
        if end.other:
            self.watch(end.other)

    def watch(self, end: _End) -> None:
        if end.socket.fileno() < 0:
            return
        full = end.other is not None and end.other.on_its_way > _MOST_PENDING
        events = (0 if end.over or full else select.EPOLLIN) | (
            select.EPOLLOUT if end.pending else 0
        )
        self.epoll.modify(end.socket.fileno(), events)

    def close(self, end: _End) -> None:
        # Both halves: nobody here speaks after the other one has hung up.
        for each in (end, end.other):
            if each and each.socket.fileno() >= 0:
                self.ends.pop(each.socket.fileno(), None)
                self.epoll.unregister(each.socket.fileno())
                each.socket.close()
                each.pending.clear()


if __name__ == "__main__":
    _host, _, _port = sys.argv[1].partition(":")
    _Loop((_host, int(_port)), float(sys.argv[2])).run()
