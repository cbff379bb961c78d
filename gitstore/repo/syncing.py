"""`sync` and `record`: reconcile local and remote, then write the pointer."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from gitstore.core.choices import asked_erasures, missing, too_many, with_choices
from gitstore.core.errors import Stopped, Unsupported
from gitstore.core.estimate import Estimate
from gitstore.core.model import Action, Choice, Kind, Plan, is_promise
from gitstore.core.plan import (
    decide_record,
    pointer_after,
)
from gitstore.core.report import Listener, Report
from gitstore.core.scope import Scope, literal, matcher, wanted, with_staged
from gitstore.core.versions import Version, equal
from gitstore.repo.changing import changing, require_free_index
from gitstore.repo.deciding import decision, with_evidence_of
from gitstore.repo.estimating import estimate, require_budget
from gitstore.repo.keeping import tell_of_losses
from gitstore.repo.leaving import know, let_go
from gitstore.repo.project import Project
from gitstore.repo.selection import selected
from gitstore.repo.session import Session, View, entries_after, reading
from gitstore.shell.abilities import measured
from gitstore.shell.digests import Digests

Ask = Callable[[str, Action], Choice]


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """How to sync.

    Attributes:
        keep: the answer to every conflict, or None to stop before anything moves.
        ask: asks about one conflict of a data path, where somebody can be asked; used when `keep`
            is None.
        delete: turn missing files into erasures.
        allow_deletes: how many deletions are allowed beyond the guard, or None for the guard.
        confirm: asks about so many deletions, where somebody can be asked.
        jobs: transfers at a time, or None for what suits the storage.
        budget: bytes that may be moved, or None for as many as there are.
    """

    keep: Choice | None = None
    ask: Ask | None = None
    delete: bool = False
    allow_deletes: int | None = None
    confirm: Callable[[str], bool] | None = None
    jobs: int | None = None
    budget: int | None = None


def plan_sync(project: Project, targets: Sequence[str], options: SyncOptions) -> tuple[Plan, ...]:
    """What `sync` would do; nothing is changed (`--dry-run`)."""
    with reading(project) as session:
        return tuple(plan for _, plan in _planned(session, targets, options))


def estimate_sync(
    project: Project, targets: Sequence[str], options: SyncOptions
) -> tuple[Estimate, ...]:
    """What `sync` would move; nothing is changed (`--estimate`)."""
    with reading(project) as session:
        return tuple(estimate(*planned) for planned in _planned(session, targets, options))


def sync(
    project: Project, targets: Sequence[str], options: SyncOptions, listener: Listener | None = None
) -> tuple[Report, ...]:
    """Reconcile the selected data paths with their storages, then write their pointers.

    Conflicts that the plan shows stop everything before anything moves: the reports then have no
    outcomes. `keep` and `ask` of the options answer them.

    Raises:
        Stopped: too many deletions, and nobody allowed them.
        Untrusted: something would leave for a place that is not approved; nothing was changed.
        StoreError: a listing failed; nothing was changed.
    """
    require_free_index(project)
    chosen = selected(project.manifest, targets, project.where)
    project = project.asking(selection.data.storage for selection in chosen)
    with changing(project, "sync", listener, options.jobs) as session:
        plans = list(_planned(session, targets, options))
        open_conflicts = any(_unanswered(plan, options) for _, plan in plans)
        if open_conflicts:
            return tuple(Report(plan) for _, plan in plans)
        require_budget((plan for _, plan in plans), options.budget)
        plans = let_go(session, plans)
        return tuple(_carried_out(session, view, plan) for view, plan in plans)


def record(project: Project, targets: Sequence[str]) -> tuple[Report, ...]:
    """Write local changes into the pointers, offline, as promises (rule P4)."""
    with changing(project, "record") as session:
        reports: list[Report] = []
        for selection in selected(project.manifest, targets, project.where):
            data = session.binding(selection).data
            if data.live and targets:
                raise Unsupported(
                    f"{data.path} is live: there is no pointer to record in",
                    hint=f"git storage sync {shlex.quote(data.path)}",
                )
            if data.live or data.access.value == "read":
                continue
            view = _hashed(session.offline_view(selection))
            plan = view.plan("record", decide_record)
            report = Report(plan)
            reports.append(report)
            if plan.of(Kind.RECORD):
                _guard_lines(view, lambda _: False)
                session.write_entries(view, _recorded_entries(view, plan))
            _remember_recorded(session, view, plan)
        return tuple(reports)


def _recorded_entries(view: View, plan: Plan) -> dict[str, Version]:
    entries = view.entries
    for action in plan.of(Kind.RECORD):
        entry = pointer_after(action, None)
        if entry is not None:
            entries[action.path] = entry
    return entries


def _planned(
    session: Session, targets: Sequence[str], options: SyncOptions
) -> list[tuple[View, Plan]]:
    project = session.project
    planned: list[tuple[View, Plan]] = []
    for selection in selected(project.manifest, targets, project.where):
        view = with_evidence_of(session, session.listed_view(selection))
        if options.delete:
            view = _with_erasures(session, view, options)
        _guard_place(session, view, options)
        _guard_lines(view, matcher(Scope(paths=selection.paths)))
        decide = decision(view)
        plan = view.plan("sync", decide)
        _guard_drops(plan, view, options)
        planned.append((view, _answered(view, plan, options)))
    return planned


def _with_erasures(session: Session, view: View, options: SyncOptions) -> View:
    states = view.survey.states
    data_path = view.binding.data.path
    count, total = missing(states), sum(s.base is not None for s in states)
    root, known = view.binding.tree.root_id(), session.state.root(data_path)
    if count and known is not None and root != known:
        raise Stopped(
            f"{data_path} is not the directory that was staged, so nothing missing is deleted",
            hint=f"git storage stage {shlex.quote(data_path)}  # brings the files back",
        )
    _guard(f"erase {count} of {total} objects of {data_path}", (count, total), options)
    return view.with_states(asked_erasures(states))


def _guard_place(session: Session, view: View, options: SyncOptions) -> None:
    """Whether what is not on the storage was ever there.

    After the manifest's URL or prefix has changed, an object that is not at the new place has not
    gone from it: more often the place is mistyped, or not filled yet.
    """
    binding = view.binding
    lacking = [s.path for s in view.survey.states if s.remote is None]
    if not lacking:
        return
    bases = session.state.bases(binding.data.path)
    before = {p: source for p, (source, _) in bases.items() if source != binding.source}
    if view.pointer.source != binding.source:
        # What was only promised has not been there either.
        entries = view.pointer.entries.items()
        before |= dict.fromkeys((p for p, v in entries if not is_promise(v)), view.pointer.source)
    lacking = [path for path in lacking if path in before]
    if not lacking or (options.allow_deletes or 0) >= len(lacking):
        return
    raise Stopped(
        f"{binding.data.path} was recorded from {before[lacking[0]]}, and {len(lacking)} of its"
        f" objects are not at {binding.source}",
        hint="correct 'url:' or 'prefix:' in .storage.yaml, or bring the objects there; or, if they"
        f" are to go: git storage sync --allow-deletes {len(lacking)}",
    )


def _guard_lines(view: View, looked_at: Callable[[str], bool]) -> None:
    """Whether a pointer that was written for another place can be written for this one.

    What the other place issued names nothing here (rule B5): the lines of objects that are not
    looked up would be left with a size, or look like somebody's promise.
    """
    old, data_path = view.pointer, view.binding.data.path
    if old.source == view.binding.source:
        return
    bare = [p for p, v in old.entries.items() if not is_promise(v) and not looked_at(p)]
    if bare:
        raise Stopped(
            f"{data_path} was recorded from {old.source}, and {len(bare)} of its objects have to be"
            f" looked up at {view.binding.source} first",
            hint=f"git storage sync {shlex.quote(data_path)}",
        )


def _guard_drops(plan: Plan, view: View, options: SyncOptions) -> None:
    drops = len(plan.of(Kind.DROP))
    total = sum(s.base is not None for s in view.survey.states)
    _guard(f"remove {drops} of {total} local files of {plan.data_path}", (drops, total), options)


def _guard(what: str, counts: tuple[int, int], options: SyncOptions) -> None:
    count, total = counts
    if not too_many(count, total):
        return
    if options.allow_deletes is not None and count <= options.allow_deletes:
        return
    if options.allow_deletes is None and options.confirm is not None and options.confirm(what):
        return
    asked = "--delete " if options.delete else ""
    raise Stopped(
        f"sync would {what}, which looks like an accident",
        hint=f"git storage sync {asked}--allow-deletes {count}  # if it is meant",
    )


def _answered(view: View, plan: Plan, options: SyncOptions) -> Plan:
    if options.keep is not None:
        keep = options.keep
        choices: Mapping[str, Choice] = {a.path: keep for a in plan.of(Kind.CONFLICT, Kind.WAIT)}
    elif options.ask is not None:
        choices = {a.path: options.ask(plan.data_path, a) for a in plan.conflicts}
    else:
        return plan
    if Choice.BOTH in choices.values():
        view = _hashed(view)
        plan = view.plan("sync", decision(view))
    return with_choices(plan, choices, decision(view))


def _unanswered(plan: Plan, options: SyncOptions) -> bool:
    return bool(plan.conflicts) and options.keep is None and options.ask is None


def _carried_out(session: Session, view: View, plan: Plan) -> Report:
    if plan.of(Kind.GIVE, Kind.ERASE):
        measured(view.binding.store(), session.facts)
        # Opened anew, the store knows what has just been measured.
        view = replace(view, binding=session.binding(view.selection))
        _tell_of_losses(session, view, plan)
    report = session.execute(plan, view)
    session.write_entries(view, entries_after(view, report, pointer_after))
    know(session.project, view, plan)
    _want_what_was_chosen(session, view, plan)
    return report


def _tell_of_losses(session: Session, view: View, plan: Plan) -> None:
    """What is there now and will not be any more, where the storage keeps no old versions."""
    going = [a.path for a in plan.of(Kind.GIVE, Kind.ERASE) if a.seen.remote is not None]
    if going:
        tell_of_losses(session, view.binding, view.binding.key(going[0]))


def _want_what_was_chosen(session: Session, view: View, plan: Plan) -> None:
    chosen = [a.path for a in plan.actions if a.choice in (Choice.REMOTE, Choice.BOTH)]
    patterns = session.state.wanted(view.binding.data.path)
    session.state.set_wanted(view.binding.data.path, with_paths(patterns, chosen))


def with_paths(patterns: tuple[str, ...], paths: Sequence[str]) -> tuple[str, ...]:
    """The wanted patterns with single objects added that they do not cover yet."""
    lacking = tuple(literal(path) for path in paths if not wanted(patterns, path))
    return with_staged(patterns, lacking) if lacking else patterns


def _hashed(view: View) -> View:
    """The view with a SHA-256 for every local file whose size alone had decided so far."""
    binding = view.binding
    unknown = [s.path for s in view.survey.states if s.local is not None and not s.local.sha256]
    if not unknown:
        return view
    read = Digests(binding.tree, binding.state, binding.data.path).read(unknown)
    states = [
        replace(s, local=read[s.path][1]) if s.path in read else s for s in view.survey.states
    ]
    stats = {**view.survey.stats, **{path: stat for path, (stat, _) in read.items()}}
    return replace(view, survey=replace(view.survey, states=tuple(states), stats=stats))


def _remember_recorded(session: Session, view: View, plan: Plan) -> None:
    recorded: dict[str, str | None] = {}
    for action in plan.actions:
        local = action.seen.local
        # A run that was cut off behind the pointer has left a promise that nobody remembers.
        kept = is_promise(action.seen.pointer) and equal(local, action.seen.pointer)
        if local is not None and (action.kind is Kind.RECORD or kept):
            recorded[action.path] = local.sha256
    session.state.set_recorded(view.binding.data.path, recorded)
