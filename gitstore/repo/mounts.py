"""The mounts of a work tree as they are: which live, what they show, what they could not do.

`ls` and `status` ask here, so that nothing heavy is imported. A mount whose process was killed is
taken out of the way by whoever meets it: until then, its data path hangs nobody, but is an error.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gitstore.adapters import mounts
from gitstore.adapters.mounts import MountDirectory, MountRecord, Trouble
from gitstore.core.errors import StorageError
from gitstore.core.manifest import DataPath
from gitstore.core.pointer import dump
from gitstore.repo.project import Project

LIVE = "live"
"""The folder of a mount that shows the storage, not a pointer."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with one mount.

    Attributes:
        record: what was mounted.
        alive: whether it can be used.
        linked: whether the data path leads to it.
        current: whether it shows the pointer that is checked out; True for a live one.
        troubles: what it could not do, the latest last.
        unrecorded: how many objects were written through it that the pointer does not name.
    """

    record: MountRecord
    alive: bool
    linked: bool
    current: bool
    troubles: tuple[Trouble, ...]
    unrecorded: int = 0

    @property
    def sound(self) -> bool:
        """Whether there is nothing to say of it."""
        fine = self.alive and self.linked and self.current
        return fine and not self.troubles and not self.unrecorded


def standing(project: Project) -> dict[str, Standing]:
    """The mounts of this work tree, by data path; dead ones are cleaned up by the way."""
    return {record.data_path: _stands(project, record) for record in found(project)}


def found(project: Project) -> list[MountRecord]:
    """What is noted of the mounts of this work tree."""
    return mounts.records(project.git.git_dir)


def directory(project: Project, data_path: str) -> MountDirectory:
    """Where the mount of a data path is noted."""
    git_dir = project.git.git_dir
    return MountDirectory(git_dir, mounts.name_of(git_dir, data_path))


def target(record: MountRecord, data: DataPath) -> Path:
    """What a data path leads to: a folder of the mount, or the one file in it."""
    folder = Path(record.point) / record.shows
    return folder / data.path.rpartition("/")[2] if data.single else folder


def folder_of(project: Project, data: DataPath) -> str:
    """The name of the folder in which a mount shows what is checked out.

    It stands for everything that decides what is shown: the pointer, the patterns, and where the
    bytes are; so nothing is ever exchanged in a folder.

    Raises:
        FormatError: the pointer cannot be read.
    """
    spec = project.storage(data.storage)
    files = project.pointer_files(data)
    if not files:
        name = f"{data.path}.storage"
        parts = dump(project.pointer(data))
        files = {f"{name}.d/{part}" if part else name: text for part, text in parts.items()}
    where = (spec.url, spec.endpoint, spec.region, spec.account, spec.provider, spec.options)
    told = (where, spec.anonymous, data.prefix, data.single, data.include, data.exclude)
    digest = hashlib.sha256(repr(told).encode(errors="surrogatepass"))
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode(errors="surrogateescape"))
        digest.update(files[name])
    return digest.hexdigest()[:16]


def unrecorded(project: Project, record: MountRecord) -> int:
    """How many objects were written through a mount that the pointer does not name."""
    kept, data = directory(project, record.data_path), project.manifest.data.get(record.data_path)
    if data is None or data.live or not kept.given.exists():
        return 0
    from gitstore.shell.mount.given import Journal  # late: few mounts are written through

    with suppress(StorageError):
        return Journal(kept.given).missing_in(project.pointer(data).entries)
    return 0


def clear(kept: MountDirectory, record: MountRecord) -> None:
    """Take a mount out of sight whose process is gone; its record stays.

    Raises:
        LocalFailure: the system refused.
    """
    from gitstore.adapters import mounts_system

    if not kept.runs() and mounts_system.is_mounted(record.point):
        mounts_system.detach(record.point)


def _stands(project: Project, record: MountRecord) -> Standing:
    from gitstore.adapters import mounts_system

    kept = directory(project, record.data_path)
    data = project.manifest.data.get(record.data_path)
    alive = kept.runs() and mounts_system.is_mounted(record.point)
    if not alive:
        with suppress(StorageError):
            clear(kept, record)
    path = project.git.top / record.data_path
    linked = data is not None and path.is_symlink() and path.readlink() == target(record, data)
    current = record.live
    if data is not None and not record.live:
        with suppress(StorageError):
            current = folder_of(project, data) == record.shows
    troubles = tuple(kept.troubles())
    return Standing(record, alive, linked, current, troubles, unrecorded(project, record))
