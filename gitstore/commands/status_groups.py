"""The groups of `status`: what is not in order, with the commands that act on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gitstore.core.cases import Local, local_case, settled
from gitstore.core.location import Owner
from gitstore.core.model import Action, Kind, State, is_promise
from gitstore.core.versions import equal
from gitstore.repo.viewing import Status


@dataclass(frozen=True, slots=True)
class Group:
    """Objects that the same command acts on.

    Attributes:
        title: what they are, as people and JSON see it.
        advice: what to do; `{path}` stands for the data path.
        members: what is planned for each, and why.
        bad: whether somebody has to look at it.
    """

    title: str
    advice: tuple[str, ...]
    members: tuple[tuple[Action, str], ...]
    bad: bool = False


_SYNC = 'use "git storage sync {path}" to upload'
_ADVICE: dict[str, tuple[str, ...]] = {
    "conflict": ('use "git storage sync --keep local|remote|both {path}" to choose',),
    "refused": ("nothing can be decided about these here; the reason says why",),
    "waiting": ('use "git storage sync {path}" again once they are uploaded',),
    "edited": (_SYNC, 'use "git storage record {path}" to record for a commit, offline'),
    "new": (_SYNC, 'use "git storage record {path}" to record for a commit, offline'),
    "recorded": (_SYNC,),
    "read-only": ("kept here; the manifest says access: read",),
    "kept by others": ('nothing here is changed; "git storage unstage {path}" ends the link',),
    "to erase": ('use "git storage sync {path}" to erase them on the storage',),
    "missing": (
        'use "git storage stage {path}" to bring them back',
        'use "git storage sync --delete {path}" to erase them on the storage',
    ),
    "changed there": ('use "git storage sync {path}" to take',),
    "moved on there": ('use "git storage sync {path}" to note in the pointer',),
    "gone there": ('use "git storage sync {path}" to drop',),
    "to fetch": ('use "git storage stage {path}" to fetch',),
    "to drop": ('use "git storage stage {path}" to drop what the pointer no longer names',),
}
_BAD = frozenset({"conflict", "refused", "waiting"})


def grouped(status: Status) -> tuple[Group, ...]:
    """What is not in order, every object in one group, the most pressing group first."""
    found: dict[str, dict[str, tuple[Action, str]]] = {title: {} for title in _ADVICE}
    seen: set[str] = set()
    for title, action in _told(status):
        if action.path not in seen:
            seen.add(action.path)
            found[title][action.path] = (action, _reason(title, action))
    return tuple(
        Group(title, _ADVICE[title], tuple(members[p] for p in sorted(members)), title in _BAD)
        for title, members in found.items()
        if members
    )


def _told(status: Status) -> Iterator[tuple[str, Action]]:
    """Titles and actions; what comes first about an object counts."""
    for action in (*status.sync.conflicts, *status.stage.conflicts):
        yield "conflict", action
    lent = status.location is not None and status.location.owner is Owner.OTHERS
    for action in status.missing:
        yield ("kept by others" if lent else "missing"), action
    for action in status.changes:
        yield _title(action), action
    for action in status.incoming:
        yield ("to drop" if action.kind is Kind.DROP else "to fetch"), action


def _title(action: Action) -> str:
    if action.cell == "Sc6":
        return "kept by others"
    fixed = {
        Kind.REFUSE: "refused",
        Kind.WAIT: "waiting",
        Kind.KEEP: "read-only",
        Kind.ERASE: "to erase",
        Kind.TAKE: "changed there",
        Kind.POINT: "moved on there",
        Kind.DROP: "gone there",
    }
    if action.kind in fixed:
        return fixed[action.kind]
    now = settled(action.seen)
    if is_promise(now.pointer) and equal(now.local, now.pointer):
        return "recorded"
    return "new" if local_case(now) is Local.NEW else "edited"


def _reason(title: str, action: Action) -> str:
    if title == "missing":
        return "missing here; that is not a deletion"
    return _drift(action.seen) if title == "moved on there" else action.reason


def _drift(state: State) -> str:
    """How the storage differs from what the pointer says."""
    if state.pointer is None:
        return "new on the storage"
    if state.remote is None:
        return "no longer on the storage"
    if equal(state.pointer, state.remote):
        return "the storage says more of it"
    return "changed on the storage"
