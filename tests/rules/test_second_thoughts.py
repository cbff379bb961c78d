"""What people undo or mistype never makes a copy look like work, or work like a copy."""

from __future__ import annotations

from tests.lab import Lab

FILES = {"a.txt": b"a", "b.txt": b"b"}


def staged(lab: Lab) -> Lab:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    return lab


def test_an_erased_object_that_is_brought_back_is_new_work(lab: Lab) -> None:
    staged(lab).storage("rm", "data/a.txt")
    lab.storage("sync")

    lab.storage("undo").fails(1).says("the storage has kept no old version of it")
    lab.storage("undo")

    assert lab.read("data/a.txt") == b"a"
    lab.storage("status", "--only-here").says("data/a.txt")
    lab.storage("sync")
    assert lab.bucket.objects() == FILES


def test_an_erasure_that_is_taken_back_in_time_leaves_no_trace(lab: Lab) -> None:
    staged(lab).storage("rm", "data/a.txt")

    lab.storage("undo")

    lab.storage("sync").says("nothing to do")
    assert lab.bucket.objects() == lab.files() == FILES


def test_a_mistyped_url_is_not_taken_for_deletions(lab: Lab) -> None:
    staged(lab)
    (lab.root / "other").mkdir()
    before = lab.read("data.storage")
    lab.write(".storage.yaml", lab.read(".storage.yaml").replace(b"../bucket", b"../other"))

    lab.storage("sync").fails(128).says("2 of its objects are not at", "url:")

    assert lab.files() == FILES
    assert lab.read("data.storage") == before


def test_a_storage_that_has_moved_is_followed(lab: Lab) -> None:
    staged(lab)
    (lab.root / "bucket").rename(lab.root / "other")
    lab.write(".storage.yaml", lab.read(".storage.yaml").replace(b"../bucket", b"../other"))

    lab.storage("sync")

    assert lab.files() == FILES
    lab.storage("sync").says("nothing to do")


def elsewhere(lab: Lab) -> Lab:
    """The storage has moved, and the manifest says so."""
    (lab.root / "bucket").rename(lab.root / "second")
    lab.write(".storage.yaml", lab.read(".storage.yaml").replace(b"../bucket", b"../second"))
    return lab


def test_no_line_loses_what_it_names_where_only_one_object_is_looked_up(lab: Lab) -> None:
    lab.describe(FILES)
    before = lab.read("data.storage")
    elsewhere(lab).storage("sync", "data/a.txt").fails(128).says("1 of its objects", "sync data")
    lab.write("data/new.txt", b"new")
    lab.storage("record").fails(128).says("2 of its objects", "git storage sync data")
    assert lab.read("data.storage") == before
    lab.remove("data/new.txt")
    lab.storage("record")
    assert lab.read("data.storage") == before
    lab.storage("sync", "data")
    assert b"/second/" in lab.read("data.storage")
    lab.storage("sync", "data/a.txt").says("nothing to do")


def test_what_was_only_recorded_is_not_missed_at_a_new_place(lab: Lab) -> None:
    staged(lab).write("data/new.txt", b"recorded, and never given")
    lab.storage("record")
    elsewhere(lab).storage("trust", "--write", "--yes", "data")

    lab.storage("sync")

    assert (lab.root / "second/new.txt").read_bytes() == b"recorded, and never given"


def test_a_data_path_that_was_forgotten_by_mistake_is_as_before(lab: Lab) -> None:
    staged(lab).write("data/a.txt", b"edited")
    lab.storage("forget", "data")

    lab.storage("undo")

    lab.storage("status").says("2 of 2 objects here", "edited").never_says("conflict")


def test_a_restored_file_can_be_taken_back(lab: Lab) -> None:
    staged(lab).storage("rm", "data/a.txt")
    lab.storage("restore", "data/a.txt")
    assert lab.read("data/a.txt") == b"a"

    lab.storage("undo")

    assert not lab.exists("data/a.txt")
