"""The trash of a clone: where it lies, how large it is, and what of it may go.

Nothing goes before its age is over, however large the trash is, and whoever looks is told of what
goes: it may exist nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gitstore.adapters import trash_bags
from gitstore.adapters.state import WorkState
from gitstore.adapters.tree import TrashBag, spare_directory
from gitstore.repo.project import Project
from gitstore.repo.session import Session
from gitstore.repo.settings import TrashLimits, chosen_trash
from gitstore.shell.binding import Binding


@dataclass(frozen=True, slots=True)
class Trash:
    """What lies in the trash of a clone, whichever work tree put it there.

    Attributes:
        files: how many.
        size: in bytes.
        oldest: when the oldest operation of them began, in seconds since 1970; None: it is empty.
        limits: what is kept.
    """

    files: int
    size: int
    oldest: float | None
    limits: TrashLimits


@dataclass(frozen=True, slots=True)
class _Bag:
    when: float
    name: str
    place: Path


def trash_places(project: Project) -> tuple[Path, ...]:
    """The directories in which the bags of this clone's operations lie."""
    with WorkState.open(project.git.git_dir) as state:
        return _places(project, state)


def kept_by(session: Session, binding: Binding, bag: str, path: str) -> Path | None:
    """Where an object's file lies in the trash of an operation, or None.

    The data may have been moved to another disk since; then it is where they were.

    Args:
        bag: the operation's bag.
    """
    here = session.trash(binding, bag).kept(path)
    if here is not None or not bag:
        return here
    bags = (place / bag / binding.data.path for place in _places(session.project, session.state))
    found = (TrashBag(directory).kept(path) for directory in bags)
    return next((place for place in found if place is not None), None)


def _places(project: Project, state: WorkState) -> tuple[Path, ...]:
    git = project.git
    roots = [git.top / path for path in project.manifest.data]
    spares = {spare_directory(git.top, git.common_dir, root) for root in roots}
    spares |= {Path(directory) for directory in state.spares()}
    return tuple(sorted(spare / "trash" for spare in {git.common_dir / "storage", *spares}))


def bag_of(state: WorkState, operation: int) -> str:
    """The name of an operation's bag, or `''`."""
    bags = [effect.path for effect in state.effects(operation) if effect.kind == "bag"]
    return bags[0] if bags else ""


def trash_of(project: Project) -> Trash:
    """What lies in the trash, and what is kept of it.

    Raises:
        StorageError: what is to be kept cannot be understood.
    """
    found = [(bag, _sizes(bag)) for bag in _bags(project)]
    sizes = [size for _, each in found for size in each]
    oldest = min((bag.when for bag, each in found if each), default=None)
    return Trash(len(sizes), sum(sizes), oldest, chosen_trash(project.git))


def prune(project: Project, state: WorkState) -> tuple[int, int]:
    """Remove for good what is older than it has to be kept; how many files and bytes that were.

    Age counts up to the operation before the last one, so that whoever comes back after a long
    time, or has had a wrong clock for a moment, still finds everything.

    Raises:
        StorageError: what is to be kept cannot be understood; nothing was removed.
    """
    latest = state.operations(2)
    if len(latest) < 2:
        return 0, 0
    limits = chosen_trash(project.git)
    if limits.age is None:
        return 0, 0
    until = min(operation.when for operation in latest) - limits.age
    bags = _bags(project)
    going = _over(limits, bags, until)
    sizes = [size for bag in going for size in _sizes(bag)]
    for bag in going:
        trash_bags.remove(bag.place, bag.name)
    _forget_operations(state, until, {bag.name for bag in bags} - {bag.name for bag in going})
    return len(sizes), sum(sizes)


def _bags(project: Project) -> list[_Bag]:
    """The bags of all places, the oldest first."""
    found = [
        _Bag(when, name, place)
        for place in trash_places(project)
        for name, when in trash_bags.bags(place).items()
    ]
    return sorted(found, key=lambda bag: (bag.when, bag.name))


def _over(limits: TrashLimits, bags: list[_Bag], until: float) -> list[_Bag]:
    """The bags that go: older than their age, and over the size that may stay beyond it."""
    old = [bag for bag in bags if bag.when < until]
    if not limits.size or not old:
        return old
    total = sum(size for bag in bags for size in _sizes(bag))
    going: list[_Bag] = []
    for bag in old:
        if total <= limits.size:
            break
        total -= sum(_sizes(bag))
        going.append(bag)
    return going


def _sizes(bag: _Bag) -> list[int]:
    return [size for _, size in trash_bags.contents(bag.place, bag.name)]


def _forget_operations(state: WorkState, until: float, kept: set[str]) -> None:
    """Forget operations of that age of which nothing is in the trash: they cannot be undone."""
    old = [o for o in state.operations_before(until) if bag_of(state, o.number) not in kept]
    if not old:
        return
    with state.batch():
        for operation in old:
            state.drop_operation(operation.number)
