"""Rules F1 to F5: nothing that somebody wrote is lost."""

# ruff: noqa: N802 - a test carries the name of its rule

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from gitstore.adapters.facts import Facts
from gitstore.core.store import Conditional
from gitstore.repo.repo import Repo
from tests.lab import DATA, NAME, Lab
from tests.rules.scenes import ROOT, driven, entries, over_s3, trash
from tests.servers import Bucket

ONE = {"m31.fits": b"one", "m33.fits": b"33"}


def test_F1_a_dropped_file_goes_to_the_trash_and_undo_brings_it_back(lab: Lab) -> None:
    lab.describe(ONE)
    lab.storage("stage", "--all")
    lab.bucket.delete("m31.fits")
    lab.storage("sync")
    assert lab.files() == {"m33.fits": b"33"}
    assert b"one" in trash(lab)
    lab.storage("undo")
    assert lab.files() == ONE


def test_F1_staging_another_branch_offline_drops_to_the_trash(lab: Lab) -> None:
    lab.describe(ONE)
    lab.git("branch", "with")
    lab.bucket.delete("m31.fits")
    lab.storage("sync")
    lab.commit("without")
    lab.bucket.put("m31.fits", b"one")
    lab.git("checkout", "--quiet", "with")
    lab.storage("sync")
    lab.storage("stage", "--all")
    lab.git("commit", "--quiet", "--all", "--message", "with")
    lab.git("checkout", "--quiet", "main")
    lab.bucket.root.rename(lab.root / "unplugged")
    lab.storage("stage", "--all")
    assert lab.files() == {"m33.fits": b"33"}
    assert b"one" in trash(lab)


def test_F1_unstaging_offline_goes_to_the_trash(lab: Lab) -> None:
    lab.describe(ONE)
    lab.storage("stage", "--all")
    lab.bucket.root.rename(lab.root / "unplugged")
    lab.storage("unstage", "data").expected = True
    assert sorted([*trash(lab), *lab.files().values()]) == [b"33", b"one"]


def test_F1_undo_leaves_later_work_alone(lab: Lab) -> None:
    lab.describe(ONE)
    lab.storage("stage", "--all")
    lab.bucket.put("m31.fits", b"there")
    lab.storage("sync")
    lab.write("data/m31.fits", b"later work")
    lab.storage("undo").fails(1).says("changed since")
    assert lab.read("data/m31.fits") == b"later work"
    assert b"one" in trash(lab)


def test_F1_an_undo_that_was_cut_off_is_finished_by_another(lab: Lab) -> None:
    lab.describe(ONE)
    lab.storage("stage", "--all")
    for name in ONE:
        lab.bucket.put(name, b"there")
    lab.storage("sync")
    driven(lab, "trashed", 1, "undo").fails(9)
    lab.storage("undo")
    assert lab.files() == ONE


def test_F2_a_create_never_replaces_and_an_update_only_its_base(lab: Lab, bucket: Bucket) -> None:
    on = over_s3(lab, bucket, ONE)
    on.storage("stage", "--all")
    on.write("data/m31.fits", b"here")
    on.write("data/new.fits", b"new here")
    raced = driven(on, "listed-foreign", 1, "sync").fails(1)
    raced.says("m31.fits", "new.fits")
    assert bucket.get("m31.fits") == bucket.get("new.fits") == b"foreign"
    assert on.read("data/m31.fits") == b"here"
    on.storage("sync").fails(1).says("conflict")


def test_F2_no_request_deletes_a_version(lab: Lab, versioned_bucket: Bucket) -> None:
    on = over_s3(lab, versioned_bucket, ONE)
    on.storage("stage", "--all")
    on.storage("rm", "data/m31.fits")
    on.storage("sync")
    client = versioned_bucket.client
    found = client.list_object_versions(Bucket=versioned_bucket.name, Prefix="m31.fits")
    (version,) = found["Versions"]
    data = client.get_object(
        Bucket=versioned_bucket.name, Key="m31.fits", VersionId=version["VersionId"]
    )
    assert data["Body"].read() == b"one"


def test_F2_ignored_preconditions_are_measured_rechecked_and_said(
    lab: Lab, careless_bucket: Bucket
) -> None:
    on = over_s3(lab, careless_bucket, ONE)
    on.storage("stage", "--all")
    on.write("data/m31.fits", b"here")
    on.storage("sync")
    assert careless_bucket.get("m31.fits") == b"here"
    with Facts.open(on.top / ".git") as facts:
        project = Repo(on.top).project
        known = facts.abilities(project.place(project.manifest.data[DATA]).identity)
    assert known is not None
    assert Conditional.IGNORED.value in (known["create"], known["swap"])
    on.storage("doctor", NAME).fails(1).says("can replace one", "looks right before it")
    on.write("data/m31.fits", b"again")
    on.write("data/new.fits", b"new here")
    driven(on, "listed-foreign", 1, "sync").fails(1)
    assert careless_bucket.get("m31.fits") == careless_bucket.get("new.fits") == b"foreign"


def test_F3_trash_survives_the_removal_of_a_work_tree(lab: Lab) -> None:
    lab.describe(ONE)
    lab.git("worktree", "add", "--quiet", "../second", "HEAD")
    lab.storage("stage", "--all", at="../second")
    (lab.root / "second/data/m31.fits").write_bytes(b"edited")
    lab.storage("rm", "data/m31.fits", at="../second")
    lab.git("worktree", "remove", "--force", "../second")
    assert b"edited" in trash(lab)


def test_F4_an_old_commit_finds_its_versions(lab: Lab, versioned_bucket: Bucket) -> None:
    on = over_s3(lab, versioned_bucket, ONE)
    for content in (b"two", b"three"):
        on.storage("stage", "--all")
        on.write("data/m31.fits", content)
        on.storage("sync")
        on.commit(content.decode())
    other = on.clone()
    for commit, content in (("HEAD~2", b"one"), ("HEAD~1", b"two")):
        other.git("checkout", "--quiet", commit)
        other.storage("stage", "--all")
        assert other.read("data/m31.fits") == content
        other.git("checkout", "--quiet", "main")


def test_F4_a_promise_is_found_among_old_versions_by_its_sha256(
    lab: Lab, versioned_bucket: Bucket
) -> None:
    on = over_s3(lab, versioned_bucket, ONE)
    on.storage("stage", "--all")
    on.write("data/m31.fits", b"two")
    on.storage("record")
    on.commit("promised")
    on.storage("sync")
    versioned_bucket.put("m31.fits", b"3rd")
    other = on.clone()
    other.storage("stage", "--all")
    assert other.read("data/m31.fits") == b"two"


def test_F4_nowhere_names_commit_object_and_what_is_there(lab: Lab, bucket: Bucket) -> None:
    on = over_s3(lab, bucket, ONE)
    commit = on.git("rev-parse", "--short", "HEAD").out.strip()
    bucket.put("m31.fits", b"two")
    failed = on.storage("stage", "--all").fails(1)
    failed.says("m31.fits", "another version of 3 bytes is there now", commit)
    assert on.files() == {"m33.fits": b"33"}


def test_F4_large_bytes_that_only_might_be_the_recorded_ones_do_not_stand_in(lab: Lab) -> None:
    lab.describe({"big": bytes(17 << 20)})
    head, *_ = lab.read("data.storage").split(b"big")
    line = f"big\t{17 << 20}\tmd5:{'0' * 32}\tgeneration:1\n"
    lab.write("data.storage", head + line.encode())
    lab.storage("stage", "--all").fails(1)
    assert lab.files() == {}


def test_F5_one_failure_stops_no_other(lab: Lab) -> None:
    lab.describe({f"{n:02}": b"x" * n for n in range(20)})
    lab.bucket.delete("07")
    lab.storage("stage", "--all").fails(1).says("07")
    assert len(lab.files()) == 19
    lab.write("data/00", b"edited")
    lab.write("data/01", b"edited")
    (lab.bucket.root / "00").unlink()
    (lab.bucket.root / "00").mkdir()
    lab.storage("sync", "data/00", "data/01").fails(1).says("00")


def test_F5_corrupt_bytes_are_never_put_in_place(lab: Lab, bucket: Bucket) -> None:
    on = over_s3(lab, bucket, {"m31.fits": b"one" * 100, "m33.fits": b"33"})
    failed = driven(on, "begun-corrupt", 1, "stage", "--all", "--jobs", "1").fails(1)
    failed.says("m31.fits")
    assert on.files() == {"m33.fits": b"33"}


@pytest.mark.parametrize("size", [1 << 20, 70 << 20])
def test_F5_a_file_that_changes_before_it_is_given_is_noticed(
    lab: Lab, bucket: Bucket, size: int
) -> None:
    on = over_s3(lab, bucket, ONE)
    on.storage("stage", "--all")
    on.write("data/big", bytes(size))
    driven(on, "sourced-edit", 1, "sync").fails(1).says("big", "changed")
    given_only_as_it_is(on, bucket)


def test_F5_a_small_file_that_changes_on_its_way_is_given_as_it_was_read(
    lab: Lab, bucket: Bucket
) -> None:
    on = over_s3(lab, bucket, ONE)
    on.storage("stage", "--all")
    on.write("data/big", bytes(1000))
    driven(on, "read-edit", 1, "sync")
    assert bucket.get("big") == bytes(1000)
    edited = on.read("data/big")
    assert edited == b"x" + bytes(999)
    on.storage("sync")
    assert (bucket.get("big"), on.read("data/big")) == (edited, edited)


def test_F5_a_file_that_changes_while_it_is_given_is_noticed(lab: Lab, bucket: Bucket) -> None:
    size = 70 << 20
    on = over_s3(lab, bucket, ONE)
    on.storage("stage", "--all")
    on.write("data/big", bytes(size))
    stop = threading.Event()

    def change() -> None:
        with (on.top / "data/big").open("r+b") as stream:
            while not stop.is_set():
                stream.seek(size // 2)
                stream.write(b"x")
                stream.flush()

    thread = threading.Thread(target=change)
    thread.start()
    try:
        failed = on.storage("sync").fails(1)
    finally:
        stop.set()
        thread.join()
    failed.says("big", "changed")
    given_only_as_it_is(on, bucket)


def given_only_as_it_is(on: Lab, bucket: Bucket) -> None:
    """Fail if the file that has changed was given, or is not given now."""
    assert "big" not in bucket.keys()  # noqa: SIM118 - not a mapping
    assert "big" not in entries(on)
    on.storage("sync")
    assert bucket.get("big") == on.read("data/big")


@pytest.mark.parametrize("way", ["down", "up"])
def test_memory_stays_flat_in_the_size_of_objects(lab: Lab, bucket: Bucket, way: str) -> None:
    size, limit = 512 << 20, 350 << 20
    on = over_s3(lab, bucket, ONE) if way == "up" else lab
    if way == "down":
        with (lab.bucket.root / "big").open("wb") as stream:
            stream.truncate(size)
        lab.describe(ONE)
    else:
        on.storage("stage", "--all")
        with (on.top / "data/big").open("wb") as stream:
            stream.truncate(size)
    command = ["stage", "--all"] if way == "down" else ["sync"]
    measured = subprocess.run(
        [sys.executable, "-m", "tests.rules.measure", *command],
        cwd=on.top,
        env={**on.environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    assert int(measured.stdout.splitlines()[-1]) < limit
