"""Look for what is wrong, and at what storages can do

The installation, this clone with its hooks, in the order in which git runs them, and every storage
are looked at. A storage that is named is tried out: objects are written below a prefix of their
own, replaced and read in every way that `git storage` relies on, and removed again.

EXIT STATUS

- 0: all is well
- 1: there are problems; each has a hint
- 128: this is no git repository, or the manifest cannot be read
- 129: the command line is wrong

EXAMPLES

    git storage doctor
    git storage doctor survey
"""

from __future__ import annotations

import argparse

from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser
from gitstore.repo.findings import Level
from gitstore.ui.colour import GREEN, RED, YELLOW, Painted
from gitstore.ui.screen import Screen

_COLOUR = {Level.GOOD: GREEN, Level.NOTE: YELLOW, Level.BAD: RED}


def arguments(parser: Parser) -> None:
    """What can be typed."""
    parser.add_argument("names", metavar="NAME", nargs="*", help="a storage to try out")


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Look."""
    repo, screen = opened(screen)
    found = repo.doctor(*args.names)
    status = 1 if any(f.level is Level.BAD for f in found) else 0
    if screen.json:
        listed = [{"level": f.level.value, "text": f.text, "hint": f.hint} for f in found]
        screen.document("doctor", findings=listed)
        return status
    for finding in found:
        screen.line(Painted(f"{finding.level.value:<8}", _COLOUR[finding.level]), finding.text)
        if finding.hint is not None:
            screen.line(f"        hint: {finding.hint}")
    return status
