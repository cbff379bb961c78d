"""`git storage rm`."""

from __future__ import annotations

from tests.lab import Lab

FILES = {"m31.fits": b"one", "m33.fits": b"33"}


def test_it_goes_here_now_and_there_at_the_next_sync(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.storage("rm", "data/m31.fits").says("1 object to be erased", "next: git storage sync")
    assert set(lab.files()) == {"m33.fits"}
    assert lab.bucket.objects() == FILES
    lab.storage("sync").says("1 object erased")
    assert set(lab.bucket.objects()) == {"m33.fits"}


def test_undo_brings_it_back(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.storage("rm", "data/m31.fits")
    lab.storage("undo").says("as before: data/m31.fits")
    assert lab.files() == FILES


def test_what_is_no_object_is_an_error(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("rm", "data/nothing").fails(128).says("error:")
    lab.storage("rm", "elsewhere").fails(128).says("error:")
