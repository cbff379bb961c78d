"""Merge one file of a pointer, or the manifest, for git

Git runs this when both sides of a merge changed a pointer; `git storage install` tells it to.
Objects that one side left alone are taken as the other has them. Where both sides changed one
object in other ways, or one of them the source or the slices, a conflict is left in the file, for
`git storage resolve`. The result takes the place of OURS.

The manifest is merged by lines, as git does, and where that is a conflict, entry by entry.

EXIT STATUS

- 0: merged
- 3: in conflict; the file has markers
- 128: nothing was done, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git config merge.git-storage.driver 'git-storage merge-driver -- %O %A %B %L %P'
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gitstore.commands.parser import Parser, positive
from gitstore.core.drivers import CONFLICT
from gitstore.repo.merging import Sides, merge
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    parser.add_argument("base", metavar="BASE", type=Path, help="what both sides come from")
    parser.add_argument("ours", metavar="OURS", type=Path, help="our side, and the result")
    parser.add_argument("theirs", metavar="THEIRS", type=Path, help="their side")
    told = "characters of a conflict marker"
    parser.add_argument("size", metavar="SIZE", type=positive, help=told)
    parser.add_argument("path", metavar="PATH", help="what the result is called")


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Merge."""
    merged = merge(Sides(args.base, args.ours, args.theirs), args.path, args.size)
    if screen.json:
        screen.document("merge-driver", path=args.path, merged=merged)
    return 0 if merged else CONFLICT
