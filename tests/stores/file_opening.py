"""Stores on the file servers of the tests."""

from __future__ import annotations

from gitstore.adapters.stores import http, sftp, webdav
from gitstore.adapters.stores.http import HttpStore
from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.sftp import SftpStore
from gitstore.adapters.stores.webdav import WebdavStore
from gitstore.core.credentials import Credentials, Password
from tests.file_servers import FileServer, SshServer


def password(server: FileServer) -> Credentials | None:
    """What lets a client in, if anything has to."""
    if server.user is None or server.password is None:
        return None
    return Password(server.user, server.password)


def webdav_store(server: FileServer, prefix: str = "") -> WebdavStore:
    """The server's files below a prefix."""
    identity = f"webdav://{server.netloc}/{prefix}".rstrip("/")
    place = StorePlace("webdav", identity, endpoint=server.url, prefix=prefix)
    return webdav.open_store(place, lambda: password(server))


def sftp_store(server: SshServer, prefix: str = "") -> SftpStore:
    """The server's directory below a prefix."""
    root = f"{server.root}/{prefix}".strip("/")
    place = StorePlace(
        "sftp",
        f"sftp://127.0.0.1:{server.port}/{root}",
        endpoint=f"sftp://127.0.0.1:{server.port}",
        prefix=root,
        account=server.user,
    )
    return sftp.open_store(place, lambda: None)


def http_store(server: FileServer, prefix: str = "") -> HttpStore:
    """What the web server serves below a prefix."""
    identity = f"{server.url}/{prefix}".rstrip("/")
    place = StorePlace("http", identity, endpoint=server.url, prefix=prefix)
    return http.open_store(place, lambda: password(server) if "private" in prefix else None)
