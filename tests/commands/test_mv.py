"""`git storage mv`."""

from __future__ import annotations

from tests.lab import Lab

FILES = {"m31.fits": b"one", "m33.fits": b"33"}


def test_a_data_path_moves_with_all_that_describes_it(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    result = lab.storage("mv", "data", "deep/raw").says("moved to deep/raw", "git commit")
    result.says("deep/raw.storage")
    assert lab.files("deep/raw") == FILES
    assert not lab.exists("data.storage")
    lab.storage("status", "--exit-code").says("deep/raw (survey, copy)")


def test_an_object_is_renamed_here_now_and_there_at_the_next_sync(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.storage("mv", "data/m31.fits", "data/andromeda.fits").says("git storage sync")
    assert lab.bucket.objects() == FILES
    lab.storage("sync")
    assert lab.bucket.objects() == {"andromeda.fits": b"one", "m33.fits": b"33"}


def test_an_object_cannot_leave_its_data_path(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.storage("mv", "data/m31.fits", "elsewhere").fails(129).says("cannot leave")


def test_a_directory_in_a_data_path_is_not_moved(lab: Lab) -> None:
    lab.describe({"sub/m31.fits": b"one"})
    lab.storage("stage", "--all")
    result = lab.storage("mv", "data/sub", "data/sub2").fails(129)
    result.says(
        "directories in a data path are not moved; name an object", "git storage ls data/sub"
    )
    assert lab.files() == {"sub/m31.fits": b"one"}


def test_an_object_does_not_take_the_place_of_a_directory(lab: Lab) -> None:
    files = {"m31.fits": b"one", "sub/m33.fits": b"33"}
    lab.describe(files)
    lab.storage("stage", "--all")
    result = lab.storage("mv", "data/m31.fits", "data/sub").fails(128)
    result.says("there is a directory at data/sub already")
    result.says("git storage mv data/m31.fits data/sub/m31.fits")
    assert lab.files() == files
