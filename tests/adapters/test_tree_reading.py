"""Reading local files that may change meanwhile."""

from __future__ import annotations

import hashlib
import random

import pytest

from gitstore.adapters import tree_reading
from gitstore.core.errors import Changed
from tests.adapters.places import Place


def test_a_digest_is_of_the_bytes(place: Place) -> None:
    stat = place.write("f", "hello")
    assert place.tree.digest("f")[0] == stat
    version = place.tree.digest("f")[1]
    assert version.size == 5
    assert version.sha256 == hashlib.sha256(b"hello").hexdigest()
    assert version.get("md5") == hashlib.md5(b"hello").hexdigest()  # noqa: S324 - an S3 checksum
    with pytest.raises(Changed):
        place.tree.digest("missing")


def test_an_upload_never_gives_the_last_byte_of_a_changed_file(place: Place) -> None:
    stat = place.write("f", "hello" * 1_000_000)
    version = place.tree.digest("f")[1]
    source = place.tree.source("f", stat, version)
    with source.open() as stream:
        assert hashlib.sha256(stream.read()).hexdigest() == version.sha256
        stream.seek(3)
        assert stream.read(2) == b"lo"
    stream = source.open()
    assert stream.read(5) == b"hello"
    with (place.root / "f").open("r+") as writer:
        writer.write("HELLO")
    with pytest.raises(Changed):
        stream.read()
    stream.close()
    with pytest.raises(Changed):
        source.open()


def test_closing_says_that_a_file_changed(place: Place) -> None:
    stat = place.write("f", "hello" * 1_000_000)
    stream = place.tree.source("f", stat, place.tree.digest("f")[1]).open()
    stream.read(5)
    (place.root / "f").write_text("other")
    with pytest.raises(Changed):
        stream.close()


def test_the_etag_of_an_upload_in_parts_can_be_computed(place: Place) -> None:
    place.write("f", "a" * 25)

    def md5(data: bytes) -> bytes:
        return hashlib.md5(data).digest()  # noqa: S324 - an S3 checksum

    parts = md5(b"a" * 10) + md5(b"a" * 10) + md5(b"a" * 5)
    assert place.tree.composite_md5("f", 10) == hashlib.md5(parts).hexdigest() + "-3"  # noqa: S324 - an S3 checksum


def test_the_clock_is_the_one_that_stamps_files(place: Place) -> None:
    for _ in range(2):  # without, then with a spare directory
        before = place.tree.clock_ns()
        stat = place.write("f", "1")
        after = place.tree.clock_ns()
        assert before <= stat.mtime_ns <= after
        place.spare.mkdir(parents=True, exist_ok=True)


@pytest.mark.parametrize("size", [0, 1, (3 << 20) + 7])
def test_a_large_file_has_the_digests_of_any_other(
    place: Place, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    content = random.Random(size).randbytes(size)
    (place.root / "big").write_bytes(content)
    small = place.tree.digest("big")
    monkeypatch.setattr(tree_reading, "_LARGE", 0)
    assert place.tree.digest("big") == small
    assert small[1].sha256 == hashlib.sha256(content).hexdigest()
