"""`git storage undo`."""

from __future__ import annotations

from tests.lab import Lab

FILES = {"m31.fits": b"one", "m33.fits": b"33"}


def test_operations_are_listed_newest_first(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lines = lab.storage("undo", "--list").out.splitlines()
    assert [(line.split("  ")[0], line.split("  ")[2]) for line in lines[::2]] == [
        ("2", "git storage stage --all"),
        ("1", "git storage add survey ../bucket --to data"),
    ]


def test_the_list_says_what_changed_and_what_is_in_the_trash(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.bucket.delete("m31.fits")
    lab.write("data/new.fits", b"new")
    lab.storage("sync")
    lab.storage("undo").says("as before on the storage: data/new.fits")
    undo, sync, *_ = lab.storage("undo", "--list", "--json").json()["operations"]
    assert (sync["number"], sync["verb"], sync["undone"]) == (3, "sync", True)
    assert sync["changed"] == {"here": 1, "there": 1, "tracked": 1}
    assert undo["undone"] is False
    lab.storage("undo", "--list").says("taken back", "1 change on the storage", "2 changes here")
    lab.storage("rm", "data/m31.fits")
    listed = lab.storage("undo", "--list", "-v")
    listed.says("1 file in the trash, 3 B", "in the trash: data/m31.fits")


def test_what_sync_took_is_taken_back(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.bucket.put("m31.fits", b"changed there")
    lab.storage("sync")
    lab.storage("undo").says("as before: data/m31.fits", "sync was taken back")
    assert lab.read("data/m31.fits") == b"one"
    assert lab.bucket.get("m31.fits") == b"changed there"


def test_newer_work_is_left_alone_and_named(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.bucket.put("m31.fits", b"changed there")
    lab.storage("sync")
    lab.write("data/m31.fits", b"my newest work")
    lab.storage("undo").fails(1).says("left alone: data/m31.fits: changed since")
    assert lab.read("data/m31.fits") == b"my newest work"


def test_nothing_to_undo_is_an_error(lab: Lab) -> None:
    lab.storage("undo").fails(128).says("nothing to undo")


def test_unstaging_is_taken_back_in_one_line_with_what_brings_it(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.storage("unstage", "data/m31.fits")
    undone = lab.storage("undo")
    assert undone.out == ""
    assert undone.err == (
        "unstage was taken back; 1 object to be here again\nhint: git storage stage data/m31.fits\n"
    )
    lab.storage("stage", "data/m31.fits").says("1 object fetched")
    assert lab.files() == FILES
