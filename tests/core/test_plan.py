"""One test per cell of the tables in docs/sync-table.md, and what becomes of the pointer's line."""

from __future__ import annotations

from gitstore.core.model import Action, Base, Kind, State
from gitstore.core.plan import (
    Decide,
    decide_record,
    decide_stage,
    decide_sync,
    decide_sync_read_only,
    decide_unstage,
    line_after,
    planned,
    pointer_after,
)
from gitstore.core.versions import Version, merged, version
from tests.core.states import ONE, SIZE, THREE, TWO, based, erasing, known, listed, local, promise


def _decided(decide: Decide, state: State) -> tuple[Kind, str]:
    action = decide(state)
    assert action.seen is state
    assert action.reason
    return action.kind, action.cell


def _sync(
    base: Base | None = None,
    here: Version | None = None,
    there: Version | None = None,
    line: Version | None = None,
) -> tuple[Kind, str]:
    state = State("x", pointer=line, base=base, local=here, remote=there, wanted=True)
    return _decided(decide_sync, state)


def _stage(
    base: Base | None = None, here: Version | None = None, line: Version | None = None
) -> tuple[Kind, str]:
    there = base.version if base is not None else line
    state = State("x", pointer=line, base=base, local=here, remote=there, wanted=True)
    return _decided(decide_stage, state)


# Table 1, `sync`.


def test_1_1d_not_here_and_new_there_is_taken_if_wanted() -> None:
    assert _sync(there=listed(ONE)) == (Kind.TAKE, "1.1d")


def test_1_1d_not_here_and_not_wanted_only_reaches_the_pointer() -> None:
    assert _decided(decide_sync, State("x", remote=listed(ONE))) == (Kind.POINT, "1.1d")


def test_1_1d_not_here_and_not_wanted_with_a_line_that_is_right_is_nothing() -> None:
    state = State("x", pointer=known(ONE), remote=listed(ONE))
    assert _decided(decide_sync, state) == (Kind.NOTHING, "1.1d")


def test_1_1d_what_cannot_be_a_file_here_is_refused_only_if_wanted() -> None:
    impossible = "a name with a line feed"
    wanted = State("x", remote=listed(ONE), wanted=True, impossible=impossible)
    assert _decided(decide_sync, wanted) == (Kind.REFUSE, "names")
    assert decide_sync(wanted).reason == impossible
    unwanted = State("x", remote=listed(ONE), impossible=impossible)
    assert _decided(decide_sync, unwanted) == (Kind.POINT, "1.1d")


def test_1_1e_neither_here_nor_there_leaves_the_pointer() -> None:
    assert _sync(line=known(ONE)) == (Kind.POINT, "1.1e")
    assert _sync() == (Kind.NOTHING, "1.1e")


def test_1_2a_same_here_and_same_there_is_nothing() -> None:
    assert _sync(based(ONE), local(ONE), listed(ONE), known(ONE)) == (Kind.NOTHING, "1.2a")


def test_1_2a_same_on_both_sides_with_an_old_line_writes_the_line() -> None:
    assert _sync(based(ONE), local(ONE), listed(ONE), known(TWO)) == (Kind.POINT, "1.2a")
    assert _sync(based(ONE), local(ONE), listed(ONE)) == (Kind.POINT, "1.2a")


def test_1_2b_same_here_and_moved_there_is_taken() -> None:
    assert _sync(based(ONE), local(ONE), listed(TWO), known(ONE)) == (Kind.TAKE, "1.2b")


def test_1_2c_same_here_and_gone_there_is_dropped() -> None:
    assert _sync(based(ONE), local(ONE), None, known(ONE)) == (Kind.DROP, "1.2c")


def test_1_3a_edited_here_and_same_there_is_given() -> None:
    assert _sync(based(ONE), local(TWO), listed(ONE), known(ONE)) == (Kind.GIVE, "1.3a")


def test_1_3b_edited_here_and_moved_there_is_a_conflict() -> None:
    assert _sync(based(ONE), local(TWO), listed(THREE), known(ONE)) == (Kind.CONFLICT, "1.3b")


def test_1_3b_an_object_of_the_same_size_that_nobody_knows_counts_as_moved() -> None:
    bare = version(SIZE)
    assert _sync(based(ONE), local(TWO), bare, known(ONE)) == (Kind.CONFLICT, "1.3b")


def test_1_3c_edited_here_and_gone_there_is_a_conflict() -> None:
    assert _sync(based(ONE), local(TWO), None, known(ONE)) == (Kind.CONFLICT, "1.3c")


def test_1_4a_missing_here_and_same_there_is_nothing_and_said() -> None:
    state = State("x", known(ONE), based(ONE), None, listed(ONE), wanted=True)
    assert _decided(decide_sync, state) == (Kind.NOTHING, "1.4a")
    assert decide_sync(state).reason == "missing here; that is not a deletion"


def test_1_4b_missing_here_and_moved_there_only_reaches_the_pointer() -> None:
    assert _sync(based(ONE), None, listed(TWO), known(ONE)) == (Kind.POINT, "1.4b")


def test_1_4c_missing_here_and_gone_there_is_forgotten() -> None:
    assert _sync(based(ONE), None, None, known(ONE)) == (Kind.FORGET, "1.4c")


def test_1_5a_to_be_erased_and_same_there_is_erased() -> None:
    assert _sync(erasing(ONE), None, listed(ONE), known(ONE)) == (Kind.ERASE, "1.5a")


def test_1_5b_to_be_erased_and_moved_there_is_a_conflict() -> None:
    assert _sync(erasing(ONE), None, listed(TWO), known(ONE)) == (Kind.CONFLICT, "1.5b")


def test_1_5c_to_be_erased_and_gone_there_is_forgotten() -> None:
    assert _sync(erasing(ONE), None, None, known(ONE)) == (Kind.FORGET, "1.5c")


def test_1_6d_new_here_and_new_there_is_a_conflict() -> None:
    assert _sync(None, local(ONE), listed(TWO)) == (Kind.CONFLICT, "1.6d")


def test_1_6e_new_here_and_nothing_there_is_given() -> None:
    assert _sync(None, local(ONE), None) == (Kind.GIVE, "1.6e")


def test_equal_on_both_sides_is_adopted_in_any_cell() -> None:
    assert _sync(None, local(ONE), known(ONE)) == (Kind.ADOPT, "1.6d")
    assert _sync(based(TWO), local(ONE), known(ONE)) == (Kind.ADOPT, "1.3b")
    again = version(SIZE, {"sha256": ONE.sha256, "etag": "written-again"})
    assert _sync(based(ONE), local(ONE), again) == (Kind.ADOPT, "1.2a")


def test_a_file_put_back_after_rm_is_adopted_and_no_longer_to_be_erased() -> None:
    assert _sync(erasing(ONE), local(ONE), known(ONE)) == (Kind.ADOPT, "1.2a")


# Table 2, `stage`.


def test_2_1b_not_here_and_in_the_pointer_is_fetched_if_wanted() -> None:
    assert _stage(line=known(ONE)) == (Kind.FETCH, "2.1b")


def test_2_1b_not_here_and_not_wanted_is_nothing() -> None:
    assert _decided(decide_stage, State("x", pointer=known(ONE))) == (Kind.NOTHING, "2.1b")


def test_2_1b_what_cannot_be_a_file_here_is_refused() -> None:
    state = State("x", pointer=known(ONE), wanted=True, impossible="no such name here")
    assert _decided(decide_stage, state) == (Kind.REFUSE, "names")


def test_2_1c_neither_here_nor_in_the_pointer_is_nothing() -> None:
    assert _stage() == (Kind.NOTHING, "2.1c")


def test_2_2a_same_here_and_same_in_the_pointer_is_nothing() -> None:
    assert _stage(based(ONE), local(ONE), listed(ONE)) == (Kind.NOTHING, "2.2a")


def test_2_2b_same_here_and_another_version_in_the_pointer_is_replaced() -> None:
    assert _stage(based(ONE), local(ONE), listed(TWO)) == (Kind.REPLACE, "2.2b")


def test_2_2c_same_here_and_not_in_the_pointer_is_dropped() -> None:
    assert _stage(based(ONE), local(ONE)) == (Kind.DROP, "2.2c")


def test_2_3a_edited_here_and_same_in_the_pointer_is_kept() -> None:
    assert _stage(based(ONE), local(TWO), listed(ONE)) == (Kind.KEEP, "2.3a")


def test_2_3b_edited_here_and_equal_to_the_pointer_is_adopted() -> None:
    assert _stage(based(ONE), local(TWO), known(TWO)) == (Kind.ADOPT, "2.3b")


def test_2_3b_edited_here_and_another_version_in_the_pointer_is_a_conflict() -> None:
    assert _stage(based(ONE), local(TWO), known(THREE)) == (Kind.CONFLICT, "2.3b")
    assert _stage(based(ONE), local(TWO), listed(THREE)) == (Kind.CONFLICT, "2.3b")


def test_2_3c_edited_here_and_not_in_the_pointer_is_a_conflict() -> None:
    assert _stage(based(ONE), local(TWO)) == (Kind.CONFLICT, "2.3c")


def test_2_4a_missing_here_and_same_in_the_pointer_is_fetched_if_wanted() -> None:
    assert _stage(based(ONE), None, listed(ONE)) == (Kind.FETCH, "2.4a")
    state = State("x", pointer=listed(ONE), base=based(ONE))
    assert _decided(decide_stage, state) == (Kind.NOTHING, "2.4a")


def test_2_4b_missing_here_and_another_version_in_the_pointer_is_fetched_if_wanted() -> None:
    assert _stage(based(ONE), None, listed(TWO)) == (Kind.FETCH, "2.4b")


def test_2_4c_missing_here_and_not_in_the_pointer_is_forgotten() -> None:
    assert _stage(based(ONE)) == (Kind.FORGET, "2.4c")


def test_2_5a_to_be_erased_and_same_in_the_pointer_waits_for_sync() -> None:
    assert _stage(erasing(ONE), None, listed(ONE)) == (Kind.NOTHING, "2.5a")


def test_2_5b_to_be_erased_and_another_version_in_the_pointer_waits_for_sync() -> None:
    assert _stage(erasing(ONE), None, listed(TWO)) == (Kind.NOTHING, "2.5b")


def test_2_5c_to_be_erased_and_not_in_the_pointer_is_forgotten() -> None:
    assert _stage(erasing(ONE)) == (Kind.FORGET, "2.5c")


def test_2_6b_new_here_and_unlike_the_pointer_is_a_conflict() -> None:
    assert _stage(None, local(ONE), listed(TWO)) == (Kind.CONFLICT, "2.6b")


def test_2_6b_new_here_and_like_the_pointer_is_adopted_as_its_base() -> None:
    # Rule B4 has found the base, so that nothing is left to do but to note it.
    assert _stage(None, local(ONE), known(ONE)) == (Kind.NOTHING, "2.2a")


def test_2_6c_new_here_and_not_in_the_pointer_is_kept() -> None:
    assert _stage(None, local(ONE)) == (Kind.KEEP, "2.6c")


def test_bytes_that_are_recorded_and_not_uploaded_stay_edited_when_staged() -> None:
    assert _stage(based(ONE), local(TWO), promise(TWO)) == (Kind.KEEP, "B1")
    assert _stage(None, local(TWO), promise(TWO)) == (Kind.KEEP, "B1")


# What becomes of the pointer's line.


def test_a_line_that_names_the_version_stays_byte_for_byte() -> None:
    line = version(SIZE, {"sha256": ONE.sha256, "etag": ONE.etag, "zeta": "1"})
    assert line_after(line, listed(ONE), listed(ONE)) is line


def test_a_line_that_names_another_version_becomes_what_the_listing_says() -> None:
    assert line_after(known(ONE), listed(TWO), listed(TWO)) == listed(TWO)
    assert line_after(None, known(ONE), listed(ONE)) == listed(ONE)


def test_a_line_of_an_object_that_is_gone_goes() -> None:
    assert line_after(known(ONE), None, None) is None


def test_a_promise_that_the_storage_has_kept_is_completed() -> None:
    assert line_after(promise(ONE), known(ONE), listed(ONE)) == known(ONE)


def test_a_given_object_is_pointed_to_as_the_answer_named_it() -> None:
    made = merged(local(TWO), listed(TWO))
    state = State("x", known(ONE), based(ONE), local(TWO), listed(ONE), wanted=True)
    assert pointer_after(decide_sync(state), made) == made


def test_an_erased_object_leaves_the_pointer() -> None:
    state = State("x", known(ONE), erasing(ONE), None, listed(ONE), wanted=True)
    assert pointer_after(decide_sync(state), None) is None


def test_a_conflict_keeps_the_line() -> None:
    state = State("x", known(ONE), based(ONE), local(TWO), listed(THREE), wanted=True)
    assert pointer_after(decide_sync(state), None) is state.pointer


def test_an_object_that_could_not_be_looked_at_keeps_its_line() -> None:
    state = State("x", pointer=known(ONE), remote=listed(TWO), problem="no permission")
    for decide in (decide_sync, decide_stage, decide_record, decide_sync_read_only):
        assert pointer_after(decide(state), None) is state.pointer


def test_a_recorded_object_becomes_a_promise_of_size_and_sha256() -> None:
    here = version(SIZE, {"sha256": TWO.sha256, "md5": "0" * 32})
    state = State("x", known(ONE), based(ONE), here, listed(ONE), wanted=True)
    assert pointer_after(decide_record(state), None) == promise(TWO)


# Unstage.


def test_unstage_removes_what_is_as_it_was_staged() -> None:
    state = State("x", known(ONE), based(ONE), local(ONE), listed(ONE))
    assert _decided(decide_unstage, state) == (Kind.UNSTAGE, "B3")


def test_unstage_refuses_an_edited_file() -> None:
    state = State("x", known(ONE), based(ONE), local(TWO), listed(ONE))
    assert _decided(decide_unstage, state) == (Kind.REFUSE, "F1")


def test_unstage_keeps_a_new_file() -> None:
    assert _decided(decide_unstage, State("x", local=local(ONE))) == (Kind.KEEP, "F1")


def test_unstage_forgets_what_is_missing_and_keeps_what_is_to_be_erased() -> None:
    gone = State("x", known(ONE), based(ONE), None, listed(ONE))
    assert _decided(decide_unstage, gone) == (Kind.FORGET, "B3")
    erased = State("x", known(ONE), erasing(ONE), None, listed(ONE))
    assert _decided(decide_unstage, erased) == (Kind.KEEP, "B3")
    assert _decided(decide_unstage, State("x")) == (Kind.NOTHING, "B3")


# Plans.


def test_a_plan_has_one_action_per_state_sorted_by_path() -> None:
    states = [State(path, remote=listed(ONE)) for path in ("é", "b/c", "b", "a")]
    plan = planned("data", "sync", states, decide_sync)
    assert [a.path for a in plan.actions] == ["a", "b", "b/c", "é"]
    assert (plan.data_path, plan.verb, plan.offline) == ("data", "sync", False)


def test_a_plan_counts_its_bytes_and_names_its_conflicts() -> None:
    states = [
        State("down", remote=listed(ONE), wanted=True),
        State("up", local=local(ONE)),
        State("both", local=local(ONE), remote=listed(TWO)),
    ]
    plan = planned("data", "sync", states, decide_sync)
    assert (plan.bytes_down, plan.bytes_up) == (SIZE, SIZE)
    assert [a.path for a in plan.conflicts] == ["both"]
    assert all(isinstance(a, Action) for a in plan.of(Kind.GIVE, Kind.TAKE))
