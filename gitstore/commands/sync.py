"""Reconcile local files and storages, then write the pointers

What changed here is given to the storage, what changed there is taken, and the pointers are written
to name what the storage now holds. Every write names the version that it replaces, so that nobody's
newer object is overwritten.

Where both sides changed the same object there is a conflict. On a terminal it is asked about;
otherwise, and without --keep, nothing at all is moved. A missing local file is not a deletion,
unless --delete says so; then many deletions need --allow-deletes or a confirmation.

A large file (above 8 MiB) whose upload to S3 breaks off, or whose process is killed, is continued
by the same command: parts that are there already are not sent again.

`--estimate` says how many objects and bytes would move, and in how many requests (on S3, Google
Cloud Storage and Azure), and moves nothing; the storage is listed for that. With `--budget SIZE`
nothing is moved where it would be more, both ways together.

EXIT STATUS

- 0: both sides agree
- 1: conflicts, promises of others that are not uploaded yet, or objects that failed
- 128: nothing was done, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage sync
    git storage sync -n data/raw
    git storage sync --keep both data/raw
    git storage sync --delete --allow-deletes 200 data/raw
"""

from __future__ import annotations

import argparse

from gitstore.commands import parser as reading
from gitstore.commands.opened import opened, pointers, written
from gitstore.commands.parser import Parser
from gitstore.core.errors import Stopped
from gitstore.core.model import Choice, Kind
from gitstore.core.report import Report
from gitstore.repo.repo import Repo
from gitstore.repo.syncing import SyncOptions
from gitstore.ui.estimates import show_estimates
from gitstore.ui.questions import Questions
from gitstore.ui.reports import show_plans, show_reports
from gitstore.ui.screen import Screen

_KEEP = "git storage sync --keep local|remote|both|skip"


def arguments(parser: Parser) -> None:
    """What can be typed."""
    reading.targets(parser)
    choices = [choice.value for choice in Choice]
    parser.add_argument("--keep", choices=choices, help="the answer to every conflict")
    told = "erase on the storage what is missing here"
    parser.add_argument("--delete", action="store_true", help=told)
    told = "allow so many deletions without a question"
    parser.add_argument("--allow-deletes", type=reading.positive, metavar="N", help=told)
    reading.dry_run(parser)
    reading.jobs(parser)
    reading.rate(parser)
    reading.estimate(parser)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Sync."""
    repo, screen = opened(screen, args.rate)
    questions = Questions(screen)
    options = SyncOptions(
        keep=None if args.keep is None else Choice(args.keep),
        ask=questions.conflict if screen.asks and not (args.dry_run or args.estimate) else None,
        delete=args.delete,
        allow_deletes=args.allow_deletes,
        confirm=questions.deletions if screen.asks else None,
        jobs=args.jobs,
        budget=args.budget,
    )
    if args.estimate:
        show_estimates(screen, "sync", repo.estimate_sync(*args.targets, options=options))
        return 0
    if args.dry_run:
        plans = repo.plan_sync(*args.targets, options=options)
        show_plans(screen, "sync", plans)
        return 0
    try:
        return _synced(repo, args.targets, options, screen)
    except Stopped as stopped:
        if not questions.aborted:
            raise
        screen.talk(stopped.message)
        return 1


def _synced(repo: Repo, targets: list[str], options: SyncOptions, screen: Screen) -> int:
    before = pointers(repo)
    reports = repo.sync(*targets, options=options, listener=screen.listener())
    status = show_reports(screen, "sync", reports, written(before, pointers(repo)))
    if not screen.json and _stopped(reports, options):
        screen.error("conflicts, so nothing was moved", _KEEP)
    return status


def _stopped(reports: tuple[Report, ...], options: SyncOptions) -> bool:
    open_conflicts = any(report.plan.of(Kind.CONFLICT) for report in reports)
    return open_conflicts and options.keep is None and options.ask is None
