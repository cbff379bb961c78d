"""Rules B1 to B6: what the base is."""

# ruff: noqa: N802 - a test carries the name of its rule

from __future__ import annotations

import shutil

from tests.lab import Lab
from tests.rules.scenes import (
    base,
    entries,
    forget_facts,
    forget_state,
    intents,
    left_over,
    over_s3,
)
from tests.servers import Bucket

ONE = {"m31.fits": b"one"}


def test_B1_an_object_that_could_not_be_brought_has_no_base(lab: Lab) -> None:
    lab.describe({**ONE, "m33.fits": b"33"})
    lab.bucket.delete("m33.fits")
    lab.storage("stage", "data").fails(1)
    assert base(lab, "m31.fits") is not None
    assert base(lab, "m33.fits") is None


def test_B1_an_upload_that_was_refused_leaves_the_base(lab: Lab, bucket: Bucket) -> None:
    on = over_s3(lab, bucket, ONE)
    on.storage("stage", "--all")
    before = base(on, "m31.fits")
    on.write("data/m31.fits", b"here")
    bucket.put("m31.fits", b"there")
    on.storage("sync").fails(1)
    assert base(on, "m31.fits") == before


def test_B2_git_and_listings_leave_the_base(lab: Lab) -> None:
    lab.describe(ONE)
    lab.storage("stage", "--all")
    before = base(lab, "m31.fits")
    other = lab.clone()
    other.storage("stage", "--all")
    other.write("data/m31.fits", b"two")
    other.storage("sync")
    other.commit("two")
    lab.pull()
    lab.storage("status", "--remote").says("changed there")
    lab.storage("sync", "--dry-run")
    assert base(lab, "m31.fits") == before


def test_B3_unstaging_and_missing(lab: Lab) -> None:
    lab.describe({**ONE, "m33.fits": b"33"})
    lab.storage("stage", "--all")
    lab.storage("unstage", "data/m33.fits")
    assert base(lab, "m33.fits") is None
    lab.remove("data/m31.fits")
    lab.storage("sync")
    assert base(lab, "m31.fits") is not None
    assert lab.bucket.objects() == {**ONE, "m33.fits": b"33"}


def test_B3_an_object_that_left_the_scope_and_came_back_is_not_missing(lab: Lab) -> None:
    lab.describe(ONE)
    lab.storage("stage", "--all")
    manifest = lab.read(".storage.yaml")
    lab.write(".storage.yaml", manifest + b"    exclude: ['m31.fits']\n")
    lab.storage("sync")
    lab.remove("data/m31.fits")
    lab.write(".storage.yaml", manifest)
    lab.storage("sync", "--delete")
    assert lab.bucket.objects() == ONE


def test_B4_a_lost_state_is_found_again_by_comparing(lab: Lab) -> None:
    lab.describe(ONE)
    lab.storage("stage", "--all")
    forget_state(lab)
    lab.bucket.put("m31.fits", b"changed")
    lab.storage("sync").never_says("conflict")
    assert lab.read("data/m31.fits") == b"changed"


def test_B4_without_state_and_facts_an_edited_file_is_new_and_a_conflict(lab: Lab) -> None:
    lab.describe(ONE)
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"edited")
    forget_state(lab)
    forget_facts(lab)
    lab.storage("sync").fails(1).says("conflict")
    assert lab.read("data/m31.fits") == b"edited"
    assert lab.bucket.objects() == ONE


def test_B5_another_storage_voids_what_the_old_one_issued(lab: Lab) -> None:
    lab.describe(ONE)
    lab.storage("stage", "--all")
    shutil.copytree(lab.bucket.root, lab.root / "copy")
    lab.write(".storage.yaml", lab.read(".storage.yaml").replace(b"../bucket", b"../copy"))
    lab.storage("sync").never_says("conflict", "waited", "given")
    (found,) = entries(lab)["m31.fits"].ids
    assert found.startswith("mtime:")
    lab.storage("sync").says("nothing to do")
    assert lab.files() == ONE


def test_B5_what_was_not_looked_at_at_the_new_place_keeps_no_ids_of_the_old_one(lab: Lab) -> None:
    lab.describe({**ONE, "m33.fits": b"33"})
    other = lab.root / "other"
    other.mkdir()
    (other / "m31.fits").write_bytes(b"one")
    described = lab.read(".storage.yaml").replace(b"../bucket", b"../other")
    without = described.replace(b"storage: survey", b"storage: survey\n    exclude: [m33.fits]")
    lab.write(".storage.yaml", without)
    lab.storage("sync")
    assert entries(lab)["m33.fits"].ids == ()
    (other / "m33.fits").write_bytes(b"33")
    lab.write(".storage.yaml", described)
    lab.storage("sync")
    assert entries(lab)["m33.fits"].ids != ()


def test_B5_an_edit_meets_other_bytes_at_the_new_place_as_a_conflict(lab: Lab) -> None:
    lab.describe(ONE)
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"edited")
    other = lab.root / "other"
    other.mkdir()
    (other / "m31.fits").write_bytes(b"who knows")
    lab.write(".storage.yaml", lab.read(".storage.yaml").replace(b"../bucket", b"../other"))
    lab.storage("sync").fails(1).says("conflict")
    assert (other / "m31.fits").read_bytes() == b"who knows"
    assert lab.read("data/m31.fits") == b"edited"


def test_B6_what_has_ended_leaves_nothing_open(lab: Lab) -> None:
    lab.describe(ONE)
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"edited")
    lab.write("data/new.fits", b"new")
    lab.storage("sync")
    assert intents(lab) == []
    assert left_over(lab) == []
    lab.storage("sync").says("nothing to do")
