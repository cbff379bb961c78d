"""Show which objects differ

Without a revision, what the pointers name is compared with the local files. With one, that commit's
pointers are compared with what is here; with `REV..REV`, two commits' pointers with each other. It
is about which bytes make up the data, not about what is in them. No storage is asked.

Each line begins with `+` (only on the second side), `-` (only on the first) or `~` (other bytes).

EXIT STATUS

- 0: shown; with --exit-code also: nothing differs
- 1: with --exit-code: something differs
- 128: something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage diff
    git storage diff v1.0
    git storage diff v1.0..v2.0 -- data/raw
    git storage diff --name-only -z HEAD~1 | xargs -0 ls -l
"""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Sequence

from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser
from gitstore.core.errors import UnknownName, UsageError
from gitstore.core.versions import Version
from gitstore.repo.diffing import Difference
from gitstore.repo.repo import Repo
from gitstore.ui import documents
from gitstore.ui.colour import GREEN, RED, YELLOW, Painted
from gitstore.ui.screen import Screen
from gitstore.ui.words import below, human, short_id

_COLOUR = {"+": GREEN, "-": RED, "~": YELLOW}


def arguments(parser: Parser) -> None:
    """What can be typed."""
    parser.add_argument("--name-only", action="store_true", help="print only paths")
    parser.add_argument("-z", action="store_true", help="print only paths, each ended by NUL")
    parser.add_argument("--exit-code", action="store_true", help="exit with 1 if something differs")
    told = "revisions, and behind `--` paths"
    parser.add_argument("words", metavar="REV[..REV]|PATH", nargs="*", help=told)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Compare.

    Raises:
        UsageError: a word could be a revision as well as a path.
    """
    repo, screen = opened(screen)
    revisions, paths = _understood(repo, args.words, args.dashed)
    found = repo.diff(*paths, revisions=revisions)
    if screen.json:
        screen.document("diff", differences=[_document(each) for each in found])
    elif args.z:
        screen.names(below(each.data_path, each.path) for each in found)
    else:
        for each in found:
            _show(each, args.name_only, screen)
    return 1 if args.exit_code and found else 0


def _understood(
    repo: Repo, words: Sequence[str], dashed: int | None
) -> tuple[str | None, Sequence[str]]:
    """Which words are revisions and which are paths, as git tells them apart."""
    if dashed is not None:
        revisions, paths = words[: len(words) - dashed], words[len(words) - dashed :]
    elif words and _is_revision(repo, words[0]):
        revisions, paths = words[:1], words[1:]
        if os.path.lexists(words[0]):
            word = shlex.quote(words[0])
            raise UsageError(
                f"{words[0]} is a revision and a path",
                hint=f"git storage diff {word} --  # or: git storage diff -- {word}",
            )
        if paths and _is_revision(repo, paths[0]) and not os.path.lexists(paths[0]):
            revisions, paths = words[:2], words[2:]
    else:
        revisions, paths = [], words
    if len(revisions) > 2:
        raise UsageError("more than two revisions", hint="git storage diff REV..REV -- PATH")
    return ("..".join(revisions) or None), paths


def _is_revision(repo: Repo, word: str) -> bool:
    first, dots, second = word.partition("..")
    try:
        for name in (first, second) if dots else (first,):
            repo.project.git.commit(name or "HEAD")
    except UnknownName:
        return False
    return True


def _show(each: Difference, name_only: bool, screen: Screen) -> None:
    path = screen.path(below(each.data_path, each.path))
    if name_only:
        screen.line(path)
        return
    mark = "+" if each.before is None else "-" if each.after is None else "~"
    sides = [_side(v) for v in (each.before, each.after) if v is not None]
    screen.line(Painted(f"{mark} {path}", _COLOUR[mark]), f"  {' -> '.join(sides)}")


def _side(version: Version) -> str:
    return f"{human(version.size)} {short_id(version)}" if version.ids else human(version.size)


def _document(each: Difference) -> dict[str, object]:
    return {
        "data_path": each.data_path,
        "path": each.path,
        "before": documents.version(each.before),
        "after": documents.version(each.after),
    }
