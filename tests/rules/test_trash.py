"""What lies in the trash goes by age, never before, and not without a word."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator

import pytest

from tests.lab import Lab
from tests.rules.scenes import trash

DAY = 86_400
NAME = "%Y%m%dT%H%M%S"


def days_later(lab: Lab, days: int) -> None:
    """Everything that was done here is so many days older."""
    place, moved = lab.top / ".git/storage/trash", {}
    for bag in place.iterdir() if place.exists() else ():
        when, _, rest = bag.name.partition("-")
        then = time.mktime(time.strptime(when, NAME)) - days * DAY
        moved[bag.name] = f"{time.strftime(NAME, time.localtime(then))}-{rest}"
        bag.rename(place / moved[bag.name])
    with sqlite3.connect(lab.top / ".git/storage/state.db") as state:
        state.execute("UPDATE operation SET began = began - ?", (days * DAY,))
        state.executemany(
            "UPDATE effect SET path = ? WHERE kind = 'bag' AND path = ?",
            [(new, old) for old, new in moved.items()],
        )
    state.close()


def something_happens(lab: Lab) -> None:
    lab.storage("record")


@pytest.fixture
def lab(described: Lab) -> Iterator[Lab]:
    """A clone with an edit in the trash that is nowhere else."""
    described.write("data/a.txt", b"an edit")
    described.storage("restore", "data/a.txt")
    assert trash(described) == [b"an edit"]
    yield described
    described.check()


def test_the_trash_goes_after_its_age_and_that_is_said(lab: Lab) -> None:
    days_later(lab, 89)
    something_happens(lab)
    something_happens(lab)
    assert trash(lab) == [b"an edit"]
    days_later(lab, 2)
    something_happens(lab)
    done = lab.storage("record")
    done.says("1 file (7 bytes) left the trash for good: see storage.trashAge")
    assert trash(lab) == []
    assert "restore" not in lab.storage("undo", "--list").out
    lab.storage("restore", "--operation", "3", "data/a.txt").fails(128).says("no operation 3")


def test_whoever_comes_back_after_years_still_finds_everything(lab: Lab) -> None:
    days_later(lab, 1000)
    something_happens(lab)
    lab.storage("restore", "--operation", "3", "data/a.txt")
    assert lab.read("data/a.txt") == b"an edit"


def test_size_alone_takes_nothing(lab: Lab) -> None:
    lab.git("config", "storage.trashSize", "1")
    something_happens(lab)
    something_happens(lab)
    assert trash(lab) == [b"an edit"]
    lab.storage("doctor").says("note    the trash holds 1 file, 7 bytes in all")


def test_so_much_may_stay_beyond_the_age(lab: Lab) -> None:
    days_later(lab, 10)
    lab.write("data/sub/b.txt", b"another edit")
    lab.storage("restore", "data/sub/b.txt")
    lab.git("config", "storage.trashSize", "15")
    days_later(lab, 90)
    something_happens(lab)
    something_happens(lab)
    assert trash(lab) == [b"another edit"]
    lab.storage("restore", "--operation", "4", "data/sub/b.txt")
    assert lab.read("data/sub/b.txt") == b"another edit"


@pytest.mark.parametrize(("age", "kept"), [("never", True), ("2 weeks", False)])
def test_the_age_is_chosen(lab: Lab, age: str, kept: bool) -> None:
    lab.git("config", "storage.trashAge", age)
    days_later(lab, 30)
    something_happens(lab)
    something_happens(lab)
    assert trash(lab) == ([b"an edit"] if kept else [])


@pytest.mark.parametrize("key", ["storage.trashAge", "storage.trashSize"])
def test_a_wish_that_nobody_understands_takes_nothing_and_fails_nothing(lab: Lab, key: str) -> None:
    lab.git("config", key, "some")
    days_later(lab, 1000)
    something_happens(lab)
    lab.storage("record").says(f"{key} is 'some' in git's configuration")
    assert trash(lab) == [b"an edit"]
    lab.storage("doctor").fails(1).says(key)
    lab.storage("undo", "--list").fails(128).says(key)


def test_the_list_says_how_much_is_kept_and_for_how_long(lab: Lab) -> None:
    listed = lab.storage("undo", "--list")
    listed.says("the trash holds 1 file, 7 B; since ", "it is kept for 90 days")
    found = lab.storage("undo", "--list", "--json").json()["trash"]
    assert (found["files"], found["size"], found["kept_for_seconds"]) == (1, 7, 90 * DAY)
