"""What every word of a command line can be, for the completion of shells: read off the commands."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from gitstore.commands import GROUPS, Command, command

_FOR_PROGRAMS = "for "  # how the titles of groups begin whose verbs nobody types

_KINDS = {
    "NAME": "storage",
    "NAME|DATA-PATH": "target",
    "TARGET": "target",
    "PATH": "target",
    "SRC": "target",
    "REV": "revision",
    "REV[..REV]|PATH": "revision",
    "COMMAND": "verb",
    "DIR": "file",
    "DST": "file",
    "URL": "file",
    "FILE": "file",
    "-- OPTION": "none",
}
_NEW_PATHS = ("--to",)

SUMMARY = "keep data in its own storage and its description in git"
"""What shells say of the program."""


@dataclass(frozen=True, slots=True)
class Word:
    """One option, or the words without one.

    Attributes:
        names: as typed; empty for words.
        kind: what its value can be: `storage`, `target`, `revision`, `verb`, `file`, `none`,
            `choice`, or `''` for an option without a value.
        choices: for `choice`.
        help: what it means.
    """

    names: tuple[str, ...]
    kind: str
    choices: tuple[str, ...]
    help: str


@dataclass(frozen=True, slots=True)
class Verb:
    """One command.

    Attributes:
        name: as typed.
        summary: what it does.
        options: its options.
        words: its words without an option, in order.
    """

    name: str
    summary: str
    options: tuple[Word, ...]
    words: tuple[Word, ...]


def verbs() -> tuple[Verb, ...]:
    """The verbs that people type."""
    return tuple(_verb(command(name)) for name in _typed())


def _typed() -> Iterator[str]:
    for title, names in GROUPS.items():
        if not title.startswith(_FOR_PROGRAMS):
            yield from names


def _verb(which: Command) -> Verb:
    found = [_word(action) for action in which.parser.declared]
    options = tuple(word for word in found if word.names)
    return Verb(which.name, which.summary, options, tuple(w for w in found if not w.names))


def _word(action: argparse.Action) -> Word:
    choices = tuple(map(str, action.choices or ()))
    return Word(tuple(action.option_strings), _kind(action), choices, action.help or "")


def _kind(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.choices is not None:
        return "choice"
    if set(action.option_strings) & set(_NEW_PATHS):
        return "file"
    return _KINDS.get(str(action.metavar), "none" if action.option_strings else "file")
