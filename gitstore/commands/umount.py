"""End mounts

Without a target, every mount of this work tree ends. What is being written is waited for; a mount
that somebody uses stays, and the message names who, as far as it can be seen. With --force it goes
out of sight at once, and files that are open are served until they are closed.

A data path that `git storage mount` has put into mode `mount` gets the mode of the manifest back.
`unmount` is the same.

EXIT STATUS

- 0: unmounted
- 128: something is wrong, or somebody uses it
- 129: the command line is wrong

EXAMPLES

    git storage umount data/raw
    git storage umount
    git storage umount --force data/raw
"""

from __future__ import annotations

import argparse

from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    told = "a storage or a data path; none means every mount"
    parser.add_argument("targets", metavar="TARGET", nargs="*", help=told)
    told = "also what is in use; open files are served until they are closed"
    parser.add_argument("--force", action="store_true", help=told)


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Unmount."""
    repo, screen = opened(screen)
    done = repo.unmount(*args.targets, force=args.force)
    if screen.json:
        found = [{"data_path": one.data_path, "still_serves": one.serves} for one in done]
        screen.document("umount", unmounted=found)
        return 0
    for one in done:
        more = "; files that are open are served until they are closed" if one.serves else ""
        screen.line(f"{screen.path(one.data_path)}: unmounted{more}")
    if not done:
        screen.talk("nothing is mounted")
    return 0
