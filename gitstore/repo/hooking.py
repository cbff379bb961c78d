"""What git's hooks ask: `git storage hook NAME`, behind the shims of `hooks/`.

One module for each kind: `hooking_commit` for pre-commit, `hooking_push` for pre-push, and here
what follows a checkout. Nothing here is asked before the shim has found something of ours to do.
"""

from __future__ import annotations

from dataclasses import dataclass

from gitstore.adapters.git import Git
from gitstore.core.manifest import Mode
from gitstore.core.plan import decide_stage
from gitstore.core.report import Listener, Report
from gitstore.repo.project import Project
from gitstore.repo.selection import Selection
from gitstore.repo.session import changing

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
    """

    text: str
    hint: str | None = None
    stops: bool = True


def auto_stage(project: Project, listener: Listener | None = None) -> tuple[Report, ...]:
    """Stage again what this work tree keeps, without wanting more; only where the user says so.

    It does nothing in a clone where nobody has used git storage yet, and never overwrites an edit.
    """
    git = project.git
    if not git.config_bool("storage.autoStage", default=False) or not in_use(git):
        return ()
    with changing(project, "stage", listener) as session:
        reports: list[Report] = []
        for data in project.manifest.data.values():
            if data.mode is Mode.COPY and session.state.wanted(data.path):
                view = session.offline_view(Selection(data))
                reports.append(session.execute(view.plan("stage", decide_stage), view))
        return tuple(reports)


def in_use(git: Git) -> bool:
    """Whether somebody has used git storage in this work tree."""
    return (git.git_dir / "storage" / "state.db").exists()
