"""Serve one mount

`git storage mount` starts this behind itself; there is no need to type it. It answers the kernel
until it is unmounted, and writes what it could not do into the log of the mount.

EXIT STATUS

- 0: it was unmounted
- 128: it could not be mounted
- 129: the command line is wrong

EXAMPLES

    git storage umount data/raw
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gitstore.commands.parser import Parser
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    parser.add_argument("name", metavar="NAME", help="the mount, as git storage mount has noted it")
    told = "the descriptor to say on that it can be used"
    parser.add_argument("--ready", type=int, metavar="FD", required=True, help=told)


def run(args: argparse.Namespace, screen: Screen) -> int:  # noqa: ARG001 - it says nothing
    """Serve."""
    from gitstore.repo.serving import serve_mount

    serve_mount(Path(), args.name, args.ready)
    return 0
