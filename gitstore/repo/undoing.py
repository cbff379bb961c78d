"""`undo`: take back the last operation: local files from the trash, objects from old versions."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from gitstore.adapters import tracked
from gitstore.adapters.state_values import Effect, Operation
from gitstore.adapters.tree_linked import LinkedTree
from gitstore.core.errors import LocalFailure, StorageError, UnknownName
from gitstore.core.model import Base
from gitstore.core.versions import Version, equal
from gitstore.repo.changing import changing
from gitstore.repo.locating import reclaim, require_disks
from gitstore.repo.locating import take_back as take_back_link
from gitstore.repo.project import Project
from gitstore.repo.selection import Selection, object_name
from gitstore.repo.session import Session, reading
from gitstore.repo.trash import kept_by
from gitstore.repo.undoing_storage import Foreseen, Way, foreseen, take_back
from gitstore.shell.binding import Binding
from gitstore.shell.transfer import Change, Ledger, base_from_json

NO_CHANGE = frozenset({"bag", "undone"})
"""Effects that are only about the operation itself."""

_LOOKED_AT = 10_000
_OF_FILES = frozenset({"placed", "replaced", "trashed", "renamed"})


@dataclass(frozen=True, slots=True)
class Undone:
    """What `undo` did.

    Attributes:
        operation: the operation that was taken back.
        restored: paths whose local bytes, or tracked content, are as before.
        there: paths whose objects on the storage are as before.
        kept: paths that were left alone, with the reason.
        away: paths that are to be here again. The storage held them when they were unstaged, so
            that no copy was kept: `stage` brings them.
    """

    operation: Operation
    restored: tuple[str, ...]
    kept: tuple[tuple[str, str], ...]
    there: tuple[str, ...] = ()
    away: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UndoOptions:
    """How to undo.

    Attributes:
        here_only: leave storages alone.
        tell: is told what can be taken back on the storages and what cannot, before it is done.
    """

    here_only: bool = False
    tell: Callable[[Sequence[Foreseen]], None] = lambda _: None


def plan_undo(project: Project) -> tuple[Operation, tuple[Foreseen, ...]]:
    """The operation that `undo` would take back, and what it would do on storages.

    Raises:
        UnknownName: there is nothing to undo.
        StoreError: a storage cannot be asked.
    """
    with reading(project) as session:
        operation = _last(session)
        return operation, foreseen(session, session.state.effects(operation.number))


def undo(project: Project, options: UndoOptions | None = None) -> Undone:
    """Take back what the last operation did: here, to the pointers, and on the storage.

    On the storage only what its old versions allow, with preconditions. Whatever has been changed
    since by somebody is left as it is and named.

    Raises:
        UnknownName: there is nothing to undo.
        LocalFailure: the disk of a data path is away; nothing was done.
        StoreError: a storage cannot be asked; nothing was done.
    """
    options = options or UndoOptions()
    with changing(project, "undo") as session:
        operation = _last(session)
        effects = list(session.state.effects(operation.number))
        _require_disks(session, effects)
        there = () if options.here_only else foreseen(session, reversed(effects))
        options.tell(there)
        bag = next((e.path for e in effects if e.kind == "bag"), "")
        work = _Undoing(session, bag, operation.verb)
        for one in there:
            work.take_back_there(one)
        work.take_back_files([e for e in reversed(effects) if e.kind == "file"])
        for effect in reversed(effects):
            work.take_back(effect)
        # Last, so that an undo that was cut off is finished by another one.
        session.note("", "undone", {"operation": operation.number})
        here, kept = tuple(work.restored), tuple(work.kept)
        return Undone(operation, here, kept, tuple(work.there), tuple(work.away))


def _require_disks(session: Session, effects: Sequence[Effect]) -> None:
    """What is on a disk that is away cannot be as before: then nothing is, and undo is to come."""
    manifest = session.project.manifest
    for effect in effects:
        if effect.kind == "linked":
            require_disks(session, effect)
    for data_path in sorted({e.data_path for e in effects if e.kind in _OF_FILES}):
        if data_path in manifest.data:
            tree = session.binding(Selection(manifest.data[data_path])).tree
            away = tree.away() if isinstance(tree, LinkedTree) else None
            if away is not None:
                raise LocalFailure(f"{data_path}: {away}", hint="mount its disk, then try again")


def _last(session: Session) -> Operation:
    undone = undone_operations(session)
    for operation in session.state.operations(_LOOKED_AT):
        if operation.number in undone or operation.verb == "undo":
            continue
        if session.state.effect_counts(operation.number).keys() - NO_CHANGE:
            return operation
    raise UnknownName("there is nothing to undo", hint="git storage status")


def undone_operations(session: Session) -> set[int]:
    """The numbers of the operations that were taken back."""
    found = session.state.effects_of_kind("undone")
    return {int(effect.detail["operation"]) for _, effect in found}


class _Undoing:
    """Takes back one effect after the other, newest first."""

    def __init__(self, session: Session, bag: str, verb: str) -> None:
        self.session = session
        self.bag = bag
        self.verb = verb
        self.restored: list[str] = []
        self.there: list[str] = []
        self.away: list[str] = []
        self._settled: set[tuple[str, str, str]] = set()
        self.kept: list[tuple[str, str]] = []
        self._steps: dict[str, Callable[[Effect], None]] = {
            "wanted": self._wanted,
            "placed": self._placed,
            "replaced": self._replaced,
            "trashed": self._trashed,
            "renamed": self._renamed,
            "base": self._base,
            "given": self._base,
            "erased": self._base,
            "data path renamed": self._data_path,
            "linked": partial(take_back_link, session),
        }

    def take_back(self, effect: Effect) -> None:
        """Take one effect back, or keep what is there and say why."""
        step = self._steps.get(effect.kind)
        if step is None or (effect.data_path, effect.path, effect.kind) in self._settled:
            return
        try:
            step(effect)
        except StorageError as error:
            self.kept.append((_shown(effect), error.message))

    def take_back_there(self, one: Foreseen) -> None:
        """Do on the storage what was foreseen, or keep what is there and say why."""
        if one.way is Way.LEAVE:
            self.kept.append((one.path, f"on the storage: {one.reason}"))
            return
        try:
            take_back(self.session, one)
        except StorageError as error:
            self.kept.append((one.path, f"on the storage: {error.message}"))
            return
        if one.way is not Way.DONE:
            self._settled.add((one.effect.data_path, one.effect.path, one.effect.kind))
            self.there.append(one.path)

    def take_back_files(self, effects: Sequence[Effect]) -> None:
        """Bring tracked files back as one: a pointer of several files is never left half."""
        project = self.session.project
        now = {e.path: tracked.read(project.git.top, e.path) for e in effects}
        then = dict(now)
        for effect in effects:
            after, before = _bytes(effect.detail["after"]), _bytes(effect.detail["before"])
            if then[effect.path] == after:
                then[effect.path] = before
            elif then[effect.path] != before:
                self.kept.append((effect.path, "changed since"))
        changes = {path: content for path, content in then.items() if content != now[path]}
        if not changes:
            return
        tracked.write_all(project.git.top, project.redo_log, changes)
        written = {path: content for path, content in changes.items() if content is not None}
        self.session.note_files("", {path: now[path] for path in changes}, written)
        project.git.add(tuple(changes))
        self.restored.extend(changes)

    def _wanted(self, effect: Effect) -> None:
        self.session.state.set_wanted(effect.data_path, tuple(effect.detail["before"]))

    def _placed(self, effect: Effect) -> None:
        binding = self._binding(effect)
        if self._still_there(binding, effect):
            self._part(binding, effect)
            self._away(binding, effect)
            self._note(binding, effect)

    def _replaced(self, effect: Effect) -> None:
        binding = self._binding(effect)
        if kept_by(self.session, binding, self.bag, effect.path) is None:
            return  # noted before it was to happen, and it did not
        if self._still_there(binding, effect):
            self._part(binding, effect)
            self._away(binding, effect)
            if self._back(binding, effect):
                self._note(binding, effect)

    def _trashed(self, effect: Effect) -> None:
        binding = self._binding(effect)
        if binding.tree.stat(effect.path) is not None:
            if kept_by(self.session, binding, self.bag, effect.path) is not None:
                self.kept.append((_shown(effect), "something else is there now"))
            return
        if not self._back(binding, effect):
            return
        if self._was_a_copy(binding, effect):
            self._as_work(binding, effect)
        else:
            self._note(binding, effect)

    def _was_a_copy(self, binding: Binding, effect: Effect) -> bool:
        """Whether the bytes went because the storage had them no more, or no longer wants them.

        A copy beside its old base would look like one that the storage has dropped, and the next
        sync would take it away again. While an erasure is only asked for, the base still holds.
        What `unstage` has put away is a copy as it was before: nobody has asked to give it.
        """
        if self.verb == "unstage":
            return False
        former = _former(effect)
        _, base = binding.state.bases(effect.data_path).get(effect.path, ("", None))
        _, now = binding.tree.digest(effect.path)
        return base is None and former is not None and equal(now, former.version)

    def _as_work(self, binding: Binding, effect: Effect) -> None:
        _, now = binding.tree.digest(effect.path)
        binding.state.set_recorded(effect.data_path, {effect.path: now.sha256})
        self.restored.append(_shown(effect))

    def _renamed(self, effect: Effect) -> None:
        binding = self._binding(effect)
        to = str(effect.detail["to"])
        stat = binding.tree.stat(to)
        if stat is None:
            self.kept.append((_shown(effect), f"{to} is no longer there"))
            return
        binding.tree.rename(to, effect.path, stat)
        self._note(binding, effect)

    def _base(self, effect: Effect) -> None:
        former = _former(effect)
        if former is not None and former.erase:
            return  # what was erased on the storage is not there to be erased again
        # An older base only lags behind, which the next sync heals by adopting (rule B1).
        ledger = Ledger(self._binding(effect), self.session.operation or 0)
        ledger.add(Change(effect.path, base=former))
        ledger.settle()

    def _data_path(self, effect: Effect) -> None:
        before = str(effect.detail["before"])
        top = self.session.project.git.top
        if os.path.lexists(top / effect.data_path) and not os.path.lexists(top / before):
            (top / effect.data_path).rename(top / before)
        self.session.state.rename_data_path(effect.data_path, before)
        reclaim(self.session, before)

    def _still_there(self, binding: Binding, effect: Effect) -> bool:
        """Whether the file is still what the operation left; else it is somebody's newer work."""
        after = effect.detail.get("bytes") or effect.detail.get("after")
        if binding.tree.stat(effect.path) is None:
            return effect.kind == "replaced"
        _, now = binding.tree.digest(effect.path)
        if after is not None and equal(now, Version(int(after["size"]), tuple(after["ids"]))):
            return True
        self.kept.append((_shown(effect), "changed since"))
        return False

    def _part(self, binding: Binding, effect: Effect) -> None:
        # Killed before the former base is back, old bytes beside a newer base would look like an
        # edit, and none beside a base like a deletion. Without a base rule B4 finds the right one.
        ledger = Ledger(binding, self.session.operation or 0)
        ledger.add(Change(effect.path, effect=None))
        ledger.settle()

    def _away(self, binding: Binding, effect: Effect) -> None:
        stat = binding.tree.stat(effect.path)
        if stat is not None:
            bag = self.session.trash(binding)
            binding.tree.to_trash(effect.path, stat, bag)
            bag.flush()

    def _back(self, binding: Binding, effect: Effect) -> bool:
        kept = kept_by(self.session, binding, self.bag, effect.path)
        if kept is None and self.verb == "unstage":
            self.away.append(_shown(effect))
            return False
        if kept is None:
            self.kept.append((_shown(effect), "no copy of it is kept here"))
            return False
        binding.tree.from_trash(kept, effect.path)
        return True

    def _note(self, binding: Binding, effect: Effect) -> None:
        ledger = Ledger(binding, self.session.operation or 0)
        ledger.add(Change(effect.path, base=_former(effect)))
        ledger.settle()
        self.restored.append(_shown(effect))

    def _binding(self, effect: Effect) -> Binding:
        data = self.session.project.manifest.data.get(effect.data_path)
        if data is None:
            raise UnknownName(f"{effect.data_path} is no longer a data path")
        return self.session.binding(Selection(data))


def _former(effect: Effect) -> Base | None:
    before: Any = effect.detail.get("before")
    return None if before is None else base_from_json(before)


def _shown(effect: Effect) -> str:
    return object_name(effect.data_path, effect.path) if effect.data_path else effect.path


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode(errors="surrogateescape")
