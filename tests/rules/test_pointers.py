"""Rules P1 to P5: what the pointer says, and who writes it."""

# ruff: noqa: N802 - a test carries the name of its rule

from __future__ import annotations

from tests.lab import Lab
from tests.rules.scenes import driven, entries, over_s3
from tests.servers import Bucket

OBJECTS = {"m31.fits": b"one", "m33.fits": b"33"}
MANY = 4200


def test_P1_after_sync_the_pointer_is_the_storage_staged_or_not(lab: Lab, bucket: Bucket) -> None:
    on = over_s3(lab, bucket, OBJECTS)
    on.storage("stage", "data/m31.fits")
    on.write("data/m31.fits", b"edited")
    on.write("data/new.fits", b"new")
    bucket.put("m33.fits", b"changed")
    bucket.put("there.fits", b"there")
    on.storage("sync")
    found = entries(on)
    listed = bucket.client.list_objects_v2(Bucket=bucket.name)["Contents"]
    assert {p: v.get("etag") for p, v in found.items()} == {
        one["Key"]: one["ETag"].strip('"') for one in listed
    }


def test_P1_a_failed_object_keeps_its_line(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    before = entries(lab)
    lab.bucket.put("m31.fits", b"changed")
    lab.bucket.put("m33.fits", b"changed")
    failed = driven(lab, "listed-hide", 1, "sync").fails(1)
    failed.says("m31.fits")
    assert entries(lab)["m31.fits"] == before["m31.fits"]
    assert entries(lab)["m33.fits"].size == len(b"changed")


def test_P1_sliced_pointers_are_added_synced_and_committed(lab: Lab) -> None:
    lab.describe({f"{n % 7}/{n:05}": b"x" for n in range(MANY)})
    assert (lab.top / "data.storage.d").is_dir()
    lab.storage("stage", "data/3")
    lab.write("data/3/00003", b"edited")
    lab.bucket.put("1/new", b"new")
    lab.bucket.delete("2/00002")
    lab.storage("sync")
    lab.commit("sync")
    other = lab.clone()
    found = entries(other)
    assert len(found) == MANY
    assert found["3/00003"].size == 6
    assert "1/new" in found
    assert "2/00002" not in found
    assert lab.git("status", "--porcelain").out == ""
    for number in range(1, 200):
        lab.bucket.delete(f"{number % 7}/{number:05}") if number > 3 else None
    lab.storage("sync", "--allow-deletes", "5000")
    assert not (lab.top / "data.storage.d").exists()
    lab.commit("fewer")
    assert len(entries(lab)) == MANY - 196


def test_P2_staging_and_looking_never_write_the_pointer(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.bucket.put("m33.fits", b"changed there")
    for command in (
        ("stage", "--all"),
        ("status", "--remote"),
        ("sync", "--dry-run"),
        ("diff",),
        ("ls", "data"),
        ("unstage", "data"),
        ("doctor",),
    ):
        lab.storage(*command).expected = True
        assert lab.git("status", "--porcelain").out == "", command


def test_P2_a_pointer_that_changes_during_a_sync_is_left_alone(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.git("branch", "before")
    lab.bucket.put("m33.fits", b"changed there")
    lab.storage("sync")
    lab.commit("after")
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"edited")
    stopped = driven(lab, "given-checkout", 1, "sync").fails(128)
    stopped.says("data.storage changed meanwhile")
    assert lab.git("status", "--porcelain").out == ""
    lab.storage("sync")
    assert entries(lab)["m31.fits"].size == 6


def test_P3_a_promise_of_somebody_else_is_kept_until_it_is_given_up(
    lab: Lab, bucket: Bucket
) -> None:
    on = over_s3(lab, bucket, OBJECTS)
    other = on.clone()
    other.storage("stage", "--all")
    other.write("data/m31.fits", b"promised")
    other.storage("record")
    other.commit("promise")
    on.pull()
    line = entries(on)["m31.fits"]
    bucket.put("m31.fits", b"somebody else's")
    on.storage("sync").fails(1).says("recorded by somebody else")
    assert entries(on)["m31.fits"] == line
    on.storage("sync", "--keep", "remote")
    assert entries(on)["m31.fits"] != line


def test_P3_the_promise_is_completed_by_who_made_it(lab: Lab, bucket: Bucket) -> None:
    on = over_s3(lab, bucket, OBJECTS)
    on.storage("stage", "--all")
    on.write("data/m31.fits", b"promised")
    on.storage("record")
    promised = entries(on)["m31.fits"].sha256
    on.storage("sync")
    line = entries(on)["m31.fits"]
    assert line.sha256 == promised
    assert line.get("etag") is not None
    assert bucket.get("m31.fits") == b"promised"


def test_P4_record_after_record_and_before_stage(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    for content in (b"first", b"second"):
        lab.write("data/m31.fits", content)
        lab.storage("record")
    assert entries(lab)["m31.fits"].size == len(b"second")
    lab.remove("data/m33.fits")
    lab.storage("record")
    assert "m33.fits" in entries(lab)


def test_P4_a_record_that_was_cut_off_after_the_pointer_is_finished_by_another(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"first")
    driven(lab, "pointer", 1, "record").fails(9)
    lab.storage("record")
    lab.write("data/m31.fits", b"second")
    lab.storage("record")
    lab.storage("sync")
    assert lab.bucket.get("m31.fits") == b"second"


def test_P5_two_clones_that_see_the_same_change_write_the_same_bytes(
    lab: Lab, versioned_bucket: Bucket
) -> None:
    on = over_s3(lab, versioned_bucket, OBJECTS)
    other = on.clone()
    on.storage("stage", "--all")
    versioned_bucket.put("m31.fits", b"changed there")
    on.storage("sync")
    other.storage("sync")
    assert on.read("data.storage") == other.read("data.storage")
