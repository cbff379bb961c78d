"""Preconditions are measured, and what a server ignores is looked at before the act."""

from __future__ import annotations

import pytest

from gitstore.adapters.stores import probe as probing
from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.stores.probe import probe
from gitstore.adapters.stores.readonly import ReadOnly
from gitstore.adapters.stores.recheck import Rechecked
from gitstore.core.errors import Refused, Unsupported
from gitstore.core.store import Abilities, Conditional, Source
from gitstore.core.versions import Version
from tests.memory_store import MemoryStore
from tests.servers import Bucket
from tests.stores.opening import s3_store

ENFORCED, CHECKED, IGNORED = Conditional.ENFORCED, Conditional.CHECKED, Conditional.IGNORED


class Unprobed(MemoryStore):
    """A storage that knows nothing of itself."""

    def abilities(self) -> Abilities:
        return Abilities()


class CarelessOnceVersioned(Unprobed):
    """Refuses to replace an object only while it has one version, as radosgw 16 does."""

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        if expect is None and len(self.kept.get(key, ())) > 1:
            return self.put(key, source.open().read())
        return super().write(key, source, expect)


class StrangerToItself(Unprobed):
    """Refuses every replacement, even of the right version."""

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        if expect is not None:
            raise Refused("whatever you say", key=key)
        return super().write(key, source, expect)


def verdicts(abilities: Abilities) -> tuple[Conditional, Conditional, Conditional]:
    return abilities.create, abilities.swap, abilities.erase


def test_a_server_that_honours_preconditions_is_recognised(bucket: Bucket) -> None:
    abilities = probe(s3_store(bucket))

    assert verdicts(abilities) == (ENFORCED, ENFORCED, ENFORCED)
    assert not abilities.versions
    assert bucket.keys() == []


def test_a_bucket_that_keeps_versions_is_recognised(versioned_bucket: Bucket) -> None:
    abilities = probe(s3_store(versioned_bucket))

    assert verdicts(abilities) == (ENFORCED, ENFORCED, ENFORCED)
    assert abilities.versions
    assert versioned_bucket.keys() == []


def test_a_server_that_ignores_preconditions_is_recognised(careless_bucket: Bucket) -> None:
    abilities = probe(s3_store(careless_bucket))

    assert verdicts(abilities) == (IGNORED, IGNORED, IGNORED)
    assert careless_bucket.keys() == []


def test_creating_is_asked_of_an_object_with_a_history() -> None:
    assert probe(CarelessOnceVersioned()).create is IGNORED


def test_a_server_that_refuses_even_the_right_version_leaves_the_question_open() -> None:
    abilities = probe(StrangerToItself())

    assert verdicts(abilities) == (ENFORCED, Conditional.UNKNOWN, Conditional.UNKNOWN)


def test_what_a_storage_knows_of_itself_is_not_asked() -> None:
    store = MemoryStore()
    probe(store)

    assert store.calls == []


def test_the_probe_writes_only_below_its_own_name() -> None:
    store = Unprobed()
    probe(store)

    assert {key.startswith(probing.PREFIX) for _, key in store.calls} == {True}


def test_what_a_server_ignores_is_refused_after_a_look(careless_bucket: Bucket) -> None:
    store = s3_store(careless_bucket)
    checked = Rechecked(store, probe(store))
    stale = checked.write("a", BytesSource(b"one"), None)
    careless_bucket.put("a", b"two")

    assert verdicts(checked.abilities()) == (CHECKED, CHECKED, CHECKED)
    with pytest.raises(Refused):
        checked.write("a", BytesSource(b"six"), None)
    with pytest.raises(Refused):
        checked.write("a", BytesSource(b"six"), stale)
    with pytest.raises(Refused):
        checked.delete("a", stale)
    assert careless_bucket.get("a") == b"two"


def test_a_writer_who_lost_the_race_after_the_look_is_told() -> None:
    store = Unprobed()
    ignored = Abilities(create=IGNORED, swap=IGNORED, erase=IGNORED)
    told: list[bool] = []

    def somebody_else_writes(verb: str, key: str) -> None:
        if not told:
            told.append(True)
            store.put(key, b"theirs")

    store.lost = somebody_else_writes
    with pytest.raises(Refused):
        Rechecked(store, ignored).write("a", BytesSource(b"ours"), None)


def test_what_is_enforced_costs_no_look() -> None:
    store = MemoryStore()
    checked = Rechecked(store, store.abilities())
    checked.delete("a", checked.write("a", BytesSource(b"one"), None))

    assert [verb for verb, _ in store.calls] == ["write", "delete"]


def test_nothing_is_written_through_a_store_for_reading() -> None:
    store = MemoryStore()
    version = store.put("a", b"one")
    reading = ReadOnly(store, "git storage trust --write survey")

    assert not reading.abilities().writable
    with pytest.raises(Unsupported):
        reading.write("b", BytesSource(b""), None)
    with pytest.raises(Unsupported):
        reading.delete("a", version)
    assert b"".join(reading.read("a", version).chunks) == b"one"
    assert [found.key for found in reading.list("")] == ["a"]
    assert store.contents() == {"a": b"one"}
