"""Ending mounts: what is being written is waited for, and who still uses it is named."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gitstore.adapters import mounts_system
from gitstore.adapters.git_config import Config
from gitstore.adapters.lock import WorkLock
from gitstore.adapters.mounts import MountDirectory, MountRecord
from gitstore.core.errors import LocalFailure, UnknownName
from gitstore.core.manifest import Mode
from gitstore.core.model import Plan
from gitstore.core.report import Listener, Report
from gitstore.repo.mount_settings import cache_directory
from gitstore.repo.mounts import clear, directory, found, unrecorded
from gitstore.repo.project import Project
from gitstore.repo.selection import Selection, selected

_PAUSE = 0.02  # seconds between looks whether a process has ended
_FORCED = 0.5  # seconds that a mount which was taken out of sight gets to end by itself
_CLOSING = (
    10.0  # seconds that somebody whom nobody sees gets: a file that is closed is open until then
)


@dataclass(frozen=True, slots=True)
class Unmounted:
    """What came of unmounting one data path.

    Attributes:
        data_path: the data path.
        serves: whether its process still serves files that somebody has open.
    """

    data_path: str
    serves: bool


def unmount(project: Project, targets: Sequence[str], force: bool = False) -> tuple[Unmounted, ...]:
    """End mounts, all of them without targets; what is being written through them is waited for.

    Args:
        force: take it out of sight though somebody uses it.

    Raises:
        UnknownName: a data path was named that is not mounted.
        LocalFailure: somebody uses it.
    """
    known = {record.data_path: record for record in found(project)}
    names = list(known)
    if targets:
        names = [s.data.path for s in selected(project.manifest, targets, project.where)]
    for name in names:
        if name not in known:
            raise UnknownName(
                f"{name} is not mounted", hint=f"git storage mount {shlex.quote(name)}"
            )
    with WorkLock(project.git.git_dir, "umount"):
        return tuple(unmounted(project, known[name], force) for name in names)


def unstage_mounts(
    project: Project,
    selections: Sequence[Selection],
    listener: Listener | None = None,  # noqa: ARG001 - nothing moves
) -> tuple[Report, ...]:
    """What `unstage` does in mode `mount`."""
    names = [selection.data.path for selection in selections]
    leave_mounts(project, names)
    return tuple(Report(Plan(name, "unstage", ())) for name in names)


def leave_mounts(project: Project, names: Sequence[str]) -> None:
    """Unmount those of these data paths that are mounted."""
    if any(record.data_path in names for record in found(project)):
        with WorkLock(project.git.git_dir, "umount"):
            end_mounts(project, names)


def end_mounts(project: Project, names: Sequence[str]) -> None:
    """The same in an operation that holds the lock.

    Raises:
        LocalFailure: somebody uses one of them.
    """
    for record in found(project):
        if record.data_path in names:
            unmounted(project, record)


def unmounted(project: Project, record: MountRecord, force: bool = False) -> Unmounted:
    """End one mount, in an operation that holds the lock.

    Raises:
        LocalFailure: somebody uses it.
    """
    kept = directory(project, record.data_path)
    clear(kept, record)
    if mounts_system.is_mounted(record.point):
        said = mounts_system.unmount(record.point) if force else _let_go(kept, record)
        if said is not None and force:
            mounts_system.detach(record.point)
        elif said is not None and mounts_system.is_mounted(record.point):
            raise _in_use(record, said)
    until = time.monotonic() + _FORCED
    while kept.runs() and not (force and time.monotonic() > until):
        time.sleep(_PAUSE)
    serves = kept.runs()
    mounts_system.unlink(project.git.top / record.data_path, cache_directory() / "mounts")
    with suppress(OSError):
        Path(record.point).rmdir()
    if record.chosen:
        key = f"storage.{record.data_path}.mode"
        Config("--local", project.git.top).remove(key, Mode.MOUNT.value)
        project.git.ask_anew()
    if not serves:
        kept.remove(keep_given=unrecorded(project, record) > 0)
    return Unmounted(record.data_path, serves)


def _let_go(kept: MountDirectory, record: MountRecord) -> str | None:
    """Unmount what nobody uses; None, or what the system said against it.

    A file that is being closed is in nobody's list of open files, and keeps the mount until the
    close has come back; so does what is just given, however long that takes.
    """
    until = time.monotonic() + _CLOSING
    while True:
        gives = kept.gives()  # before: what ends meanwhile is tried once more
        said = mounts_system.unmount(record.point)
        if said is None or not mounts_system.is_mounted(record.point):
            return said
        if gives:
            until = time.monotonic() + _CLOSING
        elif time.monotonic() > until or mounts_system.users(record.point):
            return said
        time.sleep(_PAUSE)


def _in_use(record: MountRecord, said: str) -> LocalFailure:
    users = mounts_system.users(record.point)
    by = f" by {', '.join(users[:5])}" if users else f" ({said})"
    name = shlex.quote(record.data_path)
    return LocalFailure(
        f"{record.data_path} is in use{by}, so it stays mounted",
        hint=f"git storage umount --force {name}  # open files are served until they are closed",
    )
