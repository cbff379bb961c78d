"""A machine that refuses: no room, no inodes, no descriptors, no writing, no permission any more.

Each time: a clear error, nothing half, the old files as they were, and the same command completes
when the machine is willing again.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.lab import Lab, Result
from tests.rules.scenes import driven, left_over
from tests.tally import Figure, add
from tests.trouble.scene import content, powerless

OLD = {"big": content("big", 60_000), "sub/a": b"one", "sub/b": b"two"}
NEW = {"big": content("big", 900_000, 2), "sub/a": b"another one", "sub/b": b"another two"}


def told(done: Result) -> Result:
    """A failure in words, not a defect."""
    done.expected = True
    assert done.code in (1, 128), done
    assert "error: " in done.err, done
    add(Figure.MACHINE)
    return done.never_says("Traceback", "defect", "Errno")


@pytest.fixture
def behind(lab: Lab) -> Lab:
    """A clone whose storage has moved on."""
    lab.describe(OLD)
    lab.storage("stage", "--all")
    for key, data in NEW.items():
        lab.bucket.put(key, data)
    return lab


def limited(lab: Lab, limit: str, *arguments: str) -> Result:
    """Run `git storage` within a limit of the system, as prlimit(1) has them."""
    return lab.run("prlimit", limit, sys.executable, "-m", "gitstore", *arguments)


def whole(lab: Lab) -> None:
    """Every file holds its old bytes or its new ones, and nothing temporary is left."""
    assert all(data in (OLD[path], NEW[path]) for path, data in lab.files().items())
    assert lab.files().keys() == OLD.keys()
    assert left_over(lab) == []


def completes(lab: Lab) -> None:
    """The same command, once nothing is in its way."""
    lab.storage("sync")
    assert lab.files() == lab.bucket.objects() == NEW


def test_a_file_that_may_not_grow_so_large(behind: Lab) -> None:
    done = told(limited(behind, "--fsize=400000", "sync").fails(1))
    done.says("data/big")
    whole(behind)
    assert behind.read("data/big") == OLD["big"]
    assert behind.read("data/sub/a") == NEW["sub/a"]
    completes(behind)


@pytest.mark.parametrize("most", [18, 24, 32, 48])
def test_too_many_open_files(behind: Lab, most: int) -> None:
    done = limited(behind, f"--nofile={most}", "sync", "--jobs", "16")
    done.expected = True
    done.never_says("Traceback", "defect")
    whole(behind)
    completes(behind)


@pytest.mark.parametrize("command", [["sync"], ["stage", "--all"], ["record"], ["undo"]])
def test_a_file_system_that_can_only_be_read(behind: Lab, command: list[str]) -> None:
    before = behind.snapshot()
    own = ["--mount", *(["--map-root-user"] if os.geteuid() else [])]
    script = 'mount --bind . . && mount -o remount,ro,bind . && cd "$PWD" && exec "$@"'
    shell = ["sh", "-ec", script, "sh", sys.executable, "-m", "gitstore", *command]
    told(behind.run("unshare", *own, *shell).fails(128))
    assert behind.snapshot() == before
    completes(behind)


@pytest.mark.parametrize(("command", "code"), [(["stage", "nothing"], 128), (["oops"], 129)])
def test_a_full_disk_for_what_is_said_leaves_the_exit_status(
    behind: Lab, command: list[str], code: int
) -> None:
    shell = 'exec "$@" >/dev/full 2>/dev/full'
    behind.run("sh", "-c", shell, "sh", sys.executable, "-m", "gitstore", *command).fails(code)
    behind.run("sh", "-c", shell, "sh", sys.executable, "-m", "gitstore", "sync").fails(128)
    whole(behind)
    completes(behind)


def test_no_inode_for_another_file(lab: Lab) -> None:
    many = {f"{number:02}": b"x" for number in range(60)}
    lab.describe(many)
    (lab.root / "small").mkdir()
    own = ["--mount", *(["--map-root-user"] if os.geteuid() else [])]
    script = """
    mount -t tmpfs -o size=8m,nr_inodes=100 tmpfs "$0"; cd "$0"
    git clone --quiet --template= ../remote.git .
    git storage stage --all || code=$?; find data -type f -size -1 | head -3; exit $code
    """
    done = lab.run("unshare", *own, "sh", "-ec", script, str(lab.root / "small"))
    told(done).never_says("\ndata/")


def test_a_permission_that_is_lost_midway(behind: Lab) -> None:
    behind.storage("sync")
    for key, data in OLD.items():
        behind.bucket.put(key, data)
    # The object of another directory is still brought (rule F5).
    (behind.top / "data/sub").chmod(0o500)
    done = told(powerless(behind, "sync").fails(1))
    (behind.top / "data/sub").chmod(0o700)
    done.says("data/sub/a", "data/sub/b")
    whole(behind)
    assert behind.read("data/big") == OLD["big"]
    behind.storage("sync")
    assert behind.files() == behind.bucket.objects() == OLD


def test_an_object_that_vanishes_midway(behind: Lab) -> None:
    behind.bucket.put("m31.fits", b"there")
    behind.storage("sync", "--dry-run")
    behind.bucket.put("m31.fits", b"there again")
    done = driven(behind, "listed-hide", 1, "sync", "--jobs", "1")
    told(done)
    assert not Path(behind.top / "data/m31.fits").exists()
    whole(behind)
    completes(behind)
