"""Files on a web server as a storage, for reading."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitstore.adapters.stores import http
from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.contract_names import ODD_NAMES
from gitstore.adapters.stores.http import HttpStore
from gitstore.adapters.stores.registry import StorePlace
from gitstore.core.errors import (
    Denied,
    Missing,
    NoCredentials,
    Refused,
    StoreError,
    Unreachable,
    Unsupported,
)
from gitstore.core.store import Span
from gitstore.core.versions import Version
from tests.file_servers import FileServer
from tests.stores.faults import answer, answering
from tests.stores.file_opening import http_store

OLD = 1_700_000_000
CLOSED = "</pre></body></html>"


@pytest.fixture
def folder(nginx: FileServer, tmp_path: Path) -> Path:
    """A directory of its own on the server."""
    made = nginx.root / tmp_path.name
    made.mkdir()
    return made


def put(path: Path, content: bytes) -> None:
    """A file that is old enough to be trusted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (OLD, OLD))


def at(url: str) -> HttpStore:
    return http.open_store(
        StorePlace("http", "http://there/x", endpoint=url, prefix="x"), lambda: None
    )


def index(*links: str, title: str = "Index of /x/", end: str = CLOSED) -> bytes:
    rows = "".join(f'<a href="{link}">{link}</a>\n' for link in links)
    page = f"<html><head><title>{title}</title></head><body><pre>{rows}{end}".encode()
    return answer(200, page, content_type="text/html")


HERE = answer(200, etag='"e"', content_length="3")


@pytest.mark.parametrize("where", ["", "json/"])
def test_an_index_is_a_listing(nginx: FileServer, folder: Path, where: str) -> None:
    names = [n for n in ODD_NAMES if "/" not in n and not n.startswith(".")]
    for name in names:
        put(folder / "sub directory" / name, name.encode())
    store = http_store(nginx, where + folder.name)

    listed = {found.key: found for found in store.list("")}

    assert sorted(listed) == sorted(f"sub directory/{name}" for name in names)
    for key, found in listed.items():
        assert b"".join(store.read(key, found.version).chunks) == key.rpartition("/")[2].encode()
        assert store.stat(key) == found.version


def test_a_server_without_an_index_still_gives_what_is_known(
    nginx: FileServer, folder: Path
) -> None:
    put(folder / "a", b"one")
    store = http_store(nginx, f"quiet/{folder.name}")
    known = http_store(nginx, folder.name).stat("a")

    with pytest.raises(Unsupported, match="does not list"):
        list(store.list(""))
    assert store.stat("a") == known
    assert b"".join(store.read("a", known).chunks) == b"one"


def test_a_start_page_is_no_empty_directory(nginx: FileServer, folder: Path) -> None:
    put(folder / "index.html", b"<html><title>Welcome</title><a href='a'>a</a></html>")

    with pytest.raises(Unsupported, match="does not list"):
        list(http_store(nginx, folder.name).list(""))


def test_a_directory_is_missing_not_empty(nginx: FileServer) -> None:
    with pytest.raises(Missing):
        list(http_store(nginx, "no/such").list(""))


def test_a_directory_is_no_object(nginx: FileServer, folder: Path) -> None:
    put(folder / "d" / "a", b"one")
    store = http_store(nginx, folder.name)

    assert store.stat("d") is None
    with pytest.raises(Missing):
        store.read("d", None)


def test_a_login_of_the_web_server_is_used(nginx: FileServer, folder: Path) -> None:
    put(folder / "a", b"one")
    place = StorePlace("http", "x", endpoint=nginx.url, prefix=f"private/{folder.name}")

    assert [f.key for f in http_store(nginx, f"private/{folder.name}").list("")] == ["a"]
    with pytest.raises(NoCredentials):
        list(http.open_store(place, lambda: None).list(""))


def test_nothing_is_written(nginx: FileServer) -> None:
    store = http_store(nginx)

    assert not store.abilities().writable
    with pytest.raises(Unsupported, match="can only be read"):
        store.write("a", BytesSource(b""), None)
    with pytest.raises(Unsupported, match="can only be read"):
        store.delete("a", Version(0, ("etag:e",)))


def test_a_write_in_the_same_second_is_another_version(nginx: FileServer, folder: Path) -> None:
    store = http_store(nginx, folder.name)
    (folder / "a").write_bytes(b"one")
    first = store.stat("a")
    (folder / "a").write_bytes(b"two")

    assert store.stat("a") != first


def test_only_what_is_directly_in_a_directory_counts() -> None:
    links = (
        "../", "?C=N;O=D", "/x/", "/", "b#c", "http://elsewhere/x/a", "//elsewhere/a",
        "sub/deeper", "mailto:me", "/y/z", "a", "a", "./b", "/x/c",
    )  # fmt: skip
    with answering(index(*links), HERE) as server:
        assert [found.key for found in at(server.url).list("")] == ["a", "b", "c"]


def test_a_name_that_is_no_key_is_listed_with_its_problem() -> None:
    with answering(index("caf%E9", "a%2Fb", "d%ff/", "a"), HERE) as server:
        found = {each.key: each.problem for each in at(server.url).list("")}

    assert found.pop("a") is None
    assert sorted(found) == ["a/b", "caf\\xe9", "d\\xff/"]
    assert None not in found.values()


def test_an_object_without_a_version_is_listed_with_its_problem() -> None:
    with answering(index("a"), answer(200, content_length="3")) as server:
        (found,) = at(server.url).list("")
        with pytest.raises(Unsupported, match="neither an ETag nor a time"):
            at(server.url).stat("a")

    assert found.problem is not None


WRONG = {
    "a login page": (index(title="Log in"), Unsupported),
    "half a page": (index("a", end=""), Unreachable),
    "half an index in JSON": (
        answer(200, b'[{"name": "a"', content_type="application/json"),
        Unreachable,
    ),
    "something else in JSON": (
        answer(200, b'{"error": "x"}', content_type="application/json"),
        Unreachable,
    ),
    "less than was promised": (
        index("a").replace(b"content-length: ", b"content-length: 9"),
        Unreachable,
    ),
    "nothing": (b"", Unreachable),
    "an empty answer": (answer(200), Unsupported),
    "an internal error": (answer(500, b"Index of"), Unreachable),
    "no permission": (answer(401), NoCredentials),
    "a forbidden index": (answer(403), Unsupported),
    "nobody there": (answer(404), Missing),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_listing_is_complete_or_an_error(wrong: str) -> None:
    said, kind = WRONG[wrong]
    with answering(said) as server, pytest.raises(kind) as caught:
        list(at(server.url).list(""))

    assert caught.type is kind


def test_one_object_that_cannot_be_asked_about_fails_the_listing() -> None:
    with answering(index("a", "b"), answer(403)) as server, pytest.raises(Denied):
        list(at(server.url).list(""))


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (answer(206, b"wo", etag='"e"', content_range="bytes 1-2/3"), None),
        (answer(200, b"two", etag='"e"'), None),
        (answer(206, b"tw", etag='"e"', content_range="bytes 0-1/3"), Unreachable),
        (answer(206, b"wo", etag='"f"', content_range="bytes 1-2/3"), Refused),
        (answer(206, b"wo", etag='"e"', content_range="bytes 1-2/9"), Refused),
        (answer(206, b"w", etag='"e"', content_range="bytes 1-1/3"), Unreachable),
        (answer(412), Refused),
    ],
)
def test_a_span_is_the_right_bytes_of_the_right_version_or_an_error(
    said: bytes, kind: type[StoreError] | None
) -> None:
    known = Version(3, ("etag:e",))
    with answering(said, answer(200, etag='"f"', content_length="3")) as server:
        store = at(server.url)
        if kind is None:
            assert b"".join(store.read("a", known, Span(1, 3)).chunks) == b"wo"
        else:
            with pytest.raises(kind):
                list(store.read("a", known, Span(1, 3)).chunks)

    assert server.asked[0].headers["range"] == "bytes=1-2"
    assert server.asked[0].headers["if-match"] == '"e"'
