"""Uploads in parts that go on: what is there already, whose it is, and what becomes of the rest."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gitstore.adapters.stores import s3_parts
from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.s3_writing import SMALL
from gitstore.adapters.uploads import Upload, UploadMemo, Uploads
from gitstore.core.errors import Changed, Refused
from gitstore.core.resuming import abandon
from tests.servers import Bucket
from tests.stores.opening import s3_store

PART = 5 << 20
DATA = random.Random(1).randbytes(max(SMALL, 2 * PART) + 9)
PARTS = [DATA[at : at + PART] for at in range(0, len(DATA), PART)]


@dataclass(frozen=True, slots=True)
class Remembered(BytesSource):
    """Bytes with a memo."""

    memo: UploadMemo = field(kw_only=True)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Remembered:
    monkeypatch.setattr(s3_parts, "PART", PART)
    upload = Upload("s3://bucket/", "a", "1 2")
    return Remembered(DATA, memo=UploadMemo(Uploads(tmp_path / "uploads"), upload))


def begun(bucket: Bucket, *parts: bytes) -> str:
    """An upload of `a` with these parts."""
    target = {"Bucket": bucket.name, "Key": "a"}
    upload: str = bucket.client.create_multipart_upload(**target)["UploadId"]
    for number, part in enumerate(parts, 1):
        bucket.client.upload_part(**target, UploadId=upload, PartNumber=number, Body=part)
    return upload


def test_what_is_there_is_held_against_the_file(bucket: Bucket, source: Remembered) -> None:
    other = bytes(PART)
    source.memo.note(begun(bucket, PARTS[0], other, *PARTS[2:], b"one part too many"))
    s3_store(bucket).write("a", source, None)
    assert bucket.get("a") == DATA
    assert (bucket.uploads(), source.memo.read()) == ([], None)


def test_an_upload_that_is_gone_begins_anew(bucket: Bucket, source: Remembered) -> None:
    source.memo.note(begun(bucket, PARTS[0]))
    abandon(s3_store(bucket), "a", source.memo.read() or "")
    assert bucket.uploads() == []
    abandon(s3_store(bucket), "a", source.memo.read() or "")  # once more does no harm
    s3_store(bucket).write("a", source, None)
    assert bucket.get("a") == DATA


def test_what_will_never_succeed_is_not_gone_on_with(bucket: Bucket, source: Remembered) -> None:
    bucket.put("a", b"theirs")
    with pytest.raises(Refused):
        s3_store(bucket).write("a", source, None)
    assert (bucket.uploads(), source.memo.read()) == ([], None)

    class Shrinking(Remembered):
        @property
        def size(self) -> int:
            return len(self.data) + 1

    with pytest.raises(Changed):
        s3_store(bucket).write("b", Shrinking(DATA, memo=source.memo), None)
    assert (bucket.uploads(), source.memo.read()) == ([], None)


def test_a_note_is_about_one_file_for_one_key(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads")
    one = Upload("s3://bucket/", "a\n\u00e9", "1 2")
    assert (UploadMemo(uploads, one).read(), list(uploads.of(one.source))) == (None, [])
    UploadMemo(uploads, one).note("id")
    assert UploadMemo(uploads, one).read() == "id"
    for other in (
        Upload("s3://bucket/", one.key, "1 3"),
        Upload("s3://other/", one.key, one.stamp),
        Upload("s3://bucket/", "b", one.stamp),
    ):
        assert UploadMemo(uploads, other).read() is None
    assert list(uploads.of("s3://bucket/")) == [(one, "id")]
    assert list(uploads.of("s3://other/")) == []
    next(uploads.directory.iterdir()).write_bytes(b"[1, 2")  # as a full disk leaves it
    assert UploadMemo(uploads, one).read() is None
    UploadMemo(uploads, one).forget()
    assert list(uploads.directory.iterdir()) == []
