"""Mounting and unmounting: what is shown, what stays behind, and what is left of it."""

from __future__ import annotations

import os
from errno import EIO, EROFS
from pathlib import Path

import pytest

from tests.lab import DATA, Bucket, Lab
from tests.mounts.scene import (
    OBJECTS,
    data,
    fails,
    kill,
    mounted,
    of,
    over_network,
    runs,
    tidy,
)
from tests.servers import Bucket as S3Bucket
from tests.waiting import until


def test_a_mount_shows_exactly_what_the_pointer_names(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.bucket.put("unrecorded", b"nobody has recorded it")
    lab.bucket.put("2023/HEAD", b"x")
    with tidy(lab):
        lab.storage("mount", DATA).says("data: mounted for reading")
        assert Bucket(lab.top / DATA).objects() == OBJECTS
        assert [p.name for p in data(lab, "2023").iterdir()] == ["m13.fits", "raw"]
        assert data(lab, "m31.fits").stat().st_mtime == pytest.approx(
            (lab.root / "bucket/m31.fits").stat().st_mtime
        )
        with data(lab, "2023/raw/big.bin").open("rb") as file:
            for at in (4_900_001, 17, 3_000_000):
                file.seek(at)
                assert file.read(300) == OBJECTS["2023/raw/big.bin"][at : at + 300]
        assert fails(lambda: data(lab, "m31.fits").write_bytes(b"")) == EROFS
        assert fails(lambda: data(lab, "m31.fits").unlink()) == EROFS
        assert lab.git("status", "--porcelain").out == ""

        lab.storage("status", "--exit-code").says("(survey, mount)", "mounted for reading at")
        (row,) = lab.storage("ls", "--json").json()["storages"]
        assert row["mount"]["alive"]
        assert Path(row["mount"]["mount_point"]).is_mount()
        lab.storage("ls").says(f"mount {lab.root}")
        lab.storage("mount", DATA).says("as it was")

        lab.storage("unmount", DATA).says("data: unmounted")
        assert not lab.exists(DATA)
        assert not mounted(lab)
        assert of(lab) == []
        lab.storage("status").says("(survey, copy)")
        lab.storage("umount").says("nothing is mounted")
        lab.storage("umount", DATA).fails(128).says("data is not mounted")


def test_listing_costs_no_request_and_reading_what_is_read(lab: Lab, bucket: S3Bucket) -> None:
    with over_network(lab, bucket) as (on, way):
        on.storage("mount", DATA)
        before = len(way.requests)
        on.run("ls", "-lR", f"{DATA}/").says("big.bin", "5120000")
        on.run("find", f"{DATA}/", "-newer", ".git/HEAD")
        assert len(way.requests) == before

        with data(on, "2023/raw/big.bin").open("rb", buffering=0) as file:
            file.seek(3_500_000)
            assert file.read(100) == OBJECTS["2023/raw/big.bin"][3_500_000:3_500_100]
        path = f"/{bucket.name}/2023/raw/big.bin"
        assert way.given["GET", path] <= 3 * (256 << 10), "only what is around it was read"

        kept = sum(way.given.values())
        on.storage("umount")
        on.storage("mount", DATA)
        before = len(way.requests)
        with data(on, "2023/raw/big.bin").open("rb", buffering=0) as file:
            file.seek(3_500_000)
            file.read(100)
        assert len(way.requests) == before, "what was read is kept, also for another mount"
        assert data(on, "2023/raw/big.bin").read_bytes() == OBJECTS["2023/raw/big.bin"]
        assert sum(way.given.values()) - kept <= len(OBJECTS["2023/raw/big.bin"]) + (64 << 10)


def test_an_object_that_was_replaced_is_an_error_that_status_explains(lab: Lab) -> None:
    lab.describe(OBJECTS)
    with tidy(lab):
        lab.storage("mount", DATA)
        with data(lab, "2023/raw/big.bin").open("rb", buffering=0) as file:
            assert file.read(10) == OBJECTS["2023/raw/big.bin"][:10]
            lab.bucket.put("2023/raw/big.bin", bytes(5_120_000))
            file.seek(4_000_000)
            assert fails(lambda: file.read(10)) == EIO
        assert fails(lambda: data(lab, "2023/raw/big.bin").read_bytes()) == EIO
        told = "the recorded version is gone from the storage (another version of 5120000 bytes"
        lab.storage("status", "--exit-code").fails(1).says("data/2023/raw/big.bin", told)
        lab.storage("status", "--explain", "data/2023/raw/big.bin").says(f"mount    {told}")
        assert data(lab, "m31.fits").read_bytes() == OBJECTS["m31.fits"]

        lab.storage("sync").says("noted in the pointer")
        lab.storage("status").says("the mount shows another pointer")
        lab.storage("stage", DATA).says("mounted")
        assert data(lab, "2023/raw/big.bin").read_bytes() == bytes(5_120_000)


def test_a_version_that_the_storage_still_has_is_read_there(
    lab: Lab, versioned_bucket: S3Bucket
) -> None:
    with over_network(lab, versioned_bucket) as (on, _):
        on.storage("mount", DATA)
        with data(on, "2023/raw/big.bin").open("rb", buffering=0) as file:
            assert file.read(10) == OBJECTS["2023/raw/big.bin"][:10]
            versioned_bucket.put("2023/raw/big.bin", b"somebody else's")
            versioned_bucket.delete("m31.fits")
            file.seek(4_000_000)
            assert file.read(10) == OBJECTS["2023/raw/big.bin"][4_000_000:4_000_010]
        assert data(on, "m31.fits").read_bytes() == OBJECTS["m31.fits"]


def test_a_mount_follows_the_commit_and_open_files_keep_theirs(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.git("config", "storage.data.mode", "mount")
    with tidy(lab):
        lab.storage("stage", "--all").says("data: mounted")
        with data(lab, "m31.fits").open("rb", buffering=0) as old:
            lab.bucket.put("m31.fits", b"two, which is another length")
            lab.bucket.put("new", b"new")
            lab.storage("sync")
            lab.commit("two")
            lab.storage("stage", "--all")
            assert data(lab, "m31.fits").read_bytes() == b"two, which is another length"
            assert data(lab, "new").read_bytes() == b"new"
            assert fails(lambda: old.read(10)) == EIO, "it is gone, and nothing else is given"
        lab.git("checkout", "--quiet", "HEAD~1")
        lab.storage("status").says("the mount shows another pointer", "git storage stage data")
        lab.storage("stage", "--all")
        lab.storage("status").never_says("another pointer")
        assert not lab.exists("data/new")
        assert data(lab, "2023/m13.fits").read_bytes() == b"thirteen"
        assert len(of(lab)) == 1
        lab.storage("unstage", DATA)
        assert not mounted(lab)


def test_a_mount_whose_process_was_killed_is_cleaned_up(lab: Lab) -> None:
    lab.describe(OBJECTS)
    with tidy(lab):
        lab.storage("mount", DATA)
        kill(lab)
        assert mounted(lab)
        lab.storage("status").says("not mounted any more", "git storage stage data")
        assert not mounted(lab)
        lab.storage("ls").says("mount (ended)")
        lab.storage("mount", DATA)
        assert data(lab, "m31.fits").read_bytes() == OBJECTS["m31.fits"]
        kill(lab)
        lab.storage("umount", DATA).says("unmounted")
        assert not mounted(lab)
        assert not lab.exists(DATA)


def test_who_uses_a_mount_is_named_and_force_takes_it_away(lab: Lab) -> None:
    lab.describe(OBJECTS)
    with tidy(lab):
        lab.storage("mount", DATA)
        with data(lab, "2023/raw/big.bin").open("rb", buffering=0) as file:
            file.read(10)
            told = f"({os.getpid()}), so it stays mounted"
            lab.storage("umount").fails(128).says("data is in use by", told)
            assert data(lab, "m31.fits").read_bytes() == OBJECTS["m31.fits"]
            lab.storage("umount", "--force", DATA).says("served until they are closed")
            assert not lab.exists(DATA)
            file.seek(4_500_000)
            assert file.read(4) == OBJECTS["2023/raw/big.bin"][4_500_000:4_500_004]
        until(lambda: not runs(lab))


def test_copies_and_files_are_never_mounted_over(lab: Lab) -> None:
    lab.describe(OBJECTS)
    lab.storage("stage", "--all")
    told = "copies of data are still here"
    lab.storage("mount", DATA).fails(128).says(told, "git storage unstage data")
    lab.storage("add", "survey", "--prefix", "2023/", "--to", "year", "--access", "read")
    with tidy(lab):
        lab.storage("mount", "--all").fails(128).says(told)
        assert lab.read("year/m13.fits") == b"thirteen", "one failure does not stop the others"
        lab.storage("forget", "year")
    lab.storage("unstage", DATA)
    lab.write("data/note", b"mine")
    lab.storage("mount", DATA).fails(128).says("files lie at data")
    assert lab.read("data/note") == b"mine"
    lab.remove("data/note")
    with tidy(lab):
        lab.storage("stage", "--mount", DATA).says("data: mounted")
        lab.git("config", "storage.data.mode", "copy")
        lab.storage("stage", "--mount", "--jobs", "2", DATA).fails(129).says(
            "--mount copies nothing"
        )
        lab.storage("stage", "--all").says("3 objects fetched")
        assert not mounted(lab)
        assert lab.files() == {f"{name}": content for name, content in OBJECTS.items()}
        assert not (lab.top / DATA).is_symlink()


def test_what_is_erased_moved_or_forgotten_is_not_mounted_any_more(lab: Lab) -> None:
    lab.describe(OBJECTS)
    with tidy(lab):
        lab.storage("mount", DATA)
        lab.storage("rm", f"{DATA}/m31.fits")
        lab.storage("sync").says("1 object erased")
        assert "m31.fits" not in lab.bucket.objects()
        lab.storage("stage", DATA)
        assert not lab.exists(f"{DATA}/m31.fits")
        lab.storage("mv", DATA, "other")
        assert not mounted(lab)
        assert not lab.exists(DATA)
        lab.storage("mount", "other")
        lab.storage("forget", "other")
        assert not mounted(lab)


def test_a_data_path_of_one_object_is_mounted_too(lab: Lab) -> None:
    lab.bucket.put("one.csv", b"a,b\n")
    lab.storage("add", "table", "../bucket/one.csv", "--to", "table.csv")
    with tidy(lab):
        lab.storage("mount", "table.csv")
        assert lab.read("table.csv") == b"a,b\n"
        lab.storage("mount", "--rw", "table.csv").fails(128).says("one object")
        lab.storage("umount")


def test_hostile_names_lead_nowhere(lab: Lab) -> None:
    lab.describe({"good": b"good"})
    pointer = lab.read("data.storage").decode()
    size = "\t".join(pointer.splitlines()[-1].split("\t")[1:])
    names = ("../outside", "a//b", ".git/config", "x/HEAD", "x/objects/a", "x/refs/b", "good/under")
    lines = [*pointer.splitlines()[2:], *(f"{name}\t{size}" for name in names)]
    head = pointer.splitlines()[:2]
    (lab.top / "data.storage").write_text("\n".join([*head, *sorted(lines)]) + "\n")
    with tidy(lab):
        lab.storage("mount", DATA)
        shown = {p.relative_to(lab.top / DATA).as_posix() for p in (lab.top / DATA).rglob("*")}
        folders = {"good", "x", "x/objects", "x/refs"}
        assert shown == {*folders, "good/under", "x/objects/a", "x/refs/b"}


@pytest.mark.parametrize(
    ("missing", "told"),
    [("fusermount3", "need fusermount3"), ("mfusepy", "git-storage[mount]")],
)
def test_without_fuse_a_mount_says_what_to_install(lab: Lab, missing: str, told: str) -> None:
    lab.describe(OBJECTS)
    if missing == "fusermount3":
        programs = lab.root / "programs"
        programs.mkdir()
        for name in ("git", "sh"):
            found = lab.run("sh", "-c", f"command -v {name}").out.strip()
            (programs / name).symlink_to(found)
        lab = lab.seeing(PATH=str(programs))
    else:
        broken = lab.root / "broken"
        broken.mkdir()
        (broken / "sitecustomize.py").write_text("import sys\nsys.modules['mfusepy'] = None\n")
        lab = lab.seeing(PYTHONPATH=f"{broken}", PYTHONSAFEPATH="")
    lab.storage("mount", DATA).fails(128).says(told, "git storage stage")


def test_a_checkout_moves_the_mount_where_hooks_stage(lab: Lab) -> None:
    lab.describe({"m31.fits": b"one"})
    lab.storage("install")
    lab.git("config", "storage.autoStage", "true")
    lab.git("config", "storage.data.mode", "mount")
    lab.bucket.put("m13.fits", b"thirteen")
    lab.storage("sync")
    lab.commit("two")
    with tidy(lab):
        lab.storage("stage", "--all")
        assert sorted(lab.files()) == ["m13.fits", "m31.fits"]
        lab.git("checkout", "--quiet", "HEAD~1")
        assert sorted(lab.files()) == ["m31.fits"]
        lab.git("checkout", "--quiet", "main")
        assert sorted(lab.files()) == ["m13.fits", "m31.fits"]
