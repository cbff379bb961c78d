"""What a clone has learnt, in real files."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gitstore.adapters.facts import KEPT, Facts
from gitstore.core.errors import StateError
from gitstore.core.versions import Version

SOURCE = "s3://h/b/p/"


def version(number: int) -> Version:
    return Version(number, (f"sha256:{number}", f"etag:{number}"))


def test_nothing_learnt_makes_no_file(tmp_path: Path) -> None:
    with Facts.open(tmp_path) as facts:
        assert facts.of(SOURCE) == {}
        assert facts.for_keys(SOURCE, ["a"]) == {}
        assert facts.abilities("s3://h/b") is None
        facts.add(SOURCE, {})
    assert list(tmp_path.iterdir()) == []


def test_facts_are_there_for_the_next_process_the_newest_first(tmp_path: Path) -> None:
    with Facts.open(tmp_path) as facts:
        facts.add(SOURCE, {"a": version(1), "b": version(2)})
        facts.add(SOURCE, {"a": version(3)})
        facts.add("file:///x", {"a": version(4)})
    with Facts.open(tmp_path) as facts:
        assert facts.of(SOURCE) == {"a": (version(3), version(1)), "b": (version(2),)}
        assert facts.for_keys(SOURCE, ["b", "c"]) == {"b": (version(2),)}


def test_of_each_key_the_newest_are_kept(tmp_path: Path) -> None:
    with Facts.open(tmp_path) as facts:
        for number in range(KEPT + 1):
            facts.add(SOURCE, {"a": version(number), "b": version(0)})
        facts.add(SOURCE, {"a": version(2)})  # seen again: the newest now
        expected = (version(2), *(version(n) for n in range(KEPT, 0, -1) if n != 2))
        assert facts.of(SOURCE) == {"a": expected, "b": (version(0),)}


def test_many_keys_can_be_asked_for(tmp_path: Path) -> None:
    with Facts.open(tmp_path) as facts:
        facts.add(SOURCE, {f"k{n}": version(n) for n in range(2500)})
        found = facts.for_keys(SOURCE, (f"k{n}" for n in range(5000)))
    assert found == {f"k{n}": (version(n),) for n in range(2500)}


def test_the_last_measurement_is_remembered(tmp_path: Path) -> None:
    with Facts.open(tmp_path) as facts:
        facts.set_abilities("s3://h/b", {"create": "ignored"})
        facts.set_abilities("s3://h/b", {"create": "enforced"})
        assert facts.abilities("s3://h/b") == {"create": "enforced"}
        assert facts.abilities("s3://h/c") is None


def test_other_threads_may_ask(tmp_path: Path) -> None:
    with Facts.open(tmp_path) as facts:
        facts.add(SOURCE, {"a": version(1)})
        found: list[object] = []
        thread = threading.Thread(target=lambda: found.append(facts.of(SOURCE)))
        thread.start()
        thread.join()
        assert found == [{"a": (version(1),)}]


def test_two_clones_processes_share_the_file(tmp_path: Path) -> None:
    with Facts.open(tmp_path) as one, Facts.open(tmp_path) as other:
        one.add(SOURCE, {"a": version(1)})
        other.add(SOURCE, {"a": version(2)})
        assert one.of(SOURCE) == {"a": (version(2), version(1))}


def test_a_damaged_file_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "storage").mkdir()
    file = tmp_path / "storage" / "facts.db"
    file.write_bytes(b"no database\n" * 1000)
    with Facts.open(tmp_path) as facts, pytest.raises(StateError) as caught:
        facts.of(SOURCE)
    assert str(file) in caught.value.message
    assert "nothing is lost" in (caught.value.hint or "")
