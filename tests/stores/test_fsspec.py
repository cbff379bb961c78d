"""The store over file systems of fsspec keeps the contract, whatever a file system is like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gitstore.adapters.stores import contract, hdfs
from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.contract import Check, bytes_of, made
from gitstore.adapters.stores.fsspec_entries import entry_of
from gitstore.adapters.stores.fsspec_files import FsspecStore
from gitstore.adapters.stores.probe import probe
from gitstore.adapters.stores.recheck import Rechecked
from gitstore.adapters.stores.registry import StorePlace
from gitstore.core.credentials import Credentials, Password, Token
from gitstore.core.errors import Denied, Missing, NoCredentials, Refused, StoreError, Unsupported
from gitstore.core.store import Conditional, Store
from gitstore.core.urls import parse_url
from tests.webhdfs import WebHdfs, webhdfs


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebHdfs]:
    with webhdfs(tmp_path_factory.mktemp("hdfs")) as running:
        (running.root / "a prefix" / "of it").mkdir(parents=True)
        yield running


def web_store(cluster: WebHdfs, prefix: str, credentials: Credentials | None = None) -> FsspecStore:
    place = parse_url(f"webhdfs://ada@127.0.0.1:{cluster.port}/{prefix}")
    at = StorePlace(
        "webhdfs", place.identity, place.endpoint, prefix=place.prefix, account=place.account
    )
    return hdfs.open_web(at, lambda: credentials)


def local_store(root: Path) -> FsspecStore:
    from fsspec.implementations.local import LocalFileSystem

    return FsspecStore("local", lambda: LocalFileSystem(skip_instance_cache=True), str(root))


def local(request: pytest.FixtureRequest) -> FsspecStore:
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    return local_store(factory.mktemp("files"))


def memory(_request: pytest.FixtureRequest) -> FsspecStore:
    from fsspec.implementations.memory import MemoryFileSystem

    files = MemoryFileSystem(skip_instance_cache=True)
    files.makedirs("/a prefix/of it", exist_ok=True)
    return FsspecStore("memory", lambda: files, "/a prefix/of it")


def over_http(request: pytest.FixtureRequest) -> FsspecStore:
    return web_store(request.getfixturevalue("cluster"), "a%20prefix/of%20it")


@pytest.fixture(scope="module", params=[local, memory, over_http])
def store(request: pytest.FixtureRequest) -> Store:
    made: Callable[[pytest.FixtureRequest], Store] = request.param
    store = made(request)
    return Rechecked(store, probe(store))


@pytest.mark.parametrize("check", contract.checks(), ids=lambda check: check.name)
def test_a_file_system_of_fsspec_keeps_the_promise_that(store: Store, check: Check) -> None:
    assert store.abilities().swap is Conditional.CHECKED
    check.run(store, f"some where/{check.name}/")


def test_an_object_of_many_pieces_is_one_object(tmp_path: Path) -> None:
    large = next(check for check in contract.large_checks() if "parts" in check.name)
    large.run(local_store(tmp_path), "some where/")


def test_what_hdfs_does_not_replace_is_put_aside_and_goes(cluster: WebHdfs) -> None:
    store = web_store(cluster, "a%20prefix")
    first = made(store, "swap/a", b"one")
    store.write("swap/a", BytesSource(b"two"), first)

    assert [path.name for path in (cluster.root / "a prefix" / "swap").iterdir()] == ["a"]
    assert bytes_of(store, "swap/a") == b"two"
    assert any("op=RENAME" in url for url in cluster.asked)
    assert all("user.name=ada" in url for url in cluster.asked)


def test_a_directory_that_is_gone_is_not_an_empty_one(cluster: WebHdfs) -> None:
    store = web_store(cluster, "nowhere")

    with pytest.raises(Missing):
        list(store.list(""))
    with pytest.raises(Missing):
        made(store, "a", b"one")
    assert not (cluster.root / "nowhere").exists()


def test_a_token_lets_in_and_a_password_is_never_sent(tmp_path: Path) -> None:
    with webhdfs(tmp_path, token="a-token") as cluster:
        with pytest.raises(Denied):
            list(web_store(cluster, "").list(""))
        with pytest.raises(NoCredentials):
            list(web_store(cluster, "", Password("ada", "hunter2")).list(""))
        store = web_store(cluster, "", Token("a-token"))
        made(store, "a", b"one")
        assert bytes_of(store, "a") == b"one"
        assert not any("hunter2" in url for url in cluster.asked)


def test_hdfs_says_what_it_needs() -> None:
    place = parse_url("hdfs://name.example.org:8020/data")
    store = hdfs.open_store(
        StorePlace("hdfs", place.identity, place.endpoint, prefix=place.prefix), lambda: None
    )

    with pytest.raises(Unsupported) as caught:
        list(store.list(""))
    assert "webhdfs://" in str(caught.value.hint)


def test_what_was_changed_while_it_was_read_is_refused(tmp_path: Path) -> None:
    store = local_store(tmp_path)
    version = made(store, "a", b"x" * (3 << 20))
    chunks = store.read("a", version).chunks
    next(chunks)
    (tmp_path / "a").write_bytes(b"y" * (3 << 20))

    with pytest.raises(Refused, match="while it was read"):
        list(chunks)


class Unreadable:
    """A file system of which one directory cannot be read."""

    def __init__(self, files: object) -> None:
        self._files = files

    def __getattr__(self, name: str) -> object:
        return getattr(self._files, name)

    def ls(self, path: str, detail: bool) -> object:
        if path.endswith("/closed"):
            raise PermissionError("closed")
        return self._files.ls(path, detail=detail)  # type: ignore[attr-defined]  # any file system


def test_a_listing_that_cannot_be_completed_is_an_error(tmp_path: Path) -> None:
    from fsspec.implementations.local import LocalFileSystem

    for name in ("open", "closed"):
        made(local_store(tmp_path), f"{name}/a", b"")
    files = Unreadable(LocalFileSystem(skip_instance_cache=True))
    store = FsspecStore("local", lambda: files, str(tmp_path))

    with pytest.raises(Denied):
        list(store.list(""))


@pytest.mark.parametrize(
    ("told", "identifier"),
    [
        ({"ETag": '"abc"', "mtime": 1.5}, "etag:abc"),
        ({"ETag": 'W/"abc"', "mtime": 1.5}, "mtime:1.500000000"),
        ({"modificationTime": 1700000000123}, "mtime:1700000000.123000000"),
        ({"modify": "20231114221320"}, "mtime:1700000000.000000000"),
    ],
)
def test_a_version_is_named_by_what_a_file_system_has(
    told: dict[str, object], identifier: str
) -> None:
    entry = entry_of({"name": "x/a", "type": "file", "size": 3, **told})
    assert (entry.name, entry.version.ids) == ("a", (identifier,))


@pytest.mark.parametrize("told", [{"size": None, "mtime": 1.0}, {"size": 3}, {"size": "3"}])
def test_what_a_file_system_does_not_say_is_not_made_up(told: dict[str, object]) -> None:
    with pytest.raises(StoreError):
        entry_of({"name": "x/a", "type": "file", **told})
