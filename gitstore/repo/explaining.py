"""`status --explain`: everything known about one object. Changes nothing."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from gitstore.core.cases import local_case, recorded_case, remote_case, settled
from gitstore.core.errors import UnknownName
from gitstore.core.manifest import DataPath
from gitstore.core.model import Action, State
from gitstore.repo.deciding import decision, staging_decision
from gitstore.repo.project import Project
from gitstore.repo.selection import Selection, one_object
from gitstore.repo.session import reading
from gitstore.repo.viewing import viewed


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything known about one object (`status --explain`).

    Attributes:
        data: its data path.
        state: P, B, L and R as seen.
        sync: what `sync` would do, and why.
        stage: what `stage` would do, and why.
        recorded_by: who brought the pointer's entry into git, if git knows.
        offline: whether R was taken to be B.
    """

    data: DataPath
    state: State
    sync: Action
    stage: Action
    cases: tuple[str, str, str]
    recorded_by: str | None
    offline: bool


def explain(project: Project, target: str, remote: bool = False) -> Explanation:
    """What P, B, L and R hold for one object, and what would happen to it.

    Raises:
        UnknownName: the argument is not an object of a data path.
    """
    data, path = one_object(project.manifest, target, project.where)
    with reading(project) as session:
        view = viewed(session, Selection(data, () if data.single else (path,)), remote)
        state = next((s for s in view.survey.states if s.path == path), None)
        if state is None:
            raise UnknownName(
                f"there is no object {target}, neither recorded nor here",
                hint=f"git storage ls {shlex.quote(data.path)}",
            )
        view = view.with_states([state])
        sync = view.plan("sync", decision(view)).actions[0]
        stage = view.plan("stage", staging_decision(view)).actions[0]
        now = settled(state)
        cases = (local_case(now).name, remote_case(now).name, recorded_case(now).name)
        by = _recorded_by(project, data, state)
        return Explanation(data, state, sync, stage, cases, by, view.offline)


def _recorded_by(project: Project, data: DataPath, state: State) -> str | None:
    if state.pointer is None or state.pointer.sha256 is None:
        return None
    return project.git.who_added(f"{data.path}.storage", f"sha256:{state.pointer.sha256}")
