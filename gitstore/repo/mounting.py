"""Mode `mount`: show what the pointers name, or the storage as it is, without copying it.

A mount is a process of its own that stays behind. Here is what starts it and leads the data path to
it; `repo/serving.py` is what runs in it, `repo/unmounting.py` ends it.
"""

from __future__ import annotations

import os
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
from gitstore.core.errors import (
    LocalFailure,
    PathRefused,
    StorageError,
    Unreachable,
    Unsupported,
    UsageError,
)
from gitstore.core.manifest import Access, DataPath, Mode
from gitstore.core.model import Plan
from gitstore.core.report import Listener, Report
from gitstore.core.trust import Leaving, Right
from gitstore.repo.mount_settings import cache_directory, chosen_for_mounts
from gitstore.repo.mounts import LIVE, clear, directory, folder_of, target
from gitstore.repo.project import Project
from gitstore.repo.selection import Selection, selected
from gitstore.repo.session import Session, reading
from gitstore.repo.unmounting import unmounted

_BEGINS = 10.0  # seconds that a process gets from its lock to its mount
_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class MountOptions:
    """How to mount.

    Attributes:
        live: whether to show the storage as it is, not the pointer; None: as it was mounted.
        writable: whether it takes writes; None: as it was mounted.
    """

    live: bool | None = None
    writable: bool | None = None


@dataclass(frozen=True, slots=True)
class Mounted:
    """One data path that is mounted now.

    Attributes:
        data: the data path.
        record: how it is mounted.
        new: whether it was not mounted like this before.
    """

    data: DataPath
    record: MountRecord
    new: bool


def mount(project: Project, targets: Sequence[str], options: MountOptions) -> tuple[Mounted, ...]:
    """Mount data paths, whatever their mode; this clone has them in mode `mount` from then on.

    Raises:
        Unsupported: there is no FUSE here, or the data path is read-only and was to be written.
        PathRefused: copies, or other files, lie where it is to be mounted.
        Untrusted: the user has not approved the storage for this.
        StoreError: the storage does not let us in.
    """
    selections = selected(project.manifest, targets, project.where)
    for selection in selections:
        if selection.paths:
            raise UsageError(
                f"{selection.data.path} is mounted as a whole, not in parts",
                hint=f"git storage mount {shlex.quote(selection.data.path)}",
            )
    return _mounted(project, selections, options)


def stage_mounts(
    project: Project,
    selections: Sequence[Selection],
    options: object,  # noqa: ARG001 - of copies only
    listener: Listener | None = None,  # noqa: ARG001 - nothing moves
) -> tuple[Report, ...]:
    """What `stage` does in mode `mount`: mount, or let a mount show what is checked out now."""
    done = _mounted(project, selections, MountOptions())
    return tuple(Report(Plan(one.data.path, "stage", ()), mounted=one.record.point) for one in done)


def _mounted(
    project: Project, selections: Sequence[Selection], options: MountOptions
) -> tuple[Mounted, ...]:
    for selection in selections:
        mounts_system.require_fuse(selection.data.path)
    chosen_for_mounts(project.git)  # what is wrong is said here, not in the log of a process
    project = project.asking(selection.data.storage for selection in selections)
    with WorkLock(project.git.git_dir, "mount"), reading(project) as session:
        done: list[Mounted] = []
        failed: list[StorageError] = []
        for selection in selections:
            try:
                done.append(_one(session, selection, options))
            except StorageError as error:
                failed.append(error)  # the others are mounted all the same (rule F5)
    if failed:
        raise failed[0]
    return tuple(done)


def _one(session: Session, selection: Selection, options: MountOptions) -> Mounted:
    project, data = session.project, selection.data
    kept = directory(project, data.path)
    before = kept.record()
    wanted = _record(project, data, before, options)
    _refuse_copies(session, data)
    _let_in(session, data, wanted)
    if before is not None and _comes(kept, before):
        if (before.live, before.writable) != (wanted.live, wanted.writable):
            unmounted(project, before)
            before = None
        elif _leads(wanted):
            _lead(session, kept, data, wanted)
            return Mounted(data, wanted, new=False)
    if before is not None:
        clear(kept, before)
    _start(project, kept, wanted)
    _lead(session, kept, data, wanted)
    return Mounted(data, wanted, new=True)


def _record(
    project: Project, data: DataPath, before: MountRecord | None, options: MountOptions
) -> MountRecord:
    kept = directory(project, data.path)
    # Live data have no pointer that a mount could show.
    live = data.live or (bool(before and before.live) if options.live is None else options.live)
    writable = bool(before and before.writable) if options.writable is None else options.writable
    name = kept.path.name
    record = MountRecord(
        name=name,
        data_path=data.path,
        point=str(cache_directory() / "mounts" / name),
        shows=LIVE if live else folder_of(project, data),
        live=live,
        writable=writable,
        chosen=data.mode is not Mode.MOUNT or bool(before and before.chosen),
        host=os.uname().nodename,
    )
    if live and data.single:
        raise Unsupported(
            f"{data.path} is one object, which --live does not show",
            hint=f"git storage mount {shlex.quote(data.path)}",
        )
    if writable and (data.access is Access.READ or data.single):
        what = "read-only (access: read)" if data.access is Access.READ else "one object"
        raise Unsupported(
            f"{data.path} is {what}, so nothing can be written through a mount of it",
            hint=f"git storage mount {shlex.quote(data.path)}",
        )
    return record


def _refuse_copies(session: Session, data: DataPath) -> None:
    """Rule Sc3: what was staged would look as if somebody had removed it."""
    # What is only to be erased is no copy.
    if any(not base.erase for _, base in session.state.bases(data.path).values()):
        name = shlex.quote(data.path)
        config = "" if data.mode is Mode.COPY else f"-c storage.{name}.mode=copy "
        raise PathRefused(
            f"copies of {data.path} are still here, and a mount has none",
            hint=f"git {config}storage unstage {name}",
        )


def _let_in(session: Session, data: DataPath, wanted: MountRecord) -> None:
    """Ask for what has to be approved and typed here: in its process nobody can be asked."""
    project = session.project
    spec = project.storage(data.storage)
    store = project.open_store(spec, session.facts)
    if wanted.writable:
        _may_write(project, data)
        from gitstore.shell.abilities import measured

        measured(project.open_store(spec, session.facts), session.facts)
        return
    # It may come back, and blocks that were read before are here.
    with suppress(Unreachable):
        if data.single:
            store.stat(data.prefix)
        else:
            next(iter(store.list(data.prefix)), None)


def _may_write(project: Project, data: DataPath) -> None:
    if project.trust.may_write(data):
        return
    from gitstore.shell.opening import untrusted, visit

    to, access = project.destination(project.storage(data.storage)), project.access
    person = access.person
    leaving = [Leaving(data.path, (), (), unseen=False)]
    if person is None or not person.writes(visit(to, access), leaving):
        raise untrusted(to, Right.WRITE)
    project.trust.approve_writing(data)


def _start(project: Project, kept: MountDirectory, wanted: MountRecord) -> None:
    Path(wanted.point).mkdir(mode=0o700, parents=True, exist_ok=True)
    kept.save(wanted)
    kept.set_troubles([])
    try:
        mounts_system.start(["serve-mount", wanted.name], project.git.top, kept.log)
    except LocalFailure:
        # The one that a command had started which was killed then may have been faster.
        if not _comes(kept, wanted):
            raise


def _comes(kept: MountDirectory, record: MountRecord) -> bool:
    """Whether the process of a mount lives; one that has just begun is waited for."""
    until = time.monotonic() + _BEGINS
    while kept.runs() and time.monotonic() < until:
        if mounts_system.is_mounted(record.point) and mounts_system.usable(record.point):
            return True
        time.sleep(_PAUSE)
    return False


def _leads(wanted: MountRecord) -> bool:
    """Whether a running mount can show this, too; it finds out by being asked."""
    return mounts_system.usable(str(Path(wanted.point) / wanted.shows))


def _lead(session: Session, kept: MountDirectory, data: DataPath, wanted: MountRecord) -> None:
    project = session.project
    session.ignore(data.path)
    ours = cache_directory() / "mounts"
    mounts_system.link(project.git.top / data.path, project.git.top, target(wanted, data), ours)
    kept.save(wanted)
    if data.mode is not Mode.MOUNT:
        Config("--local", project.git.top).put({_mode_key(data): Mode.MOUNT.value})
        project.git.ask_anew()


def _mode_key(data: DataPath) -> str:
    return f"storage.{data.path}.mode"
