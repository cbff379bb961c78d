"""`git storage restore`."""

from __future__ import annotations

from tests.lab import Lab
from tests.rules.scenes import over_s3
from tests.servers import Bucket

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


def test_a_file_comes_back_from_the_trash_of_an_operation(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    for content in (b"first draft", b"second draft"):
        lab.write("data/m31.fits", content)
        lab.storage("restore", "data/m31.fits")
    lab.storage("restore", "--operation", "3", "data/m31.fits").says(
        "back from the trash: data/m31"
    )
    assert lab.read("data/m31.fits") == b"first draft"
    lab.write("data/m31.fits", b"third draft")
    lab.storage("restore", "--operation", "4", "data/m31.fits")
    assert lab.read("data/m31.fits") == b"second draft"
    lab.storage("undo")
    assert lab.read("data/m31.fits") == b"third draft"
    lab.storage("sync")
    assert lab.bucket.get("m31.fits") == b"third draft"


def test_a_dropped_file_from_the_trash_is_work(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.bucket.delete("m31.fits")
    lab.storage("sync")
    lab.storage("restore", "--operation", "3", "data/m31.fits")
    assert lab.read("data/m31.fits") == b"one"
    lab.storage("sync")
    assert lab.bucket.get("m31.fits") == lab.read("data/m31.fits") == b"one"


def test_what_an_operation_has_not_put_into_the_trash_is_an_error(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.storage("restore", "--operation", "2", "data/m31.fits").fails(128).says("no m31.fits")
    lab.storage("restore", "--operation", "99", "data/m31.fits").fails(128).says("no operation 99")
    both = lab.storage("restore", "--operation", "2", "--from", "HEAD", "data/m31.fits")
    both.fails(129)


def test_an_old_commit_s_bytes_are_brought_forward(lab: Lab, versioned_bucket: Bucket) -> None:
    on = over_s3(lab, versioned_bucket, FILES)
    on.git("tag", "v1")
    on.storage("stage", "--all")
    on.write("data/m31.fits", b"newer")
    on.storage("sync")
    on.commit("newer")
    on.storage("restore", "--from", "v1", "data/m31.fits").says("1 object replaced")
    assert on.read("data/m31.fits") == b"one"
    assert versioned_bucket.get("m31.fits") == b"newer"
    on.storage("sync").says("1 object given")
    assert versioned_bucket.get("m31.fits") == b"one"
