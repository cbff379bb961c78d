"""Answers to conflicts, asked erasures, and the guards before many of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitstore.core.choices import (
    asked_erasures,
    conflict_copy,
    missing,
    too_many,
    with_choices,
)
from gitstore.core.model import Action, Choice, Kind, State
from gitstore.core.plan import decide_sync, decide_sync_read_only, planned, pointer_after
from gitstore.core.versions import Version, merged
from tests.core.states import ONE, THREE, TWO, based, erasing, known, listed, local, promise

EDITED_MOVED = State("x", known(ONE), based(ONE), local(TWO), listed(THREE), wanted=True)
EDITED_GONE = State("x", known(ONE), based(ONE), local(TWO), None, wanted=True)
ERASE_MOVED = State("x", known(ONE), erasing(ONE), None, listed(TWO), wanted=True)
BOTH_NEW = State("x", None, None, local(ONE), listed(TWO))
FOREIGN_EDITED = State("x", promise(THREE), based(ONE), local(TWO), listed(ONE), wanted=True)
FOREIGN_GONE = State("x", promise(THREE), based(ONE), local(TWO), None, wanted=True)
FOREIGN_NEW = State("x", promise(THREE), None, local(TWO), None)
FOREIGN_ERASE = State("x", promise(THREE), erasing(ONE), None, listed(ONE), wanted=True)
CONFLICTS = {
    "1.3b": EDITED_MOVED,
    "1.3c": EDITED_GONE,
    "1.5b": ERASE_MOVED,
    "1.6d": BOTH_NEW,
    "P3 edited": FOREIGN_EDITED,
    "P3 gone": FOREIGN_GONE,
    "P3 new": FOREIGN_NEW,
    "P3 erase": FOREIGN_ERASE,
}


def _answered(state: State, choice: Choice) -> dict[str, Action]:
    plan = planned("data", "sync", [state], decide_sync)
    assert [a.kind for a in plan.actions] == [Kind.CONFLICT]
    return {a.path: a for a in with_choices(plan, {"x": choice}, decide_sync).actions}


def _line_after(action: Action) -> Version | None:
    made = None if action.seen.local is None else merged(action.seen.local, listed(TWO))
    return pointer_after(action, made)


@pytest.mark.parametrize(
    ("name", "kind", "cell"),
    [
        ("1.3b", Kind.GIVE, "1.3a"),
        ("1.3c", Kind.GIVE, "1.6e"),
        ("1.5b", Kind.ERASE, "1.5a"),
        ("1.6d", Kind.GIVE, "1.3a"),
        ("P3 edited", Kind.GIVE, "1.3a"),
        ("P3 gone", Kind.GIVE, "1.6e"),
        ("P3 new", Kind.GIVE, "1.6e"),
        ("P3 erase", Kind.ERASE, "1.5a"),
    ],
)
def test_keep_local_makes_the_local_side_what_changed(name: str, kind: Kind, cell: str) -> None:
    action = _answered(CONFLICTS[name], Choice.LOCAL)["x"]
    assert (action.kind, action.cell, action.choice) == (kind, cell, Choice.LOCAL)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("1.3b", Kind.TAKE),
        ("1.3c", Kind.NOTHING),
        ("1.5b", Kind.TAKE),
        ("1.6d", Kind.TAKE),
        ("P3 edited", Kind.TAKE),
        ("P3 gone", Kind.NOTHING),
        ("P3 new", Kind.NOTHING),
        ("P3 erase", Kind.TAKE),
    ],
)
def test_keep_remote_takes_what_is_there(name: str, kind: Kind) -> None:
    state = CONFLICTS[name]
    action = _answered(state, Choice.REMOTE)["x"]
    # The object is gone: the line goes too, and the executor has moved the local bytes away.
    assert action.kind in ({kind, Kind.POINT} if state.remote is None else {kind})
    assert action.choice is Choice.REMOTE
    assert _line_after(action) == state.remote


@pytest.mark.parametrize(
    ("name", "kind"),
    [("1.3b", Kind.TAKE), ("1.3c", Kind.POINT), ("1.5b", Kind.TAKE), ("1.6d", Kind.TAKE)],
)
def test_keep_both_takes_what_is_there(name: str, kind: Kind) -> None:
    state = CONFLICTS[name]
    action = _answered(state, Choice.BOTH)["x"]
    assert (action.kind, action.choice) == (kind, Choice.BOTH)
    assert _line_after(action) == state.remote


@pytest.mark.parametrize("name", CONFLICTS)
def test_an_answered_action_has_seen_the_local_file_that_is_there(name: str) -> None:
    state = CONFLICTS[name]
    for choice in (Choice.LOCAL, Choice.REMOTE, Choice.BOTH):
        seen = _answered(state, choice)["x"].seen
        assert (seen.local, seen.remote, seen.base) == (state.local, state.remote, state.base)


@pytest.mark.parametrize("name", CONFLICTS)
def test_keep_both_gives_the_local_bytes_a_name_of_their_own(name: str) -> None:
    state = CONFLICTS[name]
    actions = _answered(state, Choice.BOTH)
    if state.local is None:
        assert set(actions) == {"x"}
        return
    copy = actions[f"x.conflict-{(state.local.sha256 or '')[:8]}"]
    assert (copy.kind, copy.cell, copy.choice) == (Kind.GIVE, "1.6e", Choice.BOTH)
    assert copy.seen.local == state.local
    assert copy.seen.remote is None  # create-only


@pytest.mark.parametrize("name", CONFLICTS)
def test_skipped_and_unanswered_conflicts_stay(name: str) -> None:
    plan = planned("data", "sync", [CONFLICTS[name]], decide_sync)
    for answers in ({}, {"x": Choice.SKIP}, {"y": Choice.LOCAL}):
        assert with_choices(plan, answers, decide_sync) == plan
    assert pointer_after(plan.actions[0], None) is CONFLICTS[name].pointer


@pytest.mark.parametrize(
    ("there", "kind"), [(listed(ONE), Kind.POINT), (listed(TWO), Kind.TAKE), (None, Kind.DROP)]
)
def test_keep_remote_gives_up_a_foreign_promise(there: Version | None, kind: Kind) -> None:
    waiting = State("x", promise(THREE), based(ONE), local(ONE), there, wanted=True)
    plan = planned("data", "sync", [waiting], decide_sync)
    assert [a.kind for a in plan.actions] == [Kind.WAIT]
    action = with_choices(plan, {"x": Choice.REMOTE}, decide_sync).actions[0]
    assert action.kind is kind
    assert pointer_after(action, None) == there


@pytest.mark.parametrize("choice", [Choice.LOCAL, Choice.BOTH, Choice.SKIP])
def test_no_other_answer_gives_up_a_foreign_promise(choice: Choice) -> None:
    waiting = State("x", promise(THREE), based(ONE), local(ONE), listed(ONE), wanted=True)
    plan = planned("data", "sync", [waiting], decide_sync)
    assert with_choices(plan, {"x": choice}, decide_sync) == plan


def test_an_answer_changes_nothing_where_there_is_no_conflict() -> None:
    same = State("x", known(ONE), based(ONE), local(ONE), listed(ONE), wanted=True)
    broken = replace(EDITED_MOVED, path="y", problem="no permission")
    plan = planned("data", "sync", [same, broken], decide_sync)
    answers = {"x": Choice.REMOTE, "y": Choice.REMOTE}
    assert with_choices(plan, answers, decide_sync) == plan


def test_keep_local_on_a_read_only_data_path_gives_nothing() -> None:
    plan = planned("data", "sync", [EDITED_MOVED], decide_sync_read_only)
    for choice in (Choice.LOCAL, Choice.BOTH):
        answered = with_choices(plan, {"x": choice}, decide_sync_read_only)
        assert not answered.of(Kind.GIVE, Kind.ERASE)


def test_actions_stay_sorted_when_copies_join_them() -> None:
    states = [EDITED_MOVED, State("x.a", remote=listed(ONE)), State("x.d", remote=listed(ONE))]
    plan = planned("data", "sync", states, decide_sync)
    answered = with_choices(plan, {"x": Choice.BOTH}, decide_sync)
    assert [a.path for a in answered.actions] == ["x", "x.a", "x.conflict-22222222", "x.d"]


@pytest.mark.parametrize(
    ("path", "copy"),
    [
        ("x.fits", "x.conflict-abcdef01.fits"),
        ("x.tar.gz", "x.conflict-abcdef01.tar.gz"),
        ("noextension", "noextension.conflict-abcdef01"),
        (".hidden", ".hidden.conflict-abcdef01"),
        (".hidden.yml", ".hidden.conflict-abcdef01.yml"),
        ("..odd", "..odd.conflict-abcdef01"),
        ("dot.", "dot.conflict-abcdef01."),
        ("a/b.c/x.fits", "a/b.c/x.conflict-abcdef01.fits"),
        ("a/b.c/x", "a/b.c/x.conflict-abcdef01"),
        ("späte daten.csv", "späte daten.conflict-abcdef01.csv"),
    ],
)
def test_a_conflict_copy_keeps_the_directory_and_the_whole_extension(path: str, copy: str) -> None:
    assert conflict_copy(path, "abcdef0123456789") == copy


@pytest.mark.parametrize("stem", ["n" * 251, "ü" * 125, "€" * 83 + "ab", "n" * 230])
def test_a_conflict_copy_of_a_long_name_still_is_a_file_name(stem: str) -> None:
    name = f"{stem}.dat"
    assert len(name.encode()) <= 255
    copy = conflict_copy(f"dir/{name}", "abcdef0123456789")
    head, _, tail = copy.partition(".conflict-abcdef01")
    assert len(copy.removeprefix("dir/").encode()) <= 255
    assert tail == ".dat"
    assert name.startswith(head.removeprefix("dir/"))


def test_a_conflict_copy_of_the_same_bytes_has_the_same_name() -> None:
    assert conflict_copy("x", "a" * 64) == conflict_copy("x", "a" * 64)
    assert conflict_copy("x", "a" * 64) != conflict_copy("x", "b" * 64)


def test_sync_delete_asks_for_the_erasure_of_missing_objects_only() -> None:
    gone = State("gone", known(ONE), based(ONE), None, listed(ONE))
    others = (
        State("same", known(ONE), based(ONE), local(ONE), listed(ONE)),
        State("edited", known(ONE), based(ONE), local(TWO), listed(ONE)),
        State("never staged", known(ONE), None, None, listed(ONE)),
        State("new", None, None, local(ONE), None),
        replace(gone, path="unreadable", problem="no permission"),
    )
    asked = asked_erasures((gone, *others))
    assert asked == (replace(gone, base=erasing(ONE)), *others)
    assert decide_sync(asked[0]).kind is Kind.ERASE
    assert missing((gone, *others)) == 1
    assert missing(asked) == 0


def test_sync_delete_of_an_object_that_moved_is_a_conflict() -> None:
    gone = State("x", known(ONE), based(ONE), None, listed(TWO))
    assert decide_sync(asked_erasures([gone])[0]).kind is Kind.CONFLICT


@pytest.mark.parametrize(
    ("count", "total", "stops"),
    [
        (0, 0, False),
        (10, 10, False),  # few, even if it is all of them
        (11, 11, True),
        (11, 21, True),  # over half
        (11, 22, False),  # exactly half
        (11, 1_000_000, False),
        (1000, 2000, False),
        (1000, 1999, True),
        (1000, 1_000_000, False),
        (1001, 1_000_000, True),
    ],
)
def test_too_many_deletions_stop(count: int, total: int, stops: bool) -> None:
    assert too_many(count, total) is stops
