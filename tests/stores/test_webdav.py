"""A WebDAV server as a storage: what it says is believed only when it is whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gitstore.adapters.stores import webdav
from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.probe import probe
from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.webdav import WebdavStore
from gitstore.core.credentials import Credentials, Keys, Password, Token
from gitstore.core.errors import (
    Changed,
    Denied,
    Missing,
    NoCredentials,
    Refused,
    StoreError,
    StoreFull,
    Unreachable,
    Unsupported,
)
from gitstore.core.store import Conditional
from gitstore.core.versions import Version
from tests.file_servers import FileServer
from tests.stores.faults import answer, answering
from tests.stores.file_opening import webdav_store

ADA = Password("ada", "s3cret")


def at(url: str, known: Credentials | None = None) -> WebdavStore:
    place = StorePlace("webdav", "webdav://there/x", endpoint=url, prefix="x")
    return webdav.open_store(place, lambda: known)


def resource(href: str, *, collection: bool = False, status: str = "200 OK") -> str:
    kind = "<collection/>" if collection else ""
    size = "" if collection else '<getcontentlength>1</getcontentlength><getetag>"e"</getetag>'
    return (
        f"<response><href>{href}</href><propstat><prop><resourcetype>{kind}</resourcetype>{size}"
        f"</prop><status>HTTP/1.1 {status}</status></propstat></response>"
    )


def listing(*resources: str) -> bytes:
    return f'<multistatus xmlns="DAV:">{"".join(resources)}</multistatus>'.encode()


ROOT = resource("/x/", collection=True)


@pytest.fixture
def store(wsgidav: FileServer, tmp_path: Path) -> WebdavStore:
    """An empty collection of its own."""
    (wsgidav.root / tmp_path.name).mkdir()
    return webdav_store(wsgidav, prefix=tmp_path.name)


@pytest.fixture
def folder(wsgidav: FileServer, tmp_path: Path) -> Path:
    """The directory of `store`."""
    return wsgidav.root / tmp_path.name


def test_a_server_that_creates_what_should_be_replaced_is_looked_at_first(
    store: WebdavStore,
) -> None:
    abilities = probe(store)

    assert abilities.create is Conditional.ENFORCED
    assert abilities.swap is Conditional.IGNORED
    assert abilities.erase is Conditional.ENFORCED


def test_a_server_that_ignores_preconditions_is_recognised(rclone_webdav: FileServer) -> None:
    abilities = probe(webdav_store(rclone_webdav))

    ignored = Conditional.IGNORED
    assert (abilities.create, abilities.swap, abilities.erase) == (ignored,) * 3


def test_two_writes_in_one_second_are_two_versions(store: WebdavStore, folder: Path) -> None:
    (folder / "a").write_bytes(b"one")
    first = store.stat("a")
    (folder / "a").write_bytes(b"two")

    assert store.stat("a") != first


def test_a_collection_is_never_removed(store: WebdavStore, folder: Path) -> None:
    (folder / "a").mkdir()
    (folder / "a" / "b").write_bytes(b"kept")

    with pytest.raises(Refused):
        store.delete("a", Version(4, ("etag:e",)))
    assert (folder / "a" / "b").read_bytes() == b"kept"


def test_what_is_in_the_way_is_named(store: WebdavStore, folder: Path) -> None:
    (folder / "file").write_bytes(b"")
    (folder / "directory").mkdir()

    with pytest.raises(Unsupported, match="'file' in the storage is in the way"):
        store.write("file/a", BytesSource(b""), None)
    with pytest.raises(Unsupported, match="'directory' in the storage is in the way"):
        store.write("directory", BytesSource(b""), None)


def test_a_name_that_is_no_key_is_listed_with_its_problem(store: WebdavStore, folder: Path) -> None:
    with answering(answer(207, listing(ROOT, resource("/x/caf%E9"), resource("/x/a")))) as server:
        found = list(at(server.url).list(""))

    assert [(each.key, each.problem) for each in found] == [
        ("caf\\xe9", "its name is not UTF-8"),
        ("a", None),
    ]


def test_a_missing_collection_is_missing_not_empty(wsgidav: FileServer) -> None:
    store = webdav_store(wsgidav, prefix="no/such")

    for act in (
        lambda: list(store.list("")),
        lambda: list(store.list("below/it")),
        lambda: store.write("a/b", BytesSource(b""), None),
    ):
        with pytest.raises(Missing):
            act()


def test_collections_that_are_needed_are_made_again(store: WebdavStore, folder: Path) -> None:
    store.write("a/b/one", BytesSource(b"1"), None)
    for path in ("a/b/one", "a/b", "a"):
        (folder / path).unlink() if (folder / path).is_file() else (folder / path).rmdir()
    store.write("a/b/two", BytesSource(b"2"), None)

    assert [each.key for each in store.list("")] == ["a/b/two"]


def test_a_file_that_becomes_shorter_is_never_sent(store: WebdavStore, folder: Path) -> None:
    class Longer(BytesSource):
        size = 10

    with pytest.raises(Changed):
        store.write("a", Longer(b"short"), None)


LOGIN = answer(200, b"<html><form>who are you?</form></html>", content_type="text/html")
WRONG = {
    "a login page": (LOGIN, Unreachable),
    "a login page as a multistatus": (answer(207, b"<html><body/></html>"), Unreachable),
    "a web server": (answer(405), Unreachable),
    "half a document": (answer(207, listing(ROOT, resource("/x/a"))[:-20]), Unreachable),
    "less than was promised": (
        answer(207, listing(ROOT)[:-20], content_length=str(len(listing(ROOT)))),
        Unreachable,
    ),
    "a broken chunk": (
        answer(207, b"ff\r\nshort", transfer_encoding="chunked").replace(
            b"content-length: 9\r\n", b""
        ),
        Unreachable,
    ),
    "nothing": (b"", Unreachable),
    "an empty answer": (answer(207), Unreachable),
    "a directory without itself": (answer(207, listing(resource("/x/a"))), Unreachable),
    "another directory": (answer(207, listing(ROOT, resource("/y/a"))), Unreachable),
    "what lies deeper": (answer(207, listing(ROOT, resource("/x/a/b"))), Unreachable),
    "entities": (
        answer(207, b'<!DOCTYPE m [<!ENTITY a "b">]><multistatus xmlns="DAV:">&a;</multistatus>'),
        Unreachable,
    ),
    "a part that may not be read": (
        answer(
            207,
            listing(ROOT, "<response><href>/x/a</href><status>HTTP/1.1 403 No</status></response>"),
        ),
        Denied,
    ),
    "an internal error": (answer(500, listing(ROOT)), Unreachable),
    "too many requests": (answer(429), Unreachable),
    "no room": (answer(507), StoreFull),
    "no permission": (answer(403), Denied),
    "nobody there": (answer(404), Missing),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_listing_is_complete_or_an_error(wrong: str) -> None:
    said, kind = WRONG[wrong]
    with answering(said) as server, pytest.raises(kind) as caught:
        list(at(server.url).list(""))

    assert caught.type is kind


def test_a_directory_that_goes_while_it_is_listed_fails_the_listing() -> None:
    top = answer(207, listing(ROOT, resource("/x/a/", collection=True)))
    with answering(top, answer(404)) as server, pytest.raises(Unreachable, match="was changed"):
        list(at(server.url).list(""))


def test_a_busy_server_is_asked_again() -> None:
    with answering(answer(503), b"", answer(207, listing(ROOT))) as server:
        assert list(at(server.url).list("")) == []

    assert len(server.asked) == 3


# Servers that have an internal error in the middle of a listing end it in these ways.
BROKEN_OFF = {
    name: WRONG[name][0]
    for name in ("half a document", "less than was promised", "a broken chunk", "an empty answer")
} | {"an error behind its end": answer(207, listing(ROOT) + b"Internal Server Error")}


@pytest.mark.parametrize("broken", BROKEN_OFF)
def test_a_listing_that_is_not_whole_is_asked_for_again(broken: str) -> None:
    whole = answer(207, listing(ROOT, resource("/x/a")))
    with answering(BROKEN_OFF[broken], whole) as server:
        assert [each.key for each in at(server.url).list("")] == ["a"]

    assert len(server.asked) == 2


def test_a_listing_that_is_never_whole_is_not_asked_for_without_end() -> None:
    damaged = BROKEN_OFF["an error behind its end"]
    with answering(damaged) as server, pytest.raises(Unreachable, match="junk after"):
        list(at(server.url).list(""))

    assert len(server.asked) == 4


def test_a_collection_that_a_server_shows_late_is_looked_for_again() -> None:
    seen = [answer(404), answer(409), answer(404), answer(207, listing(ROOT)), answer(404)]
    made = answer(207, listing(resource("/x/a/", collection=True)))
    written = answer(207, listing(resource("/x/a/b")))
    with answering(*seen, made, answer(201), written) as server:
        version = at(server.url).write("a/b", BytesSource(b"1"), None)

    assert version == Version(1, ("etag:e",))
    assert [each.method for each in server.asked].count("MKCOL") == 1


def test_a_write_is_never_repeated_by_itself() -> None:
    with answering(answer(503)) as server, pytest.raises(Unreachable):
        at(server.url).write("a", BytesSource(b"one"), None)

    assert [each.method for each in server.asked] == ["PUT"]


HELD = Version(3, ("etag:e",))


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (answer(200, b"tw", etag='"e"', content_length="3"), Unreachable),
        (answer(200, b"four", etag='"e"'), Refused),
        (answer(200, b"two", etag='"f"'), Refused),
        (answer(200, b"<html>", content_type="text/html"), Unreachable),
        (answer(206, b"two", etag='"e"'), Unreachable),
        (answer(206, b"wo", etag='"e"', content_range="bytes 1-2/3"), Unreachable),
        (answer(200, b"two", etag='"e"', content_encoding="gzip"), Unsupported),
        (answer(404), Missing),
        (answer(500), Unreachable),
    ],
)
def test_an_object_is_what_was_asked_for_or_an_error(said: bytes, kind: type[StoreError]) -> None:
    with answering(said) as server, pytest.raises(kind) as caught:
        list(at(server.url).read("a", HELD).chunks)

    assert caught.type is kind


def test_credentials_stay_with_their_host() -> None:
    with answering(answer(200, b"two", etag='"e"')) as other:
        moved = answer(302, location=f"{other.url}/elsewhere")
        with answering(moved) as server:
            data = b"".join(at(server.url, ADA).read("a", HELD).chunks)

    assert data == b"two"
    assert server.asked[0].headers["authorization"].startswith("Basic ")
    assert "authorization" not in other.asked[0].headers


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nothing_is_written_or_listed_through_a_redirect(status: int) -> None:
    with answering(answer(201)) as other:
        moved = answer(status, location=f"{other.url}/elsewhere")
        with answering(moved) as server:
            store = at(server.url, ADA)
            with pytest.raises(Unreachable, match="redirects"):
                store.write("a", BytesSource(b"one"), None)
            with pytest.raises(Unreachable, match="redirects"):
                list(store.list(""))

    assert other.asked == []


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/a"])
def test_a_redirect_leads_to_the_web_only(target: str) -> None:
    with answering(answer(302, location=target)) as server, pytest.raises(Unreachable):
        at(server.url).read("a", HELD)


def test_a_redirect_never_leads_out_of_https() -> None:
    from gitstore.adapters.stores.web_connection import Request, redirected
    from gitstore.adapters.stores.web_errors import About

    with pytest.raises(Unreachable, match="not https"):
        redirected(Request("GET", "a"), "http://h/a", "https://h/a", About("here"))


def test_a_redirect_in_a_circle_ends() -> None:
    with answering(answer(302, location="/x/a")) as server, pytest.raises(Unreachable):
        at(server.url).read("a", HELD)


def test_a_login_that_is_missing_wrong_or_of_another_kind_is_told(wsgidav: FileServer) -> None:
    known = webdav_store(wsgidav)
    for user, kind in ((None, NoCredentials), ("wrong", Denied)):
        server = replace(wsgidav, user=user)
        with pytest.raises(kind):
            list(webdav_store(server).list(""))
    assert known.stat("no such") is None
    digest = answer(401, www_authenticate='Digest realm="x"')
    with answering(digest) as strict, pytest.raises(Unsupported, match="'digest'"):
        list(at(strict.url, ADA).list(""))
    with pytest.raises(NoCredentials):
        at("http://127.0.0.1:1", Keys("AKID", "s3cret")).stat("a")


def test_a_token_goes_behind_bearer() -> None:
    with answering(answer(207, listing(ROOT))) as server:
        list(at(server.url, Token("s3cret")).list(""))

    assert server.asked[0].headers["authorization"] == "Bearer s3cret"


def test_an_odd_key_is_spelled_in_percent() -> None:
    with answering(answer(404)) as server:
        at(server.url).stat("a b/100%/caf\u00e9#?")

    assert server.asked[0].path == "/x/a%20b/100%25/caf%C3%A9%23%3F"


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(answer(207, listing(ROOT))) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert list(at("http://storage.invalid").list("")) == []
        monkeypatch.setenv("no_proxy", "storage.invalid")
        with pytest.raises(Unreachable, match="no host of that name"):
            at("http://storage.invalid").stat("a")

    assert proxy.asked[0].path == "http://storage.invalid/x/"


def test_a_server_that_does_not_listen_is_told() -> None:
    with pytest.raises(Unreachable, match="nobody answers there"):
        at("http://127.0.0.1:1").stat("a")
