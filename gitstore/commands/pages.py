"""The manual pages, made of the commands themselves: `python -m gitstore.commands.pages`.

A page says exactly what the program takes, because both come from the same declaration; a test
compares the checked-in pages of docs/commands with what is rendered here.
"""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from gitstore.commands import COMMANDS, GROUPS, Command, command

_WIDTH = 88
_HEADING = re.compile(r"[A-Z][A-Z ]+")
STATUS = """\
EXIT STATUS

- 0: success
- 128: nothing was done, because something is wrong; the error says what
- 129: the command line is wrong
- 130: interrupted; running it again goes on"""
"""The exit statuses of commands that do not tell of others."""


def page(which: Command) -> str:
    """The manual page of a command, in Markdown."""
    summary, _, rest = which.text.partition("\n")
    body = rest.strip()
    if "EXIT STATUS" not in body.splitlines():
        body = f"{body}\n\n{STATUS}"
    description, sections = _sections(body)
    parts = [
        f"# git storage {which.name}",
        "## NAME",
        f"git-storage-{which.name} - {summary[0].lower()}{summary[1:]}",
        "## SYNOPSIS",
        textwrap.indent(synopsis(which), "    "),
        "## DESCRIPTION",
        description,
        "## OPTIONS",
        *options(which.parser.declared),
    ]
    for title, text in sections:
        parts += [f"## {title}", text]
    return "\n\n".join(part for part in parts if part) + "\n"


def synopsis(which: Command) -> str:
    """How a command is typed; as many lines as it takes."""
    start = f"git storage {which.name} "
    declared = [a for a in which.parser.declared if a.default is not argparse.SUPPRESS]
    words = [_word(a) for a in declared if a.option_strings]
    words += [_word(a) for a in declared if not a.option_strings]
    indent = " " * len(start)
    # A word is never broken: its spaces are of another kind until the lines are made.
    text = " ".join(word.replace(" ", "\xa0") for word in words)
    lines = textwrap.wrap(
        text, _WIDTH - 4, initial_indent=start, subsequent_indent=indent, break_on_hyphens=False
    )
    return "\n".join(lines or [start.rstrip()]).replace("\xa0", " ")


def brief(which: Command) -> list[str]:
    """The lines of `-h`: how it is typed, and what each option means."""
    lines = [f"usage: {synopsis(which)}", "", which.summary, ""]
    heads = [(_head(a), a.help or "") for a in which.parser.declared]
    width = max(len(head) for head, _ in heads)
    return lines + [f"    {head:<{width}}  {told}" for head, told in heads]


def overview() -> list[str]:
    """The lines of `git storage help`: every command and what it does."""
    lines = [
        "usage: git storage [-C DIR] [--json] [-q] [-v] COMMAND [ARGUMENTS]",
        "       git storage --version",
    ]
    for title, names in GROUPS.items():
        lines += ["", title]
        lines += [f"    {name:<10} {command(name).summary}" for name in names]
    return [*lines, "", "git storage help COMMAND prints the page of a command"]


def plain(text: str) -> str:
    """A page without the marks of Markdown, for a terminal."""
    text = re.sub(r"^#+ ", "", text, flags=re.MULTILINE)
    return re.sub(r"`([^`\n]+)`", r"\1", text)


def write(directory: Path) -> None:
    """Write the page of every command, and the list of them."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (directory / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """The content of every page by file name."""
    found = {f"{name}.md": page(command(name)) for name in COMMANDS}
    found["README.md"] = "\n".join(_index()) + "\n"
    return found


def _index() -> Iterator[str]:
    yield "# Commands"
    for title, names in GROUPS.items():
        yield f"\n## {title.capitalize()}\n"
        for name in names:
            yield f"- [{name}]({name}.md): {command(name).summary}"


def _sections(body: str) -> tuple[str, list[tuple[str, str]]]:
    """The description, and the sections behind it with their titles."""
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in body.splitlines():
        if _HEADING.fullmatch(line):
            found.append((line, []))
        else:
            found[-1][1].append(line)
    texts = [(title, "\n".join(lines).strip("\n")) for title, lines in found]
    return texts[0][1], texts[1:]


def options(declared: list[argparse.Action]) -> Iterator[str]:
    """Every option and word, with what it means."""
    for action in declared:
        yield f"`{_head(action)}`\n: {action.help or ''}"


def _head(action: argparse.Action) -> str:
    value = _value(action)
    return ", ".join(f"{s} {value}".rstrip() for s in action.option_strings) or value


def _word(action: argparse.Action) -> str:
    value = _value(action)
    if not action.option_strings:
        return {"*": f"[{value}...]", "+": f"{value}...", "?": f"[{value}]"}.get(
            str(action.nargs), value
        )
    several = "..." if isinstance(action.default, list) else ""
    return f"[{' | '.join(f'{s} {value}'.rstrip() for s in action.option_strings)}]{several}"


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.choices is not None:
        return "|".join(map(str, action.choices))
    return str(action.metavar or action.dest.upper())


if __name__ == "__main__":
    from gitstore.commands.shared import write_shared

    write(Path("docs/commands"))
    write_shared(Path("share"))
