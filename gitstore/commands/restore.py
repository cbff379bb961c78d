"""Bring a recorded version of objects back

The bytes that a commit's pointer names (or, without --from, the pointer here) are looked for on the
storage, also among old versions, and become the local files. With --operation it is what that
operation put into the trash instead; `git storage undo --list -v` shows what there is. What was
there goes to the trash. The next `git storage sync` gives the restored bytes to the storage.

EXIT STATUS

- 0: restored
- 1: some objects could not be restored; the error says what is there instead
- 128: nothing was done, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage restore data/raw/m31.fits
    git storage restore --from v1.0 data/raw
    git storage restore --operation 12 data/raw/m31.fits
"""

from __future__ import annotations

import argparse

from gitstore.commands import parser as reading
from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser, positive
from gitstore.core.errors import UsageError
from gitstore.repo.repo import Repo
from gitstore.ui.reports import show_reports
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    told = "the commit whose pointer names the version"
    parser.add_argument("--from", dest="revision", metavar="REV", help=told)
    told = "take the files that this operation put into the trash"
    parser.add_argument("--operation", type=positive, metavar="N", help=told)
    reading.rate(parser)
    told = "objects, directories or patterns in a data path"
    parser.add_argument("paths", metavar="PATH", nargs="+", help=told)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Restore."""
    repo, screen = opened(screen, args.rate)
    if args.operation is not None:
        if args.revision is not None:
            raise UsageError("--from takes a recorded version, --operation one from the trash")
        return _from_trash(repo, args, screen)
    reports = repo.restore(*args.paths, revision=args.revision, listener=screen.listener())
    return show_reports(screen, "restore", reports)


def _from_trash(repo: Repo, args: argparse.Namespace, screen: Screen) -> int:
    restored = repo.restore_from_trash(*args.paths, operation=args.operation)
    if screen.json:
        screen.document("restore", operation=args.operation, restored=list(restored))
        return 0
    for path in restored:
        screen.line(f"back from the trash: {screen.path(path)}")
    return 0
