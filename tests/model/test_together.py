"""Small objects that are read and written many at a time, and what stands before their loss."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.model.bucket import Habit
from tests.model.driver import world
from tests.model.fuse import Trouble
from tests.model.steps import NAMES, Step, content_of
from tests.model.test_races import lost, races
from tests.model.world import World

_STAGED = (Step("stage"), Step("put", name=0, content=1), Step("put", name=1, content=5))
_EDITED = (*_STAGED, Step("sync"), Step("edit", name=0, content=2))
_KNOWN = (Step("edit", name=0, content=1), Step("sync"), Step("unstage"))  # by its SHA-256


@contextmanager
def spoiled(data: bytes, habit: Habit) -> Iterator[World]:
    """A bucket of which other bytes come than it holds, for one `stage`."""
    with world(1, habit, together=True) as here:
        for step in _KNOWN:
            here.do(step)
        here.bucket.spoiled = lambda _: data
        here.do(Step("stage"))
        yield here
        here.bucket.spoiled = bytes
        here.do(Step("stage"))
        assert here.scene.local[0] == {NAMES[0]: content_of(1)}


def test_other_bytes_of_the_same_size_are_asked_for_one_by_one() -> None:
    with spoiled(b"!" * len(content_of(1)), Habit.PLAIN) as here:
        assert here.scene.local[0] == {NAMES[0]: content_of(1)}


def test_bytes_that_are_cut_off_are_asked_for_one_by_one() -> None:
    with spoiled(content_of(1)[:-1], Habit.OPAQUE) as here:
        assert here.scene.local[0] == {NAMES[0]: content_of(1)}


def test_what_somebody_writes_meanwhile_is_not_replaced_by_one_of_many() -> None:
    assert lost(races(Habit.PLAIN, _EDITED, Step("sync"), "put", together=True)) == 0


def test_without_preconditions_many_are_written_after_a_look_at_each() -> None:
    assert lost(races(Habit.CARELESS, _EDITED, Step("sync"), "put", together=True)) == 1


def test_what_is_there_already_though_it_was_refused_is_given() -> None:
    # As after an answer that was lost: the precondition no longer holds, and the bytes are ours.
    for at in range(1, 100):
        with world(1, Habit.PLAIN, together=True) as here:
            for step in _EDITED:
                here.do(step)
            trouble = Trouble("race", at, "put", 0, 2)
            here.do(Step("sync", trouble=trouble))
            if not here.disturbed:
                assert at > 3
                return
            assert here.scene.bucket[NAMES[0]] == content_of(2)
            named = here.clones[0].pointer()[NAMES[0]]
            assert here.oracle.bytes_of(named) == content_of(2)
