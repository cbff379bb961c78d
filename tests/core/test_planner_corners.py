"""Corners of the tables that were wrong once."""

from __future__ import annotations

import pytest

from gitstore.core.choices import conflict_copy, with_choices
from gitstore.core.errors import PathRefused
from gitstore.core.model import Choice, Kind, Plan, State
from gitstore.core.plan import (
    decide_record,
    decide_sync,
    line_after,
    planned,
    pointer_after,
)
from gitstore.core.versions import Same, compare, version
from tests.core.states import (
    ONE,
    SIZE,
    THREE,
    TWO,
    based,
    erasing,
    every_state,
    known,
    listed,
    local,
    promise,
)


def _answers(state: State, choice: Choice) -> Plan:
    return with_choices(planned("d", "sync", [state], decide_sync), {"x": choice}, decide_sync)


def test_keep_local_leaves_no_conflict_where_the_base_vouched_for_the_promise() -> None:
    state = State("x", promise(ONE), based(ONE), local(TWO), listed(THREE), wanted=True)
    assert decide_sync(state).cell == "1.3b"
    assert _answers(state, Choice.LOCAL).actions[0].kind is Kind.GIVE


def test_keep_local_leaves_no_conflict_where_a_fact_vouched_for_the_promise() -> None:
    state = State("x", promise(ONE), None, local(TWO), listed(THREE), facts=(known(ONE),))
    assert _answers(state, Choice.LOCAL).actions[0].kind is Kind.GIVE


def test_after_keep_local_or_keep_remote_no_conflict_remains_exhaustively() -> None:
    for state in every_state():
        if decide_sync(state).kind is Kind.CONFLICT:
            for choice in (Choice.LOCAL, Choice.REMOTE):
                assert not _answers(state, choice).of(Kind.CONFLICT, Kind.WAIT), (state, choice)


def test_a_file_put_back_after_rm_is_no_longer_to_be_erased_even_without_facts() -> None:
    state = State("x", known(ONE), erasing(ONE), local(ONE), listed(ONE), wanted=True)
    assert decide_sync(state).kind is Kind.ADOPT


def test_record_does_not_take_a_line_without_sha256_for_our_own_promise() -> None:
    for line in (version(SIZE), version(SIZE, {"md5": "m"}), version(SIZE, {"crc32c": "c"})):
        for base in (based(ONE), None):
            assert decide_record(State("x", line, base, local(TWO))).kind is Kind.REFUSE


def test_a_line_without_sha256_is_not_said_to_be_recorded_here() -> None:
    action = decide_sync(State("x", pointer=version(SIZE, {"md5": "m"})))
    assert "recorded here" not in action.reason


def test_keep_both_puts_no_second_action_on_a_path_that_has_one() -> None:
    conflict = State("x", known(ONE), based(ONE), local(TWO), listed(THREE), wanted=True)
    beside = conflict_copy("x", TWO.sha256)
    for there in (
        State(beside, known(TWO), based(TWO), local(TWO), listed(TWO), wanted=True),
        State(beside, None, None, None, listed(ONE)),
        State(beside, None, None, local(ONE), None),
    ):
        plan = planned("d", "sync", [conflict, there], decide_sync)
        answered = with_choices(plan, {"x": Choice.BOTH}, decide_sync)
        paths = [a.path for a in answered.actions]
        assert len(paths) == len(set(paths))


def test_a_conflict_copy_of_a_single_object_data_path_is_no_crash() -> None:
    with pytest.raises(PathRefused):
        conflict_copy(".", "a" * 64)


@pytest.mark.parametrize("name", ["x." + "e" * 253, "v1." + "ü" * 120, "2023.01.02." + "n" * 240])
def test_a_conflict_copy_of_a_long_extension_still_is_a_file_name(name: str) -> None:
    assert len(name.encode()) <= 255
    assert len(conflict_copy(name, "a" * 64).encode()) <= 255


def test_a_refused_object_keeps_its_line() -> None:
    state = State("x", known(ONE), remote=listed(TWO), wanted=True, impossible="no such name")
    assert pointer_after(decide_sync(state), None) is state.pointer


def test_an_object_equal_on_both_sides_is_no_conflict_beside_a_foreign_promise() -> None:
    state = State("x", promise(TWO), based(THREE), local(ONE), known(ONE), wanted=True)
    action = decide_sync(state)
    assert action.kind is not Kind.CONFLICT
    assert pointer_after(action, None) is state.pointer


def test_an_equal_time_beside_another_etag_does_not_name_the_version() -> None:
    line = version(SIZE, {"etag": "a", "mtime": "t"})
    now = version(SIZE, {"etag": "b", "mtime": "t"})
    assert compare(line, now) is Same.UNKNOWN
    assert line_after(line, now, now) == now


def test_a_file_that_was_not_hashed_does_not_remove_the_line_when_recorded() -> None:
    state = State("x", known(ONE), based(ONE), version(SIZE), listed(ONE), wanted=True)
    action = decide_record(state)
    assert pointer_after(action, None) is not None


def test_keep_remote_completes_a_promise_that_the_storage_kept() -> None:
    state = State(
        "x",
        promise(THREE),
        based(ONE),
        local(TWO),
        listed(THREE),
        wanted=True,
        facts=(known(THREE),),
    )
    action = _answers(state, Choice.REMOTE).actions[0]
    assert pointer_after(action, None) == known(THREE)


def test_keep_remote_trashes_nothing_for_an_object_that_cannot_be_taken() -> None:
    state = State(
        "x",
        known(ONE),
        based(ONE),
        local(TWO),
        listed(THREE),
        wanted=True,
        impossible="X is the same name on this file system",
    )
    action = _answers(state, Choice.REMOTE).actions[0]
    assert not (action.kind is Kind.REFUSE and action.choice is Choice.REMOTE)


def test_a_plan_of_names_that_are_no_unicode_does_not_depend_on_their_order() -> None:
    states = [State("a\udcff", remote=listed(ONE)), State("a\udcfe", remote=listed(ONE))]
    forth = planned("d", "sync", states, decide_sync)
    assert forth == planned("d", "sync", states[::-1], decide_sync)


@pytest.mark.parametrize(
    "state",
    [
        State("x", promise(THREE), based(ONE), local(TWO), listed(ONE), wanted=True),
        State("x", promise(THREE), based(ONE), local(TWO), None, wanted=True),
        State("x", promise(THREE), None, local(TWO), None),
        State("x", promise(THREE), erasing(ONE), None, listed(ONE), wanted=True),
    ],
)
def test_keep_both_gives_up_nothing_of_somebody_else(state: State) -> None:
    action = _answers(state, Choice.BOTH).actions[0]
    assert (action.kind, action.cell) == (Kind.WAIT, "P3")
    assert pointer_after(action, None) == promise(THREE)
