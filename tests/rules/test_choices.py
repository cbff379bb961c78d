"""Rules K1 and K2: choices are changes of the base."""

# ruff: noqa: N802 - a test carries the name of its rule

from __future__ import annotations

from hashlib import sha256

import pytest

from tests.lab import Lab
from tests.rules.scenes import base, driven, entries, over_s3, trash
from tests.servers import Bucket

OBJECTS = {"m31.fits.gz": b"one", "m33.fits": b"33"}


def conflicting(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    lab.write("data/m31.fits.gz", b"here")
    lab.bucket.put("m31.fits.gz", b"there")


def copy_name(content: bytes) -> str:
    return f"m31.conflict-{sha256(content).hexdigest()[:8]}.fits.gz"


def test_K1_local_gives_over_what_was_seen(lab: Lab) -> None:
    conflicting(lab)
    lab.storage("sync", "--keep", "local")
    assert lab.bucket.get("m31.fits.gz") == b"here"


def test_K1_remote_keeps_the_local_bytes_in_the_trash_and_undo_finds_them(lab: Lab) -> None:
    conflicting(lab)
    lab.storage("sync", "--keep", "remote")
    assert lab.read("data/m31.fits.gz") == b"there"
    assert b"here" in trash(lab)
    lab.storage("undo")
    assert lab.read("data/m31.fits.gz") == b"here"


def test_K1_both_keeps_the_whole_extension_and_gives_the_copy(lab: Lab) -> None:
    conflicting(lab)
    lab.storage("sync", "--keep", "both")
    assert lab.files() == {**OBJECTS, "m31.fits.gz": b"there", copy_name(b"here"): b"here"}
    assert lab.bucket.objects() == lab.files()
    assert copy_name(b"here") in entries(lab)


def test_K1_both_never_takes_a_name_that_other_bytes_have(lab: Lab) -> None:
    conflicting(lab)
    lab.write(f"data/{copy_name(b'here')}", b"mine")
    lab.storage("sync", "--keep", "both")
    expected = {**OBJECTS, "m31.fits.gz": b"there", copy_name(b"here"): b"mine"}
    assert lab.files() == expected
    assert b"here" in trash(lab)
    assert lab.bucket.objects() == expected


def test_K1_both_does_not_give_what_out_of_scope_has_the_name_of_the_copy(lab: Lab) -> None:
    conflicting(lab)
    lab.write(f"data/{copy_name(b'here')}", b"mine")
    lab.storage("sync", "--keep", "both", "data/m31.fits.gz").fails(1)
    assert b"here" in trash(lab)
    assert lab.read(f"data/{copy_name(b'here')}") == b"mine"
    assert copy_name(b"here") not in lab.bucket.objects()


def test_K1_both_with_the_same_copy_already_there(lab: Lab) -> None:
    conflicting(lab)
    lab.write(f"data/{copy_name(b'here')}", b"here")
    lab.storage("sync", "--keep", "both")
    assert lab.bucket.objects() == {
        **OBJECTS,
        "m31.fits.gz": b"there",
        copy_name(b"here"): b"here",
    }


def test_K1_a_data_path_of_one_file_has_no_room_for_both(lab: Lab) -> None:
    lab.bucket.put("m31.fits", b"one")
    lab.storage("add", "survey", "../bucket/m31.fits", "--to", "m31.fits")
    lab.storage("stage", "--all")
    lab.write("m31.fits", b"here")
    lab.bucket.put("m31.fits", b"there")
    lab.storage("sync", "--keep", "both").fails(128).says("no room", "--keep remote")
    assert lab.read("m31.fits") == b"here"
    lab.storage("sync", "--keep", "remote", "m31.fits")
    assert lab.read("m31.fits") == b"there"


@pytest.mark.parametrize("keep", ["local", "remote", "both"])
@pytest.mark.parametrize("step", ["settled", "trashed", "renamed", "given", "placed", "written"])
def test_K1_a_choice_that_was_cut_off_loses_nothing(lab: Lab, keep: str, step: str) -> None:
    conflicting(lab)
    driven(lab, step, 1, "sync", "--keep", keep).expected = True
    lab.storage("sync", "--keep", keep)
    everything = [*lab.files().values(), *lab.bucket.objects().values(), *trash(lab)]
    assert b"here" in everything
    if keep != "local":
        assert b"there" in everything
    assert lab.files() == lab.bucket.objects()
    lab.storage("sync").says("nothing to do")


def test_K2_restore_acts_on_the_storage_at_the_next_sync(
    lab: Lab, versioned_bucket: Bucket
) -> None:
    on = over_s3(lab, versioned_bucket, {"m31.fits": b"one"})
    on.storage("stage", "--all")
    on.write("data/m31.fits", b"two")
    on.storage("sync")
    on.commit("two")
    on.storage("restore", "--from", "HEAD~1", "data/m31.fits")
    assert on.read("data/m31.fits") == b"one"
    assert versioned_bucket.get("m31.fits") == b"two"
    on.storage("sync")
    assert versioned_bucket.get("m31.fits") == b"one"
    assert on.git("status", "--porcelain").out != ""


def test_K2_restore_is_taken_back_by_undo(lab: Lab, versioned_bucket: Bucket) -> None:
    on = over_s3(lab, versioned_bucket, {"m31.fits": b"one"})
    on.storage("stage", "--all")
    on.write("data/m31.fits", b"edited and never given")
    on.storage("restore", "data/m31.fits")
    assert on.read("data/m31.fits") == b"one"
    on.storage("undo")
    assert on.read("data/m31.fits") == b"edited and never given"


def test_K2_restore_of_an_object_that_was_deleted_there_is_given_back(
    lab: Lab, versioned_bucket: Bucket
) -> None:
    on = over_s3(lab, versioned_bucket, {"m31.fits": b"one"})
    on.storage("stage", "--all")
    versioned_bucket.delete("m31.fits")
    on.storage("sync")
    on.commit("gone")
    on.storage("restore", "--from", "HEAD~1", "data/m31.fits")
    assert on.read("data/m31.fits") == b"one"
    on.storage("sync")
    assert versioned_bucket.contents() == {"m31.fits": b"one"}
    assert on.read("data/m31.fits") == b"one"


def test_K2_rm_of_an_edited_file_keeps_the_edit_in_the_trash(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    lab.write("data/m33.fits", b"edited and never given")
    lab.storage("rm", "data/m33.fits")
    found = base(lab, "m33.fits")
    assert found is not None
    assert found.erase
    assert b"edited and never given" in trash(lab)
    lab.storage("undo")
    assert lab.read("data/m33.fits") == b"edited and never given"
    lab.storage("rm", "data/m33.fits")
    lab.storage("sync")
    assert "m33.fits" not in lab.bucket.objects()
    assert b"edited and never given" in trash(lab)


def test_K2_rm_erases_only_the_version_that_was_asked_for(lab: Lab, bucket: Bucket) -> None:
    on = over_s3(lab, bucket, {"m31.fits": b"one"})
    on.storage("stage", "--all")
    on.storage("rm", "data/m31.fits")
    bucket.put("m31.fits", b"somebody's newer one")
    on.storage("sync").fails(1).says("conflict")
    assert bucket.get("m31.fits") == b"somebody's newer one"


def test_K2_rm_that_was_cut_off_is_found_by_undo(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    lab.write("data/m33.fits", b"edited and never given")
    driven(lab, "trashed", 1, "rm", "data/m33.fits").fails(9)
    lab.storage("undo")
    assert lab.read("data/m33.fits") == b"edited and never given"


def test_K2_restore_that_was_cut_off_is_found_by_undo(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    lab.write("data/m33.fits", b"edited and never given")
    driven(lab, "exchanged", 1, "restore", "data/m33.fits").fails(9)
    assert b"edited and never given" in trash(lab)
    lab.storage("undo")
    assert lab.read("data/m33.fits") == b"edited and never given"
