"""The rules that the design says are load-bearing, each of them broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from unittest.mock import patch

from gitstore.core import cases, choices, plan
from gitstore.core.model import Action, Base, Kind, State
from gitstore.core.versions import equal
from gitstore.repo import staging, syncing
from gitstore.shell.transfer import local
from gitstore.shell.transfer.ledger import Change
from gitstore.shell.transfer.run import Run

Mutation = Callable[[], AbstractContextManager[None]]


@contextmanager
def no_trash_on_drop() -> Iterator[None]:
    """F1: a dropped file is removed, whether the storage still holds it or not."""
    right = local.remove

    def wrong(run: Run, action: Action) -> None:
        stat = run.task.stats.get(action.path)
        if action.kind is not Kind.DROP or stat is None:
            right(run, action)
            return
        run.ledger.add(Change(action.path, effect="trashed", gone=True))
        run.task.binding.tree.remove(action.path, stat)

    with patch.object(local, "remove", wrong):
        yield


@contextmanager
def base_is_what_sync_saw_last() -> Iterator[None]:
    """B2: a sync takes the listing for the base, also of what it could not reconcile."""
    right = local.local_step

    def wrong(run: Run, action: Action) -> None:
        right(run, action)
        seen = action.seen
        if run.plan.verb == "sync" and action.kind is Kind.CONFLICT and seen.remote is not None:
            run.ledger.add(Change(action.path, base=Base(seen.remote)))

    with patch.object(local, "local_step", wrong):
        yield


@contextmanager
def sync_overwrites_foreign_promises() -> Iterator[None]:
    """P3: no promise is anybody else's."""

    def wrong(state: State) -> bool:
        return False

    with patch.object(plan, "is_foreign", wrong), patch.object(choices, "is_foreign", wrong):
        yield


@contextmanager
def record_writes_every_file() -> Iterator[None]:
    """P4: what is here is recorded, also where nobody has changed it."""

    def wrong(state: State) -> Action:
        said = plan.decide_record(state)
        known = state.local is not None and state.local.sha256 is not None
        if said.kind is Kind.NOTHING and known and not equal(state.local, state.pointer):
            return replace(said, kind=Kind.RECORD)
        return said

    with patch.object(syncing, "decide_record", wrong):
        yield


@contextmanager
def record_without_its_condition() -> Iterator[None]:
    """P4: an edited file is recorded, whatever the pointer says meanwhile."""

    def wrong(now: State, row: cases.Local) -> bool:
        return True

    with patch.object(plan, "_may_record", wrong):
        yield


@contextmanager
def unstage_keeps_the_base() -> Iterator[None]:
    """B3: an unstaged object still has its base, so that it looks like a missing one."""
    right = staging.unstage

    def wrong(*arguments: object, **named: object) -> object:
        with patch.object(local, "remove", _removed_with_base):
            return right(*arguments, **named)  # type: ignore[arg-type]  # passed on as they came

    with patch.object(staging, "unstage", wrong):
        yield


def _removed_with_base(run: Run, action: Action) -> None:
    tree, stat = run.task.binding.tree, run.task.stats.get(action.path)
    if stat is not None:
        tree.to_trash(action.path, stat, run.task.trash)
    run.ledger.add(Change(action.path, base=action.seen.base, effect=None))


@contextmanager
def no_base_is_ever_found() -> Iterator[None]:
    """B4: a local file without a base is new, whatever the pointer and the facts know of it."""

    def wrong(state: State, pointer: object) -> None:
        return None

    with patch.object(cases, "_found_base", wrong):
        yield


MUTATIONS: Mapping[str, Mutation] = {
    "no trash on drop": no_trash_on_drop,
    "B taken as when both last agreed": base_is_what_sync_saw_last,
    "sync overwrites foreign promises": sync_overwrites_foreign_promises,
    "record writes every file": record_writes_every_file,
    "record without P4's condition": record_without_its_condition,
    "unstage keeps B": unstage_keeps_the_base,
    "no B4": no_base_is_ever_found,
}
