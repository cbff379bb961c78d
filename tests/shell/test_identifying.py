"""Large files that are identified on their way, before anybody has all of them."""

from __future__ import annotations

import hashlib
import io
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gitstore.adapters.facts import Facts
from gitstore.adapters.state import WorkState
from gitstore.adapters.stores.bytes_source import BytesSource
from gitstore.adapters.tree import Tree
from gitstore.core.errors import Changed, LocalFailure, Refused, Unreachable
from gitstore.core.manifest import DataPath
from gitstore.core.model import Action, Kind, State
from gitstore.core.store import Source
from gitstore.core.versions import Version
from gitstore.shell.binding import Binding
from gitstore.shell.transfer import upload
from gitstore.shell.transfer.identifying import FirstReading, Identifying
from tests.memory_store import MemoryStore

MIB = 1 << 20
BIG = random.Random(7).randbytes(3 * MIB + 5)
SHA256 = hashlib.sha256(BIG).hexdigest()


def nothing() -> None:
    """Nobody does anything."""


@dataclass(slots=True)
class Slow(MemoryStore):
    """A store that takes a file in two pieces, between which something can happen.

    Attributes:
        between: what happens then.
        end: what happens once the last byte is here, before there is an object.
        hasty: whether it is content with the first piece.
    """

    between: Callable[[], None] = nothing
    end: Callable[[], None] = nothing
    hasty: bool = False

    def write(self, key: str, source: Source, expect: Version | None) -> Version:
        """See `Store.write`."""
        self._require(key, expect)
        with source.open() as stream:
            data = stream.read(MIB)
            self.between()
            data += b"" if self.hasty else stream.read()
        self.end()
        return MemoryStore.write(self, key, BytesSource(data), expect)


@dataclass
class Scene:
    """A large file that nobody has read, and where it goes."""

    binding: Binding
    file: Path
    store: Slow = field(default_factory=Slow)

    def send(self, expect: Version | None = None) -> Version:
        """Give it."""
        stat = self.binding.tree.stat("big")
        assert stat is not None
        action = Action(Kind.GIVE, "new here", "1.6", State("big", remote=expect))
        return upload.send(self.binding, action, stat, Version(stat.size))

    def intended(self) -> dict[str, tuple[str, int, Version | None]]:
        """The uploads that may have happened."""
        found = self.binding.state.intents("data").items()
        return {path: (one.sha256, one.size, one.expected) for path, one in found}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    store, spare = Slow(), tmp_path / "git" / "storage"
    tree = Tree(tmp_path / "data", spare, single=False)
    file = tmp_path / "data/big"
    file.parent.mkdir()
    file.write_bytes(BIG)
    os.utime(file, (1, 1))
    with WorkState.open(tmp_path / "git") as state, Facts.open(tmp_path / "git") as facts:
        state.set_wanted("data", ["*"])
        data = DataPath("data", "survey")
        binding = Binding(data, "memory://bucket/", lambda: store, tree, state, facts)
        yield Scene(binding, file, store)


def test_what_was_sent_is_what_is_known_of_it(scene: Scene) -> None:
    made = scene.send()
    assert (made.size, made.sha256, made.get("version")) == (len(BIG), SHA256, "v1")
    assert scene.store.contents() == {"big": BIG}
    stat, seen = scene.binding.tree.stat("big"), scene.binding.state.seen("data")["big"]
    assert stat is not None
    assert seen.sha256 == SHA256
    assert (stat.size, stat.mtime_ns) == (seen.size, seen.mtime_ns)


def test_the_clock_of_the_cache_is_that_before_the_first_byte(scene: Scene) -> None:
    """Whoever writes while it is read may leave the times that the file has, within one tick."""
    clock, ticks = scene.binding.tree.clock_ns, []

    def a_tick() -> None:
        ticks.append(clock())
        while clock() == ticks[0]:
            pass

    scene.store.between = a_tick
    scene.send()
    assert scene.binding.state.seen("data")["big"].noted_ns <= ticks[0]


def test_the_upload_is_noted_before_the_storage_has_the_last_byte(scene: Scene) -> None:
    def nothing_is_known() -> None:
        assert (scene.intended(), scene.binding.state.seen("data")) == ({}, {})

    def break_off() -> None:
        assert scene.intended() == {"big": (SHA256, len(BIG), None)}
        raise Unreachable("no answer")

    scene.store.between, scene.store.end = nothing_is_known, break_off
    with pytest.raises(Unreachable):
        scene.send()
    assert scene.intended() == {"big": (SHA256, len(BIG), None)}


@pytest.mark.parametrize("content", [BIG[::-1], BIG[:-1], BIG + b"more"])
def test_a_file_that_changes_meanwhile_is_not_given(scene: Scene, content: bytes) -> None:
    def change() -> None:
        scene.file.write_bytes(content)

    scene.store.between = change
    with pytest.raises(Changed):
        scene.send()
    assert scene.store.contents() == {}
    assert (scene.intended(), scene.binding.state.seen("data")) == ({}, {})


def test_an_object_that_is_there_is_ours_only_if_it_has_our_bytes(scene: Scene) -> None:
    scene.store.put("big", BIG)
    assert scene.send().sha256 == SHA256
    for other in (BIG[::-1], BIG[:-1]):
        scene.store.put("big", other)
        with pytest.raises(Refused):
            scene.send()
        assert scene.store.contents() == {"big": other}


def test_a_storage_that_has_not_read_all_has_not_taken_all(scene: Scene) -> None:
    scene.store.hasty = True
    with pytest.raises(Unreachable, match="not taken whole"):
        scene.send()


def identified(data: bytes = BIG) -> tuple[Identifying, list[str]]:
    """A source that is identified on its way, and what was learnt."""
    learnt: list[str] = []
    return Identifying(BytesSource(data), FirstReading(len(data), learnt.append)), learnt


def test_bytes_that_are_read_again_count_once() -> None:
    source, learnt = identified()
    for size in (MIB, 2 * MIB + 1, 2 * MIB):  # as where a connection breaks off
        with source.open() as stream:
            assert stream.read(size) == BIG[:size]
        assert (source.sha256, learnt) == (None, [])
    with source.open() as stream:
        stream.seek(2 * MIB)  # goes on where the server has got to
        assert stream.read() == BIG[2 * MIB :]
    assert (source.sha256, learnt) == (SHA256, [SHA256])
    with source.open() as stream:
        assert stream.read() == BIG
    assert (source.sha256, learnt) == (SHA256, [SHA256])


def test_bytes_that_are_skipped_are_read_all_the_same() -> None:
    source, learnt = identified()
    with source.open() as stream:
        stream.seek(0, io.SEEK_END)  # how some find out how much there is
        assert stream.tell() == len(BIG)
        assert learnt == []
        stream.seek(2 * MIB)
        assert stream.read() == BIG[2 * MIB :]
        stream.seek(7)
        assert stream.read(9) == BIG[7:16]
    assert learnt == [SHA256]


def test_random_readings_come_to_the_same() -> None:
    for seed in range(20):
        at_random = random.Random(seed)
        source, learnt = identified()
        with source.open() as stream:
            for _ in range(at_random.randrange(8)):
                at = at_random.randrange(len(BIG))
                size = at_random.choice((1, 4096, MIB, 2 * MIB))
                stream.seek(at)
                assert stream.read(size) == BIG[at : at + size]
        with source.open() as stream:
            assert stream.read() == BIG
        assert learnt == [SHA256]


def test_what_cannot_be_noted_is_not_sent() -> None:
    def full(_: str) -> None:
        raise LocalFailure("no space left")

    source = Identifying(BytesSource(BIG), FirstReading(len(BIG), full))
    with source.open() as stream:
        assert stream.read(MIB) == BIG[:MIB]
        with pytest.raises(LocalFailure):
            stream.read()
    with source.open() as stream, pytest.raises(LocalFailure):  # whoever tries again
        stream.read()
    assert source.sha256 is None
