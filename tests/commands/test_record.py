"""`git storage record`."""

from __future__ import annotations

import shutil

from tests.lab import Lab

FILES = {"m31.fits": b"one", "m33.fits": b"33"}


def test_changes_are_recorded_without_the_storage(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"edited")
    lab.write("data/new.fits", b"new")
    shutil.move(lab.bucket.root, lab.root / "unreachable")
    result = lab.storage("record").says("data: 2 objects recorded")
    result.says("written: data.storage; next: git commit -m 'data: record'")
    lab.git("commit", "--quiet", "--message", "record")
    lab.storage("record").says("nothing to do").never_says("git commit")


def test_a_missing_file_is_not_recorded(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.remove("data/m31.fits")
    lab.storage("record").says("nothing to do")


def test_what_moved_meanwhile_is_refused(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    other = lab.clone()
    other.storage("stage", "--all")
    other.write("data/m31.fits", b"theirs")
    other.storage("sync")
    other.commit("change")
    lab.pull()
    lab.write("data/m31.fits", b"mine")
    lab.storage("record").fails(1).says("refuse", "the pointer moved meanwhile, stage first")


def test_the_document_names_what_was_recorded(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"edited")
    found = lab.storage("record", "--json").json()
    assert found["pointers"] == ["data.storage"]
    assert [(a["path"], a["done"]) for a in found["reports"][0]["actions"]] == [("m31.fits", True)]
