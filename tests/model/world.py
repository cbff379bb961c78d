"""The world of a history: clones, bucket, git and people, driven step by step through real code."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gitstore.core.errors import StorageError
from gitstore.core.manifest import Track
from gitstore.core.model import Choice, Kind
from gitstore.core.report import Report
from gitstore.repo import moving, objects, staging, syncing, undoing
from gitstore.repo.project import Project
from gitstore.repo.staging import StageOptions
from gitstore.repo.syncing import SyncOptions
from tests.model.bucket import Bucket, Habit
from tests.model.clone import DATA, POINTER, Clone
from tests.model.disks import Disks
from tests.model.fuse import Fuse, Killed, wired
from tests.model.history import Origin
from tests.model.oracle import Act, Oracle, Scene, Violation
from tests.model.steps import NAMES, Step, content_of, named

_QUIET = frozenset({Kind.NOTHING, Kind.KEEP})
# Only --keep remote gives up a promise that nobody can keep any more.
_ROUNDS = ("both", "both", "both", "remote", "remote", "remote")


class World(Disks):
    """Some clones of one history with one bucket, all of them new.

    Args:
        directory: an empty place on disk; the caller removes it.
        clones: how many.
        habit: what the bucket does with old bytes.
        track: whether there are pointers.
        together: whether the bucket reads and writes many objects at a time.

    Attributes:
        killed: whether the last operation was killed.
        disturbed: whether its trouble came before its end.
    """

    def __init__(
        self,
        directory: Path,
        clones: int,
        habit: Habit,
        *,
        track: Track = Track.POINTER,
        together: bool = False,
    ) -> None:
        self.bucket = Bucket(habit=habit, together=together)
        self.origin = Origin()
        self.live = track is Track.LIVE
        self.clones = [
            Clone(directory / str(n), self.origin, self.bucket, track) for n in range(clones)
        ]
        self.oracle = Oracle(clones, self.bucket.issued)
        head = b"git-storage pointer 1\nfrom " + self.bucket.identity.encode() + b"/\n"
        self.origin.add({POINTER: head}, ())
        for clone in self.clones:
            clone.set_pointer_text(head)
        self.killed = self.disturbed = False
        self._gone: set[bytes] = set()
        self._came: set[bytes] = set()
        self.scene = self._looked()

    def do(self, step: Step) -> None:
        """Let one step happen, and judge it.

        Raises:
            Violation: a promise of the design was broken.
        """
        act: Callable[[Step], None] = getattr(self, "_" + step.verb)
        if not self.out_of_reach(step):
            act(step)

    # People, here and in the bucket.

    def _edit(self, step: Step) -> None:
        self._person_writes(step.clone, NAMES[step.name], content_of(step.content))
        self._by_hand(step.clone)

    def _unlink(self, step: Step) -> None:
        self._person_lets_go(step.clone, NAMES[step.name])
        self.clones[step.clone].remove(NAMES[step.name])
        self._by_hand(step.clone)

    def _wipe(self, step: Step) -> None:
        for path in self.scene.local[step.clone]:
            self._person_lets_go(step.clone, path)
        self.clones[step.clone].wipe(step.option)
        self._by_hand(step.clone)

    def _lose(self, step: Step) -> None:
        if step.option in ("facts", "both"):
            self.oracle.lost_facts(step.clone, self.scene)
        if step.option in ("state", "both"):
            self.oracle.lost_state(step.clone, self.scene)
        self.clones[step.clone].lose(step.option)

    def _put(self, step: Step) -> None:
        data = content_of(step.content)
        self.oracle.wrote(data)
        self.bucket.outsider_puts(NAMES[step.name], data)
        self._by_hand(None)

    def _delete(self, step: Step) -> None:
        self.bucket.outsider_deletes(NAMES[step.name])
        self._by_hand(None)

    def _person_writes(self, clone: int, path: str, data: bytes) -> None:
        self._person_lets_go(clone, path)
        self.oracle.wrote(data)
        self.oracle.people[clone].made.add(data)
        self.clones[clone].write(path, data)

    def _person_lets_go(self, clone: int, path: str) -> None:
        local = self.clones[clone].data / path
        if local.is_file():
            self.oracle.people[clone].saw[path].add(local.read_bytes())

    def _by_hand(self, clone: int | None) -> None:
        self.scene = self._looked(clone)
        self.oracle.after_people(self.scene)

    # git storage.

    def _stage(self, step: Step) -> None:
        self._operate(step, lambda p, t: staging.stage(p, t, _stage_options(step)))

    def _operate_located(self, step: Step, directory: str) -> None:
        options = StageOptions(location=directory, jobs=2)
        self._operate(
            replace(step, verb="stage", name=-1), lambda p, t: staging.stage(p, t, options)
        )

    def _unstage(self, step: Step) -> None:
        self._operate(step, staging.unstage)

    def _sync(self, step: Step) -> None:
        options = _sync_options(step)
        quiet = self._operate(step, lambda p, t: syncing.sync(p, t, options))
        if quiet:
            self._nothing_left(step)

    def _record(self, step: Step) -> None:
        self._operate(step, syncing.record)

    def _rm(self, step: Step) -> None:
        self._operate(step, objects.rm)

    def _mv(self, step: Step) -> None:
        to = NAMES[step.content % len(NAMES)]
        self._operate(step, lambda p, t: moved(p, t[0], f"{DATA}/{to}"))

    def _restore(self, step: Step) -> None:
        history = self.clones[step.clone].history
        known = sorted(self.origin.ancestors(history.head))
        revision = str(known[step.content % len(known)]) if step.option == "from" else None
        self._operate(step, lambda p, t: objects.restore(p, t, revision))

    def _undo(self, step: Step) -> None:
        def undone(project: Project, targets: tuple[str, ...]) -> tuple[Report, ...]:
            undoing.undo(project)
            return ()

        self._operate(step, undone)

    def _operate(
        self, step: Step, run: Callable[[Project, tuple[str, ...]], tuple[Report, ...]]
    ) -> bool:
        """Run one operation with its trouble; whether it came to its end undisturbed and whole."""
        clone, path = self.clones[step.clone], named(step.name)
        act = Act(
            *(step.verb, step.clone, _keep(step), path, clone.exclude),
            copied=clone.mode == "copy",
            delete="delete" in step.option,
            live=self.live,
        )
        before = self.scene
        self.oracle.before(act, before)
        left = clone.leftovers()
        fuse = Fuse(step.trouble, lambda verb: self._race(step, verb))
        ended, complete = self._run(step, run, fuse)
        self.killed, self.disturbed = ended == "killed", fuse.happened
        self.scene = self._looked(step.clone)
        act = replace(
            act,
            ended=ended,
            complete=complete and not fuse.happened,
            gone=frozenset(self._gone),
            came=frozenset(self._came),
        )
        self._gone, self._came = set(), set()
        self.oracle.after(act, before, self.scene)
        more = clone.leftovers() - left
        if more and ended != "killed":
            raise Violation(f"left behind: {sorted(more)}")
        return act.complete and path is None

    def _run(
        self,
        step: Step,
        run: Callable[[Project, tuple[str, ...]], tuple[Report, ...]],
        fuse: Fuse,
    ) -> tuple[str, bool]:
        path = named(step.name)
        targets = () if path is None else (f"{DATA}/{path}",)
        try:
            with wired(fuse, self.bucket):
                reports = run(self.clones[step.clone].project(), targets)
        except Killed:
            return "killed", False
        except StorageError:
            return "failed", False
        return "done", all(report.complete for report in reports)

    def _race(self, step: Step, during: str) -> None:
        clone, trouble = step.clone, step.trouble
        if trouble is None or (trouble.what == "edit" and self.clones[clone].away):
            return
        path, data = NAMES[trouble.name], content_of(trouble.content)
        self.oracle.remember(self.bucket.contents())
        there = self.bucket.contents().get(path)
        if trouble.what == "edit":
            here = self.clones[clone].data / path
            there = here.read_bytes() if here.is_file() else None
            self._person_writes(clone, path, data)
        elif trouble.what == "put":
            self.oracle.wrote(data)
            self.bucket.outsider_puts(path, data)
        else:
            self.bucket.outsider_deletes(path)
        self.oracle.remember(self.bucket.contents())
        if self.live and step.verb == "rm" and path == named(step.name):
            # What is there when it is listed is what was asked to go.
            self.oracle.people[clone].asked.add(path)
            self.oracle.answers(clone, path, self.bucket.contents())
        if _keep(step) == "local" and (trouble.what == "edit" or during == "list"):
            self.oracle.answers(clone, path, self.bucket.contents())
        if there is not None:
            self._gone.add(there)
        if self.bucket.habit is Habit.CARELESS and during in ("write", "delete"):
            self._gone.add(data)  # between the look and the act: the window that stays open
        if trouble.what != "delete":
            self._came.add(data)

    # Looking.

    def _nothing_left(self, step: Step) -> None:
        """A second sync does nothing."""
        plans = syncing.plan_sync(self.clones[step.clone].project(), (), SyncOptions())
        again = [a for plan in plans for a in plan.actions if a.kind not in _QUIET]
        if again:
            shown = [(a.path, a.kind.value, a.reason, a.cell) for a in again]
            raise Violation(f"after a whole sync, the next one would still do {shown}")

    def _looked(self, only: int | None = None) -> Scene:
        """The scene now; with `only`, the other clones are as they were."""
        old: Scene | None = getattr(self, "scene", None)
        local, trash, pointers = [], [], []
        for number, clone in enumerate(self.clones):
            if old is not None and number != only:
                local.append(old.local[number])
                trash.append(old.trash[number])
                pointers.append(old.pointers[number])
            else:
                local.append(clone.files())
                trash.append(frozenset(clone.trash()))
                pointers.append(clone.pointer())
        return Scene(
            self.bucket.contents(),
            frozenset(self.bucket.old()),
            tuple(local),
            tuple(trash),
            tuple(pointers),
        )

    # The end of a history.

    def settle(self) -> None:
        """Everybody meets: after a few rounds of pull, stage, sync and push all have the same.

        Raises:
            Violation: they have not.
        """
        for clone in range(len(self.clones)):
            for verb, option in (
                ("put_on", ""),
                ("filter", ""),
                ("mode", "copy"),
                ("locate", "home"),
            ):
                self.do(Step(verb, clone, option=option))
        for keep in _ROUNDS:
            for clone in range(len(self.clones)):
                for verb in ("pull", "stage", "sync", "push"):
                    self.do(Step(verb, clone, option=f"{keep} allow" if verb == "sync" else ""))
            if all(files == self.scene.bucket for files in self.scene.local):
                return
        held = self.scene.bucket
        raise Violation(f"never did all come to {held}: {self.scene.local}")

    def close(self) -> None:
        """Remove everything from the disk."""
        for clone in self.clones:
            shutil.rmtree(clone.top, ignore_errors=True)


def _keep(step: Step) -> str:
    answers = {choice.value for choice in Choice}
    return next((word for word in step.option.split() if word in answers), "")


def moved(project: Project, source: str, target: str) -> tuple[Report, ...]:
    """git storage mv."""
    moving.mv(project, source, target)
    return ()


def _stage_options(step: Step) -> StageOptions:
    return StageOptions(include=(step.option,) if step.option else (), jobs=2)


def _sync_options(step: Step) -> SyncOptions:
    keep, words = _keep(step), step.option.split()
    allowed = 1000 if "allow" in words else None
    chosen = Choice(keep) if keep else None
    return SyncOptions(keep=chosen, delete="delete" in words, allow_deletes=allowed, jobs=2)
