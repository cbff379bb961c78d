"""What people do with git and with the manifest: commits, branches, merges, rebases, filters."""

from __future__ import annotations

from tests.model.bucket import Bucket
from tests.model.clone import POINTER, Clone
from tests.model.history import Origin
from tests.model.oracle import Oracle, Scene
from tests.model.steps import Step


class Branching:
    """The part of a `World` in which git and the manifest change, and no command of ours runs."""

    bucket: Bucket
    origin: Origin
    clones: list[Clone]
    oracle: Oracle
    scene: Scene

    def _by_hand(self, clone: int | None) -> None:
        raise NotImplementedError

    def _save(self, step: Step) -> None:
        clone = self.clones[step.clone]
        text, history = clone.pointer_text(), clone.history
        if history.detached is None and self.origin.commits[history.head].files[POINTER] != text:
            history.head = self.origin.add({POINTER: text}, (history.head,))

    def _push(self, step: Step) -> None:
        self._save(step)
        history = self.clones[step.clone].history
        if self.origin.tip in self.origin.ancestors(history.head):
            self.origin.tip = history.head

    def _pull(self, step: Step) -> None:
        self._leave(step)
        self._save(step)
        self._come_together(step, self.origin.tip)

    def _come_together(self, step: Step, theirs: int) -> None:
        history = self.clones[step.clone].history
        ours = history.head
        if theirs in self.origin.ancestors(ours):
            return
        if ours in self.origin.ancestors(theirs):
            history.head = theirs
        else:
            files = self.origin.merged(ours, theirs, step.option or "ours")
            history.head = self.origin.add(files, (ours, theirs))
        self._checked_out(step.clone, history.head)

    def _visit(self, step: Step) -> None:
        self._save(step)
        history = self.clones[step.clone].history
        known = sorted(self.origin.ancestors(history.head))
        history.detached = known[step.content % len(known)]
        self._checked_out(step.clone, history.detached)

    def _leave(self, step: Step) -> None:
        history = self.clones[step.clone].history
        if history.detached is not None:
            history.detached = None
            self._checked_out(step.clone, history.head)

    def _checked_out(self, clone: int, commit: int) -> None:
        self.clones[clone].set_pointer_text(self.origin.commits[commit].files[POINTER])
        self._by_hand(clone)

    def _switch(self, step: Step) -> None:
        self._leave(step)
        self._save(step)
        history = self.clones[step.clone].history
        history.head, history.other = history.other, history.head
        self._checked_out(step.clone, history.head)

    def _merge(self, step: Step) -> None:
        self._leave(step)
        self._save(step)
        self._come_together(step, self.clones[step.clone].history.other)

    def _rebase(self, step: Step) -> None:
        self._leave(step)
        self._save(step)
        history = self.clones[step.clone].history
        onto = history.other if step.content % 2 else self.origin.tip
        history.head = self.origin.rebased(history.head, onto, step.option or "theirs")
        self._checked_out(step.clone, history.head)

    # The manifest.

    def _filter(self, step: Step) -> None:
        clone = self.clones[step.clone]
        clone.exclude = step.option
        if step.option:
            self.oracle.left_scope(step.clone, self.scene, step.option)

    def _mode(self, step: Step) -> None:
        self.clones[step.clone].mode = step.option

    def _migrate(self, step: Step) -> None:
        self.bucket.moves()
        self.oracle.moved(self.scene)
        self._by_hand(None)
