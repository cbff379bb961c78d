"""Reading from servers that answer ranges in their own way."""

from __future__ import annotations

from gitstore.core.store import Span
from tests.servers import Bucket
from tests.stores.opening import s3_store


def test_a_server_without_partial_answers_is_asked_through_botocore(
    careless_bucket: Bucket,
) -> None:
    careless_bucket.put("a", b"0123456789")
    store = s3_store(careless_bucket)
    assert b"".join(store.read("a", None, Span(2, 5)).chunks) == b"234"
    # Each range that obstore asks for there costs the server the bytes twice.
    assert not store.connection.partial_content
    assert b"".join(store.read("a", None, Span(5, 20)).chunks) == b"56789"
    assert b"".join(store.read("a", None).chunks) == b"0123456789"


def test_a_server_with_partial_answers_is_asked_through_obstore(bucket: Bucket) -> None:
    bucket.put("a", b"0123456789")
    store = s3_store(bucket)
    assert b"".join(store.read("a", None, Span(2, 5)).chunks) == b"234"
    assert store.connection.partial_content
