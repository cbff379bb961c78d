"""Answer one of git's hooks

Git runs this behind the shims that `git storage install` has put in place; a hook of your own, or
of a hook manager, can run it, too. What it finds is said on standard error.

pre-commit refuses secrets in the manifest or in pointers, files of a data path that were added by
force, pointers that cannot be read, and links in their place, as they are staged in the index;
pre-merge-commit does the same for a merge. pre-push stops a push whose pointers promise bytes that
the storage does not hold, and one that brings files of a data path: a cherry-pick or rebase asks no
hook before. The others are about what came with a checkout; they never fail, and bring data only
with storage.autoStage.

No hook asks a storage that is not approved in this clone, see git storage trust. A push that
promises bytes on one stops there and says so; where nothing is approved at all, storage.autoStage
brings nothing, and the manifest is not even read.

CONFIGURATION

- storage.warnUnrecorded (false): pre-commit says that staged data changed and is not recorded
- storage.autoRecord (false): pre-commit records and adds the pointers; it cannot for a commit of
  single paths, and a commit with nothing else in it is over before git looks again
- storage.largeFileGuard (none): pre-commit refuses larger files, e.g. 50m
- storage.prePush (check): `upload` gives what is promised and here; `off` asks nothing
- storage.autoStage (false): after a checkout, merge or rebase, stage what this work tree keeps,
  and mount what is to be mounted, as it is checked out

EXIT STATUS

- 0: git may go on
- 1: the commit or the push is refused; `git commit --no-verify` and `git push --no-verify` go on
- 129: the command line is wrong

EXAMPLES

    git storage hook pre-commit
    git config --global storage.prePush upload
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gitstore.commands.parser import Parser
from gitstore.core.errors import StorageError
from gitstore.core.model import Kind
from gitstore.repo.hooking import EVENTS, Note
from gitstore.ui.screen import Screen
from gitstore.ui.words import count


def arguments(parser: Parser) -> None:
    """What can be typed."""
    parser.add_argument("event", choices=EVENTS, help="the hook")
    told = "what git gives the hook; pre-push reads its standard input, too"
    parser.add_argument("given", metavar="ARGUMENT", nargs="*", help=told)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Answer."""
    after = args.event.startswith("post-")
    try:
        notes = _asked(args, screen)
    except StorageError as error:
        # Nothing that follows a checkout may fail it.
        notes = (Note(error.message, error.hint, stops=not after),)
    for note in notes:
        if note.stops:
            screen.error(note.text, note.hint)
        else:
            screen.talk(f"warning: {note.text}" if note.warns else note.text)
            if note.hint is not None:
                screen.hint(note.hint)
    if screen.json:
        found = [{"text": n.text, "hint": n.hint, "stops": n.stops} for n in notes]
        screen.document("hook", event=args.event, notes=found)
    return int(any(note.stops for note in notes))


def _asked(args: argparse.Namespace, screen: Screen) -> tuple[Note, ...]:
    # Each event loads only what it needs: people wait for a hook.
    if args.event == "pre-commit":
        from gitstore.repo.hooking_commit import before_commit

        return before_commit(Path())
    if args.event == "pre-merge-commit":
        from gitstore.repo.hooking_commit import before_merge

        return before_merge(Path())
    if args.event == "pre-push":
        from gitstore.repo.hooking_push import before_push

        remote, lines = _pushed(args, screen)
        return before_push(Path(), remote, lines, screen.listener())
    return _staged(screen)


def _pushed(args: argparse.Namespace, screen: Screen) -> tuple[str, str]:
    """The remote, and the lines that say what is pushed."""
    remote = args.given[0] if args.given else ""
    lines = sys.stdin.read()
    told = screen.environment
    if not lines and "PRE_COMMIT_TO_REF" in told:
        # pre-commit has read them, and says one at a time in the environment.
        old = told.get("PRE_COMMIT_FROM_REF", "0")
        lines = f"HEAD {told['PRE_COMMIT_TO_REF']} HEAD {old}\n"
        remote = told.get("PRE_COMMIT_REMOTE_NAME", remote)
    return remote, lines


def _staged(screen: Screen) -> tuple[Note, ...]:
    from gitstore.repo.hooking import auto_stage

    staged = auto_stage(Path(), screen.listener())
    notes = [Note(each.message, each.hint, stops=False) for each in staged.problems]
    for report in staged.reports:
        moved = report.done(Kind.FETCH, Kind.REPLACE, Kind.DROP)
        if moved:
            screen.talk(f"{report.plan.data_path}: {count(moved)} staged")
        if not report.complete:
            told = f"{report.plan.data_path} is not all as its pointer says"
            notes.append(Note(told, "git storage status", stops=False))
    return tuple(notes)
