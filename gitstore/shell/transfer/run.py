"""One run of the executor: what it works with, and what has come of it so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gitstore.adapters.tree import Stat, TrashBag
from gitstore.core.errors import Refused, StorageError
from gitstore.core.model import Action, Choice, Plan
from gitstore.core.report import Listener, Outcome
from gitstore.shell.binding import Binding
from gitstore.shell.transfer.ledger import Ledger


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


@dataclass(slots=True)
class Run:
    """A plan that is being carried out.

    Attributes:
        outcomes: in the order of completion.
        ledger: what is to be written to the state.
    """

    plan: Plan
    task: Task
    outcomes: list[Outcome] = field(default_factory=list)
    ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.task.binding, self.task.operation)

    def note(self, outcome: Outcome) -> None:
        """Keep what came of one action, and tell whoever listens."""
        self.outcomes.append(outcome)
        self.task.listener.done(outcome)

    def failed(self, action: Action, error: StorageError) -> None:
        """Keep that one action did not succeed; the others go on (rule F5)."""
        self.note(Outcome(action, failure=error))

    def jobs(self) -> int:
        """Transfers at a time."""
        return self.task.jobs or self.task.binding.store().abilities().parallel

    def had_file(self, action: Action) -> bool:
        """Whether a local file is where the action's object goes."""
        chosen_away = action.choice in (Choice.REMOTE, Choice.BOTH)
        return action.path in self.task.stats and not chosen_away


def told(error: StorageError) -> StorageError:
    """A refused precondition in the words of a sync; any other error as it is."""
    if not isinstance(error, Refused):
        return error
    return Refused(
        "somebody else changed it on the storage at the same moment",
        key=error.key,
        hint="git storage sync  # shows the conflict",
    )
