"""Changing local files so that none is lost, on a real file system."""

from __future__ import annotations

import os
import threading

import pytest

from gitstore.adapters import tree_rename
from gitstore.adapters.tree import TrashBag
from gitstore.adapters.tree_walk import Entry
from gitstore.core.errors import Changed, LocalFailure, PathRefused
from tests.adapters.places import Place

NFC, NFD = "\u00e9", "e\u0301"


def test_a_new_file_is_placed_and_nothing_is_overwritten(place: Place, way: str) -> None:
    stat = place.tree.place(place.incoming("new"), "a/b/c")
    assert (place.root / "a/b/c").read_text() == "new"
    assert place.tree.stat("a/b/c") == stat
    late = place.incoming("late")
    with pytest.raises(Changed):
        place.tree.place(late, "a/b/c")
    assert (place.root / "a/b/c").read_text() == "new"
    late.discard()
    assert place.temporary() == []


def test_a_placed_file_has_the_permissions_of_a_new_one(place: Place) -> None:
    made = place.incoming("new")
    assert made.path.parent.stat().st_mode & 0o777 == 0o700  # nobody else reads it before
    place.tree.place(made, "f")
    old = os.umask(0)
    os.umask(old)
    assert (place.root / "f").stat().st_mode & 0o777 == 0o666 & ~old


def test_ranges_arrive_in_any_order_from_many_threads(place: Place) -> None:
    made = place.tree.incoming(4 << 20)
    threads = [
        threading.Thread(target=made.write_at, args=(n << 20, bytes([n]) * (1 << 20)))
        for n in (3, 1, 0, 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made.close()
    place.tree.flush([made])
    place.tree.place(made, "f")
    assert (place.root / "f").read_bytes() == b"".join(bytes([n]) * (1 << 20) for n in range(4))


def test_a_size_beyond_the_disk_is_a_failure_at_once(place: Place) -> None:
    made = place.tree.incoming(1 << 60)
    with pytest.raises(LocalFailure, match="no room"):
        made.write(b"1")
    made.discard()


def test_many_files_are_flushed_like_few(place: Place) -> None:
    many = [place.incoming(str(n)) for n in range(50)]
    place.tree.flush(many)
    place.tree.flush(many[:3])
    for number, made in enumerate(many):
        place.tree.place(made, f"{number}/f")
    place.tree.flush_directories([f"{n}/f" for n in range(50)])
    place.tree.flush_directories(["1/f", "gone/f"])
    assert len(place.tree.scan().files) == 50


def test_what_is_replaced_goes_to_the_trash(place: Place, way: str) -> None:
    stat = place.write("a/f", "old")
    (place.root / "a/f").chmod(0o640)
    found = place.tree.stat("a/f")
    assert found is not None
    assert found != stat
    now = place.tree.exchange(place.incoming("new"), "a/f", found, place.bag)
    assert (place.root / "a/f").read_text() == "new"
    assert (place.root / "a/f").stat().st_mode & 0o777 == 0o640
    assert place.tree.stat("a/f") == now
    kept = place.bag.kept("a/f")
    assert kept is not None
    assert kept.read_text() == "old"
    assert place.bag.items() == [("a/f", kept)]
    assert place.temporary() == []


def test_a_file_that_somebody_changed_is_not_replaced(place: Place, way: str) -> None:
    stat = place.write("f", "old")
    place.write("f", "mine")
    for made in (place.incoming("new"), place.incoming("new")):
        with pytest.raises(Changed):
            place.tree.exchange(made, "f", stat, place.bag)
        made.discard()
    (place.root / "f").unlink()
    gone = place.incoming("new")
    with pytest.raises(Changed):
        place.tree.exchange(gone, "f", stat, place.bag)
    assert place.bag.items() == []


def test_a_change_at_the_last_moment_is_put_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = place.write("f", "old")
    real = tree_rename.exchange
    calls: list[Entry] = []

    def late(one: Entry, other: Entry) -> bool:
        if not calls:
            (place.root / "g").write_text("somebody's newer work")
            (place.root / "g").rename(place.root / "f")
        calls.append(other)
        return real(one, other)

    monkeypatch.setattr(tree_rename, "exchange", late)
    made = place.incoming("new")
    with pytest.raises(Changed):
        place.tree.exchange(made, "f", stat, place.bag)
    assert (place.root / "f").read_text() == "somebody's newer work"
    assert place.bag.items() == []
    assert made.path.read_text() == "new"


def test_a_replaced_path_is_never_absent(place: Place) -> None:
    stat = place.write("f", "0")
    stop = threading.Event()
    absent: list[int] = []

    def watch() -> None:
        while not stop.is_set():
            if not (place.root / "f").exists():
                absent.append(1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(100):
        bag = TrashBag(place.spare / "trash" / str(number) / "data")
        stat = place.tree.exchange(place.incoming(str(number)), "f", stat, bag)
    stop.set()
    watcher.join()
    assert absent == []


def test_the_trash_gives_back_what_it_took(place: Place, way: str) -> None:
    stat = place.write("a/b/f", "old")
    place.tree.to_trash("a/b/f", stat, place.bag)
    assert not (place.root / "a").exists()
    assert place.root.exists()
    kept = place.bag.kept("a/b/f")
    assert kept is not None
    place.tree.from_trash(kept, "a/b/f")
    assert (place.root / "a/b/f").read_text() == "old"
    assert place.bag.kept("a/b/f") is None
    with pytest.raises(Changed):
        place.tree.from_trash(kept, "elsewhere")
    (place.base / "item").write_text("other")
    with pytest.raises(Changed):
        place.tree.from_trash(place.base / "item", "a/b/f")
    assert (place.root / "a/b/f").read_text() == "old"


def test_the_trash_never_overwrites(place: Place) -> None:
    for text in ("1", "2", "3"):
        place.tree.to_trash("a", place.write("a", text), place.bag)
    place.tree.to_trash("a/b", place.write("a/b", "4"), place.bag)
    texts = [(path, file.read_text()) for path, file in place.bag.items()]
    assert sorted(texts) == [("a", "1"), ("a", "2"), ("a", "3"), ("a/b", "4")]
    first, deep = place.bag.kept("a"), place.bag.kept("a/b")
    assert first is not None
    assert deep is not None
    assert (first.read_text(), deep.read_text()) == ("1", "4")


def test_removing_takes_only_what_was_looked_at(place: Place, way: str) -> None:
    stat = place.write("a/f", "old")
    (place.root / "a/f").write_text("newer")
    with pytest.raises(Changed):
        place.tree.remove("a/f", stat)
    with pytest.raises(Changed):
        place.tree.to_trash("a/f", stat, place.bag)
    now = place.tree.stat("a/f")
    assert now is not None
    place.tree.remove("a/f", now)
    assert list(place.root.iterdir()) == []
    with pytest.raises(Changed):
        place.tree.remove("a/f", now)


def test_renaming_overwrites_nothing(place: Place, way: str) -> None:
    stat = place.write("a/f", "1")
    place.write("b", "2")
    with pytest.raises(Changed):
        place.tree.rename("a/f", "b", stat)
    now = place.tree.rename("a/f", "c/g", stat)
    assert place.tree.stat("c/g") == now
    assert (place.root / "c/g").read_text() == "1"
    assert (place.root / "b").read_text() == "2"
    assert not (place.root / "a").exists()


def test_a_file_and_a_directory_of_one_name_exclude_each_other(place: Place) -> None:
    stat = place.write("a", "1")
    with pytest.raises(PathRefused, match="in the way"):
        place.tree.place(place.incoming("2"), "a/b")
    assert place.tree.stat("a/b") is None
    place.tree.remove("a", stat)
    place.tree.place(place.incoming("2"), "a/b")
    with pytest.raises(Changed):
        place.tree.place(place.incoming("1"), "a")


def test_two_spellings_of_one_letter_are_two_files(place: Place) -> None:
    place.tree.place(place.incoming("composed"), NFC)
    place.tree.place(place.incoming("decomposed"), NFD)
    assert not place.tree.folds_names()
    assert set(place.tree.scan().files) == {NFC, NFD}


def test_a_name_that_is_too_long_is_a_refusal(place: Place) -> None:
    with pytest.raises(PathRefused):
        place.tree.place(place.incoming("1"), "n" * 256)


def test_a_file_written_between_two_exchanges_is_found_in_the_trash(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = place.write("f", "old")
    place.write("f", "theirs")
    real = tree_rename.exchange
    calls: list[int] = []

    def racing(one: Entry, other: Entry) -> bool:
        calls.append(1)
        if len(calls) == 2:  # just before the unexpected file is put back
            (place.root / "f").unlink()
            (place.root / "f").write_text("newer")
        return real(one, other)

    monkeypatch.setattr("gitstore.adapters.tree._check", lambda *_: None)
    monkeypatch.setattr(tree_rename, "exchange", racing)
    incoming = place.incoming("new")
    with pytest.raises(Changed):
        place.tree.exchange(incoming, "f", stat, place.bag)
    incoming.discard()

    found = {(place.root / "f").read_text(), *(kept.read_text() for _, kept in place.bag.items())}
    assert {"theirs", "newer"} <= found
