"""The rules of docs/sync-table.md that the pure core decides."""

# ruff: noqa: N802 - a test carries the name of its rule, and the rules are B1, P3, Sc4

from __future__ import annotations

from dataclasses import replace

from gitstore.core.choices import asked_erasures, chosen, missing, with_choices
from gitstore.core.model import Choice, Kind, State
from gitstore.core.plan import (
    decide_record,
    decide_stage,
    decide_sync,
    decide_sync_read_only,
    decide_unstage,
    planned,
    pointer_after,
)
from gitstore.core.versions import content_only, has_place, version
from tests.core.states import (
    ONE,
    SIZE,
    THREE,
    TWO,
    Bytes,
    based,
    erasing,
    known,
    listed,
    local,
    promise,
)


def test_B1_bytes_that_are_only_recorded_do_not_become_the_base_by_staging() -> None:
    state = State("x", promise(TWO), based(ONE), local(TWO), listed(ONE), wanted=True)
    assert decide_stage(state).kind is Kind.KEEP
    assert decide_sync(state).kind is Kind.GIVE


def test_B2_a_listing_changes_no_base() -> None:
    before = State("x", known(ONE), based(ONE), local(TWO), listed(ONE), wanted=True)
    moved = replace(before, remote=listed(THREE))
    assert decide_sync(moved).kind is Kind.CONFLICT
    assert decide_sync(moved).seen.base == before.base


def test_B3_a_missing_file_is_never_a_deletion() -> None:
    for there in (listed(ONE), listed(TWO), None):
        state = State("x", known(ONE), based(ONE), None, there, wanted=True)
        assert decide_sync(state).kind in (Kind.NOTHING, Kind.POINT, Kind.FORGET)


def test_B4_a_file_without_base_that_equals_the_line_is_not_new() -> None:
    state = State("x", known(ONE), None, local(ONE), listed(TWO), wanted=True)
    assert decide_sync(state).kind is Kind.TAKE
    unlike = replace(state, local=local(THREE))
    assert decide_sync(unlike).kind is Kind.CONFLICT


def test_B4_a_file_without_base_that_equals_a_fact_of_its_key_is_not_new() -> None:
    facts = (known(ONE), known(TWO))
    state = State("x", listed(TWO), None, local(ONE), listed(TWO), wanted=True, facts=facts)
    assert decide_sync(state).kind is Kind.TAKE
    assert decide_stage(state).kind is Kind.REPLACE
    assert decide_stage(replace(state, facts=())).kind is Kind.CONFLICT


def test_B4_heals_an_upload_whose_base_was_lost() -> None:
    made = State("x", known(ONE), None, local(TWO), listed(TWO), facts=(known(TWO),), wanted=True)
    action = decide_sync(made)
    assert action.kind is Kind.ADOPT
    assert pointer_after(action, None) == listed(TWO)


def test_B5_sha256_recognises_the_bytes_in_another_storage() -> None:
    base = replace(based(ONE), version=content_only(known(ONE)))
    moved_house = known(Bytes(ONE.sha256, "issued-elsewhere"))
    state = State("x", content_only(known(ONE)), base, local(ONE), moved_house, wanted=True)
    action = decide_sync(state)
    assert action.kind is Kind.ADOPT
    assert pointer_after(action, None) == moved_house


def test_P1_the_line_equals_the_object_staged_or_not() -> None:
    for state in (
        State("x", known(ONE), None, None, listed(TWO)),
        State("x", known(ONE), based(ONE), local(ONE), listed(TWO), wanted=True),
        State("x", known(ONE), based(ONE), None, listed(TWO), wanted=True),
        State("x", None, based(TWO), local(TWO), listed(TWO), wanted=True),
    ):
        assert pointer_after(decide_sync(state), None) == listed(TWO)
    gone = State("x", known(ONE), None, None, None)
    assert pointer_after(decide_sync(gone), None) is None


def test_P1_a_line_that_already_names_the_version_stays_byte_for_byte() -> None:
    line = version(SIZE, {"sha256": ONE.sha256, "etag": ONE.etag, "zeta": "kept"})
    state = State("x", line, based(ONE), local(ONE), listed(ONE), wanted=True)
    action = decide_sync(state)
    assert action.kind is Kind.NOTHING
    assert pointer_after(action, None) is line


def test_P1_a_promise_that_was_kept_is_completed() -> None:
    state = State(
        "x", promise(ONE), based(ONE), local(ONE), listed(ONE), wanted=True, facts=(known(ONE),)
    )
    action = decide_sync(state)
    assert action.kind is Kind.POINT
    assert pointer_after(action, None) == known(ONE)


def test_P3_a_foreign_promise_is_left_alone_and_said() -> None:
    for base, here in ((None, None), (based(ONE), local(ONE)), (based(ONE), None)):
        for there in (listed(ONE), listed(TWO), None):
            state = State("x", promise(THREE), base, here, there, wanted=True)
            action = decide_sync(state)
            assert (action.kind, action.cell) == (Kind.WAIT, "P3")
            assert "somebody else" in action.reason
            assert pointer_after(action, None) is state.pointer


def test_P3_a_local_edit_beside_a_foreign_promise_is_a_conflict() -> None:
    for base, here in ((based(ONE), local(TWO)), (None, local(TWO)), (erasing(ONE), None)):
        state = State("x", promise(THREE), base, here, listed(ONE), wanted=True)
        action = decide_sync(state)
        assert (action.kind, action.cell) == (Kind.CONFLICT, "P3")
        assert pointer_after(action, None) is state.pointer


def test_P3_our_own_promise_is_given() -> None:
    state = State(
        "x", promise(TWO), based(ONE), local(TWO), listed(ONE), wanted=True, recorded=TWO.sha256
    )
    assert decide_sync(state).kind is Kind.GIVE


def test_P3_our_own_promise_whose_bytes_went_missing_is_not_overwritten() -> None:
    state = State(
        "x", promise(TWO), based(ONE), None, listed(ONE), wanted=True, recorded=TWO.sha256
    )
    action = decide_sync(state)
    assert action.kind is Kind.WAIT
    assert action.reason == "recorded here, but its bytes are no longer here"


def test_P3_a_line_that_names_no_bytes_is_nobodys_promise() -> None:
    state = State("x", version(SIZE), None, None, listed(ONE), wanted=False)
    action = decide_sync(state)
    assert action.kind is not Kind.WAIT
    assert pointer_after(action, None) == listed(ONE)


def test_P3_the_same_bytes_here_keep_a_strangers_promise() -> None:
    state = State("x", promise(TWO), based(ONE), local(TWO), listed(ONE), wanted=True)
    assert decide_sync(state).kind is Kind.GIVE


def test_P4_record_writes_edited_and_new_objects_as_promises() -> None:
    edited = State("x", known(ONE), based(ONE), local(TWO), known(ONE))
    new = State("x", None, None, local(TWO))
    for state in (edited, new):
        action = decide_record(state)
        assert (action.kind, action.cell) == (Kind.RECORD, "P4")
        line = pointer_after(action, None)
        assert line is not None
        assert line == promise(TWO)
        assert not has_place(line)


def test_P4_record_refuses_where_the_pointer_moved() -> None:
    for state in (
        State("x", known(THREE), based(ONE), local(TWO)),  # another version
        State("x", None, based(ONE), local(TWO)),  # removed
        State("x", known(THREE), None, local(TWO)),  # made here, and somebody's line is there
        State("x", promise(THREE), based(ONE), local(TWO)),  # somebody else's promise
        State("x", promise(THREE), based(ONE), local(TWO), recorded=ONE.sha256),
    ):
        action = decide_record(state)
        assert action.kind is Kind.REFUSE
        assert "stage first" in action.reason


def test_P4_record_replaces_our_own_promise() -> None:
    for base in (based(ONE), None):
        state = State("x", promise(TWO), base, local(THREE), recorded=TWO.sha256)
        assert decide_record(state).kind is Kind.RECORD


def test_P4_record_leaves_what_the_pointer_already_says() -> None:
    for line in (known(TWO), promise(TWO)):
        state = State("x", line, based(ONE), local(TWO))
        assert decide_record(state).kind is Kind.NOTHING


def test_P4_record_records_no_deletion_and_no_unchanged_file() -> None:
    for state in (
        State("x", known(ONE), based(ONE), None),
        State("x", known(ONE), erasing(ONE), None),
        State("x", known(TWO), based(ONE), local(ONE)),
        State("x", known(ONE), None, None),
    ):
        assert decide_record(state).kind is Kind.NOTHING


def test_P5_two_clones_that_see_the_same_change_write_the_same_line() -> None:
    changed = listed(TWO)
    staged = State("x", known(ONE), based(ONE), local(ONE), changed, wanted=True)
    bare = State("x", known(ONE), None, None, changed)
    learned = replace(bare, facts=(known(ONE), known(TWO)))
    lines = {pointer_after(decide_sync(s), None) for s in (staged, bare, learned)}
    assert lines == {changed}


def test_P5_bytes_written_from_here_keep_their_sha256_in_the_line() -> None:
    state = State("x", known(ONE), based(ONE), local(TWO), listed(ONE), wanted=True)
    line = pointer_after(decide_sync(state), known(TWO))
    assert line is not None
    assert line.sha256 == TWO.sha256


def test_K1_a_choice_changes_the_base_and_the_same_table_decides() -> None:
    state = State("x", known(ONE), based(ONE), local(TWO), listed(THREE), wanted=True)
    kept = chosen(state, Choice.LOCAL)
    assert kept.base is not None
    assert (kept.base.version, kept.base.erase) == (listed(THREE), False)
    assert decide_sync(kept).kind is Kind.GIVE
    for choice in (Choice.REMOTE, Choice.BOTH):
        left = chosen(state, choice)
        assert (left.local, left.base, left.wanted) == (None, None, True)
        assert decide_sync(left).kind is Kind.TAKE


def test_K1_conflicts_stay_where_nobody_chose() -> None:
    state = State("x", known(ONE), based(ONE), local(TWO), listed(THREE), wanted=True)
    plan = planned("data", "sync", [state], decide_sync)
    assert with_choices(plan, {"x": Choice.SKIP}, decide_sync).conflicts == plan.conflicts


def test_K2_an_asked_erasure_is_carried_out_only_on_the_version_it_was_asked_for() -> None:
    state = State("x", known(ONE), erasing(ONE), None, listed(ONE), wanted=True)
    assert decide_sync(state).kind is Kind.ERASE
    assert decide_sync(replace(state, remote=listed(TWO))).kind is Kind.CONFLICT


def test_F1_unstage_never_removes_bytes_that_are_only_here() -> None:
    for state in (
        State("x", known(ONE), based(ONE), local(TWO), listed(ONE)),
        State("x", promise(TWO), based(ONE), local(TWO), listed(ONE), recorded=TWO.sha256),
        State("x", None, None, local(TWO), None),
        State("x", promise(TWO), None, local(TWO), None, recorded=TWO.sha256),
    ):
        assert decide_unstage(state).kind in (Kind.REFUSE, Kind.KEEP)


def test_Sc2_unreadable_is_not_absent() -> None:
    state = State("x", known(ONE), based(ONE), None, None, wanted=True, problem="no permission")
    for decide in (
        decide_sync,
        decide_sync_read_only,
        decide_stage,
        decide_unstage,
        decide_record,
    ):
        action = decide(state)
        assert (action.kind, action.cell, action.reason) == (Kind.REFUSE, "Sc2", "no permission")
        assert pointer_after(action, None) is state.pointer
    assert asked_erasures([state]) == (state,)
    assert missing([state]) == 0


def test_Sc4_read_only_data_paths_show_and_keep_edits() -> None:
    for state in (
        State("x", known(ONE), based(ONE), local(TWO), listed(ONE), wanted=True),
        State("x", None, None, local(TWO), None),
        State("x", known(ONE), erasing(ONE), None, listed(ONE), wanted=True),
    ):
        action = decide_sync_read_only(state)
        assert (action.kind, action.cell) == (Kind.KEEP, "Sc4")
        assert action.reason.endswith("but the data path is read-only")
        assert pointer_after(action, None) == state.pointer


def test_Sc4_read_only_data_paths_still_take_and_drop() -> None:
    moved = State("x", known(ONE), based(ONE), local(ONE), listed(TWO), wanted=True)
    assert decide_sync_read_only(moved).kind is Kind.TAKE
    assert decide_sync_read_only(replace(moved, remote=None)).kind is Kind.DROP
