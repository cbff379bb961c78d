"""`rm`, `restore` and `mv` of single objects: choices that change the base (rule K2).

They act locally at once, and on the storage at the next sync, with a precondition.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from gitstore.core.cases import Local, local_case, settled
from gitstore.core.errors import PathRefused, StorageError, UnknownName, Unsupported
from gitstore.core.model import Action, Base, Kind, Plan, State, is_promise
from gitstore.core.report import Listener, Outcome, Report
from gitstore.core.versions import Version, equal
from gitstore.repo.changing import changing
from gitstore.repo.project import Project
from gitstore.repo.selection import Selection, object_name, selected
from gitstore.repo.session import Session, View
from gitstore.shell.transfer import Change, Ledger


def rm(project: Project, targets: Sequence[str]) -> tuple[Report, ...]:
    """Erase objects: local bytes to the trash now, the object from the storage at the next sync.

    Raises:
        UnknownName: an argument names no object.
    """
    with changing(project, "rm") as session:
        reports: list[Report] = []
        for selection in selected(project.manifest, targets, project.where):
            view = session.told_view(selection)
            _not_read_only(view)
            if not view.survey.states:
                raise _no_object("the pointer", selection)
            plan = view.plan("rm", _decide_rm)
            outcomes = _each(plan, partial(_erased, session, view))
            _drop_promises(session, view, plan)
            reports.append(Report(plan, outcomes))
        return tuple(reports)


def restore(
    project: Project,
    targets: Sequence[str],
    revision: str | None = None,
    listener: Listener | None = None,
) -> tuple[Report, ...]:
    """Bring a recorded version's bytes back to the local files, and make them what sync gives.

    Args:
        revision: the commit whose pointer names the version; None means the pointer here.

    Raises:
        UnknownName: there is no such revision, or it names none of the objects.
    """
    with changing(project, "restore", listener) as session:
        commit = None if revision is None else project.git.commit(revision)
        reports: list[Report] = []
        for selection in selected(project.manifest, targets, project.where):
            view = session.listed_view(selection)
            view = view if commit is None else _as_of(session, view, commit)
            plan = view.plan("restore", _decide_restore)
            if not plan.actions:
                raise _no_object(revision or "the pointer", selection)
            reports.append(session.execute(plan, view))
            _make_work_of(session, reports[-1])
        return tuple(reports)


def move_object(project: Project, source: tuple[Selection, str], to: str) -> Report:
    """Rename an object within its data path: here now, on the storage at the next sync.

    Args:
        source: the data path, and the object in it.
        to: the new object path.

    Raises:
        UnknownName: the object is not here.
        PathRefused: there is something at the new path.
    """
    selection, path = source
    with changing(project, "mv") as session:
        view = session.offline_view(selection)
        _not_read_only(view)
        states = {s.path: s for s in view.survey.states}
        state, stat = states.get(path), view.survey.stats.get(path)
        if state is None or stat is None:
            name = object_name(selection.data.path, path)
            raise UnknownName(f"{name} is not here", hint=f"git storage stage {shlex.quote(name)}")
        if to in states:
            raise PathRefused(f"{selection.data.path}/{to} is there already")
        ledger = Ledger(view.binding, session.operation or 0)
        base = settled(state).base
        view.binding.tree.rename(path, to, stat)
        erased = None if base is None else Base(base.version, erase=True)
        ledger.add(Change(path, base=erased, effect="renamed", gone=True, detail={"to": to}))
        ledger.settle()
        plan = Plan(
            selection.data.path, "mv", (Action(Kind.GIVE, f"moved from {path}", "K2", state),)
        )
        _drop_promises(session, view, plan)
        return Report(plan)


def _decide_rm(state: State) -> Action:
    now = settled(state)
    row = local_case(now)
    if row is Local.NEW and not state.pointer:
        return Action(Kind.DROP, "new here, only moved to the trash", "K2", state)
    if row is Local.ERASE_ASKED:
        return Action(Kind.NOTHING, "to be erased already", "K2", state)
    if state.problem is not None:
        return Action(Kind.REFUSE, state.problem, "Sc2", state)
    return Action(Kind.ERASE, "to be erased at the next sync", "K2", state)


def _erased(session: Session, view: View, action: Action) -> None:
    binding, state = view.binding, settled(action.seen)
    if action.kind not in (Kind.DROP, Kind.ERASE):
        return
    ledger = Ledger(binding, session.operation or 0)
    version = _version_to_erase(state)
    after = None if version is None else Base(version, erase=True)
    stat = view.survey.stats.get(action.path)
    # Noted first, so that undo finds the bytes whatever happens; a file that is still there takes
    # back the erasure that was asked for.
    ledger.add(Change(action.path, base=after, effect="base" if stat is None else "trashed"))
    ledger.settle()
    if stat is None:
        return
    try:
        bag = session.trash(binding)
        binding.tree.to_trash(action.path, stat, bag)
        bag.flush()
    except StorageError:
        ledger.add(Change(action.path, base=action.seen.base, effect=None))
        ledger.settle()
        raise
    ledger.add(Change(action.path, base=after, effect=None, gone=True))
    ledger.settle()


def _version_to_erase(state: State) -> Version | None:
    if state.base is not None:
        return state.base.version
    return None if is_promise(state.pointer) else state.pointer


def _decide_restore(state: State) -> Action:
    """Only states whose pointer entry is the version to restore come here."""
    now = settled(state)
    if state.problem is not None:
        return Action(Kind.REFUSE, state.problem, "Sc2", state)
    if state.pointer is None:
        return Action(Kind.NOTHING, "not in the pointer", "K2", state)
    if equal(now.local, now.pointer):
        return Action(Kind.ADOPT, "here already", "K2", state)
    kind = Kind.FETCH if state.local is None else Kind.REPLACE
    return Action(kind, "restored", "K2", state)


def _make_work_of(session: Session, report: Report) -> None:
    # Where the storage has nothing any more there is no version that could be the base (rule K2),
    # and rule B4 must not find the restored one: it would be dropped again as gone.
    restored = {
        o.action.path: (o.made or o.action.seen.local)
        for o in report.outcomes
        if o.failure is None and o.action.seen.remote is None
    }
    recorded = {path: version.sha256 for path, version in restored.items() if version is not None}
    session.state.set_recorded(report.plan.data_path, recorded)


def _as_of(session: Session, view: View, commit: str) -> View:
    """The view with the entries of a commit's pointer for P."""
    old = session.project.pointer_at(view.binding.data, commit)
    entries = {} if old is None else old.entries
    here = old is not None and old.source == view.binding.source
    if old is not None and not here:
        raise Unsupported(
            f"{view.binding.data.path} came from {old.source} in {commit[:12]}",
            hint="check that commit out in another work tree and stage there",
        )
    known = {s.path: s for s in view.survey.states}
    states = [
        replace(known.get(path, State(path, wanted=True)), pointer=entry)
        for path, entry in entries.items()
        if path in known or view.covers(path)
    ]
    return view.with_states(states)


def _no_object(where: str, selection: Selection) -> UnknownName:
    data_path = selection.data.path
    named = ", ".join(f"{data_path}/{path}" for path in selection.paths) or data_path
    return UnknownName(
        f"{where} names no object at {named}", hint=f"git storage ls {shlex.quote(data_path)}"
    )


def _each(plan: Plan, step: Callable[[Action], None]) -> tuple[Outcome, ...]:
    outcomes: list[Outcome] = []
    for action in plan.actions:
        try:
            step(action)
        except StorageError as error:
            outcomes.append(Outcome(action, failure=error))
        else:
            outcomes.append(Outcome(action))
    return tuple(outcomes)


def _drop_promises(session: Session, view: View, plan: Plan) -> None:
    """Promises of our own for bytes that are no longer here are taken back from the pointer."""
    entries = view.entries
    dropped = False
    for action in plan.actions:
        entry = entries.get(action.path)
        if entry is None or not is_promise(entry) or action.seen.recorded != entry.sha256:
            continue
        dropped = True
        if action.seen.base is None:
            del entries[action.path]
        else:
            entries[action.path] = action.seen.base.version
    if dropped:
        session.write_entries(view, entries)


def _not_read_only(view: View) -> None:
    if view.binding.lent and view.binding.location is not None:
        raise Unsupported(
            f"{view.binding.data.path} is kept by others at {view.binding.location.directory}",
            hint=f"git storage unstage {shlex.quote(view.binding.data.path)}  # ends the link",
        )
    if view.binding.data.access.value == "read":
        raise Unsupported(
            f"{view.binding.data.path} is read-only (access: read)",
            hint="change its access in .storage.yaml to write",
        )
