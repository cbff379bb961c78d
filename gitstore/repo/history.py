"""The operations that changed a work tree: what each did, and what is in the trash of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gitstore.adapters.state_values import Operation
from gitstore.adapters.trash_bags import contents
from gitstore.core.errors import UnknownName
from gitstore.repo.project import Project
from gitstore.repo.session import Session, reading
from gitstore.repo.trash import bag_of, trash_places
from gitstore.repo.undoing import NO_CHANGE, undone_operations

_GROUPS = {
    "here": ("placed", "replaced", "trashed", "renamed", "base", "data path renamed"),
    "there": ("given", "erased"),
    "tracked": ("file",),
    "wanted": ("wanted",),
}


@dataclass(frozen=True, slots=True)
class Past:
    """One operation of the past.

    Attributes:
        operation: the operation.
        changed: how many changes it made: `here` to local files, `there` on storages, `tracked`
            to files that git tracks, `wanted` to what is kept here.
        trash: the files that it left in the trash: path from the top level, and size in bytes.
        undone: whether it was taken back.
    """

    operation: Operation
    changed: Mapping[str, int]
    trash: tuple[tuple[str, int], ...]
    undone: bool


def past(project: Project, limit: int = 20) -> tuple[Past, ...]:
    """The last operations that changed this work tree, newest first."""
    with reading(project) as session:
        undone = undone_operations(session)
        found = session.state.operations(limit)
        return tuple(_past(session, one, one.number in undone) for one in found)


def operation_of(session: Session, number: int) -> Operation:
    """An operation by its number.

    Raises:
        UnknownName: there is none, or no longer.
    """
    for operation in session.state.operations(session.operation or number):
        if operation.number == number:
            return operation
    raise UnknownName(f"there is no operation {number}", hint="git storage undo --list")


def _past(session: Session, operation: Operation, undone: bool) -> Past:
    counts = session.state.effect_counts(operation.number)
    changed = {
        group: number
        for group, kinds in _GROUPS.items()
        if (number := sum(counts.get(kind, 0) for kind in kinds if kind not in NO_CHANGE))
    }
    bag = bag_of(session.state, operation.number)
    places = trash_places(session.project)
    kept = tuple(sorted(item for place in places for item in contents(place, bag)))
    return Past(operation, changed, kept, undone)
