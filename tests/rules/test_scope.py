"""Rules Sc1 to Sc5: what an operation is about."""

# ruff: noqa: N802 - a test carries the name of its rule

from __future__ import annotations

import pytest

from tests.lab import Lab
from tests.rules.scenes import base, entries

OBJECTS = {"m31.fits": b"one", "m33.fits": b"33"}


def test_Sc1_leaving_the_scope_is_not_a_deletion(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    lab.write(".storage.yaml", lab.read(".storage.yaml") + b"    exclude: ['m33.fits']\n")
    lab.storage("sync", "--delete")
    assert lab.files() == lab.bucket.objects() == OBJECTS
    lab.bucket.put("m31.fits", b"changed")
    lab.storage("sync", "data/nothing*").expected = True
    assert entries(lab)["m31.fits"].size == 3


def test_Sc2_a_directory_that_is_not_the_staged_one_deletes_nothing(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    (lab.top / "data").rename(lab.top / "unmounted")
    lab.storage("sync")
    (lab.top / "data").mkdir()
    lab.storage("sync")
    lab.storage("sync", "--delete").fails(128).says("not the directory that was staged")
    assert lab.bucket.objects() == OBJECTS


def test_Sc2_a_listing_that_fails_stops_every_data_path(lab: Lab) -> None:
    lab.describe(OBJECTS)
    (lab.root / "second").mkdir()
    (lab.root / "second/x").write_bytes(b"x")
    lab.storage("add", "other", "../second", "--to", "more")
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"edited")
    (lab.root / "second").rename(lab.root / "gone")
    before = lab.read("data.storage")
    lab.storage("sync").fails(128)
    assert lab.bucket.objects() == OBJECTS
    assert lab.read("data.storage") == before
    assert lab.files("more") == {"x": b"x"}


@pytest.mark.parametrize("content", [b"", b"<<<<<<< ours\n", None])
def test_Sc2_a_pointer_that_cannot_be_read_decides_nothing(lab: Lab, content: bytes | None) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    lab.remove("data.storage")
    if content is not None:
        lab.write("data.storage", content)
    for command in (("stage", "--all"), ("sync",), ("sync", "--delete")):
        lab.storage(*command).fails(128).says("data.storage")
    assert lab.files() == lab.bucket.objects() == OBJECTS


def test_Sc3_a_reference_has_no_local_side(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.write(".storage.yaml", lab.read(".storage.yaml") + b"    mode: reference\n")
    lab.bucket.put("m31.fits", b"changed")
    lab.storage("sync")
    assert entries(lab)["m31.fits"].size == 7
    assert base(lab, "m31.fits") is None
    assert not lab.exists("data")


def test_Sc3_leaving_copy_mode_needs_a_clean_unstage(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", b"edited")
    lab.git("config", "storage.data.mode", "reference")
    unstage = "git -c storage.data.mode=copy storage unstage data"
    for command in (
        ("status",),
        ("status", "--only-here"),
        ("sync",),
        ("sync", "--delete", "--allow-deletes", "9"),
        ("record",),
    ):
        result = lab.storage(*command).fails(128)
        result.says("data is in mode reference now, but its copies are still here", unstage)
    assert lab.bucket.objects() == OBJECTS
    lab.run("sh", "-c", unstage).fails(1).says("data/m31.fits")
    lab.git("-c", "storage.data.mode=copy", "storage", "sync")
    lab.run("sh", "-c", unstage)
    lab.storage("sync", "--delete")
    lab.storage("status").says("nothing changed")
    assert lab.bucket.objects() == OBJECTS | {"m31.fits": b"edited"}


def test_Sc3_what_was_wanted_in_copy_mode_is_not_copied_by_a_reference(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    lab.storage("unstage", "data/m31.fits", "data/m33.fits")
    lab.git("config", "storage.data.mode", "reference")
    lab.bucket.put("m31.fits", b"changed")
    lab.bucket.put("new.fits", b"new")
    lab.storage("sync").says("2 objects noted in the pointer")
    assert lab.files() == {}


def test_Sc4_a_read_only_data_path_shows_and_keeps_edits(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    lab.write(".storage.yaml", lab.read(".storage.yaml") + b"    access: read\n")
    lab.write("data/m31.fits", b"edited")
    lab.storage("sync").expected = True
    lab.storage("record").expected = True
    lab.storage("rm", "data/m33.fits").fails(128).says("read-only")
    assert lab.bucket.objects() == OBJECTS
    assert lab.read("data/m31.fits") == b"edited"
    assert entries(lab)["m31.fits"].size == 3


def test_Sc4_no_key_feeds_two_writable_data_paths(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("add", "survey", "../bucket", "--to", "twice").fails(128)
    assert not lab.exists("twice.storage")


def test_Sc5_branches_share_the_bucket_and_differ_in_what_they_record(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    lab.git("checkout", "--quiet", "-b", "work")
    lab.write("data/m31.fits", b"edited")
    lab.storage("sync")
    lab.git("commit", "--quiet", "--all", "--message", "edited")
    lab.git("checkout", "--quiet", "main")
    assert entries(lab)["m31.fits"].size == 3
    assert lab.bucket.get("m31.fits") == b"edited"
    lab.storage("sync").never_says("conflict")
    assert entries(lab)["m31.fits"].size == 6
