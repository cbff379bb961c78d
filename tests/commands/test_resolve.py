"""`git storage resolve`, after everything that git calls a merge."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from gitstore.core.versions import version
from tests.commands.merging import (
    NAME,
    branches,
    commit,
    configured,
    entries,
    etag,
    put,
)
from tests.lab import Lab

THREE = {"a": etag("a"), "b": etag("b"), "c": etag("c")}
SHA = "5" * 64


@pytest.fixture
def lab(lab: Lab) -> Lab:
    lab.describe({"m31.fits": b"one", "m33.fits": b"33"})
    configured(lab)
    return lab


def settled(lab: Lab) -> None:
    assert lab.git("ls-files", "-u").out == ""
    assert b"<<<<" not in lab.read(NAME)
    assert lab.git("diff", "--", NAME, NAME + ".d").out == ""


def two_changes(lab: Lab) -> None:
    """Branches whose pointers name two versions of one object; the storage holds the second."""
    lab.storage("stage", "--all")
    lab.git("branch", "theirs")
    lab.bucket.put("m31.fits", b"older!")
    lab.storage("sync")
    lab.commit("ours")
    lab.git("switch", "--quiet", "theirs")
    lab.bucket.put("m31.fits", b"newer")
    lab.storage("sync")
    lab.git("commit", "--quiet", "--all", "--message", "theirs")
    lab.git("switch", "--quiet", "main")
    lab.git("merge", "theirs").fails(1)


def test_of_two_versions_the_one_that_the_storage_holds_is_right(lab: Lab) -> None:
    two_changes(lab)
    result = lab.storage("resolve").says("data/m31.fits: theirs, what the storage holds")
    result.says("data: resolved")
    settled(lab)
    assert entries(lab)["m31.fits"].size == len(b"newer")
    lab.git("commit", "--quiet", "--no-edit")
    lab.storage("sync").never_says("conflict")
    assert lab.read("data/m31.fits") == b"newer"


def test_it_is_the_same_from_the_other_side(lab: Lab) -> None:
    two_changes(lab)
    lab.git("merge", "--abort")
    lab.git("switch", "--quiet", "theirs")
    lab.git("merge", "main").fails(1)
    lab.storage("resolve").says("data/m31.fits: ours, what the storage holds")
    assert entries(lab)["m31.fits"].size == len(b"newer")


def test_the_bytes_and_their_base_stay_as_they_are(lab: Lab) -> None:
    two_changes(lab)
    before = lab.files()
    base = next(line for line in explained(lab) if line.startswith("  base "))
    lab.storage("resolve", "--keep", "ours")
    assert lab.files() == before
    assert lab.bucket.get("m31.fits") == b"newer"
    assert base in explained(lab)


def explained(lab: Lab) -> list[str]:
    """What is known of the object, with the pointer of ours in the place of the conflict."""
    conflicted = lab.read(NAME)
    lab.write(NAME, lab.git("show", f"HEAD:{NAME}").out.encode())
    found = lab.storage("status", "--explain", "data/m31.fits").out.splitlines()
    lab.write(NAME, conflicted)
    return found


def test_where_nobody_can_be_asked_the_objects_are_named(lab: Lab) -> None:
    branches(lab, THREE, main=put(a="ours", b="b2"), theirs=put(a="theirs", c="c2"))
    lab.git("merge", "theirs").fails(1)
    before = lab.snapshot()
    result = lab.storage("resolve").fails(1)
    result.says("data/a: conflict: changed on both sides, and gone from the storage")
    result.says("data: 1 object still in conflict, so the pointer was left alone")
    result.says("git storage resolve --keep ours|theirs data")
    assert lab.snapshot() == before


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_a_side_can_be_kept_and_only_for_what_is_in_conflict(lab: Lab, side: str) -> None:
    branches(lab, THREE, main=put(a="ours", b="b2"), theirs=put(a="theirs", c="c2"))
    lab.git("merge", "theirs").fails(1)
    lab.storage("resolve", "--keep", side, NAME)
    settled(lab)
    assert entries(lab) == {"a": etag(side), "b": etag("b2"), "c": etag("c2")}


def test_the_storage_can_be_kept_though_neither_side_names_it(lab: Lab) -> None:
    lab.bucket.put("a", b"something else")
    branches(lab, THREE, main=put(a="ours", b="x"), theirs=put(a="theirs", b="y"))
    lab.git("merge", "theirs").fails(1)
    lab.storage("resolve").fails(1).says("the storage holds neither version")
    lab.storage("resolve", "--keep", "remote")
    found = entries(lab)
    assert found["a"].size == len(b"something else")
    assert "b" not in found  # it is gone from the storage


def test_what_is_here_can_be_kept(lab: Lab) -> None:
    two_changes(lab)
    lab.storage("resolve", "--keep", "local")
    assert entries(lab)["m31.fits"].size == len(lab.read("data/m31.fits"))
    settled(lab)


def test_a_promise_never_loses_by_itself(lab: Lab) -> None:
    promise = version(6, {"sha256": SHA})
    two_changes(lab)
    lab.git("merge", "--abort")
    held = entries(lab) | {"m31.fits": promise}
    commit(lab, held, "file:../bucket/")
    lab.git("merge", "theirs").fails(1)
    lab.storage("resolve").fails(1).says("recorded but not uploaded yet")
    lab.storage("resolve", "--keep", "ours")
    assert entries(lab)["m31.fits"] == promise


def test_only_the_named_objects_get_the_answer(lab: Lab) -> None:
    branches(lab, THREE, main=put(a="ours", b="ours"), theirs=put(a="theirs", b="theirs"))
    lab.git("merge", "theirs").fails(1)
    lab.storage("resolve", "--keep", "ours", "data/a").fails(1).says("data/b: conflict")


def test_a_removal_against_a_change_is_asked_about_too(lab: Lab) -> None:
    branches(lab, THREE, main=lambda e: e.pop("a"), theirs=put(a="theirs"))
    lab.git("merge", "theirs").fails(1)
    result = lab.storage("resolve").says("data/a: ours, gone from the storage")
    result.says("resolved")
    assert entries(lab) == {"b": etag("b"), "c": etag("c")}


def test_a_rebase_and_a_cherry_pick_go_on(lab: Lab) -> None:
    branches(lab, THREE, main=put(a="main", b="b2"), theirs=put(a="theirs", c="c2"))
    lab.git("switch", "--quiet", "-c", "picked")
    lab.git("cherry-pick", "theirs").fails(1)
    lab.storage("resolve", "--keep", "theirs")
    lab.git("-c", "core.editor=true", "cherry-pick", "--continue")
    wanted = {"a": etag("theirs"), "b": etag("b2"), "c": etag("c2")}
    assert entries(lab) == wanted
    lab.git("switch", "--quiet", "theirs")
    lab.git("rebase", "main").fails(1)
    lab.storage("resolve", "--keep", "theirs")
    lab.git("-c", "core.editor=true", "rebase", "--continue")
    assert entries(lab) == wanted


def test_a_stash_that_conflicts_is_settled(lab: Lab) -> None:
    branches(lab, THREE, main=put(a="main"))
    lab.git("switch", "--quiet", "base")
    lab.write(NAME, lab.read(NAME).replace(b"etag:a", b"etag:stash"))
    lab.git("stash", "--quiet")
    lab.git("switch", "--quiet", "main")
    lab.git("stash", "pop").fails(1)
    lab.storage("resolve", "--keep", "theirs")
    settled(lab)
    assert entries(lab)["a"] == etag("stash")


def test_what_an_octopus_has_left_is_settled(lab: Lab) -> None:
    # Octopus merges know no drivers: lines that are neighbours conflict there.
    base = {f"{n:02}": etag("base") for n in range(30)}
    branches(
        lab,
        base,
        main=lambda e: e.update({"00": etag("main")}),
        second=lambda e: e.update({"10": etag("second")}),
        third=lambda e: e.update({"00": etag("third"), "11": etag("third")}),
    )
    lab.git("merge", "second", "third").fails(1)
    lab.storage("resolve", "--keep", "theirs")
    settled(lab)
    found = {path: version for path, version in entries(lab).items() if version != etag("base")}
    assert found == {"00": etag("third"), "10": etag("second"), "11": etag("third")}


def test_other_sources_can_only_be_kept_whole(lab: Lab) -> None:
    commit(lab, THREE)
    lab.git("switch", "--quiet", "-c", "theirs")
    commit(lab, THREE | {"a": etag("x")})
    lab.git("switch", "--quiet", "main")
    commit(lab, THREE, "file:../other/")
    lab.git("merge", "theirs").fails(1)
    lab.storage("resolve").fails(1).says("data.storage: conflict: the sides have different sources")
    lab.storage("resolve", "--keep", "theirs")
    settled(lab)
    assert entries(lab) == THREE | {"a": etag("x")}


def test_markers_that_were_committed_are_merged_again(lab: Lab) -> None:
    branches(lab, THREE, main=put(a="ours", b="b2"), theirs=put(a="theirs"))
    lab.git("merge", "theirs").fails(1)
    lab.git("commit", "--quiet", "--all", "--no-edit")
    lab.storage("resolve", "--keep", "theirs")
    assert entries(lab) == {"a": etag("theirs"), "b": etag("b2"), "c": etag("c")}


def test_a_pointer_that_no_merge_has_broken_is_not_touched(lab: Lab) -> None:
    lab.write(NAME, b"oops\n")
    lab.storage("resolve").fails(128).says("git restore data.storage")
    assert lab.read(NAME) == b"oops\n"


def test_without_a_conflict_it_says_so(lab: Lab) -> None:
    lab.storage("resolve").says("no pointer is in conflict")


def test_a_criss_cross_merge_is_never_decided_by_a_base_that_is_not_one(lab: Lab) -> None:
    branches(lab, THREE, main=put(a="ours"), theirs=put(a="theirs"))
    for branch, other, side in (("m1", "theirs", "main"), ("m2", "main", "theirs")):
        lab.git("switch", "--quiet", "-c", branch, side)
        lab.git("merge", other).fails(1)
        lab.storage("resolve", "--keep", "ours")
        lab.git("commit", "--quiet", "--no-edit")
    lab.git("merge", "m1").fails(1)
    lab.storage("resolve").fails(1).says("data/a: conflict")
    lab.storage("resolve", "--keep", "theirs")
    assert entries(lab) == THREE | {"a": etag("ours")}


def test_a_programs_answer_is_json(lab: Lab) -> None:
    branches(lab, THREE, main=put(a="ours"), theirs=put(a="theirs"))
    lab.git("merge", "theirs").fails(1)
    found = lab.storage("resolve", "--json").fails(1).json()["pointers"]
    assert found[0]["data_path"] == "data"
    assert [one["path"] for one in found[0]["left"]] == ["a"]


@pytest.mark.parametrize(("typed", "kept"), [("t", "theirs"), ("O", "ours")])
def test_on_a_terminal_it_asks(lab: Lab, typed: str, kept: str) -> None:
    branches(lab, THREE, main=put(a="ours"), theirs=put(a="theirs"))
    lab.git("merge", "theirs").fails(1)
    ours, theirs = pty.openpty()
    environment = {k: v for k, v in lab.environment.items() if k != "GIT_TERMINAL_PROMPT"}
    try:
        os.write(ours, f"{typed}\n".encode())
        subprocess.run(
            [sys.executable, "-m", "gitstore", "resolve"],
            cwd=lab.top,
            env=environment,
            stdin=theirs,
            stderr=theirs,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert entries(lab)["a"] == etag(kept)


def test_it_can_be_undone_and_done_in_another_way(lab: Lab) -> None:
    branches(lab, THREE, main=put(a="ours", b="b2"), theirs=put(a="theirs"))
    lab.git("merge", "theirs").fails(1)
    conflicted = lab.read(NAME)
    lab.storage("resolve", "--keep", "ours")
    lab.storage("undo")
    assert lab.read(NAME) == conflicted
    lab.storage("resolve", "--keep", "theirs")
    assert entries(lab) == {"a": etag("theirs"), "b": etag("b2"), "c": etag("c")}


def test_it_works_from_a_directory_below(lab: Lab) -> None:
    branches(lab, THREE, main=put(a="ours"), theirs=put(a="theirs"))
    lab.git("merge", "theirs").fails(1)
    lab.write("below/x", b"")
    result = lab.storage("resolve", "../data.storage", at="below").fails(1)
    result.says("../data/a: conflict", "resolve --keep ours|theirs ../data")
    lab.storage("resolve", "--keep", "ours", "../data", at="below")
    assert entries(lab)["a"] == etag("ours")
