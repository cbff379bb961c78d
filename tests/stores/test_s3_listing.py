"""A page of a listing is complete, or an error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from gitstore.adapters.stores import s3_listing
from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.s3 import S3Store, open_store
from gitstore.adapters.stores.s3_errors import About
from gitstore.adapters.stores.s3_listing import Answer, object_version, parse
from gitstore.core.credentials import Keys
from gitstore.core.errors import (
    Denied,
    Missing,
    Unreachable,
)
from gitstore.core.versions import Version
from tests.servers import Bucket, S3Server
from tests.stores.opening import s3_place, s3_store
from tests.waiting import until

HERE = About("s3://here/bucket")


def keys_of(server: S3Server) -> Keys:
    return Keys(server.access_key, server.secret_key)


def page(*contents: str, more: str = "") -> bytes:
    inside = "".join(
        f"<Contents><Key>{c}</Key><Size>1</Size><ETag>&quot;e&quot;</ETag></Contents>"
        for c in contents
    )
    return f"<ListBucketResult>{inside}{more}</ListBucketResult>".encode()


def test_folder_markers_are_listed_as_they_are(bucket: Bucket) -> None:
    bucket.put("prefix/", b"")
    bucket.put("prefix/folder/", b"")
    bucket.put("prefix/folder/a", b"x")

    assert [found.key for found in s3_store(bucket, "prefix").list("")] == ["folder/", "folder/a"]


def test_a_missing_bucket_is_missing_not_empty(bucket: Bucket) -> None:
    place = replace(s3_place(bucket), container="no-such-bucket")
    store = open_store(place, lambda: keys_of(bucket.server))

    for act in (
        lambda: list(store.list("")),
        lambda: store.read("a", None),
        lambda: store.write("a", BytesSource(b""), None),
        lambda: store.write("a", BytesSource(b""), Version(0, ("etag:e",))),
        lambda: store.delete("a", Version(0, ("etag:e",))),
    ):
        with pytest.raises(Missing, match="no such bucket"):
            act()


def test_an_error_that_comes_with_status_200_is_an_error() -> None:
    body = b"<Error><Code>InternalError</Code><Message>no</Message></Error>"
    with pytest.raises(Unreachable, match="internal error"):
        parse(Answer(200, body), HERE)


def test_a_page_that_breaks_off_is_an_error() -> None:
    with pytest.raises(Unreachable, match="damaged"):
        parse(Answer(200, page("a")[:-5]), HERE)


def test_a_listing_that_goes_on_nowhere_is_an_error() -> None:
    with pytest.raises(Unreachable, match="does not say where"):
        parse(Answer(200, page("a", more="<IsTruncated>true</IsTruncated>")), HERE)


def test_a_page_with_entities_is_an_error() -> None:
    body = b'<!DOCTYPE x [<!ENTITY a "b">]>' + page("&a;")
    with pytest.raises(Unreachable):
        parse(Answer(200, body), HERE)


def test_a_page_whose_entities_are_spelled_in_another_encoding_is_an_error() -> None:
    body = (
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]>'
        + page("&a;").decode()
    )
    with pytest.raises(Unreachable):
        parse(Answer(200, body.encode("utf-16")), HERE)


SPACE = 'xmlns{}="http://s3.amazonaws.com/doc/2006-03-01/"'


@pytest.mark.parametrize(
    "body",
    [
        page("a").replace(b"Result>", f"Result {SPACE.format('')}>".encode(), 1),
        page("a")
        .replace(b"<List", b"<s:List")
        .replace(b"</List", b"</s:List")
        .replace(b"Result>", f"Result {SPACE.format(':s')}>".encode(), 1),
    ],
    ids=["of all names", "of the outermost name only"],
)
def test_names_are_known_in_any_namespace(body: bytes) -> None:
    assert [found.key for found in parse(Answer(200, body), HERE).found] == ["a"]


def test_a_page_of_several_namespaces_is_an_error() -> None:
    mixed = page("a").replace(b"<Contents>", f"<Contents {SPACE.format('')}>".encode(), 1)
    with pytest.raises(Unreachable, match="namespaces"):
        parse(Answer(200, mixed.replace(b"</List", b"<Name>x</Name></List")), HERE)


def test_characters_of_several_bytes_are_understood() -> None:
    found = parse(Answer(200, page("\u00e9\U0001f52d", "b")), HERE).found

    assert [each.key for each in found] == ["\u00e9\U0001f52d", "b"]


def test_keys_are_decoded_only_when_the_server_encoded_them() -> None:
    plain = parse(Answer(200, page("a%2Bb+c")), HERE)
    encoded = parse(Answer(200, page("a%2Bb+c", more="<EncodingType>url</EncodingType>")), HERE)

    assert [found.key for found in plain.found] == ["a%2Bb+c"]
    assert [found.key for found in encoded.found] == ["a+b c"]


def test_weak_etags_and_the_version_null_name_nothing() -> None:
    assert object_version(1, 'W/"e"', "null").ids == ()
    assert object_version(1, '"e"', "v").ids == ("version:v", "etag:e")


class Scripted(BaseHTTPRequestHandler):
    """An S3 server that gives the answers it was given, one after another."""

    answers: ClassVar[list[tuple[int, bytes]]] = []
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status, body = self.answers.pop(0)
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        # A body that is announced longer than it is looks like a connection that broke.
        self.wfile.write(body.replace(b"BREAKS", b""))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def scripted() -> Iterator[tuple[type[Scripted], S3Store]]:
    handler = type("Handler", (Scripted,), {"answers": [], "asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        place = StorePlace(
            "s3", "s3://b", endpoint=f"http://127.0.0.1:{server.server_port}", container="b"
        )
        yield handler, open_store(place, lambda: Keys("AKID", "secret"))
        server.shutdown()
        thread.join()


def on(token: str) -> str:
    return f"<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>"


GOES_ON = on("t&amp;/+")


def test_a_page_that_fails_for_good_fails_the_listing(
    scripted: tuple[type[Scripted], S3Store],
) -> None:
    handler, store = scripted
    handler.answers += [(200, page("a", more=GOES_ON)), *[(503, b"")] * 4]
    listing = store.list("")

    assert next(listing).key == "a"
    with pytest.raises(Unreachable, match="fewer requests"):
        next(listing)


def test_a_page_that_breaks_is_asked_for_again_and_counts_once(
    scripted: tuple[type[Scripted], S3Store],
) -> None:
    handler, store = scripted
    handler.answers += [
        (500, b""),
        (200, page("a", "BREAKS")),
        (200, page("a", more=GOES_ON)),
        (200, page("b")),
    ]

    assert [found.key for found in store.list("")] == ["a", "b"]
    assert "continuation-token=t%26%2F%2B&" in handler.asked[-1]


def test_a_storage_that_gives_one_page_forever_is_an_error(
    scripted: tuple[type[Scripted], S3Store],
) -> None:
    handler, store = scripted
    handler.answers += [(200, page("a", more=GOES_ON))] * 3

    with pytest.raises(Unreachable, match="again and again"):
        list(store.list(""))


def test_who_looks_only_at_the_first_page_asks_for_no_other(
    scripted: tuple[type[Scripted], S3Store],
) -> None:
    handler, store = scripted
    handler.answers += [(200, page("a", "b", more=GOES_ON))]
    listing = store.list("")

    assert [next(listing).key, next(listing).key] == ["a", "b"]
    assert len(handler.asked) == 1


def test_the_next_page_is_on_its_way_while_one_is_worked_with_and_asked_for_once(
    scripted: tuple[type[Scripted], S3Store],
) -> None:
    handler, store = scripted
    handler.answers += [(200, page(key, more=on(f"after&amp;{key}"))) for key in "abc"]
    handler.answers += [(200, page("d"))]
    listing = store.list("")
    early = [next(listing).key, next(listing).key]
    until(lambda: len(handler.asked) == 3)

    assert [*early, *(found.key for found in listing)] == ["a", "b", "c", "d"]
    assert [asked.count("after%26") for asked in handler.asked] == [0, 1, 1, 1]


def test_a_token_that_only_looks_like_one_leads_nowhere(
    scripted: tuple[type[Scripted], S3Store],
) -> None:
    handler, store = scripted
    false = "<!--<NextContinuationToken>false</NextContinuationToken>-->"
    handler.answers += [(200, page("a", more=on("1")))]
    handler.answers += [(200, page("b", more=false + on("2")))]
    handler.answers += [(200, page("c")), (200, page("c"))]

    assert [found.key for found in store.list("")] == ["a", "b", "c"]
    assert [asked for asked in handler.asked if "continuation-token=2&" in asked]


def test_a_later_page_that_comes_damaged_is_asked_for_again(
    scripted: tuple[type[Scripted], S3Store],
) -> None:
    handler, store = scripted
    handler.answers += [(200, page("a", more=on("1"))), (200, page("b")[:-5]), (200, page("b"))]

    assert [found.key for found in store.list("")] == ["a", "b"]


def test_a_page_without_end_is_not_kept(
    scripted: tuple[type[Scripted], S3Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, store = scripted
    monkeypatch.setattr(s3_listing, "_LARGEST", 1000)
    handler.answers += [(200, page("a" * 1000))] * 4

    with pytest.raises(Unreachable, match="does not end"):
        list(store.list(""))


def test_a_key_that_was_not_asked_for_is_an_error(
    scripted: tuple[type[Scripted], S3Store],
) -> None:
    handler, store = scripted
    handler.answers += [(200, page("other"))]

    with pytest.raises(Unreachable, match="not asked for"):
        list(store.list("mine"))


def test_a_denied_listing_says_what_the_server_said(
    scripted: tuple[type[Scripted], S3Store],
) -> None:
    handler, store = scripted
    handler.answers += [(403, b"<Error><Code>ExpiredToken</Code></Error>"), (403, b"<html>")]

    with pytest.raises(Denied, match="expired"):
        list(store.list(""))
    with pytest.raises(Denied, match="denied"):
        list(store.list(""))
