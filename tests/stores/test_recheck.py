"""Looking where a server ignores preconditions: the window is the last requests, not the upload."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import pytest

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.probe import probe
from gitstore.adapters.stores.recheck import Rechecked
from gitstore.core.errors import Refused
from gitstore.core.versions import Version
from tests.servers import Bucket
from tests.stores.opening import s3_store

LARGE = 20 << 20


@dataclass(frozen=True)
class Interrupted(BytesSource):
    """Bytes that something happens in the middle of."""

    happens: Callable[[], object]

    def open(self) -> BinaryIO:
        """A new stream."""
        return _Halfway(self.data, self.happens)


class _Halfway(io.BytesIO):
    def __init__(self, data: bytes, happens: Callable[[], object]) -> None:
        super().__init__(data)
        self.happens = happens

    def read(self, size: int | None = -1, /) -> bytes:
        before = self.tell()
        data = super().read(size)
        if before < LARGE // 2 <= self.tell():
            self.happens()
        return data


def careless(bucket: Bucket) -> Rechecked:
    store = s3_store(bucket)
    return Rechecked(store, probe(store))


@pytest.mark.parametrize("expected", [True, False])
def test_who_writes_while_a_large_object_is_on_its_way_is_not_overwritten(
    careless_bucket: Bucket, expected: bool
) -> None:
    store = careless(careless_bucket)
    old: Version | None = None
    if expected:
        old = store.write("a", BytesSource(b"old"), None)
    source = Interrupted(bytes(LARGE), lambda: careless_bucket.put("a", b"somebody else's"))
    with pytest.raises(Refused):
        store.write("a", source, old)
    assert careless_bucket.get("a") == b"somebody else's"


def test_a_large_object_that_nobody_disturbs_arrives_whole(careless_bucket: Bucket) -> None:
    store = careless(careless_bucket)
    data = bytes(range(256)) * (LARGE // 256) + b"."
    made = store.write("a", BytesSource(data), None)
    assert careless_bucket.get("a") == data
    assert store.stat("a") == made
