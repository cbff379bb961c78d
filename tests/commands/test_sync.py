"""`git storage sync`."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from tests.lab import Lab

FILES = {"m31.fits": b"one", "m33.fits": b"33"}


def staged(lab: Lab) -> None:
    lab.describe(FILES)
    lab.storage("stage", "--all")


def conflicting(lab: Lab) -> None:
    staged(lab)
    lab.write("data/m31.fits", b"here")
    lab.bucket.put("m31.fits", b"there")
    lab.write("data/new.fits", b"new")


def test_changes_go_both_ways(lab: Lab) -> None:
    staged(lab)
    lab.write("data/m31.fits", b"edited")
    lab.bucket.put("m33.fits", b"changed there")
    result = lab.storage("sync").says("1 object given (6 B)", "1 object taken (13 B)")
    result.says("written: data.storage; next: git commit -m 'data: sync'")
    assert lab.bucket.get("m31.fits") == b"edited"
    assert lab.read("data/m33.fits") == b"changed there"
    lab.storage("sync").says("nothing to do").never_says("git commit")


def test_a_conflict_stops_everything_before_anything_moves(lab: Lab) -> None:
    conflicting(lab)
    result = lab.storage("sync").fails(1)
    result.says("conflict", "data/m31.fits", "edited here and changed on the storage")
    result.says("error: conflicts, so nothing was moved", "--keep local|remote|both|skip")
    assert "new.fits" not in lab.bucket.objects()


@pytest.mark.parametrize(
    ("keep", "here", "there"),
    [("local", b"here", b"here"), ("remote", b"there", b"there")],
)
def test_a_side_can_be_kept(lab: Lab, keep: str, here: bytes, there: bytes) -> None:
    conflicting(lab)
    lab.storage("sync", "--keep", keep)
    assert lab.read("data/m31.fits") == here
    assert lab.bucket.get("m31.fits") == there
    assert lab.bucket.get("new.fits") == b"new"


def test_both_can_be_kept(lab: Lab) -> None:
    conflicting(lab)
    lab.storage("sync", "--keep", "both")
    assert lab.read("data/m31.fits") == b"there"
    assert b"here" in lab.files().values()
    assert lab.bucket.objects() == lab.files()


def test_conflicts_can_be_skipped(lab: Lab) -> None:
    conflicting(lab)
    lab.storage("sync", "--keep", "skip").fails(1).says("1 object in conflict", "1 object given")
    assert lab.read("data/m31.fits") == b"here"
    assert lab.bucket.get("m31.fits") == b"there"


def test_a_dry_run_shows_kind_size_path_and_reason(lab: Lab) -> None:
    staged(lab)
    lab.write("data/m31.fits", b"edited")
    assert lab.storage("sync", "-n").out == "give             6 B  data/m31.fits  edited here\n"
    assert lab.bucket.objects() == FILES


def test_a_missing_file_is_only_erased_when_asked(lab: Lab) -> None:
    staged(lab)
    lab.remove("data/m31.fits")
    lab.storage("sync")
    assert lab.bucket.objects() == FILES
    lab.storage("sync", "--delete").says("1 object erased")
    assert set(lab.bucket.objects()) == {"m33.fits"}


def test_many_deletions_need_a_number(lab: Lab) -> None:
    lab.describe({f"{n:02}": b"x" for n in range(20)})
    lab.storage("stage", "--all")
    for n in range(15):
        lab.remove(f"data/{n:02}")
    lab.storage("sync", "--delete").fails(128).says("--allow-deletes 15")
    assert len(lab.bucket.objects()) == 20
    lab.storage("sync", "--delete", "--allow-deletes", "14").fails(128)
    lab.storage("sync", "--delete", "--allow-deletes", "15").says("15 objects erased")
    assert len(lab.bucket.objects()) == 5


def test_a_promise_of_somebody_else_is_waited_for(lab: Lab) -> None:
    staged(lab)
    other = lab.clone()
    other.storage("stage", "--all")
    other.write("data/m42.fits", b"orion")
    other.storage("record")
    other.commit("promise")
    lab.pull()
    lab.storage("sync").fails(1).says("wait", "data/m42.fits", "recorded by somebody else")


def test_an_unreachable_storage_changes_nothing(lab: Lab) -> None:
    staged(lab)
    lab.bucket.root.rename(lab.root / "away")
    lab.storage("sync").fails(128).says("error:").never_says("Traceback")
    assert lab.files() == FILES


def test_the_document_says_what_was_done(lab: Lab) -> None:
    staged(lab)
    lab.write("data/m31.fits", b"edited")
    found = lab.storage("sync", "--json").json()
    assert found["pointers"] == ["data.storage"]
    (action,) = found["reports"][0]["actions"]
    assert (action["kind"], action["done"], action["size"]) == ("give", True, 6)


def on_a_terminal(lab: Lab, typed: str, *options: str) -> tuple[int, str]:
    """Run sync with a terminal for standard input and error; the exit status and what it shows."""
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    environment = {**lab.environment, "GIT_TERMINAL_PROMPT": "1", "TERM": "dumb"}
    with subprocess.Popen(
        [sys.executable, "-m", "gitstore", "sync", *options],
        cwd=lab.top,
        env=environment,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        out, _ = process.communicate()
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    return process.returncode, shown + out.decode()


def test_a_conflict_is_asked_about_on_a_terminal(lab: Lab) -> None:
    conflicting(lab)
    code, shown = on_a_terminal(lab, "d\nl\n")
    assert code == 0
    assert "[l]ocal, [r]emote, [b]oth, [d]iff, [s]kip, [a]bort" in shown
    assert "conflict: data/m31.fits: edited here and changed on the storage" in shown
    assert lab.bucket.get("m31.fits") == b"here"


def test_abort_stops_before_anything_moves(lab: Lab) -> None:
    conflicting(lab)
    code, shown = on_a_terminal(lab, "a\n")
    assert code == 1
    assert "stopped before anything was moved" in shown
    assert lab.bucket.objects() == {"m31.fits": b"there", "m33.fits": b"33"}


def test_many_deletions_are_asked_about_on_a_terminal(lab: Lab) -> None:
    lab.describe({f"{n:02}": b"x" for n in range(20)})
    lab.storage("stage", "--all")
    for n in range(15):
        lab.remove(f"data/{n:02}")
    code, _ = on_a_terminal(lab, "n\n", "--delete")
    assert (code, len(lab.bucket.objects())) == (128, 20)
    code, shown = on_a_terminal(lab, "y\n", "--delete")
    assert (code, len(lab.bucket.objects())) == (0, 5)
    assert "sync would erase 15 of 20 objects of data" in shown
