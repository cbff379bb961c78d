"""Approve storages that a cloned project names

A project may name any place, so nothing is asked of a storage before you have approved it in this
clone, once. What you add yourself is approved by that, and public data at the clouds' own hosts is
read without credentials and without a question. On a terminal, `git storage stage` and its like
ask; where nobody can be asked, this command approves.

It shows where requests would go and which credentials would go with them, and asks. An approval is
for one place: when a commit changes the URL or the endpoint, it is asked for again. --write is for
sending, too; with a data path, what lies in it already may go. Without targets, every storage of
the project is meant; --yes wants to be told which.

With --repo, it is about another project, which is read without a clone of it: by `gitstore.open`
and `gitstore://` in Python, and by `git storage cat` and `url`. What is approved there holds for
you on this machine, for that URL as you typed it, and for reading only.

For machines that start from nothing, the variables GIT_STORAGE_TRUST and GIT_STORAGE_TRUST_WRITE
name places, one a line, as --list spells them; there is no wildcard.

EXIT STATUS

- 0: approved, listed or revoked
- 1: somebody said no, or there was nothing to revoke
- 128: nothing was done, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage trust
    git storage trust --yes survey
    git storage trust --write survey data/raw
    git storage trust --list
    git storage trust --revoke survey
    git storage trust --repo https://example.org/sky.git --yes survey
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from gitstore.commands.opened import described
from gitstore.commands.parser import Parser, other_project
from gitstore.core.errors import UsageError
from gitstore.core.trust import Right
from gitstore.repo import trusting
from gitstore.ui.attendant import confirmed
from gitstore.ui.screen import Screen
from gitstore.ui.words import count, shown

if TYPE_CHECKING:
    from gitstore.repo.trusting import Approving


def arguments(parser: Parser) -> None:
    """What can be typed."""
    told = "a storage, its place as --list spells it, or a data path for the one that feeds it"
    parser.add_argument("targets", metavar="TARGET", nargs="*", help=told)
    parser.add_argument("--write", action="store_true", help="approve writing, not only reading")
    parser.add_argument("-y", "--yes", action="store_true", help="approve without a question")
    other_project(parser)
    only = parser.add_mutually_exclusive_group()
    told = "list what is approved here"
    parser.declared.append(only.add_argument("--list", action="store_true", help=told))
    told = "approve the targets no more"
    parser.declared.append(only.add_argument("--revoke", action="store_true", help=told))


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Approve, list or revoke.

    Raises:
        UsageError: there is nobody to ask, or an option that does not fit.
    """
    if (args.list or args.revoke) and (args.write or args.yes):
        raise UsageError("--list and --revoke approve nothing", hint="git storage trust --list")
    if args.yes and not args.targets:
        # What comes with a pull must not be approved because it is there.
        raise UsageError("--yes approves only what is named", hint="git storage trust --yes NAME")
    if args.repo is not None and args.write:
        raise UsageError("another project is only read", hint="leave out --write")
    project, screen = described(args.repo, screen)
    if args.list:
        return _list(project, screen)
    return _revoke(args, project, screen) if args.revoke else _approve(args, project, screen)


def _list(project: Approving, screen: Screen) -> int:
    found = trusting.trusted(project)
    if screen.json:
        screen.document(
            "trust",
            storages=[
                {
                    "name": each.name,
                    "place": each.place,
                    "right": None if each.right is None else each.right.value,
                }
                for each in found
            ],
        )
        return 0
    for each in found:
        right = "-" if each.right is None else each.right.value
        named = "" if each.name is not None else "  (no longer described)"
        screen.line(f"{right:<5}  {each.name or '-'}  {shown(each.place)}{named}")
    if not found:
        screen.talk("no storage is described or approved here")
    return 0


def _revoke(args: argparse.Namespace, project: Approving, screen: Screen) -> int:
    gone = trusting.revoke(project, args.targets)
    if screen.json:
        screen.document("trust", revoked=list(gone))
    else:
        for place in gone:
            screen.line(f"no longer approved: {shown(place)}")
        if not gone:
            screen.talk("nothing of this was approved")
    return 0 if gone else 1


def _approve(args: argparse.Namespace, project: Approving, screen: Screen) -> int:
    right = Right.WRITE if args.write else Right.READ
    visits = trusting.visits(project, args.targets)
    if visits and not args.yes:
        if not screen.asks:
            raise UsageError("there is nobody to ask", hint="add --yes to approve what is named")
        if not confirmed(screen, visits, right):
            screen.talk("nothing was approved")
            return 1
    trusting.trust(project, args.targets, right)
    if screen.json:
        screen.document("trust", approved=[visit.place for visit in visits], right=right.value)
        return 0
    for visit in visits:
        screen.line(f"approved to {right.value}: {shown(visit.name)}, {shown(visit.place)}")
    screen.detail(f"{count(len(visits), 'storage')}")
    return 0
