"""The same world as a hypothesis state machine: hypothesis chooses the steps and shortens them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.model.bucket import Habit
from tests.model.driver import place
from tests.model.fuse import Trouble
from tests.model.steps import CONTENTS, MOMENTS, NAMES, REQUESTS, Step, options
from tests.model.world import World

_CLONES = st.integers(0, 2)
_NAMES = st.integers(0, len(NAMES) - 1)
_TARGETS = st.integers(-1, len(NAMES))
_CONTENTS = st.integers(0, 30)
_BRANCHING = st.sampled_from(("switch", "merge", "rebase"))
_RACES = st.builds(
    Trouble,
    st.just("race"),
    st.integers(1, REQUESTS),
    st.sampled_from(("put", "delete", "edit")),
    _NAMES,
    st.integers(CONTENTS, CONTENTS + 30),
)
_FAILURES = st.builds(Trouble, st.sampled_from(("unreachable", "lost")), st.integers(1, REQUESTS))
_KILLS = st.builds(Trouble, st.just("kill"), st.integers(1, MOMENTS))
_TROUBLES = st.none() | _KILLS | _FAILURES | _RACES


def _options(verb: str) -> st.SearchStrategy[str]:
    return st.sampled_from(options(verb))


class Machine(RuleBasedStateMachine):
    """Three clones and a bucket. Every rule is a step; the world's oracle judges each of them."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp(prefix="git-storage-model-", dir=place()))
        self.here: World | None = None

    @initialize(habit=st.sampled_from(Habit), together=st.booleans())
    def begin(self, habit: Habit, together: bool) -> None:
        """A new world."""
        self.here = World(self.directory, 3, habit, together=together)

    def do(self, step: Step) -> None:
        """One step."""
        assert self.here is not None
        self.here.do(step)

    @rule(clone=_CLONES, name=_NAMES, content=_CONTENTS)
    def edit(self, clone: int, name: int, content: int) -> None:
        """Somebody saves a file."""
        self.do(Step("edit", clone, name, content))

    @rule(clone=_CLONES, name=_NAMES)
    def unlink(self, clone: int, name: int) -> None:
        """Somebody removes a file."""
        self.do(Step("unlink", clone, name))

    @rule(clone=_CLONES, how=_options("wipe"))
    def wipe(self, clone: int, how: str) -> None:
        """A directory is gone."""
        self.do(Step("wipe", clone, option=how))

    @rule(clone=_CLONES, what=_options("lose"))
    def lose(self, clone: int, what: str) -> None:
        """A state is gone."""
        self.do(Step("lose", clone, option=what))

    @rule(name=_NAMES, content=_CONTENTS)
    def put(self, name: int, content: int) -> None:
        """Somebody without git writes."""
        self.do(Step("put", name=name, content=content))

    @rule(name=_NAMES)
    def delete(self, name: int) -> None:
        """Somebody without git deletes."""
        self.do(Step("delete", name=name))

    @rule(clone=_CLONES, name=_TARGETS, only=_options("stage"), trouble=_TROUBLES)
    def stage(self, clone: int, name: int, only: str, trouble: Trouble | None) -> None:
        """git storage stage, of everything or by a pattern."""
        self.do(Step("stage", clone, name, option=only, trouble=trouble))

    @rule(clone=_CLONES, name=_TARGETS, trouble=_TROUBLES)
    def unstage(self, clone: int, name: int, trouble: Trouble | None) -> None:
        """git storage unstage."""
        self.do(Step("unstage", clone, name, trouble=trouble))

    @rule(clone=_CLONES, name=_TARGETS, how=_options("sync"), trouble=_TROUBLES)
    def sync(self, clone: int, name: int, how: str, trouble: Trouble | None) -> None:
        """git storage sync."""
        self.do(Step("sync", clone, name, option=how, trouble=trouble))

    @rule(clone=_CLONES, name=_TARGETS, trouble=_TROUBLES)
    def record(self, clone: int, name: int, trouble: Trouble | None) -> None:
        """git storage record."""
        self.do(Step("record", clone, name, trouble=trouble))

    @rule(clone=_CLONES, name=_NAMES, trouble=_TROUBLES)
    def rm(self, clone: int, name: int, trouble: Trouble | None) -> None:
        """git storage rm."""
        self.do(Step("rm", clone, name, trouble=trouble))

    @rule(
        clone=_CLONES,
        name=_NAMES,
        commit=_CONTENTS,
        how=_options("restore"),
        trouble=_TROUBLES,
    )
    def restore(
        self, clone: int, name: int, commit: int, how: str, trouble: Trouble | None
    ) -> None:
        """git storage restore."""
        self.do(Step("restore", clone, name, commit, how, trouble))

    @rule(clone=_CLONES, name=_NAMES, to=_NAMES, trouble=_TROUBLES)
    def mv(self, clone: int, name: int, to: int, trouble: Trouble | None) -> None:
        """git storage mv."""
        self.do(Step("mv", clone, name, to, trouble=trouble))

    @rule(clone=_CLONES, trouble=_TROUBLES)
    def undo(self, clone: int, trouble: Trouble | None) -> None:
        """git storage undo."""
        self.do(Step("undo", clone, trouble=trouble))

    @rule(clone=_CLONES)
    def push(self, clone: int) -> None:
        """git commit and git push."""
        self.do(Step("push", clone))

    @rule(clone=_CLONES, prefer=_options("pull"))
    def pull(self, clone: int, prefer: str) -> None:
        """git pull, with a merge where it needs one."""
        self.do(Step("pull", clone, option=prefer))

    @rule(clone=_CLONES, commit=_CONTENTS)
    def visit(self, clone: int, commit: int) -> None:
        """git checkout of an old commit."""
        self.do(Step("visit", clone, content=commit))

    @precondition(lambda self: any(c.history.detached is not None for c in self.here.clones))
    @rule(clone=_CLONES)
    def leave(self, clone: int) -> None:
        """git checkout of the branch again."""
        self.do(Step("leave", clone))

    @rule(
        clone=_CLONES, verb=st.sampled_from(("switch", "merge", "rebase")), prefer=_options("pull")
    )
    def branch(self, clone: int, verb: str, prefer: str) -> None:
        """git switch, git merge and git rebase of a second branch."""
        self.do(Step(verb, clone, option="" if verb == "switch" else prefer))

    @rule(clone=_CLONES, verb=st.sampled_from(("filter", "mode")), data=st.data())
    def describe(self, clone: int, verb: str, data: st.DataObject) -> None:
        """The manifest changes."""
        self.do(Step(verb, clone, option=data.draw(_options(verb))))

    @rule(clone=_CLONES, where=_options("locate"), trouble=_TROUBLES)
    def locate(self, clone: int, where: str, trouble: Trouble | None) -> None:
        """git storage stage --location, after somebody has moved the files there."""
        self.do(Step("locate", clone, option=where, trouble=trouble))

    @rule(clone=_CLONES, verb=st.sampled_from(("take_off", "put_on")))
    def carry(self, clone: int, verb: str) -> None:
        """Disks go and come."""
        self.do(Step(verb, clone))

    @rule()
    def migrate(self) -> None:
        """Everything moves to another bucket."""
        self.do(Step("migrate"))

    def teardown(self) -> None:
        """Everybody meets."""
        try:
            if self.here is not None:
                self.here.settle()
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)
