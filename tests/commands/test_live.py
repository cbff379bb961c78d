"""Live data: `track: live`, a data path without a pointer."""

from __future__ import annotations

import fsspec
import pytest

import gitstore
from gitstore.core.errors import NoSuchObject
from tests.lab import DATA, NAME, URL, Lab
from tests.opening.scenes import inside
from tests.opening.test_open import content

FILES = {"a.csv": b"one", "2023/b.csv": b"two two"}


@pytest.fixture
def live(lab: Lab) -> Lab:
    lab.describe(FILES, "--live")
    return lab


def test_nothing_is_recorded_and_everybody_says_so(live: Lab) -> None:
    assert b"    track: live\n" in live.read(".storage.yaml")
    assert not live.exists("data.storage")
    live.storage("ls").says("data (live)")
    live.storage("status").says("(survey, copy, live)", "no version is recorded")
    assert live.storage("ls", "--json").json()["storages"][0]["data_path"]["track"] == "live"
    live.storage("doctor").says("data: live, so that no version of it is recorded")


def test_staging_brings_what_is_there_now(live: Lab) -> None:
    live.bucket.put("a.csv", b"changed since")
    live.storage("stage", "-n", "--all").says("data/a.csv")
    live.storage("stage", "--all").says("2 objects fetched")
    assert live.files() == FILES | {"a.csv": b"changed since"}
    live.storage("ls", "data").says("data/2023/b.csv")
    live.bucket.put("a.csv", b"and again")
    live.bucket.put("new.csv", b"new")
    live.storage("stage", "--all").says("1 object fetched", "1 object replaced")
    assert live.files() == live.bucket.objects()


def test_staging_removes_nothing_and_overwrites_no_edit(live: Lab) -> None:
    live.storage("stage", "--all")
    live.write("data/a.csv", b"edited")
    live.bucket.put("a.csv", b"changed there")
    live.bucket.delete("2023/b.csv")
    told = live.storage("stage", "--all").fails(1)
    told.says("edited here, and it changed on the storage").never_says("pointer")
    live.storage("stage", "-n", "--all").says("no longer on the storage; sync removes it here")
    assert live.files() == {"a.csv": b"edited", "2023/b.csv": b"two two"}


def test_syncing_gives_takes_drops_and_asks_about_conflicts(live: Lab) -> None:
    live.storage("stage", "--all")
    live.write("data/a.csv", b"edited")
    live.write("data/mine.csv", b"mine")
    live.bucket.put("theirs.csv", b"theirs")
    live.bucket.delete("2023/b.csv")
    told = live.storage("sync")
    told.says("2 objects given", "1 object taken", "1 object dropped").never_says("written:")
    assert live.files() == live.bucket.objects()
    live.storage("sync").says("nothing to do")
    live.storage("undo").expected = True
    live.storage("sync")
    live.write("data/a.csv", b"here")
    live.bucket.put("a.csv", b"there")
    live.storage("sync").fails(1).says("edited here and changed on the storage")
    live.storage("sync", "--keep", "both").says("given")
    assert b"here" in live.files().values()
    assert live.bucket.get("a.csv") == live.read("data/a.csv") == b"there"
    assert not live.exists("data.storage")


def test_erasing_and_restoring_need_no_pointer(live: Lab) -> None:
    live.storage("rm", "data/a.csv")
    live.storage("sync").says("1 object erased")
    assert set(live.bucket.objects()) == {"2023/b.csv"}
    live.storage("stage", "--all")
    live.write("data/2023/b.csv", b"a mistake")
    live.storage("restore", "data/2023/b.csv")
    assert live.read("data/2023/b.csv") == b"two two"
    assert live.storage("diff").out == ""
    live.storage("verify", "--remote")
    live.storage("unstage", "data").says("1 object unstaged")


def test_what_needs_a_pointer_says_that_there_is_none(live: Lab) -> None:
    live.storage("stage", "--all")
    live.write("data/a.csv", b"edited")
    live.storage("record", "data").fails(128).says(
        "data is live: there is no pointer to record in", "hint: git storage sync data"
    )
    live.storage("record")
    live.storage("restore", "--from", "HEAD", "data/a.csv").fails(128)
    live.storage("diff", "HEAD..HEAD")
    assert live.read("data/a.csv") == b"edited"


def test_hooks_ask_for_no_pointer(live: Lab) -> None:
    live.storage("install")
    for key in ("autoRecord", "warnUnrecorded", "autoStage"):
        live.git("config", f"storage.{key}", "true")
    live.storage("stage", "--all")
    live.write("data/a.csv", b"edited")
    live.write("notes.txt", b"n")
    live.git("add", "notes.txt")
    live.git("commit", "-m", "notes").never_says("recorded", "error", "warning")
    live.git("push", "origin", "HEAD").never_says("error", "warning")
    live.git("config", "storage.autoRecord", "false")
    live.git("commit", "--allow-empty", "-m", "more").never_says("recorded", "error", "warning")
    live.bucket.put("a.csv", b"changed")
    live.remove("data/2023/b.csv")
    live.git("checkout", "-q", "-b", "other").never_says("conflict", "staged")
    assert live.files() == {"a.csv": b"edited"}


def test_a_clone_is_brought_up_with_what_is_there(live: Lab) -> None:
    other = live.clone()
    live.bucket.put("a.csv", b"newer")
    other.storage("start").says("2 objects")
    assert other.files() == live.bucket.objects()
    other.storage("mv", "data", "raw")
    other.storage("status").says("raw (survey, copy, live): 2 of 2")
    other.storage("forget", "raw")
    assert other.files("raw") == live.bucket.objects()


def test_a_lost_state_is_found_again_by_what_is_there(live: Lab) -> None:
    live.storage("stage", "--all")
    (live.top / ".git/storage/state.db").unlink()
    live.storage("status").never_says("conflict", "edited")
    live.bucket.put("a.csv", b"moved on")
    live.storage("sync").says("1 object taken")
    assert live.files() == live.bucket.objects()


def test_programs_read_what_is_staged_else_what_is_there_now(live: Lab) -> None:
    with inside(live):
        live.bucket.put("a.csv", b"newer")
        assert content("data/a.csv") == b"newer"
        with pytest.raises(NoSuchObject, match="data is live, and data/x is not on its storage"):
            gitstore.open("data/x")
        live.storage("stage", "--all")
        live.bucket.put("a.csv", b"newest")
        assert content("data/a.csv") == b"newer"
        live.write("data/a.csv", b"edited")
        assert content("data/a.csv") == b"edited"
        with pytest.raises(NoSuchObject):
            gitstore.open("data/a.csv", rev="HEAD")
        found = fsspec.filesystem("gitstore").ls("data", detail=False)
        assert sorted(found) == ["data/2023", "data/a.csv"]


def test_a_reference_to_live_data_has_nothing_here(lab: Lab) -> None:
    lab.bucket.put("a", b"1")
    lab.storage("add", NAME, URL, "--to", DATA, "--live", "--mode", "reference")
    lab.storage("status", "--remote").says("(survey, reference, live): 0 of 1 object here")
    lab.storage("sync")
    assert not lab.exists("data")
    lab.storage("add", NAME, "--live").fails(129).says("--live needs --to")
