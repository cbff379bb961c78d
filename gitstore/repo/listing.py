"""`ls`: what is described, and where it is. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gitstore.core.manifest import DataPath, Mode, StorageSpec
from gitstore.core.place import Place
from gitstore.core.versions import Version
from gitstore.repo.project import Project
from gitstore.repo.selection import selected
from gitstore.repo.session import Session, reading, within


@dataclass(frozen=True, slots=True)
class Described:
    """One row of `ls`: a storage, and one data path that it feeds.

    Attributes:
        storage: the manifest's storage.
        place: its URL, understood.
        data: the data path, or None for a storage that feeds none.
        location: where the local bytes are, relative to the top level, or absolute if that is
            elsewhere; None when nothing is here.
        objects: how many objects the pointer names.
        size: how many bytes they have.
    """

    storage: StorageSpec
    place: Place
    data: DataPath | None = None
    location: str | None = None
    objects: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """One object of `ls PATH`: the pointer's entry and whether it is staged."""

    path: str
    version: Version
    staged: bool


def storages(project: Project) -> tuple[Described, ...]:
    """Every storage with the data paths that it feeds, as the manifest describes them."""
    rows: list[Described] = []
    with reading(project) as session:
        for spec in project.manifest.storages.values():
            fed = [d for d in project.manifest.data.values() if d.storage == spec.name]
            rows.extend(_row(session, spec, data) for data in fed)
            if not fed:
                rows.append(Described(spec, spec.place()))
    return tuple(rows)


def objects(
    project: Project, targets: Sequence[str]
) -> tuple[tuple[DataPath, tuple[Listed, ...]], ...]:
    """The objects of data paths as their pointers name them; no request, no hashing."""
    found: list[tuple[DataPath, tuple[Listed, ...]]] = []
    with reading(project) as session:
        for selection in selected(project.manifest, targets, project.where):
            bases = session.state.bases(selection.data.path)
            inside = within(selection)
            entries = _entries(session, selection.data).items()
            listed = (Listed(p, v, p in bases) for p, v in entries if inside(p))
            found.append((selection.data, tuple(listed)))
    return tuple(found)


def _row(session: Session, spec: StorageSpec, data: DataPath) -> Described:
    entries = _entries(session, data)
    size = sum(v.size for v in entries.values())
    where = _where(session, data)
    return Described(spec, spec.place(), data, where, len(entries), size)


def _entries(session: Session, data: DataPath) -> Mapping[str, Version]:
    """What the pointer names; of live data, what is staged here."""
    if not data.live:
        return session.project.pointer(data).entries
    return {path: base.version for path, (_, base) in session.state.bases(data.path).items()}


def _where(session: Session, data: DataPath) -> str | None:
    location = session.state.location(data.path)
    if data.mode is not Mode.COPY:
        return None
    if location is not None:
        return location.directory
    return data.path if (session.project.git.top / data.path).exists() else None
