"""Bring recorded objects here

Every object that the pointer names and that is wanted here is fetched, verified and put at its
place. What is staged stays wanted: after a `git pull` the same command brings what others recorded.
A local file that was edited is never overwritten; it is reported as a conflict and left alone.

`stage NAME --to PATH` first makes PATH a data path of the storage NAME, as `git storage add` does.

EXIT STATUS

- 0: everything that was asked for is here
- 1: conflicts, or objects that could not be fetched; the others are here
- 128: nothing was done, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage stage --all
    git storage stage data/raw --include '*.fits' --exclude 'old/*'
    git storage stage -n data/raw/2023
    git storage stage survey --to data/raw
"""

from __future__ import annotations

import argparse

from gitstore.commands import parser as reading
from gitstore.commands.opened import opened, pointers, written
from gitstore.commands.parser import Parser
from gitstore.core.errors import UsageError
from gitstore.core.manifest import DataPath
from gitstore.repo.repo import Repo
from gitstore.repo.selection import below_top
from gitstore.repo.staging import StageOptions
from gitstore.ui.reports import show_plans, show_reports
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    told = "a storage, a data path, a path or pattern in one"
    parser.add_argument("targets", metavar="TARGET", nargs="*", help=told)
    parser.add_argument("--all", action="store_true", help="every data path")
    parser.add_argument("--to", metavar="PATH", help="the data path that a storage is to feed")
    reading.patterns(parser, "stage")
    reading.dry_run(parser)
    reading.jobs(parser)
    reading.rate(parser)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Stage.

    Raises:
        UsageError: nothing was named, or --to with anything but one storage.
    """
    if bool(args.targets) == args.all:
        what = "both targets and --all" if args.all else "nothing to stage was named"
        raise UsageError(what, hint="git storage stage --all")
    repo, screen = opened(screen, args.rate)
    options = StageOptions(tuple(args.include), tuple(args.exclude), args.jobs)
    before = pointers(repo)
    targets = args.targets
    if args.to is not None:
        targets = [_fed(args, repo)]
    if args.dry_run:
        show_plans(screen, "stage", repo.plan_stage(*targets, options=options))
        return 0
    reports = repo.stage(*targets, options=options, listener=screen.listener())
    return show_reports(screen, "stage", reports, written(before, pointers(repo)))


def _fed(args: argparse.Namespace, repo: Repo) -> str:
    """The new data path, as a target."""
    if len(args.targets) != 1 or args.dry_run:
        raise UsageError(
            "--to takes one storage, and changes something",
            hint="git storage stage NAME --to PATH",
        )
    spec = repo.project.storage(args.targets[0])
    repo.add(spec, DataPath(below_top(args.to, repo.project.where), spec.name))
    return str(args.to)
