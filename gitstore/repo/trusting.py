"""`trust`: which storages this clone may read from and write to, and which files may leave."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from gitstore.core.errors import PathRefused, UnknownName, Unsupported, UsageError
from gitstore.core.manifest import DataPath, StorageSpec
from gitstore.core.trust import Right, Visit
from gitstore.repo.project import Project
from gitstore.repo.selection import below_top

if TYPE_CHECKING:
    from gitstore.repo.foreign import Foreign
    from gitstore.shell.opening import Destination

    Approving: TypeAlias = Project | Foreign


@dataclass(frozen=True, slots=True)
class Trusted:
    """One storage, or one approval that no storage of the manifest has any more.

    Attributes:
        place: the name by which it is approved.
        right: what it is approved for, or None.
        name: the storage's name in the manifest, or None.
        url: the storage's URL in the manifest, or None.
    """

    place: str
    right: Right | None
    name: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Trust:
    """What the user has approved about the data paths of a project."""

    project: Project

    def may_write(self, data: DataPath) -> bool:
        """Whether the storage of a data path is approved for writing."""
        access = self.project.access
        return access.right(self._place(data)) is Right.WRITE

    def listed(self, data: DataPath) -> bool:
        """Whether somebody has seen what goes to the storage of a data path first."""
        with self.project.access.grants() as grants:
            return grants.listed(self._place(data))

    def known(self, data: DataPath) -> bool:
        """Whether what lies in a data path may leave: somebody here knows that it is one."""
        with self.project.access.grants() as grants:
            known = grants.seen(_work_tree(self.project), data.path)
        return known == _description(self.project, data)

    def know(self, data: DataPath) -> None:
        """Remember that somebody here knows a data path, as it is described now."""
        with self.project.access.grants() as grants:
            grants.set_seen(_work_tree(self.project), data.path, _description(self.project, data))

    def let_go(self, data: Sequence[DataPath]) -> None:
        """Remember that somebody has seen what goes from data paths to their one storage."""
        access, place = self.project.access, self._place(data[0])
        with access.grants() as grants:
            grants.set_listed([place])
        for one in data:
            self.know(one)

    def approve_writing(self, data: DataPath) -> None:
        """Approve the storage of a data path for writing."""
        with self.project.access.grants() as grants:
            grants.give([self._place(data)], Right.WRITE)

    def _place(self, data: DataPath) -> str:
        return self.project.destination(self.project.storage(data.storage)).approved_as


def visits(project: Approving, targets: Sequence[str]) -> tuple[Visit, ...]:
    """The storages that targets name, as somebody has to see them to approve them.

    Raises:
        UnknownName: a target is neither a storage nor a data path.
    """
    from gitstore.shell.opening import visit

    return tuple(visit(to, project.access) for to in _destinations(project, targets))


def trust(project: Approving, targets: Sequence[str], right: Right) -> None:
    """Approve storages; a data path that is named may send what lies in it, too.

    Args:
        project: this one, or another one, whose approvals are kept for the user.
        targets: names of storages, places, or data paths; none means every storage.
        right: for what.

    Raises:
        UnknownName: a target is neither a storage nor a data path.
    """
    places = [to.approved_as for to in _destinations(project, targets)]
    with project.access.grants() as grants:
        grants.give(places, right)
    for target in targets:
        data = _data_path(project, target)
        if data is not None and right is Right.WRITE and isinstance(project, Project):
            project.trust.know(data)


def trusted(project: Approving) -> tuple[Trusted, ...]:
    """Every storage with what it is approved for, and approvals of storages that are gone."""
    access = project.access
    found: list[Trusted] = []
    for spec, place in _places(project):
        found.append(Trusted(place, access.right(place), spec.name, spec.url))
    with access.grants() as grants:
        left = grants.all()
    known = {each.place for each in found}
    return (*found, *(Trusted(place, right) for place, right in left.items() if place not in known))


def revoke(project: Approving, targets: Sequence[str]) -> tuple[str, ...]:
    """Approve storages no more; the names of those that were approved.

    Args:
        targets: names of storages, data paths, or names of approvals as `trusted` gives them.

    Raises:
        UsageError: there is no target.
        UnknownName: a target is none of these.
    """
    if not targets:
        raise UsageError("no storage to revoke was named", hint="git storage trust --list")
    with project.access.grants() as grants:
        known = grants.all()
        places: list[str] = []
        for target in targets:
            named = [target] if target in known else None
            places += named or [to.approved_as for to in _destinations(project, [target])]
        return tuple(place for place in dict.fromkeys(places) if grants.revoke(place))


def trust_typed(project: Project, spec: StorageSpec, right: Right) -> None:
    """Approve a storage for good, if the user has typed its URL in this command."""
    if project.typed:
        place = project.destination(spec).approved_as
        with project.access.grants() as grants:
            grants.give([place], right)
            grants.set_listed([place])


def _description(project: Project, data: DataPath) -> str:
    # A wider scope or another place is another decision.
    return f"{project.source(data)} {data.include} {data.exclude}"


def _work_tree(project: Project) -> str:
    return os.path.relpath(project.git.git_dir, project.git.common_dir)


def _destinations(project: Approving, targets: Sequence[str]) -> list[Destination]:
    names = [name for target in targets for name in _storages(project, target)]
    names = names if targets else [spec.name for spec, _ in _places(project)]
    return [project.destination(project.storage(name)) for name in dict.fromkeys(names)]


def _storages(project: Approving, target: str) -> list[str]:
    data = _data_path(project, target)
    named = [spec.name for spec, place in _places(project) if target == place]
    named += [target] if target in project.manifest.storages else []
    if data is None and not named:
        known = ", ".join([*project.manifest.storages, *project.manifest.data]) or "nothing yet"
        raise UnknownName(
            f"{target} is neither a storage nor a data path", hint=f"described are: {known}"
        )
    return named if data is None else [*named, data.storage]


def _places(project: Approving) -> Iterator[tuple[StorageSpec, str]]:
    """Every storage with the name by which it is approved; where it is nowhere, there is none."""
    for spec in project.manifest.storages.values():
        with suppress(Unsupported):
            yield spec, project.destination(spec).approved_as


def _data_path(project: Approving, target: str) -> DataPath | None:
    try:
        return project.manifest.data.get(below_top(target, project.where))
    except PathRefused:
        return None
