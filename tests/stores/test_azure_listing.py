"""A page of a listing is complete, or an error; what the emulator never says is read all the same.

The texts follow https://learn.microsoft.com/en-us/rest/api/storageservices/list-blobs.
"""

from __future__ import annotations

import pytest

from gitstore.adapters.stores.azure_listing import parse
from gitstore.adapters.stores.web_errors import About
from gitstore.core.errors import Unreachable
from gitstore.core.store import Found
from gitstore.core.versions import Version

HERE = About("azure://sky.blob.core.windows.net/survey")


def page(blobs: str, more: str = "<NextMarker/>") -> bytes:
    head = '\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="x">'
    return f"{head}<Blobs>{blobs}</Blobs>{more}</EnumerationResults>".encode()


def blob(name: str, more: str = "", attributes: str = "") -> str:
    return (
        f"<Blob><Name{attributes}>{name}</Name>{more}<Properties><Content-Length>3</Content-Length>"
        "<Content-MD5>x</Content-MD5><Etag>0x8D</Etag></Properties></Blob>"
    )


def keys(body: bytes) -> list[str]:
    return [found.key for found in parse(body, HERE).found]


def test_a_blob_is_its_name_its_size_and_its_etag() -> None:
    found = parse(page(blob("a&amp;b")), HERE)

    assert found.found == [Found("a&b", Version(3, ("etag:0x8D",)))]
    assert found.marker is None


def test_a_version_is_named_where_versions_are_asked_for() -> None:
    more = "<VersionId>2026-01-01T00:00:00.0Z</VersionId><IsCurrentVersion>true</IsCurrentVersion>"
    (found,) = parse(page(blob("a", more)), HERE).found

    assert found.version.get("version") == "2026-01-01T00:00:00.0Z"


def test_a_name_that_xml_cannot_hold_is_encoded() -> None:
    assert keys(page(blob("a%EF%BF%BE b", attributes=' Encoded="true"'))) == ["a\ufffe b"]
    assert keys(page(blob("a%20b"))) == ["a%20b"]


def test_directories_of_a_hierarchical_account_are_no_objects() -> None:
    directory = blob("dir").replace("<Etag>", "<ResourceType>directory</ResourceType><Etag>")
    file = blob("dir/a").replace("<Etag>", "<ResourceType>file</ResourceType><Etag>")

    assert keys(page(directory + file)) == ["dir/a"]


def test_a_page_says_where_to_go_on() -> None:
    assert parse(page(blob("a"), "<NextMarker>2!8</NextMarker>"), HERE).marker == "2!8"


@pytest.mark.parametrize(
    "body",
    [
        page(blob("a"))[:-5],
        b"<Error><Code>x</Code></Error>",
        b"",
        page("<Blob><Name>a</Name></Blob>"),
        page(blob("a").replace("3<", "many<")),
        page(blob("a%FF", attributes=' Encoded="true"')),
        b'<!DOCTYPE x [<!ENTITY e "e">]>' + page(blob("a")).partition(b"?>")[2],
    ],
    ids=["cut", "error", "empty", "no-size", "odd-size", "odd-name", "entities"],
)
def test_a_page_that_is_not_whole_is_an_error(body: bytes) -> None:
    with pytest.raises(Unreachable):
        parse(body, HERE)
