"""Large objects in ranges, and what is kept of one that broke off."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitstore.adapters.facts import Facts
from gitstore.adapters.state import WorkState
from gitstore.adapters.tree import Tree
from gitstore.core.errors import Corrupt, Denied, LocalFailure, Refused, StoreError, Unreachable
from gitstore.core.kept import Origin, Part, line, parsed
from gitstore.core.manifest import DataPath
from gitstore.core.store import Reading, Span
from gitstore.core.versions import Version, digested
from gitstore.shell.binding import Binding
from gitstore.shell.transfer import ranges
from tests.memory_store import MemoryStore

SPAN = 1 << 10
BIG = random.Random(6).randbytes(24 * SPAN - 5)
BEFORE = 12 * SPAN  # bytes that come before it breaks off


class Breaking(MemoryStore):
    """A store that gives nothing behind a byte, and counts what it gives."""

    end = len(BIG)
    given = 0
    error: StoreError = Unreachable("no answer")

    def read(self, key: str, expect: Version | None, span: Span | None = None) -> Reading:
        """See `Store.read`."""
        reading = super().read(key, expect, span)
        assert span is not None
        if span.stop > self.end:
            raise self.error
        self.given += span.stop - span.start
        return reading


@dataclass
class Scene:
    """A large object, and where it is to come."""

    binding: Binding
    store: Breaking
    version: Version
    spare: Path

    def bring(self, version: Version | None = None) -> bytes:
        """The object's bytes, as they came here."""
        self.store.given = 0
        found, _ = ranges.brought(self.binding, "big", version or self.version, lambda _: None)
        content = found.path.read_bytes()
        found.discard()
        return content

    def break_off(self, error: StoreError | None = None) -> None:
        """Half of the object comes, and no more."""
        self.store.end, self.store.error = BEFORE, error or Unreachable("no answer")
        with pytest.raises(type(self.store.error)):
            self.bring()
        self.store.end = len(BIG)

    @property
    def journal(self) -> Path:
        """That of the only file that is kept."""
        (journal,) = self.spare.rglob("*.journal")
        return journal

    @property
    def file(self) -> Path:
        """The only file that is kept."""
        return self.journal.with_suffix("")

    def noted(self) -> int:
        """How many bytes count."""
        found = parsed(self.journal.read_bytes())
        assert found is not None
        assert found[1] is not None
        return found[1].size

    def files(self) -> list[str]:
        """The names of everything that lies about."""
        return [p.name for p in self.spare.rglob("*") if p.is_file() and p.name != "lock"]


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setattr(ranges, "SPAN", SPAN)
    monkeypatch.setattr(ranges, "KEEP", 2 * SPAN)
    store, spare = Breaking(), tmp_path / "git" / "storage"
    version = store.put("big", BIG)
    tree = Tree(tmp_path / "data", spare, single=False)
    with WorkState.open(tmp_path / "git") as state, Facts.open(tmp_path / "git") as facts:
        data = DataPath("data", "survey")
        binding = Binding(data, "memory://bucket/", lambda: store, tree, state, facts)
        yield Scene(binding, store, version, spare)


def test_what_came_before_it_broke_off_is_not_fetched_again(scene: Scene) -> None:
    scene.break_off()
    assert scene.noted() == BEFORE
    assert scene.bring() == BIG
    assert scene.store.given == len(BIG) - BEFORE
    assert scene.files() == []


def test_credentials_that_expire_cost_no_bytes(scene: Scene) -> None:
    scene.break_off(Denied("expired"))
    assert scene.bring() == BIG
    assert scene.store.given == len(BIG) - BEFORE


@pytest.mark.parametrize("error", [Refused("changed"), Corrupt("wrong")])
def test_nothing_is_kept_of_bytes_that_are_refused(scene: Scene, error: StoreError) -> None:
    scene.break_off(error)
    assert scene.files() == []


def test_bytes_of_another_version_are_thrown_away(scene: Scene) -> None:
    scene.break_off()
    other = random.Random(7).randbytes(len(BIG))
    assert scene.bring(scene.store.put("big", other)) == other
    assert scene.store.given == len(BIG)


def test_bytes_that_rot_while_they_are_kept_are_fetched_again(scene: Scene) -> None:
    scene.break_off()
    content = bytearray(scene.file.read_bytes())
    content[SPAN] ^= 1
    scene.file.write_bytes(content)
    assert scene.bring() == BIG
    assert scene.store.given == len(BIG)


@pytest.mark.parametrize("behind", [b"", b"not flushed", bytes(30 * SPAN)])
def test_what_the_journal_does_not_name_may_be_anything(scene: Scene, behind: bytes) -> None:
    scene.break_off()
    scene.file.write_bytes(scene.file.read_bytes()[:BEFORE] + behind)
    assert scene.bring() == BIG
    assert scene.store.given == len(BIG) - BEFORE


def test_less_than_the_journal_names_is_nothing(scene: Scene) -> None:
    scene.break_off()
    os.truncate(scene.file, BEFORE - 1)
    assert scene.bring() == BIG
    assert scene.store.given == len(BIG)


def test_half_a_line_of_the_journal_does_not_count(scene: Scene) -> None:
    scene.break_off()
    with scene.journal.open("ab") as journal:
        journal.write(line(Part(len(BIG), "0" * 64))[:-1])
    assert scene.bring() == BIG
    assert scene.store.given == len(BIG) - BEFORE


@pytest.mark.parametrize("known", ["by the pointer", "by a fact"])
def test_wrong_bytes_that_pass_are_found_in_the_end_and_all_comes_again(
    scene: Scene, known: str
) -> None:
    content = digested(len(BIG), hashlib.sha256(BIG).hexdigest())
    whole = Version(len(BIG), (*content.ids, *scene.version.ids))
    if known == "by the pointer":
        scene.version = whole
    else:
        scene.binding.facts.add(scene.binding.source, {"big": whole})
    scene.break_off()
    wrong = random.Random(8).randbytes(BEFORE)
    scene.file.write_bytes(wrong)
    with scene.journal.open("ab") as journal:
        journal.write(line(Part(BEFORE, hashlib.sha256(wrong).hexdigest())))
    assert scene.bring() == BIG
    assert scene.store.given == len(BIG) - BEFORE + len(BIG)


def test_what_the_disk_does_not_flush_is_not_noted(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    incoming = scene.binding.tree.growing(Origin("memory://bucket/", "big", scene.version))
    incoming.write_at(0, BIG[:SPAN])

    def refused(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", refused)
    with pytest.raises(LocalFailure):
        incoming.keep(Part(SPAN, hashlib.sha256(BIG[:SPAN]).hexdigest()))
    assert list(scene.spare.rglob("*.journal")) == []
    incoming.discard()
    assert scene.files() == []


def test_nothing_is_kept_where_no_identifier_is_exact(scene: Scene) -> None:
    kept = scene.store.kept["big"][-1]
    vague = Version(len(BIG), ("mtime:1600000000",))
    scene.store.kept["big"][-1] = type(kept)(vague, BIG)
    scene.version = vague
    scene.break_off()
    assert scene.files() == []


def test_two_at_a_time_do_not_get_the_same_file(scene: Scene) -> None:
    scene.break_off()
    origin = next(iter([parsed(scene.journal.read_bytes())]))
    assert origin is not None
    one, two = (scene.binding.tree.growing(origin[0]) for _ in range(2))
    assert [one.resume()[0], two.resume()[0]] == [BEFORE, 0]
    two.discard()
    one.discard()
    assert scene.noted() == BEFORE


def test_what_is_not_wanted_any_more_goes(scene: Scene) -> None:
    scene.break_off()
    scene.binding.tree.let_go(lambda origin: origin.key == "other")
    assert scene.noted() == BEFORE
    scene.binding.tree.let_go(lambda origin: origin.key == "big")
    assert scene.files() == []


def test_what_nobody_came_back_for_goes(scene: Scene) -> None:
    scene.break_off()
    old = time.time() - 15 * 86_400
    os.utime(scene.journal, (old, old))
    scene.binding.tree.let_go(lambda _: False)
    assert scene.files() == []


def test_half_of_a_pair_goes(scene: Scene) -> None:
    scene.break_off()
    scene.journal.unlink()
    scene.binding.tree.let_go(lambda _: False)
    assert scene.files() == []


def test_an_interrupted_transfer_ends_at_once_and_goes_on_later(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranges, "stopping", lambda: scene.store.given >= BEFORE)
    with pytest.raises(KeyboardInterrupt):
        scene.bring()
    assert scene.store.given < len(BIG)
    before = scene.noted()
    monkeypatch.undo()
    monkeypatch.setattr(ranges, "SPAN", SPAN)
    assert scene.bring() == BIG
    assert scene.store.given == len(BIG) - before
