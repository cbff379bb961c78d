"""Guards of the planner and of the executor, each of them taken away."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from gitstore.adapters import tree_rename
from gitstore.adapters.stores.recheck import Rechecked
from gitstore.adapters.tree import Stat, TrashBag, Tree
from gitstore.adapters.tree_incoming import Incoming
from gitstore.adapters.tree_linked import LinkedTree
from gitstore.adapters.tree_source import _Unchanged
from gitstore.adapters.tree_walk import Entry
from gitstore.core import cases, many, plan
from gitstore.core.cases import Local, local_case, settled
from gitstore.core.errors import StorageError
from gitstore.core.many import Given, Whole, Writes
from gitstore.core.model import Action, Base, Kind, State
from gitstore.core.versions import Same, Version, compare, merged
from gitstore.repo import copying, deciding, undoing_storage
from gitstore.shell.transfer import down, download, up, upload
from gitstore.shell.transfer.download import Fetched
from gitstore.shell.transfer.ledger import Change

Mutation = Callable[[], AbstractContextManager[Any]]


def decided(owner: Any, name: str, was: Callable[[Action], bool], to: Kind) -> Mutation:
    """A table decides something else where it decides so."""
    right = getattr(owner, name)

    def wrong(state: State) -> Action:
        said: Action = right(state)
        return replace(said, kind=to) if was(said) else said

    return lambda: patch.object(owner, name, wrong)


def _row(action: Action, row: Local) -> bool:
    return local_case(settled(action.seen)) is row


def _conflict(action: Action) -> bool:
    return action.kind is Kind.CONFLICT and action.seen.remote is not None


def _conflict_here(action: Action) -> bool:
    return action.kind is Kind.CONFLICT and action.seen.local is not None


def _edited_and_gone(action: Action) -> bool:
    return _conflict_here(action) and action.seen.remote is None


def _edited_and_absent(action: Action) -> bool:
    return _conflict_here(action) and _edited(action) and action.seen.pointer is None


def _asked_and_moved(action: Action) -> bool:
    return _conflict(action) and _row(action, Local.ERASE_ASKED)


def _edited(action: Action) -> bool:
    return _row(action, Local.EDITED)


def _new(action: Action) -> bool:
    return _row(action, Local.NEW)


def _missing(action: Action) -> bool:
    return _row(action, Local.MISSING) and action.seen.remote is not None


@contextmanager
def unknown_is_equal() -> Iterator[None]:
    """Versions of which nothing is known but their size are taken for the same."""

    def wrong(one: Version | None, other: Version | None) -> bool:
        if one is None or other is None:
            return False
        return compare(one, other) is not Same.DIFFERENT

    with patch.object(cases, "equal", wrong), patch.object(plan, "equal", wrong):
        yield


@contextmanager
def base_leads() -> Iterator[None]:
    """B1: the base is noted before the bytes are in their place."""
    right = down._expect_arrival

    def wrong(run: Any, batch: list[Any]) -> None:
        right(run, batch)
        for one in batch:
            run.ledger.add(Change(one.action.path, base=Base(one.version), effect=None))
        run.ledger.settle()

    with patch.object(down, "_expect_arrival", wrong):
        yield


@contextmanager
def gives_over_whatever_is_there() -> Iterator[None]:
    """F2: what is there now, and not what the plan saw, is the precondition of a write."""
    right = upload.send

    def wrong(binding: Any, action: Action, stat: Stat, local: Version) -> Version:
        now = binding.store().stat(binding.key(action.path))
        return right(binding, replace(action, seen=replace(action.seen, remote=now)), stat, local)

    with patch.object(upload, "send", wrong):
        yield


@contextmanager
def many_give_over_whatever_is_there() -> Iterator[None]:
    """F2: the same, where many are written at a time."""
    right: Callable[[Any], Any] = many.many_writer

    def wrong(store: Any) -> Any:
        writer = right(store)
        return None if writer is None else _Careless(writer)

    with patch.object(up, "many_writer", wrong):
        yield


@dataclass
class _Careless:
    writer: Any

    def write_many(self, given: Iterable[Given], most: int | None) -> Writes:
        """The precondition is what is there now."""
        now = (replace(one, expect=self.writer.stat(one.key)) for one in given)
        writes: Writes = self.writer.write_many(now, most)
        return writes


def _whatever_came(action: Action, expect: Version, whole: Whole) -> Fetched:
    """What came as one of many is not held against what was asked for."""
    found = merged(download._digested(whole.data), whole.version)
    return Fetched(action, whole.data, found)


class _Nothing(StorageError):
    """No error is one of these."""


@contextmanager
def erases_whatever_is_there() -> Iterator[None]:
    """F2: the same, when an object is erased."""
    right = up.erase_all

    def wrong(run: Any, actions: list[Action]) -> None:
        binding = run.task.binding
        now = [binding.store().stat(binding.key(a.path)) for a in actions]
        seen = [replace(a.seen, remote=v) for a, v in zip(actions, now, strict=True)]
        right(run, [replace(a, seen=s) for a, s in zip(actions, seen, strict=True)])

    with patch.object(up, "erase_all", wrong):
        yield


@contextmanager
def replaces_whatever_is_here() -> Iterator[None]:
    """What is here now, and not what the plan saw, is replaced."""
    right = Tree.exchange

    def wrong(tree: Tree, new: Incoming, path: str, expect: Stat, trash: TrashBag) -> Stat:
        return right(tree, new, path, tree.stat(path) or expect, trash)

    with patch.object(Tree, "exchange", wrong):
        yield


@contextmanager
def replaced_without_trash() -> Iterator[None]:
    """F1: what is replaced is not kept."""
    right = Tree.exchange

    def wrong(tree: Tree, new: Incoming, path: str, expect: Stat, trash: TrashBag) -> Stat:
        placed = right(tree, new, path, expect, trash)
        kept = trash.kept(path)
        if kept is not None:
            kept.unlink()
        return placed

    with patch.object(Tree, "exchange", wrong):
        yield


@contextmanager
def removed_without_trash() -> Iterator[None]:
    """F1: what goes to the trash is removed."""

    def wrong(tree: Tree, path: str, expect: Stat, trash: TrashBag) -> None:
        tree.remove(path, expect)

    with patch.object(Tree, "to_trash", wrong):
        yield


@contextmanager
def removes_whatever_is_here() -> Iterator[None]:
    """What is here now, and not what the plan saw, is removed."""
    right = Tree.to_trash

    def wrong(tree: Tree, path: str, expect: Stat, trash: TrashBag) -> None:
        right(tree, path, tree.stat(path) or expect, trash)

    with patch.object(Tree, "to_trash", wrong):
        yield


def _renamed_over(source: Entry, target: Entry) -> None:
    """Nobody looks whether something has the name."""
    os.rename(source.name, target.name, src_dir_fd=source.directory, dst_dir_fd=target.directory)


def _not_checked(stream: object) -> None:
    """Nobody looks whether a file that is uploaded is still the one that was identified."""


def _no_look(store: Rechecked, key: str, expect: Version | None) -> None:
    """Nobody looks."""


def _nowhere(tree: LinkedTree) -> None:
    """No disk is ever away."""


def _always(*_: Any) -> bool:
    return True


_SYNC = (deciding, "decide_sync")
_STAGE = (deciding, "decide_stage")
_UNSTAGE = (copying, "decide_unstage")

GUARDS: Mapping[str, Mutation] = {
    "sync takes over an edit": decided(*_SYNC, _conflict, Kind.TAKE),
    "sync gives over a conflict": decided(*_SYNC, _conflict_here, Kind.GIVE),
    "sync drops an edit": decided(*_SYNC, _edited_and_gone, Kind.DROP),
    "sync erases what is missing": decided(*_SYNC, _missing, Kind.ERASE),
    "stage replaces an edit": decided(*_STAGE, _conflict_here, Kind.REPLACE),
    "sync erases what has changed": decided(*_SYNC, _asked_and_moved, Kind.ERASE),
    "stage drops an edit": decided(*_STAGE, _edited_and_absent, Kind.DROP),
    "unstage removes an edit": decided(*_UNSTAGE, _edited, Kind.UNSTAGE),
    "unstage removes what is new": decided(*_UNSTAGE, _new, Kind.UNSTAGE),
    "unknown is equal": unknown_is_equal,
    "B before the bytes": base_leads,
    "gives over what is there now": gives_over_whatever_is_there,
    "erases what is there now": erases_whatever_is_there,
    "many give over what is there": many_give_over_whatever_is_there,
    "many are whatever came": lambda: patch.object(down, "checked", _whatever_came),
    "many refused are lost to others": lambda: patch.object(up, "Refused", _Nothing),
    "many without a look": lambda: patch.object(Rechecked, "_obeyed", property(_always)),
    "replaces what is here now": replaces_whatever_is_here,
    "removes what is here now": removes_whatever_is_here,
    "renames over what is there": lambda: patch.object(tree_rename, "move_new", _renamed_over),
    "gives what was not identified": lambda: patch.object(_Unchanged, "_check", _not_checked),
    "no trash on replace": replaced_without_trash,
    "no trash at all": removed_without_trash,
    "no look where unconditional": lambda: patch.object(Rechecked, "_require", _no_look),
    "a disk that is away is empty": lambda: patch.object(LinkedTree, "away", _nowhere),
    "undo over somebody's write": lambda: patch.object(undoing_storage, "is_same_write", _always),
}
