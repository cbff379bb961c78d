"""The server to which `make bench` gives small objects is lean, but no easier than S3."""

from __future__ import annotations

import re
from hashlib import md5
from urllib.parse import unquote

import pytest

from bench.lean_s3 import Answer, Buckets, Request

_MADE = f'"{md5(b"one", usedforsecurity=False).hexdigest()}"'


@pytest.fixture
def buckets() -> Buckets:
    made = Buckets()
    ask(made, "PUT", "/b")
    return made


def ask(buckets: Buckets, method: str, target: str, body: bytes = b"", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return buckets.answer(Request(method, target, named, body))


def test_an_object_comes_back_under_its_md5(buckets: Buckets) -> None:
    assert ask(buckets, "PUT", "/b/a%20%C3%A9", b"one").headers["ETag"] == _MADE
    assert ask(buckets, "GET", "/b/a%20%c3%a9").body == b"one"
    part = ask(buckets, "GET", "/b/a%20%C3%A9", range="bytes=1-")
    assert (part.status, part.body, part.headers["Content-Range"]) == (206, b"ne", "bytes 1-2/3")


def test_preconditions_hold(buckets: Buckets) -> None:
    def status(method: str, **headers: str) -> int:
        return ask(buckets, method, "/b/a", b"one", **headers).status

    assert status("PUT", if_match=_MADE) == 404
    assert status("PUT", if_none_match="*") == 200
    assert status("PUT", if_none_match="*") == 412
    assert status("PUT", if_match='"else"') == status("DELETE", if_match='"else"') == 412
    assert status("GET", if_match='"else"') == 412
    assert status("PUT", if_match=_MADE) == 200
    assert status("DELETE", if_match=_MADE) == 204
    assert status("HEAD") == 404


def test_the_chunks_of_an_sdk_are_no_content(buckets: Buckets) -> None:
    sent = b"2;chunk-signature=x\r\non\r\n1\r\ne\r\n0\r\nx-amz-checksum-crc32:AA==\r\n\r\n"
    answer = ask(buckets, "PUT", "/b/a", sent, x_amz_decoded_content_length="3")
    assert answer.headers["ETag"] == _MADE
    assert ask(buckets, "GET", "/b/a").body == b"one"


@pytest.mark.parametrize("token", ["continuation-token", "marker"])
def test_a_listing_has_every_key_once_in_pages(buckets: Buckets, token: str) -> None:
    keys = [f"p/{at // 10}/é &{at:02}" for at in range(25)]
    for key in [*keys, "other"]:
        ask(buckets, "PUT", f"/b/{key}")
    assert pages(buckets, "Key", token, "prefix=p/&max-keys=7") == keys
    folders = pages(buckets, "Prefix", token, "prefix=p/&delimiter=/&max-keys=2")
    assert [each for each in folders if each != "p/"] == ["p/0/", "p/1/", "p/2/"]


def pages(buckets: Buckets, name: str, token: str, query: str) -> list[str]:
    found: list[str] = []
    after = ""
    for _ in range(10):
        page = ask(buckets, "GET", f"/b?encoding-type=url&{query}{after}").body.decode()
        found += [unquote(each) for each in re.findall(f"<{name}>(.*?)</{name}>", page)]
        more = re.search(r"<NextMarker>(.*?)</NextMarker>", page)
        if more is None:
            return found
        after = f"&{token}={more[1]}"
    raise AssertionError("it does not end")


def test_parts_become_an_object_under_a_precondition(buckets: Buckets) -> None:
    begun = ask(buckets, "POST", "/b/a?uploads").body.decode()
    upload = begun.partition("<UploadId>")[2].partition("<")[0]
    for number, part in ((1, b"o"), (2, b"ne")):
        ask(buckets, "PUT", f"/b/a?partNumber={number}&uploadId={upload}", part)
    parts = b"".join(b"<Part><PartNumber>%d</PartNumber></Part>" % each for each in (1, 2))
    listed = b"<CompleteMultipartUpload>" + parts + b"</CompleteMultipartUpload>"
    ask(buckets, "PUT", "/b/a", b"somebody's")
    complete = f"/b/a?uploadId={upload}"
    assert ask(buckets, "POST", complete, listed, if_none_match="*").status == 412
    assert ask(buckets, "POST", complete, listed).status == 200
    answer = ask(buckets, "GET", "/b/a")
    assert (answer.body, answer.headers["ETag"][-3:]) == (b"one", '-2"')


def test_what_it_has_not_is_said(buckets: Buckets) -> None:
    assert ask(buckets, "GET", "/b?versions").status == 501
    assert ask(buckets, "PUT", "/b/a", x_amz_copy_source="/b/c").status == 501
    assert ask(buckets, "GET", "/none/a").status == 404
