"""Print what a word could become, for shells

The completion scripts of bash, zsh and fish ask this: every candidate is ended by NUL, paths one
directory at a time. Nothing is asked of a storage, and pointers are searched, not read.

EXAMPLES

    git storage complete target data/raw/20
    git storage complete storage ''
"""

from __future__ import annotations

import argparse

from gitstore.commands.opened import opened
from gitstore.commands.parser import Parser
from gitstore.repo.completing import Wanted, candidates
from gitstore.ui.screen import Screen


def arguments(parser: Parser) -> None:
    """What can be typed."""
    kinds = [wanted.value for wanted in Wanted]
    parser.add_argument("kind", choices=kinds, help="what the word stands for")
    parser.add_argument("word", metavar="WORD", help="what is typed of it")


def run(args: argparse.Namespace, screen: Screen) -> int:
    """Complete."""
    repo, screen = opened(screen)
    found = candidates(repo.project, Wanted(args.kind), args.word)
    if screen.json:
        screen.document("complete", candidates=list(found))
    else:
        screen.names(found)
    return 0
