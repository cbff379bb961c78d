"""Bring up everything that a checkout describes

For a checkout that is there already: at the start of a session, in a container, in a CI job. First
it is checked whether every storage can be had; then every data path is made available in its mode.
Nothing keeps the rest from being brought up: a storage that cannot be had is reported and left out.

On a terminal it is asked whether storages may be read from that are not approved in this clone yet,
all of them in one question, see `git storage trust`; what to do about a storage that cannot be had;
and whether to copy what is not here yet, after saying how much that is and how much room there is.
Without a terminal, with --no-input, with --json, or with GIT_TERMINAL_PROMPT=0, nothing is asked:
what is approved, can be had and has room is copied.

EXIT STATUS

- 0: everything is here that was not skipped, by --skip or by an answer
- 1: something else is not here; it is named
- 128: nothing was done, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage start
    git storage start --yes
    git storage start --no-input --skip archive
"""

from __future__ import annotations

import argparse

from gitstore.commands import parser as reading
from gitstore.commands.bringing import asking, bring, confirming
from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser
from gitstore.repo.starting import StartOptions
from gitstore.ui.screen import Screen
from gitstore.ui.starting import StartQuestions


def arguments(parser: Parser) -> None:
    """What can be typed."""
    told = "copy without a question, if there is room"
    parser.add_argument("-y", "--yes", action="store_true", help=told)
    parser.add_argument(
        "--no-input", action="store_true", help="ask nothing, as without a terminal"
    )
    told = "leave a storage out; can be given again"
    parser.add_argument("--skip", action="append", default=[], metavar="NAME", help=told)
    reading.jobs(parser)
    reading.rate(parser)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Start."""
    shown_on = screen.without_questions() if args.no_input else screen
    repo, screen = opened(shown_on, args.rate)
    options = StartOptions(skip=tuple(args.skip), jobs=args.jobs)
    if screen.asks:
        questions = StartQuestions(screen)
        options = asking(options, questions)
        options = options if args.yes else confirming(options, questions)
    status, found = bring(repo, screen, options)
    if screen.json:
        screen.document("start", **found)
    return status
