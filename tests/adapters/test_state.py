"""The state of a work tree, in real files."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from gitstore.adapters.state import WorkState
from gitstore.adapters.state_seen import Seen, trusted
from gitstore.adapters.state_values import Effect, Intent
from gitstore.core.errors import LocalFailure, StateError, UnknownName
from gitstore.core.model import Base
from gitstore.core.versions import Version

SOURCE = "s3://h/b/p/"
V = Version(3, ("sha256:aa", "etag:e"))
SEEN = Seen(3, 10**18 + 1, 10**18 + 1, (1 << 64) - 1, "aa", None, 2 * 10**18)


def file_of(git_dir: Path) -> Path:
    return git_dir / "storage" / "state.db"


def test_looking_at_an_empty_state_makes_no_file(tmp_path: Path) -> None:
    with WorkState.open(tmp_path) as state:
        assert state.bases("d") == {}
        assert state.wanted("d") == ()
        assert state.root("d") is None
        assert state.operations(5) == []
        state.set_seen("d", {"a": SEEN})  # only a cache
        assert state.seen("d") == {}
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_is_there_for_the_next_process(tmp_path: Path) -> None:
    bases: dict[str, Base | None] = {"a\nb": Base(V), "é": Base(Version(0), erase=True)}
    with WorkState.open(tmp_path) as state:
        state.set_bases("d", SOURCE, bases)
        state.set_bases("d", "file:///x", {"c": Base(V)})
        state.set_wanted("d", ("*.fits", "a b"))
        state.set_recorded("d", {"a": "aa", "b": "bb"})
        state.set_root("d", "1:2")
        state.set_intents("d", {"a": Intent("k", "aa", 3, V), "b": Intent("l", "bb", 0)})
        state.set_seen("d", {"a": SEEN})
    with WorkState.open(tmp_path) as state:
        assert state.bases("d") == {
            "a\nb": (SOURCE, Base(V)),
            "é": (SOURCE, Base(Version(0), erase=True)),
            "c": ("file:///x", Base(V)),
        }
        assert state.wanted("d") == ("*.fits", "a b")
        assert state.recorded("d") == {"a": "aa", "b": "bb"}
        assert state.root("d") == "1:2"
        assert state.intents("d") == {"a": Intent("k", "aa", 3, V), "b": Intent("l", "bb", 0)}
        assert state.seen("d") == {"a": SEEN}
        assert state.bases("other") == {}


def test_none_removes(tmp_path: Path) -> None:
    with WorkState.open(tmp_path) as state:
        state.set_bases("d", SOURCE, {"a": Base(V), "b": Base(V)})
        state.set_bases("d", SOURCE, {"a": None, "c": None})
        state.set_recorded("d", {"a": "aa"})
        state.set_recorded("d", {"a": None})
        state.set_intents("d", {"a": Intent("k", "aa", 3)})
        state.set_intents("d", {"a": None})
        state.set_seen("d", {"a": SEEN})
        state.set_seen("d", {"a": None})
        assert set(state.bases("d")) == {"b"}
        assert (state.recorded("d"), state.intents("d"), state.seen("d")) == ({}, {}, {})


def test_a_file_from_the_far_future_is_not_kept_and_harms_nothing(tmp_path: Path) -> None:
    far = Seen(3, 1 << 64, 1, 1, "aa", "bb", 1)
    with WorkState.open(tmp_path) as state:
        state.set_root("d", None)
        state.set_seen("d", {"far": far, "near": SEEN})
        assert state.seen("d") == {"near": SEEN}


def test_a_data_path_can_be_renamed_and_dropped(tmp_path: Path) -> None:
    with WorkState.open(tmp_path) as state:
        state.set_bases("old", SOURCE, {"a": Base(V)})
        state.set_wanted("old", ("*",))
        state.set_bases("new", SOURCE, {"stale": Base(V)})
        state.rename_data_path("old", "new")
        assert set(state.bases("new")) == {"a"}
        assert state.wanted("new") == ("*",)
        assert state.bases("old") == {}
        state.drop_data_path("new")
        assert state.bases("new") == {}
        assert state.wanted("new") == ()


def test_a_batch_is_all_or_nothing(tmp_path: Path) -> None:
    with WorkState.open(tmp_path) as state:

        def half() -> None:
            with state.batch():
                state.set_recorded("d", {"a": "aa"})
                with state.batch():
                    state.set_recorded("d", {"b": "bb"})
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            half()
        assert state.recorded("d") == {}
        with state.batch():
            state.set_recorded("d", {"a": "aa"})
            with WorkState.open(tmp_path) as other:
                assert other.recorded("d") == {}
        assert state.recorded("d") == {"a": "aa"}


def test_a_failure_inside_a_batch_leaves_the_outer_one_to_decide(tmp_path: Path) -> None:
    with WorkState.open(tmp_path) as state:
        with state.batch():
            state.set_recorded("d", {"a": "aa"})
            with pytest.raises(OSError, match="mine"), state.batch():
                raise OSError("mine")
        assert state.recorded("d") == {"a": "aa"}


def test_operations_and_their_effects_are_kept_in_order(tmp_path: Path) -> None:
    with WorkState.open(tmp_path) as state:
        first = state.begin("stage", ("a", "\udcff"), 12.5)
        state.add_effects(
            first, [Effect("d", "placed", "x", {"before": None}), Effect("", "b", "")]
        )
        state.add_effects(first, [Effect("d", "placed", "y", {"t": ["\udcff"]})])
        state.finish(first)
        second = state.begin("sync", (), 13.0)
        assert [o.number for o in state.operations(5)] == [second, first]
        assert [o.finished for o in state.operations(5)] == [False, True]
        assert state.operations(5)[1].argv == ("a", "\udcff")
        assert len(state.operations(1)) == 1
        assert [e.path for e in state.effects(first)] == ["x", "", "y"]
        assert state.effects(first)[2].detail == {"t": ["\udcff"]}
        state.drop_operation(second)
        assert state.begin("sync", (), 14.0) > second
        with pytest.raises(UnknownName):
            state.drop_operation(second)


def test_a_damaged_file_is_named_with_the_way_out(tmp_path: Path) -> None:
    file_of(tmp_path).parent.mkdir()
    file_of(tmp_path).write_bytes(b"no database\n" * 1000)
    with WorkState.open(tmp_path) as state, pytest.raises(StateError) as caught:
        state.bases("d")
    assert str(file_of(tmp_path)) in caught.value.message
    assert caught.value.hint is not None
    assert caught.value.hint.startswith(f"mv {file_of(tmp_path)} ")
    assert "nothing is lost" in caught.value.hint


def test_a_newer_format_is_not_guessed_at(tmp_path: Path) -> None:
    with WorkState.open(tmp_path) as state:
        state.set_root("d", None)
    with sqlite3.connect(file_of(tmp_path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with WorkState.open(tmp_path) as state, pytest.raises(StateError, match="newer") as caught:
        state.bases("d")
    assert "upgrade" in (caught.value.hint or "")


def test_another_programs_database_is_not_ours(tmp_path: Path) -> None:
    file_of(tmp_path).parent.mkdir()
    with sqlite3.connect(file_of(tmp_path)) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    with WorkState.open(tmp_path) as state, pytest.raises(StateError, match="not a file of"):
        state.set_root("d", None)


def test_a_file_that_a_killed_process_left_empty_is_an_empty_state(tmp_path: Path) -> None:
    file_of(tmp_path).parent.mkdir()
    file_of(tmp_path).touch()
    with WorkState.open(tmp_path) as state:
        assert state.bases("d") == {}
        state.set_root("d", "1:2")
        assert state.root("d") == "1:2"


def test_the_state_is_nobody_elses_to_read(tmp_path: Path) -> None:
    with WorkState.open(tmp_path) as state:
        state.set_root("d", None)
    assert file_of(tmp_path).parent.stat().st_mode & 0o777 == 0o700
    assert file_of(tmp_path).stat().st_mode & 0o777 == 0o600


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "storage").write_text("in the way")
    with WorkState.open(tmp_path) as state, pytest.raises(LocalFailure, match=r"state\.db"):
        state.set_root("d", None)


def test_the_journal_needs_no_shared_memory(tmp_path: Path) -> None:
    with WorkState.open(tmp_path) as state:
        state.set_root("d", None)
    connection = sqlite3.connect(file_of(tmp_path))
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()


def test_threads_take_turns(tmp_path: Path) -> None:
    with WorkState.open(tmp_path) as state:

        def note(number: int) -> None:
            for step in range(20):
                state.set_recorded("d", {f"{number}/{step}": "aa"})

        threads = [threading.Thread(target=note, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(state.recorded("d")) == 80


MS = 1_000_000


@pytest.mark.parametrize(
    ("stamp", "noted", "answer"),
    [
        (10**18 + 1, 10**18 + 1 + 10 * MS, True),
        (10**18 + 1, 10**18 + 10 * MS, False),  # within the tick in which it was hashed
        (10**18 + 1, 10**18, False),  # written after it was hashed
        (10**18, 10**18 + 1000 * MS, False),  # whole seconds: a coarse clock
        (10**18, 10**18 + 2000 * MS, True),
    ],
)
def test_a_file_touched_while_it_was_hashed_is_not_trusted(
    stamp: int, noted: int, answer: bool
) -> None:
    seen = Seen(3, stamp, stamp, 7, "aa", None, noted)
    assert trusted(seen, 3, stamp, stamp, 7) is answer


def test_any_difference_ends_trust() -> None:
    seen = Seen(3, 1, 2, 7, "aa", None, 10**18)
    assert trusted(seen, 3, 1, 2, 7)
    for other in ((4, 1, 2, 7), (3, 0, 2, 7), (3, 1, 1, 7), (3, 1, 2, 8)):
        assert not trusted(seen, *other)


def test_the_later_of_both_times_counts() -> None:
    late = Seen(3, 1, 10**18 + 1, 7, "aa", None, 10**18)
    assert not trusted(late, 3, 1, 10**18 + 1, 7)
