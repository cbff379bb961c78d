"""What came of a plan: values that commands print and the Python API returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gitstore.core.errors import StorageError
from gitstore.core.model import UNDECIDED, Action, Kind, Plan
from gitstore.core.versions import Version


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one action.

    Attributes:
        action: as planned.
        made: the version that the storage's answer to a write named, for GIVE.
        failure: why it did not succeed, or None. One object's failure stops no other (rule F5).
    """

    action: Action
    made: Version | None = None
    failure: StorageError | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one plan.

    Attributes:
        plan: as it was carried out.
        outcomes: one per action that was tried, in the order of completion.
        mounted: where the data path is mounted now, or None.
    """

    plan: Plan
    outcomes: tuple[Outcome, ...] = ()
    mounted: str | None = None

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """What was tried and failed."""
        return tuple(o for o in self.outcomes if o.failure is not None)

    @property
    def undecided(self) -> tuple[Action, ...]:
        """What nobody could decide: conflicts, foreign promises, impossible objects."""
        return self.plan.of(*UNDECIDED)

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for has been done."""
        return not self.failures and not self.undecided

    def done(self, *kinds: Kind) -> int:
        """How many actions of these kinds succeeded."""
        return sum(o.failure is None and o.action.kind in kinds for o in self.outcomes)


class Listener(Protocol):
    """Is told how a transfer goes; called from the thread that runs the plan."""

    def begin(self, plan: Plan, objects: int, size: int) -> None:
        """A plan starts: so many objects and bytes will move."""
        ...

    def advance(self, size: int) -> None:
        """So many more bytes have moved."""
        ...

    def done(self, outcome: Outcome) -> None:
        """One action is finished."""
        ...

    def end(self) -> None:
        """The plan is finished."""
        ...


class Silent:
    """A listener that says nothing."""

    def begin(self, plan: Plan, objects: int, size: int) -> None:
        """Nothing is said."""

    def advance(self, size: int) -> None:
        """Nothing is said."""

    def done(self, outcome: Outcome) -> None:
        """Nothing is said."""

    def end(self) -> None:
        """Nothing is said."""
