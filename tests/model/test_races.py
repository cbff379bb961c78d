"""Somebody else is there between the plan's look and the act: at every request or step of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.model.bucket import Habit
from tests.model.driver import world
from tests.model.fuse import Trouble
from tests.model.oracle import Scene, sha256
from tests.model.steps import NAMES, Step, content_of

_OURS, _THEIRS = 2, 9
_STAGED = (Step("stage"), Step("put", name=0, content=1), Step("put", name=1, content=5))
_EDITED = (*_STAGED, Step("sync"), Step("edit", name=0, content=_OURS))
_REMOVED = (*_STAGED, Step("sync"), Step("unlink", name=0))
_MOVED = (*_STAGED, Step("sync"), Step("put", name=0, content=_OURS))
_DELETED = (*_STAGED, Step("sync"), Step("delete", name=0))
_ERASE = Step("sync", option="delete allow")


def races(
    habit: Habit, before: Sequence[Step], raced: Step, what: str, together: bool = False
) -> Iterator[Scene]:
    """What there is when somebody was at the first object, at each request of an operation.

    Args:
        habit: what the bucket does with old bytes and preconditions.
        before: what happened before.
        raced: the operation.
        what: what somebody does meanwhile; see `Trouble`.
        together: see `Bucket`.
    """
    trouble = Trouble("race", 0, what, 0, _THEIRS)
    return _disturbed((habit, together), before, raced, trouble)


def saved(before: Sequence[Step], raced: Step) -> Iterator[Scene]:
    """What there is when somebody saved the first file, at each step of an operation."""
    trouble = Trouble("beside", 0, "edit", 0, _THEIRS)
    return _disturbed((Habit.PLAIN, False), before, raced, trouble)


def _disturbed(
    bucket: tuple[Habit, bool], before: Sequence[Step], raced: Step, trouble: Trouble
) -> Iterator[Scene]:
    for at in range(1, 1000):
        with world(1, bucket[0], together=bucket[1]) as here:
            for step in before:
                here.do(step)
            here.do(replace(raced, trouble=replace(trouble, at=at)))
            if not here.disturbed:
                assert at > 3  # a listing, what is in it, and more
                return
            yield here.scene
            here.settle()


def lost(scenes: Iterator[Scene]) -> int:
    """How often what somebody wrote on the storage meanwhile is not there."""
    return sum(scene.bucket.get(NAMES[0]) != content_of(_THEIRS) for scene in scenes)


def test_what_somebody_writes_meanwhile_is_not_replaced() -> None:
    assert lost(races(Habit.PLAIN, _EDITED, Step("sync"), "put")) == 0


def test_what_somebody_writes_meanwhile_is_not_erased() -> None:
    assert lost(races(Habit.PLAIN, _REMOVED, _ERASE, "put")) == 0


def test_without_preconditions_only_the_request_that_writes_can_replace_it() -> None:
    assert lost(races(Habit.CARELESS, _EDITED, Step("sync"), "put")) == 1


def test_without_preconditions_only_the_request_that_erases_can_erase_it() -> None:
    assert lost(races(Habit.CARELESS, _REMOVED, _ERASE, "put")) == 1


def test_what_somebody_deletes_meanwhile_is_not_given_again() -> None:
    for scene in races(Habit.PLAIN, _EDITED, Step("sync"), "delete"):
        assert NAMES[0] not in scene.bucket
        assert scene.local[0][NAMES[0]] == content_of(_OURS)


def test_what_is_saved_here_while_new_bytes_come_stays_in_its_place() -> None:
    for scene in saved(_MOVED, Step("sync")):
        assert scene.local[0][NAMES[0]] == content_of(_THEIRS)
        assert scene.bucket[NAMES[0]] == content_of(_OURS)


def test_what_is_saved_here_while_it_would_be_dropped_stays_in_its_place() -> None:
    for scene in saved(_DELETED, Step("sync")):
        assert scene.local[0][NAMES[0]] == content_of(_THEIRS)


def test_what_is_saved_here_while_it_would_be_unstaged_stays_in_its_place() -> None:
    for scene in saved((*_STAGED, Step("sync")), Step("unstage")):
        assert scene.local[0][NAMES[0]] == content_of(_THEIRS)


def test_what_is_made_here_while_an_object_of_that_name_comes_stays_in_its_place() -> None:
    for scene in saved(_STAGED, Step("sync")):
        assert scene.local[0][NAMES[0]] == content_of(_THEIRS)
        assert scene.bucket[NAMES[0]] == content_of(1)


def test_what_is_saved_here_while_it_is_given_is_not_given_for_something_else() -> None:
    for scene in saved(_EDITED, Step("sync")):
        assert scene.local[0][NAMES[0]] == content_of(_THEIRS)
        named = scene.pointers[0][NAMES[0]].sha256
        assert named in (None, sha256(scene.bucket[NAMES[0]]))
