"""The values that planning works with: states in, a plan out.

The letters are those of the design: P the pointer's entry, L the local file, R the storage's
current object, B the version that the local bytes descend from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from gitstore.core.versions import Version, has_place


@dataclass(frozen=True, slots=True)
class Base:
    """B: the version that the local bytes descend from; with `erase`, to be erased at sync."""

    version: Version
    erase: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """Everything known about one object of a data path when a plan is made.

    Attributes:
        path: relative to the data path.
        pointer: P, the entry in the pointer. Without place ids it is a promise.
        base: B, or None when the object is not staged.
        local: L, with its sha256 wherever the size alone does not decide.
        remote: R, as the storage says it.
        wanted: whether this work tree keeps the object locally.
        void: whether P was written for another storage or prefix, so that its place ids do not
            count here (rule B5). A line that had some is no promise: its bytes were seen, only
            elsewhere.
        recorded: the sha256 that `record` last wrote here for this object.
        facts: versions of this key with place ids and sha256, learnt from transfers.
        impossible: why this object cannot be a local file here, or None.
        problem: why nothing can be decided about this object here and now, or None (rule Sc2).
    """

    path: str
    pointer: Version | None = None
    base: Base | None = None
    local: Version | None = None
    remote: Version | None = None
    wanted: bool = False
    void: bool = False
    recorded: str | None = None
    facts: tuple[Version, ...] = ()
    impossible: str | None = None
    problem: str | None = None


class Kind(Enum):
    """What an action does. The value is the word that people and `--json` see."""

    NOTHING = "nothing"
    ADOPT = "adopt"  # B := the equal version; no byte moves
    TAKE = "take"  # remote bytes to the local file
    POINT = "point"  # only the pointer changes
    GIVE = "give"  # local bytes to the storage
    DROP = "drop"  # the local file goes, by way of the trash
    ERASE = "erase"  # the object goes from the storage
    FORGET = "forget"  # only B goes
    FETCH = "fetch"  # the pointer's version to a path without a local file
    REPLACE = "replace"  # the pointer's version over an unchanged local file
    KEEP = "keep"  # something is left as it is, and the user is told why
    CONFLICT = "conflict"
    WAIT = "wait"  # somebody else's promise is left alone (rule P3)
    REFUSE = "refuse"  # impossible here; counts as a failure
    RECORD = "record"  # the local version is written into the pointer, offline
    VERIFY = "verify"  # bytes are read and held against what is known of them
    UNSTAGE = "unstage"  # the local file and B go; the storage and the pointer keep theirs


class Choice(Enum):
    """An answer to a conflict (rule K1)."""

    LOCAL = "local"
    REMOTE = "remote"
    BOTH = "both"
    SKIP = "skip"


MOVES_BYTES = frozenset({Kind.TAKE, Kind.GIVE, Kind.FETCH, Kind.REPLACE})
UNDECIDED = frozenset({Kind.CONFLICT, Kind.WAIT, Kind.REFUSE})


@dataclass(frozen=True, slots=True)
class Action:
    """One decision about one object.

    Attributes:
        kind: what to do.
        reason: why, as one clause that a person understands.
        cell: table, row and column that decided, e.g. `1.3b`; or a rule, e.g. `P3`.
        seen: the state that the decision was made on; the executor checks that it still holds.
        choice: the answer that turned a conflict into this action, if one did.
    """

    kind: Kind
    reason: str
    cell: str
    seen: State
    choice: Choice | None = None

    @property
    def path(self) -> str:
        """The object, relative to the data path."""
        return self.seen.path


@dataclass(frozen=True, slots=True)
class Plan:
    """What one operation would do to one data path; a value that can be shown or carried out.

    Attributes:
        data_path: relative to the top level of the work tree.
        verb: the operation, e.g. `sync`.
        actions: one per object, sorted by path.
        offline: whether R was taken to be B.
    """

    data_path: str
    verb: str
    actions: tuple[Action, ...]
    offline: bool = False

    def of(self, *kinds: Kind) -> tuple[Action, ...]:
        """The actions of these kinds."""
        return tuple(action for action in self.actions if action.kind in kinds)

    @property
    def conflicts(self) -> tuple[Action, ...]:
        """The actions that somebody has to choose about."""
        return self.of(Kind.CONFLICT)

    @property
    def bytes_down(self) -> int:
        """Bytes that would come from the storage."""
        return _total(a.seen.remote or a.seen.pointer for a in self.of(Kind.TAKE)) + _total(
            a.seen.pointer for a in self.of(Kind.FETCH, Kind.REPLACE)
        )

    @property
    def bytes_up(self) -> int:
        """Bytes that would go to the storage."""
        return _total(a.seen.local for a in self.of(Kind.GIVE))


def is_promise(pointer: Version | None) -> bool:
    """Whether a pointer entry's bytes were recorded but never seen on the storage."""
    return pointer is not None and not has_place(pointer)


def _total(versions: Iterable[Version | None]) -> int:
    return sum(v.size for v in versions if v is not None)
