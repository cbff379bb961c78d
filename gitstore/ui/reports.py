"""Plans and reports for people: what would be done, what was done, what could not be decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitstore.core.model import UNDECIDED, Action, Kind, Plan
from gitstore.core.report import Report
from gitstore.ui import documents
from gitstore.ui.colour import GREEN, RED, YELLOW, Painted
from gitstore.ui.screen import Screen
from gitstore.ui.words import below, count, human

# What is said of an action that was carried out, in the order of a summary.
_DONE = {
    Kind.GIVE: "given",
    Kind.TAKE: "taken",
    Kind.FETCH: "fetched",
    Kind.REPLACE: "replaced",
    Kind.RECORD: "recorded",
    Kind.ERASE: "erased",
    Kind.DROP: "dropped",
    Kind.UNSTAGE: "unstaged",
    Kind.ADOPT: "already the same",
    Kind.POINT: "noted in the pointer",
    Kind.FORGET: "forgotten",
    Kind.KEEP: "kept",
}
_WITH_BYTES = frozenset({Kind.GIVE, Kind.TAKE, Kind.FETCH, Kind.REPLACE, Kind.UNSTAGE, Kind.DROP})


def show_plans(screen: Screen, command: str, plans: Sequence[Plan]) -> None:
    """What would be done (`--dry-run`): one line per object, with its size and the reason."""
    if screen.json:
        found = [documents.plan(p) for p in plans]
        screen.document(command, dry_run=True, plans=found)
        return
    for plan in plans:
        told = documents.worth(plan.actions)
        for action in told:
            _action_line(screen, plan, action)
        if not told:
            screen.talk(f"{screen.path(plan.data_path)}: nothing to do")
    screen.talk("nothing was changed (--dry-run)")


def show_reports(
    screen: Screen, command: str, reports: Sequence[Report], pointers: Sequence[str] = ()
) -> int:
    """What was done, what failed and what nobody could decide.

    Args:
        command: the verb.
        reports: one per data path.
        pointers: the pointers that were written, relative to the top level.

    Returns:
        The exit status: 1 if something failed or is undecided.
    """
    status = 0 if all(report.complete for report in reports) else 1
    if screen.json:
        found = [documents.report(r) for r in reports]
        screen.document(command, dry_run=False, reports=found, pointers=list(pointers))
        return status
    for report in reports:
        show_report(screen, report)
    commit_hint(screen, command, pointers)
    return status


def commit_hint(screen: Screen, command: str, pointers: Sequence[str]) -> None:
    """The commit to make after pointers were written; git's index knows them already."""
    if pointers:
        names = ", ".join(screen.path(p) for p in pointers)
        screen.talk(f"written: {names}; next: git commit -m 'data: {command}'")


def show_failures(screen: Screen, report: Report) -> None:
    """One error per object that failed, with its hint."""
    for outcome in report.failures:
        failure = outcome.failure
        path = screen.path(below(report.plan.data_path, outcome.action.path))
        if failure is not None:
            screen.error(f"{path}: {failure.message}", failure.hint)


def show_report(screen: Screen, report: Report) -> None:
    """What came of one data path."""
    plan = report.plan
    if screen.manner.verbose:
        for outcome in report.outcomes:
            if outcome.failure is None and outcome.action.kind is not Kind.NOTHING:
                _action_line(screen, plan, outcome.action)
    for action in plan.of(*UNDECIDED):
        _action_line(screen, plan, action)
    show_failures(screen, report)
    if not (screen.manner.quiet and report.complete):
        screen.line(f"{screen.path(plan.data_path)}: {_summary(report)}")


def _action_line(screen: Screen, plan: Plan, action: Action) -> None:
    size = documents.size_of(action)
    told = "-" if size is None else human(size)
    path = screen.path(below(plan.data_path, action.path))
    chosen = "" if action.choice is None else f" (--keep {action.choice.value})"
    kind = Painted(f"{action.kind.value:<8}", _colour(action.kind))
    screen.line(kind, f"  {told:>10}  {path}  {action.reason}{chosen}")


def _summary(report: Report) -> str:
    done = _DONE | ({Kind.ERASE: "to be erased"} if report.plan.verb == "rm" else {})
    parts = list(_counted((o.action for o in report.outcomes if o.failure is None), done))
    undecided = {Kind.CONFLICT: "in conflict", Kind.WAIT: "waited for", Kind.REFUSE: "refused"}
    parts.extend(_counted(report.undecided, undecided))
    if report.failures:
        parts.append(f"{len(report.failures):,} failed")
    if report.mounted is not None:
        parts.append("mounted")
    return ", ".join(parts) or "nothing to do"


def _counted(actions: Iterable[Action], words: dict[Kind, str]) -> Iterable[str]:
    found: dict[Kind, list[int]] = {}
    for action in actions:
        found.setdefault(action.kind, []).append(documents.size_of(action) or 0)
    for kind, word in words.items():
        if kind in found:
            size = f" ({human(sum(found[kind]))})" if kind in _WITH_BYTES else ""
            yield f"{count(len(found[kind]))} {word}{size}"


def _colour(kind: Kind) -> str:
    if kind in UNDECIDED:
        return RED
    return YELLOW if kind in (Kind.ERASE, Kind.DROP) else GREEN
