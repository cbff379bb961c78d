"""`stage` and `unstage`: make data available as their modes say, or give their place back.

Each mode is a use case of its own; here is only which one it is.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence

from gitstore.core.errors import Unsupported
from gitstore.core.estimate import Estimate
from gitstore.core.manifest import DataPath, Mode
from gitstore.core.model import Plan
from gitstore.core.report import Listener, Report
from gitstore.repo.copying import (
    StageOptions,
    copy,
    estimate_copies,
    plan_copies,
    remove_copies,
)
from gitstore.repo.mounts import found
from gitstore.repo.project import Project
from gitstore.repo.selection import Selection, selected

__all__ = [
    "StageOptions",
    "estimate_stage",
    "no_copy",
    "plan_stage",
    "stage",
    "staged_in",
    "unstage",
]

Stage = Callable[[Project, Sequence[Selection], StageOptions, Listener | None], tuple[Report, ...]]
Unstage = Callable[[Project, Sequence[Selection], Listener | None], tuple[Report, ...]]


def _stage_mounts(
    project: Project,
    selections: Sequence[Selection],
    options: StageOptions,
    listener: Listener | None,
) -> tuple[Report, ...]:
    from gitstore.repo.mounting import stage_mounts  # late: most projects mount nothing

    return stage_mounts(project, selections, options, listener)


def _unstage_mounts(
    project: Project, selections: Sequence[Selection], listener: Listener | None
) -> tuple[Report, ...]:
    from gitstore.repo.unmounting import unstage_mounts

    return unstage_mounts(project, selections, listener)


# A mode that is not here has nothing to be staged: nothing of it is on a disk.
_STAGE: Mapping[Mode, Stage] = {Mode.COPY: copy, Mode.MOUNT: _stage_mounts}
_UNSTAGE: Mapping[Mode, Unstage] = {Mode.COPY: remove_copies, Mode.MOUNT: _unstage_mounts}


def plan_stage(project: Project, targets: Sequence[str], options: StageOptions) -> tuple[Plan, ...]:
    """What `stage` would copy; nothing is changed (`--dry-run`)."""
    chosen = _by_mode(project, targets, _STAGE)
    return plan_copies(project, chosen.get(Mode.COPY, ()), options)


def estimate_stage(
    project: Project, targets: Sequence[str], options: StageOptions
) -> tuple[Estimate, ...]:
    """What `stage` would move; nothing is changed (`--estimate`)."""
    chosen = _by_mode(project, targets, _STAGE)
    return estimate_copies(project, chosen.get(Mode.COPY, ()), options)


def stage(
    project: Project,
    targets: Sequence[str],
    options: StageOptions,
    listener: Listener | None = None,
) -> tuple[Report, ...]:
    """Make the selected data paths available, each in its mode.

    Local edits are never overwritten: they are conflicts in the report, and stay.

    Raises:
        Unsupported: a data path was named whose mode has nothing to be staged.
    """
    reports: list[Report] = []
    for mode, selections in _by_mode(project, targets, _STAGE).items():
        if mode is not Mode.COPY and (options.location, options.existing) != (None, None):
            raise no_copy(selections[0].data)
        if mode is Mode.COPY and found(project):
            from gitstore.repo.unmounting import leave_mounts

            leave_mounts(project, [selection.data.path for selection in selections])
        reports.extend(_STAGE[mode](project, selections, options, listener))
    return tuple(reports)


def unstage(
    project: Project, targets: Sequence[str], listener: Listener | None = None
) -> tuple[Report, ...]:
    """Give the space of the selected data paths back; storage and pointer keep theirs.

    Raises:
        Unsupported: a data path was named whose mode has nothing to be unstaged.
    """
    reports: list[Report] = []
    for mode, selections in _by_mode(project, targets, _UNSTAGE).items():
        reports.extend(_UNSTAGE[mode](project, selections, listener))
    return tuple(reports)


def staged_in(mode: Mode) -> bool:
    """Whether there is something to stage in a mode."""
    return mode in _STAGE


def no_copy(data: DataPath) -> Unsupported:
    """Why a data path in another mode is not copied, and what makes this clone copy it."""
    key = shlex.quote(f"storage.{data.path}.mode")
    return Unsupported(
        f"{data.path} is in mode {data.mode.value}, so there is nothing to copy here",
        hint=f"git config {key} copy  # for this clone",
    )


def _by_mode(
    project: Project, targets: Sequence[str], known: Mapping[Mode, object]
) -> dict[Mode, list[Selection]]:
    """The selected data paths by mode, as far as there is something to do in it.

    Raises:
        Unsupported: one was named that has a mode without anything to do.
    """
    chosen: dict[Mode, list[Selection]] = {}
    for selection in selected(project.manifest, targets, project.where):
        if selection.data.mode in known:
            chosen.setdefault(selection.data.mode, []).append(selection)
        elif targets:
            raise no_copy(selection.data)
    return chosen
