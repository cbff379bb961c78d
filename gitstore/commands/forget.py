"""Describe a storage or data path no more

The description and the pointer go. Neither the storage nor a local file is touched, and the local
files stay ignored by git in this clone. A storage goes with all the data paths that it feeds. Of
files that lie elsewhere (`git storage stage --location`, `--existing`) only the link goes.

EXAMPLES

    git storage forget data/raw
    git storage forget survey
"""

from __future__ import annotations

import argparse

from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    parser.add_argument("name", metavar="NAME|DATA-PATH", help="a storage or a data path")


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Forget."""
    repo, screen = opened(screen)
    gone = repo.forget(args.name)
    if screen.json:
        screen.document("forget", data_paths=list(gone))
        return 0
    for path in gone:
        screen.line(f"{screen.path(path)}: no longer described; files and objects are untouched")
    screen.talk("next: git commit -m 'data: forget'")
    return 0
