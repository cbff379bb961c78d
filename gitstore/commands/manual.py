"""The manual page that `git storage --help` shows: all commands in one page of roff.

Git answers `git storage --help` and `git help storage` itself, by `man git-storage`. The macros are
those of man(7).
"""

from __future__ import annotations

from collections.abc import Iterator

from gitstore.commands import GROUPS, command
from gitstore.commands.pages import plain, synopsis


def manual() -> str:
    """The page, in roff."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield '.TH GIT-STORAGE 1 "" "git storage" "Git Manual"'
    yield ".SH NAME"
    yield r"git\-storage \- keep data in its own storage and its description in git"
    yield ".SH SYNOPSIS"
    yield from _literal("git storage [-C DIR] [--json] [-q] [-v] COMMAND [ARGUMENTS]")
    yield ".SH COMMANDS"
    for title, names in GROUPS.items():
        yield f".SS {title.capitalize()}"
        for name in names:
            yield from (".TP", f".B {name}", _escaped(command(name).summary))
    for names in GROUPS.values():
        for name in names:
            yield from _command(name)


def _command(name: str) -> Iterator[str]:
    found = command(name)
    yield f".SH GIT STORAGE {name.upper()}"
    yield from _literal(synopsis(found))
    for paragraph in plain(found.text.partition("\n")[2].strip()).split("\n\n"):
        if paragraph.startswith("    "):
            yield from _literal("\n".join(line[4:] for line in paragraph.splitlines()))
        elif paragraph.isupper():
            yield f".SS {paragraph.capitalize()}"
        elif paragraph.startswith("- "):
            for line in paragraph.splitlines():
                yield from (".br", _escaped(line.removeprefix("- ")))
        else:
            yield from (".PP", _escaped(paragraph))
    yield ".SS Options"
    for action in found.parser.declared:
        names = ", ".join(action.option_strings) or str(action.metavar or action.dest.upper())
        yield from (".TP", f".B {_escaped(names)}", _escaped(action.help or ""))


def _literal(text: str) -> Iterator[str]:
    yield from (".PP", ".nf", ".RS", *(_escaped(line) for line in text.splitlines()), ".RE", ".fi")


def _escaped(text: str) -> str:
    lines = text.replace("\\", r"\e").replace("-", r"\-").splitlines()
    # A line that begins with a point or an apostrophe would be a request.
    return "\n".join(rf"\&{line}" if line.startswith((".", "'")) else line for line in lines)
