"""What git itself does to ignored data, what `doctor` says about it, and what can be undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.lab import Lab

FILES = {"m31.fits": b"one", "2023/m13.fits": b"thirteen"}
EDITED = b"edited by hand"


@pytest.fixture
def edited(lab: Lab) -> Lab:
    """A clone whose edit was replaced by the recorded version: the edit is in the trash."""
    lab.describe(FILES)
    lab.storage("stage", "--all")
    lab.write("data/m31.fits", EDITED)
    lab.storage("restore", "data/m31.fits")
    assert lab.read("data/m31.fits") == b"one"
    return lab


def test_what_exists_only_here_is_listed_and_told_by_the_status(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")
    assert lab.storage("status", "--only-here", "--exit-code").out == ""
    lab.write("data/new.fits", b"new")
    lab.write("data/m31.fits", EDITED)
    found = lab.storage("status", "--only-here", "--exit-code", "-z").fails(1)
    assert found.out == "data/m31.fits\0data/new.fits\0"
    lab.storage("status", "--only-here").says("2 files only here")
    lab.storage("sync")
    assert lab.storage("status", "--only-here", "--exit-code").out == ""


def clean(lab: Lab) -> None:
    lab.git("clean", "-fdx")
    assert not lab.exists("data")


def stash(lab: Lab) -> None:
    lab.git("stash", "--all")
    assert not lab.exists("data")


def overwrite(lab: Lab) -> None:
    """Switch to a commit that tracks a file where ignored data is."""
    blob = lab.run("git", "hash-object", "-w", ".gitignore").out.strip()
    lab.git("switch", "--quiet", "--create", "tracks-data")
    lab.git("update-index", "--add", "--cacheinfo", f"100644,{blob},data/m31.fits")
    lab.git("commit", "--quiet", "--message", "track a data file")
    lab.git("switch", "--quiet", "--force", "main")
    lab.write("data/m31.fits", b"one")
    lab.git("switch", "--quiet", "tracks-data")
    assert lab.read("data/m31.fits") == lab.read(".gitignore")
    lab.git("switch", "--quiet", "main")


@pytest.mark.parametrize("accident", [clean, stash, overwrite])
def test_the_trash_outlives_what_git_does(edited: Lab, accident: Callable[[Lab], None]) -> None:
    accident(edited)
    edited.storage("undo")
    assert edited.read("data/m31.fits") == EDITED
    edited.storage("stage", "--all")
    assert edited.read("data/2023/m13.fits") == b"thirteen"


def test_the_trash_outlives_its_work_tree(lab: Lab) -> None:
    lab.describe(FILES)
    lab.git("worktree", "add", "--quiet", "../side")
    lab.storage("stage", "--all", at="../side")
    (lab.root / "side" / "data" / "m31.fits").write_bytes(EDITED)
    lab.storage("restore", "data/m31.fits", at="../side")
    lab.git("worktree", "remove", "--force", "../side")
    assert not (lab.root / "side").exists()
    common = lab.top / ".git" / "storage"
    assert [p.read_bytes() for p in common.rglob("m31.fits")] == [EDITED]


def test_doctor_tells_of_the_danger_where_there_is_something_to_lose(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("doctor").never_says("git clean")
    lab.storage("stage", "--all")
    lab.write("data/new.fits", b"new")
    result = lab.storage("doctor")
    result.says("1 file exists only here", "git clean -fdx", "worktree remove", "stash --all")
    result.says("hint: git storage status --only-here")
