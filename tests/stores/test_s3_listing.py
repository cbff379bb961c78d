"""A page of a listing is complete, or an error."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.s3 import open_store
from gitstore.adapters.stores.s3_errors import About
from gitstore.adapters.stores.s3_listing import object_version, parse
from gitstore.core.credentials import Keys
from gitstore.core.errors import (
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
