"""`git storage undo` on the storage: old versions come back, and nobody's newer work goes."""

from __future__ import annotations

from tests.lab import Lab
from tests.rules.scenes import driven, over_s3
from tests.servers import Bucket

ONE = {"m31.fits": b"one", "m33.fits": b"33"}


def given(lab: Lab, bucket: Bucket) -> Lab:
    """A clone that has synced an edit, a new file and an erasure."""
    on = over_s3(lab, bucket, {**ONE, "m51.fits": b"51"})
    on.storage("stage", "--all")
    on.write("data/m31.fits", b"edited")
    on.write("data/new.fits", b"new")
    on.storage("rm", "data/m51.fits")
    on.storage("sync")
    assert bucket.contents() == {"m31.fits": b"edited", "m33.fits": b"33", "new.fits": b"new"}
    return on


def test_what_sync_gave_and_erased_is_taken_back_on_a_versioned_bucket(
    lab: Lab, versioned_bucket: Bucket
) -> None:
    on = given(lab, versioned_bucket)
    pointer = on.git("show", "HEAD:data.storage").out
    on.storage("undo").says("as before on the storage: data/m51.fits", "3 objects on the storage")
    assert versioned_bucket.contents() == {**ONE, "m51.fits": b"51"}
    assert on.read("data.storage").decode() == pointer
    assert on.files() == {"m31.fits": b"edited", "m33.fits": b"33", "new.fits": b"new"}
    on.storage("sync")
    assert versioned_bucket.get("m31.fits") == b"edited"
    assert versioned_bucket.get("new.fits") == b"new"
    assert on.read("data/new.fits") == b"new"
    assert versioned_bucket.get("m51.fits") == b"51"


def test_an_overwritten_large_object_comes_back(lab: Lab, versioned_bucket: Bucket) -> None:
    big = bytes(range(256)) * 4096
    on = over_s3(lab, versioned_bucket, {"big": big})
    on.storage("stage", "--all")
    on.write("data/big", b"small")
    on.storage("sync")
    on.storage("undo")
    assert versioned_bucket.get("big") == big
    assert on.read("data/big") == b"small"


def test_what_somebody_wrote_since_is_never_overwritten_or_erased(
    lab: Lab, versioned_bucket: Bucket
) -> None:
    on = given(lab, versioned_bucket)
    theirs = {"m31.fits": b"theirs", "new.fits": b"new", "m51.fits": b"theirs too"}
    for key, content in theirs.items():
        versioned_bucket.put(key, content)  # new.fits: the same bytes, but another write
    left = on.storage("undo").fails(1)
    left.says("left alone: data/m31.fits: on the storage: somebody has changed it there since")
    left.says("left alone: data/new.fits", "left alone: data/m51.fits")
    assert versioned_bucket.contents() == {**theirs, "m33.fits": b"33"}


def test_an_unversioned_bucket_says_first_what_cannot_come_back(lab: Lab, bucket: Bucket) -> None:
    on = given(lab, bucket)
    foreseen = on.storage("undo", "--dry-run")
    foreseen.says("leave data/m31.fits: the storage has kept no old version", "erase data/new.fits")
    assert bucket.get("new.fits") == b"new"
    done = on.storage("undo").fails(1)
    done.says("on the storage 1 object can be as before, 2 cannot", "as before on the storage")
    assert bucket.contents() == {"m31.fits": b"edited", "m33.fits": b"33"}
    assert on.read("data/new.fits") == b"new"
    on.storage("sync")
    assert bucket.contents() == {"m31.fits": b"edited", "m33.fits": b"33", "new.fits": b"new"}


def test_the_only_copy_of_what_an_operation_created_stays(lab: Lab, bucket: Bucket) -> None:
    on = given(lab, bucket)
    on.remove("data/new.fits")
    on.storage("undo").fails(1).says("its bytes are nowhere else")
    assert bucket.get("new.fits") == b"new"


def test_storages_are_left_alone_when_asked(lab: Lab, versioned_bucket: Bucket) -> None:
    on = given(lab, versioned_bucket)
    before = versioned_bucket.contents()
    on.storage("undo", "--local")
    assert versioned_bucket.contents() == before


def test_a_storage_that_does_not_answer_stops_undo_before_anything(lab: Lab) -> None:
    lab.describe(ONE)
    lab.storage("stage", "--all")
    lab.write("data/new.fits", b"new")
    lab.storage("sync")
    lab.bucket.root.rename(lab.root / "unplugged")
    pointer = lab.read("data.storage")
    lab.storage("undo").fails(128)
    assert lab.read("data.storage") == pointer


def test_an_undo_that_was_cut_off_there_is_finished_by_another(
    lab: Lab, versioned_bucket: Bucket
) -> None:
    on = given(lab, versioned_bucket)
    driven(on, "settled", 1, "undo").fails(9)
    on.storage("undo")
    assert versioned_bucket.contents() == {**ONE, "m51.fits": b"51"}
    on.storage("sync")
    assert versioned_bucket.get("new.fits") == on.read("data/new.fits") == b"new"


def test_undoing_twice_takes_back_the_operation_before(lab: Lab, versioned_bucket: Bucket) -> None:
    on = given(lab, versioned_bucket)
    on.storage("undo")
    on.storage("undo").says("rm was taken back")
    assert on.read("data/m51.fits") == b"51"
    on.storage("sync")
    assert versioned_bucket.get("m51.fits") == b"51"
