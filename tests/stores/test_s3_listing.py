"""A page of a listing is complete, or an error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

import pytest

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.registry import StorePlace
from gitstore.adapters.stores.s3 import S3Store, open_store
from gitstore.adapters.stores.s3_errors import About
from gitstore.adapters.stores.s3_listing import object_version, parse
from gitstore.core.credentials import Keys
from gitstore.core.errors import (
    Denied,
    Missing,
    Unreachable,
)
from gitstore.core.versions import Version
from tests.servers import Bucket, S3Server
from tests.stores.opening import s3_place, s3_store

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
        parse(iter([body]), 200, HERE)


def test_a_page_that_breaks_off_is_an_error() -> None:
    with pytest.raises(Unreachable, match="damaged"):
        parse(iter([page("a")[:-5]]), 200, HERE)


def test_a_listing_that_goes_on_nowhere_is_an_error() -> None:
    with pytest.raises(Unreachable, match="does not say where"):
        parse(iter([page("a", more="<IsTruncated>true</IsTruncated>")]), 200, HERE)


def test_a_page_with_entities_is_an_error() -> None:
    body = b'<!DOCTYPE x [<!ENTITY a "b">]>' + page("&a;")
    with pytest.raises(Unreachable):
        parse(iter([body]), 200, HERE)


def test_keys_are_decoded_only_when_the_server_encoded_them() -> None:
    plain = parse(iter([page("a%2Bb+c")]), 200, HERE)
    encoded = parse(iter([page("a%2Bb+c", more="<EncodingType>url</EncodingType>")]), 200, HERE)

    assert [found.key for found in plain.found] == ["a%2Bb+c"]
    assert [found.key for found in encoded.found] == ["a+b c"]


def test_a_page_may_arrive_in_pieces_of_any_size() -> None:
    body = page("\u00e9\U0001f52d", "b")
    whole = parse(iter([body]), 200, HERE)

    assert parse((bytes([byte]) for byte in body), 200, HERE) == whole
    assert [found.key for found in whole.found] == ["\u00e9\U0001f52d", "b"]


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


GOES_ON = "<IsTruncated>true</IsTruncated><NextContinuationToken>t&amp;/+</NextContinuationToken>"


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
