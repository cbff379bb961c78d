"""Lost answers are looked up, and large objects are written in parts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import new
from typing import Any

import pytest
from obstore import exceptions

from gitstore.adapters.stores import s3_parts, s3_writing
from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.s3 import S3Store
from gitstore.core.errors import (
    Changed,
    Refused,
    StoreError,
    Unreachable,
)
from gitstore.core.versions import Version, equal
from tests.servers import Bucket
from tests.stores.opening import s3_store

md5 = partial(new, "md5", usedforsecurity=False)
LARGE = s3_writing.SMALL + 1


@pytest.fixture
def lossy(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], S3Store]:
    """A store whose writes through obstore reach the server, but whose answers get lost."""
    import obstore

    put = obstore.put

    def store(times: int) -> S3Store:
        left = [times]

        def lost(*args: Any, **options: Any) -> Any:
            said = put(*args, **options)
            if left[0]:
                left[0] -= 1
                raise exceptions.GenericError("error sending request")
            return said

        monkeypatch.setattr(obstore, "put", lost)
        return s3_store(bucket)

    return store


def test_a_create_whose_answer_was_lost_is_found(lossy: Callable[[int], S3Store]) -> None:
    store = lossy(1)
    written = store.write("a", BytesSource(b"one"), None)

    assert equal(written, store.stat("a"))


def test_a_replacement_whose_answer_was_lost_is_found(
    bucket: Bucket, lossy: Callable[[int], S3Store]
) -> None:
    store = lossy(1)
    first = Version(3, (f"etag:{bucket.put('a', b'one')}",))

    assert equal(store.write("a", BytesSource(b"two"), first), store.stat("a"))


def test_a_write_that_never_arrived_is_not_found(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    import obstore

    def never(*_: Any, **__: Any) -> Any:
        raise exceptions.GenericError("error sending request")

    monkeypatch.setattr(obstore, "put", never)
    with pytest.raises(Unreachable):
        s3_store(bucket).write("a", BytesSource(b"one"), None)
    bucket.put("a", b"two")
    with pytest.raises(Unreachable):
        s3_store(bucket).write("a", BytesSource(b"one"), None)


def test_a_clean_refusal_is_not_looked_up_even_when_the_bytes_agree(bucket: Bucket) -> None:
    bucket.put("a", b"one")
    with pytest.raises(Refused):
        s3_store(bucket).write("a", BytesSource(b"one"), None)


def test_of_many_writers_of_a_large_object_one_wins(bucket: Bucket) -> None:
    store = s3_store(bucket)
    contents = [bytes([number]) * LARGE for number in range(6)]

    def create(data: bytes) -> Version | None:
        try:
            return store.write("a", BytesSource(data), None)
        except Refused:
            return None

    with ThreadPoolExecutor(6) as pool:
        won = [made for made in pool.map(create, contents) if made is not None]

    assert len(won) == 1
    assert equal(won[0], store.stat("a"))
    assert bucket.uploads() == []


def test_the_etag_of_parts_is_the_one_that_s3_documents(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_parts, "PART", 5 << 20)
    data = bytes(range(256)) * 50_000
    written = s3_store(bucket).write("a", BytesSource(data), None)
    parts = [data[at : at + (5 << 20)] for at in range(0, len(data), 5 << 20)]
    whole = md5(b"".join(md5(part).digest() for part in parts))

    assert written.get("etag") == f"{whole.hexdigest()}-{len(parts)}"


def test_a_large_object_stays_within_the_number_of_parts() -> None:
    for size in (1, 100 << 20, 5 << 40):
        assert -(-size // s3_parts.part_size(size)) <= s3_parts.MOST_PARTS
    assert s3_parts.part_size(100 << 20) == s3_parts.PART


def test_a_failed_upload_leaves_no_parts(bucket: Bucket) -> None:
    class Shrinking(BytesSource):
        @property
        def size(self) -> int:
            return len(self.data) + 1

    with pytest.raises(Changed):
        s3_store(bucket).write("a", Shrinking(b"x" * LARGE), None)
    assert bucket.uploads() == []
    assert bucket.keys() == []


def test_a_damaged_part_is_refused_by_the_server(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_parts, "b64encode", lambda _: b"AAAAAAAAAAAAAAAAAAAAAA==")
    with pytest.raises(StoreError, match="damaged"):
        s3_store(bucket).write("a", BytesSource(b"x" * LARGE), None)
