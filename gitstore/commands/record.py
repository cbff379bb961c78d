"""Write local changes into the pointers, offline

Edited and new files are recorded as promises: the pointer names their bytes, and the next `git
storage sync` uploads them. So the work can be committed before the storage can be reached. Deleted
files are not recorded.

EXIT STATUS

- 0: everything that changed is recorded
- 1: some files could not be recorded, because their pointer moved meanwhile
- 128: nothing was done, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage record
    git storage record data/raw/m31.fits && git commit -m 'calibrate m31'
"""

from __future__ import annotations

import argparse

from gitstore.commands.opened import opened, pointers, written
from gitstore.commands.parser import Parser, targets
from gitstore.core.model import Kind
from gitstore.core.report import Outcome, Report
from gitstore.ui.reports import show_reports
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    targets(parser)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Record."""
    repo, screen = opened(screen)
    before = pointers(repo)
    reports = [_as_done(report) for report in repo.record(*args.targets)]
    return show_reports(screen, "record", reports, written(before, pointers(repo)))


def _as_done(report: Report) -> Report:
    # Recording writes one file at once, so that what was planned is what was done.
    if report.outcomes:
        return report
    return Report(report.plan, tuple(Outcome(a) for a in report.plan.of(Kind.RECORD)))
