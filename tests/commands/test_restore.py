"""`git storage restore`."""

from __future__ import annotations

from tests.lab import Lab

FILES = {"m31.fits": b"one", "m33.fits": b"33"}


def test_the_recorded_bytes_come_back(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"spoilt")
    lab.storage("restore", "data/m31.fits").says("1 object replaced")
    assert lab.read("data/m31.fits") == b"one"
    lab.storage("undo")
    assert lab.read("data/m31.fits") == b"spoilt"


def test_a_version_that_is_nowhere_is_named_and_nothing_stands_in(lab: Lab) -> None:
    lab.describe(FILES)
    lab.git("tag", "v1")
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"newer")
    lab.storage("sync")
    lab.storage("restore", "--from", "v1", "data/m31.fits").fails(1).says("data/m31.fits", "error:")
    assert lab.read("data/m31.fits") == b"newer"


def test_an_unknown_revision_or_object_is_an_error(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("restore", "--from", "v9", "data/m31.fits").fails(128).says("v9")
    lab.storage("restore", "data/nothing").fails(128).says("names no")
