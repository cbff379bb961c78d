"""What git's hooks ask: `git storage hook NAME`, behind the shims of `hooks/`.

One module for each kind: `hooking_commit` for pre-commit, `hooking_push` for pre-push, and here
what follows a checkout. Nothing here is asked before the shim has found something of ours to do.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gitstore.adapters.git import Git
from gitstore.adapters.state import WorkState
from gitstore.core.errors import StorageError, Untrusted
from gitstore.core.manifest import DataPath, Mode
from gitstore.core.report import Listener, Report
from gitstore.repo.changing import changing
from gitstore.repo.deciding import staging_decision
from gitstore.repo.project import Project, open_project
from gitstore.repo.room import need_of, require_room
from gitstore.repo.selection import Selection
from gitstore.repo.session import Session
from gitstore.repo.settings import chosen_warn_size, chosen_wish, origin_of

EVENTS = (
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "post-checkout",
    "post-merge",
    "post-rewrite",
    "post-index-change",
)
"""The hooks that `git storage install` sets up; see githooks(5)."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that a hook has found.

    Attributes:
        text: what, as one clause.
        hint: what to type about it, or None.
        stops: whether the commit or the push must not go on.
        warns: whether it is a reason to worry.
    """

    text: str
    hint: str | None = None
    stops: bool = True
    warns: bool = True


@dataclass(frozen=True, slots=True)
class Staged:
    """What staging again came to.

    Attributes:
        reports: one for each data path.
        problems: why a data path could not be staged.
    """

    reports: tuple[Report, ...] = ()
    problems: tuple[StorageError, ...] = ()


def auto_stage(start: Path, listener: Listener | None = None) -> Staged:
    """Stage again what this work tree keeps, without wanting more; only where the user says so.

    What is to be mounted is mounted, and shows what is checked out. Nothing is done in a clone
    where nobody has used git storage yet, and no edit is overwritten.

    Raises:
        Untrusted: nothing is approved in this clone. Of the project nothing is read then, not even
            the manifest.
    """
    git = Git.find(start)
    if not chosen_wish(git, "storage.autoStage") or not in_use(git):
        return Staged()
    if not _approved(git):
        raise Untrusted("no storage is approved in this clone yet", hint="git storage trust")
    project = open_project(git.top)
    reports: list[Report] = []
    problems: list[StorageError] = []
    with changing(project, "stage", listener) as session:
        for data in project.manifest.data.values():
            # Live data follow no commit.
            copied = data.mode is Mode.COPY and not data.live
            if copied and session.state.wanted(data.path):
                try:
                    reports.append(_copied(session, data))
                except StorageError as error:
                    problems.append(error)  # of this data path; the others have theirs
    for data in project.manifest.data.values():
        if data.mode is Mode.MOUNT:
            try:
                reports.extend(_mounted(project, data))
            except StorageError as error:
                problems.append(error)
    return Staged(tuple(reports), tuple(problems))


def _copied(session: Session, data: DataPath) -> Report:
    view = session.offline_view(Selection(data))
    plan = view.plan("stage", staging_decision(view))
    require_room([need_of(view, plan)], chosen_warn_size(session.project.git), None)
    return session.execute(plan, view)


def _mounted(project: Project, data: DataPath) -> tuple[Report, ...]:
    """A mount that shows what is checked out; nothing is copied, so that nobody need want it."""
    from gitstore.repo.staging import StageOptions, stage  # late: most projects mount nothing

    return stage(project, [str(project.git.top / data.path)], StageOptions())


def in_use(git: Git) -> bool:
    """Whether somebody has used git storage in this work tree."""
    return (git.git_dir / "storage" / "state.db").exists()


def _approved(git: Git) -> bool:
    """Whether the user has approved any storage here, or data is here that needed no approval."""
    from gitstore.shell.opening import READING, WRITING, Access  # late: most hooks open none

    if any(os.environ.get(name) for name in (READING, WRITING)):
        return True
    with Access(git.top, git.common_dir, origin_of(git), os.environ).grants() as grants:
        if grants.all():
            return True
    with WorkState.open(git.git_dir) as state:
        return bool(state.staged_data_paths())
