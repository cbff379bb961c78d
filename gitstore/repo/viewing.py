"""`status`: what is here, and what an operation would do. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gitstore.core.location import Location
from gitstore.core.manifest import DataPath, Mode
from gitstore.core.model import Action, Kind, Plan, State
from gitstore.core.versions import equal
from gitstore.repo.deciding import decision, staging_decision, with_evidence_of
from gitstore.repo.project import Project
from gitstore.repo.selection import Selection, selected
from gitstore.repo.session import Session, View, reading


@dataclass(frozen=True, slots=True)
class Status:
    """One data path as `status` shows it.

    Attributes:
        data: the manifest's entry.
        sync: what `sync` would do; offline, with R taken to be B.
        stage: what `stage` would do.
        staged: how many of the objects that the pointer names are here.
        objects: how many objects the pointer names.
        size: how many bytes they have.
        problems: why objects cannot be decided about, by path.
        offline: whether the storage was not asked.
        location: where the local bytes lie, or None if they are at the data path.
    """

    data: DataPath
    sync: Plan
    stage: Plan
    staged: int
    objects: int
    size: int
    offline: bool
    location: Location | None = None

    @property
    def changes(self) -> tuple[Action, ...]:
        """What has changed here, or there when the storage was asked."""
        return tuple(a for a in self.sync.actions if a.kind in _TOLD)

    @property
    def incoming(self) -> tuple[Action, ...]:
        """What the pointer names and `stage` would bring."""
        return self.stage.of(Kind.FETCH, Kind.REPLACE, Kind.DROP)

    @property
    def missing(self) -> tuple[Action, ...]:
        """Staged objects without a local file."""
        return tuple(
            a
            for a in self.sync.actions
            if a.seen.base is not None
            and a.seen.local is None
            and not a.seen.base.erase
            # What could not be looked at is neither here nor missing (rule Sc2).
            and a.seen.problem is None
        )

    @property
    def clean(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.changes or self.incoming or self.missing)


_TOLD = frozenset(
    {Kind.GIVE, Kind.TAKE, Kind.DROP, Kind.ERASE, Kind.CONFLICT, Kind.WAIT, Kind.REFUSE, Kind.KEEP}
    | {Kind.POINT}
)


def status(project: Project, targets: Sequence[str], remote: bool = False) -> tuple[Status, ...]:
    """What is here, what changed, and what `sync` and `stage` would do about it.

    Args:
        remote: whether to list the storages; else R is taken to be B.
    """
    with reading(project, keep_digests=project.git.may_write) as session:
        found = selected(project.manifest, targets, project.where)
        return tuple(_status(session, selection, remote) for selection in found)


def only_here(
    project: Project, targets: Sequence[str], remote: bool = False
) -> tuple[tuple[str, State], ...]:
    """Local files whose bytes exist only here, as far as is known.

    A file counts if it is new or edited, and nothing says that the storage holds its bytes; once
    the storage is asked, also if its object is gone from there.

    Args:
        remote: whether to list the storages; else R is taken to be B.
    """
    found: list[tuple[str, State]] = []
    for one in status(project, targets, remote):
        for action in one.sync.of(Kind.GIVE, Kind.CONFLICT, Kind.KEEP, Kind.DROP):
            if action.seen.local is not None and not _held(action.seen, one.offline):
                found.append((one.data.path, action.seen))
    return tuple(found)


def _status(session: Session, selection: Selection, remote: bool) -> Status:
    if not _has_slices(session.project, selection):
        return status_of(viewed(session, selection, remote))
    from gitstore.repo.slicewise import looked  # late: most data paths are small

    listed = session.listed(selection) if remote else None
    found = looked(session, selection, listed)
    if found is not None:
        return found
    if listed is None:
        return status_of(session.offline_view(selection))
    return status_of(with_evidence_of(session, session.view_beside(selection, listed)))


def _has_slices(project: Project, selection: Selection) -> bool:
    data = selection.data
    if selection.paths or data.live or data.mode is not Mode.COPY:
        return False
    return (project.git.top / f"{data.path}.storage.d").is_dir()


def viewed(session: Session, selection: Selection, remote: bool) -> View:
    """What there is to be decided about; R as it is, or taken to be B."""
    if not remote:
        return session.offline_view(selection)
    return with_evidence_of(session, session.listed_view(selection))


def status_of(view: View) -> Status:
    """What there is to be said of a view."""
    pointer = view.pointer.entries
    plan = view.plan("sync", decision(view))
    if view.offline:
        # Offline, R is only an assumption: what rests on it alone is not news.
        told = tuple(a for a in plan.actions if a.kind not in (Kind.POINT, Kind.TAKE, Kind.DROP))
        plan = replace(plan, actions=told)
    return Status(
        data=view.binding.data,
        sync=plan,
        stage=view.plan("stage", staging_decision(view)),
        staged=sum(is_here(s) for s in view.survey.states),
        objects=len(pointer),
        size=sum(v.size for v in pointer.values()),
        offline=view.offline,
        location=view.binding.location,
    )


def is_here(state: State) -> bool:
    """Whether an object that the pointer names is staged."""
    return None not in (state.pointer, state.base, state.local)


def _held(state: State, offline: bool) -> bool:
    # Facts tell what was there once: they count only where nothing newer is known.
    brought_back = state.local is not None and state.recorded == state.local.sha256
    known = (state.remote, *state.facts) if offline and not brought_back else (state.remote,)
    return any(equal(state.local, v) for v in known if v is not None)
