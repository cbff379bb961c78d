"""`ls`, `status`: what is described, what is here, what an operation would do. Changes nothing."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gitstore.core.cases import local_case, recorded_case, remote_case, settled
from gitstore.core.errors import UnknownName
from gitstore.core.location import Location
from gitstore.core.manifest import DataPath, Mode, StorageSpec
from gitstore.core.model import Action, Kind, Plan, State
from gitstore.core.place import Place
from gitstore.core.versions import Version, equal
from gitstore.repo.deciding import decision, staging_decision, with_evidence_of
from gitstore.repo.project import Project
from gitstore.repo.selection import Selection, one_object, selected
from gitstore.repo.session import Session, View, reading, within


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


_TOLD = frozenset(
    {Kind.GIVE, Kind.TAKE, Kind.DROP, Kind.ERASE, Kind.CONFLICT, Kind.WAIT, Kind.REFUSE, Kind.KEEP}
    | {Kind.POINT}
)


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


def status(project: Project, targets: Sequence[str], remote: bool = False) -> tuple[Status, ...]:
    """What is here, what changed, and what `sync` and `stage` would do about it.

    Args:
        remote: whether to list the storages; else R is taken to be B.
    """
    with reading(project, keep_digests=project.git.may_write) as session:
        found = selected(project.manifest, targets, project.where)
        if remote:
            return tuple(status_of(_looked(session, selection, True)) for selection in found)
        return tuple(_offline_status(session, selection) for selection in found)


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


def explain(project: Project, target: str, remote: bool = False) -> Explanation:
    """What P, B, L and R hold for one object, and what would happen to it.

    Raises:
        UnknownName: the argument is not an object of a data path.
    """
    data, path = one_object(project.manifest, target, project.where)
    with reading(project) as session:
        view = _looked(session, Selection(data, () if data.single else (path,)), remote)
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


def _offline_status(session: Session, selection: Selection) -> Status:
    if _has_slices(session.project, selection):
        from gitstore.repo.slicewise import looked  # late: most data paths are small

        found = looked(session, selection)
        if found is not None:
            return found
    return status_of(_looked(session, selection, remote=False))


def _has_slices(project: Project, selection: Selection) -> bool:
    data = selection.data
    if selection.paths or data.live or data.mode is not Mode.COPY:
        return False
    return (project.git.top / f"{data.path}.storage.d").is_dir()


def _looked(session: Session, selection: Selection, remote: bool) -> View:
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


def _recorded_by(project: Project, data: DataPath, state: State) -> str | None:
    if state.pointer is None or state.pointer.sha256 is None:
        return None
    return project.git.who_added(f"{data.path}.storage", f"sha256:{state.pointer.sha256}")
