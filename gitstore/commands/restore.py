"""Bring a recorded version of objects back

The bytes that a commit's pointer names (or, without --from, the pointer here) are looked for on the
storage, also among old versions, and become the local files. What was there goes to the trash. The
next `git storage sync` gives the restored bytes to the storage.

EXIT STATUS

- 0: restored
- 1: some objects could not be restored; the error says what is there instead
- 128: nothing was done, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage restore data/raw/m31.fits
    git storage restore --from v1.0 data/raw
"""

from __future__ import annotations

import argparse

from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser
from gitstore.ui.reports import show_reports
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    told = "the commit whose pointer names the version"
    parser.add_argument("--from", dest="revision", metavar="REV", help=told)
    told = "objects, directories or patterns in a data path"
    parser.add_argument("paths", metavar="PATH", nargs="+", help=told)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Restore."""
    repo, screen = opened(screen)
    reports = repo.restore(*args.paths, revision=args.revision, listener=screen.listener())
    return show_reports(screen, "restore", reports)
