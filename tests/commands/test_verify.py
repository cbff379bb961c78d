"""`git storage verify`."""

from __future__ import annotations

import os
import sqlite3

from gitstore.core.report import Silent
from gitstore.core.verdicts import Check, Side, Verdict
from gitstore.repo.mending import mended
from gitstore.repo.project import open_project
from tests.lab import DATA, NAME, Lab
from tests.rules.scenes import over_s3, trash
from tests.servers import Bucket

FILES = {"m31.fits": b"one", "m33.fits": b"33", "sub/m51.fits": b"fifty-one"}
MARKS = ".git/storage/state.db"


def rot(lab: Lab, path: str, content: bytes) -> None:
    """Other bytes under a file that nobody writes to, as a failing disk gives them.

    No test can turn back the time of the last change, so what `git storage` remembers is set
    forward instead.
    """
    file = lab.top / DATA / path
    assert len(content) == file.stat().st_size
    with file.open("r+b") as stream:
        stream.write(content)
    found = file.stat()
    with sqlite3.connect(lab.top / MARKS) as state:
        changed = state.execute(
            "UPDATE seen SET mtime_ns = ?, ctime_ns = ?, noted_ns = ? WHERE path = ?",
            (found.st_mtime_ns, found.st_ctime_ns, found.st_ctime_ns + 10**10, path),
        )
        assert changed.rowcount == 1
    state.close()


def put_in_parts(bucket: Bucket, key: str, parts: list[bytes]) -> None:
    s3, at = bucket.server.s3, {"Bucket": bucket.name, "Key": key}
    upload = s3.create_multipart_upload(**at)["UploadId"]
    etags = [
        s3.upload_part(**at, UploadId=upload, PartNumber=n, Body=part)["ETag"]
        for n, part in enumerate(parts, 1)
    ]
    listed = {"Parts": [{"ETag": etag, "PartNumber": n} for n, etag in enumerate(etags, 1)]}
    s3.complete_multipart_upload(**at, UploadId=upload, MultipartUpload=listed)


def test_right_bytes_are_right(described: Lab) -> None:
    described.storage("verify").says("data: here 2 ok, ", " read")
    described.storage("verify", "--remote").says("on the storage 2 ok")
    described.storage("verify", "--content", "-v").says("the bytes that were recorded")


def test_a_file_that_has_rotted_is_fetched_again_and_kept_in_the_trash(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    rot(lab, "m31.fits", b"onf")
    lab.storage("status").never_says("edited")
    lab.storage("verify", "-n").fails(1).says("damaged", "git storage verify data/m31.fits")
    assert lab.read("data/m31.fits") == b"onf"
    done = lab.storage("verify").fails(1)
    done.says("damaged", "data/m31.fits: other bytes, and nobody", "fetched again")
    assert lab.files() == FILES
    assert trash(lab) == [b"onf"]
    lab.storage("verify").says("3 ok")
    lab.storage("status", "--remote").never_says("edited")
    lab.storage("undo")
    assert lab.read("data/m31.fits") == b"onf"


def test_an_edit_is_work_and_stays_whatever_its_times_say(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    before = (lab.top / "data/m31.fits").stat()
    lab.write("data/m31.fits", b"mine")
    lab.write("data/m33.fits", b"34")
    os.utime(lab.top / "data/m33.fits", ns=(before.st_atime_ns, before.st_mtime_ns))
    lab.write("data/new.fits", b"new")
    lab.storage("verify", "-v").says("edited", "written to since it was staged", "1 ok, 2 edited")
    assert lab.read("data/m31.fits") == b"mine"
    assert lab.read("data/m33.fits") == b"34"
    assert lab.bucket.objects() == FILES


def test_what_cannot_be_fetched_again_stays_as_it_is(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    rot(lab, "m31.fits", b"onf")
    lab.bucket.put("m31.fits", b"newer")
    done = lab.storage("verify").fails(1)
    done.says("not mended: the recorded version is gone", "another version of 5 bytes")
    assert lab.read("data/m31.fits") == b"onf"
    assert trash(lab) == []
    lab.bucket.root.rename(lab.root / "away")
    lab.storage("verify").fails(1).says("not mended")
    assert lab.read("data/m31.fits") == b"onf"


def test_what_is_written_to_before_it_is_mended_stays(described: Lab) -> None:
    described.write("data/a.txt", b"saved just now")
    damaged = Check("a.txt", Side.HERE, Verdict.DAMAGED, "other bytes")
    project = open_project(described.top)
    (check,) = mended(project, project.manifest.data[DATA], [damaged], Silent())
    assert not check.mended
    assert "written to meanwhile" in check.reason
    assert described.read("data/a.txt") == b"saved just now"
    assert trash(described) == []


def test_a_missing_file_is_told_and_not_brought_back(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.remove("data/sub/m51.fits")
    done = lab.storage("verify").fails(1).says("missing", "hint: git storage stage data/sub/m51")
    assert "2 ok, 1 missing" in done.out
    assert not lab.exists("data/sub/m51.fits")


def test_an_older_copy_is_right_though_the_pointer_names_another(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    other = lab.clone()
    other.storage("stage", "--all")
    other.write("data/m31.fits", b"theirs")
    other.storage("sync")
    other.commit("theirs")
    lab.pull()
    lab.storage("verify").says("1 behind")


def test_what_the_storage_holds_instead_is_told_by_one_listing(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.bucket.put("m31.fits", b"another")
    lab.bucket.delete("m33.fits")
    done = lab.storage("verify", "--remote").fails(1)
    done.says("another version of 7 bytes is there; the recorded version is not kept there")
    done.says("gone ", "hint: git storage restore data/m33.fits")
    counts = lab.storage("verify", "--remote", "--json").fails(1).json()["data_paths"][0]["counts"]
    assert counts == {"here": {"ok": 3}, "there": {"ok": 1, "changed": 1, "gone": 1}}
    names = lab.storage("verify", "--remote", "-z").fails(1).out
    assert names == "data/m31.fits\0data/m33.fits\0"
    lab.storage("restore", "data/m33.fits")
    lab.storage("sync", "data/m33.fits")
    assert lab.bucket.get("m33.fits") == b"33"


def test_old_versions_that_are_kept_are_told(lab: Lab, versioned_bucket: Bucket) -> None:
    on = over_s3(lab, versioned_bucket, FILES)
    versioned_bucket.put("m31.fits", b"another")
    versioned_bucket.delete("m33.fits")
    done = on.storage("verify", "--remote").fails(1)
    assert done.out.count("the recorded version is kept as an old one") == 2


def test_bytes_that_rot_on_the_storage_are_found_by_reading_them(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    file = lab.bucket.root / "m31.fits"
    before = file.stat()
    with file.open("r+b") as stream:
        stream.write(b"onf")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    lab.storage("verify", "--remote").says("on the storage 3 ok")
    lab.storage("verify", "--content").fails(1).says("damaged", "data/m31.fits on the storage")
    assert lab.files() == FILES


def test_what_nothing_tells_of_is_remembered_from_its_first_reading(lab: Lab) -> None:
    lab.describe(FILES)
    done = lab.storage("verify", "--content").says("3 unchecked", "from now on it is their SHA-256")
    assert done.code == 0
    lab.storage("verify", "--content").says("on the storage 3 ok")


def test_the_etag_of_parts_is_computed(lab: Lab, bucket: Bucket) -> None:
    on = over_s3(lab, bucket, FILES)
    put_in_parts(bucket, "big", [bytes(5 << 20), b"end"])
    on.storage("sync")
    done = on.storage("verify", "--content", "-v")
    done.says("data/big on the storage: the bytes that were recorded", "on the storage 4 ok")


def test_a_budget_and_a_sample_go_on_where_the_last_run_has_ended(lab: Lab) -> None:
    lab.describe({f"{n:02}": bytes([n]) * 10 for n in range(10)})
    lab.storage("stage", "--all")
    for left in (7, 7, 7):
        told = f"here 3 ok, 30 B read; {left} objects left for another time"
        lab.storage("verify", "--budget", "35").says(told)
    rows = sqlite3.connect(lab.top / MARKS).execute("SELECT count(*) FROM verified").fetchall()
    assert rows == [(9,)]
    lab.storage("verify", "--since", "1d").says("here 1 ok, 10 B read; 9 objects left")
    lab.storage("verify", "--sample", "25%").says("here 3 ok, 30 B read")
    lab.storage("verify", "--since", "1d").says("10 objects left")
    lab.write("data/00", b"other work")
    lab.storage("sync")
    lab.storage("verify", "--since", "1d").says("here 1 ok, 10 B read; 9 objects left")


def test_an_object_larger_than_the_budget_has_its_turn(lab: Lab) -> None:
    lab.describe({"big": bytes(1000), "small": b"s"})
    lab.storage("stage", "--all")
    for _ in range(2):
        lab.storage("verify", "--budget", "10")
    lab.storage("verify", "--since", "1d").says("2 objects left")


def test_a_dry_run_remembers_nothing(described: Lab) -> None:
    described.storage("verify", "-n")
    described.storage("verify", "--since", "1d").says("here 2 ok")


def test_a_storage_that_does_not_answer_does_not_keep_local_files_from_being_read(
    described: Lab,
) -> None:
    described.bucket.root.rename(described.root / "away")
    described.storage("verify", "--remote").fails(1).says("here 2 ok", "error: data: ")


def test_a_reference_is_held_against_its_storage_only(lab: Lab) -> None:
    lab.describe(FILES)
    lab.git("config", f"storage.{NAME}.mode", "reference")
    lab.storage("verify").says("nothing to look at")
    lab.storage("verify", "--remote").says("data: on the storage 3 ok")


def test_a_data_path_that_is_one_file(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("add", NAME, "--to", "one.fits", "--prefix", "m31.fits", "--access", "read")
    lab.storage("stage", "--all")
    lab.storage("verify", "--content", "one.fits").says("one.fits: here 1 ok, 3 B read; on the")


def test_only_what_is_named_is_read(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    rot(lab, "m31.fits", b"onf")
    lab.storage("verify", "data/sub").says("here 1 ok, 9 B read")
    lab.storage("verify", "data/m31.fits").fails(1).says("fetched again")


def test_wrong_amounts_are_errors_of_the_command_line(described: Lab) -> None:
    for words in (["--sample", "0%"], ["--budget", "some"], ["--since", "soon"]):
        described.storage("verify", *words).fails(129).says(words[0], words[1])
    described.storage("verify", "--sample", "5%", "--budget", "1g").fails(129)
