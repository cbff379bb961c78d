"""Short histories, in each of which one guard stands between somebody's bytes and their loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tests.model.bucket import Habit
from tests.model.driver import world
from tests.model.steps import NAMES, Step, content_of
from tests.model.world import World

_STAGED = (Step("stage", 0), Step("put", name=0, content=1), Step("sync", 0))
_BEHIND = (  # of clone 1: the pointer has come with a commit, the bytes not yet
    *(*_STAGED, Step("push", 0), Step("pull", 1), Step("stage", 1), Step("sync", 1)),
    *(Step("put", name=0, content=2), Step("sync", 0), Step("push", 0), Step("pull", 1)),
)


@contextmanager
def after(steps: Sequence[Step], habit: Habit = Habit.PLAIN) -> Iterator[World]:
    """The world of two clones after some steps; everybody meets at its end."""
    with world(2, habit) as here:
        for step in steps:
            here.do(step)
        yield here
        here.settle()


def test_record_leaves_the_line_of_a_copy_that_is_older() -> None:
    with after((*_BEHIND, Step("record", 1))) as here:
        assert here.scene.pointers[1] == here.scene.pointers[0]


def test_record_leaves_the_line_that_has_moved_under_an_edit() -> None:
    with after((*_BEHIND, Step("edit", 1, 0, 3), Step("record", 1))) as here:
        assert here.scene.pointers[1] == here.scene.pointers[0]
        assert here.scene.local[1] == {NAMES[0]: content_of(3)}


def test_stage_leaves_an_edit_though_the_pointer_has_moved() -> None:
    with after((*_BEHIND, Step("edit", 1, 0, 3), Step("stage", 1))) as here:
        assert here.scene.local[1] == {NAMES[0]: content_of(3)}


def test_stage_leaves_an_edit_of_what_the_pointer_names_no_more() -> None:
    erased = (*_BEHIND, Step("stage", 1), Step("edit", 1, 0, 3), Step("rm", 0, 0), Step("sync", 0))
    with after((*erased, Step("push", 0), Step("pull", 1), Step("stage", 1))) as here:
        assert here.clones[1].pointer() == {}
        assert here.scene.local[1] == {NAMES[0]: content_of(3)}


def test_unstage_leaves_what_is_only_here() -> None:
    edits = (Step("edit", 0, 0, 2), Step("edit", 0, 1, 3))
    with after((*_STAGED, *edits, Step("unstage", 0))) as here:
        assert here.scene.local[0] == {NAMES[0]: content_of(2), NAMES[1]: content_of(3)}


def test_what_has_changed_is_not_erased_though_it_was_asked_for() -> None:
    steps = (*_STAGED, Step("rm", 0, 0), Step("put", name=0, content=2), Step("sync", 0))
    with after(steps) as here:
        assert here.scene.bucket == {NAMES[0]: content_of(2)}


def test_what_is_unstaged_is_not_erased() -> None:
    steps = (*_STAGED, Step("unstage", 0), Step("sync", 0, option="delete allow"))
    with after(steps) as here:
        assert here.scene.bucket == {NAMES[0]: content_of(1)}


def test_a_copy_whose_state_is_lost_follows_a_deletion() -> None:
    steps = (*_STAGED, Step("lose", 0, option="state"), Step("delete", name=0), Step("sync", 0))
    with after(steps) as here:
        assert here.scene.bucket == here.scene.local[0] == {}


def test_a_conflict_that_was_passed_over_is_still_one() -> None:
    passed = Step("sync", 0, option="skip")
    moved = (Step("edit", 0, 0, 2), Step("put", name=0, content=3))
    with after((*_STAGED, *moved, passed, passed)) as here:
        assert here.scene.local[0] == {NAMES[0]: content_of(2)}
        assert here.scene.bucket == {NAMES[0]: content_of(3)}


def test_other_bytes_of_the_same_size_are_not_taken_for_a_copy() -> None:
    steps = (*_STAGED, Step("put", name=0, content=4), Step("sync", 0))
    with after(steps, Habit.OPAQUE) as here:
        assert here.scene.local[0] == here.scene.bucket == {NAMES[0]: content_of(4)}


def test_undo_leaves_what_somebody_has_written_over_it_since() -> None:
    steps = (Step("edit", 0, 0, 1), Step("sync", 0), Step("put", name=0, content=2))
    with after((*steps, Step("undo", 0))) as here:
        assert here.scene.bucket == {NAMES[0]: content_of(2)}
