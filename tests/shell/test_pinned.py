"""One recorded version, any part of it, and no other version's bytes."""

from __future__ import annotations

import hashlib
import io
from itertools import pairwise

import pytest

from gitstore.core.errors import Corrupt, Missing, Unreachable
from gitstore.core.store import Reading, Span
from gitstore.core.versions import Version, version
from gitstore.shell import pinned as module
from gitstore.shell.ahead import LEAST, MOST, WHOLE, Ahead
from gitstore.shell.pinned import Pinned
from gitstore.shell.stream import stream
from tests.memory_store import MemoryStore, no_fault

OLD = bytes(range(256)) * 40
NEW = OLD[::-1]


def with_sha256(made: Version, data: bytes) -> Version:
    ids = dict(i.split(":", 1) for i in made.ids)
    return version(len(data), {**ids, "sha256": hashlib.sha256(data).hexdigest()})


def without(kind: str, made: Version) -> Version:
    return Version(made.size, tuple(i for i in made.ids if not i.startswith(kind)))


def reads(store: MemoryStore) -> int:
    return sum(verb == "read" for verb, _ in store.calls)


def test_a_span_is_one_request_and_nothing_else() -> None:
    store = MemoryStore()
    pinned = Pinned(store, "x", store.put("x", OLD))
    store.calls.clear()

    assert pinned.read(Span(10, 20)) == OLD[10:20]
    assert pinned.read(Span(len(OLD) - 1, len(OLD) + 9)) == OLD[-1:]
    assert pinned.read(Span(len(OLD), len(OLD) + 9)) == b""
    assert store.calls == [("read", "x")] * 2


def test_an_object_that_changes_between_two_spans_is_an_error_that_says_what_is_there() -> None:
    store = MemoryStore()
    pinned = Pinned(store, "x", without("version", store.put("x", OLD)))
    assert pinned.read(Span(0, 5)) == OLD[:5]
    store.put("x", NEW[:7])
    store.kept["x"].pop(0)  # nothing old is kept

    for _ in range(2):
        with pytest.raises(Missing, match=r"gone from the storage .another version of 7 bytes"):
            pinned.read(Span(5, 9))


def test_reading_goes_on_with_the_same_bytes_where_the_storage_keeps_them() -> None:
    store = MemoryStore()
    pinned = Pinned(store, "x", without("version", store.put("x", OLD)))
    assert pinned.read(Span(0, 5)) == OLD[:5]
    store.put("x", NEW)

    assert pinned.read(Span(5, 9)) == OLD[5:9]
    store.calls.clear()
    assert pinned.read(Span(9, 12)) == OLD[9:12]
    assert store.calls == [("read", "x")]


def test_a_promise_is_found_by_its_bytes_or_not_at_all() -> None:
    store = MemoryStore()
    promise = version(len(OLD), {"sha256": hashlib.sha256(OLD).hexdigest()})
    store.put("x", NEW)
    with pytest.raises(Missing, match="recorded, but not uploaded yet"):
        Pinned(store, "x", promise).read(Span(0, 5))

    store.put("x", OLD)
    pinned = Pinned(store, "x", promise)
    assert pinned.read(Span(0, 5)) == OLD[:5]
    before = reads(store)
    assert pinned.read(Span(5, 9)) == OLD[5:9]
    assert reads(store) == before + 1, "what has been looked through once is known"


def test_what_is_too_large_to_be_looked_through_is_no_stand_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LOOKED_THROUGH", 100)
    store = MemoryStore()
    store.put("x", OLD)
    promise = version(len(OLD), {"sha256": hashlib.sha256(OLD).hexdigest()})

    with pytest.raises(Missing):
        Pinned(store, "x", promise).read(Span(0, 5))
    assert reads(store) == 0


def test_a_span_that_breaks_off_is_asked_for_again() -> None:
    store = MemoryStore()
    pinned = Pinned(store, "x", store.put("x", OLD))
    left = [1, 1]

    def breaks(verb: str, key: str) -> None:
        if verb == "read" and left:
            left.pop()
            raise Unreachable("it broke off")

    store.fault = breaks
    assert pinned.read(Span(10, 20)) == OLD[10:20]
    left.extend([1] * 9)
    with pytest.raises(Unreachable):
        pinned.read(Span(10, 20))


@pytest.mark.parametrize("size", [100, 200_000])
def test_a_flipped_bit_is_noticed_by_whoever_reads_all(size: int) -> None:
    store = MemoryStore()
    wanted = with_sha256(store.put("x", bytes(size)), bytes(size - 1) + b"1")
    with pytest.raises(Corrupt, match="not the ones that were promised"):
        Pinned(store, "x", wanted).read(Span(0, size))

    with stream(Pinned(store, "x", wanted), "x") as file:
        with pytest.raises(Corrupt, match="not the ones that were promised"):
            list(file)


@pytest.mark.parametrize("many", [-1, 1, 1 << 20])
def test_too_few_and_too_many_bytes_are_never_a_span(many: int) -> None:
    class Odd(MemoryStore):
        """Gives other numbers of bytes than are asked for."""

        def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
            found = super().read(key, expect, span)
            more = bytes(max(many, 0))
            return Reading(
                found.version, iter((b"".join(found.chunks)[: min(many, 0) or None], more))
            )

    store = Odd()
    wanted = store.put("x", OLD)
    for span in (Span(3, 9), Span(0, len(OLD))):
        with pytest.raises(Corrupt, match="bytes were asked for, and"):
            Pinned(store, "x", wanted).read(span)


def test_a_storage_that_does_not_answer_for_a_while_has_lost_nothing() -> None:
    store = MemoryStore()
    pinned = Pinned(store, "x", without("version", store.put("x", OLD)))
    store.put("x", NEW)

    def silent(verb: str, key: str) -> None:
        if verb == "versions":
            raise Unreachable("no answer")

    store.fault = silent
    with pytest.raises(Unreachable):
        pinned.read(Span(0, 5))
    store.fault = no_fault
    assert pinned.read(Span(0, 5)) == OLD[:5]


def test_a_file_is_read_and_sought_in_like_any_other() -> None:
    data = bytes(range(251)) * 1000
    store = MemoryStore()
    wanted = with_sha256(store.put("x", data), data)
    plain = io.BytesIO(data)

    with stream(Pinned(store, "x", wanted), "data/x") as file:
        assert (file.readable(), file.seekable(), file.writable()) == (True, True, False)
        for start, whence, size in [
            (0, 0, 9), (5, 1, 70_000), (-20, 2, 30), (100, 0, 0), (99, 0, 180_000), (900_000, 0, 1)
        ]:  # fmt: skip
            assert file.seek(start, whence) == plain.seek(start, whence)
            assert file.read(size) == plain.read(size)
            assert file.tell() == plain.tell()
        file.seek(3)
        assert file.readline() == data[3 : data.index(b"\n") + 1]
        file.seek(0)
        assert file.read() == data
        with pytest.raises(ValueError, match="before its first byte"):
            file.seek(-1)
    with pytest.raises(ValueError, match="closed"):
        file.read(1)


class Watched:
    """Bytes, and which spans of them were asked for."""

    def __init__(self, size: int) -> None:
        self.data = bytes(size)
        self.asked: list[Span] = []

    def read(self, span: Span) -> bytes:
        self.asked.append(span)
        return self.data[span.start : span.stop]


def test_a_jump_costs_one_small_request() -> None:
    watched = Watched(100 << 20)
    ahead = Ahead(watched.read, 100 << 20)
    middle = 50 << 20

    assert len(ahead.read(0, 2880)) == 2880
    assert len(ahead.read(middle + 70_000, 10)) == 10
    ahead.read(100, 2880)
    ahead.read(middle + LEAST + 5, 100)
    ahead.read(middle + 3 * LEAST - 5, 10)
    assert watched.asked == [
        Span(0, LEAST),
        Span(middle + LEAST, middle + 2 * LEAST),
        Span(middle + 2 * LEAST, middle + 4 * LEAST),
    ]
    ahead.read(7, 10 * LEAST)
    assert watched.asked[3:] == [Span(LEAST, LEAST * 10 + 7)], "what is here is not asked for"
    ahead.close()


def test_whoever_jumps_about_in_a_small_object_soon_has_all_of_it() -> None:
    size = 20 << 20
    watched = Watched(size)
    ahead = Ahead(watched.read, size)
    for at in range(1000):
        start = at * 7919 * 4099 % size
        assert len(ahead.read(start, 100)) == min(100, size - start)
    ahead.close()

    assert len(watched.asked) < 25
    assert sum(span.stop - span.start for span in watched.asked) < 3 * size


def test_what_is_kept_of_a_large_object_is_bounded() -> None:
    size = 1 << 40
    ahead = Ahead(lambda span: bytes(span.stop - span.start), size)
    for at in range(1000):
        ahead.read(at * 7919 * (1 << 20), 100)
    assert ahead.kept <= WHOLE
    ahead.close()
    assert ahead.kept == 0


def test_whoever_goes_on_asks_for_every_byte_once_in_ever_larger_windows() -> None:
    size = 60 << 20
    watched = Watched(size)
    ahead = Ahead(watched.read, size)
    got = 0
    while part := ahead.read(got, LEAST):
        got += len(part)
    ahead.close()

    spans = sorted(watched.asked, key=lambda span: span.start)
    assert got == size == sum(span.stop - span.start for span in spans)
    assert all(a.stop == b.start for a, b in pairwise(spans))
    assert len(spans) < 30
    assert max(span.stop - span.start for span in spans) == MOST


def test_whoever_goes_on_in_large_pieces_begins_with_large_windows() -> None:
    size, piece = 8 << 20, 1 << 20
    watched = Watched(size)
    ahead = Ahead(watched.read, size)
    for start in range(0, size, piece):
        assert len(ahead.read(start, piece)) == piece
    ahead.close()

    assert sum(span.stop - span.start for span in watched.asked) == size
    assert len(watched.asked) == 5


def test_much_at_once_is_asked_for_in_parts_and_not_beyond() -> None:
    watched = Watched(100 << 20)
    ahead = Ahead(watched.read, 100 << 20)

    assert len(ahead.read(0, 50 << 20)) == 50 << 20
    ahead.close()
    assert max(span.stop for span in watched.asked) == 50 << 20
    assert len(watched.asked) == -(-50 // 8)


def test_a_failure_of_what_was_read_ahead_comes_when_it_is_read() -> None:
    broken = [True]

    def read(span: Span) -> bytes:
        if span.start >= LEAST and broken[0]:
            raise Missing("gone")
        return bytes(span.stop - span.start)

    ahead = Ahead(read, 4 << 20)
    assert ahead.read(0, LEAST) == bytes(LEAST)
    for _ in range(2):
        with pytest.raises(Missing):
            ahead.read(LEAST, 9)
    broken[0] = False
    assert ahead.read(LEAST, 9) == bytes(9)
    ahead.close()
