"""One SSH connection to a file server, with SFTP on it, used by several threads.

asyncssh runs on one event loop in a thread of its own; everybody else waits for what it does. Keys,
agent, `~/.ssh/config` and `known_hosts` are the user's own. A host key that is not in `known_hosts`
is never accepted: who is asked whether it is the right one has to be a person, and `ssh` asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock, Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit

from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.web_errors import About
from gitstore.core.credentials import CredentialSource, Password, of_kind
from gitstore.core.errors import (
    Denied,
    Missing,
    StoreError,
    StoreFull,
    Unreachable,
    Unsupported,
    WrongCredentials,
)

PARALLEL = 8
"""Requests in flight."""

_CONNECT, _LOGIN, _ALIVE = 10, 20, 15
"""In seconds."""

_KNOWN_HOSTS = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2", "/etc/ssh/ssh_known_hosts")
_T = TypeVar("_T")

# The server's answers, by asyncssh's names for them; the rest is Unreachable.
ANSWERS: dict[str, tuple[type[StoreError], str, str | None]] = {
    "SFTPNoSuchFile": (Missing, "there is no such file", None),
    "SFTPNoSuchPath": (Missing, "there is no such directory", None),
    "SFTPPermissionDenied": (Denied, "access is denied", "check the permissions on the server"),
    "SFTPWriteProtect": (Denied, "it is read-only", None),
    "SFTPOpUnsupported": (Unsupported, "the server cannot do this", None),
    "SFTPNoSpaceOnFilesystem": (StoreFull, "there is no room left", "make room there"),
    "SFTPQuotaExceeded": (StoreFull, "the quota is used up", "make room there"),
    "SFTPBadMessage": (Unsupported, "the server cannot hold a file of this name", None),
    "SFTPInvalidFilename": (Unsupported, "the server cannot hold a file of this name", None),
}


class Connection:
    """The server of a storage; connects when it is first asked, and again when the line broke."""

    def __init__(self, place: StorePlace, credentials: CredentialSource) -> None:
        if not place.endpoint:
            raise Unsupported(f"no server is named for {place.identity}")
        parts = urlsplit(place.endpoint)
        self.identity = place.identity
        self.root = "/" + place.key_prefix.rstrip("/")
        self._host, self._port = (parts.hostname or "").strip("[]"), parts.port
        self._user = place.account
        self._source = credentials
        self._open: tuple[Any, Any] | None = None
        self._opening: asyncio.Lock | None = None

    def about(self, key: str | None = None) -> About:
        """What an error is about."""
        return About(self.identity, key)

    def path(self, key: str) -> bytes:
        """The path on the server."""
        return f"{self.root.rstrip('/')}/{key}".encode() if key else self.root.encode()

    async def sftp(self) -> Any:
        """The SFTP client; to be called on the loop."""
        if self._opening is None:
            self._opening = asyncio.Lock()
        async with self._opening:
            if self._open is None or self._open[0].is_closed():
                self._open = await self._connected()
            return self._open[1]

    async def _connected(self) -> tuple[Any, Any]:
        import asyncssh

        asked: dict[str, Any] = {"host": self._host, "username": self._user, "port": self._port}
        # The password comes last: keys and agent cost nobody a question.
        found = of_kind(await asyncio.to_thread(self._source), Password)
        if found is not None:
            asked |= {"username": self._user or found.user, "password": found.password}
        asked = {name: value for name, value in asked.items() if value is not None}
        options = await asyncssh.SSHClientConnectionOptions.construct(
            config=(),
            connect_timeout=_CONNECT,
            login_timeout=_LOGIN,
            keepalive_interval=_ALIVE,
            agent_forwarding=False,
            **asked,
        )
        options = asyncssh.SSHClientConnectionOptions(options, known_hosts=self._known(options))
        line = await asyncssh.connect(self._host, options=options)
        return line, await line.start_sftp_client(path_encoding=None)

    def _known(self, options: Any) -> Any:
        if options.known_hosts is None:
            # asyncssh takes "UserKnownHostsFile none" for "trust everybody".
            raise self.not_trusted("no file of known hosts is allowed in ~/.ssh/config")
        named = [str(name) for name in options.known_hosts] or list(_KNOWN_HOSTS)
        files = [Path(name).expanduser() for name in named]
        return [str(file) for file in files if file.is_file()] or b""

    def not_trusted(self, why: str) -> Denied:
        """The error for a server that cannot be shown to be the right one."""
        port = f"-p {self._port} " if self._port else ""
        user = f"{self._user}@" if self._user else ""
        return Denied(
            f"{self.identity}: {why}",
            hint=f"ssh {port}{user}{self._host}  # shows its key and asks whether it is right",
        )

    def not_let_in(self) -> WrongCredentials:
        """The error for a server that knows none of our keys and passwords."""
        user = f" {self._user!r}" if self._user else " this user"
        return WrongCredentials(
            f"{self.identity}: the server does not let{user} in",
            hint="ssh-add KEY, or name the key in ~/.ssh/config, or: git storage login NAME",
        )


def run(connection: Connection, work: Coroutine[Any, Any, _T], about: About) -> _T:
    """What a coroutine gives, run on the loop while this thread waits.

    Raises:
        StoreError: what the server or the line said.
    """
    with translated(connection, about):
        return begun(work).result()


def begun(work: Coroutine[Any, Any, _T]) -> Future[_T]:
    """A coroutine, started on the loop."""
    return asyncio.run_coroutine_threadsafe(work, _loop())


@contextmanager
def translated(connection: Connection, about: About) -> Iterator[None]:
    """Turn what asyncssh raises in the block into the family's errors."""
    import asyncssh

    try:
        yield
    except asyncssh.SFTPError as error:
        kind, sentence, hint = ANSWERS.get(
            type(error).__name__, (Unreachable, f"the server says: {_short(error)}", None)
        )
        raise kind(f"{about}: {sentence}", key=about.key, hint=hint) from error
    except asyncssh.HostKeyNotVerifiable as error:
        why = "the server's key is not the one in known_hosts, or there is none"
        raise connection.not_trusted(why) from error
    except asyncssh.PermissionDenied as error:
        raise connection.not_let_in() from error
    except (asyncssh.Error, asyncssh.KeyImportError, OSError, asyncio.TimeoutError) as error:
        silent = isinstance(error, asyncio.TimeoutError) or not str(error)
        why = "the server does not answer" if silent else _short(error)
        raise Unreachable(f"{about}: {why}", key=about.key, hint="try again later") from error


def _short(error: BaseException) -> str:
    return str(error).partition("\n")[0].rstrip(". ")[:200]


# `cache` alone would let each of several first callers make a loop of its own.
_ONE = Lock()


def _loop() -> asyncio.AbstractEventLoop:
    with _ONE:
        return _made()


@cache
def _made() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="git-storage-sftp", daemon=True).start()
    return loop
