"""What leaves this machine, looked at before the first of it goes.

A pulled manifest may call any directory of the work tree a data path, and any place its storage. So
somebody has to have seen, once for each place, what goes there; and files that were in a data path
before anybody here knew that it is one stay here until that is confirmed.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import replace

from gitstore.core.errors import Stopped, StorageError, Untrusted
from gitstore.core.manifest import DataPath
from gitstore.core.model import Kind, Plan
from gitstore.core.trust import Leaving, Right
from gitstore.repo.project import Project
from gitstore.repo.session import Session, View


def let_go(session: Session, planned: Sequence[tuple[View, Plan]]) -> list[tuple[View, Plan]]:
    """The same views and plans, with stores that may be written to where something leaves.

    Raises:
        Untrusted: it may not go, and nobody could be asked or somebody said no.
    """
    moving: dict[str, list[tuple[View, Plan]]] = {}
    for view, plan in planned:
        if plan.of(Kind.GIVE, Kind.ERASE):
            moving.setdefault(view.binding.data.storage, []).append((view, plan))
    reading = {name for name, moved in moving.items() if not _let_go(session.project, moved)}
    return [
        (replace(v, binding=session.binding(v.selection)), p)
        if v.binding.data.storage in reading
        else (v, p)
        for v, p in planned
    ]


def know(project: Project, view: View, plan: Plan) -> None:
    """Remember that a data path is known here, if it holds nothing that nobody has looked at.

    What is put there from now on is put into a data path.
    """
    data = view.binding.data
    if not view.selection.paths and not _unknown(plan) and not project.trust.known(data):
        project.trust.know(data)


def know_if_vacant(project: Project, data: DataPath) -> None:
    """The same, where nothing at all is at a data path yet."""
    root = project.git.top / data.path
    vacant = not any(root.iterdir()) if root.is_dir() else not os.path.lexists(root)
    if vacant and not project.trust.known(data):
        project.trust.know(data)


def _unknown(plan: Plan) -> bool:
    """Whether something lies here that neither the storage nor the pointer ever named."""
    return any(
        action.seen.local is not None
        and action.seen.base is None
        and action.kind not in (Kind.ADOPT, Kind.POINT)
        for action in plan.actions
    )


def _let_go(project: Project, moved: Sequence[tuple[View, Plan]]) -> bool:
    """Whether the storage could be written to before; raises where it may not be now."""
    data = [view.binding.data for view, _ in moved]
    writable, listed = project.trust.may_write(data[0]), project.trust.listed(data[0])
    unknown = {one.path for one in data if not project.trust.known(one)}
    leaving = [_leaving(plan, plan.data_path in unknown) for _, plan in moved]
    unseen = [one.data_path for one in leaving if one.unseen]
    if writable and listed and not unseen:
        return True
    from gitstore.shell.opening import untrusted, visit

    to, access = project.destination(project.storage(data[0].storage)), project.access
    person = access.person
    if not writable:
        if person is None or not person.writes(visit(to, access), leaving):
            raise untrusted(to, Right.WRITE)
        project.trust.approve_writing(data[0])
    elif not (person.leaves(visit(to, access), leaving) if person else not unseen):
        raise _kept_back(unseen)
    project.trust.let_go(data)
    return writable


def _leaving(plan: Plan, unknown: bool) -> Leaving:
    gifts = plan.of(Kind.GIVE)
    sizes = tuple((a.path, a.seen.local.size) for a in gifts if a.seen.local is not None)
    erased = tuple(action.path for action in plan.of(Kind.ERASE))
    new = any(action.seen.base is None for action in gifts)
    return Leaving(plan.data_path, sizes, erased, unseen=new and unknown)


def _kept_back(unseen: Sequence[str]) -> StorageError:
    if not unseen:
        return Stopped("stopped before anything was moved")
    return Untrusted(
        f"{unseen[0]} held files before it was known here as a data path, so nothing was sent",
        hint=f"git storage trust --write {shlex.quote(unseen[0])}",
    )
