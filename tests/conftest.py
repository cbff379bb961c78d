"""Fixtures for all tests: real servers, started once per run and only when a test wants them."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import cloud_servers, servers
from tests import lab as laboratory
from tests.refusals import OBJECTS

# Whoever starts the tests in the background makes them ignore Ctrl-C, and all their children too.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No timed assertions: machines are shared, and an example may be slow on one of them.
settings.register_profile("git-storage", deadline=None)
settings.load_profile("git-storage")


_LONGEST = (
    *("tests/trouble/", "tests/test_docs_commands.py", "tests/rules/test_together.py"),
    *("tests/rules/test_kills.py", "tests/stores/"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits longest begins first, so that no worker is left alone with it in the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST))


@pytest.fixture(scope="session")
def ministack() -> Iterator[servers.S3Server]:
    """The S3 server with working preconditions and versions."""
    with servers.ministack() as server:
        yield server


@pytest.fixture(scope="session")
def rclone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.S3Server]:
    """The S3 server that ignores preconditions."""
    with servers.rclone(tmp_path_factory.mktemp("rclone")) as server:
        yield server


@pytest.fixture(scope="session")
def fake_gcs() -> Iterator[cloud_servers.GcsServer]:
    """The emulator of Google Cloud Storage."""
    with cloud_servers.fake_gcs() as server:
        yield server


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[cloud_servers.AzureServer]:
    """The emulator of Azure Blob Storage."""
    with cloud_servers.azurite(tmp_path_factory.mktemp("azurite")) as server:
        yield server


@pytest.fixture
def bucket(ministack: servers.S3Server) -> servers.Bucket:
    """A new bucket without versions."""
    return ministack.make_bucket()


@pytest.fixture
def versioned_bucket(ministack: servers.S3Server) -> servers.Bucket:
    """A new bucket that keeps old versions."""
    return ministack.make_versioned_bucket()


@pytest.fixture
def careless_bucket(rclone: servers.S3Server) -> servers.Bucket:
    """A new bucket whose server ignores preconditions."""
    return rclone.make_bucket()


@pytest.fixture
def gcs_bucket(fake_gcs: cloud_servers.GcsServer) -> cloud_servers.GcsBucket:
    """A new bucket of Google's emulator, without versions."""
    return fake_gcs.make_bucket()


@pytest.fixture
def versioned_gcs_bucket(fake_gcs: cloud_servers.GcsServer) -> cloud_servers.GcsBucket:
    """A new bucket of Google's emulator that keeps old versions."""
    return fake_gcs.make_versioned_bucket()


@pytest.fixture
def container(azurite: cloud_servers.AzureServer) -> cloud_servers.AzureContainer:
    """A new container of Azure's emulator."""
    return azurite.make_container()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[laboratory.Lab]:
    """A project with a remote and a bucket; a failure that no test expected is noticed here."""
    made = laboratory.make(tmp_path)
    yield made
    made.check()


@pytest.fixture
def described(lab: laboratory.Lab) -> laboratory.Lab:
    """A project with a data path, committed and staged."""
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    return lab
