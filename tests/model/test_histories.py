"""Histories that once broke a promise, as short as they can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.model.bucket import Habit
from tests.model.driver import world
from tests.model.fuse import Trouble
from tests.model.steps import NAMES, Step, content_of


def test_keep_both_gives_up_nobody_elses_promise() -> None:
    steps = (
        Step("edit", 0, 0, 1),
        Step("record", 0),
        Step("push", 0),
        Step("pull", 1),
        Step("edit", 1, 0, 2),
        Step("sync", 1, option="both"),
    )
    with world(2, Habit.PLAIN) as here:
        for step in steps:
            here.do(step)
        assert NAMES[0] in here.clones[1].pointer()
        here.settle()


def test_keep_remote_gives_up_a_promise_of_ones_own() -> None:
    steps = (
        Step("put", name=0, content=1),
        Step("stage", 0),
        Step("sync", 0),
        Step("edit", 0, 0, 2),
        Step("record", 0),
        Step("put", name=0, content=3),
        Step("sync", 0, option="remote"),
    )
    with world(2, Habit.PLAIN) as here:
        for step in steps:
            here.do(step)
        assert here.scene.local[0] == here.scene.bucket
        assert (
            here.oracle.bytes_of(here.clones[0].pointer()[NAMES[0]]) == here.scene.bucket[NAMES[0]]
        )


def at_every_moment(before: Sequence[Step], killed: Step, after: Sequence[Step]) -> None:
    """One history for every moment at which an operation can be killed."""
    for moment in range(1, 1000):
        with world(2, Habit.PLAIN) as here:
            for step in before:
                here.do(step)
            here.do(replace(killed, trouble=Trouble("kill", moment)))
            if not here.killed:
                assert moment > 5
                return
            for step in after:
                here.do(step)
            here.settle()


_STAGED = (Step("stage", 0), Step("put", name=0, content=1), Step("sync", 0))


def test_bytes_taken_by_a_killed_sync_are_still_known_as_a_copy() -> None:
    at_every_moment(
        (Step("stage", 0), Step("put", name=0, content=1)),
        Step("sync", 0),
        (Step("delete", name=0), Step("sync", 0)),
    )


def test_a_killed_unstage_never_looks_like_a_deletion() -> None:
    at_every_moment(_STAGED, Step("unstage", 0), (Step("sync", 0, option="delete"),))


def test_a_killed_drop_never_looks_like_a_deletion() -> None:
    after = (Step("put", name=0, content=1), Step("sync", 0, option="delete"))
    at_every_moment((*_STAGED, Step("delete", name=0)), Step("sync", 0), after)


def test_a_killed_undo_of_a_take_gives_nothing_back() -> None:
    before = (*_STAGED, Step("put", name=0, content=2), Step("sync", 0))
    at_every_moment(before, Step("undo", 0), (Step("sync", 0),))


def test_a_killed_undo_of_a_stage_never_looks_like_a_deletion() -> None:
    before = (*_STAGED, Step("unstage", 0), Step("stage", 0))
    at_every_moment(before, Step("undo", 0), (Step("sync", 0, option="delete"),))


def test_a_killed_record_can_be_run_again() -> None:
    after = (Step("edit", 0, 0, 3), Step("record", 0))
    at_every_moment((*_STAGED, Step("edit", 0, 0, 2)), Step("record", 0), after)


def test_a_killed_restore_gives_nothing_that_was_not_asked_for() -> None:
    before = (*_STAGED, Step("push", 0), Step("put", name=0, content=2), Step("sync", 0))
    after = (Step("put", name=0, content=3), Step("sync", 0))
    at_every_moment(before, Step("restore", 0, 0, 1, "from"), after)


def test_a_base_that_was_found_again_is_kept() -> None:
    steps = (
        Step("edit", 0, 0, 1),
        Step("sync", 0),
        Step("lose", 0, option="both"),
        Step("sync", 0),
    )
    with world(1, Habit.OPAQUE) as here:
        for step in steps:
            here.do(step)


def test_what_was_restored_though_the_storage_has_it_no_more_is_given() -> None:
    steps = (
        *_STAGED,
        Step("push", 0),
        Step("delete", name=0),
        Step("sync", 0),
        Step("restore", 0, 0, 1, "from"),
    )
    with world(1, Habit.VERSIONED) as here:
        for step in steps:
            here.do(step)
        restored = here.scene.local[0]
        here.do(Step("sync", 0))
        assert here.scene.bucket == restored != {}


def test_a_copy_that_was_removed_can_be_made_again() -> None:
    conflict = (Step("put", name=0, content=3), Step("sync", 0, option="both"))
    steps = (*_STAGED, Step("edit", 0, 0, 2), *conflict, Step("wipe", 0, option="empty"))
    with world(1, Habit.PLAIN) as here:
        for step in (*steps, Step("edit", 0, 0, 2), Step("put", name=0, content=4)):
            here.do(step)
        here.do(Step("sync", 0, option="both"))
        assert here.scene.local[0] == here.scene.bucket
        assert len(here.scene.bucket) == 2


def test_undo_takes_back_the_last_of_two_operations_in_one_second() -> None:
    steps = (
        Step("stage", 1),
        Step("put", name=0, content=1),
        Step("sync", 1),
        Step("put", name=0, content=2),
        Step("sync", 1),
        Step("put", name=0, content=3),
        Step("sync", 1),
        Step("undo", 1),
    )
    with world(2, Habit.PLAIN) as here:
        for step in steps:
            here.do(step)
        assert here.scene.local[1][NAMES[0]] == content_of(2)
        here.settle()


def test_record_keeps_the_lines_of_a_pointer_that_was_written_for_another_bucket() -> None:
    steps = (*_STAGED, Step("migrate"), Step("record", 0))
    with world(1, Habit.OPAQUE) as here:
        for step in steps:
            here.do(step)
        assert b"etag:" in here.clones[0].pointer_text()
        here.settle()


def test_a_sync_of_one_object_leaves_no_line_bare_when_everything_has_moved() -> None:
    steps = (*_STAGED, Step("put", name=1, content=2), Step("sync", 0), Step("migrate"))
    with world(1, Habit.OPAQUE) as here:
        for step in (*steps, Step("sync", 0, name=0)):
            here.do(step)
        assert here.clones[0].pointer_text().count(b"etag:") == 2
        here.do(Step("sync", 0))
        assert here.clones[0].pointer_text().count(b"etag:") == 2


def test_undo_erases_what_the_operation_created_and_keeps_it_here() -> None:
    steps = (Step("edit", 0, 0, 1), Step("sync", 0), Step("undo", 0))
    with world(1, Habit.VERSIONED) as here:
        for step in steps:
            here.do(step)
        assert here.scene.bucket == {}
        assert here.scene.local[0] == {NAMES[0]: content_of(1)}


def test_an_answer_to_a_deletion_survives_a_kill() -> None:
    before = (*_STAGED, Step("edit", 0, 0, 2), Step("delete", name=0))
    for moment in range(1, 1000):
        with world(1, Habit.PLAIN) as here:
            for step in before:
                here.do(step)
            here.do(Step("sync", 0, option="remote", trouble=Trouble("kill", moment)))
            if not here.killed:
                assert moment > 5
                return
            here.do(Step("sync", 0, option="remote"))
            assert here.scene.bucket == here.scene.local[0] == {}


def test_a_promise_is_kept_when_everything_moves_to_another_bucket() -> None:
    steps = (Step("edit", 1, 0, 2), Step("record", 1), Step("push", 1), Step("migrate"))
    with world(2, Habit.PLAIN) as here:
        for step in (*steps, Step("pull", 0), Step("sync", 0, option="both allow")):
            here.do(step)
        assert NAMES[0] in here.clones[0].pointer()
        here.settle()


def test_record_makes_no_promise_of_a_line_that_was_written_for_another_bucket() -> None:
    given = (Step("edit", 0, 0, 7), Step("sync", 0), Step("push", 0), Step("pull", 1))
    with world(2, Habit.PLAIN) as here:
        for step in (*given, Step("edit", 1, 1, 16), Step("migrate"), Step("record", 1)):
            here.do(step)
        here.settle()


def test_undo_of_an_unstage_that_could_not_ask_makes_no_work_of_a_copy() -> None:
    away = Trouble("unreachable", 2)
    with world(1, Habit.OPAQUE) as here:
        for step in (*_STAGED, Step("unstage", 0, trouble=away), Step("undo", 0)):
            here.do(step)
        assert here.scene.local[0] == here.scene.bucket
        here.do(Step("delete", name=0))
        here.do(Step("sync", 0))
        assert here.scene.bucket == here.scene.local[0] == {}
        here.settle()
