"""`git storage clone`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.commands.terminal import on_a_terminal
from tests.lab import Lab

FILES = {"m31.fits": b"one", "2023/m13.fits": b"thirteen"}


def cloned(lab: Lab, name: str) -> Lab:
    return replace(lab, top=lab.root / name)


def test_one_command_brings_repository_and_data(lab: Lab) -> None:
    lab.describe(FILES)
    result = lab.storage("clone", "../remote.git", at="..")
    result.fails(128)  # seen from there it is beside nothing
    lab.storage("clone", "remote.git", at="..").says("Cloning into", "data: 2 objects fetched")
    assert cloned(lab, "remote").files() == FILES
    assert "git-storage" in cloned(lab, "remote").git("config", "merge.git-storage.driver").out


def test_a_directory_and_options_of_git(lab: Lab) -> None:
    lab.describe(FILES)
    lab.git("branch", "other")
    lab.git("push", "--quiet", "origin", "other")
    url = f"file://{lab.root}/remote.git"
    lab.storage("clone", url, "work", "--", "--depth", "1", "--branch", "other", at="..")
    work = cloned(lab, "work")
    assert work.files() == FILES
    assert work.git("rev-list", "--count", "HEAD").out == "1\n"
    assert work.git("branch", "--show-current").out == "other\n"
    lab.storage("clone", url, "--", "-q", at="..").never_says("Cloning into")
    lab.storage("clone", url, "a", "b", at="..").fails(129).says("DIR -- OPTION")


def test_without_data(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("clone", "--no-stage", "remote.git", at="..")
    assert not cloned(lab, "remote").exists("data")
    cloned(lab, "remote").storage("status").says("0 of 2 objects here")


def test_a_storage_that_is_gone_leaves_the_clone_and_the_rest(lab: Lab) -> None:
    lab.describe(FILES)
    (lab.root / "archive").mkdir()
    (lab.root / "archive" / "old.fits").write_bytes(b"old")
    lab.storage("add", "archive", "../archive", "--to", "old")
    lab.commit("two storages")
    (lab.root / "archive").rename(lab.root / "gone")
    result = lab.storage("clone", "remote.git", at="..").fails(1)
    result.says("error: archive: ", "data: 2 objects fetched", "git storage start")
    assert cloned(lab, "remote").files() == FILES


def test_what_is_not_approved_is_asked_on_a_terminal_and_else_named(lab: Lab) -> None:
    lab.describe(FILES)
    fresh = lab.seeing(GIT_STORAGE_TRUST_WRITE="")
    result = fresh.storage("clone", "../remote.git", "../one").fails(1)
    result.says("error: survey: ", "is not approved", "hint: git storage trust survey")
    result.says("/one && git storage start  # tries again")
    done = on_a_terminal(fresh, "clone", "../remote.git", "../two", typed="y\n")
    assert done.code == 0, done.said
    assert done.said.count("[y/N]") == 1
    assert cloned(lab, "two").files() == FILES


def test_a_clone_that_fails_is_said_by_git_once(lab: Lab) -> None:
    result = lab.storage("clone", "https://ada:secret@127.0.0.1:1/x.git", at="..").fails(128)
    assert "secret" not in result.err.split("error: ")[-1]
    result.says("error: git clone failed")
    assert not (lab.root / "x").exists()


def test_a_repository_without_data_is_a_clone_like_any_other(lab: Lab) -> None:
    lab.storage("clone", "remote.git", at="..").says("no storage is described here")


def test_the_repository_of_the_environment_is_not_meant(lab: Lab) -> None:
    lab.describe(FILES)
    inside = lab.seeing(GIT_DIR=str(lab.top / ".git"), GIT_WORK_TREE=str(lab.top))
    inside.storage("clone", str(lab.root / "remote.git"), "../work")
    assert cloned(lab, "work").files() == FILES
    assert not lab.exists("data")


def test_json_is_alone_on_standard_output(lab: Lab) -> None:
    lab.describe(FILES)
    found = lab.storage("clone", "--json", "remote.git", at="..").json()
    assert found["directory"] == str(lab.root / "remote")
    assert found["data_paths"][0]["end"] == "ready"


@pytest.mark.parametrize(
    "url",
    ["{}/remote.git", "{}/remote.git/", "{}/remote.git/.", "file://{}/remote.git", "{}/remote"],
)
def test_the_directory_is_the_one_that_git_would_choose(lab: Lab, url: str) -> None:
    url = url.format(lab.root)
    (lab.root / "git").mkdir()
    (lab.root / "ours").mkdir()
    chosen = lab.run("git", "clone", "--quiet", url, at="../git")
    if chosen.code:
        chosen.fails(128)
    ours = lab.storage("clone", url, at="../ours")
    if ours.code:
        ours.fails(128)
    assert names(lab.root / "ours") == names(lab.root / "git")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
