"""Give local space back

The local files of the targets go; the storage and the pointer keep theirs, and `git storage stage`
brings them back. What the storage demonstrably still holds is removed, anything else goes to the
trash. Edited and new files stay.

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
from gitstore.ui.reports import show_reports
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    targets(parser, "+")


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Unstage."""
    repo, screen = opened(screen)
    return show_reports(screen, "unstage", repo.unstage(*args.targets, listener=screen.listener()))
