"""Print the list of commands, or the page of one

Without a command, every command is listed with what it does. With one, its whole page is printed;
the pages are the files of docs/commands, made of the program itself.

EXAMPLES

    git storage help
    git storage help sync
"""

from __future__ import annotations

import argparse

from gitstore.commands.parser import Parser
from gitstore.core.errors import UsageError
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    parser.add_argument("about", metavar="COMMAND", nargs="?", help="the command to explain")


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Print help.

    Raises:
        UsageError: there is no such command.
    """
    from gitstore.commands import COMMANDS, command
    from gitstore.commands.pages import overview, page, plain

    if args.about is not None and args.about not in COMMANDS:
        raise UsageError(f"git storage has no command {args.about}", hint="git storage help")
    if screen.json:
        names = COMMANDS if args.about is None else (args.about,)
        screen.document("help", commands={name: command(name).summary for name in names})
        return 0
    lines = overview() if args.about is None else plain(page(command(args.about))).splitlines()
    for line in lines:
        screen.line(line)
    return 0
