"""`git storage resolve`, where the pointers are in slices."""

from __future__ import annotations

import pytest

from gitstore.core.versions import Version
from tests.commands.merging import (
    NAME,
    an_opening_path,
    branches,
    close_opening_paths,
    configured,
    entries,
    etag,
    many,
    put,
    slice_of,
)
from tests.lab import Lab


@pytest.fixture
def lab(lab: Lab) -> Lab:
    lab.describe({"m31.fits": b"one", "m33.fits": b"33"})
    configured(lab)
    return lab


def settled(lab: Lab) -> None:
    assert lab.git("ls-files", "-u").out == ""
    assert b"<<<<" not in lab.read(NAME)
    assert lab.git("diff", "--", NAME, NAME + ".d").out == ""


def sliced(lab: Lab) -> dict[str, Version]:
    """Slices that one side cuts elsewhere while the other changes what moves; both together."""
    base, opening = many(4500), an_opening_path(3000)
    before, after = f"{int(opening) - 1:05}", f"{int(opening) + 1:05}"
    changed = {before: etag("theirs"), after: etag("theirs")}
    branches(
        lab,
        base,
        main=lambda e: (e.pop(opening), e.update({"00001": etag("ours")})),
        theirs=lambda e: e.update(changed),
    )
    base.pop(opening)
    return base | changed | {"00001": etag("ours")}


@pytest.mark.parametrize("way", ["merge", "cherry-pick", "rebase", "stash"])
def test_slices_that_are_cut_elsewhere_are_merged_as_a_whole(lab: Lab, way: str) -> None:
    wanted = sliced(lab)
    if way == "rebase":
        lab.git("switch", "--quiet", "theirs")
        lab.git("rebase", "main").fails(1)
    elif way == "stash":
        lab.git("switch", "--quiet", "--detach", "theirs")
        lab.git("reset", "--quiet", "--soft", "base")
        lab.git("stash", "--quiet")
        lab.git("switch", "--quiet", "main")
        lab.git("stash", "pop").fails(1)
    else:
        lab.git(way, "theirs").fails(1)
    lab.storage("resolve").says("data: resolved")
    settled(lab)
    assert entries(lab) == wanted


def test_slices_with_a_conflict_are_settled(lab: Lab) -> None:
    branches(
        lab,
        many(4500),
        main=lambda e: e.update({"00001": etag("ours"), "00002": etag("ours")}),
        theirs=lambda e: e.update({"00001": etag("theirs"), "00003": etag("theirs")}),
    )
    lab.git("merge", "theirs").fails(1)
    lab.storage("resolve").fails(1).says("data/00001: conflict")
    lab.storage("resolve", "--keep", "theirs")
    settled(lab)
    found = entries(lab)
    assert found["00001"] == found["00003"] == etag("theirs")
    assert found["00002"] == etag("ours")
    assert len(found) == 4500


def test_a_pointer_that_became_sliced_on_one_side_is_merged(lab: Lab) -> None:
    base = many(4090)
    branches(
        lab,
        base,
        main=lambda e: e.update({f"x{n}": etag("ours") for n in range(20)}),
        theirs=put(y="theirs"),
    )
    lab.git("merge", "theirs").fails(1)
    lab.storage("resolve")
    settled(lab)
    assert len(entries(lab)) == 4090 + 20 + 1


def too_few(lab: Lab) -> None:
    """Slices from which both sides have taken objects, so that they are no longer enough."""
    branches(
        lab,
        many(4100),
        main=lambda e: [e.pop(f"{n:05}") for n in (1, 2, 3)],
        theirs=lambda e: [e.pop(f"{n:05}") for n in (4001, 4002, 4003)],
    )


def test_slices_that_became_too_few_on_both_sides_are_put_together(lab: Lab) -> None:
    too_few(lab)
    lab.git("merge", "--quiet", "theirs")
    assert len(lab.storage("ls", "-z", "data").out.split("\0")) == 4094 + 1
    lab.storage("doctor").says("hint: git storage resolve data")
    lab.storage("resolve").says("data: resolved")
    settled(lab)
    assert len(entries(lab)) == 4094
    lab.storage("resolve").says("no pointer is in conflict")


def test_slices_that_became_too_few_do_not_get_into_a_commit(lab: Lab) -> None:
    too_few(lab)
    lab.storage("install")
    lab.git("merge", "--quiet", "theirs").fails(1).says("hint: git storage resolve data")
    lab.storage("resolve")
    lab.git("commit", "--quiet", "--no-edit")
    assert len(entries(lab)) == 4094


def test_slices_that_became_too_few_are_put_together_by_the_next_sync(lab: Lab) -> None:
    too_few(lab)
    lab.git("merge", "--quiet", "theirs")
    lab.storage("sync", "--keep", "remote", "--allow-deletes", "5000")
    assert set(entries(lab)) == {"m31.fits", "m33.fits"}
    settled(lab)


def test_slices_that_became_too_few_are_put_together_by_the_next_record(lab: Lab) -> None:
    too_few(lab)
    lab.git("merge", "--quiet", "theirs")
    lab.storage("install")
    lab.write("data/new.fits", b"new")
    lab.storage("record").says("1 object recorded")
    settled(lab)
    assert len(entries(lab)) == 4095
    lab.git("commit", "--quiet", "--message", "record")
    assert not lab.exists(NAME + ".d")


def test_slices_that_became_too_few_are_not_committed_with_another_change(lab: Lab) -> None:
    too_few(lab)
    lab.git("merge", "--quiet", "theirs")  # without hooks
    lab.storage("install")
    lab.git("rm", "--quiet", slice_of(an_opening_path(0)))
    lab.git("commit", "--message", "x").fails(1).says(f"error: {NAME}", "hint: ")
    lab.git("reset", "--quiet", "--hard")
    lab.git("commit", "--quiet", "--allow-empty", "--message", "nothing of ours")


def test_a_slice_that_git_takes_for_another_one_renamed_is_merged(lab: Lab) -> None:
    first, second = close_opening_paths()
    base = many(5000)
    base.pop(second)
    after, last = f"{int(second) + 1:05}", f"{int(second) + 2:05}"
    branches(
        lab,
        base,
        main=lambda e: (e.pop(first), e.update({second: etag("ours"), after: etag("ours")})),
        theirs=lambda e: e.update({last: etag("theirs")}),
    )
    lab.git("merge", "theirs").fails(1)
    assert not lab.git("ls-files", "-u", slice_of(first)).out
    lab.git("ls-files", "-u", slice_of(second)).says("1\t", "2\t", "3\t")
    lab.storage("resolve").says("data: resolved")
    settled(lab)
    base.pop(first)
    ours = {second: etag("ours"), after: etag("ours")}
    assert entries(lab) == base | ours | {last: etag("theirs")}
