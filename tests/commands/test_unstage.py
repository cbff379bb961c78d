"""`git storage unstage`."""

from __future__ import annotations

from tests.lab import Lab

FILES = {"m31.fits": b"one", "2023/m13.fits": b"thirteen"}


def test_space_is_given_back_and_the_storage_keeps_its_objects(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.storage("unstage", "data").says("2 objects unstaged (11 B)").never_says("trash")
    assert lab.files() == {}
    assert lab.bucket.objects() == FILES
    lab.storage("stage", "data")
    assert lab.files() == FILES


def test_an_edited_file_is_refused_and_stays(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"mine")
    lab.storage("unstage", "data").fails(1).says("refuse", "edited here and not synced")
    assert lab.files() == {"m31.fits": b"mine"}


def test_what_the_storage_no_longer_holds_is_said_to_be_in_the_trash(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.bucket.delete("m31.fits")
    result = lab.storage("unstage", "data/m31.fits").says(
        "1 object went to the trash", "does not hold"
    )
    result.says("git storage undo brings them back")
    assert not lab.exists("data/m31.fits")
    lab.storage("undo")
    assert lab.files() == FILES


def test_without_an_answer_everything_goes_to_the_trash_and_is_told(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.bucket.root.rename(lab.root / "away")
    lab.storage("unstage", "data").says("2 objects went to the trash", "did not answer")


def test_it_needs_a_target(lab: Lab) -> None:
    lab.storage("unstage").fails(129).says("TARGET")
