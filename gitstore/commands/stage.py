"""Bring recorded objects here

Every object that the pointer names and that is wanted here is fetched, verified and put at its
place. What is staged stays wanted: after a `git pull` the same command brings what others recorded.
A local file that was edited is never overwritten; it is reported as a conflict and left alone.

With `--location DIR` the data lie in DIR, on another disk, and the data path is a link to them.
This work tree remembers it. Every command works through the link; where the disk is away, nothing
is concluded from that, and nothing left behind there. Files are moved between disks by you (`mv`),
and known again afterwards;
`--location` of the directory that the data path is in makes it a plain directory again.

With `--existing DIR` the data are there already, or mounted by other means. They are held against
the pointer by size and checksum (with `--quick`: by size, and 16 of them by checksum), and every
difference is named. Where there is none, the data path becomes a link to them. They are never
written to or removed, by no command; `unstage` ends the link.

With `--mount` nothing is copied: the data path is mounted, see `git storage mount`. In mode `mount`
that is what `stage` does anyway; after a checkout the mount shows what is checked out.

From `storage.warnSize` on (10 GiB), or where there is not enough room, it is said how much is about
to be copied and how much is free, with what can be done instead; on a terminal it is asked, and
without one, nothing is copied that does not fit.

`--estimate` says how many objects and bytes would come, in how many requests, and how much is free,
and moves nothing. Requests are told where somebody counts them: on S3, Google Cloud Storage and
Azure. They are those of a transfer in which nothing breaks off. With `--budget SIZE` nothing is
moved where it would be more.

A large object (from 64 MiB on) that breaks off, or whose process is killed, is continued by the
same command: what had been flushed is not fetched again. It is kept for 14 days, as long as the
pointer names that version and it is wanted here.

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
    git storage stage --location /scratch data/raw
    git storage stage --mount data/raw
    git storage stage --existing /mounts/survey --quick data/raw
"""

from __future__ import annotations

import argparse
from dataclasses import replace

from gitstore.commands import parser as reading
from gitstore.commands.bringing import consenting
from gitstore.commands.opened import opened, pointers, written
from gitstore.commands.parser import Parser
from gitstore.core.errors import UsageError
from gitstore.core.manifest import DataPath
from gitstore.repo.existing import Existing
from gitstore.repo.repo import Repo
from gitstore.repo.selection import below_top
from gitstore.repo.staging import StageOptions
from gitstore.ui.estimates import show_estimates
from gitstore.ui.reports import show_plans, show_reports
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    told = "a storage, a data path, a path or pattern in one"
    parser.add_argument("targets", metavar="TARGET", nargs="*", help=told)
    parser.add_argument("--all", action="store_true", help="every data path")
    parser.add_argument("--to", metavar="PATH", help="the data path that a storage is to feed")
    told = "let the data lie in this directory of another disk, with a link at the data path"
    parser.add_argument("--location", metavar="DIR", help=told)
    told = "link what is in this directory already, if it is what was recorded"
    parser.add_argument("--existing", metavar="DIR", help=told)
    told = "mount it instead, as git storage mount does"
    parser.add_argument("--mount", action="store_true", help=told)
    told = "of what exists already, read a sample only"
    parser.add_argument("--quick", action="store_true", help=told)
    reading.patterns(parser, "stage")
    reading.dry_run(parser)
    reading.jobs(parser)
    reading.rate(parser)
    reading.estimate(parser)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Stage.

    Raises:
        UsageError: nothing was named, or --to with anything but one storage.
    """
    if bool(args.targets) == args.all:
        what = "both targets and --all" if args.all else "nothing to stage was named"
        raise UsageError(what, hint="git storage stage --all")
    repo, screen = opened(screen, args.rate)
    options = _options(args)
    if args.mount and (args.dry_run or args.estimate or options != StageOptions()):
        raise UsageError(
            "--mount copies nothing, so that nothing else goes with it",
            hint="git storage stage --mount PATH",
        )
    before = pointers(repo)
    targets = args.targets
    if args.to is not None:
        targets = [_fed(args, repo)]
    if args.estimate:
        show_estimates(screen, "stage", repo.estimate_stage(*targets, options=options))
        return 0
    if args.dry_run:
        show_plans(screen, "stage", repo.plan_stage(*targets, options=options))
        return 0
    if args.mount:
        repo.mount(*targets)
    options = replace(options, consent=consenting(screen))
    reports = repo.stage(*targets, options=options, listener=screen.listener())
    return show_reports(screen, "stage", reports, written(before, pointers(repo)))


def _options(args: argparse.Namespace) -> StageOptions:
    if args.quick and args.existing is None:
        raise UsageError(
            "--quick is about --existing", hint="git storage stage --existing DIR PATH"
        )
    if args.existing is not None and args.location is not None:
        raise UsageError("--existing and --location do not go together", hint="leave one out")
    looks = args.dry_run or args.estimate
    if looks and (args.existing, args.location) != (None, None):
        what = "--dry-run" if args.dry_run else "--estimate"
        raise UsageError(f"{what} makes no link", hint=f"leave out {what}, or the directory")
    existing = None if args.existing is None else Existing(args.existing, args.quick)
    return StageOptions(
        tuple(args.include),
        tuple(args.exclude),
        args.jobs,
        args.location,
        existing,
        budget=args.budget,
    )


def _fed(args: argparse.Namespace, repo: Repo) -> str:
    """The new data path, as a target."""
    if len(args.targets) != 1 or args.dry_run or args.estimate:
        raise UsageError(
            "--to takes one storage, and changes something",
            hint="git storage stage NAME --to PATH",
        )
    spec = repo.project.storage(args.targets[0])
    repo.add(spec, DataPath(below_top(args.to, repo.project.where), spec.name))
    return str(args.to)
