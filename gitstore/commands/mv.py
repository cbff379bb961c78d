"""Move a data path, or rename an object within its data path

A data path moves within the work tree: manifest, pointer, ignore rules and local files go with it;
the storage does not notice. An object is renamed here at once and on the storage at the next `git
storage sync`.

EXAMPLES

    git storage mv data/raw data/survey
    git storage mv data/raw/m31.fits data/raw/andromeda.fits
"""

from __future__ import annotations

import argparse

from gitstore.commands.opened import opened, pointers, written
from gitstore.commands.parser import Parser
from gitstore.ui.reports import commit_hint
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    parser.add_argument("source", metavar="SRC", help="a data path, or an object")
    parser.add_argument("target", metavar="DST", help="its new path")


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Move."""
    repo, screen = opened(screen)
    before = pointers(repo)
    to = repo.mv(args.source, args.target)
    changed = written(before, pointers(repo))
    if screen.json:
        screen.document("mv", to=to, pointers=changed)
        return 0
    screen.line(f"moved to {screen.path(to)}")
    if to in repo.project.manifest.data:
        commit_hint(screen, "mv", changed)
    else:
        screen.talk("the storage is asked by the next: git storage sync")
    return 0
