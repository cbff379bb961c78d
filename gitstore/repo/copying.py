"""Mode `copy`: bring the recorded versions here, or give their place back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gitstore.core.errors import StoreError
from gitstore.core.estimate import Estimate
from gitstore.core.manifest import DataPath
from gitstore.core.model import Plan
from gitstore.core.plan import decide_unstage
from gitstore.core.report import Listener, Report
from gitstore.core.scope import with_staged, with_unstaged
from gitstore.repo.changing import changing
from gitstore.repo.deciding import staging_decision
from gitstore.repo.estimating import estimate, require_budget
from gitstore.repo.existing import Existing, link_existing, unlink_existing
from gitstore.repo.leaving import know, know_if_vacant
from gitstore.repo.locating import check_places, locate, relink
from gitstore.repo.project import Project
from gitstore.repo.room import Consent, Need, need_of, require_room
from gitstore.repo.selection import Selection
from gitstore.repo.session import Session, View, reading
from gitstore.repo.settings import chosen_warn_size

EVERYTHING = ("**",)


@dataclass(frozen=True, slots=True)
class StageOptions:
    """What to stage.

    Attributes:
        include: patterns below the given paths; none means everything.
        exclude: patterns left out.
        jobs: transfers at a time, or None for what suits the storage.
        location: the directory of another disk in which the data are to lie, or None.
        existing: what is there already and is to be linked, or None.
        consent: is asked before much is copied, or more than there is room for.
        budget: bytes that may be moved, or None for as many as there are.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    jobs: int | None = None
    location: str | None = None
    existing: Existing | None = None
    consent: Consent | None = None
    budget: int | None = None


def plan_copies(
    project: Project, copies: Sequence[Selection], options: StageOptions
) -> tuple[Plan, ...]:
    """What `copy` would do; nothing is changed (`--dry-run`)."""
    with reading(project) as session:
        plans: list[Plan] = []
        for selection in copies:
            patterns = _patterns(session, selection, options)
            view = session.told_view(selection, patterns)
            plans.append(view.plan("stage", staging_decision(view)))
        return tuple(plans)


def estimate_copies(
    project: Project, copies: Sequence[Selection], options: StageOptions
) -> tuple[Estimate, ...]:
    """What `copy` would move; nothing is changed (`--estimate`)."""
    with reading(project) as session:
        views = [session.told_view(s, _patterns(session, s, options)) for s in copies]
        plans = [(view, view.plan("stage", staging_decision(view))) for view in views]
        return tuple(estimate(view, plan) for view, plan in plans)


def need_to_copy(project: Project, data: DataPath) -> Need:
    """What staging a whole data path would copy here."""
    with reading(project) as session:
        selection = Selection(data)
        view = session.told_view(selection, _patterns(session, selection, StageOptions()))
        return need_of(view, view.plan("stage", staging_decision(view)))


def copy(
    project: Project,
    copies: Sequence[Selection],
    options: StageOptions,
    listener: Listener | None = None,
) -> tuple[Report, ...]:
    """Bring the recorded versions of the selected objects here, verified.

    Local edits are never overwritten: they are conflicts in the report, and stay.

    Raises:
        LocalFailure: there is no room for all of it, and nobody agreed; nothing was moved.
    """
    if options.existing is not None:
        return link_existing(project, copies, options.existing, listener)
    if options.location is not None:
        check_places(project, copies, options.location)
    project = project.asking(selection.data.storage for selection in copies)
    with changing(project, "stage", listener, options.jobs) as session:
        planned = [_planned(session, selection, options) for selection in copies]
        require_budget((plan for _, plan in planned), options.budget)
        needs = [need_of(view, plan) for view, plan in planned]
        require_room(needs, chosen_warn_size(project.git), options.consent)
        return tuple(_staged(session, view, plan, options) for view, plan in planned)


def _planned(session: Session, selection: Selection, options: StageOptions) -> tuple[View, Plan]:
    """What is to be done, with the link at its place and nothing else changed."""
    if options.location is None:
        relink(session, selection.data.path)
    else:
        locate(session, selection, options.location)
    view = session.told_view(selection, _patterns(session, selection, options))
    return view, view.plan("stage", staging_decision(view))


def _staged(session: Session, view: View, plan: Plan, options: StageOptions) -> Report:
    project, data_path = session.project, plan.data_path
    if not view.binding.lent:
        before = session.state.wanted(data_path)
        patterns = _patterns(session, view.selection, options)
        session.state.set_wanted(data_path, patterns)
        if patterns != before:
            session.note(data_path, "wanted", {"before": list(before)})
        know_if_vacant(project, view.selection.data)
    view.binding.tree.make_root()
    session.ignore(data_path)
    know(project, view, plan)
    return session.execute(plan, view)


def remove_copies(
    project: Project, copies: Sequence[Selection], listener: Listener | None = None
) -> tuple[Report, ...]:
    """Give the space of the selected objects back; storage and pointer keep theirs.

    The storage is listed first: what it demonstrably still holds is removed, everything else goes
    to the trash (rule F1). Edited files are refused and stay.
    """
    with changing(project, "unstage", listener) as session:
        reports: list[Report] = []
        for selection in copies:
            if session.binding(selection).lent:
                reports.append(unlink_existing(session, selection))
                continue
            view = _listed_if_possible(session, selection)
            plan = view.plan("unstage", decide_unstage)
            data_path = selection.data.path
            before = session.state.wanted(data_path)
            after = with_unstaged(before, selection.paths or EVERYTHING)
            session.state.set_wanted(data_path, after)
            if after != before:
                session.note(data_path, "wanted", {"before": list(before)})
            reports.append(session.execute(plan, view))
        return tuple(reports)


def _patterns(session: Session, selection: Selection, options: StageOptions) -> tuple[str, ...]:
    before = session.state.wanted(selection.data.path)
    if selection.data.single:
        return EVERYTHING
    # A leading `!` un-wants in a pattern, but is part of the name in a path.
    paths = tuple(f"/{path}" if path.startswith("!") else path for path in selection.paths)
    roots = paths or ("",)
    new = [_below(root, p) for root in roots for p in options.include or EVERYTHING]
    if not options.include and paths:
        new = list(paths)
    out = [f"!{_below(root, p)}" for root in roots for p in options.exclude]
    return with_staged(before, (*new, *out))


def _below(root: str, pattern: str) -> str:
    if not root:
        return pattern
    return f"{root}/{pattern}" if "/" in pattern else f"{root}/**/{pattern}"


def _listed_if_possible(session: Session, selection: Selection) -> View:
    try:
        return session.listed_view(selection)
    except StoreError:
        # Without a listing nothing is known to be held: then everything goes to the trash.
        return session.offline_view(selection)
