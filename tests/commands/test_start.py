"""`git storage start`."""

from __future__ import annotations

import pytest

from tests.commands.terminal import on_a_terminal
from tests.lab import Lab
from tests.mounts.scene import tidy

FILES = {"m31.fits": b"one", "2023/m13.fits": b"thirteen"}


@pytest.fixture
def two(lab: Lab) -> Lab:
    """A clone of a project with two storages, of which one has gone since; nothing is staged."""
    (lab.root / "archive").mkdir()
    (lab.root / "archive" / "old.fits").write_bytes(b"old")
    lab.describe(FILES)
    lab.storage("add", "archive", "../archive", "--to", "old")
    lab.commit("two storages")
    (lab.root / "archive").rename(lab.root / "gone")
    return lab.clone()


def test_everything_is_brought_up(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("start").says("data: 2 objects, 11 B to copy", "free", "2 objects fetched")
    assert lab.files() == FILES
    lab.storage("start").says("data: nothing to do").never_says("to copy")


def test_it_works_from_a_subdirectory(lab: Lab) -> None:
    lab.describe(FILES)
    lab.write("notes/x", b"")
    lab.storage("start", at="notes").says("../data: 2 objects fetched")


def test_what_cannot_be_had_stops_nothing_else(two: Lab) -> None:
    two.storage("start").fails(1).says("error: archive: ", "hint: ", "data: 2 objects fetched")
    assert two.files() == FILES
    assert not two.exists("old")


def test_what_is_skipped_on_purpose_is_no_failure(two: Lab) -> None:
    two.storage("start", "--skip", "archive").says("archive: skipped", "old: not brought up")
    assert two.files() == FILES
    two.storage("start", "--skip", "nothing").fails(128).says("no storage is called nothing")


def test_an_object_that_fails_is_a_failure(lab: Lab) -> None:
    lab.describe(FILES)
    lab.bucket.delete("m31.fits")
    lab.storage("start").fails(1).says("error: data/m31.fits:", "1 object fetched")


def test_a_broken_pointer_stops_no_other_data_path(two: Lab) -> None:
    (two.root / "gone").rename(two.root / "archive")
    two.write("old.storage", b"nonsense\n")
    two.storage("start").fails(1).says("error: old: old.storage", "data: 2 objects fetched")


def test_without_a_terminal_nothing_is_asked(two: Lab) -> None:
    asking = two.seeing(GIT_TERMINAL_PROMPT="1")
    asking.storage("start", tell="a\n").fails(1).never_says("[s]kip", "[Y/n]")
    assert asking.files() == FILES


def test_a_reference_needs_no_copy_and_a_mount_comes_up(lab: Lab) -> None:
    lab.describe(FILES, "--mode", "reference")
    lab.storage("start").says("data: a reference")
    assert not lab.exists("data")
    added = ("add", "survey", "--to", "my raw", "--mode", "mount", "--access", "read")
    lab.storage(*added).says("git storage stage 'my raw'")
    with tidy(lab):
        lab.storage("start").says("my raw: mounted")
        assert lab.files("my raw") == FILES
    lab.storage("umount")
    lab.git("config", "storage.my raw.mode", "copy")
    lab.storage("start")
    assert lab.files("my raw") == FILES


def test_on_a_terminal_nothing_is_offered_that_is_not_there(lab: Lab) -> None:
    lab.describe(FILES)
    done = on_a_terminal(lab, "start", typed="m\n")
    assert "mount" not in done.said
    assert not lab.exists("data")


def test_json_tells_of_every_storage_and_data_path(two: Lab) -> None:
    found = two.storage("start", "--json").fails(1).json()
    assert [(s["name"], s["end"]) for s in found["storages"]] == [
        ("survey", "ready"),
        ("archive", "failed"),
    ]
    assert found["storages"][1]["error"]
    assert {d["path"]: d["end"] for d in found["data_paths"]} == {"data": "ready", "old": "failed"}


def test_on_a_terminal_somebody_chooses_to_skip_and_to_copy(two: Lab) -> None:
    done = on_a_terminal(two, "start", typed="r\ns\n\n")
    assert done.code == 0, done.said
    assert done.said.count("[s]kip it, [r]etry, [a]bort?") == 2
    assert "copy 2 objects, 11 B; " in done.said
    assert two.files() == FILES


@pytest.mark.parametrize("typed", ["a\n", "\n", "x\nA\n"])
def test_on_a_terminal_somebody_chooses_to_stop(two: Lab, typed: str) -> None:
    done = on_a_terminal(two, "start", typed=typed)
    assert done.code == 1, done.said
    assert "stopped before anything was moved" in done.said
    assert not two.exists("data")


def test_on_a_terminal_somebody_chooses_not_to_copy(lab: Lab) -> None:
    lab.describe(FILES)
    done = on_a_terminal(lab, "start", typed="n\n")
    assert (done.code, lab.exists("data")) == (0, False)
    assert "data: not brought up" in done.said


def test_yes_copies_without_a_question(lab: Lab) -> None:
    lab.describe(FILES)
    done = on_a_terminal(lab, "start", "--yes")
    assert done.code == 0
    assert "[Y/n]" not in done.said
    assert lab.files() == FILES


def test_no_input_asks_nothing_on_a_terminal(two: Lab) -> None:
    done = on_a_terminal(two, "start", "--no-input")
    assert done.code == 1
    assert "[s]kip" not in done.said
    assert two.files() == FILES


@pytest.fixture
def unapproved(lab: Lab) -> Lab:
    """A clone of a project with two storages, of which its user has approved one."""
    lab.describe(FILES)
    (lab.root / "archive").mkdir()
    (lab.root / "archive" / "old.fits").write_bytes(b"old")
    lab.storage("add", "archive", "../archive", "--to", "old")
    lab.commit("two storages")
    approved = lab.environment["GIT_STORAGE_TRUST_WRITE"].splitlines()[0]
    return lab.clone().seeing(GIT_STORAGE_TRUST_WRITE="", GIT_STORAGE_TRUST=approved)


@pytest.mark.parametrize("how", [(), ("--no-input",), ("--yes",)])
def test_what_nobody_approved_is_named_and_the_rest_is_brought_up(
    unapproved: Lab, how: tuple[str, ...]
) -> None:
    result = unapproved.storage("start", *how).fails(1)
    result.says("error: archive: storage archive ('../archive') is not approved for reading")
    result.says("hint: git storage trust archive", "data: 2 objects fetched", "old: not brought up")
    assert unapproved.files() == FILES
    unapproved.storage("trust", "--yes", "archive")
    unapproved.storage("start").says("old: 1 object fetched")


def test_no_input_approves_nothing_on_a_terminal(unapproved: Lab) -> None:
    done = on_a_terminal(unapproved, "start", "--no-input", typed="y\ny\n")
    assert done.code == 1
    assert "[y/N]" not in done.said
    assert not unapproved.exists("old")


def test_on_a_terminal_somebody_approves_in_one_question(unapproved: Lab) -> None:
    alone = unapproved.seeing(GIT_STORAGE_TRUST="")
    done = on_a_terminal(alone, "start", "--yes", typed="y\n")
    assert done.code == 0, done.said
    assert done.said.count("Read from these storages? [y/N]") == 1
    assert alone.files() | alone.files("old") == FILES | {"old.fits": b"old"}


def test_on_a_terminal_somebody_approves_nothing(unapproved: Lab) -> None:
    done = on_a_terminal(unapproved, "start", "--yes", typed="n\ns\n")
    assert done.code == 0, done.said
    assert "archive: skipped" in done.said
    assert unapproved.files() == FILES


@pytest.fixture
def too_large(lab: Lab) -> Lab:
    """A project whose pointer names more bytes than any disk has."""
    lab.describe(FILES)
    pointer = lab.read("data.storage")
    lab.write("data.storage", pointer.replace(b"\t8\t", b"\t9000000000000000\t"))
    return lab


def test_what_has_no_room_is_not_begun(too_large: Lab) -> None:
    result = too_large.storage("start").fails(1)
    result.says("8.0 PiB to copy", "do not fit", "or: git storage stage data/PART")
    assert not too_large.exists("data")


def test_on_a_terminal_too_little_room_takes_a_written_yes(too_large: Lab) -> None:
    done = on_a_terminal(too_large, "start", typed="\n")
    assert "which is not enough? [y/N]" in done.said
    assert not too_large.exists("data")
    done = on_a_terminal(too_large, "start", "--yes")
    assert done.code == 1
    assert "do not fit" in done.said
