"""The part of a run that needs no transfer: choices, adoptions, and files that go."""

from __future__ import annotations

from collections.abc import Iterable

from gitstore.adapters.tree import Stat
from gitstore.core.choices import conflict_copy
from gitstore.core.errors import StorageError
from gitstore.core.model import Action, Base, Choice, Kind
from gitstore.core.report import Outcome
from gitstore.core.versions import content_only, enriched, equal, merged
from gitstore.shell.transfer.ledger import Change
from gitstore.shell.transfer.run import Run

# Choices (rule K1) change the base first and then move local bytes out of the way. Killed in
# between, the same command finds the same conflict again and finishes it. Where the object is gone
# there, that takes the old base: without it the local bytes would be new, and given.


def note_choices(run: Run) -> None:
    """Give every chosen object the base that its choice means."""
    for action in run.plan.actions:
        if action.choice is Choice.LOCAL:
            remote, base = action.seen.remote, action.seen.base
            erase = base is not None and base.erase and action.seen.local is None
            after = None if remote is None else Base(remote, erase=erase)
            run.ledger.add(Change(action.path, base=after))
        elif action.choice in (Choice.REMOTE, Choice.BOTH):
            here = action.path in run.task.stats
            base = run.ledger.former(action.path) if here and action.seen.remote is None else None
            run.ledger.add(Change(action.path, base=base, effect="trashed" if here else "base"))
    run.ledger.settle()


def made_way(run: Run, action: Action) -> bool:
    """Move the local file of a choice for the other side away; whether that succeeded."""
    if action.choice not in (Choice.REMOTE, Choice.BOTH):
        return True
    stat = run.task.stats.get(action.path)
    if stat is None:
        return True
    try:
        _move_away(run, action, stat)
    except StorageError as error:
        run.failed(action, error)
        return False
    return True


def _move_away(run: Run, action: Action, stat: Stat) -> None:
    tree, local = run.task.binding.tree, action.seen.local
    if action.choice is Choice.BOTH and local is not None and local.sha256 is not None:
        beside = conflict_copy(action.path, local.sha256)
        if tree.stat(beside) is None:
            tree.rename(action.path, beside, stat)
            detail = {"to": beside}
            run.ledger.add(Change(action.path, effect="renamed", gone=True, detail=detail))
            return
    tree.to_trash(action.path, stat, run.task.trash)
    run.ledger.add(Change(action.path, effect=None, gone=True))


def settle_here(run: Run, actions: Iterable[Action]) -> None:
    """Carry out what needs no transfer."""
    todo = list(actions)
    # The base goes before its file (rule B1): a file that vanished with its base still there
    # would look like one that somebody deleted.
    for action in todo:
        if action.kind in (Kind.DROP, Kind.UNSTAGE):
            run.ledger.add(Change(action.path, effect="trashed"))
    run.ledger.settle()
    for action in todo:
        try:
            local_step(run, action)
        except StorageError as error:
            run.failed(action, error)
        else:
            run.note(Outcome(action))


def local_step(run: Run, action: Action) -> None:
    """Carry out one action that needs no transfer."""
    if action.kind is Kind.ADOPT:
        _adopt(run, action)
    elif action.kind is Kind.FORGET:
        run.ledger.add(Change(action.path, base=None, effect="base"))
    elif action.kind in (Kind.DROP, Kind.UNSTAGE):
        remove(run, action)


def _adopt(run: Run, action: Action) -> None:
    local, verb = action.seen.local, run.plan.verb
    to = action.seen.pointer if verb == "stage" else action.seen.remote
    if local is None or to is None:
        run.ledger.add(Change(action.path))
        return
    if verb == "restore" and not equal(enriched(to, action.seen.facts), local):
        run.ledger.add(Change(action.path, base=Base(to)))  # rule K2
        return
    adopted = merged(to, content_only(local))
    run.ledger.add(Change(action.path, base=Base(adopted), fact=adopted))


def remove(run: Run, action: Action) -> None:
    """Rule F1: to the trash, unless this run has seen the storage hold these very bytes."""
    tree, stat = run.task.binding.tree, run.task.stats.get(action.path)
    base = action.seen.base
    held = not run.plan.offline and base is not None
    try:
        if stat and held and equal(action.seen.remote, base.version if base else None):
            tree.remove(action.path, stat)
        elif stat is not None:
            tree.to_trash(action.path, stat, run.task.trash)
    except StorageError:
        run.ledger.add(Change(action.path, base=base, effect=None))
        raise
    run.ledger.add(Change(action.path, effect=None, gone=True))
