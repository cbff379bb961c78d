"""Take back the last operation that changed anything

Local files, pointers and the manifest become again what they were before the last operation; bytes
come from the trash. On the storage, objects become what they were as far as it keeps old versions:
what was overwritten or erased is written back, what was created is erased. What cannot be as
before there is said before anything is done.

What somebody changed since, here or there, is left alone and named. Called again, it takes back the
operation before that one. A single file comes back with `git storage restore --operation N PATH`.
What has been in the trash for 90 days goes; `storage.trashAge` of git's configuration sets that.
The trash is found on the disk that the data were on; while their disk is away, undo does nothing.

EXIT STATUS

- 0: everything is as before
- 1: something was left alone
- 128: there is nothing to undo, or something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage undo --list
    git storage undo --dry-run
    git storage undo
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from datetime import datetime, timezone

from gitstore.commands import parser as reading
from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser
from gitstore.repo.history import Past
from gitstore.repo.repo import Repo
from gitstore.repo.trash import Trash
from gitstore.repo.undoing import Undone, UndoOptions
from gitstore.repo.undoing_storage import Foreseen, Way
from gitstore.ui.screen import Screen
from gitstore.ui.words import count, human

_FEW = 3  # of many paths, so many are typed in a hint
_DAY = 86_400  # seconds
_NOUNS = {
    "here": ("change here", "changes here"),
    "there": ("change on the storage", "changes on the storage"),
    "tracked": ("tracked file", "tracked files"),
    "wanted": ("choice of what to keep", "choices of what to keep"),
}


def arguments(parser: Parser) -> None:
    """What can be typed."""
    told = "only list the last operations, newest first, with what of them is in the trash"
    parser.add_argument("--list", action="store_true", help=told)
    told = "leave the storages as they are, and ask none"
    parser.add_argument("--local", action="store_true", help=told)
    reading.dry_run(parser)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Undo, or list what could be undone."""
    repo, screen = opened(screen)
    if args.list:
        return _list(repo, screen)
    if args.dry_run:
        return _plan(repo, screen)

    def tell(there: Sequence[Foreseen]) -> None:
        _tell_losses(there, screen)

    return _undo(repo.undo(UndoOptions(here_only=args.local, tell=tell)), screen)


def _plan(repo: Repo, screen: Screen) -> int:
    operation, there = repo.plan_undo()
    if screen.json:
        listed = [{"path": f.path, "way": f.way.value, "reason": f.reason} for f in there]
        number, verb = operation.number, operation.verb
        screen.document("undo", dry_run=True, number=number, verb=verb, storage=listed)
        return 0
    typed = shlex.join(operation.argv) or operation.verb
    screen.line(f"would take back: git storage {typed}")
    for one in there:
        screen.line(f"on the storage: {one.way.value} {screen.path(one.path)}: {one.reason}")
    screen.talk("nothing was changed (--dry-run)")
    return 0


def _tell_losses(there: Sequence[Foreseen], screen: Screen) -> None:
    lost = [one for one in there if one.way is Way.LEAVE]
    if lost:
        able = count(len(there) - len(lost))
        screen.talk(f"on the storage {able} can be as before, {len(lost):,} cannot:")
    for one in lost:
        screen.talk(f"  {screen.path(one.path)}: {one.reason}")


def _undo(undone: Undone, screen: Screen) -> int:
    status = 1 if undone.kept else 0
    verb = undone.operation.verb
    if screen.json:
        kept = [{"path": path, "reason": reason} for path, reason in undone.kept]
        restored, there = list(undone.restored), list(undone.there)
        screen.document(
            "undo", undone=verb, restored=restored, storage=there, kept=kept, away=list(undone.away)
        )
        return status
    for path in undone.restored:
        screen.line(f"as before: {screen.path(path)}")
    for path in undone.there:
        screen.line(f"as before on the storage: {screen.path(path)}")
    for path, reason in undone.kept:
        screen.line(f"left alone: {screen.path(path)}: {reason}")
    if undone.away and not (undone.restored or undone.there):
        screen.talk(f"{verb} was taken back; {count(len(undone.away))} to be here again")
        few = " ".join(screen.typed(path) for path in undone.away[:_FEW])
        whole = len(undone.away) <= _FEW
        screen.hint(f"git storage stage {few}" if whole else "git storage status  # names them")
        return status
    here, there_ = count(len(undone.restored), "path"), len(undone.there)
    on = f" here, {count(there_)} on the storage" if there_ else ""
    screen.talk(f"{verb} was taken back, {here}{on}")
    return status


def _list(repo: Repo, screen: Screen) -> int:
    found, trash = repo.operations(), repo.trash()
    if screen.json:
        listed = [_document(one) for one in found]
        screen.document("undo", operations=listed, trash=_trash_document(trash))
        return 0
    for one in found:
        operation = one.operation
        typed = shlex.join(operation.argv) or operation.verb
        screen.line(f"{operation.number}  {_time(operation.when)}  git storage {typed}")
        screen.line(f"    {'; '.join(_told(one))}")
        for path, size in one.trash:
            screen.detail(f"    in the trash: {screen.path(path)}, {human(size)}")
    if trash.oldest is not None:
        held, oldest = human(trash.size), _time(trash.oldest)
        screen.talk(f"the trash holds {count(trash.files, 'file')}, {held}; since {oldest}")
        screen.talk(_kept(trash))
    return 0


def _kept(trash: Trash) -> str:
    if trash.limits.age is None:
        return "nothing of it goes (storage.trashAge is never)"
    days = trash.limits.age // _DAY
    beyond = f", and {human(trash.limits.size)} beyond that" if trash.limits.size else ""
    return f"it is kept for {count(days, 'day')}{beyond} (storage.trashAge, storage.trashSize)"


def _trash_document(trash: Trash) -> dict[str, object]:
    return {
        "files": trash.files,
        "size": trash.size,
        "oldest": None if trash.oldest is None else _time(trash.oldest),
        "kept_for_seconds": trash.limits.age,
        "kept_beyond_bytes": trash.limits.size,
    }


def _told(one: Past) -> list[str]:
    told = [f"{n:,} {_NOUNS[group][n != 1]}" for group, n in one.changed.items()]
    if not told:
        told = ["changed nothing"]
    if one.trash:
        size = human(sum(size for _, size in one.trash))
        told.append(f"{count(len(one.trash), 'file')} in the trash, {size}")
    if one.undone:
        told.append("taken back")
    if not one.operation.finished:
        told.append("was interrupted")
    return told


def _document(one: Past) -> dict[str, object]:
    operation = one.operation
    return {
        "number": operation.number,
        "verb": operation.verb,
        "arguments": list(operation.argv),
        "time": _time(operation.when),
        "finished": operation.finished,
        "undone": one.undone,
        "changed": dict(one.changed),
        "trash": [{"path": path, "size": size} for path, size in one.trash],
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")
