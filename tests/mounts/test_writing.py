"""Writing through a mount: whole files, under preconditions, and nothing lost on the way."""

from __future__ import annotations

import subprocess
from errno import EACCES, EIO, EPERM
from pathlib import Path

from tests.lab import DATA, Lab, approving
from tests.mounts.scene import OBJECTS, data, fails, kill, tidy
from tests.rules.scenes import trash
from tests.waiting import until


def written(lab: Lab) -> Lab:
    """A clone whose data path is mounted for writing."""
    lab.describe({"m31.fits": b"one", "2023/m13.fits": b"thirteen"})
    lab.storage("mount", "--rw", DATA).says("mounted for reading and writing")
    return lab


def test_files_are_given_when_they_are_closed(lab: Lab) -> None:
    with tidy(written(lab)):
        data(lab, "new/sub").mkdir(parents=True)
        data(lab, "new/sub/a").write_bytes(b"a new file")
        data(lab, "m31.fits").write_bytes(b"another one")
        with data(lab, "2023/m13.fits").open("r+b") as file:
            file.seek(4)
            file.write(b"TEEN")
        data(lab, "empty").touch()
        lab.run("sh", "-c", f"echo shell >{DATA}/shell && cat {DATA}/m31.fits >>{DATA}/shell")
        lab.run("cp", "-p", ".gitignore", f"{DATA}/copied")
        expected = {
            "new/sub/a": b"a new file",
            "m31.fits": b"another one",
            "2023/m13.fits": b"thirTEEN",
            "empty": b"",
            "shell": b"shell\nanother one",
            "copied": lab.read(".gitignore"),
        }
        # A file that was only made is given behind its close, which nobody waits for.
        lab.storage("umount")
        assert lab.bucket.objects() == expected
        assert trash(lab) == []

        lab.storage("mount", "--rw", DATA)
        assert lab.files() == expected, "what was written is shown though no pointer names it"
        lab.storage("status").says("6 objects written through the mount", "git storage sync data")
        lab.storage("sync")
        lab.storage("stage", DATA)
        lab.storage("status", "--exit-code")
        assert lab.files() == expected


def test_programs_save_by_renaming(lab: Lab) -> None:
    with tidy(written(lab)):
        data(lab, ".m31.tmp").write_bytes(b"saved")
        data(lab, ".m31.tmp").replace(data(lab, "m31.fits"))
        with data(lab, "draft").open("wb") as file:
            file.write(b"still open")
            data(lab, "draft").rename(data(lab, "final"))
        data(lab, "scratch").write_bytes(b"of no use")
        data(lab, "scratch").unlink()
        assert lab.bucket.objects() == {
            "m31.fits": b"saved",
            "final": b"still open",
            "2023/m13.fits": b"thirteen",
        }
        assert b"of no use" in trash(lab), "what is removed can be found"


def test_a_lost_race_leaves_the_bytes_in_the_trash(lab: Lab) -> None:
    with tidy(written(lab)):
        file = data(lab, "m31.fits").open("r+b", buffering=0)
        file.write(b"mine, written for hours")
        lab.bucket.put("m31.fits", b"theirs")
        assert fails(file.close) == EIO
        new = data(lab, "both").open("wb", buffering=0)
        new.write(b"mine too")
        lab.bucket.put("both", b"theirs too")
        assert fails(new.close) == EIO

        assert lab.bucket.objects()["m31.fits"] == b"theirs"
        assert lab.bucket.objects()["both"] == b"theirs too"
        assert sorted(trash(lab)) == [b"mine too", b"mine, written for hours"]
        told = lab.storage("status", "--exit-code").fails(1)
        told.says("somebody else has changed it; what was written is", ".git/storage/trash/")
        hints = [line for line in told.err.splitlines() if "(cp " in line]
        kept = {Path(hint.split("(cp ")[1].split(" .)")[0]).read_bytes() for hint in hints}
        assert kept == {b"mine too", b"mine, written for hours"}
        lab.storage("sync")
        lab.storage("stage", DATA)
        assert lab.read("data/m31.fits") == b"theirs"


def test_nothing_that_was_not_written_here_is_removed_or_renamed(lab: Lab) -> None:
    with tidy(written(lab)):
        assert fails(data(lab, "m31.fits").unlink) == EPERM
        assert fails(lambda: data(lab, "m31.fits").rename(data(lab, "m32.fits"))) == EPERM
        assert fails(lambda: data(lab, "2023").rename(data(lab, "2024"))) == EPERM
        lab.run("sh", "-c", f"rm -rf {DATA}/* {DATA}/").fails(1)
        assert fails(lambda: data(lab, ".git").write_bytes(b"x")) == EACCES
        lab.storage("status").says("was not written through this mount", "git storage rm")
        assert len(lab.bucket.objects()) == 2


def test_cleaning_the_work_tree_never_reaches_an_object(lab: Lab) -> None:
    with tidy(written(lab)):
        data(lab, "new").write_bytes(b"new")
        before = lab.bucket.objects()
        lab.git("clean", "-fdx")
        assert not lab.exists(DATA)
        lab.storage("status").says("the data path does not lead to the mount")
        lab.storage("stage", DATA)
        assert lab.read("data/new") == b"new"
        lab.run("rm", "-rf", DATA)
        lab.storage("stage", DATA)
        lab.run("find", ".", "-delete")
        assert lab.bucket.objects() == before
        assert not (lab.top / DATA).is_symlink()


def test_a_process_that_was_killed_leaves_what_was_written(lab: Lab) -> None:
    with tidy(written(lab)):
        file = data(lab, "m31.fits").open("wb", buffering=0)
        file.write(b"not yet given")
        kill(lab)
        assert fails(file.close)
        assert trash(lab) == [b"not yet given"]
        lab.storage("mount", DATA).says("mounted for reading")
        assert lab.read("data/m31.fits") == b"one"


def test_writing_wants_the_right_to_write(lab: Lab) -> None:
    lab.describe(OBJECTS)
    read = approving(f"file://{lab.root}/bucket")["GIT_STORAGE_TRUST_WRITE"]
    lab = lab.clone().seeing(GIT_STORAGE_TRUST=read, GIT_STORAGE_TRUST_WRITE="")
    lab.storage("mount", "--rw", DATA).fails(128).says("not approved for writing")
    manifest = lab.read(".storage.yaml")
    lab.write(".storage.yaml", manifest.rstrip() + b"\n    access: read\n")
    lab.storage("mount", "--rw", DATA).fails(128).says("data is read-only (access: read)")
    assert not lab.exists(DATA)


def test_a_live_mount_shows_the_storage_as_it_is(lab: Lab) -> None:
    lab.describe({"m31.fits": b"one"})
    lab.bucket.put("unrecorded", b"new")
    with tidy(lab):
        lab.storage("mount", "--live", DATA).says("mounted live, for reading")
        assert lab.files() == {"m31.fits": b"one", "unrecorded": b"new"}
        with data(lab, "m31.fits").open("rb", buffering=0) as file:
            assert file.read(1) == b"o"
            lab.bucket.put("m31.fits", b"two, and longer")
            assert file.read(5) == b"ne", "what is open stays what it was"
        assert data(lab, "m31.fits").read_bytes() == b"two, and longer"
        lab.storage("status").says("mounted live")
        pointer = lab.read("data.storage")
        lab.storage("stage", DATA)
        assert lab.read("data.storage") == pointer
        lab.storage("mount", "--live", "--rw", DATA).says("live, for reading and writing")
        data(lab, "result").write_bytes(b"42")
        data(lab, "m31.fits").write_bytes(b"three")
        assert lab.bucket.objects()["result"] == b"42"
        assert lab.bucket.objects()["m31.fits"] == b"three"


def test_many_write_at_the_same_time(lab: Lab) -> None:
    with tidy(written(lab)):
        writes = "for n in $(seq 20); do echo $0 $n >data/$0-$n; done"
        crew = [
            subprocess.Popen(["sh", "-c", writes, name], cwd=lab.top, env=lab.environment)
            for name in "abc"
        ]
        assert [one.wait() for one in crew] == [0, 0, 0]
        found = lab.bucket.objects()
        assert {found[f"{name}-{n}"] for name in "abc" for n in range(1, 21)} == {
            f"{name} {n}\n".encode() for name in "abc" for n in range(1, 21)
        }
        # Drafts go behind the close, which does not wait for that.
        until(lambda: not [*(lab.top / ".git/storage/trash").iterdir()])
