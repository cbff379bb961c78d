"""Fetching again what has rotted here: the recorded bytes take the place of the damaged file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gitstore.core.errors import StorageError
from gitstore.core.manifest import DataPath
from gitstore.core.model import Action, Kind, Plan, State
from gitstore.core.report import Listener
from gitstore.core.verdicts import Check, Side, Verdict, expected_here
from gitstore.repo.changing import changing
from gitstore.repo.project import Project
from gitstore.repo.selection import Selection
from gitstore.repo.session import Session, View


def mended(
    project: Project, data: DataPath, checks: Sequence[Check], listener: Listener
) -> tuple[Check, ...]:
    """The same checks, those of damaged files with what has come of fetching them again.

    The files are looked at once more, with the lock: what somebody has written to meanwhile stays.
    The damaged bytes go to the trash, so that `undo` can bring even them back.
    """
    damaged = {check.path: check for check in checks if _is_damaged(check)}
    if not damaged:
        return tuple(checks)
    with changing(project, "verify", listener) as session:
        failed = _fetched_again(session, session.offline_view(Selection(data)), damaged)
    after = {
        path: _failed(check, failed[path]) if path in failed else replace(check, mended=True)
        for path, check in damaged.items()
    }
    return tuple(after[check.path] if _is_damaged(check) else check for check in checks)


def _fetched_again(
    session: Session, view: View, damaged: Mapping[str, Check]
) -> dict[str, StorageError]:
    """Why files were not fetched again, by path."""
    states = [state for state in view.survey.states if state.path in damaged]
    actions = tuple(a for a in map(_action, states) if a is not None)
    failed: dict[str, StorageError] = {
        path: StorageError("it was written to meanwhile", hint="git storage status")
        for path in damaged.keys() - {action.path for action in actions}
    }
    plan = Plan(view.binding.data.path, "verify", actions)
    try:
        report = session.execute(plan, view)
    except StorageError as error:
        return failed | {action.path: error for action in actions}
    for outcome in report.failures:
        if outcome.failure is not None:
            failed[outcome.action.path] = outcome.failure
    return failed


def _action(state: State) -> Action | None:
    # What the base was, even where the pointer has moved on: that is for `stage` to bring.
    expected = expected_here(state)
    if expected is None:
        return None
    return Action(Kind.REPLACE, "damaged here", "F1", replace(state, pointer=expected))


def _failed(check: Check, error: StorageError) -> Check:
    return replace(check, reason=f"{check.reason}; not mended: {error.message}", hint=error.hint)


def _is_damaged(check: Check) -> bool:
    return check.side is Side.HERE and check.verdict is Verdict.DAMAGED
