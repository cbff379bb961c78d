"""What people do with disks: data move to another one, and disks are taken off and come back."""

from __future__ import annotations

from dataclasses import replace

from tests.model.branching import Branching
from tests.model.clone import DATA, SHELVES
from tests.model.steps import Step

_OUT_OF_REACH = frozenset({"edit", "unlink", "wipe"})


class Disks(Branching):
    """The part of a `World` in which the files of a data path lie on other disks."""

    killed: bool

    def _operate_located(self, step: Step, directory: str) -> None:
        raise NotImplementedError

    def out_of_reach(self, step: Step) -> bool:
        """Whether a step needs files that are away."""
        return step.verb in _OUT_OF_REACH and self.clones[step.clone].away

    def _locate(self, step: Step) -> None:
        """Somebody moves the files, and says so with `stage --location`, again if it is killed."""
        clone = self.clones[step.clone]
        if clone.away:
            self._operate_located(step, str(clone.place(step.option)))  # they stay where they are
            return
        former = next((n for n in SHELVES if clone.data == clone.shelf(n) / DATA), "home")
        clone.carry(step.option)
        self._operate_located(step, str(clone.shelf(step.option)))
        if self.killed:
            self._operate_located(replace(step, trouble=None), str(clone.shelf(step.option)))
        led = clone.link.readlink() if clone.link.is_symlink() else clone.link
        if led != clone.shelf(step.option) / DATA:  # it was refused
            clone.carry(former)

    def _take_off(self, step: Step) -> None:
        if not self.clones[step.clone].away:
            self.clones[step.clone].take_off()

    def _put_on(self, step: Step) -> None:
        if self.clones[step.clone].away:
            self.clones[step.clone].put_on()
