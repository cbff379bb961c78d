"""Set up git's hooks and drivers, for a clone or for all repositories

With the hooks, git refuses to commit secrets, broken pointers and data that was added by force,
refuses to push pointers whose bytes are not on the storage yet, and says when pointers changed
under staged data. Everything else of git storage works without them. With the drivers, git merges
pointers object by object and shows them readably.

Hooks that are there already keep running: they are kept as HOOK.before-git-storage, run first,
find their own name in $0 and what lies beside them, and get their name back with --uninstall.
Nothing of a hook manager, of a directory of the work tree (core.hooksPath) or of a driver of yours
with our name is changed; then what you can do about it is printed. --uninstall leaves everything as
it was, byte for byte, except what others have changed since.

With --global, git 2.54 and later run the hooks in all repositories of this user, by their
configuration. Older ones copy them into every repository that is cloned or made from now on, from
the directory that init.templateDir names; where core.hooksPath is set for all repositories, they go
there instead.

With --global, man and the shells find the manual pages and the completion, too: they are linked to
from ~/.local/share, in case that the program lies in a virtual environment, where nobody looks. Zsh
looks there once ~/.zshrc has, before compinit: fpath+=(~/.local/share/zsh/site-functions).

In a project without data nothing is asked and nothing runs: a hook ends at once where there is no
.storage.yaml, and starts no Python where a commit, push or checkout has no pointer in it.

EXIT STATUS

- 0: everything is set up, or taken away
- 1: something is left to you: it is printed
- 128: nothing was done, because something is wrong
- 129: the command line is wrong

EXAMPLES

    git storage install
    git storage install --global
    git storage install --uninstall
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gitstore.commands.parser import Parser
from gitstore.repo import installing, sharing
from gitstore.repo.installing import Did, Step
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    told = "for all repositories of this user"
    parser.add_argument("--global", action="store_true", dest="everywhere", help=told)
    told = "take everything away again"
    parser.add_argument("--uninstall", action="store_true", help=told)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Install or uninstall."""
    steps = _done(args)
    asked = [step for step in steps if step.did in (Did.ASKED, Did.KEPT)]
    if screen.json:
        found = [
            {"what": s.what, "did": s.did.value, "where": s.where, "hint": s.hint} for s in steps
        ]
        screen.document("install", steps=found)
        return int(bool(asked))
    for step in steps:
        screen.detail(f"{step.what}: {step.did.value}, {step.where}")
    for did in (Did.DONE, Did.THERE, Did.GONE):
        names = [step.what for step in steps if step.did is did]
        if names:
            screen.talk(f"{did.value}: {', '.join(names)}")
    if not steps:
        screen.talk("there is nothing to take away")
    for step in asked:
        told = "is kept, but nothing runs it" if step.did is Did.KEPT else "is not changed"
        screen.error(f"{step.where} {told}", step.hint)
    return int(bool(asked))


def _done(args: argparse.Namespace) -> tuple[Step, ...]:
    if not args.everywhere:
        if args.uninstall:
            return installing.uninstall_here(Path())
        return installing.install_here(Path(), installing.git_version())
    if args.uninstall:
        return (*sharing.unshare_everywhere(), *installing.uninstall_everywhere(Path()))
    steps = installing.install_everywhere(Path(), installing.git_version())
    return (*steps, *sharing.share_everywhere())
