"""The executor: one plan, carried out in the order of rule B6."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gitstore.adapters.state import Intent
from gitstore.adapters.tree import Stat, TrashBag
from gitstore.core.choices import conflict_copy
from gitstore.core.errors import Changed, Refused, StorageError
from gitstore.core.model import UNDECIDED, Action, Base, Choice, Kind, Plan
from gitstore.core.report import Listener, Outcome, Report
from gitstore.core.versions import Version, content_only, enriched, equal, merged
from gitstore.shell.binding import Binding
from gitstore.shell.digests import Digests, seen_placed
from gitstore.shell.transfer.download import Arrived, bring
from gitstore.shell.transfer.ledger import Change, Ledger, base_as_json
from gitstore.shell.transfer.pool import each
from gitstore.shell.transfer.upload import send

BATCH_OBJECTS = 512  # files flushed, renamed and noted together
BATCH_BYTES = 256 << 20

_DOWN = (Kind.TAKE, Kind.FETCH, Kind.REPLACE)


@dataclass(frozen=True, slots=True)
class Task:
    """What the executor works with, beside the plan.

    Attributes:
        binding: the data path and its two ends.
        stats: the local files as the survey saw them, by path.
        trash: where this operation's replaced and removed files go.
        operation: the number under which effects are kept for undo.
        listener: is told how it goes.
        jobs: transfers at a time, or None for what suits the storage.
    """

    binding: Binding
    stats: Mapping[str, Stat]
    trash: TrashBag
    operation: int
    listener: Listener
    jobs: int | None = None


def execute(plan: Plan, task: Task) -> Report:
    """Carry out a plan, as far as it goes, and report on every action.

    The state is written as the work goes on; the pointer is the caller's. A kill at any moment is
    healed by running the same operation again.
    """
    return _Run(plan, task).carried_out()


@dataclass(slots=True)
class _Run:
    plan: Plan
    task: Task
    outcomes: list[Outcome] = field(default_factory=list)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.task.binding, self.task.operation)

    def carried_out(self) -> Report:
        down, up = self.plan.of(*_DOWN), self.plan.of(Kind.GIVE)
        listener = self.task.listener
        moving = self.plan.bytes_down + self.plan.bytes_up
        listener.begin(self.plan, len(down) + len(up), moving)
        try:
            self._note_choices()
            ready = [action for action in self.plan.actions if self._made_way(action)]
            self.ledger.settle()
            self._locally([a for a in ready if a.kind not in (*_DOWN, Kind.GIVE, Kind.ERASE)])
            self._down([a for a in ready if a.kind in _DOWN])
            self._up([a for a in ready if a.kind is Kind.GIVE])
            self._erase([a for a in ready if a.kind is Kind.ERASE])
            self._drop_intents()
        finally:
            self.ledger.settle()
            listener.end()
        return Report(self.plan, tuple(self.outcomes))

    def _note(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.task.listener.done(outcome)

    def _jobs(self) -> int:
        return self.task.jobs or self.task.binding.store().abilities().parallel

    # Choices (rule K1) change the base first and then move local bytes out of the way. Killed in
    # between, the same command finds the same conflict again and finishes it.

    def _note_choices(self) -> None:
        for action in self.plan.actions:
            if action.choice is Choice.LOCAL:
                remote, base = action.seen.remote, action.seen.base
                erase = base is not None and base.erase and action.seen.local is None
                after = None if remote is None else Base(remote, erase=erase)
                self.ledger.add(Change(action.path, base=after))
            elif action.choice in (Choice.REMOTE, Choice.BOTH):
                effect = "trashed" if action.path in self.task.stats else "base"
                self.ledger.add(Change(action.path, effect=effect))
        self.ledger.settle()

    def _made_way(self, action: Action) -> bool:
        stat = self.task.stats.get(action.path)
        if stat is None or action.choice not in (Choice.REMOTE, Choice.BOTH):
            return True
        try:
            self._move_away(action, stat)
        except StorageError as error:
            self._note(Outcome(action, failure=error))
            return False
        return True

    def _move_away(self, action: Action, stat: Stat) -> None:
        tree, local = self.task.binding.tree, action.seen.local
        if action.choice is Choice.BOTH and local is not None and local.sha256 is not None:
            beside = conflict_copy(action.path, local.sha256)
            if tree.stat(beside) is None:
                tree.rename(action.path, beside, stat)
                detail = {"to": beside}
                self.ledger.add(Change(action.path, effect="renamed", gone=True, detail=detail))
                return
        tree.to_trash(action.path, stat, self.task.trash)
        self.ledger.add(Change(action.path, effect=None, gone=True))

    # What needs no transfer.

    def _locally(self, actions: list[Action]) -> None:
        # The base goes before its file (rule B1): a file that vanished with its base still there
        # would look like one that somebody deleted.
        for action in actions:
            if action.kind in (Kind.DROP, Kind.UNSTAGE):
                self.ledger.add(Change(action.path, effect="trashed"))
        self.ledger.settle()
        for action in actions:
            try:
                self._local_step(action)
            except StorageError as error:
                self._note(Outcome(action, failure=error))
            else:
                self._note(Outcome(action))

    def _local_step(self, action: Action) -> None:
        if action.kind is Kind.ADOPT:
            self._adopt(action)
        elif action.kind is Kind.FORGET:
            self.ledger.add(Change(action.path, base=None, effect="base"))
        elif action.kind in (Kind.DROP, Kind.UNSTAGE):
            self._remove(action)

    def _adopt(self, action: Action) -> None:
        local = action.seen.local
        to = action.seen.pointer if self.plan.verb == "stage" else action.seen.remote
        if local is None or to is None:
            self.ledger.add(Change(action.path))
            return
        if self.plan.verb == "restore" and not equal(enriched(to, action.seen.facts), local):
            self.ledger.add(Change(action.path, base=Base(to)))  # rule K2
            return
        adopted = merged(to, content_only(local))
        self.ledger.add(Change(action.path, base=Base(adopted), fact=adopted))

    def _remove(self, action: Action) -> None:
        """Rule F1: the trash, unless this run has seen the storage hold these very bytes."""
        tree, stat = self.task.binding.tree, self.task.stats.get(action.path)
        base = action.seen.base
        held = not self.plan.offline and base is not None
        try:
            if stat and held and equal(action.seen.remote, base.version if base else None):
                tree.remove(action.path, stat)
            elif stat is not None:
                tree.to_trash(action.path, stat, self.task.trash)
        except StorageError:
            self.ledger.add(Change(action.path, base=base, effect=None))
            raise
        self.ledger.add(Change(action.path, effect=None, gone=True))

    # Down.

    def _down(self, actions: list[Action]) -> None:
        if not actions:
            return
        batch: list[Arrived] = []
        size = 0
        advance = self.task.listener.advance

        def fetch(action: Action) -> Arrived:
            return bring(self.task.binding, action, advance)

        try:
            for done in each(fetch, actions, self._jobs()):
                for action, result in done:
                    if isinstance(result, StorageError):
                        self._note(Outcome(action, failure=result))
                        continue
                    batch.append(result)
                    size += result.version.size
                if len(batch) >= BATCH_OBJECTS or size >= BATCH_BYTES:
                    full, batch, size = batch, [], 0
                    self._settle_arrived(full)
        finally:
            self._settle_arrived(batch)

    def _settle_arrived(self, batch: list[Arrived]) -> None:
        """Fact, flush, rename, flush the directories, then the base: in this order (rule B6)."""
        if not batch:
            return
        tree = self.task.binding.tree
        clock = tree.clock_ns()
        self._expect_arrival(batch)
        tree.flush([arrived.incoming for arrived in batch])
        placed: list[str] = []
        for arrived in batch:
            action = arrived.action
            try:
                stat = self._put(arrived)
            except StorageError as error:
                arrived.incoming.discard()
                if self._parted(action):
                    self.ledger.add(Change(action.path, base=action.seen.base, effect=None))
                self._note(Outcome(action, failure=error))
                continue
            placed.append(action.path)
            self.ledger.add(
                Change(
                    action.path,
                    base=self._base_after(arrived),
                    seen=seen_placed(stat, arrived.version, arrived.incoming.stamp, clock),
                    effect=None if self._had_file(action) else "placed",
                    detail={"bytes": base_as_json(Base(arrived.version))},
                )
            )
            self._note(Outcome(action, made=arrived.version))
        tree.flush_directories(placed)
        self.ledger.settle()

    def _expect_arrival(self, batch: list[Arrived]) -> None:
        """Let every gap heal by rule B4: killed from here on, each file is known for a copy."""
        binding = self.task.binding
        learnt = {binding.key(arrived.action.path): arrived.version for arrived in batch}
        binding.facts.add(binding.source, learnt)
        for arrived in batch:
            self._announce(arrived)
        self.ledger.settle()

    def _announce(self, arrived: Arrived) -> None:
        # Undo must find what is replaced, also if nobody comes to say that it was.
        action = arrived.action
        if self._had_file(action):
            base = None if self._parted(action) else action.seen.base
            detail = {"bytes": base_as_json(Base(arrived.version))}
            self.ledger.add(Change(action.path, base=base, effect="replaced", detail=detail))

    def _parted(self, action: Action) -> bool:
        # New bytes beside the base of the old ones would look like an edit. What `restore` brings
        # is one (rule K2).
        return self.plan.verb != "restore" and self._had_file(action)

    def _base_after(self, arrived: Arrived) -> Base | None:
        remote = arrived.action.seen.remote
        if self.plan.verb != "restore" or equal(remote, arrived.version):
            return Base(arrived.version)
        return None if remote is None else Base(remote)  # rule K2

    def _put(self, arrived: Arrived) -> Stat:
        tree, action = self.task.binding.tree, arrived.action
        if not self._had_file(action):
            return tree.place(arrived.incoming, action.path)
        return tree.exchange(
            arrived.incoming, action.path, self.task.stats[action.path], self.task.trash
        )

    def _had_file(self, action: Action) -> bool:
        chosen_away = action.choice in (Choice.REMOTE, Choice.BOTH)
        return action.path in self.task.stats and not chosen_away

    # Up.

    def _up(self, actions: list[Action]) -> None:
        if not actions:
            return
        identified = self._identified(actions)
        self._note_intents(identified)

        def give(item: tuple[Action, Stat, Version]) -> Version:
            action, stat, local = item
            made = send(self.task.binding, action, stat, local)
            self.task.listener.advance(local.size)
            return made

        for done in each(give, identified, self._jobs()):
            for (action, _, local), result in done:
                if isinstance(result, StorageError):
                    self._note(Outcome(action, failure=_told(result)))
                    continue
                base = merged(result, content_only(local))
                self.ledger.add(Change(action.path, base=Base(base), fact=base))
                self._note(Outcome(action, made=result))
            self.ledger.settle_when_full()
        self.ledger.settle()

    def _identified(self, actions: list[Action]) -> list[tuple[Action, Stat, Version]]:
        """Every file to be given with its SHA-256: the intent and the fact need it."""
        binding = self.task.binding
        digests = Digests(binding.tree, binding.state, binding.data.path)
        unknown = [a.path for a in actions if a.seen.local is None or a.seen.local.sha256 is None]
        copies = {a.path for a in actions if a.path not in self.task.stats}
        read = digests.read([*unknown, *copies])
        ready: list[tuple[Action, Stat, Version]] = []
        for action in actions:
            stat, local = self.task.stats.get(action.path), action.seen.local
            if action.path in copies and not equal(local, read[action.path][1]):
                local = None  # something else has the name of the conflict copy
            elif action.path in read:
                stat, local = read[action.path]
            if stat is None or local is None or local.sha256 is None:
                changed = Changed("it changed while it was read", hint=_AGAIN)
                self._note(Outcome(action, failure=changed))
            else:
                ready.append((action, stat, local))
        return ready

    def _note_intents(self, items: list[tuple[Action, Stat, Version]]) -> None:
        binding = self.task.binding
        binding.state.set_intents(
            binding.data.path,
            {
                action.path: Intent(
                    binding.key(action.path), local.sha256 or "", local.size, action.seen.remote
                )
                for action, _, local in items
            },
        )

    def _drop_intents(self) -> None:
        """Forget the uploads that are settled, those of runs that were cut off too."""
        binding = self.task.binding
        known = binding.state.intents(binding.data.path)
        if self.plan.offline or not known:
            return
        undecided = {a.path for a in self.plan.of(*UNDECIDED)}
        undecided |= {o.action.path for o in self.outcomes if o.failure is not None}
        settled = {a.path for a in self.plan.actions} - undecided
        self.ledger.drop_intents(settled & known.keys())

    # Erasures.

    def _erase(self, actions: list[Action]) -> None:
        if not actions:
            return
        binding = self.task.binding

        def erase(action: Action) -> None:
            if action.seen.remote is not None:
                binding.store().delete(binding.key(action.path), action.seen.remote)

        for done in each(erase, actions, self._jobs()):
            for action, result in done:
                if isinstance(result, StorageError):
                    self._note(Outcome(action, failure=_told(result)))
                    continue
                self.ledger.add(Change(action.path, base=None, effect="base"))
                self._note(Outcome(action))
            self.ledger.settle_when_full()


_AGAIN = "git storage sync  # once nothing writes to it"


def _told(error: StorageError) -> StorageError:
    if not isinstance(error, Refused):
        return error
    return Refused(
        "somebody else changed it on the storage at the same moment",
        key=error.key,
        hint="git storage sync  # shows the conflict",
    )
