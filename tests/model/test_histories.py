"""Histories that once broke a promise, as short as they can be."""

from __future__ import annotations

from tests.model.bucket import Habit
from tests.model.driver import world
from tests.model.steps import NAMES, Step


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
