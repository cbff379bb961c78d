"""Take back the last operation's local effects

Local files, pointers and the manifest become again what they were before the last operation; bytes
come from the trash. What somebody changed since is left alone and named. The storage is not
touched: run `git storage sync` to carry the old state there.

EXIT STATUS

- 0: everything is as before
- 1: some files were left alone
- 128: there is nothing to undo, or something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage undo --list
    git storage undo
"""

from __future__ import annotations

import argparse
import shlex
from datetime import datetime, timezone

from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser
from gitstore.repo.repo import Repo
from gitstore.repo.undoing import Undone
from gitstore.ui.screen import Screen
from gitstore.ui.words import count


def arguments(parser: Parser) -> None:
    """What can be typed."""
    told = "only list the last operations, newest first"
    parser.add_argument("--list", action="store_true", help=told)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Undo, or list what could be undone."""
    repo, screen = opened(screen)
    return _list(repo, screen) if args.list else _undo(repo.undo(), screen)


def _undo(undone: Undone, screen: Screen) -> int:
    status = 1 if undone.kept else 0
    if screen.json:
        kept = [{"path": path, "reason": reason} for path, reason in undone.kept]
        verb = undone.operation.verb
        screen.document("undo", undone=verb, restored=list(undone.restored), kept=kept)
        return status
    for path in undone.restored:
        screen.line(f"as before: {screen.path(path)}")
    for path, reason in undone.kept:
        screen.line(f"left alone: {screen.path(path)}: {reason}")
    screen.talk(f"{undone.operation.verb} was taken back, {count(len(undone.restored), 'path')}")
    return status


def _list(repo: Repo, screen: Screen) -> int:
    found = repo.operations()
    if screen.json:
        listed = [{"verb": o.verb, "arguments": list(o.argv), "time": _time(o.when)} for o in found]
        screen.document("undo", operations=listed)
        return 0
    for operation in found:
        typed = shlex.join(operation.argv) or operation.verb
        screen.line(f"{_time(operation.when)}  git storage {typed}")
    return 0


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")
