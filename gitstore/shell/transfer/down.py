"""The part of a run that brings bytes here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from gitstore.adapters.tree import Placing, Stat
from gitstore.core.errors import Corrupt, Missing, Refused, StorageError
from gitstore.core.many import ManyReader, Wanted, Whole, many_reader
from gitstore.core.model import Action, Base
from gitstore.core.report import Outcome
from gitstore.core.versions import contradict, equal
from gitstore.shell.digests import seen_placed
from gitstore.shell.transfer import ranges
from gitstore.shell.transfer.download import (
    SMALL,
    Arrived,
    Fetched,
    bring,
    checked,
    landed,
    size_to_come,
    version_to_come,
)
from gitstore.shell.transfer.ledger import Change, base_as_json
from gitstore.shell.transfer.pool import Line, at_work, each, lanes
from gitstore.shell.transfer.run import Run

BATCH_OBJECTS = 512  # files flushed, renamed and noted together
BATCH_BYTES = 256 << 20
SHARE = 16  # small objects that one worker brings before it hands them over

Brought = tuple[Action, Fetched | StorageError]


def bring_all(run: Run, actions: Sequence[Action]) -> None:
    """Bring what these actions ask for, put it in its place and note its base."""
    if not actions:
        return
    batch: list[Arrived] = []
    size = 0
    try:
        for brought in _brought(run, actions):
            for arrived in _landed(run, brought):
                batch.append(arrived)
                size += arrived.version.size
            if len(batch) >= BATCH_OBJECTS or size >= BATCH_BYTES:
                full, batch, size = batch, [], 0
                _settle_or_discard(run, full)
    finally:
        _settle_or_discard(run, batch)


def _brought(run: Run, actions: Sequence[Action]) -> Iterator[Iterable[Brought]]:
    """What the actions ask for, in batches of what is there."""
    jobs, share = run.jobs(), partial(_bring_share, run)
    reader = many_reader(run.task.binding.store())
    large: list[tuple[Action, ...]] = []
    small: list[Action] = []
    rest: list[Action] = []
    for action in actions:
        if _is_large(action):
            large.append((action,))
        elif reader is not None and _is_known_small(action):
            small.append(action)
        else:
            rest.append(action)
    if reader is None:
        yield from map(
            _one_by_one, each(share, *lanes(_shares(rest, jobs), large, jobs, ranges.OBJECTS))
        )
        return
    others: Line[tuple[Action, ...]] = Line((action,) for action in rest)
    with at_work(share, *lanes(others, large, jobs, ranges.OBJECTS)) as crew:
        try:
            for brought in _many(run, reader, small, others):
                yield brought
                yield _one_by_one(crew.ready())
        finally:
            others.close()
        yield from map(_one_by_one, crew)


def _is_large(action: Action) -> bool:
    return size_to_come(action) >= ranges.LARGE


def _is_known_small(action: Action) -> bool:
    expect = version_to_come(action)
    return expect is not None and expect.size <= SMALL


def _many(
    run: Run, reader: ManyReader, actions: Sequence[Action], others: Line[tuple[Action, ...]]
) -> Iterator[list[Brought]]:
    """Small objects, many at a time; what needs a closer look is added to `others`."""
    binding, advance = run.task.binding, run.task.listener.advance
    asked: dict[str, Action] = {}

    def wanted() -> Iterator[Wanted]:
        for action in actions:
            expect = version_to_come(action)
            if expect is not None:
                one = Wanted(binding.key(action.path), expect)
                asked[one.key] = action
                yield one

    for batch in reader.read_many(wanted(), run.task.jobs):
        brought: list[Brought] = []
        for one, result in batch:
            action = asked.pop(one.key)
            if isinstance(result, Whole):
                fetched = checked(action, one.expect, result)
                if fetched is None:
                    others.add((action,))
                    continue
                advance(one.expect.size)
                brought.append((action, fetched))
            elif isinstance(result, Refused | Missing):
                others.add((action,))
            else:
                brought.append((action, result))
        yield brought


def _shares(actions: Sequence[Action], jobs: int) -> Iterator[tuple[Action, ...]]:
    """Actions in shares for the workers: handing over one small object costs more than it."""
    most = max(1, min(SHARE, len(actions) // (4 * jobs)))
    share: list[Action] = []
    for action in actions:
        if size_to_come(action) > SMALL:
            yield (action,)
            continue
        share.append(action)
        if len(share) == most:
            yield tuple(share)
            share = []
    if share:
        yield tuple(share)


def _bring_share(run: Run, share: tuple[Action, ...]) -> list[Brought]:
    brought: list[Brought] = []
    for action in share:
        try:
            brought.append((action, bring(run.task.binding, action, run.task.listener.advance)))
        except StorageError as error:
            brought.append((action, error))
    return brought


def _one_by_one(
    done: Iterable[tuple[tuple[Action, ...], list[Brought] | StorageError]],
) -> Iterator[Brought]:
    for share, brought in done:
        if isinstance(brought, StorageError):
            yield from ((action, brought) for action in share)
        else:
            yield from brought


def _landed(run: Run, brought: Iterable[Brought]) -> Iterator[Arrived]:
    for action, result in brought:
        try:
            if isinstance(result, StorageError):
                raise result
            yield landed(run.task.binding.tree, result)
        except StorageError as error:
            run.failed(action, error)


def _settle_or_discard(run: Run, batch: list[Arrived]) -> None:
    try:
        _settle_arrived(run, list(batch))
    except BaseException:
        # A disk that cannot flush has least room for what would be left behind.
        for arrived in batch:
            arrived.incoming.discard()
        raise


def _settle_arrived(run: Run, batch: list[Arrived]) -> None:
    """Fact, flush, rename, flush the directories, then the base: in this order (rule B6)."""
    if not batch:
        return
    tree = run.task.binding.tree
    clock = tree.clock_ns()
    batch = _believed(run, batch)
    # In the order of the directories, each of which is then reached once.
    batch.sort(key=lambda arrived: arrived.action.path)
    _expect_arrival(run, batch)
    tree.flush([arrived.incoming for arrived in batch])
    placed: list[str] = []
    with tree.placing() as placing:
        for arrived in batch:
            try:
                stat = _put(run, arrived, placing)
            except StorageError as error:
                _give_up(run, arrived, error)
            else:
                placed.append(arrived.action.path)
                _note_placed(run, arrived, stat, clock)
    tree.flush_directories(placed)
    run.task.trash.flush()
    run.ledger.settle()


def _believed(run: Run, batch: list[Arrived]) -> list[Arrived]:
    """Those of which no other bytes are known here: what names a version names one content."""
    binding = run.task.binding
    known = binding.facts.for_keys(binding.source, [binding.key(a.action.path) for a in batch])
    believed: list[Arrived] = []
    for arrived in batch:
        facts = known.get(binding.key(arrived.action.path), ())
        if any(contradict(fact, arrived.version) for fact in facts):
            _give_up(run, arrived, _other_bytes(arrived.action.path))
        else:
            believed.append(arrived)
    return believed


def _other_bytes(path: str) -> Corrupt:
    return Corrupt(
        f"{path}: the storage gives other bytes than before under the same identifier",
        hint="ask the storage's owner; to take them all the same: rm .git/storage/facts.db",
    )


def _expect_arrival(run: Run, batch: list[Arrived]) -> None:
    """Let every gap heal by rule B4: killed from here on, each file is known for a copy."""
    binding = run.task.binding
    learnt = {binding.key(arrived.action.path): arrived.version for arrived in batch}
    binding.facts.add(binding.source, learnt)
    for arrived in batch:
        # Undo must find what is replaced, also if nobody comes to say that it was.
        action = arrived.action
        if run.had_file(action):
            base = None if _parted(run, action) else action.seen.base
            detail = {"bytes": base_as_json(Base(arrived.version))}
            run.ledger.add(Change(action.path, base=base, effect="replaced", detail=detail))
    run.ledger.settle()


def _put(run: Run, arrived: Arrived, placing: Placing) -> Stat:
    action = arrived.action
    if not run.had_file(action):
        return placing.place(arrived.incoming, action.path)
    expect = run.task.stats[action.path]
    tree = run.task.binding.tree
    return tree.exchange(arrived.incoming, action.path, expect, run.task.trash)


def _note_placed(run: Run, arrived: Arrived, stat: Stat, clock: int) -> None:
    action, base = arrived.action, _base_after(run, arrived)
    is_copy = base is not None and base.version is arrived.version
    run.ledger.add(
        Change(
            action.path,
            base=base,
            seen=seen_placed(stat, arrived.version, arrived.incoming.stamp, clock),
            effect=None if run.had_file(action) else "placed",
            detail={} if is_copy else {"bytes": base_as_json(Base(arrived.version))},
        )
    )
    run.note(Outcome(action, made=arrived.version))


def _give_up(run: Run, arrived: Arrived, error: StorageError) -> None:
    action = arrived.action
    arrived.incoming.discard()
    if _parted(run, action):
        run.ledger.add(Change(action.path, base=action.seen.base, effect=None))
    run.failed(action, error)


def _parted(run: Run, action: Action) -> bool:
    # New bytes beside the base of the old ones would look like an edit. What `restore` brings
    # is one (rule K2).
    return run.plan.verb != "restore" and run.had_file(action)


def _base_after(run: Run, arrived: Arrived) -> Base | None:
    if run.plan.verb != "restore":
        return Base(arrived.version)
    remote = arrived.action.seen.remote
    if equal(remote, arrived.version):
        return Base(arrived.version)
    return None if remote is None else Base(remote)  # rule K2
