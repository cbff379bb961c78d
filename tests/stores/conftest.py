"""File servers for the tests of stores, started once per run and only when a test wants them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gitstore.adapters.stores import (
    cloud_requests,
    patience,
    web_connection,
)
from tests import file_servers
from tests.file_servers import FileServer, SshServer


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """How often a server is asked again is looked at; how long is rested before is not."""
    for module in (cloud_requests, web_connection):
        monkeypatch.setattr(module, "_PAUSE", 0.01)
    monkeypatch.setattr(patience, "PAUSE", 0.01)


@pytest.fixture(scope="session")
def wsgidav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    """The WebDAV server with working preconditions."""
    with file_servers.wsgidav(tmp_path_factory.mktemp("wsgidav")) as server:
        yield server


@pytest.fixture(scope="session")
def rclone_webdav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    """The WebDAV server that ignores preconditions."""
    with file_servers.rclone_webdav(tmp_path_factory.mktemp("rclone")) as server:
        yield server


@pytest.fixture(scope="session")
def apache() -> Iterator[FileServer]:
    """The WebDAV server whose ETags are weak at first."""
    # Not below pytest's directory: that is closed to the user that the server becomes.
    with TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        with file_servers.apache(Path(directory)) as server:
            yield server


@pytest.fixture(scope="session")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    """The web server."""
    with file_servers.nginx(tmp_path_factory.mktemp("nginx")) as server:
        yield server


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """OpenSSH."""
    with file_servers.sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(scope="module")
def sshd_for_us(sshd: SshServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """OpenSSH, and a home of ours from which it is known."""
    home = tmp_path_factory.mktemp("home")
    sshd.make_known(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.delenv("SSH_AUTH_SOCK", raising=False)
        yield sshd
