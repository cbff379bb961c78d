"""Settle pointers that a merge left in conflict

Whole pointers are merged object by object, from what git has of base, ours and theirs, never from
conflict markers: after a merge, a rebase, a cherry-pick, a revert or a stash. An object that both
sides changed in other ways gets the version that the storage holds now, if one side names it. Else
it is asked about; where nobody can be asked, it is named, and --keep answers. A version that was
recorded and not uploaded yet never loses by itself.

Settled pointers are written and told to git, as by `git add`. Local files stay as they are: `git
storage stage` or `git storage sync` looks after them. With --keep local, the side counts that names
the version that is here; with --keep remote, whatever the storage holds.

A conflict in `.storage.yaml` comes first, and is resolved by hand.

EXIT STATUS

- 0: nothing is in conflict any more
- 1: some objects still are
- 128: nothing was done, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git merge theirs || git storage resolve && git commit --no-edit
    git storage resolve --keep theirs data/raw
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser
from gitstore.core.errors import Stopped
from gitstore.core.settling import Side
from gitstore.repo.resolving import Resolution, ResolveOptions, undescribed
from gitstore.ui.screen import Screen
from gitstore.ui.sides import SideQuestions
from gitstore.ui.words import below, count


def arguments(parser: Parser) -> None:
    """What can be typed."""
    sides = [side.value for side in Side]
    parser.add_argument("--keep", choices=sides, help="the answer to every conflict")
    told = "a pointer, a data path, an object in one; none means everything"
    parser.add_argument("paths", metavar="PATH", nargs="*", help=told)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Resolve."""
    repo, screen = opened(screen)
    ask = SideQuestions(screen).conflict if screen.asks else None
    options = ResolveOptions(None if args.keep is None else Side(args.keep), ask)
    try:
        found = repo.resolve(*args.paths, options=options)
    except Stopped as stopped:
        screen.talk(stopped.message)
        return 1
    strange = [] if args.paths else undescribed(repo.project)
    status = 1 if strange or any(each.left for each in found) else 0
    if screen.json:
        _document(screen, found, strange)
        return status
    for each in found:
        _shown(screen, each)
    for name in strange:
        told = f"{screen.path(name)}: in conflict, and the manifest has no such data path"
        screen.error(told, f"git rm {screen.typed(name)}")
    if not found and not strange:
        screen.talk("no pointer is in conflict")
    elif status == 0:
        screen.talk("next: git status  # then go on with what was begun, and: git storage stage")
    return status


def _shown(screen: Screen, each: Resolution) -> None:
    name = screen.path(each.data_path)
    for one in each.settled:
        screen.line(f"{screen.path(below(each.data_path, one.path))}: {one.reason}")
    for left in each.left:
        path = below(each.data_path, left.path) if left.path else f"{each.data_path}.storage"
        screen.line(f"{screen.path(path)}: conflict: {left.reason}")
    if each.left:
        objects = sum(1 for left in each.left if left.path)
        told = f"{count(objects)} still in conflict" if objects else "still in conflict"
        typed = screen.typed(each.data_path)
        hint = f"git storage resolve --keep ours|theirs {typed}"
        screen.error(f"{name}: {told}, so the pointer was left alone", hint)
    else:
        screen.line(f"{name}: resolved")


def _document(screen: Screen, found: Sequence[Resolution], strange: Sequence[str]) -> None:
    pointers = [
        {
            "data_path": each.data_path,
            "resolved": not each.left,
            "settled": [{"path": one.path, "reason": one.reason} for one in each.settled],
            "left": [{"path": one.path, "reason": one.reason} for one in each.left],
        }
        for each in found
    ]
    screen.document("resolve", pointers=pointers, undescribed=list(strange))
