"""Clone a repository and bring up what it describes

`git clone`, then what `git storage install` and `git storage start` do in the new work tree: data
paths in mode copy are staged if there is room, references need nothing. On a terminal one question
is asked, whether the storages that the project names may be read from; without one, only those are
that need no approval or have it from `GIT_STORAGE_TRUST`, see `git storage trust`. What is behind
`--` is given to `git clone`.

A storage that cannot be had leaves the clone and the rest as they are; `git storage start` in the
clone tries again.

EXIT STATUS

- 0: the clone is there, and everything that it describes
- 1: the clone is there, but something that it describes is not; it is named
- 128: there is no clone, or nothing of it can be brought up
- 129: the command line is wrong

EXAMPLES

    git storage clone https://example.org/sky.git
    git storage clone --no-stage git@example.org:sky.git work
    git storage clone https://example.org/sky.git -- --depth 1 --branch v2.0
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from gitstore.commands import parser as reading
from gitstore.commands.bringing import bring
from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser
from gitstore.core.errors import UsageError
from gitstore.repo.cloning import clone
from gitstore.repo.starting import StartOptions
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    parser.add_argument("--no-stage", action="store_true", help="bring up nothing, only install")
    reading.jobs(parser)
    reading.rate(parser)
    parser.add_argument("url", metavar="URL", help="what git clone takes")
    parser.add_argument("directory", metavar="DIR", nargs="?", help="the new work tree")
    told = "options of git clone"
    parser.add_argument("options", metavar="-- OPTION", nargs="*", help=told)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Clone.

    Raises:
        UsageError: there are more words than a URL and a directory before the `--`.
    """
    directory, options = _understood(args)
    if screen.manner.quiet:
        options = ("--quiet", *options)
    where, left = clone(args.url, directory, options)
    # Everything behind is about the new work tree, and shown as seen from there.
    os.chdir(where)
    repo, screen = opened(screen, args.rate)
    for step in left:
        screen.talk(f"{step.where} is not changed; git storage install says what to add")
    if args.no_stage:
        return _said(screen, where, 0, {})
    return _said(screen, where, *bring(repo, screen, StartOptions(jobs=args.jobs)))


def _said(screen: Screen, where: Path, status: int, found: Mapping[str, object]) -> int:
    if screen.json:
        screen.document("clone", directory=str(where), **found)
    elif status:
        screen.hint(f"cd {screen.typed(str(where))} && git storage start  # tries again")
    return status


def _understood(args: argparse.Namespace) -> tuple[str | None, tuple[str, ...]]:
    """The directory and git's options: the `--` tells which is which."""
    words = [word for word in (args.directory, *args.options) if word is not None]
    behind = args.dashed or 0
    before, options = words[: len(words) - behind], words[len(words) - behind :]
    if len(before) > 1:
        raise UsageError(
            "more than a URL and a directory", hint="git storage clone URL DIR -- OPTION"
        )
    return (before[0] if before else None), tuple(options)
