"""`verify`: local bytes and the storage's objects held against the pointer; what rots is mended.

Looking takes no lock and may go on for hours. Mending takes it, looks again, fetches the recorded
bytes and exchanges them with the damaged file, which goes to the trash.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from gitstore.core.errors import StorageError, StoreError
from gitstore.core.manifest import DataPath, Mode
from gitstore.core.model import Action, Kind, Plan, State
from gitstore.core.report import Listener, Outcome, Silent
from gitstore.core.verdicts import (
    WRONG,
    Check,
    Due,
    Side,
    Verdict,
    chosen,
    expected_here,
    look_here,
    look_there,
)
from gitstore.core.versions import Version, merged
from gitstore.repo.mending import mended
from gitstore.repo.project import Project
from gitstore.repo.selection import Selection, selected
from gitstore.repo.session import Session, View, reading
from gitstore.shell.inspection import Inspection, inspect_here, inspect_there, with_history

_JOBS = 4  # local files read at a time; more make a single disk slower
_READ = frozenset({Verdict.GOOD, Verdict.BEHIND, Verdict.UNCHECKED})


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """What to verify, and how much of it.

    Attributes:
        remote: list the storages, and hold every object against the pointer by its identity.
        content: the same, and read the bytes of the objects too.
        repair: fetch what is damaged here; without it, nothing is written or remembered.
        share: read so much of all files and objects, or None for all.
        budget: read so many bytes, or None for all.
        since: leave out what was found right after this moment, in seconds since 1970.
        jobs: files or objects read at a time, or None.
    """

    remote: bool = False
    content: bool = False
    repair: bool = True
    share: Fraction | None = None
    budget: int | None = None
    since: float | None = None
    jobs: int | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found out about one data path.

    Attributes:
        data: the manifest's entry.
        checks: one per object and side that was looked at.
        left: files and objects that were left for another time.
        problem: why the storage could not be listed, or None.
    """

    data: DataPath
    checks: tuple[Check, ...]
    left: int = 0
    problem: StorageError | None = None

    @property
    def wrong(self) -> tuple[Check, ...]:
        """What is not, or was not, as it should be."""
        return tuple(check for check in self.checks if check.verdict in WRONG)


@dataclass(slots=True)
class _Look:
    """A data path, and what of it could be read."""

    view: View
    checks: list[Check] = field(default_factory=list)
    problem: StorageError | None = None
    due: dict[Side, dict[Due, State]] = field(default_factory=dict)
    left: int = 0


def verify(
    project: Project, targets: Sequence[str], options: VerifyOptions, listener: Listener | None
) -> tuple[Verified, ...]:
    """Look at local files, and at the storages' objects where that is asked for.

    A local file that has rotted is fetched again, if the storage still has the recorded bytes; one
    that somebody has written to is work and stays. Nothing is written to a storage or a pointer.
    """
    listener = listener or Silent()
    picked = selected(project.manifest, targets, project.where)
    if options.remote or options.content:
        project = project.asking(selection.data.storage for selection in picked)
    with reading(project, keep_digests=project.git.may_write and options.repair) as session:
        looks = [_looked(session, selection, options) for selection in picked]
        due = [d for look in looks for found in look.due.values() for d in found]
        taken = chosen(due, options.share, options.budget, options.since)
        for look in looks:
            _read(session, look, taken, (options, listener))
    found: list[Verified] = []
    for look in looks:
        data, checks = look.view.binding.data, tuple(look.checks)
        if options.repair:
            checks = mended(project, data, checks, listener)
        found.append(Verified(data, checks, look.left, look.problem))
    return tuple(found)


def _looked(session: Session, selection: Selection, options: VerifyOptions) -> _Look:
    look = _view(session, selection, options)
    if selection.data.mode is Mode.COPY:
        _look_here(session, look)
    if not look.view.offline:
        _look_there(session, look, options)
    return look


def _view(session: Session, selection: Selection, options: VerifyOptions) -> _Look:
    if not (options.remote or options.content):
        return _Look(session.offline_view(selection))
    try:
        return _Look(session.listed_view(selection))
    except StoreError as error:
        # What is here can be looked at all the same.
        return _Look(session.offline_view(selection), problem=error)


def _look_here(session: Session, look: _Look) -> None:
    view = look.view
    marks = session.state.verified(view.binding.data.path, Side.HERE.value)
    found: dict[Due, State] = {}
    for state in view.survey.states:
        expected = expected_here(state)
        if expected is not None:
            found[_due(view, state, (Side.HERE, expected, marks))] = state
        elif (check := look_here(state)) is not None:
            look.checks.append(check)
    look.due[Side.HERE] = found


def _look_there(session: Session, look: _Look, options: VerifyOptions) -> None:
    view = look.view
    marks = session.state.verified(view.binding.data.path, Side.THERE.value)
    found: dict[Due, State] = {}
    for state in view.survey.states:
        check = look_there(state)
        if check is None:
            continue
        if state.pointer is not None and check.verdict in (Verdict.CHANGED, Verdict.GONE):
            check = with_history(view.binding, check, state.pointer)
        readable = check.verdict in (Verdict.GOOD, Verdict.UNCHECKED)
        if options.content and readable and state.remote is not None:
            found[_due(view, state, (Side.THERE, state.remote, marks))] = state
        else:
            look.checks.append(check)
    look.due[Side.THERE] = found


def _due(
    view: View, state: State, known: tuple[Side, Version, Mapping[str, tuple[str, float]]]
) -> Due:
    side, expected, marks = known
    what, at = marks.get(state.path, ("", 0.0))
    last = at if what == _name(side, expected) else None
    order = "\0".join((view.binding.data.path, state.path, side.value))
    return Due(expected.size, last, order)


def _name(side: Side, v: Version) -> str:
    """What a mark remembers: other bytes under the same name are as never verified."""
    return (v.sha256 or "") if side is Side.HERE else "\t".join(v.ids)


def _read(
    session: Session, look: _Look, taken: set[Due], how: tuple[VerifyOptions, Listener]
) -> None:
    options, listener = how
    view = look.view
    chosen_states = {
        side: [state for due, state in found.items() if due in taken]
        for side, found in look.due.items()
    }
    look.left = sum(map(len, look.due.values())) - sum(map(len, chosen_states.values()))
    size = sum(due.size for found in look.due.values() for due in found if due in taken)
    number = sum(map(len, chosen_states.values()))
    plan = Plan(view.binding.data.path, "verify", ())
    listener.begin(plan, number, size)
    try:
        for side, states in chosen_states.items():
            if not states:
                continue
            here = side is Side.HERE
            store_jobs = _JOBS if here else view.binding.store().abilities().parallel
            jobs = options.jobs or session.project.jobs(view.binding.data) or store_jobs
            inspection = Inspection(view.binding, view.survey.stats, jobs, listener.advance)
            inspect = inspect_here if here else inspect_there
            checks = _told(inspect(inspection, states), states, listener)
            look.checks.extend(checks)
            _remember(session, look, side, {s.path: s for s in states}, checks)
    finally:
        listener.end()


def _told(found: Iterable[Check], states: Sequence[State], listener: Listener) -> list[Check]:
    known = {state.path: state for state in states}
    checks: list[Check] = []
    for check in found:
        checks.append(check)
        action = Action(Kind.VERIFY, check.reason, "F4", known[check.path])
        failed = StorageError(check.reason) if check.verdict in WRONG else None
        listener.done(Outcome(action, failure=failed))
    return checks


def _remember(
    session: Session,
    look: _Look,
    side: Side,
    states: Mapping[str, State],
    checks: Sequence[Check],
) -> None:
    """Note when these bytes were found right, and what was learnt of the storage's objects."""
    if not session.keep_digests:
        return
    binding = look.view.binding
    good = [check for check in checks if check.verdict in _READ and check.version is not None]
    marks: dict[str, str] = {}
    facts: dict[str, Version] = {}
    for check in good:
        state = states[check.path]
        if side is Side.HERE and check.version is not None:
            marks[check.path] = _name(side, check.version)
        elif state.remote is not None and check.version is not None:
            marks[check.path] = _name(side, state.remote)
            own = tuple(i for i in check.version.ids if i.startswith("sha256:"))
            facts[binding.key(check.path)] = merged(state.remote, Version(check.size, own))
    session.state.set_verified(binding.data.path, side.value, marks, time.time())
    session.facts.add(binding.source, facts)
