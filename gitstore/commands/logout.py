"""Forget the credentials of a storage

What `git storage login` has stored is removed from git's credential helpers and from the file that
stands in for them. What the cloud's own tools have set up is theirs, and stays; `git storage login
--show` says what is used from then on.

EXIT STATUS

- 0: forgotten
- 1: there was nothing to forget
- 128: nothing was done, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage logout survey
"""

from __future__ import annotations

import argparse

from gitstore.commands.login import meant, place
from gitstore.commands.opened import described
from gitstore.commands.parser import Parser
from gitstore.repo import login
from gitstore.ui.screen import Screen
from gitstore.ui.words import shown


def arguments(parser: Parser) -> None:
    """What can be typed."""
    parser.add_argument("storage", metavar="NAME", help="a storage, or the URL of one")
    place(parser)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Forget."""
    project, screen = described(args.repo, screen)
    spec = meant(args, project)
    gone = login.logout(project, spec)
    if screen.json:
        screen.document("logout", storage=spec.name, forgotten=gone)
    elif gone:
        screen.line(f"{shown(spec.name)}: the credentials are forgotten")
    else:
        screen.talk(f"{shown(spec.name)}: there are no credentials to forget")
    return 0 if gone else 1
