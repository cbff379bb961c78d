"""The part of a run that changes the storage: bytes given, objects erased."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from gitstore.adapters.tree import Stat
from gitstore.core.errors import StorageError
from gitstore.core.many import many_writer
from gitstore.core.model import UNDECIDED, Action, Base
from gitstore.core.report import Outcome
from gitstore.core.versions import Version, content_only, equal, merged
from gitstore.shell.binding import Binding
from gitstore.shell.digests import Digests
from gitstore.shell.transfer import small, upload
from gitstore.shell.transfer.ledger import Change, base_as_json
from gitstore.shell.transfer.pool import Lane, Line, at_work, each, lanes
from gitstore.shell.transfer.run import Run, told
from gitstore.shell.transfer.upload import Item, Sent


def give_all(run: Run, actions: Sequence[Action]) -> None:
    """Write local bytes to the storage, each under its precondition, and note their bases."""
    if not actions:
        return
    for done in _sent(run, actions):
        for (action, _, local), result in done:
            if isinstance(result, StorageError):
                run.failed(action, told(result))
                continue
            run.task.listener.advance(local.size)
            base = merged(result, content_only(local))
            detail = _replaced(action)
            given = Change(action.path, base=Base(base), fact=base, effect="given", detail=detail)
            run.ledger.add(given)
            run.note(Outcome(action, made=result))
        run.ledger.settle_when_full()
    run.ledger.settle()


def _sent(run: Run, actions: Sequence[Action]) -> Iterator[Sent]:
    """What came of sending each file, in batches of what is done."""
    jobs, send = run.jobs(), partial(_send, run.task.binding)
    writer = many_writer(run.task.binding.store())
    few = [a for a in actions if writer is None or not small.is_small(a)]
    items = _identified(run, few)
    _note_intents(run, items)
    large = [item for item in items if item[2].size > upload.LARGE]
    rest = [item for item in items if item[2].size <= upload.LARGE]
    if writer is None:
        yield from each(send, *lanes(rest, large, jobs, upload.OBJECTS))
        return
    others = Line(rest)
    many = [a for a in actions if small.is_small(a)]
    with at_work(send, *lanes(others, large, jobs, upload.OBJECTS)) as crew:
        try:
            for sent in small.sent(run, writer, many, others.add):
                yield sent
                yield crew.ready()
        finally:
            others.close()
        yield from crew


def _send(binding: Binding, item: Item) -> Version:
    return upload.send(binding, *item)


def _identified(run: Run, actions: Sequence[Action]) -> list[Item]:
    """Every file to be given with its SHA-256, but for large ones, which get it on their way."""
    binding = run.task.binding
    digests = Digests(binding.tree, binding.state, binding.data.path)
    unknown = [a.path for a in actions if a.seen.local is None or a.seen.local.sha256 is None]
    copies = {a.path for a in actions if a.path not in run.task.stats}
    large = _large(run, unknown)
    read = digests.read([path for path in (*unknown, *copies) if path not in large])
    ready: list[Item] = []
    for action in actions:
        stat, local = run.task.stats.get(action.path), action.seen.local
        if action.path in copies and not equal(local, read[action.path][1]):
            local = None  # something else has the name of the conflict copy
        elif action.path in large:
            ready.append((action, large[action.path], Version(large[action.path].size)))
            continue
        elif action.path in read:
            stat, local = read[action.path]
        if stat is None or local is None or local.sha256 is None:
            run.failed(action, upload.changed())
        else:
            ready.append((action, stat, local))
    return ready


def _large(run: Run, paths: Sequence[str]) -> dict[str, Stat]:
    """The large ones of some files, as they are now."""
    seen, tree = run.task.stats, run.task.binding.tree
    now = {p: tree.stat(p) for p in paths if p in seen and seen[p].size > upload.LARGE}
    return {p: stat for p, stat in now.items() if stat is not None and stat.size > upload.LARGE}


def _note_intents(run: Run, items: list[Item]) -> None:
    binding = run.task.binding
    intents = {
        action.path: upload.intent(binding, action, local)
        for action, _, local in items
        if local.sha256 is not None  # else it is noted once it is known
    }
    binding.state.set_intents(binding.data.path, intents)


def drop_intents(run: Run) -> None:
    """Forget the uploads that are settled, those of runs that were cut off too."""
    binding = run.task.binding
    known = binding.state.intents(binding.data.path)
    if run.plan.offline or not known:
        return
    undecided = {a.path for a in run.plan.of(*UNDECIDED)}
    undecided |= {o.action.path for o in run.outcomes if o.failure is not None}
    settled = {a.path for a in run.plan.actions} - undecided
    run.ledger.drop_intents(settled & known.keys())


def erase_all(run: Run, actions: Sequence[Action]) -> None:
    """Remove objects from the storage, each if it is still the version that the plan saw."""
    if not actions:
        return
    binding = run.task.binding

    def erase(action: Action) -> None:
        if action.seen.remote is not None:
            binding.store().delete(binding.key(action.path), action.seen.remote)

    for done in each(erase, Lane(actions, run.jobs())):
        for action, result in done:
            if isinstance(result, StorageError):
                run.failed(action, told(result))
                continue
            run.ledger.add(
                Change(action.path, base=None, effect="erased", detail=_replaced(action))
            )
            run.note(Outcome(action))
        run.ledger.settle_when_full()


def _replaced(action: Action) -> dict[str, Any]:
    """What undo needs to put the object back that was there before."""
    old = action.seen.remote
    return {} if old is None else {"old": base_as_json(Base(old))}
