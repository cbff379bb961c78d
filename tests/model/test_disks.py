"""Short histories of data on other disks."""

from __future__ import annotations

from tests.model.bucket import Habit
from tests.model.driver import world
from tests.model.fuse import Trouble
from tests.model.steps import NAMES, Step, content_of

_STAGED = (Step("put", name=0, content=1), Step("stage", 0), Step("sync", 0))
_LOCATED = (*_STAGED, Step("locate", 0, option="one"))


def test_what_is_on_a_disk_that_is_away_is_nobodys_deletion() -> None:
    for how in ("delete allow", "local", "remote", "both"):
        with world(2, Habit.PLAIN) as here:
            for step in (*_LOCATED, Step("take_off", 0), Step("sync", 0, option=how)):
                here.do(step)
            assert here.scene.bucket == {NAMES[0]: content_of(1)}
            here.do(Step("put_on", 0))
            assert here.clones[0].files() == {NAMES[0]: content_of(1)}
            here.settle()


def test_what_is_on_a_disk_that_is_away_is_not_left_behind() -> None:
    for leaving in (Step("undo", 0), Step("locate", 0, option="home")):
        with world(2, Habit.PLAIN) as here:
            for step in (*_LOCATED, Step("edit", 0, 0, 2), Step("take_off", 0), leaving):
                here.do(step)
            here.do(Step("sync", 0, option="delete allow"))
            assert here.scene.bucket == {NAMES[0]: content_of(1)}
            here.settle()


def test_an_edit_on_a_disk_that_comes_back_is_given() -> None:
    edited = (Step("edit", 0, 0, 2), Step("take_off", 0), Step("sync", 0), Step("stage", 0))
    with world(2, Habit.PLAIN) as here:
        for step in (*_LOCATED, *edited, Step("put_on", 0), Step("sync", 0)):
            here.do(step)
        assert here.scene.bucket == {NAMES[0]: content_of(2)}
        here.settle()


def test_data_are_moved_to_a_disk_by_a_command_killed_at_any_moment() -> None:
    steps = (*_STAGED, Step("edit", 0, 1, 2))
    for moment in range(1, 30):
        with world(2, Habit.PLAIN) as here:
            for step in steps:
                here.do(step)
            here.do(Step("locate", 0, option="one", trouble=Trouble("kill", moment)))
            assert here.clones[0].link.is_symlink()
            assert here.scene.local[0] == {NAMES[0]: content_of(1), NAMES[1]: content_of(2)}
            here.do(Step("sync", 0))
            assert here.scene.bucket == here.scene.local[0]
            here.settle()


def test_undo_of_a_move_killed_at_any_moment_leaves_a_data_path_that_can_be_used() -> None:
    there, home = Step("locate", 0, option="one"), Step("locate", 0, option="home")
    for moves in ((there,), (there, home)):
        for moment in range(1, 30):
            with world(2, Habit.PLAIN) as here:
                for step in moves:
                    here.do(step)
                here.do(Step("undo", 0, trouble=Trouble("kill", moment)))
                here.do(Step("edit", 0, 0, 1))
                here.settle()
                assert here.scene.bucket == {NAMES[0]: content_of(1)}


def test_nothing_leads_back_to_a_disk_that_is_away() -> None:
    moves = (Step("locate", 0, option="one"), Step("locate", 0, option="home"))
    with world(2, Habit.PLAIN) as here:
        for step in (*moves, Step("take_off", 0), Step("undo", 0)):
            here.do(step)
        assert not here.clones[0].link.is_symlink()
        here.do(Step("put_on", 0))
        here.settle()
