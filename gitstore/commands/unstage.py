"""Give local space back

The local files of the targets go; the storage and the pointer keep theirs, and `git storage stage`
brings them back. What the storage demonstrably still holds is removed; anything else goes to the
trash, and `git storage undo` brings it back. Edited and new files stay.

What others keep (`stage --existing`) stays, too: only the link to it ends. Where `stage --location`
has put the data is remembered for the next time.

EXIT STATUS

- 0: the space is free
- 1: some files stay, because they were edited
- 128: nothing was done, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage unstage data/raw
    git storage unstage 'data/raw/2023/*.fits'
"""

from __future__ import annotations

import argparse

from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser, targets
from gitstore.core.model import Action, Kind, Plan
from gitstore.core.report import Report
from gitstore.core.versions import equal
from gitstore.ui.reports import show_reports
from gitstore.ui.screen import Screen
from gitstore.ui.words import count


def arguments(parser: Parser) -> None:
    """What can be typed."""
    targets(parser, "+")


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Unstage."""
    repo, screen = opened(screen)
    reports = repo.unstage(*args.targets, listener=screen.listener())
    status = show_reports(screen, "unstage", reports)
    if not screen.json:
        for report in reports:
            _tell_trashed(screen, report)
    return status


def _tell_trashed(screen: Screen, report: Report) -> None:
    trashed = [o for o in report.outcomes if o.failure is None and _not_held(report.plan, o.action)]
    if trashed:
        why = "did not answer" if report.plan.offline else "does not hold them any more"
        screen.talk(
            f"{count(len(trashed))} went to the trash, because the storage {why};"
            " git storage undo brings them back"
        )


def _not_held(plan: Plan, action: Action) -> bool:
    base = action.seen.base
    if action.kind is not Kind.UNSTAGE:
        return False
    # Without an answer R is only taken to be B, and then nothing is removed outright.
    return plan.offline or base is None or not equal(action.seen.remote, base.version)
