"""Bytes move no faster than they may, both ways together and for all threads."""

from __future__ import annotations

import io
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.throttled import Rate, Slowed, Throttled, unslowed
from gitstore.core.many import Answers, Given, Wanted, Writes, read_whole, written
from gitstore.core.resuming import memo_of
from gitstore.core.store import Abilities, md5_of
from gitstore.core.versions import Version
from tests.memory_store import MemoryStore

MEGA = bytes(range(256)) * 4096


class Watch:
    """A clock that only waiting moves on."""

    def __init__(self) -> None:
        self.now = 100.0

    def read(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


class Many(MemoryStore):
    """A store with ways of its own to move many objects."""

    def abilities(self) -> Abilities:
        """See `Store.abilities`."""
        return replace(super().abilities(), many=True, many_writes=True)

    def read_many(self, wanted: Iterable[Wanted], most: int | None = None) -> Answers:
        """See `ManyReader.read_many`."""
        for one in wanted:
            yield [(one, read_whole(self, one))]

    def write_many(self, given: Iterable[Given], most: int | None = None) -> Writes:
        """See `ManyWriter.write_many`."""
        for one in given:
            yield [(one, written(self, one))]


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_both_directions_share_one_rate(watch: Watch) -> None:
    rate = Rate(1 << 20, watch.read, watch.wait)
    store = Throttled(MemoryStore(), [rate])
    made = store.write("a", BytesSource(MEGA * 2), None)
    assert watch.now == pytest.approx(102)
    assert b"".join(store.read("a", made).chunks) == MEGA * 2
    assert watch.now == pytest.approx(104)


def test_the_slowest_of_several_rates_holds(watch: Watch) -> None:
    held = [Rate(4 << 20, watch.read, watch.wait), Rate(1 << 19, watch.read, watch.wait)]
    Throttled(MemoryStore(), held).write("a", BytesSource(MEGA), None)
    assert watch.now == pytest.approx(102, abs=0.3)


def test_threads_wait_for_one_another() -> None:
    waits: list[float] = []
    rate = Rate(1000, lambda: 0.0, waits.append)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(rate.take, [100] * 50))
    assert sorted(waits) == pytest.approx([0.1 * n for n in range(1, 51)])


def test_time_that_nobody_used_is_not_saved_up(watch: Watch) -> None:
    rate = Rate(100, watch.read, watch.wait)
    rate.take(100)
    watch.now += 1000
    rate.take(100)
    assert watch.now == pytest.approx(1102)


def test_a_stream_goes_back_and_forth_as_a_file_does(watch: Watch) -> None:
    source = Slowed(BytesSource(MEGA), [Rate(1 << 20, watch.read, watch.wait)])
    with source.open() as stream:
        stream.seek(10)
        assert stream.read(300_000) == MEGA[10:300_010]
        stream.seek(-3, io.SEEK_END)
        assert stream.read() == MEGA[-3:]
    assert (source.size, source.sha256) == (len(MEGA), BytesSource(MEGA).sha256)


def test_what_is_only_hashed_here_does_not_count(watch: Watch) -> None:
    source = Slowed(BytesSource(MEGA), [Rate(1, watch.read, watch.wait)])
    with unslowed(source).open() as stream:
        assert stream.read() == MEGA
    assert watch.now == 100


def test_the_rest_is_the_stores_own(tmp_path: Path) -> None:
    inside = MemoryStore()
    store = Throttled(inside, [])
    made = store.write("a/b", BytesSource(b"one"), None)
    assert store.stat("a/b") == inside.stat("a/b")
    assert [found.key for found in store.list("a/")] == ["a/b"]
    assert store.abilities() == inside.abilities()
    assert store.identity == inside.identity
    store.delete("a/b", made)
    assert inside.stat("a/b") is None


def test_a_source_keeps_what_is_known_of_it() -> None:
    class Known(BytesSource):
        md5 = "0" * 32
        memo = object()

    slowed = Slowed(Known(MEGA), [])
    assert md5_of(slowed) == "0" * 32
    assert memo_of(slowed) is Known.memo
    assert (md5_of(BytesSource(MEGA)), memo_of(BytesSource(MEGA))) == (None, None)


def test_many_objects_at_a_time_share_the_rate(watch: Watch) -> None:
    store = Throttled(Many(), [Rate(1 << 20, watch.read, watch.wait)])
    assert store.abilities().many
    given = [Given(str(n), BytesSource(MEGA[: 1 << 19]), None) for n in range(4)]
    made = {one.key: result for batch in store.write_many(given) for one, result in batch}
    assert watch.now == pytest.approx(102)
    wanted = [Wanted(key, found) for key, found in made.items() if isinstance(found, Version)]
    assert sum(len(batch) for batch in store.read_many(wanted)) == 4
    assert watch.now == pytest.approx(104)


def test_at_a_low_rate_nobody_waits_for_many() -> None:
    found = Throttled(Many(), [Rate(1 << 30), Rate(1 << 10)]).abilities()
    assert (found.many, found.many_writes) == (False, False)
