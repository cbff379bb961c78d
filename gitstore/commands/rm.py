"""Erase objects: here now, on the storage at the next sync

The local files go to the trash; `git storage undo` brings them back. The next `git storage sync`
erases the objects from the storage, if nobody changed them meanwhile.

To give local space back and keep the objects, use `git storage unstage`. To stop describing data
without touching it, use `git storage forget`.

EXIT STATUS

- 0: to be erased
- 1: some objects could not be
- 128: nothing was done, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage rm data/raw/m31.fits
    git storage rm 'data/raw/old/*' && git storage sync
"""

from __future__ import annotations

import argparse

from gitstore.commands.opened import opened, pointers, written
from gitstore.commands.parser import Parser
from gitstore.ui.reports import show_reports
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    told = "objects, directories or patterns in a data path"
    parser.add_argument("paths", metavar="PATH", nargs="+", help=told)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Erase."""
    repo, screen = opened(screen)
    before = pointers(repo)
    reports = repo.rm(*args.paths)
    status = show_reports(screen, "rm", reports, written(before, pointers(repo)))
    if not screen.json:
        screen.talk("the storage is asked by the next: git storage sync")
    return status
