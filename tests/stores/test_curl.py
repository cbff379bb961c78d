"""What an answer of libcurl's says."""

from __future__ import annotations

import pytest

from gitstore.adapters.stores.curl import Answer, Request

HEAD = (
    b'HTTP/1.1 200 Connection established\r\nETag: "of a proxy"\r\n\r\n'
    b'HTTP/1.1 200 OK\r\nX-ETag: no\r\neTaG: "a: b" \t\r\nEmpty:\r\nNone :1\r\nLast: \xe9\r\n\r\n'
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"etag", '"a: b"'),
        (b"x-etag", "no"),
        (b"empty", ""),
        (b"last", "é"),
        (b"none", None),
        (b"http/1.1 200 ok", None),
    ],
)
def test_a_header_is_found_in_any_case_and_the_last_one_counts(
    name: bytes, value: str | None
) -> None:
    answer = Answer(Request(None, "http://127.0.0.1/"), 200, HEAD, b"", repeated=False)
    assert answer.header(name) == value
